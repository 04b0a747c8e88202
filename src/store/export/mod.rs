//! Tables of comma-separated values for spreadsheets and statistics, a page of the store at a time.

mod calendar;
mod columns;
mod csv;

pub use calendar::Calendar;

use super::{Page, Placed, Reader, RepFilter, SessionFilter, SetFilter, StoreError, Utc};
use crate::model::{AthleteId, ExerciseId, SessionRecord, SetRecord, StationId};
use columns::{Column, REPS, SESSIONS, SETS, SessionRow, SetRow};
use csv::Cell;
use std::io::{self, Write};
use thiserror::Error;

/// Rows read from the store at a time.
const PAGE_ROWS: u32 = 1000;

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportTable {
    /// Repetitions.
    Reps,
    /// Sets.
    Sets,
    /// Sessions.
    Sessions,
}

/// Which rows; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter {
    /// From this moment on, ns since 1970-01-01 UTC. What has no time in UTC yet is exported in any case.
    pub since_ns: Option<i64>,
    /// Before this moment, likewise.
    pub until_ns: Option<i64>,
    /// At this station.
    pub station: Option<StationId>,
    /// Of this athlete.
    pub athlete: Option<AthleteId>,
    /// In this exercise; sessions have none, so it says nothing of them.
    pub exercise: Option<ExerciseId>,
}

/// Why a table could not be written whole.
#[derive(Debug, Error)]
pub enum ExportError {
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl ExportTable {
    /// Name, unit and meaning of each column, in order.
    #[must_use]
    pub fn columns(self) -> Vec<[&'static str; 3]> {
        fn explained<R>(columns: &[Column<R>]) -> Vec<[&'static str; 3]> {
            columns.iter().map(|column| [column.name, column.unit, column.meaning]).collect()
        }
        match self {
            Self::Reps => explained(REPS),
            Self::Sets => explained(SETS),
            Self::Sessions => explained(SESSIONS),
        }
    }

    /// Writes a header and the rows that pass the filter, in order of their numbers.
    pub fn write(
        self,
        reader: &Reader,
        filter: &ExportFilter,
        calendar: &Calendar,
        out: &mut dyn Write,
    ) -> Result<(), ExportError> {
        let header = self.columns().into_iter().map(|[name, ..]| Cell::Text(name.to_owned()));
        csv::write_line(out, header)?;
        match self {
            Self::Reps => write_reps(reader, filter, calendar, out),
            Self::Sets => write_sets(reader, filter, calendar, out),
            Self::Sessions => write_sessions(reader, filter, calendar, out),
        }
    }
}

impl ExportFilter {
    fn wants(&self, utc: Option<Utc>) -> bool {
        utc.is_none_or(|utc| {
            self.since_ns.is_none_or(|since| utc.ns >= since)
                && self.until_ns.is_none_or(|until| utc.ns < until)
        })
    }
}

/// Calls `row` with everything, a page at a time.
fn each_page<T>(
    mut read: impl FnMut(Page) -> Result<Vec<Placed<T>>, StoreError>,
    number: impl Fn(&T) -> u64,
    mut row: impl FnMut(Placed<T>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut after = None;
    loop {
        let page = read(Page { after, limit: PAGE_ROWS, newest_first: false })?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(number(&last.value));
        page.into_iter().try_for_each(&mut row)?;
    }
}

fn line<R>(
    out: &mut dyn Write,
    columns: &[Column<R>],
    row: &R,
    calendar: &Calendar,
) -> Result<(), ExportError> {
    Ok(csv::write_line(out, columns.iter().map(|column| (column.value)(row, calendar)))?)
}

fn write_reps(
    reader: &Reader,
    filter: &ExportFilter,
    calendar: &Calendar,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let ExportFilter { station, athlete, exercise, .. } = filter.clone();
    let mut wanted = RepFilter { station, athlete, exercise, ..RepFilter::default() };
    let read = |page| {
        wanted.page = page;
        reader.reps(&wanted)
    };
    each_page(
        read,
        |rep| rep.id.0,
        |rep| {
            if filter.wants(rep.utc(rep.value.ended_at)) { line(out, REPS, &rep, calendar) } else { Ok(()) }
        },
    )
}

fn write_sets(
    reader: &Reader,
    filter: &ExportFilter,
    calendar: &Calendar,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let ExportFilter { station, athlete, exercise, .. } = filter.clone();
    let mut wanted = SetFilter { station, athlete, exercise, ..SetFilter::default() };
    let read = |page| {
        wanted.page = page;
        reader.sets(&wanted)
    };
    each_page(
        read,
        |set: &SetRecord| set.id.0,
        |set| {
            if !filter.wants(set.utc(set.value.started_at)) {
                return Ok(());
            }
            let summaries = set.value.summaries.clone();
            let none = summaries.is_empty().then(Default::default);
            summaries.into_iter().chain(none).try_for_each(|summary| {
                let row = SetRow { set: set.clone(), summary };
                line(out, SETS, &row, calendar)
            })
        },
    )
}

fn write_sessions(
    reader: &Reader,
    filter: &ExportFilter,
    calendar: &Calendar,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let ExportFilter { station, athlete, .. } = filter.clone();
    let mut wanted = SessionFilter { station, athlete, ..SessionFilter::default() };
    let read = |page| {
        wanted.page = page;
        reader.sessions(&wanted)
    };
    each_page(
        read,
        |session: &SessionRecord| session.id.0,
        |session| {
            if !filter.wants(session.utc(session.value.started_at)) {
                return Ok(());
            }
            let of_session = SetFilter { session: Some(session.value.id), ..SetFilter::default() };
            let done = reader
                .sets(&of_session)?
                .into_iter()
                .map(|set| set.value.summaries.iter().map(|summary| u64::from(summary.reps)).sum::<u64>());
            let done: Vec<u64> = done.filter(|reps| *reps > 0).collect();
            let row = SessionRow { session, sets: done.len() as u64, reps: done.iter().sum() };
            line(out, SESSIONS, &row, calendar)
        },
    )
}
