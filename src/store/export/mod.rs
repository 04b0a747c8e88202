//! Tables of comma-separated values for spreadsheets and statistics, a page of the store at a time.

mod calendar;
mod columns;
mod csv;

pub use calendar::Calendar;

use super::{Page, Placed, Reader, RepFilter, SessionFilter, SetFilter, StoreError, Utc};
use crate::model::{AthleteId, ExerciseId, SetSummary, StationId};
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

    /// Writes a header and the rows that pass the filter, in order of their numbers; says how many rows.
    pub fn write(
        self,
        reader: &Reader,
        filter: &ExportFilter,
        calendar: &Calendar,
        out: &mut dyn Write,
    ) -> Result<u64, ExportError> {
        let header = self.columns().into_iter().map(|[name, ..]| Cell::Text(name.to_owned()));
        csv::write_line(out, header)?;
        let mut sheet = Sheet { reader, filter, calendar, out, rows: 0 };
        match self {
            Self::Reps => sheet.reps(),
            Self::Sets => sheet.sets(),
            Self::Sessions => sheet.sessions(),
        }?;
        Ok(sheet.rows)
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

/// A table being written.
struct Sheet<'a> {
    reader: &'a Reader,
    filter: &'a ExportFilter,
    calendar: &'a Calendar,
    out: &'a mut dyn Write,
    rows: u64,
}

impl Sheet<'_> {
    fn line<R>(&mut self, columns: &[Column<R>], row: &R) -> Result<(), ExportError> {
        self.rows += 1;
        Ok(csv::write_line(self.out, columns.iter().map(|column| (column.value)(row, self.calendar)))?)
    }

    fn reps(&mut self) -> Result<(), ExportError> {
        let ExportFilter { station, athlete, exercise, .. } = self.filter.clone();
        let mut wanted = RepFilter { station, athlete, exercise, ..RepFilter::default() };
        let reader = self.reader;
        let read = |page| {
            wanted.page = page;
            reader.reps(&wanted)
        };
        each_page(
            read,
            |rep| rep.id.0,
            |rep| {
                let wanted = self.filter.wants(rep.utc(rep.value.ended_at));
                if wanted { self.line(REPS, &rep) } else { Ok(()) }
            },
        )
    }

    fn sets(&mut self) -> Result<(), ExportError> {
        let ExportFilter { station, athlete, exercise, .. } = self.filter.clone();
        let mut wanted = SetFilter { station, athlete, exercise, ..SetFilter::default() };
        let reader = self.reader;
        let read = |page| {
            wanted.page = page;
            reader.sets(&wanted)
        };
        each_page(
            read,
            |set| set.id.0,
            |set| {
                if !self.filter.wants(set.utc(set.value.started_at)) {
                    return Ok(());
                }
                // a set without a repetition that counts is a line all the same
                let none = set.value.summaries.is_empty().then(SetSummary::default);
                let summaries = set.value.summaries.clone().into_iter().chain(none);
                summaries
                    .map(|summary| SetRow { set: set.clone(), summary })
                    .try_for_each(|row| self.line(SETS, &row))
            },
        )
    }

    fn sessions(&mut self) -> Result<(), ExportError> {
        let ExportFilter { station, athlete, .. } = self.filter.clone();
        let mut wanted = SessionFilter { station, athlete, ..SessionFilter::default() };
        let reader = self.reader;
        let read = |page| {
            wanted.page = page;
            reader.sessions(&wanted)
        };
        each_page(
            read,
            |session| session.id.0,
            |session| {
                if !self.filter.wants(session.utc(session.value.started_at)) {
                    return Ok(());
                }
                let of_session = SetFilter { session: Some(session.value.id), ..SetFilter::default() };
                let sets = self.reader.sets(&of_session)?;
                let reps =
                    sets.iter().map(|set| set.value.summaries.iter().map(|side| u64::from(side.reps)).sum());
                let done: Vec<u64> = reps.filter(|reps| *reps > 0).collect();
                let row = SessionRow { session, sets: done.len() as u64, reps: done.iter().sum() };
                self.line(SESSIONS, &row)
            },
        )
    }
}
