//! The one thread that writes.

use super::commit::{Committer, Outcome};
use super::entry::{Committed, Done, Step};
use super::error::StoreError;
use super::journal::{Write, WriterStats};
use super::open::PAGE_BYTES;
use super::pace::Pace;
use super::run::RunId;
use crate::model::{Event, HostTime, Input, Notice, NoticeKind};
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The writer shows at least so often that it lives.
const BEAT: Duration = Duration::from_millis(500);
/// A page in the write-ahead log: the page and its header.
const FRAME_BYTES: u64 = PAGE_BYTES + 24;

/// What the handles and the thread both see.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) queued: AtomicU64,
    pub(super) closing: AtomicBool,
    stats: Mutex<WriterStats>,
}

impl Shared {
    pub(super) fn stats(&self) -> MutexGuard<'_, WriterStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own.
pub(super) struct Writer<P> {
    pub(super) queue: Receiver<Write>,
    /// Says that the store is being closed, also while the queue isn't read.
    pub(super) wake: Receiver<()>,
    pub(super) shared: Arc<Shared>,
    pub(super) committer: Committer,
    pub(super) published: P,
    /// The write-ahead log.
    pub(super) wal: PathBuf,
    /// From this size of the file on, samples are not kept any more.
    pub(super) raw_limit: Option<u64>,
    pub(super) state: State,
}

/// What the thread knows.
#[derive(Default)]
pub(super) struct State {
    batch: Vec<Write>,
    pace: Pace,
    raw_stopped: bool,
    ended: bool,
    database_bytes: u64,
    wal_pages: u64,
    /// The latest run, and how far it has come.
    latest: Option<(RunId, HostTime)>,
}

impl<P: FnMut(Arc<Committed>)> Writer<P> {
    /// Writes until it is told to close or nobody can tell it anything any more.
    pub(super) fn run(mut self) {
        let began = now();
        self.state.database_bytes = self.committer.database_bytes().unwrap_or(0);
        while !self.state.ended {
            if let Some(write) = self.receive(began) {
                self.take(began, write);
            }
            if self.state.pace.is_commit_due(began.elapsed()) {
                self.commit(began);
            }
            if self.state.pace.is_sync_due(began.elapsed()) {
                // an error is in the log and in the statistics, and it is tried again
                let _ = self.sync(began);
            }
            self.shared.stats().beats += 1;
        }
        self.finish(began);
    }

    /// The next write, when one comes before anything is due.
    fn receive(&mut self, began: Instant) -> Option<Write> {
        let wait = self.state.pace.idle(began.elapsed()).map_or(BEAT, |idle| idle.min(BEAT));
        if self.state.pace.is_blocked() && !self.shared.closing.load(Ordering::Acquire) {
            // the queue fills up behind this, and whoever fills it learns to wait
            if self.wake.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                self.shared.closing.store(true, Ordering::Release);
            }
            return None;
        }
        match self.queue.recv_timeout(wait) {
            Ok(write) => {
                self.shared.queued.fetch_sub(1, Ordering::Relaxed);
                Some(write)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.state.ended = true;
                None
            }
        }
    }

    fn take(&mut self, began: Instant, write: Write) {
        match &write {
            Write::Close(_) => self.state.ended = true,
            // a new run may be kept whole again, if there is room by now
            Write::Begin(_) if self.state.raw_stopped && self.commit(began) => {
                self.state.raw_stopped = self.is_full(0);
            }
            Write::Step(step) => self.state.latest = Some((step.run, step.at)),
            _ => {}
        }
        self.state.pace.add(began.elapsed(), &write);
        self.state.batch.push(write);
    }

    /// Commits what waits; whether nothing waits any more.
    fn commit(&mut self, began: Instant) -> bool {
        if self.state.batch.is_empty() {
            return true;
        }
        if !self.state.raw_stopped && self.is_full(self.state.pace.bytes() as u64) && self.has_samples() {
            self.stop_raw("the store has reached store.max_size");
        }
        let mut done = self.committer.commit(&self.state.batch, !self.state.raw_stopped);
        if matches!(done, Err(StoreError::Full { .. })) && !self.state.raw_stopped {
            self.stop_raw("the disk is full");
            done = self.committer.commit(&self.state.batch, false);
        }
        match done {
            Ok(outcome) => {
                self.committed(began, outcome);
                true
            }
            Err(error) => {
                self.failed(began, &error);
                false
            }
        }
    }

    fn committed(&mut self, began: Instant, outcome: Outcome) {
        self.state.pace.committed(began.elapsed());
        self.count(&outcome);
        let Outcome { entries, last_seq, seqs, .. } = outcome;
        let batch = std::mem::take(&mut self.state.batch);
        let waits = |write: &Write| matches!(write, Write::Flush(_) | Write::Close(_));
        let synced = if batch.iter().any(waits) { self.sync(began) } else { Ok(()) };
        if !entries.is_empty() {
            (self.published)(Arc::new(Committed { events: entries, last_seq }));
        }
        let mut seqs = seqs.into_iter();
        for write in batch {
            match write {
                Write::Step(step) => {
                    let seq = seqs.next().unwrap_or(last_seq);
                    if let Some(done) = step.done {
                        done(Ok(seq));
                    }
                }
                Write::Sent(_, done) => done(Ok(last_seq)),
                Write::Flush(done) | Write::Close(done) => done(synced.clone().map(|()| last_seq)),
                Write::Begin(_) | Write::Anchor(_) | Write::End { .. } => {}
            }
        }
    }

    /// Nothing is lost: the batch stays. But who waits for an answer gets it.
    fn failed(&mut self, began: Instant, error: &StoreError) {
        tracing::error!(%error, waiting = self.state.batch.len(), "the store can't be written; trying again");
        self.state.pace.failed(began.elapsed());
        self.shared.stats().last_error = Some(error.clone());
        for done in self.state.batch.iter_mut().filter_map(waiting) {
            done(Err(error.clone()));
        }
    }

    /// Makes the disk keep what was committed: the log holds it all, and needs nothing else to be read again.
    fn sync(&mut self, began: Instant) -> Result<(), StoreError> {
        let done = File::open(&self.wal)
            .and_then(|wal| wal.sync_data())
            .map_err(|error| StoreError::io(&self.wal, "bringing it to the disk", &error));
        self.state.pace.synced(began.elapsed(), done.is_ok());
        let mut stats = self.shared.stats();
        match &done {
            Ok(()) => stats.syncs += 1,
            Err(error) => {
                tracing::error!(%error, "the store is not safe from a power cut");
                stats.last_error = Some(error.clone());
            }
        }
        done
    }

    /// The last commit, due or not.
    fn finish(&mut self, began: Instant) {
        let kept = self.commit(began);
        if kept {
            // an error is in the log and in the statistics; nobody is left to try again
            let _ = self.sync(began);
            self.committer.fold_log();
        } else {
            tracing::error!(
                lost = self.state.batch.len(),
                "the store was closed while it could not be written"
            );
        }
    }

    fn has_samples(&self) -> bool {
        let inputs = self.state.batch.iter().filter_map(|write| match write {
            Write::Step(step) => Some(&step.inputs),
            _ => None,
        });
        inputs.flatten().any(|sourced| matches!(sourced.input, Input::Notification(_)))
    }

    fn is_full(&self, more: u64) -> bool {
        self.raw_limit.is_some_and(|limit| self.state.database_bytes.saturating_add(more) > limit)
    }

    /// From here to the end of the run no samples are kept, and everybody is told.
    fn stop_raw(&mut self, why: &str) {
        self.state.raw_stopped = true;
        let message = format!(
            "{why}: samples are not kept any more, repetitions and sets still are; make room or raise \
             store.max_size, then restart"
        );
        tracing::error!("{message}");
        if let Some((run, at)) = self.state.latest {
            let notice = Notice { at, sensor: None, kind: NoticeKind::StoreFull, message };
            let step = Step { events: vec![Event::Notice(notice)], ..Step::new(run, at) };
            self.state.batch.push(Write::Step(step));
        }
    }

    fn count(&mut self, outcome: &Outcome) {
        // the log starts over once all of it has reached the file
        let pages = outcome.wal_pages.checked_sub(self.state.wal_pages).unwrap_or(outcome.wal_pages);
        self.state.wal_pages = outcome.wal_pages;
        self.state.database_bytes = outcome.database_bytes;
        let mut stats = self.shared.stats();
        stats.commits += 1;
        stats.raw_bytes += outcome.raw_bytes;
        stats.raw_value_bytes += outcome.raw_value_bytes;
        stats.raw_dropped += outcome.raw_dropped;
        stats.event_bytes += outcome.event_bytes;
        stats.wal_bytes += pages * FRAME_BYTES;
        stats.database_bytes = outcome.database_bytes;
        stats.last_seq = outcome.last_seq;
        stats.raw_stopped = self.state.raw_stopped;
        stats.last_error = None;
    }
}

/// Whom a write was promised an answer.
fn waiting(write: &mut Write) -> Option<Done> {
    match write {
        Write::Step(step) => step.done.take(),
        Write::Sent(_, done) | Write::Flush(done) | Write::Close(done) => {
            Some(std::mem::replace(done, Box::new(|_| ())))
        }
        Write::Begin(_) | Write::Anchor(_) | Write::End { .. } => None,
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "how long a commit may wait is between this thread and its disk; the time never reaches a row"
)]
fn now() -> Instant {
    Instant::now()
}
