//! The way into the store: a bounded queue to the one thread that writes.

use super::clock::ClockAnchor;
use super::commit::Committer;
use super::entry::{Committed, Done, Step};
use super::error::StoreError;
use super::lock::StoreLock;
use super::open;
use super::outbox::Progress;
use super::read::Reader;
use super::run::{RunId, RunSource, RunStart};
use super::writer::{Shared, State, Writer};
use crate::model::HostTime;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};
use thiserror::Error;

/// Where the store lies and how large it may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreOptions {
    /// The file, created with its directory when it isn't there.
    pub path: PathBuf,
    /// Largest size of the file, bytes; what was written last lies beside it in up to some 8 MiB more.
    pub max_bytes: Option<u64>,
}

/// Something for the writer, in order.
pub enum Write {
    /// A run begins.
    Begin(RunStart),
    /// The calendar was read.
    Anchor(ClockAnchor),
    /// The engine made a step.
    Step(Step),
    /// A run has come to its end.
    End {
        /// Which.
        run: RunId,
        /// When.
        at: HostTime,
    },
    /// Something has arrived outside.
    Sent(Box<Progress>, Done),
    /// Commit all that came before, bring it to the disk, and tell (see [`Journal::flush`]).
    Flush(Done),
    /// The same, then end.
    Close(Done),
}

/// The writer has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the writer of the store has ended; restart the daemon")]
pub struct Closed;

/// What the writer has done, for the status page and `/metrics`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Commits.
    pub commits: u64,
    /// Times that the disk was made to keep what it had.
    pub syncs: u64,
    /// Bytes of chunks written: what entered, compressed.
    pub raw_bytes: u64,
    /// Bytes of notifications' values in those chunks, before compression.
    pub raw_value_bytes: u64,
    /// Bytes of entries written: what came out.
    pub event_bytes: u64,
    /// Bytes written to the write-ahead log, by which all of it reaches the file.
    pub wal_bytes: u64,
    /// Size of the file, bytes.
    pub database_bytes: u64,
    /// The latest committed `seq`.
    pub last_seq: u64,
    /// Writes waiting in the queue.
    pub queued: u64,
    /// Writes that fit the queue.
    pub queue_capacity: u64,
    /// Rises while the writer lives, also when there is nothing to do.
    pub beats: u64,
    /// There is no room for samples: they are dropped, and events go on.
    pub raw_stopped: bool,
    /// Notifications dropped for that reason.
    pub raw_dropped: u64,
    /// Why the latest try to commit failed; `None` once one succeeded.
    pub last_error: Option<StoreError>,
}

/// Writes that wait at most; an engine at full speed is this far ahead of the disk.
const QUEUE: usize = 1024;

/// The handle of the writer. Cheap to clone; the writer ends when the last one is gone.
#[derive(Clone)]
pub struct Journal {
    queue: SyncSender<Write>,
    wake: SyncSender<()>,
    shared: Arc<Shared>,
    next_run: Arc<AtomicU64>,
    reader: Reader,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Journal").field(&self.reader.path()).finish()
    }
}

/// The writer's thread.
pub struct WriterThread {
    thread: JoinHandle<()>,
}

impl Journal {
    /// Opens the store, or makes it, brings it to this program's version, and starts the writer.
    ///
    /// `published` is called on the writer's thread after each commit of entries and must not block.
    pub fn open(
        options: &StoreOptions,
        published: impl FnMut(Arc<Committed>) + Send + 'static,
    ) -> Result<(Self, WriterThread), StoreError> {
        let path = &options.path;
        open::make_directory(path)?;
        let lock = StoreLock::take(path)?;
        let connection = open::writable(path, options.max_bytes)?;
        let committer = Committer::new(connection, path.clone())?;
        let (last_seq, last_run) = committer.counters()?;
        let reader = Reader::open(path)?;
        let shared = Arc::new(Shared::default());
        {
            let mut stats = shared.stats();
            stats.last_seq = last_seq;
            stats.queue_capacity = QUEUE as u64;
            stats.database_bytes = committer.database_bytes()?;
        }
        let (queue, taken) = mpsc::sync_channel(QUEUE);
        let (wake, woken) = mpsc::sync_channel(1);
        let writer = Writer {
            queue: taken,
            wake: woken,
            shared: Arc::clone(&shared),
            committer,
            published,
            wal: open::wal_of(path),
            raw_limit: options.max_bytes.map(|max_bytes| max_bytes - reserve(max_bytes)),
            state: State::default(),
        };
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                writer.run();
                // only now may another program write
                drop(lock);
            })
            .map_err(|error| StoreError::io(path, "starting the writer", &error))?;
        let next_run = Arc::new(AtomicU64::new(last_run.0 + 1));
        Ok((Self { queue, wake, shared, next_run, reader }, WriterThread { thread }))
    }

    /// Gives a new run its number and tells the writer.
    pub fn begin(&self, source: RunSource, fingerprint: &str) -> Result<RunId, Closed> {
        let run = RunId(self.next_run.fetch_add(1, Ordering::Relaxed));
        self.send(Write::Begin(RunStart { run, source, fingerprint: fingerprint.to_owned() }))?;
        Ok(run)
    }

    /// Queues a write. Blocks while the queue is full, so it isn't for async tasks.
    pub fn send(&self, write: Write) -> Result<(), Closed> {
        if matches!(write, Write::Close(_)) {
            self.shared.closing.store(true, Ordering::Release);
            // full means that it has been woken already
            let _ = self.wake.try_send(());
        }
        self.shared.queued.fetch_add(1, Ordering::Relaxed);
        self.queue.send(write).map_err(|_| Closed)
    }

    /// Commits what was sent so far, brings it to the disk and waits for it; the latest `seq`.
    pub fn flush(&self) -> Result<u64, StoreError> {
        self.ask(Write::Flush)
    }

    /// The same, and ends the writer.
    pub fn close(&self) -> Result<u64, StoreError> {
        self.ask(Write::Close)
    }

    pub(super) fn ask(&self, what: impl FnOnce(Done) -> Write) -> Result<u64, StoreError> {
        let (tell, told) = mpsc::sync_channel(1);
        let done: Done = Box::new(move |answer| {
            // whoever asked may have gone
            let _ = tell.send(answer);
        });
        self.send(what(done)).map_err(|Closed| StoreError::Closed)?;
        told.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// What the writer has done.
    #[must_use]
    pub fn stats(&self) -> WriterStats {
        let queued = self.shared.queued.load(Ordering::Relaxed);
        WriterStats { queued, ..self.shared.stats().clone() }
    }

    /// A reader of this store.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }
}

/// Room that only entries may fill, once samples have to stop.
fn reserve(max_bytes: u64) -> u64 {
    (max_bytes / 8).min(256 << 20)
}

impl WriterThread {
    /// Waits until the writer has ended: after [`Write::Close`], or when all handles are gone.
    pub fn join(self) {
        if self.thread.join().is_err() {
            tracing::error!("the writer of the store has panicked; please report this");
        }
    }
}
