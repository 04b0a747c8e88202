//! Sessions: one athlete's sets at one station.
//!
//! Each athlete has a session of their own, because two who share a rack take turns; the session of the one who rests
//! stays open, and ends by command or by time without a set. Its end is the end of its last set either way.

use super::outbox::Outbox;
use crate::model::{AthleteId, Event, HostTime, SessionId, SessionRecord, SetId, StationId};
use std::collections::BTreeMap;

/// Whose session it is; nobody's where nobody is chosen.
pub(super) type Who = Option<AthleteId>;

/// The open sessions of one station.
#[derive(Clone, Debug)]
pub(super) struct Trainings {
    station: StationId,
    timeout_s: f64,
    open: BTreeMap<Who, Training>,
}

#[derive(Clone, Debug)]
struct Training {
    record: SessionRecord,
    sets: BTreeMap<SetId, Span>,
    /// Over as soon as no set is open in it.
    ending: bool,
}

/// From when to when a set lasted.
#[derive(Clone, Copy, Debug)]
struct Span {
    started_at: HostTime,
    /// Unknown while the set is open.
    ended_at: Option<HostTime>,
}

impl Training {
    /// A set is open in it.
    fn busy(&self) -> bool {
        self.sets.values().any(|span| span.ended_at.is_none())
    }

    /// End of the last set; the start while that is open.
    fn last_end(&self) -> HostTime {
        let ends = self.sets.values().map(|span| span.ended_at.unwrap_or(span.started_at));
        ends.max().unwrap_or(self.record.started_at).max(self.record.started_at)
    }

    /// Sets came or went: it starts with the first that it has.
    fn start_with_first_set(&mut self, out: &mut Outbox) {
        let first = self.sets.values().map(|span| span.started_at).min();
        if let Some(started_at) = first.filter(|first| *first != self.record.started_at) {
            self.record.started_at = started_at;
            self.publish(out);
        }
    }

    fn end(mut self, out: &mut Outbox) {
        self.record.ended_at = Some(self.last_end());
        self.publish(out);
    }

    fn publish(&mut self, out: &mut Outbox) {
        self.record.revision += 1;
        out.push(Event::Session(self.record.clone()));
    }
}

impl Trainings {
    pub(super) fn new(station: StationId, timeout_s: f64) -> Self {
        Self { station, timeout_s, open: BTreeMap::new() }
    }

    /// The session of a set that starts now; opens one where none is open or the last set is long ago.
    pub(super) fn begin_set(
        &mut self,
        set: SetId,
        who: Option<&AthleteId>,
        started_at: HostTime,
        out: &mut Outbox,
    ) -> SessionId {
        self.put(set, Span { started_at, ended_at: None }, who, out).record.id
    }

    fn put(&mut self, set: SetId, span: Span, who: Option<&AthleteId>, out: &mut Outbox) -> &mut Training {
        let last = self.open.get(&who.cloned()).and_then(|training| self.deadline(training));
        if last.is_some_and(|due| span.started_at > due) {
            self.close(who, out);
        }
        let training = self.open.entry(who.cloned()).or_insert_with(|| {
            let record = SessionRecord {
                id: SessionId(out.ids.take()),
                revision: 0,
                station: self.station.clone(),
                athlete: who.cloned(),
                started_at: span.started_at,
                ended_at: None,
            };
            let mut training = Training { record, sets: BTreeMap::new(), ending: false };
            training.publish(out);
            training
        });
        training.sets.insert(set, span);
        training
    }

    /// A set of the session `from` turns out to be another athlete's: a nameless session that has only this set takes
    /// the name, if its bearer has no session here; otherwise the set moves. A session that is over keeps its sets.
    /// Says which session the set is in.
    pub(super) fn move_set(
        &mut self,
        set: SetId,
        from: SessionId,
        to: Option<&AthleteId>,
        out: &mut Outbox,
    ) -> SessionId {
        let whose = self.open.iter().find(|(_, training)| training.record.id == from);
        let Some(who) = whose.map(|(who, _)| who.clone()).filter(|who| who.as_ref() != to) else {
            return from;
        };
        let Some(mut old) = self.open.remove(&who) else { return from };
        if who.is_none() && old.sets.len() == 1 && !self.open.contains_key(&to.cloned()) {
            old.record.athlete = to.cloned();
            old.publish(out);
            self.open.insert(to.cloned(), old);
            return from;
        }
        let ending = old.ending;
        let span = old.sets.remove(&set);
        old.start_with_first_set(out);
        if old.sets.is_empty() || ending && !old.busy() {
            old.end(out);
        } else {
            self.open.insert(who, old);
        }
        let Some(span) = span else { return from };
        let new = self.put(set, span, to, out);
        new.ending |= ending && span.ended_at.is_none();
        new.start_with_first_set(out);
        new.record.id
    }

    /// The open set is closed.
    pub(super) fn end_set(
        &mut self,
        set: SetId,
        who: Option<&AthleteId>,
        ended_at: HostTime,
        out: &mut Outbox,
    ) {
        let Some(training) = self.open.get_mut(&who.cloned()) else { return };
        if let Some(span) = training.sets.get_mut(&set) {
            span.ended_at = Some(ended_at);
        }
        if training.ending {
            self.close(who, out);
        }
    }

    /// Ends all sessions: now, or where a set is open as soon as it is closed.
    pub(super) fn end_all(&mut self, out: &mut Outbox) {
        let everyone: Vec<Who> = self.open.keys().cloned().collect();
        for who in everyone {
            match self.open.get_mut(&who) {
                Some(training) if training.busy() => training.ending = true,
                _ => self.close(who.as_ref(), out),
            }
        }
    }

    /// The next session that times out, and when.
    pub(super) fn next_deadline(&self) -> Option<(HostTime, Who)> {
        let due = self.open.iter().filter_map(|(who, training)| Some((self.deadline(training)?, who)));
        due.min().map(|(due, who)| (due, who.clone()))
    }

    pub(super) fn close(&mut self, who: Option<&AthleteId>, out: &mut Outbox) {
        if let Some(training) = self.open.remove(&who.cloned()) {
            training.end(out);
        }
    }

    fn deadline(&self, training: &Training) -> Option<HostTime> {
        (!training.busy()).then(|| training.last_end().plus_seconds(self.timeout_s))
    }
}
