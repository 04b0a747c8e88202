//! What can be wrong with a trace: what ends the reading, and what is only told.

use super::columns::{GYROSCOPE, LineFault, header};
use super::units::UnitDoubt;
use crate::radio::lines::LineError;
use thiserror::Error;

/// What is wrong with a trace.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file can't be read on.
    #[error(transparent)]
    Read(#[from] LineError),
    /// Nothing in it.
    #[error("the file is empty: a trace starts with the header `{}`", header())]
    Empty,
    /// The first line doesn't name the columns.
    #[error(
        "line {line} is not the header of a trace: column `{missing}` is missing in `{found}`; expected `{}`",
        header()
    )]
    Header {
        /// Its number, from 1.
        line: u64,
        /// The first column that is missing.
        missing: &'static str,
        /// Start of the line.
        found: String,
    },
    /// The columns are there, with other signs between them.
    #[error("line {line}: the separator is {found}: use `,` between the columns and `.` in the numbers")]
    Separator {
        /// Number of the header's line, from 1.
        line: u64,
        /// The separator, in words.
        found: &'static str,
    },
    /// Not one line after the header can be used.
    #[error("no usable line: {bad} bad lines after the header, the first: {first}")]
    NothingUsable {
        /// How many lines were bad.
        bad: u64,
        /// What was wrong with the first of them.
        first: String,
    },
    /// A header and nothing else.
    #[error("no usable line: there is nothing after the header")]
    HeaderOnly,
    /// Some of the gyroscope's columns are there and some not.
    #[error("line {line}: column `{missing}` is missing, so the gyroscope is left out; it needs all of `{}`", GYROSCOPE.join(","))]
    HalfGyroscope {
        /// Number of the header's line, from 1.
        line: u64,
        /// The first column that is missing.
        missing: &'static str,
    },
    /// Lines before the header.
    #[error("{lines} blank or comment lines before the header; skipped")]
    BeforeHeader {
        /// How many.
        lines: u64,
    },
    /// The gyroscope's columns are there and some of their values are not.
    #[error(
        "{lines} lines have no value in at least one column of the gyroscope; used by their accelerometer alone"
    )]
    GyroscopeAbsent {
        /// How many.
        lines: u64,
    },
    /// The numbers don't look like their units.
    #[error(transparent)]
    Unit(UnitDoubt),
    /// One line can't be used.
    #[error("line {line}: {fault}; skipped")]
    BadLine {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        fault: LineFault,
    },
}

impl TraceError {
    /// Whether reading can't go on.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        !matches!(
            self,
            Self::BadLine { .. }
                | Self::HalfGyroscope { .. }
                | Self::BeforeHeader { .. }
                | Self::GyroscopeAbsent { .. }
                | Self::Unit(_)
        )
    }
}
