//! The journal itself, in order.

use super::Reader;
use crate::model::HostTime;
use crate::store::clock::RunClock;
use crate::store::entry::StoredEvent;
use crate::store::error::StoreError;
use crate::store::row::{Clocks, entry, int, number};
use crate::store::run::RunId;
use rusqlite::params;
use std::sync::Arc;

impl Reader {
    /// The entries after a `seq`, oldest first.
    pub fn events_after(&self, seq: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let select =
            "SELECT seq, run, at_ns, axis, kind, payload FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        self.ask("reading the journal", |connection| {
            let mut statement = connection.prepare_cached(select)?;
            let mut rows = statement.query(params![int(seq), limit])?;
            let mut clocks = Clocks::default();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (run, at) = (RunId(number(row, 1)?), HostTime(row.get(2)?));
                let axis = RunId(number(row, 3)?);
                found.push(StoredEvent {
                    seq: number(row, 0)?,
                    run,
                    at,
                    utc: clocks.of(connection, run)?.utc(at),
                    axis,
                    clock: clocks.of(connection, axis)?,
                    entry: entry(row, 4, 5)?,
                });
            }
            Ok(found)
        })
    }

    /// The latest `seq`; 0 while there is none.
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        self.ask("reading the latest entry", |connection| {
            let mut statement = connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?;
            statement.query_row([], |row| number(row, 0))
        })
    }

    /// The clock of a run.
    pub fn clock(&self, run: RunId) -> Result<Arc<RunClock>, StoreError> {
        self.ask("reading a clock", |connection| Clocks::default().of(connection, run))
    }
}
