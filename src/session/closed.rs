//! A set that is closed: of this run, or of the past as the store has it. People may still change it.

use super::book::{Book, labelled};
use super::entry::{Entry, Word};
use super::outbox::Outbox;
use super::set::SetState;
use super::training::Trainings;
use crate::model::{MovementKey, PastSet, RepId, SetEnd, SetRecord, StationContext, StationId};

/// A closed set with its movements.
#[derive(Clone, Debug)]
pub(super) struct ClosedSet {
    pub(super) state: SetState,
    pub(super) entries: Vec<Entry>,
}

impl ClosedSet {
    /// A set of the past as it was published, so that only what changes is published again. Its times and its
    /// movements' keys are of another run and are compared with nothing of this one.
    pub(super) fn past(past: PastSet, end: SetEnd, book: &Book) -> Self {
        let PastSet { record, reps } = past;
        let context = StationContext {
            athlete: record.athlete.clone(),
            exercise: record.exercise.clone(),
            load_kg: record.load_kg,
            goal: record.goal,
            role: record.role,
            ..StationContext::default()
        };
        let state = SetState {
            id: record.id,
            session: record.session,
            labels: book.labels_of_past(&record, &context),
            context,
            own: None,
            opened_at: record.started_at,
            limit: record.started_at,
            limit_by: end,
            end: Some(end),
            // whoever published the line puts it there again
            published: Some(SetRecord { stop_line: None, ..record }),
        };
        Self { state, entries: reps.into_iter().map(Entry::past).collect() }
    }

    pub(super) fn publish(&mut self, station: &StationId, out: &mut Outbox) {
        let mut members: Vec<&mut Entry> = self.entries.iter_mut().collect();
        self.state.publish(station, &mut members, out);
    }

    /// Whether the movement `key` of this run is in it; not to be asked of a set of the past.
    pub(super) fn holds(&self, key: &MovementKey) -> bool {
        self.entries.iter().any(|entry| entry.key() == key)
    }

    /// A person's word on one of its movements; `false` when it has no such one.
    pub(super) fn correct(&mut self, rep: RepId, word: Word, station: &StationId, out: &mut Outbox) -> bool {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id() == rep) else { return false };
        entry.correct(word);
        self.publish(station, out);
        true
    }

    /// A person's word on who lifted what. Everything that follows from labels is computed anew; what the machine made
    /// of the samples stays.
    pub(super) fn label(
        &mut self,
        said: StationContext,
        book: &Book,
        trainings: &mut Trainings,
        station: &StationId,
        out: &mut Outbox,
    ) {
        let Self { state, .. } = self;
        let ours = *book.algorithms.of(state.labels.exercise.as_ref()) == state.labels.algorithm;
        state.context = labelled(&state.context, said);
        let mut labels = book.labels(&state.context);
        if !ours {
            // another computation made these movements, and labels do not make them ours
            labels.algorithm = state.labels.algorithm.clone();
        }
        state.labels = labels;
        let athlete = state.labels.athlete.as_ref();
        state.session = trainings.move_set(state.id, state.session, athlete, out);
        self.publish(station, out);
    }
}
