//! Tasks that are started again when they fail: a panic or an error of one is not the end of the others.

use super::clock::Ticks;
use super::drive::words;
use crate::model::{nanos_from_seconds, seconds_from_nanos};
use crate::radio::BoxFuture;
use crate::simulate::random::Random;
use crate::web::Vitals;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

/// Pause after the first failure, s; doubles with each further one.
const FIRST_PAUSE_S: f64 = 0.2;
/// Longest pause, s.
const LONGEST_PAUSE_S: f64 = 30.0;
/// A task that ran for so long, s, was well: its failures are forgotten.
const WELL_S: f64 = 60.0;
/// So many failures in a row of a task without which the daemon is nothing end it.
const MOST_FAILURES: u32 = 5;

/// Something that goes on until it is stopped.
pub(super) trait Work: Send {
    /// Works; after a failure it is called again.
    fn attempt(&mut self, stop: CancellationToken) -> BoxFuture<'_, Result<(), Failure>>;
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// What happened.
    pub(super) what: String,
    /// Whether trying again may help.
    pub(super) may_pass: bool,
}

/// A task has failed for good, and with it the daemon.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} failed {failures} time(s) and is given up: {what}")]
pub struct GivenUp {
    /// The task.
    pub name: String,
    /// How often it failed in a row.
    pub failures: u32,
    /// What happened last.
    pub what: String,
}

/// Who looks after tasks.
#[derive(Clone, Debug)]
pub(super) struct Supervisor {
    pub(super) vitals: Vitals,
    pub(super) ticks: Arc<dyn Ticks>,
    pub(super) stop: CancellationToken,
}

impl Supervisor {
    /// Keeps a task going until it ends by itself or the daemon stops. One that is `essential` is given up after
    /// repeated failures, and any that says that trying again is no use; the others are tried for ever.
    pub(super) async fn keep(&self, name: &str, essential: bool, work: &mut dyn Work) -> Result<(), GivenUp> {
        let mut random = Random::new(self.ticks.utc_ns().unsigned_abs());
        let mut failures = 0;
        loop {
            self.vitals.task_started(name);
            let begun_ns = self.ticks.monotonic_ns();
            let failure = match Contained(work.attempt(self.stop.clone())).await {
                Ok(Ok(())) => {
                    self.vitals.task_ended(name, None);
                    return Ok(());
                }
                Ok(Err(failure)) => failure,
                Err(panic) => Failure { what: format!("it panicked: {panic}"), may_pass: true },
            };
            let ran_s = seconds_from_nanos(self.ticks.monotonic_ns().saturating_sub(begun_ns));
            failures = if ran_s >= WELL_S { 1 } else { failures + 1 };
            let Failure { what, may_pass } = failure;
            if !may_pass || (essential && failures >= MOST_FAILURES) {
                tracing::error!(task = name, "{what}; given up after {failures} failure(s)");
                self.vitals.task_ended(name, Some(&what));
                return Err(GivenUp { name: name.to_owned(), failures, what });
            }
            self.vitals.task_failed(name, &what);
            let pause_s = pause_s(failures) * random.between(0.75, 1.25);
            tracing::error!(task = name, "{what}; started again in {pause_s:.1} s");
            tokio::select! {
                () = self.stop.cancelled() => return Ok(()),
                () = self.ticks.wait(nanos_from_seconds(pause_s)) => {}
            }
        }
    }
}

/// Pause before the next start after so many failures in a row, s.
fn pause_s(failures: u32) -> f64 {
    (FIRST_PAUSE_S * f64::from(1_u32 << failures.saturating_sub(1).min(16))).min(LONGEST_PAUSE_S)
}

/// A future whose panic is its outcome.
struct Contained<'a, T>(BoxFuture<'a, T>);

impl<T> Future for Contained<'_, T> {
    type Output = Result<T, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let inner = self.0.as_mut();
        match catch_unwind(AssertUnwindSafe(|| inner.poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(words(&*panic))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::clock::testing::FakeTicks;

    /// Does one thing after the other.
    struct Script {
        ticks: Arc<FakeTicks>,
        acts: Vec<Act>,
    }

    #[derive(Clone, Copy)]
    enum Act {
        Panic,
        Fail,
        FailAfter(i64),
        GiveUp,
        End,
    }

    impl Work for Script {
        fn attempt(&mut self, _stop: CancellationToken) -> BoxFuture<'_, Result<(), Failure>> {
            Box::pin(async {
                let fail = |may_pass| Err(Failure { what: "no luck".to_owned(), may_pass });
                match self.acts.remove(0) {
                    Act::Panic => panic!("oh no"),
                    Act::Fail => fail(true),
                    Act::FailAfter(seconds) => {
                        self.ticks.pass_s(seconds);
                        fail(true)
                    }
                    Act::GiveUp => fail(false),
                    Act::End => Ok(()),
                }
            })
        }
    }

    fn keep(essential: bool, acts: &[Act]) -> (Result<(), GivenUp>, Vitals, f64) {
        let ticks = FakeTicks::at_utc(1_777_888_800);
        let vitals = Vitals::new();
        let supervisor =
            Supervisor { vitals: vitals.clone(), ticks: ticks.clone(), stop: CancellationToken::new() };
        let mut work = Script { ticks: ticks.clone(), acts: acts.to_vec() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let kept = runtime.block_on(supervisor.keep("juggler", essential, &mut work));
        (kept, vitals, seconds_from_nanos(ticks.monotonic_ns()))
    }

    #[test]
    fn a_task_that_fails_or_panics_is_started_again_and_counted() {
        let (kept, vitals, _) = keep(false, &[Act::Panic, Act::Fail, Act::End]);
        let task = vitals.tasks().remove("juggler").unwrap();
        assert_eq!((kept, task.restarts, task.running), (Ok(()), 2, false));
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        let (kept, _, seconds) = keep(false, &[&[Act::Fail; 12][..], &[Act::End]].concat());
        assert_eq!(kept, Ok(()));
        // 0.2 + 0.4 + … + 25.6 and four times 30, each off by at most a quarter
        assert!((0.75 * 171.0..1.25 * 171.2).contains(&seconds), "{seconds}");
    }

    #[test]
    fn an_essential_task_is_given_up_after_five_failures_in_a_row() {
        let (kept, vitals, _) = keep(true, &[Act::Fail, Act::Panic, Act::Fail, Act::Fail, Act::Panic]);
        let given_up = kept.unwrap_err();
        assert_eq!((given_up.failures, given_up.what.as_str()), (5, "it panicked: oh no"));
        assert!(vitals.tasks()["juggler"].last_error.is_some());
        let well = [Act::Fail, Act::Fail, Act::Fail, Act::Fail, Act::FailAfter(61), Act::Fail, Act::End];
        assert_eq!(keep(true, &well).0, Ok(()), "a minute of health makes good");
    }

    #[test]
    fn what_no_trying_helps_is_given_up_at_once() {
        assert_eq!(keep(false, &[Act::GiveUp]).0.unwrap_err().failures, 1);
    }
}
