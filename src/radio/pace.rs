//! Letting time pass for sources that have a time of their own.

use super::{Delivery, RadioPort};
use crate::model::HostTime;
use tokio_util::sync::CancellationToken;

/// How often a source in its own time says that time has passed, s of the run's clock: as late may a set close on the
/// screen.
const SLICE_S: f64 = 0.1;

/// How fast a source with a time of its own delivers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as it happened; positive.
    Times(f64),
    /// As fast as it is taken.
    Max,
}

impl Speed {
    /// As it happened.
    pub const REAL: Self = Self::Times(1.0);
}

/// Maps a source's time to the run's clock.
#[derive(Debug)]
pub(super) struct Pace {
    speed: Speed,
    /// The source's time and the run's clock at the first input.
    begun: Option<(HostTime, HostTime)>,
    passed: HostTime,
}

impl Pace {
    pub(super) fn new(speed: Speed) -> Self {
        Self { speed, begun: None, passed: HostTime(i64::MIN) }
    }

    /// Waits until the source's time is `t`, and says now and then that time passes. `false` when asked to stop
    /// meanwhile.
    pub(super) async fn wait(&mut self, t: HostTime, port: &RadioPort, stop: &CancellationToken) -> bool {
        let Speed::Times(times) = self.speed else { return !stop.is_cancelled() };
        let (source, clock) = *self.begun.get_or_insert_with(|| (t, port.clock.now()));
        let now = source.plus_seconds(port.clock.now().seconds_since(clock) * times);
        self.passed = self.passed.max(now.min(t));
        while self.passed < t {
            let next = self.passed.plus_seconds(SLICE_S * times).min(t);
            tokio::select! {
                () = stop.cancelled() => return false,
                () = port.clock.wait_until(clock.plus_seconds(next.seconds_since(source) / times)) => {}
            }
            self.passed = next;
            if next < t && !port.deliver(Delivery::Time(next)).await {
                return false;
            }
        }
        !stop.is_cancelled()
    }
}
