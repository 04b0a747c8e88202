//! What can be wrong with a capture: what ends the reading, and what is only told.

use super::{CaptureFault, VERSION};
use crate::radio::lines::LineError;
use thiserror::Error;

/// What is wrong with a capture.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// The file can't be read on.
    #[error(transparent)]
    Read(#[from] LineError),
    /// Nothing in it.
    #[error(
        "the file is empty: a capture starts with `{{\"capture\":{VERSION},\"run\":…,\"anchor_utc_ns\":…}}`"
    )]
    Empty,
    /// The first line isn't a header.
    #[error(
        "line 1 is not the header of a capture, `{{\"capture\":{VERSION},\"run\":…,\"anchor_utc_ns\":…}}`: {reason}, in `{found}`"
    )]
    Header {
        /// What is wrong.
        reason: String,
        /// Start of the line.
        found: String,
    },
    /// A version that is not understood.
    #[error(
        "line 1: capture version {found} is not known here (version {VERSION} is); a newer ironstride may read it"
    )]
    Version {
        /// The version found.
        found: u64,
    },
    /// One line can't be understood.
    #[error("line {line}: {fault}; skipped")]
    BadLine {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        fault: CaptureFault,
    },
    /// Time runs backwards; the line that follows in the iteration is this one, at the time of the line before.
    #[error("line {line}: t_ns goes back from {before_ns} to {t_ns}; kept, at the time of the line before")]
    TimeBack {
        /// Its number, from 1.
        line: u64,
        /// Time of the line before, ns.
        before_ns: i64,
        /// Time of this line, ns.
        t_ns: i64,
    },
}

impl CaptureError {
    /// Whether reading can't go on.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::BadLine { .. } | Self::TimeBack { .. })
    }
}
