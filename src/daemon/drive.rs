//! One engine on its way through a run: inputs in order, panics contained, events sorted by where they go.

use crate::engine::{Engine, EngineConfig};
use crate::model::{Context, SensorAssignment};
use crate::model::{
    Event, HostTime, Input, LinkChange, Request, SensorId, SensorRole, SessionId, TraceBlock,
};
use crate::store::is_journalled;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An engine and what must be known of it beside it.
#[derive(Debug)]
pub(super) struct Drive {
    engine: Engine,
    /// How far the engine's time has come; no input may be older.
    now: HostTime,
    /// Journalled events that the engine gave, those that were only repeated too.
    given: u64,
    open_sessions: BTreeSet<SessionId>,
    /// What was said of each sensor's link since it is up.
    links: BTreeMap<SensorId, Vec<Input>>,
    roles: BTreeMap<SensorId, SensorRole>,
    told: Told,
    /// The engine is made to panic on the input of this time.
    #[cfg(test)]
    pub(super) poison: Option<HostTime>,
}

/// What an engine gave, by where it goes.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Into the journal.
    pub(super) events: Vec<Event>,
    /// Onto the screen, at once.
    pub(super) traces: Vec<TraceBlock>,
    /// To sensors.
    pub(super) requests: Vec<Request>,
}

/// The engine panicked; it can't be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Panicked(pub(super) String);

impl Drive {
    /// A fresh engine.
    pub(super) fn new(config: EngineConfig) -> Self {
        Self {
            engine: Engine::new(config),
            now: HostTime(i64::MIN),
            given: 0,
            open_sessions: BTreeSet::new(),
            links: BTreeMap::new(),
            roles: BTreeMap::new(),
            told: Told::default(),
            #[cfg(test)]
            poison: None,
        }
    }

    /// How far the engine's time has come.
    pub(super) fn now(&self) -> HostTime {
        self.now
    }

    /// How many journalled events it has given.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// Whether no session is open.
    pub(super) fn is_idle(&self) -> bool {
        self.open_sessions.is_empty()
    }

    /// Roles of sensors that were told.
    pub(super) fn roles(&self) -> impl Iterator<Item = SensorAssignment> {
        let pairs = self.roles.iter();
        pairs.map(|(sensor, role)| SensorAssignment { sensor: sensor.clone(), role: role.clone() })
    }

    /// Sensors that are connected, and what was said of their links.
    pub(super) fn links(&self) -> &BTreeMap<SensorId, Vec<Input>> {
        &self.links
    }

    /// When the engine waits for time to pass.
    pub(super) fn next_deadline(&self) -> Option<HostTime> {
        self.engine.next_deadline()
    }

    /// Lets an input in. One that is older than what has been struck already comes now instead, so that whoever repeats
    /// the inputs gets the same events: it had waited while time went on.
    pub(super) fn handle(&mut self, input: &mut Input) -> Result<(), Panicked> {
        if input.at() < self.now {
            input.set_at(self.now);
        }
        let input = &*input;
        #[cfg(test)]
        let poison = self.poison;
        self.attempt(|engine| {
            engine.handle(input);
            #[cfg(test)]
            assert_ne!(poison, Some(input.at()), "poison");
        })?;
        self.now = input.at();
        self.remember(input);
        Ok(())
    }

    /// Lets every deadline until `t` strike. The engine's time comes no further than the last one, so that an input
    /// on its way keeps its own time.
    pub(super) fn pass(&mut self, t: HostTime) -> Result<(), Panicked> {
        while let Some(due) = self.engine.next_deadline().filter(|due| *due <= t) {
            let due = due.max(self.now);
            self.attempt(|engine| engine.advance(due))?;
            self.now = due;
        }
        Ok(())
    }

    /// Nothing more comes: closes what is open.
    pub(super) fn finish(&mut self) -> Result<(), Panicked> {
        let at = self.now.max(HostTime(0));
        self.attempt(|engine| engine.finish(at))?;
        self.now = at;
        Ok(())
    }

    /// Whether something came out that is journalled.
    pub(super) fn has_news(&self) -> bool {
        !self.told.events.is_empty()
    }

    /// What of it came out since the last time.
    pub(super) fn news(&self) -> &[Event] {
        &self.told.events
    }

    /// What came out since the last time.
    pub(super) fn take(&mut self) -> Told {
        std::mem::take(&mut self.told)
    }

    /// What the engine gave before it panicked is dropped: it is half of a thing.
    fn attempt(&mut self, act: impl FnOnce(&mut Engine)) -> Result<(), Panicked> {
        let Self { engine, .. } = self;
        catch_unwind(AssertUnwindSafe(|| act(engine))).map_err(|panic| Panicked(words(&*panic)))?;
        while let Some(event) = self.engine.poll() {
            self.sort(event);
        }
        Ok(())
    }

    fn sort(&mut self, event: Event) {
        self.given += u64::from(is_journalled(&event));
        match event {
            Event::Trace(block) => self.told.traces.push(block),
            Event::Request(request) => self.told.requests.push(request),
            Event::SettledTrace(_) => {}
            event => {
                if let Event::Session(session) = &event {
                    if session.ended_at.is_none() {
                        self.open_sessions.insert(session.id);
                    } else {
                        self.open_sessions.remove(&session.id);
                    }
                }
                self.told.events.push(event);
            }
        }
    }

    fn remember(&mut self, input: &Input) {
        match input {
            Input::Link { sensor, change, .. } => match change {
                LinkChange::Up => drop(self.links.insert(sensor.clone(), vec![input.clone()])),
                LinkChange::Characteristics { .. } => {
                    self.links.entry(sensor.clone()).or_default().push(input.clone());
                }
                LinkChange::Down { .. } => drop(self.links.remove(sensor)),
                LinkChange::Leaving | LinkChange::Advert { .. } => {}
            },
            Input::Notification(notification) if !self.links.contains_key(&notification.sensor) => {
                self.links.insert(notification.sensor.clone(), Vec::new());
            }
            Input::Context { context: Context::Sensor(SensorAssignment { sensor, role }), .. } => {
                self.roles.insert(sensor.clone(), role.clone());
            }
            Input::Context { context: Context::Unassigned { sensor }, .. } => {
                self.roles.remove(sensor);
            }
            _ => {}
        }
    }
}

/// What a panic said.
pub(super) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::link::LinkFaults;
    use crate::simulate::{lift::Lift, plan::SetPlan, session::Session, session::SessionPlan};

    fn inputs() -> Vec<Input> {
        let set = SetPlan::new(Lift::of("back_squat").unwrap(), 0.7, 3);
        Session::new(&SessionPlan::one_set(6, set).over(LinkFaults::LIGHT)).collect()
    }

    fn journalled(drive: &mut Drive) -> Vec<Event> {
        drive.take().events
    }

    #[test]
    fn an_input_that_waited_while_a_deadline_struck_is_repeated_the_same_way() {
        let mut live = Drive::new(EngineConfig::default());
        let mut kept = Vec::new();
        for (i, mut input) in inputs().into_iter().enumerate() {
            if i % 50 == 49 {
                // a busy machine: the clock is ahead of what waits in the queue
                live.pass(input.at().plus_seconds(0.7)).unwrap();
            }
            live.handle(&mut input).unwrap();
            kept.push(input);
        }
        live.pass(live.now().plus_seconds(60.0)).unwrap();
        assert!(kept.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
        let mut again = Drive::new(EngineConfig::default());
        for mut input in kept {
            again.handle(&mut input).unwrap();
        }
        again.pass(live.now()).unwrap();
        assert_eq!((live.given(), live.now()), (again.given(), again.now()));
        assert_eq!(journalled(&mut live), journalled(&mut again));
    }

    #[test]
    fn sessions_links_and_roles_are_known_from_what_passed() {
        let mut drive = Drive::new(EngineConfig::default());
        assert!(drive.is_idle());
        for mut input in inputs() {
            drive.handle(&mut input).unwrap();
        }
        assert!(!drive.is_idle());
        assert_eq!(drive.links().len(), 1);
        assert_eq!(drive.links().values().next().unwrap().len(), 2, "up, and what it can do");
        drive.finish().unwrap();
        assert!(drive.is_idle());
        let events = journalled(&mut drive);
        assert_eq!(events.len() as u64, drive.given());
        assert!(events.iter().all(is_journalled));
    }
}
