//! How commands print what they found.

use clap::ValueEnum;

/// For whom the output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

/// A figure to six decimals, far below what any of them means; never `-0`.
pub(super) fn rounded(x: f64) -> f64 {
    (x * 1e6).round() / 1e6 + 0.0
}
