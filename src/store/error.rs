//! What can go wrong with the store, where, and what to do.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the store could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// A newer program has written it.
    #[error(
        "{path}: a newer ironstride wrote this store (its version is {found}, this program knows up to {known}); \
         install that version again, or choose another store directory"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The file's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// An older program has written it.
    #[error(
        "{path}: an older ironstride wrote this store (its version is {found}, this program reads {known}); start \
         the daemon once, which brings it up to date"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// The file's version.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// The file is a database no longer, or contradicts itself.
    #[error(
        "{path}: this store is damaged ({what}); keep a copy of it, restore the latest backup, or move it away to \
         begin a new one"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// Somebody else's file.
    #[error(
        "{path}: not a store of ironstride, or damaged beyond recognition; nothing was changed; restore a backup or \
         choose another directory"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// Another program writes it.
    #[error(
        "{path}: another ironstride{who} is using this store; stop that one, or choose another directory"
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// Which, such as ` (process 12)`, when known.
        who: String,
    },
    /// There is no store yet where one was to be read.
    #[error("{path}: there is no store; start the daemon first, or name the directory of another")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A backup would take the place of something.
    #[error("{path}: there is a file already, and a backup overwrites nothing; choose another name")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The disk, or what the configuration allows of it, is full.
    #[error(
        "{path}: no room to write ({what}); free space on the disk or raise store.max_size; what waits is kept in \
         memory and tried again"
    )]
    Full {
        /// The file.
        path: PathBuf,
        /// Who says so.
        what: String,
    },
    /// The operating system said no.
    #[error("{path}: {doing}: {what}; check the disk and the directory's permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The system's word.
        what: String,
    },
    /// The database said no.
    #[error("{path}: {doing}: {what}; `ironstride doctor` looks closer")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The database's word.
        what: String,
    },
    /// The writer has ended.
    #[error("the writer of the store has ended; restart the daemon")]
    Closed,
}

impl StoreError {
    /// The database's error as one of ours.
    pub(super) fn sqlite(path: &Path, doing: &'static str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, DiskFull, NotADatabase, SystemIoFailure};
        let (path, what) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full { path, what },
            Some(DatabaseCorrupt) => Self::Damaged { path, what },
            Some(NotADatabase) => Self::NotOurs { path },
            Some(SystemIoFailure) => Self::Io { path, doing, what },
            None if is_content(error) => Self::Damaged { path, what },
            _ => Self::Sqlite { path, doing, what },
        }
    }

    /// The system's error as one of ours.
    pub(super) fn io(path: &Path, doing: &'static str, error: &std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), doing, what: error.to_string() }
    }
}

/// Whether what was read is not what was written.
fn is_content(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..))
}
