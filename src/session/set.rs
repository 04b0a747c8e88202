//! One set, open or closed: its record follows from its movements and its context.

use super::book::Labels;
use super::entry::Entry;
use super::outbox::Outbox;
use crate::lifting::set::summarize;
use crate::model::{
    Event, HostTime, RepMetrics, SessionId, SetEnd, SetId, SetRecord, SetSummary, Side, StationContext,
    StationId,
};
use std::collections::BTreeMap;

/// A set without its movements.
#[derive(Clone, Debug)]
pub(super) struct SetState {
    pub(super) id: SetId,
    pub(super) session: SessionId,
    /// What was said of it, by the station's context or by labels of its own.
    pub(super) context: StationContext,
    /// Labels of its own, given while it was open, and when.
    pub(super) own: Option<(HostTime, StationContext)>,
    pub(super) labels: Labels,
    /// Start of the repetition that opened it.
    pub(super) opened_at: HostTime,
    /// Movements that start later are in another set.
    pub(super) limit: HostTime,
    /// What sets the limit.
    pub(super) limit_by: SetEnd,
    /// What closed it.
    pub(super) end: Option<SetEnd>,
    pub(super) published: Option<SetRecord>,
}

impl SetState {
    /// Publishes the set and its `members` (in order of their start), each if anything in it has changed; the set
    /// first, so that no repetition names a set that nobody has heard of.
    pub(super) fn publish(&mut self, station: &StationId, members: &mut [&mut Entry], out: &mut Outbox) {
        let mut record = self.record(station, members);
        record.revision = self.published.as_ref().map_or(0, |published| published.revision);
        if self.published.as_ref() != Some(&record) {
            record.revision += 1;
            self.published = Some(record.clone());
            out.push(Event::Set(Box::new(record)));
        }
        for entry in members {
            entry.publish(station, &self.labels, out);
        }
    }

    /// The record as it is now; its revision is left at 0.
    fn record(&self, station: &StationId, members: &[&mut Entry]) -> SetRecord {
        // what the live lane imagined leaves no trace in the set's times
        let seen = || members.iter().filter(|entry| !entry.withdrawn());
        let times = || {
            let started_at = seen().map(|entry| entry.started_at()).min();
            let last_end = seen().map(|entry| entry.ended_at()).max();
            let or_opened = |t: Option<HostTime>| t.unwrap_or(self.opened_at);
            (or_opened(started_at), self.end.map(|_| or_opened(last_end)))
        };
        // once closed its times stay: those of its movements may be of a run whose clock nobody knows any more
        let closed = self.published.as_ref().filter(|published| published.end.is_some());
        let (started_at, ended_at) =
            closed.map_or_else(times, |published| (published.started_at, published.ended_at));
        SetRecord {
            id: self.id,
            revision: 0,
            session: self.session,
            station: station.clone(),
            athlete: self.labels.athlete.clone(),
            exercise: self.labels.exercise.clone(),
            load_kg: self.labels.load_kg,
            goal: self.context.goal,
            role: self.context.role,
            started_at,
            ended_at,
            end: self.end,
            reps: members.iter().map(|entry| entry.id()).collect(),
            summaries: self.summaries(members),
            stop_line: None,
            algorithm: self.labels.algorithm.clone(),
        }
    }

    /// One summary for each side that moved, or one for all where the sensors know no sides; never none.
    fn summaries(&self, members: &[&mut Entry]) -> Vec<SetSummary> {
        let mut sides: BTreeMap<Option<Side>, Vec<&RepMetrics>> = BTreeMap::new();
        for entry in members.iter().filter(|entry| entry.accepted()) {
            sides.entry(entry.side()).or_default().push(entry.metrics());
        }
        if sides.is_empty() {
            sides.insert(None, Vec::new());
        }
        let primary = self.labels.primary_velocity;
        sides.into_iter().map(|(side, accepted)| summarize(accepted, primary, side)).collect()
    }
}
