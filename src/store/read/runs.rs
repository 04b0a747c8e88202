//! Runs.

use super::Reader;
use crate::model::HostTime;
use crate::store::error::StoreError;
use crate::store::row::{Clocks, int, number, unreadable};
use crate::store::run::{RunId, RunRecord, RunSource};
use rusqlite::{Connection, Params, Row};
use thiserror::Error;

/// A source that this version does not know.
#[derive(Debug, Error)]
#[error("a run has the unknown source {0:?}")]
struct UnknownSource(String);

impl Reader {
    /// A run.
    pub fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.runs("WHERE id = ?1", [int(id.0)])?.pop())
    }

    /// The latest run that did not come to its end.
    pub fn unfinished_run(&self) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.runs("WHERE ended = 0 ORDER BY id DESC LIMIT 1", [])?.pop())
    }

    /// All runs that did not come to their end, oldest first.
    pub fn unfinished_runs(&self) -> Result<Vec<RunRecord>, StoreError> {
        self.runs("WHERE ended = 0 ORDER BY id", [])
    }

    /// The latest run over a recording of this SHA-256, hexadecimal.
    pub fn run_of_replay(&self, sha256: &str) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.runs("WHERE source_sha256 = ?1 ORDER BY id DESC LIMIT 1", [sha256])?.pop())
    }

    /// All runs, oldest first.
    pub(in crate::store) fn all_runs(&self) -> Result<Vec<RunRecord>, StoreError> {
        self.runs("ORDER BY id", [])
    }

    fn runs(&self, which: &str, values: impl Params) -> Result<Vec<RunRecord>, StoreError> {
        let select = format!(
            "SELECT id, source, source_sha256, fingerprint, inputs, source_inputs, events, last_ns,
                inputs_complete, ended FROM run {which}"
        );
        self.ask("reading runs", |connection| {
            let mut statement = connection.prepare_cached(&select)?;
            let rows = statement.query_map(values, |row| record(connection, row))?;
            rows.collect()
        })
    }
}

fn record(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    let (id, last) = (RunId(number(row, 0)?), HostTime(row.get(7)?));
    let source: String = row.get(1)?;
    Ok(RunRecord {
        id,
        source: match source.as_str() {
            "live" => RunSource::Live,
            "simulated" => RunSource::Simulated,
            "replay" => RunSource::Replay { sha256: row.get(2)? },
            _ => return Err(unreadable(1, UnknownSource(source))),
        },
        fingerprint: row.get(3)?,
        inputs: number(row, 4)?,
        source_inputs: number(row, 5)?,
        events: number(row, 6)?,
        last,
        last_utc: Clocks::default().of(connection, id)?.utc(last),
        inputs_complete: row.get(8)?,
        ended: row.get(9)?,
    })
}
