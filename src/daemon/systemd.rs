//! What systemd wants to know: ready, alive, stopping. Without systemd nobody listens, and nothing is lost.

use super::clock::Ticks;
use crate::model::NANOS_PER_SECOND;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio_util::sync::CancellationToken;

/// Rises whenever its owner has come round once more.
#[derive(Clone, Debug, Default)]
pub(super) struct Beat(Arc<AtomicU64>);

impl Beat {
    pub(super) fn rise(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    pub(super) fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Tells systemd something.
pub(super) fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!("systemd can't be told: {error}");
    }
}

/// Feeds the watchdog as long as every one of `beats` goes on; a daemon whose core or writer hangs is started anew.
pub(super) async fn feed_watchdog(
    ticks: Arc<dyn Ticks>,
    beats: impl Fn() -> Vec<u64> + Send,
    stop: CancellationToken,
) {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let every_ns = i64::try_from(patience.as_nanos() / 3).unwrap_or(i64::MAX).max(NANOS_PER_SECOND / 10);
    let mut guard = Guard::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = ticks.wait(every_ns) => {}
        }
        if guard.goes_on(beats()) {
            tell(NotifyState::Watchdog);
        } else {
            tracing::error!("core or journal stand still: the watchdog is not fed");
        }
    }
}

/// Compares beats with those of the last look.
#[derive(Debug, Default)]
struct Guard {
    last: Vec<u64>,
}

impl Guard {
    fn goes_on(&mut self, beats: Vec<u64>) -> bool {
        let goes_on =
            beats.len() != self.last.len() || beats.iter().zip(&self.last).all(|(now, then)| now != then);
        self.last = beats;
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_fed_only_while_all_go_on() {
        let mut guard = Guard::default();
        assert!(guard.goes_on(vec![0, 0]), "the first look has nothing to compare with");
        assert!(guard.goes_on(vec![4, 1]));
        assert!(!guard.goes_on(vec![9, 1]), "the writer hangs");
        assert!(!guard.goes_on(vec![9, 2]), "the core hangs");
        assert!(guard.goes_on(vec![10, 3]));
    }
}
