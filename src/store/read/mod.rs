//! Reading: connections of their own, which never hold up the writer.

mod ask;
mod entities;
mod events;
mod filter;
mod inputs;
mod labels;
mod runs;

pub use entities::{Advised, Placed};
pub use filter::{AdviceFilter, CadenceFilter, Page, RepFilter, SessionFilter, SetFilter};
pub use inputs::Inputs;
pub use labels::{Answered, Correction, StationState};

use super::error::StoreError;
use super::open;
use super::row::number;
use rusqlite::Connection;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections kept open between questions; more are opened when more ask at once.
const KEPT: usize = 4;

/// Reads a store. Cheap to clone; every call blocks for a moment and asks a connection of its own, so readers neither
/// wait for the writer nor hold it up.
#[derive(Clone)]
pub struct Reader {
    pool: Arc<Pool>,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(&self.pool.path).finish()
    }
}

/// The store in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreStatus {
    /// The file.
    pub path: PathBuf,
    /// Version of its tables.
    pub version: i64,
    /// Size of the file, bytes.
    pub database_bytes: u64,
    /// Size of the write-ahead log, bytes.
    pub wal_bytes: u64,
    /// The latest `seq`.
    pub last_seq: u64,
    /// Closed sets whose athlete, exercise or load nobody has said.
    pub unlabelled_sets: u64,
}

impl Reader {
    /// A reader of the store at `path`, which must exist and be of this program's version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let first = open::readable(path)?;
        Ok(Self { pool: Arc::new(Pool { path: path.to_owned(), idle: Mutex::new(vec![first]) }) })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.pool.path
    }

    /// The store in numbers.
    pub fn status(&self) -> Result<StoreStatus, StoreError> {
        let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        Ok(StoreStatus {
            path: self.pool.path.clone(),
            version: open::VERSION,
            database_bytes: size(&self.pool.path),
            wal_bytes: size(&open::wal_of(&self.pool.path)),
            last_seq: self.last_seq()?,
            unlabelled_sets: self.unlabelled_sets(None)?,
        })
    }

    /// The next number that no repetition, set, session or advice has.
    pub fn next_id(&self) -> Result<u64, StoreError> {
        let ask = "SELECT 1 + max(coalesce((SELECT max(id) FROM rep), 0),
            coalesce((SELECT max(id) FROM set_record), 0), coalesce((SELECT max(id) FROM session), 0),
            coalesce((SELECT max(id) FROM advice), 0))";
        self.ask("reading the next number", |connection| {
            connection.prepare_cached(ask)?.query_row([], |row| number(row, 0))
        })
    }

    /// Asks a connection, in one state of the store.
    pub(in crate::store) fn ask<T>(
        &self,
        doing: &'static str,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let failed = |error| StoreError::sqlite(&self.pool.path, doing, &error);
        let kept = self.idle().pop();
        let connection = kept.map_or_else(|| open::readable(&self.pool.path), Ok)?;
        let transaction = connection.unchecked_transaction().map_err(failed)?;
        let answer = question(&transaction).map_err(failed)?;
        drop(transaction);
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        Ok(answer)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
