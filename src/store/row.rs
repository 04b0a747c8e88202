//! Values between rows and our words.

use super::clock::{ClockAnchor, RunClock};
use super::entry::Entry;
use super::run::RunId;
use crate::model::HostTime;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, Row};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Our numbers stay below 2^53; what can't be is as large as can be.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that counts.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(column, value))
}

/// A column of JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// An entry of this kind in a column.
pub(super) fn entry(row: &Row<'_>, kind: usize, payload: usize) -> rusqlite::Result<Entry> {
    if row.get_ref(kind)?.as_str()? == super::project::CHANGE {
        json(row, payload).map(Entry::Change)
    } else {
        json(row, payload).map(Entry::Event)
    }
}

/// What stands in a column is not what was written.
pub(super) fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// The clocks of runs, each read once.
#[derive(Default)]
pub(super) struct Clocks {
    known: BTreeMap<RunId, Arc<RunClock>>,
}

impl Clocks {
    /// The clock of a run.
    pub(super) fn of(&mut self, connection: &Connection, run: RunId) -> rusqlite::Result<Arc<RunClock>> {
        if let Some(clock) = self.known.get(&run) {
            return Ok(Arc::clone(clock));
        }
        let clock = Arc::new(clock(connection, run)?);
        self.known.insert(run, Arc::clone(&clock));
        Ok(clock)
    }

    /// Its anchors have changed, or may have.
    pub(super) fn forget(&mut self, run: RunId) {
        self.known.remove(&run);
    }
}

fn clock(connection: &Connection, run: RunId) -> rusqlite::Result<RunClock> {
    let mut ask =
        connection.prepare_cached("SELECT mono_ns, utc_ns, certain FROM clock_anchor WHERE run = ?1")?;
    let anchors = ask.query_map([int(run.0)], |row| {
        let (mono, utc_ns, certain) = (HostTime(row.get(0)?), row.get(1)?, row.get(2)?);
        Ok(ClockAnchor { run, mono, utc_ns, certain })
    })?;
    Ok(RunClock::new(anchors.collect::<rusqlite::Result<_>>()?))
}
