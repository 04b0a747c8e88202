//! Where what is committed and what moves becomes the live stream.

use super::frame::{kind, line};
use super::known::Known;
use super::ring::{After, Line, Ring};
use super::traces::Traces;
use crate::model::{StationId, TraceBlock};
use crate::store::{Committed, Reader, StoreError, StoredEvent};
use crate::web::vitals::lock;
use axum::body::Bytes;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// The live stream's source. Cheap to clone; all clones are one.
///
/// A client is a cursor: it costs nothing while it does not read, because nothing is queued for it. Each event is
/// rendered once for all, and not at all while nobody listens.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    ring: Mutex<Ring>,
    traces: Mutex<Traces>,
    known: Mutex<Known>,
    /// Entries committed since the start, by kind.
    kinds: Mutex<BTreeMap<&'static str, u64>>,
    clients: AtomicU64,
    changed: watch::Sender<()>,
}

/// A client of the stream, counted while it lives.
#[derive(Debug)]
pub(super) struct Listener(Hub);

impl Hub {
    /// A hub that has heard nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what one commit kept: meant as the journal's `published`. Never blocks for longer than it takes to write
    /// the events as text.
    pub fn publish(&self, committed: &Committed) {
        let Inner { ring, known, kinds, changed, .. } = &*self.0;
        let mut known = lock(known);
        {
            let mut kinds = lock(kinds);
            for stored in &committed.events {
                *kinds.entry(kind(&stored.entry)).or_default() += 1;
                known.hear(stored);
            }
        }
        if self.clients() == 0 {
            lock(ring).skip(committed.last_seq);
            return;
        }
        let lines: Vec<Line> = committed.events.iter().filter_map(|stored| line(stored, &known)).collect();
        let first = committed.events.first().map(|stored| stored.seq);
        lock(ring).publish(lines, first, committed.last_seq);
        changed.send_replace(());
    }

    /// Takes live motion (`Event::Trace`); kept for the next tenth of a second at most. Never blocks.
    pub fn trace(&self, block: &TraceBlock) {
        if self.clients() > 0 {
            lock(&self.0.traces).add(block);
        }
    }

    /// Clients of the stream now.
    #[must_use]
    pub fn clients(&self) -> u64 {
        self.0.clients.load(Ordering::SeqCst)
    }

    /// Entries committed since the start, by kind.
    pub(crate) fn kinds(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.0.kinds).clone()
    }

    /// Learns from the journal what sensors are for; before the first client.
    pub(crate) fn learn(&self, reader: &Reader) -> Result<(), StoreError> {
        let (profiles, sensors) = (reader.sensor_profiles()?, reader.sensors()?);
        lock(&self.0.known).learn(profiles, sensors);
        Ok(())
    }

    /// Ten times a second: what has come of live motion goes out.
    pub(crate) fn beat(&self) {
        if lock(&self.0.traces).beat() {
            self.0.changed.send_replace(());
        }
    }

    /// Joins the listeners.
    pub(super) fn listen(&self) -> Listener {
        self.0.clients.fetch_add(1, Ordering::SeqCst);
        Listener(self.clone())
    }
}

impl Listener {
    /// Is told of every change.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.0.0.changed.subscribe()
    }

    /// Lines after a cursor.
    pub(super) fn after(&self, cursor: u64, limit: usize) -> After {
        lock(&self.0.0.ring).after(cursor, limit)
    }

    /// The lines that entries of the journal make.
    pub(super) fn lines(&self, entries: &[StoredEvent]) -> Vec<Line> {
        let known = lock(&self.0.0.known);
        entries.iter().filter_map(|stored| line(stored, &known)).collect()
    }

    /// Traces after a cursor, and the new cursor.
    pub(super) fn traces(&self, station: &StationId, cursor: u64) -> (Vec<Bytes>, u64) {
        lock(&self.0.0.traces).after(station, cursor)
    }

    /// Where a new client's trace begins.
    pub(super) fn newest_trace(&self) -> u64 {
        lock(&self.0.0.traces).newest()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.0.0.clients.fetch_sub(1, Ordering::SeqCst) == 1 {
            lock(&self.0.0.traces).clear();
        }
    }
}
