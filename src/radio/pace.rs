//! Letting time pass for sources that have a time of their own.

use super::{Delivery, RadioPort};
use crate::model::HostTime;
use tokio_util::sync::CancellationToken;

/// How often a source in real time says that time has passed, s: as late may a set close on the screen.
const SLICE_S: f64 = 0.1;

/// How fast a source with a time of its own delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// As it happened.
    Real,
    /// As fast as it is taken.
    Max,
}

/// Maps a source's time to the run's clock.
#[derive(Debug)]
pub(super) struct Pace {
    speed: Speed,
    /// What the run's clock shows when the source's time is 0, ns; known from the first input on.
    offset_ns: Option<i64>,
    passed: HostTime,
}

impl Pace {
    pub(super) fn new(speed: Speed) -> Self {
        Self { speed, offset_ns: None, passed: HostTime(i64::MIN) }
    }

    /// Waits until the source's time is `t`, and says now and then that time passes. `false` when asked to stop
    /// meanwhile.
    pub(super) async fn wait(&mut self, t: HostTime, port: &RadioPort, stop: &CancellationToken) -> bool {
        if self.speed == Speed::Max {
            return !stop.is_cancelled();
        }
        let offset_ns = *self.offset_ns.get_or_insert_with(|| port.clock.now().0.saturating_sub(t.0));
        self.passed = self.passed.max(HostTime(port.clock.now().0.saturating_sub(offset_ns)).min(t));
        while self.passed < t {
            let next = self.passed.plus_seconds(SLICE_S).min(t);
            tokio::select! {
                () = stop.cancelled() => return false,
                () = port.clock.wait_until(HostTime(next.0.saturating_add(offset_ns))) => {}
            }
            self.passed = next;
            if next < t && !port.deliver(Delivery::Time(next)).await {
                return false;
            }
        }
        !stop.is_cancelled()
    }
}
