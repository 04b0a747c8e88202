//! From a run's monotonic clock to the calendar, when somebody knows it.

use super::run::RunId;
use crate::model::HostTime;

/// At one moment a run's clock and the calendar were both read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockAnchor {
    /// The run.
    pub run: RunId,
    /// Its clock.
    pub mono: HostTime,
    /// The calendar, ns since 1970-01-01 UTC.
    pub utc_ns: i64,
    /// Whether the machine's clock was synchronised; else it may be years off.
    pub certain: bool,
}

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Utc {
    /// Nanoseconds since 1970-01-01 UTC.
    pub ns: i64,
    /// Whether the clock it comes from was synchronised. When not, the moment moves once it is.
    pub certain: bool,
}

/// All anchors of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunClock {
    /// In order of the run's clock.
    anchors: Vec<ClockAnchor>,
}

impl RunClock {
    /// The clock of these anchors, in any order.
    #[must_use]
    pub fn new(mut anchors: Vec<ClockAnchor>) -> Self {
        anchors.sort_by_key(|anchor| anchor.mono);
        Self { anchors }
    }

    /// The moment in UTC, `None` while nothing is known of the calendar.
    ///
    /// The latest certain anchor until `t` counts, so that a later jump of the wall clock moves nothing before it;
    /// else the first certain one, which places what was recorded before synchronisation; else the first at all.
    #[must_use]
    pub fn utc(&self, t: HostTime) -> Option<Utc> {
        let certain = || self.anchors.iter().filter(|anchor| anchor.certain);
        let anchor = certain()
            .take_while(|anchor| anchor.mono <= t)
            .last()
            .or_else(|| certain().next())
            .or_else(|| self.anchors.first())?;
        let since = t.0.saturating_sub(anchor.mono.0);
        Some(Utc { ns: anchor.utc_ns.saturating_add(since), certain: anchor.certain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(mono: i64, utc_ns: i64, certain: bool) -> ClockAnchor {
        ClockAnchor { run: RunId(1), mono: HostTime(mono), utc_ns, certain }
    }

    fn at(clock: &RunClock, t: i64) -> Option<(i64, bool)> {
        clock.utc(HostTime(t)).map(|utc| (utc.ns, utc.certain))
    }

    #[test]
    fn without_an_anchor_the_calendar_is_unknown() {
        assert_eq!(at(&RunClock::default(), 5), None);
    }

    #[test]
    fn an_unsynchronised_clock_places_until_a_certain_one_comes() {
        let unsure = anchor(0, 1_000, false);
        assert_eq!(at(&RunClock::new(vec![unsure]), 7), Some((1_007, false)));
        let clock = RunClock::new(vec![anchor(100, 900_100, true), unsure]);
        assert_eq!(at(&clock, 7), Some((900_007, true)), "placed again, before the anchor too");
        assert_eq!(at(&clock, 150), Some((900_150, true)));
    }

    #[test]
    fn a_jump_of_the_wall_clock_moves_nothing_before_it() {
        let clock = RunClock::new(vec![anchor(0, 1_000, true), anchor(50, 9_000, true)]);
        assert_eq!(at(&clock, 49), Some((1_049, true)));
        assert_eq!(at(&clock, 50), Some((9_000, true)));
    }

    #[test]
    fn impossible_times_saturate() {
        let clock = RunClock::new(vec![anchor(i64::MIN, i64::MAX, true)]);
        assert_eq!(at(&clock, i64::MAX), Some((i64::MAX, true)));
    }
}
