//! Cadence of a runner from a footpod.

mod cadence;
mod unit;

pub use cadence::Cadences;
