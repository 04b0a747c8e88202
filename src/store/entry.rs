//! What is journalled: steps on their way in, entries on their way out.

use super::clock::{RunClock, Utc};
use super::error::StoreError;
use super::run::RunId;
use crate::model::{Change, Event, HostTime, Input};
use std::fmt;
use std::sync::Arc;

/// Told once: with the `seq` of the last entry of what was asked, after its commit; or why there was none yet.
pub type Done = Box<dyn FnOnce(Result<u64, StoreError>) + Send>;

/// What one turn of the engine took in and gave out. Kept whole or not at all.
pub struct Step {
    /// Which engine.
    pub run: RunId,
    /// How far its time has come: no deadline until then is left unfired.
    pub at: HostTime,
    /// What entered it, in order.
    pub inputs: Vec<SourcedInput>,
    /// What came out, in order. Kinds that are not journalled are left out here, not by the caller.
    pub events: Vec<Event>,
    /// What people changed. An order is among `inputs` too, as the command that it became; it is kept once.
    pub changes: Vec<Change>,
    /// The key of the wish behind `changes`, so that it isn't granted twice (see [`Reader::request`]).
    ///
    /// [`Reader::request`]: super::Reader::request
    pub key: Option<String>,
    /// Whom to tell. On an error the step is not lost: it waits, and is tried again.
    pub done: Option<Done>,
}

impl Step {
    /// A step of nothing yet.
    #[must_use]
    pub fn new(run: RunId, at: HostTime) -> Self {
        Self { run, at, inputs: Vec::new(), events: Vec::new(), changes: Vec::new(), key: None, done: None }
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("run", &self.run)
            .field("at", &self.at)
            .field("inputs", &self.inputs)
            .field("events", &self.events)
            .field("changes", &self.changes)
            .field("key", &self.key)
            .field("done", &self.done.is_some())
            .finish()
    }
}

/// An input, and whether the run's source delivered it; the others are the driver's own: context, wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct SourcedInput {
    /// The input.
    pub input: Input,
    /// Whether it counts among those that a source skips when it goes on.
    pub from_source: bool,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Found out.
    Event(Event),
    /// Changed by a person. [`Change::Token`] is nobody's business outside.
    Change(Change),
}

/// An entry with its place in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its number: rises, without end.
    pub seq: u64,
    /// The run that it came from.
    pub run: RunId,
    /// When it became known, in that run's time.
    pub at: HostTime,
    /// The same in UTC.
    pub utc: Option<Utc>,
    /// The run whose times stand inside the entry: that of the first event on the same rep, set, session, advice.
    pub axis: RunId,
    /// The clock of `axis`.
    pub clock: Arc<RunClock>,
    /// The entry.
    pub entry: Entry,
}

/// What one commit kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// The entries, in order, at least one: a commit of samples alone is not published.
    pub events: Vec<StoredEvent>,
    /// The latest `seq` of the journal.
    pub last_seq: u64,
}

/// Whether the journal keeps events of this kind. The others are for the moment: traces, and what is asked of sensors.
#[must_use]
pub fn is_journalled(event: &Event) -> bool {
    !matches!(event, Event::Trace(_) | Event::SettledTrace(_) | Event::Request(_))
}
