//! Why a file could not be analysed.

use crate::radio::capture::CaptureError;
use crate::radio::trace::TraceError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a file could not be analysed.
#[derive(Debug, Error)]
pub(in crate::cli) enum AnalyzeError {
    #[error("cannot read the file: {0}")]
    Open(io::Error),
    #[error(transparent)]
    Trace(#[from] TraceError),
    #[error(transparent)]
    Capture(#[from] CaptureError),
    #[error("cannot write the series: {0}")]
    Series(#[from] io::Error),
    #[error(
        "cannot write the series {}: {source}; choose a place that exists and can be written", path.display()
    )]
    SeriesAt { path: PathBuf, source: io::Error },
    #[error(
        "cadence from a motion trace is not measured yet; it needs a capture of a footpod that speaks Running Speed and \
         Cadence"
    )]
    FootTrace,
    #[error("no usable line: the capture holds no notification{}", because(.first.as_deref()))]
    NoNotification { first: Option<String> },
    #[error(
        "nothing to measure: of {notifications} notifications none could be understood as a bar sensor's or a \
         footpod's; senders: {}{}", .senders.join(", "), because(.first.as_deref())
    )]
    NothingMeasured { notifications: u64, senders: Vec<String>, first: Option<String> },
    #[error("no {wanted} in this capture, only {found}; try --kind {other}")]
    OtherKind { wanted: &'static str, found: &'static str, other: &'static str },
    #[error(
        "ironstride made a mistake with this file, told on standard error; please report it with the file"
    )]
    Bug,
}

fn because(first: Option<&str>) -> String {
    first.map(|warning| format!("; first warning: {warning}")).unwrap_or_default()
}
