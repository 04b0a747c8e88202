//! Two clocks that must never be mixed: the host's and each sensor's own.

use serde::{Deserialize, Serialize};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// Arrival time: nanoseconds on the host's monotonic clock since the run started.
///
/// Never wall-clock time; the store maps it to UTC by its clock anchors, because a Pi may boot in the wrong year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostTime(pub i64);

/// Nanoseconds on one sensor's own clock within one of its streams.
///
/// Differences within a stream are exact; between streams or sensors they mean nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceTime(pub i64);

impl HostTime {
    /// This time plus `seconds` (which may be negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        Self(self.0.saturating_add(nanos_from_seconds(seconds)))
    }

    /// Seconds from `earlier` to this time.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        seconds_from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl DeviceTime {
    /// This time plus `seconds` (which may be negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        Self(self.0.saturating_add(nanos_from_seconds(seconds)))
    }

    /// Seconds from `earlier` to this time.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        seconds_from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Seconds as whole nanoseconds, rounded; out-of-range values saturate and NaN is 0 (the float-to-integer cast).
#[must_use]
pub fn nanos_from_seconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// Whole nanoseconds as seconds.
#[must_use]
pub fn seconds_from_nanos(nanos: i64) -> f64 {
    nanos as f64 * 1e-9
}
