//! Counts a sensor's samples by their arrival: the only proof that it sends as fast as it was asked to.

use crate::model::HostTime;

/// So long does a sensor get to begin as it was asked to, s.
const SETTLE_S: f64 = 2.0;
/// Samples are counted for so long, s: the bursts of a radio link then make less than two percent.
const WINDOW_S: f64 = 10.0;
/// Silence after which counting begins anew, s.
const SILENCE_S: f64 = 3.0;

/// One sensor's samples, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct RateWatch {
    /// When counting began or will.
    since: Option<HostTime>,
    last: Option<HostTime>,
    counted: usize,
}

impl RateWatch {
    /// Samples arrived; their rate, Hz, whenever a window is full.
    pub(super) fn count(&mut self, at: HostTime, samples: usize) -> Option<f64> {
        let was_silent = self.last.replace(at).is_none_or(|last| at.seconds_since(last) > SILENCE_S);
        if was_silent {
            self.begin(at.plus_seconds(SETTLE_S));
        }
        let since = self.since?;
        if at <= since {
            // what comes at the very beginning was measured before it
            return None;
        }
        self.counted += samples;
        let counted_s = at.seconds_since(since);
        if counted_s < WINDOW_S {
            return None;
        }
        let rate_hz = self.counted as f64 / counted_s;
        self.begin(at);
        Some(rate_hz)
    }

    fn begin(&mut self, since: HostTime) {
        self.since = Some(since);
        self.counted = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates told while four samples arrive every `every_s` from `from_s` to `to_s`.
    fn rates(watch: &mut RateWatch, every_s: f64, from_s: f64, to_s: f64) -> Vec<f64> {
        let arrivals = 0..((to_s - from_s) / every_s) as i32;
        let at = |i: i32| HostTime::default().plus_seconds(from_s + f64::from(i) * every_s);
        arrivals.filter_map(|i| watch.count(at(i), 4)).collect()
    }

    #[test]
    fn samples_are_counted_over_windows_and_not_over_silences() {
        let mut watch = RateWatch::default();
        let first = rates(&mut watch, 0.02, 0.0, 30.0);
        assert_eq!(first.len(), 2);
        assert!(first.iter().all(|rate| (rate - 200.0).abs() < 1.0), "{first:?}");
        let slow = rates(&mut watch, 0.1, 100.0, 123.0);
        assert_eq!(slow.len(), 2);
        assert!(slow.iter().all(|rate| (rate - 40.0).abs() < 1.0), "{slow:?}");
    }
}
