//! Progress of long work, on standard error when a person is watching.

use super::say;
use std::io::{self, IsTerminal, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far the reading of all files has come.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    watched: bool,
    /// Bytes of all files; `None` when one is a pipe.
    total: Option<u64>,
    read: AtomicU64,
}

impl Progress {
    /// Progress towards `total` bytes, when that is known.
    #[allow(clippy::disallowed_methods, reason = "it times a person's patience, not a sample")]
    pub(super) fn new(total: Option<u64>) -> Self {
        Self { started: Instant::now(), watched: io::stderr().is_terminal(), total, read: AtomicU64::new(0) }
    }

    /// Counts the bytes read from `inner`.
    pub(super) fn count<R: Read>(&self, inner: R) -> Counted<'_, R> {
        Counted { inner, read: &self.read }
    }

    /// Shows the state.
    pub(super) fn show(&self) {
        if !self.watched || self.started.elapsed() < PATIENCE {
            return;
        }
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let read = self.read.load(Ordering::Relaxed);
        let of_total = match self.total {
            Some(total) if total > 0 => {
                format!(" of {:.1} MB ({} %)", megabytes(total), (100 * read / total).min(100))
            }
            _ => " MB".to_owned(),
        };
        say(&format!("\r\x1b[Kread {:.1}{of_total}", megabytes(read)));
    }

    /// Takes the line away, before something else is written.
    pub(super) fn clear(&self) {
        if self.watched && self.started.elapsed() >= PATIENCE {
            say("\r\x1b[K");
        }
    }
}

/// A reader whose bytes are counted.
#[derive(Debug)]
pub(super) struct Counted<'a, R> {
    inner: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
