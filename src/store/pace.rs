//! When to commit and when to make the disk keep it: at once where somebody waits, seldom where nobody does.

use super::entry::Step;
use super::journal::Write;
use crate::model::{Event, Input};
use std::time::Duration;

/// Commits that follow on one another at once share one when they come closer than this: nobody sees the difference,
/// and a replay at full speed makes a tenth of the commits.
const APART: Duration = Duration::from_millis(20);
/// For what is shown but not waited for; a little less than the second that is promised.
const SOON: Duration = Duration::from_millis(900);
/// For samples; a little less than the five seconds that are promised.
const LATER: Duration = Duration::from_millis(4_500);
/// From a commit that must outlive a power cut to its sync: half of the two seconds that are promised.
const SYNC: Duration = Duration::from_secs(1);
/// Bytes of inputs that are committed without waiting on: what a reader later holds at a time.
const LARGE: usize = 512 << 10;
/// First wait after a failed commit; each further one doubles it.
const RETRY: Duration = Duration::from_millis(250);
/// The longest of them.
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// What waits, and until when. Times are those since the writer began.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When what waits is to be committed.
    commit: Option<Duration>,
    /// When what was committed is to be synced.
    sync: Option<Duration>,
    /// Something waits that must outlive a power cut.
    precious: bool,
    bytes: usize,
    last_commit: Option<Duration>,
    failures: u32,
}

/// How long something may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Later,
    Soon,
    Now,
}

impl Pace {
    /// A write came.
    pub(super) fn add(&mut self, now: Duration, write: &Write) {
        self.bytes = self.bytes.saturating_add(bytes(write));
        let urgency = if self.bytes >= LARGE { Urgency::Now } else { urgency(write) };
        self.precious |= is_precious(write);
        let due = match urgency {
            Urgency::Now => self.last_commit.map_or(now, |last| now.max(last + APART)),
            Urgency::Soon => now + SOON,
            Urgency::Later => now + LATER,
        };
        self.commit = Some(self.commit.map_or(due, |before| before.min(due)));
        if self.failures > 0 {
            // the wait after a failure stands
            self.commit = self.commit.max(self.last_commit.map(|last| last + self.patience()));
        }
    }

    /// All that waited is committed.
    pub(super) fn committed(&mut self, now: Duration) {
        if self.precious {
            self.sync = Some(self.sync.map_or(now + SYNC, |before| before.min(now + SYNC)));
        }
        *self = Self { sync: self.sync, last_commit: Some(now), ..Self::default() };
    }

    /// The commit failed; all that waits, waits on.
    pub(super) fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.last_commit = Some(now);
        self.commit = Some(now + self.patience());
    }

    /// The disk has it, or could not take it.
    pub(super) fn synced(&mut self, now: Duration, done: bool) {
        self.sync = (!done).then_some(now + SYNC);
    }

    /// Whether to commit now.
    pub(super) fn is_commit_due(&self, now: Duration) -> bool {
        self.commit.is_some_and(|due| due <= now)
    }

    /// Whether to sync now.
    pub(super) fn is_sync_due(&self, now: Duration) -> bool {
        self.sync.is_some_and(|due| due <= now)
    }

    /// How long nothing will be due.
    pub(super) fn idle(&self, now: Duration) -> Option<Duration> {
        let due = self.commit.into_iter().chain(self.sync).min()?;
        Some(due.saturating_sub(now))
    }

    /// So much waits for a disk that fails that no more can be taken.
    pub(super) fn is_blocked(&self) -> bool {
        self.failures > 0 && self.bytes >= 8 * LARGE
    }

    /// Bytes of inputs that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn patience(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(10);
        (RETRY * 2_u32.pow(doublings)).min(LONGEST_RETRY)
    }
}

fn urgency(write: &Write) -> Urgency {
    match write {
        Write::Begin(_) | Write::Anchor(_) => Urgency::Soon,
        Write::End { .. } | Write::Flush(_) | Write::Close(_) => Urgency::Now,
        // a sender that has more waits for it
        Write::Sent(progress, _) => {
            if progress.more {
                Urgency::Now
            } else {
                Urgency::Later
            }
        }
        Write::Step(step) if step.done.is_some() || has_change(step) => Urgency::Now,
        Write::Step(step) => step.events.iter().map(of_event).max().unwrap_or(Urgency::Later),
    }
}

fn of_event(event: &Event) -> Urgency {
    match event {
        Event::Rep(_) | Event::Set(_) | Event::Session(_) | Event::Advice(_) => Urgency::Now,
        Event::Cadence(_) | Event::Device(_) | Event::Sensor(_) | Event::Stream(_) | Event::Notice(_) => {
            Urgency::Soon
        }
        Event::Trace(_) | Event::SettledTrace(_) | Event::Request(_) => Urgency::Later,
    }
}

/// What is committed at once also outlives a power cut, except what only somebody's wait makes urgent.
fn is_precious(write: &Write) -> bool {
    match write {
        Write::Step(step) => {
            has_change(step) || step.events.iter().any(|event| of_event(event) == Urgency::Now)
        }
        Write::End { .. } => true,
        // a cursor that a power cut sets back is only sent from again
        Write::Begin(_) | Write::Anchor(_) | Write::Sent(..) | Write::Flush(_) | Write::Close(_) => false,
    }
}

fn has_change(step: &Step) -> bool {
    !step.changes.is_empty() || step.inputs.iter().any(|sourced| matches!(sourced.input, Input::Command(_)))
}

/// About how much memory a write holds.
fn bytes(write: &Write) -> usize {
    let Write::Step(step) = write else { return 0 };
    let inputs = step.inputs.iter().map(|sourced| match &sourced.input {
        Input::Notification(notification) => notification.value.len() + 64,
        _ => 512,
    });
    inputs.sum::<usize>() + step.events.len() * 1024
}

#[cfg(test)]
mod tests;
