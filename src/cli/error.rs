//! What can go wrong with a command as a whole, and the exit code it gives.

use crate::config::{Mistakes, SettingsError, UnknownExercise};
use crate::daemon::DaemonError;
use crate::influx::{CarrierError, ReconcileError};
use crate::store::StoreError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a command failed.
#[derive(Debug, Error)]
pub(super) enum CliError {
    /// Options that don't go together, or a value that makes no sense.
    #[error("{0}\n\nFor more information, try '--help'.")]
    Usage(String),
    /// An exercise that the catalogue doesn't have.
    #[error(
        "{0}\n\n'ironstride exercises' lists all, 'ironstride exercises WORD' those with a word in their names."
    )]
    UnknownExercise(#[from] UnknownExercise),
    /// The exercise catalogue has mistakes.
    #[error(transparent)]
    Catalogue(#[from] Mistakes),
    /// The configuration can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The daemon can't start or had to end.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A backup was written and is not whole.
    #[error("{}: the copy is not whole ({faults}); `ironstride doctor` looks at the store", path.display())]
    BadCopy {
        /// The copy.
        path: PathBuf,
        /// What was found.
        faults: String,
    },
    /// There is no way to the server.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// Server and journal can't be compared, or not all was sent.
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    /// The server takes nothing from us.
    #[error("the server takes nothing: {0}; correct url, org, bucket or token of [influx]")]
    Locked(String),
    /// Server and journal are not alike.
    #[error(
        "{count} points are not alike; `ironstride influx backfill` sends again what the server lacks, and \
        docs/influx.md says what else can be done"
    )]
    Different {
        /// Points.
        count: u64,
    },
    /// A number that nothing has.
    #[error("{0}")]
    NotFound(String),
    /// A trust test can't be judged; why, and what to do.
    #[error("{0}")]
    Undecided(String),
    /// A trust test was not passed; its page says why.
    #[error("not passed")]
    NotPassed,
    /// The doctor found something that does not work; what stands with each.
    #[error("{failed} of these must be seen to; what to do stands with each")]
    Unwell {
        /// Findings that failed.
        failed: usize,
    },
    /// A file can't be written.
    #[error("cannot write {}: {source}; choose a place that exists and can be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Results can't be printed.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    /// Some files could not be used; why has been said with each.
    #[error("{failed} of {files} file(s) could not be analysed; the reason stands with each")]
    Failed {
        /// Files that failed.
        failed: usize,
        /// Files in all.
        files: usize,
    },
}

impl CliError {
    /// 1 when the work failed, 2 for wrong usage or configuration.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::UnknownExercise(_)
            | Self::Catalogue(_)
            | Self::Settings(_)
            | Self::Carrier(CarrierError::Off)
            | Self::Daemon(DaemonError::Settings(_)) => 2,
            Self::Daemon(_)
            | Self::Store(_)
            | Self::BadCopy { .. }
            | Self::Carrier(_)
            | Self::Reconcile(_)
            | Self::Locked(_)
            | Self::Different { .. }
            | Self::NotFound(_)
            | Self::Undecided(_)
            | Self::NotPassed
            | Self::Unwell { .. }
            | Self::Unwritable { .. }
            | Self::Output(_)
            | Self::Failed { .. } => 1,
        }
    }

    /// Whether the reader of our output has had enough (`ironstride … | head`), which is no failure.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
