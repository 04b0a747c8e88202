//! The pure composition of the core: inputs in, events out.
//!
//! One value, many drivers: `analyze`, replay, recomputation, simulation and the daemon drive the same [`Engine`] and
//! get the same result bit for bit. A driver gives it inputs in order of time, lets time pass, takes events:
//!
//! ```
//! use ironstride::engine::{Engine, EngineConfig};
//! use ironstride::model::HostTime;
//!
//! let mut engine = Engine::new(EngineConfig::default());
//! // engine.handle(input) for each input …
//! engine.finish(HostTime(1_000_000_000));
//! while let Some(event) = engine.poll() {
//!     println!("{event:?}");
//! }
//! ```

mod bar;
mod device;
mod ledger;
mod rate;
mod sensor;
mod series;
mod tag;
mod track;

pub use bar::BarParams;

use crate::coach::{Coach, CoachParams};
use crate::lifting::prior::MovementPrior;
use crate::model::{
    AlgorithmTag, Command, Context, Event, Exercise, ExerciseId, HostTime, Input, LinkChange, Notice,
    NoticeKind, Notification, Order, Reading, SensorId, SetId, StationId, StreamStart, TraceBlock,
};
use crate::motion::Note;
use crate::running::Cadences;
use crate::sensors::home_made::{HomeMade, HomeMadeFamily};
use crate::sensors::{Ask, Conversation};
use crate::session::{Algorithms, Due, SessionParams, Sessions};
use bar::{Bar, Seen, Traces};
use sensor::Sensor;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// What an engine is made with; never changes in its life.
#[derive(Clone, Debug, Default)]
pub struct EngineConfig {
    /// The exercise catalogue.
    pub exercises: BTreeMap<ExerciseId, Exercise>,
    /// How bars are watched.
    pub bar: BarParams,
    /// When sets and sessions end.
    pub session: SessionParams,
    /// When and how the coach speaks.
    pub coach: CoachParams,
    /// Sensors that a person has described.
    pub home_made: Vec<HomeMade>,
    /// Emit [`Event::Trace`], the live lane's motion.
    pub live_trace: bool,
    /// Emit [`Event::SettledTrace`], the settled lane's motion.
    pub settled_trace: bool,
}

/// The whole core as one value.
#[derive(Clone, Debug)]
pub struct Engine {
    config: EngineConfig,
    algorithms: Algorithms,
    home_made: Arc<[HomeMadeFamily]>,
    sensors: BTreeMap<SensorId, Sensor>,
    sessions: Sessions,
    coach: Coach,
    cadences: Cadences,
    now: HostTime,
    events: VecDeque<Event>,
}

impl Engine {
    /// An engine that has seen nothing yet.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        let algorithms = tag::algorithms(&config.bar, &config.exercises);
        Self {
            sessions: Sessions::new(config.session, config.exercises.clone(), algorithms.clone()),
            algorithms,
            home_made: config.home_made.iter().cloned().map(HomeMadeFamily::from).collect(),
            coach: Coach::new(config.coach),
            cadences: Cadences::default(),
            sensors: BTreeMap::new(),
            now: HostTime::default(),
            events: VecDeque::new(),
            config,
        }
    }

    /// Takes one input; inputs come in order of time, and whatever was due before it happens first.
    pub fn handle(&mut self, input: &Input) {
        self.advance(input.at());
        match input {
            Input::Notification(notification) => self.notification(notification),
            Input::Link { at, sensor, change } => self.link(*at, sensor, change),
            Input::Command(command) => self.sessions.order(command.at, &command.order),
            Input::Context { at, context } => self.context(*at, context),
            Input::Incident { at, message, .. } => self.events.push_back(Event::Notice(Notice {
                at: *at,
                sensor: input.sensor().cloned(),
                kind: NoticeKind::Incident,
                message: message.clone(),
            })),
        }
        self.settle();
        if let Input::Command(Command { order: Order::LabelSet { set, .. }, .. }) = input {
            // a target alone changes no record, and the coach goes by it
            self.consider(*set);
        }
    }

    /// Lets time pass up to `t`: every deadline until then strikes at its own time, so it does not matter how often
    /// this is called.
    pub fn advance(&mut self, t: HostTime) {
        while let Some(due) = self.next_deadline().filter(|due| *due <= t) {
            self.strike(due.max(self.now));
        }
        self.now = self.now.max(t);
    }

    /// The next deadline, when something waits for time to pass.
    #[must_use]
    pub fn next_deadline(&self) -> Option<HostTime> {
        let bars = self.sensors.values().filter_map(|sensor| sensor.bar.as_ref()?.next_deadline());
        let stalls = self.sensors.values().filter_map(Sensor::stall_deadline);
        bars.chain(stalls).chain(self.sessions.next_deadline()).min()
    }

    /// The recording is over: closes what is open, as if nothing more will ever come.
    pub fn finish(&mut self, at: HostTime) {
        self.advance(at);
        self.each_bar(at, Bar::finish);
        for sensor in self.sensors.values_mut() {
            self.events.extend(sensor.news(at));
        }
        self.sessions.finish(at);
        self.settle();
    }

    /// The computation that makes the repetitions of an exercise.
    #[must_use]
    pub fn algorithm(&self, exercise: Option<&ExerciseId>) -> &AlgorithmTag {
        self.algorithms.of(exercise)
    }

    /// The next event, until there is none.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn strike(&mut self, t: HostTime) {
        self.now = t;
        self.each_bar(t, |bar, prior| bar.advance(t, prior));
        for sensor in self.sensors.values_mut() {
            sensor.stall_if_due(t);
            self.events.extend(sensor.news(t));
        }
        self.sessions.advance(t);
        self.settle();
    }

    fn notification(&mut self, notification: &Notification) {
        let at = notification.at;
        let sensor = self.sensor(&notification.sensor, at);
        sensor.heard(at);
        match sensor.conversation.decode(notification.source, &notification.value) {
            Ok(readings) => readings.into_iter().for_each(|r| self.reading(at, &notification.sensor, r)),
            Err(error) => {
                let news = sensor.undecoded(notification.source, &error, at);
                self.events.extend(news);
            }
        }
        let asks = self.sensor(&notification.sensor, at).conversation.asks();
        self.ask(at, &notification.sensor, asks);
        self.tell_news(&notification.sensor, at);
    }

    fn reading(&mut self, at: HostTime, id: &SensorId, reading: Reading) {
        match reading {
            Reading::Imu(block) => {
                let event = self.sensor(id, at).count_samples(at, block.samples.len());
                self.events.extend(event);
                self.bar(at, id, |bar, prior| bar.block(at, &block, prior));
            }
            Reading::Available(range) => self.bar(at, id, |bar, prior| bar.available(at, range, prior)),
            Reading::Running(reading) => {
                let record = self.cadences.reading(at, id, &reading);
                self.events.push_back(Event::Cadence(record));
            }
            Reading::Battery(reading) => {
                let event = self.sensor(id, at).battery(reading, at);
                self.events.extend(event);
            }
            Reading::Device(information) => {
                if let Some(model) = &information.model {
                    self.cadences.name(id, model);
                }
                self.sensor(id, at).device(information);
            }
            Reading::Refused { why } => {
                let message = format!("the sensor refused: {why}");
                let event = self.sensor(id, at).notice(at, NoticeKind::Refused, message);
                self.events.push_back(event);
            }
            Reading::HeartRate(_) | Reading::Power(_) | Reading::Treadmill(_) | Reading::DeviceRep(_) => {
                let record = device::record(at, self.sensor(id, at), reading);
                self.events.extend(record.map(Event::Device));
            }
        }
    }
}

impl Engine {
    fn sensor(&mut self, id: &SensorId, at: HostTime) -> &mut Sensor {
        let conversation = || Conversation::new(Arc::clone(&self.home_made));
        self.sensors.entry(id.clone()).or_insert_with(|| Sensor::new(id.clone(), at, conversation()))
    }

    fn tell_news(&mut self, id: &SensorId, at: HostTime) {
        let Some(sensor) = self.sensors.get_mut(id) else { return };
        self.events.extend(sensor.bad_samples(at));
        self.events.extend(sensor.news(at));
    }

    fn link(&mut self, at: HostTime, id: &SensorId, change: &LinkChange) {
        if let LinkChange::Advert { name: Some(name), .. } = change {
            self.cadences.name(id, name);
        }
        let asks = self.sensor(id, at).link(change);
        self.ask(at, id, asks);
        self.tell_news(id, at);
    }

    /// Tells everyone what the driver knows; each takes what is for them.
    fn context(&mut self, at: HostTime, context: &Context) {
        match context {
            Context::Sensor(assignment) => {
                self.sensor(&assignment.sensor, at).role = Some(assignment.role.clone());
            }
            Context::SensorSetup(setup) => {
                let sensor = self.sensor(&setup.sensor, at);
                sensor.setup = Some(setup.clone());
                if let Some(bar) = &mut sensor.bar {
                    bar.set_up(setup);
                }
            }
            // one that was never heard of has none anyway
            Context::Unassigned { sensor } => {
                if let Some(sensor) = self.sensors.get_mut(sensor) {
                    sensor.role = None;
                }
            }
            _ => {}
        }
        self.cadences.context(context);
        self.sessions.context(at, context);
    }

    fn ask(&mut self, at: HostTime, id: &SensorId, asks: impl IntoIterator<Item = Ask>) {
        if let Some(sensor) = self.sensors.get(id) {
            self.events.extend(asks.into_iter().map(|ask| sensor.request(at, ask)));
        }
    }

    /// Lets one sensor's bar do something and draws the consequences.
    fn bar(&mut self, at: HostTime, id: &SensorId, act: impl FnOnce(&mut Bar, &MovementPrior) -> Seen) {
        let params = &self.config.bar;
        let traces = Traces { live: self.config.live_trace, settled: self.config.settled_trace };
        let Some(sensor) = self.sensors.get_mut(id) else { return };
        let prior = prior(self.sessions.exercise(&sensor.station())).at(sensor.mount());
        let setup = &sensor.setup;
        let bar = sensor.bar.get_or_insert_with(|| {
            let mut bar = Bar::new(id.clone(), params.clone(), traces);
            if let Some(setup) = setup {
                bar.set_up(setup);
            }
            bar
        });
        let seen = act(bar, &prior);
        self.seen(at, id, seen);
    }

    fn each_bar(&mut self, at: HostTime, mut act: impl FnMut(&mut Bar, &MovementPrior) -> Seen) {
        let with_bar = self.sensors.iter().filter(|(_, sensor)| sensor.bar.is_some());
        let ids: Vec<SensorId> = with_bar.map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.bar(at, &id, &mut act);
        }
    }

    /// Hands on what a bar has found out.
    fn seen(&mut self, at: HostTime, id: &SensorId, seen: Seen) {
        let Some(sensor) = self.sensors.get_mut(id) else { return };
        let station = sensor.station();
        let asks: Vec<Ask> =
            seen.missing.iter().filter_map(|range| sensor.conversation.resend(*range)).collect();
        self.events.extend(seen.notes.iter().map(|note| notice(sensor, at, note)));
        if !seen.settled.is_empty() {
            let block =
                TraceBlock { at, sensor: id.clone(), station: Some(station.clone()), points: seen.settled };
            self.events.push_back(Event::SettledTrace(block));
        }
        // after the old stream's last settled points, before the new one's first live ones
        self.events.extend(
            seen.begun
                .into_iter()
                .map(|(stream, first)| Event::Stream(StreamStart { at, sensor: id.clone(), stream, first })),
        );
        if !seen.live.is_empty() {
            let block =
                TraceBlock { at, sensor: id.clone(), station: Some(station.clone()), points: seen.live };
            self.events.push_back(Event::Trace(block));
        }
        let side = sensor.side();
        self.ask(at, id, asks);
        if !seen.sightings.is_empty() {
            self.sessions.sight(at, &station, side, &seen.sightings);
        }
        self.tell_data_until(&station, id, seen.data_until);
    }

    /// A station with several bars knows its movements only up to the one that is furthest behind.
    fn tell_data_until(&mut self, station: &StationId, id: &SensorId, data_until: Option<HostTime>) {
        let Some(data_until) = data_until else { return };
        if let Some(bar) = self.sensors.get_mut(id).and_then(|sensor| sensor.bar.as_mut()) {
            bar.data_until = Some(data_until);
        }
        let bars =
            self.sensors.values().filter(|sensor| sensor.is_streaming() && sensor.station() == *station);
        let earliest =
            bars.filter_map(|sensor| sensor.bar.as_ref()).map(|bar| bar.data_until).min().flatten();
        if let Some(earliest) = earliest {
            self.sessions.data_until(station, earliest);
        }
    }

    /// Closes the sets whose time is over, and lets the coach see what is new.
    fn settle(&mut self) {
        while let Some(due) = self.sessions.due() {
            self.close(&due);
        }
        let mut changed = BTreeSet::new();
        while let Some(mut event) = self.sessions.poll() {
            match &mut event {
                Event::Rep(rep) => changed.extend(rep.set),
                Event::Set(set) => {
                    set.stop_line = self.sessions.view(set.id).and_then(|view| self.coach.stop_line(&view));
                    changed.insert(set.id);
                }
                _ => {}
            }
            self.events.push_back(event);
        }
        for set in changed {
            self.consider(set);
        }
    }

    /// Lets the coach look at a set.
    fn consider(&mut self, set: SetId) {
        let Some(view) = self.sessions.view(set) else { return };
        let advice = self.coach.consider(self.now, &view, self.sessions.ids());
        self.events.extend(advice.into_iter().map(|advice| Event::Advice(Box::new(advice))));
    }

    /// Has the movements of a set judged as a whole, by the exercise that it had, and closes it.
    fn close(&mut self, due: &Due) {
        let view = self.sessions.view(due.set);
        let prior = prior(view.as_ref().and_then(|view| view.exercise.as_ref()));
        for sensor in self.sensors.values_mut().filter(|sensor| sensor.station() == due.station) {
            let mount = sensor.mount();
            if let Some(bar) = &mut sensor.bar {
                let seen = bar.settle(due.until, &prior.at(mount));
                self.sessions.sight(self.now, &due.station, sensor.side(), &seen.sightings);
            }
        }
        self.sessions.close(self.now, &due.station, due.end);
    }
}

/// What repetitions of an exercise look like, known or not.
fn prior(exercise: Option<&Exercise>) -> MovementPrior {
    exercise.map_or(MovementPrior::unknown(), MovementPrior::of)
}

fn notice(sensor: &Sensor, at: HostTime, note: &Note) -> Event {
    match *note {
        Note::Lost { samples, .. } => {
            let message =
                format!("{samples} samples were lost for good: bring sensor and adapter closer together");
            sensor.notice(at, NoticeKind::SamplesLost, message)
        }
        Note::Restarted { .. } => {
            let message = "the sensor started anew; the set goes on".to_owned();
            sensor.notice(at, NoticeKind::Restarted, message)
        }
    }
}
