//! Who does what where: opens and closes sets and sessions.
//!
//! [`Sessions`] takes what the lanes of a station's bar saw, what people said and what time it is, and publishes
//! repetitions, sets and sessions. How a set lives:
//!
//! - It opens with its first repetition; rejected movements shortly before (the un-rack) come with it (`grouping.rs`).
//! - It is over at a time-out, a re-rack, another lifter, exercise or load, or on command. All of these are judged in
//!   the samples' own time, mapped to the host's clock, once the settled lane has passed them; so the result does not
//!   depend on when packets arrived or how often time was told. Only when a sensor falls silent the host's clock
//!   decides, a grace later.
//! - A movement that starts after the end of a set that is still waiting to be closed is published without a set and
//!   opens the next one as soon as the first is closed, moments later.
//! - [`Sessions::due`] asks the engine to judge the whole set; [`Sessions::close`] closes it.
//! - A closed set still takes a person's word: on a movement, or on who lifted what. What follows from labels (power,
//!   summaries, session, algorithm) is computed anew; what the machine made of the samples stays as it was judged
//!   then, with the exercise that was known then. So it can be done to a set of the past too, read back from the
//!   store as [`Context::PastSet`] (`closed.rs`).

mod book;
mod closed;
mod entry;
mod grouping;
mod ids;
mod outbox;
mod power;
mod set;
mod station;
#[cfg(test)]
pub(crate) mod tests;
mod training;

pub use book::{Algorithms, SessionParams};
pub use ids::Ids;

use crate::model::{
    Context, Event, Exercise, ExerciseId, HostTime, MovementKey, Notice, NoticeKind, Order, PastSet, Rep,
    RepId, SetEnd, SetId, SetRecord, Side, Sighting, StationContext, StationId,
};
use book::Book;
use closed::ClosedSet;
use entry::Word;
use outbox::Outbox;
use station::Station;
use std::collections::BTreeMap;
use training::Who;

/// Nothing that a person lifts, or is helped with, weighs more, kg.
const HEAVIEST_KG: f64 = 2000.0;
/// Plates of one side; more don't fit on a sleeve.
const MOST_PLATES: usize = 40;

/// A set that wants to be judged as a whole and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Where.
    pub station: StationId,
    /// Which.
    pub set: SetId,
    /// What ends it; hand it to [`Sessions::close`].
    pub end: SetEnd,
    /// Movements that start later are in another set.
    pub until: HostTime,
    /// Its movements, rejected ones too.
    pub movements: Vec<MovementKey>,
}

/// The bar and plates of a station.
#[derive(Clone, Debug, PartialEq)]
pub struct BarAndPlates {
    /// Mass of the empty bar, kg.
    pub bar_kg: f64,
    /// Plates of one side, kg, each as often as it is there.
    pub plates_per_side_kg: Vec<f64>,
}

/// A set with all that the coach needs to judge it, as published.
#[derive(Clone, Debug, PartialEq)]
pub struct SetView {
    /// The set; without a stop line, which is not for this room.
    pub record: SetRecord,
    /// Its movements in order, rejected ones too.
    pub reps: Vec<Rep>,
    /// What was said of it.
    pub context: StationContext,
    /// Its exercise, when known.
    pub exercise: Option<Exercise>,
    /// What can be loaded there, when known.
    pub plates: Option<BarAndPlates>,
}

/// All stations with their sets and sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    book: Book,
    stations: BTreeMap<StationId, Station>,
    now: HostTime,
    finished: bool,
    out: Outbox,
}

impl Sessions {
    /// Nobody has lifted anything yet.
    #[must_use]
    pub fn new(
        params: SessionParams,
        exercises: BTreeMap<ExerciseId, Exercise>,
        algorithms: Algorithms,
    ) -> Self {
        Self {
            book: Book { params, exercises, algorithms, athletes: BTreeMap::new() },
            stations: BTreeMap::new(),
            now: HostTime::default(),
            finished: false,
            out: Outbox::default(),
        }
    }

    /// The counter, for others who number things.
    pub fn ids(&mut self) -> &mut Ids {
        &mut self.out.ids
    }

    /// Takes what the driver knows of athletes, plates, numbers and the past; other contexts are not for this room.
    pub fn context(&mut self, at: HostTime, context: &Context) {
        self.advance(at);
        match context {
            Context::Athlete(athlete) => {
                self.book.athletes.insert(athlete.id.clone(), athlete.clone());
                let Self { book, stations, out, .. } = self;
                for station in stations.values_mut() {
                    station.refresh(book, out);
                }
            }
            Context::Plates { station, bar_kg, plates_per_side_kg } => {
                self.plates(at, station, *bar_kg, plates_per_side_kg);
            }
            Context::Ids { next } if !self.out.ids.continue_at(*next) => {
                let message =
                    format!("numbers from {next} on would soon end: the count goes on where it was");
                self.notice(at, NoticeKind::BadValue, message);
            }
            Context::PastSet(past) => self.recall(at, past),
            Context::Ids { .. }
            | Context::Sensor(_)
            | Context::SensorSetup(_)
            | Context::Unassigned { .. }
            | Context::CadenceUnit { .. } => {}
        }
    }

    /// Takes a person's order.
    pub fn order(&mut self, at: HostTime, order: &Order) {
        self.advance(at);
        match order {
            Order::SetStation { station, context } => {
                let context = self.usable(at, context);
                self.change(station, |station, _| station.set_context(at, context));
            }
            Order::EndSet { station } => {
                self.change(station, |station, _| station.cut(at, SetEnd::Command));
            }
            Order::EndSession { station } => self.change(station, |station, out| {
                station.cut(at, SetEnd::Command);
                station.trainings.end_all(out);
            }),
            Order::LabelSet { set, context } => self.label(at, *set, context),
            Order::RestoreRep { rep } => self.correct(at, *rep, Word::Counts(true)),
            Order::RejectRep { rep } => self.correct(at, *rep, Word::Counts(false)),
            Order::SideRep { rep, side } => self.correct(at, *rep, Word::Side(*side)),
        }
    }

    /// Takes movements that the lanes of a station's sensor have seen or see differently now.
    ///
    /// Keys are stable. A movement that a lane no longer confirms comes with the reason `Withdrawn`.
    pub fn sight(&mut self, at: HostTime, station: &StationId, side: Option<Side>, sightings: &[Sighting]) {
        self.advance(at);
        let Self { book, stations, out, .. } = self;
        let station =
            stations.entry(station.clone()).or_insert_with_key(|id| Station::new(id.clone(), book.params));
        for sighting in sightings {
            station.take(side, sighting.clone(), out);
        }
        station.refresh(book, out);
    }

    /// All movements of the station that start before `data_time` have been given as final (or withdrawn): a movement
    /// that is under way holds it back to its start. Where a station has several sensors, the earliest of theirs.
    pub fn data_until(&mut self, station: &StationId, data_time: HostTime) {
        if let Some(station) = self.stations.get_mut(station) {
            station.data_until(data_time);
        }
    }

    /// The next set that wants to be closed. The engine judges its movements as a whole, gives them by
    /// [`Sessions::sight`] with stage `Settled`, calls [`Sessions::close`], and asks again.
    pub fn due(&mut self) -> Option<Due> {
        let Self { book, stations, now, finished, .. } = self;
        let mut by_time: Vec<_> = stations.values_mut().collect();
        by_time.sort_by_key(|station| station.silence_deadline(book));
        by_time.into_iter().find_map(|station| station.due(*now, *finished, book))
    }

    /// Closes the open set of a station, for the reason given by [`Sessions::due`].
    pub fn close(&mut self, at: HostTime, station: &StationId, end: SetEnd) {
        self.advance(at);
        let Self { book, stations, finished, out, .. } = self;
        let Some(station) = stations.get_mut(station) else { return };
        station.close(end, book, out);
        if *finished && station.open.is_none() {
            station.trainings.end_all(out);
        }
    }

    /// Lets time pass: sessions without a set for long are over. Sets only become due.
    pub fn advance(&mut self, t: HostTime) {
        self.now = self.now.max(t);
        while let Some((due, station, who)) = self.next_session_end() {
            if due > self.now {
                break;
            }
            if let Some(station) = self.stations.get_mut(&station) {
                station.trainings.close(who.as_ref(), &mut self.out);
            }
        }
    }

    /// When something will be due without anything being said or seen.
    #[must_use]
    pub fn next_deadline(&self) -> Option<HostTime> {
        let sets = self.stations.values().filter_map(|station| station.silence_deadline(&self.book)).min();
        let sessions = self.next_session_end().map(|next| next.0);
        [sets, sessions].into_iter().flatten().min()
    }

    /// Nothing more will come: all open sets are due, and sessions end with them.
    pub fn finish(&mut self, at: HostTime) {
        self.advance(at);
        self.finished = true;
        for station in self.stations.values_mut().filter(|station| station.open.is_none()) {
            station.trainings.end_all(&mut self.out);
        }
    }

    /// The next event, until there is none.
    pub fn poll(&mut self) -> Option<Event> {
        self.out.events.pop_front()
    }

    /// A set as it stands, open or closed, while it is remembered.
    #[must_use]
    pub fn view(&self, set: SetId) -> Option<SetView> {
        self.stations.values().find_map(|station| {
            let (state, entries) = station.set(set)?;
            Some(SetView {
                record: state.published.clone()?,
                reps: entries.iter().filter_map(|entry| entry.published().cloned()).collect(),
                context: state.context.clone(),
                exercise: self.book.exercise(&state.context).cloned(),
                plates: station.plates.clone(),
            })
        })
    }

    /// What is being lifted at a station, as far as anyone said.
    #[must_use]
    pub fn exercise(&self, station: &StationId) -> Option<&Exercise> {
        self.book.exercise(self.stations.get(station)?.context())
    }

    fn next_session_end(&self) -> Option<(HostTime, StationId, Who)> {
        let ends = self.stations.iter().filter_map(|(id, station)| {
            let (due, who) = station.trainings.next_deadline()?;
            Some((due, id, who))
        });
        ends.min().map(|(due, station, who)| (due, station.clone(), who))
    }

    /// Changes a station and draws the consequences.
    fn change(&mut self, station: &StationId, change: impl FnOnce(&mut Station, &mut Outbox)) {
        let Self { book, stations, out, .. } = self;
        let station =
            stations.entry(station.clone()).or_insert_with_key(|id| Station::new(id.clone(), book.params));
        change(station, out);
        station.refresh(book, out);
    }

    fn correct(&mut self, at: HostTime, rep: RepId, word: Word) {
        let Self { book, stations, out, .. } = self;
        for station in stations.values_mut() {
            if station.correct(rep, word, out) {
                station.refresh(book, out);
                return;
            }
        }
        let message = format!(
            "repetition {rep} is in no set at hand, so it stays as it is: check its number; what was in no set can be restored for a while only"
        );
        self.notice(at, NoticeKind::UnknownName, message);
    }

    fn label(&mut self, at: HostTime, set: SetId, context: &StationContext) {
        if !self.knows(set) {
            let message =
                format!("there is no set {set} at hand: check its number, or fetch it from the store");
            return self.notice(at, NoticeKind::UnknownName, message);
        }
        let context = self.usable(at, context);
        let Self { book, stations, out, .. } = self;
        if let Some(station) = stations.values_mut().find(|station| station.knows(set)) {
            station.label(at, set, context, book, out);
            station.refresh(book, out);
        }
    }

    /// A set of the past is at hand again, unless it is anyway.
    fn recall(&mut self, at: HostTime, past: &PastSet) {
        let PastSet { record, reps } = past;
        if self.knows(record.id) {
            return;
        }
        let ids_of_reps = reps.iter().filter(|rep| rep.set == Some(record.id)).map(|rep| &rep.id);
        let Some(end) = record.end.filter(|_| ids_of_reps.eq(&record.reps)) else {
            let message = format!(
                "set {} of the store is open or not whole, so it stays as it is: have the store checked by `ironstride doctor`",
                record.id
            );
            return self.notice(at, NoticeKind::BadValue, message);
        };
        let Self { book, stations, .. } = self;
        let station = stations
            .entry(record.station.clone())
            .or_insert_with_key(|id| Station::new(id.clone(), book.params));
        station.recall(ClosedSet::past(past.clone(), end, book), book);
    }

    fn knows(&self, set: SetId) -> bool {
        self.stations.values().any(|station| station.knows(set))
    }

    /// `context` without what cannot be used, each with a notice.
    fn usable(&mut self, at: HostTime, context: &StationContext) -> StationContext {
        let mut context = context.clone();
        if let Some(id) = context.exercise.take_if(|id| !self.book.exercises.contains_key(id)) {
            let message = format!(
                "exercise `{id}` is not in the catalogue, so the set stays without exercise: use an id of exercises.toml"
            );
            self.notice(at, NoticeKind::UnknownName, message);
        }
        if let Some(kg) = context.load_kg.take_if(|kg| !(-HEAVIEST_KG..=HEAVIEST_KG).contains(kg)) {
            self.notice(at, NoticeKind::BadValue, format!("a load of {kg} kg is no load: give it in kg"));
        }
        context.planned_rest_s = context.planned_rest_s.filter(|s| s.is_finite());
        context.target_velocity_m_s = context.target_velocity_m_s.filter(|v| v.is_finite());
        context
    }

    fn plates(&mut self, at: HostTime, station: &StationId, bar_kg: f64, plates_per_side_kg: &[f64]) {
        let is_mass = |kg: &f64| *kg > 0.0 && *kg <= HEAVIEST_KG;
        let (mut good, mut bad): (Vec<f64>, Vec<f64>) = plates_per_side_kg.iter().copied().partition(is_mass);
        bad.extend(good.split_off(good.len().min(MOST_PLATES)));
        if !bad.is_empty() {
            let message = format!(
                "plates of {bad:?} kg at {station} were left out: a plate weighs more than 0, and a side takes {MOST_PLATES}"
            );
            self.notice(at, NoticeKind::BadValue, message);
        }
        if !(0.0..=HEAVIEST_KG).contains(&bar_kg) {
            let message = format!("a bar of {bar_kg} kg at {station} cannot be: its plates stay unknown");
            return self.notice(at, NoticeKind::BadValue, message);
        }
        let plates = Some(BarAndPlates { bar_kg, plates_per_side_kg: good });
        self.change(station, |station, _| station.plates = plates);
    }

    fn notice(&mut self, at: HostTime, kind: NoticeKind, message: String) {
        self.out.push(Event::Notice(Notice { at, sensor: None, kind, message }));
    }
}
