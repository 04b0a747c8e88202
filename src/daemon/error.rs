//! Why the daemon can't start or had to end.

use super::core::CoreError;
use super::supervise::GivenUp;
use crate::config::SettingsError;
use crate::radio::capture::CaptureError;
use crate::store::StoreError;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use thiserror::Error;

/// Why the daemon can't start or had to end.
#[derive(Debug, Error)]
pub enum DaemonError {
    /// The configuration can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The port can't be had.
    #[error("cannot listen at {address}: {reason}; {hint}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's word.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// A recording can't be read.
    #[error("{path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A recording is none.
    #[error("{path}: {reason}", path = path.display())]
    NoCapture {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: CaptureError,
    },
    /// A recording was begun and can't be gone on with.
    #[error(
        "{path}: this recording was replayed in part and can't go on where it stopped: {why}; replay it into another \
         store (--data)",
        path = path.display()
    )]
    CantGoOn {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A task failed for good.
    #[error(transparent)]
    GivenUp(#[from] GivenUp),
    /// The core failed for good.
    #[error("the core can't go on: {0}")]
    Core(#[from] CoreError),
    /// The core panicked outside the engine.
    #[error(
        "the core panicked: {0}; start the daemon again, it goes on where it was, and please report this"
    )]
    CorePanicked(String),
    /// The journal could not be closed in time.
    #[error(
        "the journal did not close in time: the disk is slow or full; what was not written in time is lost"
    )]
    Unflushed,
    /// The system gives no threads.
    #[error("cannot start: {0}")]
    System(io::Error),
}

impl DaemonError {
    /// A port that can't be had, with what to do.
    pub(super) fn listen(address: SocketAddr, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "stop the program that uses this port, or choose another with --listen"
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 are for services; choose another with --listen"
            }
            io::ErrorKind::AddrNotAvailable => "no network of this machine has this address; check --listen",
            _ => "choose another address with --listen",
        };
        Self::Listen { address, reason: error.to_string(), hint }
    }
}
