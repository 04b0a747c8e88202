//! Times of a run as the calendar's: the host's own clock never leaves the program.

use crate::model::HostTime;
use crate::store::{RunClock, Utc};
use jiff::Timestamp;

/// A time as the API writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// RFC 3339, UTC, whole milliseconds; unknown until the run has an anchor to the calendar.
    pub(crate) rfc3339: Option<String>,
    /// Whether the host's clock was synchronised.
    pub(crate) certain: bool,
}

/// Places a run's times in the calendar.
pub(crate) trait Moments {
    /// The calendar's time for `at`.
    fn moment(&self, at: HostTime) -> Moment;
}

impl Moments for RunClock {
    fn moment(&self, at: HostTime) -> Moment {
        self.utc(at).map(moment).unwrap_or_default()
    }
}

/// A placed time as the API writes it.
pub(crate) fn moment(utc: Utc) -> Moment {
    Moment { rfc3339: rfc3339(utc.ns), certain: utc.certain }
}

/// Nanoseconds since 1970 as RFC 3339 in whole milliseconds.
pub(crate) fn rfc3339(utc_ns: i64) -> Option<String> {
    let at = Timestamp::from_nanosecond(i128::from(utc_ns)).ok()?;
    Some(format!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_whole_milliseconds() {
        assert_eq!(rfc3339(1_750_000_000_123_987_654).as_deref(), Some("2025-06-15T15:06:40.123Z"));
        assert_eq!(rfc3339(0).as_deref(), Some("1970-01-01T00:00:00.000Z"));
        assert!(rfc3339(i64::MIN).is_some());
    }
}
