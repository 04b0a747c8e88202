//! Sessions: one athlete's sets at one station.
//!
//! Each athlete has a session of their own, because two who share a rack take turns; the session of the one who rests
//! stays open, and ends by command or by time without a set. Its end is the end of its last set either way.

use super::outbox::Outbox;
use crate::model::{AthleteId, Event, HostTime, SessionId, SessionRecord, StationId};
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
    sets: u32,
    /// End of the last set; the start while the first is open.
    last_end: HostTime,
    /// A set is open in it.
    busy: bool,
    /// Over as soon as no set is open in it.
    ending: bool,
}

impl Trainings {
    pub(super) fn new(station: StationId, timeout_s: f64) -> Self {
        Self { station, timeout_s, open: BTreeMap::new() }
    }

    /// The session of a set that starts now; opens one where none is open or the last set is long ago.
    pub(super) fn begin_set(
        &mut self,
        who: Option<&AthleteId>,
        started_at: HostTime,
        out: &mut Outbox,
    ) -> SessionId {
        let last = self.open.get(&who.cloned()).and_then(|training| self.deadline(training));
        if last.is_some_and(|due| started_at > due) {
            self.close(who, out);
        }
        let training = self.open.entry(who.cloned()).or_insert_with(|| {
            let record = SessionRecord {
                id: SessionId(out.ids.take()),
                revision: 1,
                station: self.station.clone(),
                athlete: who.cloned(),
                started_at,
                ended_at: None,
            };
            out.push(Event::Session(record.clone()));
            Training { record, sets: 0, last_end: started_at, busy: false, ending: false }
        });
        training.sets += 1;
        training.busy = true;
        training.record.id
    }

    /// The open set turns out to be another athlete's: a nameless session that has only this set takes the name, if
    /// its bearer has no session here; otherwise the set moves. Says which session the set is in.
    pub(super) fn move_set(
        &mut self,
        from: Option<&AthleteId>,
        to: Option<&AthleteId>,
        started_at: HostTime,
        out: &mut Outbox,
    ) -> SessionId {
        if let Some(mut old) = self.open.remove(&from.cloned()) {
            let only_set = old.sets == 1;
            if only_set && from.is_none() && !self.open.contains_key(&to.cloned()) {
                old.record.athlete = to.cloned();
                old.record.revision += 1;
                out.push(Event::Session(old.record.clone()));
                let id = old.record.id;
                self.open.insert(to.cloned(), old);
                return id;
            }
            old.sets = old.sets.saturating_sub(1);
            old.busy = false;
            self.open.insert(from.cloned(), old);
            if only_set {
                self.close(from, out);
            }
        }
        self.begin_set(to, started_at, out)
    }

    /// The open set is closed.
    pub(super) fn end_set(&mut self, who: Option<&AthleteId>, ended_at: HostTime, out: &mut Outbox) {
        let Some(training) = self.open.get_mut(&who.cloned()) else { return };
        training.busy = false;
        training.last_end = training.last_end.max(ended_at);
        if training.ending {
            self.close(who, out);
        }
    }

    /// Ends all sessions: now, or where a set is open as soon as it is closed.
    pub(super) fn end_all(&mut self, out: &mut Outbox) {
        let everyone: Vec<Who> = self.open.keys().cloned().collect();
        for who in everyone {
            match self.open.get_mut(&who) {
                Some(training) if training.busy => training.ending = true,
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
        let Some(mut training) = self.open.remove(&who.cloned()) else { return };
        training.record.ended_at = Some(training.last_end);
        training.record.revision += 1;
        out.push(Event::Session(training.record));
    }

    fn deadline(&self, training: &Training) -> Option<HostTime> {
        (!training.busy).then(|| training.last_end.plus_seconds(self.timeout_s))
    }
}
