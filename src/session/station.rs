//! One station: movements become sets, sets become part of sessions.

use super::book::{Book, SessionParams, contradicts, labelled};
use super::closed::ClosedSet;
use super::entry::{Entry, Word};
use super::grouping::{Group, Item, Rules, first_group};
use super::outbox::Outbox;
use super::set::SetState;
use super::training::Trainings;
use super::{BarAndPlates, Due};
use crate::model::{
    HostTime, MovementKey, RejectReason, RepId, RepStage, SetEnd, SetId, Side, Sighting, StationContext,
    StationId,
};
use std::collections::{BTreeMap, VecDeque};

/// Rejected movements of no set that are kept in case a person wants one back.
const KEPT_STRAYS: usize = 64;
/// Contexts and cuts that are remembered; movements come at most seconds late, so few are enough.
const KEPT_MARKS: usize = 16;

/// What was said of a station, from a time on.
#[derive(Clone, Debug, Default)]
struct Said {
    at: HostTime,
    context: StationContext,
    /// It only adds to what was said before, so it holds for a set that is already open.
    adds: bool,
}

/// All that is remembered of a station.
#[derive(Clone, Debug)]
pub(super) struct Station {
    id: StationId,
    /// Oldest first; never empty.
    said: VecDeque<Said>,
    cuts: VecDeque<(HostTime, SetEnd)>,
    /// Movements that start before are final.
    data_until: Option<HostTime>,
    /// Movements of the open set and of no set.
    entries: BTreeMap<MovementKey, Entry>,
    pub(super) open: Option<SetState>,
    /// The open set waits to be closed and takes nothing more but what is still found within its time.
    frozen: bool,
    /// Closed sets of this run, oldest first.
    closed: VecDeque<ClosedSet>,
    /// Sets that came back from the store.
    past: VecDeque<ClosedSet>,
    pub(super) trainings: Trainings,
    pub(super) plates: Option<BarAndPlates>,
}

/// Puts `news` behind the others; the oldest go where there are more than `most`, which is at least 1.
fn remember<T>(queue: &mut VecDeque<T>, news: T, most: usize) {
    queue.push_back(news);
    while queue.len() > most.max(1) {
        queue.pop_front();
    }
}

impl Station {
    pub(super) fn new(id: StationId, params: SessionParams) -> Self {
        Self {
            said: VecDeque::from([Said::default()]),
            cuts: VecDeque::new(),
            data_until: None,
            entries: BTreeMap::new(),
            open: None,
            frozen: false,
            closed: VecDeque::new(),
            past: VecDeque::new(),
            trainings: Trainings::new(id.clone(), params.session_timeout_s),
            plates: None,
            id,
        }
    }

    /// Somebody said who lifts what. What was known and is different now ends the set; what was unknown labels it.
    pub(super) fn set_context(&mut self, at: HostTime, context: StationContext) {
        if self.said.back().is_none_or(|said| said.context == context) {
            return;
        }
        let differs = contradicts(self.context(), &context);
        if differs {
            self.cut(at, SetEnd::Context);
        }
        remember(&mut self.said, Said { at, context, adds: !differs }, KEPT_MARKS);
    }

    /// What is being lifted as far as anyone said: by the open set's own labels, or as said of the station since.
    pub(super) fn context(&self) -> &StationContext {
        self.said_of_open(&self.said[self.said.len() - 1])
    }

    /// What holds for the open set: its own labels, or what was `said` of the station after they were given.
    fn said_of_open<'a>(&'a self, said: &'a Said) -> &'a StationContext {
        match self.open.as_ref().and_then(|open| open.own.as_ref()) {
            Some((at, own)) if *at >= said.at => own,
            _ => &said.context,
        }
    }

    pub(super) fn cut(&mut self, at: HostTime, end: SetEnd) {
        remember(&mut self.cuts, (at, end), KEPT_MARKS);
    }

    /// Whether a set is at hand.
    pub(super) fn knows(&self, set: SetId) -> bool {
        self.open.as_ref().is_some_and(|open| open.id == set) || self.at_hand().any(|c| c.state.id == set)
    }

    fn at_hand(&self) -> impl Iterator<Item = &ClosedSet> {
        self.closed.iter().chain(&self.past)
    }

    /// A set with its movements in order of their start.
    pub(super) fn set(&self, id: SetId) -> Option<(&SetState, Vec<&Entry>)> {
        if let Some(open) = self.open.as_ref().filter(|open| open.id == id) {
            let mut members: Vec<_> = self.entries.values().filter(|entry| entry.set.is_some()).collect();
            members.sort_by(|a, b| a.place().cmp(&b.place()));
            return Some((open, members));
        }
        let closed = self.at_hand().find(|closed| closed.state.id == id)?;
        Some((&closed.state, closed.entries.iter().collect()))
    }

    /// A set of the past is at hand again.
    pub(super) fn recall(&mut self, set: ClosedSet, book: &Book) {
        remember(&mut self.past, set, book.params.kept_sets);
    }

    /// A person's word on who lifted what in one set.
    pub(super) fn label(
        &mut self,
        at: HostTime,
        set: SetId,
        said: StationContext,
        book: &Book,
        out: &mut Outbox,
    ) {
        if let Some(open) = self.open.as_mut().filter(|open| open.id == set) {
            open.context = labelled(&open.context, said);
            open.own = Some((at, open.context.clone()));
            return;
        }
        let Self { closed, past, trainings, id, .. } = self;
        if let Some(closed) = closed.iter_mut().chain(past).find(|closed| closed.state.id == set) {
            closed.label(said, book, trainings, id, out);
        }
    }

    pub(super) fn data_until(&mut self, t: HostTime) {
        self.data_until = self.data_until.max(Some(t));
    }

    /// A lane has seen a movement, or sees it differently now.
    pub(super) fn take(&mut self, side: Option<Side>, mut sighting: Sighting, out: &mut Outbox) {
        sighting.stage = sighting.stage.min(RepStage::Settled);
        let key = sighting.movement.key.clone();
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.update(sighting);
        } else if let Some(set) = self.closed.iter_mut().rev().find(|set| set.holds(&key)) {
            set.entries.iter_mut().filter(|e| *e.key() == key).for_each(|e| e.update(sighting.clone()));
            set.publish(&self.id, out);
        } else {
            if sighting.movement.reject_reason == Some(RejectReason::Withdrawn) {
                return; // nobody has heard of it
            }
            let mut entry = Entry::new(RepId(out.ids.take()), side, sighting);
            let late = self.open.as_ref().filter(|open| self.frozen && entry.started_at() <= open.limit);
            entry.set = late.map(|open| open.id);
            self.entries.insert(key, entry);
        }
    }

    /// A person's word on a movement; `false` when it is not known here.
    pub(super) fn correct(&mut self, rep: RepId, word: Word, out: &mut Outbox) -> bool {
        if let Some(entry) = self.entries.values_mut().find(|entry| entry.id() == rep) {
            entry.correct(word);
            return true;
        }
        let Self { closed, past, id, .. } = self;
        closed.iter_mut().chain(past).any(|set| set.correct(rep, word, id, out))
    }

    /// Draws the consequences of whatever was new: groups, labels, publishes what has changed.
    pub(super) fn refresh(&mut self, book: &Book, out: &mut Outbox) {
        if !self.frozen {
            self.regroup(book, out);
        }
        self.relabel(book, out);
        self.publish(book, out);
        self.forget_old_strays();
    }

    fn regroup(&mut self, book: &Book, out: &mut Outbox) {
        let order = self.in_order();
        let Some((group, context)) = self.first_group(&order, book) else {
            // nothing counts any more: what an open set had may yet lead in the next; it closes empty at its time
            self.entries.values_mut().for_each(|entry| entry.set = None);
            return;
        };
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(open_set(&context, &group, book, &mut self.trainings, out)),
        };
        (open.opened_at, open.limit, open.limit_by) = (group.opened_at, group.limit, group.end);
        open.context = context;
        for (key, member) in order.iter().zip(group.members) {
            if let Some(entry) = self.entries.get_mut(key) {
                entry.set = member.then_some(open.id);
            }
        }
    }

    /// The earliest set among the movements, and its context: the one in which it opened, with what was added to that
    /// before the set was over, or labels of its own.
    fn first_group(&mut self, order: &[MovementKey], book: &Book) -> Option<(Group, StationContext)> {
        let items: Vec<Item> = order.iter().filter_map(|key| self.entries.get(key)).map(item).collect();
        let opened_at = items.iter().find(|item| item.counts)?.started_at;
        self.cuts.make_contiguous();
        let cuts = self.cuts.as_slices().0;
        let rerack_quiet_s = book.params.rerack_quiet_s;
        let mut said = said_at(&self.said, opened_at);
        loop {
            let context = self.said_of_open(&self.said[said]);
            let rules = Rules { timeout_s: book.set_timeout_s(context), rerack_quiet_s, cuts };
            let group = first_group(&items, rules)?;
            match self.said.get(said + 1) {
                Some(later) if later.adds && later.at <= group.limit => said += 1,
                _ => return Some((group, context.clone())),
            }
        }
    }

    /// Labels the open set by its context, and sees to it that it is in its athlete's session.
    fn relabel(&mut self, book: &Book, out: &mut Outbox) {
        let Some(open) = &mut self.open else { return };
        open.labels = book.labels(&open.context);
        open.session = self.trainings.move_set(open.id, open.session, open.labels.athlete.as_ref(), out);
    }

    fn publish(&mut self, book: &Book, out: &mut Outbox) {
        let mut members: Vec<&mut Entry> = Vec::new();
        let mut strays: Vec<&mut Entry> = Vec::new();
        for entry in self.entries.values_mut() {
            if entry.set.is_some() { members.push(entry) } else { strays.push(entry) }
        }
        for group in [&mut members, &mut strays] {
            group.sort_by(|a, b| a.place().cmp(&b.place()));
        }
        if let Some(open) = &mut self.open {
            open.publish(&self.id, &mut members, out);
        }
        for entry in strays {
            let labels = book.labels(&self.said[said_at(&self.said, entry.started_at())].context);
            entry.publish(&self.id, &labels, out);
        }
    }

    fn in_order(&self) -> Vec<MovementKey> {
        let mut order: Vec<_> = self.entries.values().collect();
        order.sort_by(|a, b| a.place().cmp(&b.place()));
        order.into_iter().map(|entry| entry.key().clone()).collect()
    }

    fn forget_old_strays(&mut self) {
        let mut strays: Vec<_> = self.entries.values().filter(|e| e.set.is_none() && !e.counts()).collect();
        if strays.len() <= KEPT_STRAYS {
            return;
        }
        strays.sort_by_key(|entry| entry.started_at());
        let old: Vec<_> = strays[..strays.len() - KEPT_STRAYS].iter().map(|e| e.key().clone()).collect();
        for key in old {
            self.entries.remove(&key);
        }
    }

    /// When the open set closes on the host's clock should its sensor stay silent.
    pub(super) fn silence_deadline(&self, book: &Book) -> Option<HostTime> {
        self.open.as_ref().map(|open| open.limit.plus_seconds(book.params.silence_grace_s))
    }

    /// The open set, if its time is over; from now on nothing more joins it but what is still found within its time.
    pub(super) fn due(&mut self, now: HostTime, finished: bool, book: &Book) -> Option<Due> {
        let silence = self.silence_deadline(book)?;
        let open = self.open.as_mut()?;
        let over = self.data_until.is_some_and(|until| until >= open.limit) || now >= silence;
        if !self.frozen {
            if !over && !finished {
                return None;
            }
            if !over {
                open.limit_by = SetEnd::EndOfData;
            }
            self.frozen = true;
        }
        let members = self.entries.values().filter(|e| e.set.is_some() && !e.withdrawn());
        Some(Due {
            station: self.id.clone(),
            set: open.id,
            end: open.limit_by,
            until: open.limit,
            movements: members.map(|entry| entry.key().clone()).collect(),
        })
    }

    /// Closes the open set; what was waiting behind it may open the next.
    pub(super) fn close(&mut self, end: SetEnd, book: &Book, out: &mut Outbox) {
        let Some(mut state) = self.open.take() else { return };
        self.frozen = false;
        state.end = Some(end);
        let order = self.in_order();
        let is_member = |key: &&MovementKey| self.entries.get(*key).is_some_and(|e| e.set.is_some());
        let members: Vec<MovementKey> = order.iter().filter(is_member).cloned().collect();
        let mut entries: Vec<Entry> = members.iter().filter_map(|key| self.entries.remove(key)).collect();
        entries.iter_mut().for_each(Entry::settle);
        let mut set = ClosedSet { state, entries };
        set.publish(&self.id, out);
        let ended_at = set.state.published.as_ref().and_then(|record| record.ended_at);
        let athlete = set.state.labels.athlete.as_ref();
        self.trainings.end_set(set.state.id, athlete, ended_at.unwrap_or(set.state.opened_at), out);
        remember(&mut self.closed, set, book.params.kept_sets);
        self.refresh(book, out);
    }
}

fn item(entry: &Entry) -> Item {
    Item {
        started_at: entry.started_at(),
        ended_at: entry.ended_at(),
        counts: entry.counts(),
        rerack: entry.rerack(),
    }
}

/// Place of what had been said last before `t`; the oldest that is remembered stands for all before it.
fn said_at(said: &VecDeque<Said>, t: HostTime) -> usize {
    said.iter().rposition(|said| said.at <= t).unwrap_or(0)
}

fn open_set(
    context: &StationContext,
    group: &Group,
    book: &Book,
    trainings: &mut Trainings,
    out: &mut Outbox,
) -> SetState {
    let labels = book.labels(context);
    let id = SetId(out.ids.take());
    SetState {
        id,
        session: trainings.begin_set(id, labels.athlete.as_ref(), group.opened_at, out),
        context: context.clone(),
        own: None,
        labels,
        opened_at: group.opened_at,
        limit: group.limit,
        limit_by: group.end,
        end: None,
        published: None,
    }
}
