//! One run of the engine as the core holds it: the engine, what waits for the journal, what was heard when.

use super::clock::Anchors;
use super::drive::{Drive, Panicked, Told};
use crate::model::{Change, HostTime, Input};
use crate::store::{RunId, RunSource, SourcedInput, Step};

/// A run without an open session in which nothing was received for so long, s, is ended: executing it again should
/// not take long.
pub(super) const QUIET_S: f64 = 600.0;

/// A run that goes on.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    pub(super) source: RunSource,
    pub(super) drive: Drive,
    pub(super) anchors: Anchors,
    /// When something was received last; `None` before the first time.
    pub(super) heard: Option<HostTime>,
    /// What the engine took in since the last step.
    inputs: Vec<SourcedInput>,
    changes: Vec<Change>,
}

/// An input on which the engine panics.
#[derive(Debug)]
pub(super) struct Poison {
    pub(super) input: Input,
    pub(super) panicked: Panicked,
}

impl Run {
    pub(super) fn new(id: RunId, source: RunSource, drive: Drive) -> Self {
        let (inputs, changes) = (Vec::new(), Vec::new());
        Self { id, source, drive, anchors: Anchors::default(), heard: None, inputs, changes }
    }

    /// Lets an input in and notes it. One on which the engine panics comes back.
    pub(super) fn handle(&mut self, mut input: Input, from_source: bool) -> Result<(), Box<Poison>> {
        if let Err(panicked) = self.drive.handle(&mut input) {
            return Err(Box::new(Poison { input, panicked }));
        }
        if from_source {
            self.heard = Some(self.drive.now());
        }
        self.inputs.push(SourcedInput { input, from_source });
        Ok(())
    }

    /// Notes what a person changed with the inputs that it became.
    pub(super) fn changed(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// What went in since the last time, with what came of it; `None` when there is nothing to keep.
    pub(super) fn step(&mut self) -> (Option<Step>, Told) {
        let mut told = self.drive.take();
        let step = Step {
            inputs: std::mem::take(&mut self.inputs),
            events: std::mem::take(&mut told.events),
            changes: std::mem::take(&mut self.changes),
            ..Step::new(self.id, self.drive.now().max(HostTime(0)))
        };
        let is_empty = step.inputs.is_empty() && step.events.is_empty() && step.changes.is_empty();
        ((!is_empty).then_some(step), told)
    }

    /// Whether the run is worth ending: it has heard something, and nothing for long.
    pub(super) fn is_over(&self, now: HostTime) -> bool {
        self.drive.is_idle() && self.heard.is_some_and(|heard| now.seconds_since(heard) >= QUIET_S)
    }
}
