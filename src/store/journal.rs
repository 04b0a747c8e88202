//! The way into the store: a bounded queue to the one thread that writes.

use super::clock::ClockAnchor;
use super::entry::{Committed, Done, Step};
use super::error::StoreError;
use super::read::Reader;
use super::run::{RunId, RunSource, RunStart};
use crate::model::HostTime;
use std::path::PathBuf;
use std::sync::Arc;
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
    /// Commit all that came before, bring it to the disk, and tell.
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

/// The handle of the writer. Cheap to clone; the writer ends when the last one is gone.
#[derive(Clone)]
pub struct Journal {}

/// The writer's thread.
pub struct WriterThread {}

impl Journal {
    /// Opens the store, or makes it, brings it to this program's version, and starts the writer.
    ///
    /// `published` is called on the writer's thread after each commit and must not block.
    pub fn open(
        options: &StoreOptions,
        published: impl FnMut(Arc<Committed>) + Send + 'static,
    ) -> Result<(Self, WriterThread), StoreError> {
        drop(published);
        Err(StoreError::Missing { path: options.path.clone() })
    }

    /// Gives a new run its number and tells the writer.
    pub fn begin(&self, source: RunSource, fingerprint: &str) -> Result<RunId, Closed> {
        let run = RunId(0);
        self.send(Write::Begin(RunStart { run, source, fingerprint: fingerprint.to_owned() }))?;
        Ok(run)
    }

    /// Queues a write. Blocks while the queue is full, so it isn't for async tasks.
    pub fn send(&self, write: Write) -> Result<(), Closed> {
        drop(write);
        Err(Closed)
    }

    /// Commits what was sent so far, brings it to the disk and waits for it.
    pub fn flush(&self) -> Result<u64, StoreError> {
        Err(StoreError::Closed)
    }

    /// What the writer has done.
    #[must_use]
    pub fn stats(&self) -> WriterStats {
        WriterStats::default()
    }

    /// A reader of this store.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::default()
    }
}

impl WriterThread {
    /// Waits until the writer has ended: after [`Write::Close`], or when all handles are gone.
    pub fn join(self) {}
}
