//! How the daemon is: written by its tasks, read by `/status` and `/metrics`.

use crate::store::WriterStats;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;

/// The daemon's vital signs. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Vitals(Arc<Signs>);

#[derive(Debug, Default)]
struct Signs {
    received: AtomicU64,
    lost: AtomicU64,
    lag_ms: AtomicU64,
    ready: AtomicBool,
    source: Mutex<String>,
    source_over: AtomicBool,
    tasks: Mutex<BTreeMap<String, Task>>,
    queues: Mutex<BTreeMap<String, Queue>>,
    warnings: Mutex<BTreeMap<String, Warning>>,
    writer: Mutex<Option<Writer>>,
    export: Mutex<Option<Export>>,
}

/// What tells how the journal's writer is.
struct Writer(Arc<dyn Fn() -> WriterStats + Send + Sync>);

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// How a supervised task is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// Whether it runs now.
    pub running: bool,
    /// How often it had to be started again.
    pub restarts: u64,
    /// Why it failed last.
    pub last_error: Option<String>,
}

/// How full a queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// What waits.
    pub length: usize,
    /// What can wait.
    pub capacity: usize,
}

/// How the export is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Where it goes.
    pub destination: String,
    /// How it is.
    pub state: ExportState,
    /// All entries up to here are told.
    pub seq: u64,
    /// When the oldest entry that waits became known, ns since 1970 UTC.
    pub waiting_since_ns: Option<i64>,
    /// Points told since the beginning.
    pub points: u64,
    /// Points that the server would not take.
    pub refused: u64,
    /// What went wrong last; `None` once something went well.
    pub last_error: Option<String>,
}

/// How the export is, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// All is told.
    #[default]
    UpToDate,
    /// More is under way.
    Sending,
    /// The server is busy or can't be reached; it is asked again.
    Waiting,
    /// The server takes nothing until somebody corrects token, bucket or address.
    Paused,
    /// The machine's clock must be right first.
    ClockUnset,
}

/// Something that a person should see to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

impl Vitals {
    /// All well, nothing running.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The start is complete: `/healthz` says so from now on.
    pub fn ready(&self) {
        self.0.ready.store(true, Relaxed);
    }

    /// Whether the start is complete.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.ready.load(Relaxed)
    }

    /// Names the source of inputs, such as `simulated` or `replay of squat.capture.jsonl`.
    pub fn set_source(&self, name: &str) {
        name.clone_into(&mut lock(&self.0.source));
    }

    /// The source has come to its end, and all that it told is in the journal.
    pub fn source_over(&self) {
        self.0.source_over.store(true, Relaxed);
    }

    /// Whether the source has come to its end.
    #[must_use]
    pub fn is_source_over(&self) -> bool {
        self.0.source_over.load(Relaxed)
    }

    /// Inputs that a radio delivered.
    pub fn inputs_received(&self, more: u64) {
        self.0.received.fetch_add(more, Relaxed);
    }

    /// Inputs that a radio had and could not deliver.
    pub fn inputs_lost(&self, more: u64) {
        self.0.lost.fetch_add(more, Relaxed);
    }

    /// How far the engine is behind the source's time, s; what is negative or not a number counts as none.
    pub fn set_lag_s(&self, seconds: f64) {
        // the cast makes 0 of negative numbers and NaN
        self.0.lag_ms.store((seconds * 1e3) as u64, Relaxed);
    }

    /// A task has started, or has been started again.
    pub fn task_started(&self, name: &str) {
        lock(&self.0.tasks).entry(name.to_owned()).or_default().running = true;
    }

    /// A task has failed and will be started again.
    pub fn task_failed(&self, name: &str, error: &str) {
        let mut tasks = lock(&self.0.tasks);
        let task = tasks.entry(name.to_owned()).or_default();
        task.running = false;
        task.restarts += 1;
        task.last_error = Some(error.to_owned());
    }

    /// A task has ended for good; `error` tells why, if it did not end as it should.
    pub fn task_ended(&self, name: &str, error: Option<&str>) {
        let mut tasks = lock(&self.0.tasks);
        let task = tasks.entry(name.to_owned()).or_default();
        task.running = false;
        task.last_error = error.map(str::to_owned);
    }

    /// How full a queue is now.
    pub fn set_queue(&self, name: &str, queue: Queue) {
        lock(&self.0.queues).insert(name.to_owned(), queue);
    }

    /// Shows a warning until it is cleared; the same `key` replaces the one before.
    pub fn warn(&self, key: &str, warning: Warning) {
        lock(&self.0.warnings).insert(key.to_owned(), warning);
    }

    /// Takes a warning away.
    pub fn clear(&self, key: &str) {
        lock(&self.0.warnings).remove(key);
    }

    /// Says whom to ask about the journal's writer: `vitals.watch_writer(move || journal.stats())`.
    pub fn watch_writer(&self, stats: impl Fn() -> WriterStats + Send + Sync + 'static) {
        *lock(&self.0.writer) = Some(Writer(Arc::new(stats)));
    }

    /// The journal's writer; `None` before [`Self::watch_writer`].
    #[must_use]
    pub fn writer(&self) -> Option<WriterStats> {
        // the lock is not held while the writer is asked
        let ask = lock(&self.0.writer).as_ref().map(|writer| Arc::clone(&writer.0));
        ask.map(|ask| ask())
    }

    /// Inputs received and lost so far.
    #[must_use]
    pub fn inputs(&self) -> (u64, u64) {
        (self.0.received.load(Relaxed), self.0.lost.load(Relaxed))
    }

    /// How far the engine is behind, s.
    #[must_use]
    pub fn lag_s(&self) -> f64 {
        self.0.lag_ms.load(Relaxed) as f64 * 1e-3
    }

    /// How the export is now.
    pub fn set_export(&self, export: Export) {
        *lock(&self.0.export) = Some(export);
    }

    /// The export can't even begin.
    pub fn export_failed(&self, why: &str) {
        let mut export = lock(&self.0.export);
        let export = export.get_or_insert_default();
        export.state = ExportState::Paused;
        export.last_error = Some(why.to_owned());
    }

    /// How the export is; `None` where nothing leaves.
    #[must_use]
    pub fn export(&self) -> Option<Export> {
        lock(&self.0.export).clone()
    }

    /// The source's name; empty before [`Self::set_source`].
    #[must_use]
    pub fn source(&self) -> String {
        lock(&self.0.source).clone()
    }

    /// All tasks by name.
    #[must_use]
    pub fn tasks(&self) -> BTreeMap<String, Task> {
        lock(&self.0.tasks).clone()
    }

    /// All queues by name.
    #[must_use]
    pub fn queues(&self) -> BTreeMap<String, Queue> {
        lock(&self.0.queues).clone()
    }

    /// All warnings by key.
    #[must_use]
    pub fn warnings(&self) -> BTreeMap<String, Warning> {
        lock(&self.0.warnings).clone()
    }
}

/// A lock that a panic elsewhere does not close: these are plain values, whole at any time.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
