//! The one place that asks what time it is and that waits.
//!
//! The run's clock is monotonic and knows nothing of the calendar; [`Anchors`] notes where it lies in UTC. A Pi has no
//! battery for its clock: it starts years off and jumps when the network comes, so an anchor says whether it can be
//! believed, and a jump adds another one.

use crate::model::{HostTime, NANOS_PER_SECOND, nanos_from_seconds};
use crate::radio::{BoxFuture, Clock};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A wall clock that is off by more than this against the monotonic one has jumped, ns.
const JUMP_NS: i64 = NANOS_PER_SECOND / 2;
/// 2025-01-01T00:00:00Z: this program did not exist before, so a clock that shows less is wrong.
const EARLIEST_UTC_NS: i64 = 1_735_689_600 * NANOS_PER_SECOND;
/// 2100-01-01T00:00:00Z.
const LATEST_UTC_NS: i64 = 4_102_444_800 * NANOS_PER_SECOND;
/// Written by systemd-timesyncd once it has set the clock.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
/// There while systemd-timesyncd runs.
const TIMESYNCD: &str = "/run/systemd/timesync";

/// The machine's clocks.
pub(super) trait Ticks: fmt::Debug + Send + Sync {
    /// Nanoseconds on a clock that never jumps.
    fn monotonic_ns(&self) -> i64;
    /// The wall clock, ns since 1970 UTC.
    fn utc_ns(&self) -> i64;
    /// Whether somebody has set the wall clock who knows, as far as one can tell.
    fn is_synchronised(&self) -> bool;
    /// Ends after `nanos`.
    fn wait(&self, nanos: i64) -> BoxFuture<'static, ()>;
}

/// This machine's.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemTicks {
    begin: Instant,
}

impl SystemTicks {
    #[expect(clippy::disallowed_methods, reason = "the daemon's one clock")]
    pub(super) fn new() -> Self {
        Self { begin: Instant::now() }
    }
}

impl Ticks for SystemTicks {
    fn monotonic_ns(&self) -> i64 {
        i64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(i64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "the daemon's one look at the wall clock")]
    fn utc_ns(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }

    fn is_synchronised(&self) -> bool {
        // another service may keep the time, and says so nowhere
        Path::new(SYNCHRONISED).exists() || !Path::new(TIMESYNCD).exists()
    }

    #[expect(clippy::disallowed_methods, reason = "the daemon's one way to wait")]
    fn wait(&self, nanos: i64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_nanos(nanos.max(0).unsigned_abs())))
    }
}

/// The outcome of `work`, or `None` when it takes longer than `seconds`.
pub(super) async fn within<T>(ticks: &dyn Ticks, seconds: f64, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = ticks.wait(nanos_from_seconds(seconds)) => None,
    }
}

/// The clock of the runs of one life of the daemon.
#[derive(Clone, Debug)]
pub(super) struct HostClock {
    ticks: Arc<dyn Ticks>,
    /// Host time when the monotonic clock shows 0, ns.
    offset_ns: i64,
}

impl HostClock {
    /// It is `now` now.
    pub(super) fn showing(ticks: Arc<dyn Ticks>, now: HostTime) -> Self {
        let offset_ns = now.0.saturating_sub(ticks.monotonic_ns());
        Self { ticks, offset_ns }
    }

    /// The machine's clocks.
    pub(super) fn ticks(&self) -> &dyn Ticks {
        &*self.ticks
    }
}

impl Clock for HostClock {
    fn now(&self) -> HostTime {
        HostTime(self.ticks.monotonic_ns().saturating_add(self.offset_ns))
    }

    fn wait_until(&self, t: HostTime) -> BoxFuture<'static, ()> {
        self.ticks.wait(t.0.saturating_sub(self.now().0))
    }
}

/// Whether a wall clock can be right at all.
pub(super) fn is_plausible(utc_ns: i64) -> bool {
    (EARLIEST_UTC_NS..LATEST_UTC_NS).contains(&utc_ns)
}

/// One reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The run's clock.
    pub(super) mono: HostTime,
    /// The wall clock, ns since 1970 UTC.
    pub(super) utc_ns: i64,
    /// Whether the wall clock can be believed.
    pub(super) certain: bool,
}

/// Notices when the wall clock moves against the run's clock.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    last: Option<Reading>,
}

/// Something about the calendar that must be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    /// Where it is now.
    pub(super) reading: Reading,
    /// How far the wall clock has jumped, ns; `None` at the first look.
    pub(super) jump_ns: Option<i64>,
}

impl Anchors {
    /// Takes over a reading that has been told already.
    pub(super) fn know(&mut self, reading: Reading) {
        self.last = Some(reading);
    }

    /// Looks at both clocks when the run's shows `mono`. Tells the first reading, and each after the wall clock has
    /// jumped or has become believable.
    pub(super) fn look(&mut self, mono: HostTime, ticks: &dyn Ticks) -> Option<Moved> {
        // a simulation's time may still be on its way to where it was anchored
        if self.last.is_some_and(|last| mono < last.mono) {
            return None;
        }
        let (utc_ns, certain) = wall(ticks);
        let reading = Reading { mono, utc_ns, certain };
        let jump_ns = self.last.map(|last| {
            let passed = mono.0.saturating_sub(last.mono.0);
            utc_ns.saturating_sub(last.utc_ns).saturating_sub(passed)
        });
        let is_news = match (self.last, jump_ns) {
            (Some(last), Some(jump_ns)) => jump_ns.saturating_abs() > JUMP_NS || (certain && !last.certain),
            _ => true,
        };
        is_news.then(|| {
            self.last = Some(reading);
            Moved { reading, jump_ns }
        })
    }
}

/// The wall clock, ns since 1970 UTC, and whether it can be believed.
pub(super) fn wall(ticks: &dyn Ticks) -> (i64, bool) {
    let utc_ns = ticks.utc_ns();
    (utc_ns, is_plausible(utc_ns) && ticks.is_synchronised())
}

/// Where a run's clock goes on after the daemon was away: as much later as the wall clock says, never earlier than it
/// was, and not at all when the wall clock can't be trusted to tell.
pub(super) fn goes_on_at(last: HostTime, last_utc_ns: Option<i64>, now_utc_ns: i64) -> HostTime {
    let away_ns = last_utc_ns.map_or(0, |last_ns| now_utc_ns.saturating_sub(last_ns));
    HostTime(last.0.saturating_add(away_ns.clamp(0, LONGEST_AWAY_NS)))
}

/// After a longer absence, ns, a run is not gone on with: half an hour.
pub(super) const LONGEST_AWAY_NS: i64 = 1800 * NANOS_PER_SECOND;

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};

    /// Clocks that are data. Waiting makes it later.
    #[derive(Debug)]
    pub(in crate::daemon) struct FakeTicks {
        pub(in crate::daemon) monotonic_ns: AtomicI64,
        pub(in crate::daemon) utc_ns: AtomicI64,
        pub(in crate::daemon) synchronised: AtomicBool,
    }

    impl FakeTicks {
        pub(in crate::daemon) fn at_utc(utc_s: i64) -> Arc<Self> {
            Arc::new(Self {
                monotonic_ns: AtomicI64::new(0),
                utc_ns: AtomicI64::new(utc_s * NANOS_PER_SECOND),
                synchronised: AtomicBool::new(true),
            })
        }

        pub(in crate::daemon) fn pass_s(&self, seconds: i64) {
            self.monotonic_ns.fetch_add(seconds * NANOS_PER_SECOND, SeqCst);
            self.utc_ns.fetch_add(seconds * NANOS_PER_SECOND, SeqCst);
        }
    }

    impl Ticks for FakeTicks {
        fn monotonic_ns(&self) -> i64 {
            self.monotonic_ns.load(SeqCst)
        }

        fn utc_ns(&self) -> i64 {
            self.utc_ns.load(SeqCst)
        }

        fn is_synchronised(&self) -> bool {
            self.synchronised.load(SeqCst)
        }

        fn wait(&self, nanos: i64) -> BoxFuture<'static, ()> {
            self.monotonic_ns.fetch_add(nanos.max(0), SeqCst);
            self.utc_ns.fetch_add(nanos.max(0), SeqCst);
            Box::pin(std::future::ready(()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::FakeTicks;
    use super::*;
    use std::sync::atomic::Ordering::SeqCst;

    /// Somewhere in 2026.
    const UTC_S: i64 = 1_777_888_800;
    const S: i64 = NANOS_PER_SECOND;

    #[test]
    fn the_first_look_a_jump_and_synchronisation_are_told_and_nothing_else() {
        let ticks = FakeTicks::at_utc(0);
        ticks.synchronised.store(false, SeqCst);
        let mut anchors = Anchors::default();
        let mut look = |t_s: i64| {
            let moved = anchors.look(HostTime(t_s * S), &*ticks);
            ticks.pass_s(3);
            moved.map(|moved| (moved.reading.certain, moved.jump_ns.map(|ns| ns / S)))
        };
        assert_eq!(look(0), Some((false, None)));
        assert_eq!(look(3), None);
        ticks.utc_ns.store(UTC_S * S, SeqCst);
        assert_eq!(look(6), Some((false, Some(UTC_S - 6))), "a plausible year, but nobody says it is right");
        assert_eq!(look(9), None);
        ticks.synchronised.store(true, SeqCst);
        assert_eq!(look(12), Some((true, Some(0))));
        ticks.synchronised.store(false, SeqCst);
        assert_eq!(look(15), None, "losing the network makes no time wrong");
        ticks.utc_ns.fetch_sub(3600 * S, SeqCst);
        assert_eq!(look(18), Some((false, Some(-3600))));
    }

    #[test]
    fn a_run_goes_on_after_the_time_that_passed_and_never_goes_back() {
        let (last, utc_ns) = (HostTime(100 * S), UTC_S * S);
        assert_eq!(goes_on_at(last, Some(utc_ns), utc_ns + 7 * S), HostTime(107 * S));
        assert_eq!(goes_on_at(last, Some(utc_ns), utc_ns - 9 * S), last);
        assert_eq!(goes_on_at(last, Some(utc_ns), i64::MAX), HostTime(100 * S + LONGEST_AWAY_NS));
        assert_eq!(goes_on_at(last, None, utc_ns), last);
    }

    #[test]
    fn the_clock_shows_what_it_was_set_to_and_waits() {
        let ticks = FakeTicks::at_utc(UTC_S);
        ticks.pass_s(50);
        let clock = HostClock::showing(ticks.clone(), HostTime(5 * S));
        ticks.pass_s(2);
        assert_eq!(clock.now(), HostTime(7 * S));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(clock.wait_until(HostTime(9 * S)));
        assert_eq!(clock.now(), HostTime(9 * S));
    }
}
