//! Lives of an engine.

use super::clock::Utc;
use crate::model::HostTime;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One life of an engine over one source. Every time in the journal is a time of some run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a run's inputs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunSource {
    /// Radio.
    Live,
    /// The simulator.
    Simulated,
    /// A recording.
    Replay {
        /// SHA-256 of the recording, hexadecimal.
        sha256: String,
    },
}

/// The beginning of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStart {
    /// Its number, from [`Journal::begin`](super::Journal::begin).
    pub run: RunId,
    /// Where its inputs come from.
    pub source: RunSource,
    /// Program and parameters: an engine with the same gives the same events for the same inputs.
    pub fingerprint: String,
}

/// What the store knows of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Which.
    pub id: RunId,
    /// Where its inputs come from.
    pub source: RunSource,
    /// Program and parameters.
    pub fingerprint: String,
    /// Inputs journalled.
    pub inputs: u64,
    /// Those of them that the source delivered: as many it skips when it goes on.
    pub source_inputs: u64,
    /// Events journalled that an engine gave (see [`is_journalled`](super::is_journalled)).
    pub events: u64,
    /// How far the engine's time had come.
    pub last: HostTime,
    /// The same in UTC.
    pub last_utc: Option<Utc>,
    /// Whether all its inputs are here; `false` once there was no room for samples.
    pub inputs_complete: bool,
    /// Whether it came to its end.
    pub ended: bool,
}
