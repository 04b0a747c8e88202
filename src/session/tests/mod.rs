//! A hall that drives [`Sessions`] as the engine does.

mod labels;
mod properties;
mod stories;

use super::*;
use crate::model::{
    AlgorithmTag, Athlete, AthleteId, DeviceTime, Movement, PastSet, RejectReason, RepMetrics, RepStage,
    SensorId, SessionRecord,
};

fn at(seconds: f64) -> HostTime {
    HostTime::default().plus_seconds(seconds)
}

fn rack() -> StationId {
    StationId::from("rack")
}

pub(crate) fn exercise(id: &str, primary_velocity: &str) -> Exercise {
    let entry = serde_json::json!({
        "id": id, "name": id, "kind": "velocity", "sides": "both", "implement": "barbell", "mount": "shaft",
        "order": "eccentric_first", "primary_velocity": primary_velocity, "body_mass_factor": 0.88, "rest_s": 180.0,
        "muscles": [], "categories": [],
    });
    serde_json::from_value(entry).unwrap()
}

fn tag(parameters: &str) -> AlgorithmTag {
    AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: parameters.to_owned() }
}

fn sessions() -> Sessions {
    let exercises = [exercise("back_squat", "mean"), exercise("jump_squat", "peak")]
        .map(|exercise| (exercise.id.clone(), exercise));
    let by_exercise = [(ExerciseId::from("back_squat"), tag("squat"))].into();
    let algorithms = Algorithms { unnamed: tag("none"), by_exercise };
    Sessions::new(SessionParams::default(), exercises.into(), algorithms)
}

/// A movement of one second that starts at `start_s`.
fn sighting(ordinal: u32, start_s: f64, stage: RepStage, reject: Option<RejectReason>) -> Sighting {
    let key = MovementKey { sensor: SensorId::from("bar"), stream: 1, ordinal };
    let device = DeviceTime::default().plus_seconds(start_s);
    Sighting {
        movement: Movement {
            key,
            eccentric_start: None,
            start: device,
            end: device.plus_seconds(1.0),
            metrics: RepMetrics {
                mean_velocity_m_s: Some(0.7 - 0.01 * f64::from(ordinal)),
                peak_velocity_m_s: Some(1.2),
                mean_specific_power_w_kg: Some(5.0),
                ..RepMetrics::default()
            },
            reject_reason: reject,
        },
        stage,
        started_at: at(start_s),
        ended_at: at(start_s + 1.0),
    }
}

fn context(athlete: &str, exercise: &str, load_kg: f64) -> StationContext {
    StationContext {
        athlete: Some(AthleteId::from(athlete)),
        exercise: Some(ExerciseId::from(exercise)),
        load_kg: Some(load_kg),
        ..StationContext::default()
    }
}

/// Drives a `Sessions` as the engine does, and keeps what it said.
struct Hall {
    sessions: Sessions,
    events: Vec<Event>,
}

impl Hall {
    fn new() -> Self {
        Self { sessions: sessions(), events: Vec::new() }
    }

    fn collect(&mut self) {
        while let Some(due) = self.sessions.due() {
            self.sessions.close(due.until, &due.station, due.end);
        }
        while let Some(event) = self.sessions.poll() {
            self.events.push(event);
        }
    }

    fn advance(&mut self, t: HostTime) {
        while let Some(deadline) = self.sessions.next_deadline().filter(|deadline| *deadline <= t) {
            self.sessions.advance(deadline);
            self.collect();
        }
        self.sessions.advance(t);
        self.collect();
    }

    fn say(&mut self, seconds: f64, context: StationContext) {
        self.order(seconds, &Order::SetStation { station: rack(), context });
    }

    fn order(&mut self, seconds: f64, order: &Order) {
        self.advance(at(seconds));
        self.sessions.order(at(seconds), order);
        self.collect();
    }

    fn label(&mut self, seconds: f64, set: SetId, context: StationContext) {
        self.order(seconds, &Order::LabelSet { set, context });
    }

    fn athlete(&mut self, seconds: f64, id: &str, body_mass_kg: f64) {
        let athlete = Athlete { id: AthleteId::from(id), body_mass_kg: Some(body_mass_kg) };
        self.tell(seconds, &Context::Athlete(athlete));
    }

    fn tell(&mut self, seconds: f64, context: &Context) {
        self.advance(at(seconds));
        self.sessions.context(at(seconds), context);
        self.collect();
    }

    /// A set as a store would have kept it.
    fn stored(&self, set: SetId) -> PastSet {
        let record = self.sets().into_iter().find(|record| record.id == set).unwrap();
        let reps = self.reps();
        let of_set = |id: &RepId| reps.iter().find(|rep| rep.id == *id).unwrap().clone();
        let past = PastSet { reps: record.reps.iter().map(of_set).collect(), record };
        serde_json::from_str(&serde_json::to_string(&past).unwrap()).unwrap()
    }

    /// Both lanes see a movement at once, and the samples are settled until it ends.
    fn lift(&mut self, ordinal: u32, start_s: f64, reject: Option<RejectReason>) {
        self.see(start_s + 1.2, sighting(ordinal, start_s, RepStage::Final, reject));
        self.data(start_s + 1.1);
    }

    fn see(&mut self, seconds: f64, sighting: Sighting) {
        self.advance(at(seconds));
        self.sessions.sight(at(seconds), &rack(), None, &[sighting]);
        self.collect();
    }

    fn data(&mut self, until_s: f64) {
        self.sessions.data_until(&rack(), at(until_s));
        self.collect();
    }

    fn finish(&mut self, seconds: f64) {
        self.advance(at(seconds));
        self.sessions.finish(at(seconds));
        self.collect();
    }

    /// The last word on each set.
    fn sets(&self) -> Vec<SetRecord> {
        let mut last = BTreeMap::new();
        for event in &self.events {
            if let Event::Set(set) = event {
                last.insert(set.id, (**set).clone());
            }
        }
        last.into_values().collect()
    }

    fn reps(&self) -> Vec<Rep> {
        let mut last = BTreeMap::new();
        for event in &self.events {
            if let Event::Rep(rep) = event {
                last.insert(rep.id, (**rep).clone());
            }
        }
        last.into_values().collect()
    }

    fn trainings(&self) -> Vec<SessionRecord> {
        let mut last = BTreeMap::new();
        for event in &self.events {
            if let Event::Session(session) = event {
                last.insert(session.id, session.clone());
            }
        }
        last.into_values().collect()
    }

    fn notices(&self) -> usize {
        self.events.iter().filter(|event| matches!(event, Event::Notice(_))).count()
    }
}
