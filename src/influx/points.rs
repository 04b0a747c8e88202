//! What leaves of an entry of the journal: only what is settled, as `docs/influx.md` describes it.

use super::line::{Point, Value};
use crate::model::{
    Advice, AdviceAction, AlgorithmTag, AthleteId, CadenceRecord, Event, ExerciseId, LinkState, Rep,
    RepStage, SensorStatus, SessionRecord, SetRecord, SetSummary, Side,
};
use crate::store::{Entry, StoredEvent, Utc};
use serde::Serialize;

/// An entry as points of one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Its measurement.
    pub(super) kind: &'static str,
    /// What it is about, within its kind.
    pub(super) subject: String,
    /// Whether it is one thing that may change, with a time for ever; else it is one of many readings.
    pub(super) is_thing: bool,
    /// When, if the calendar is known. The points' own times are not set yet.
    pub(super) utc: Option<Utc>,
    /// A set of two sides has two.
    pub(super) points: Vec<Point>,
}

/// The measurements that are written.
pub(super) const MEASUREMENTS: [&str; 6] = ["rep", "set", "session", "advice", "cadence", "sensor"];

/// What leaves of an entry, if anything does.
pub(super) fn record(stored: &StoredEvent, gym: &str) -> Option<Record> {
    let Entry::Event(event) = &stored.entry else { return None };
    let at = |time| stored.clock.utc(time);
    let (kind, subject, is_thing, utc, points) = match event {
        Event::Rep(rep) if rep.stage >= RepStage::Settled => {
            ("rep", rep.id.to_string(), true, at(rep.ended_at), vec![of_rep(rep, gym)])
        }
        Event::Set(set) => ("set", set.id.to_string(), true, at(set.ended_at?), of_set(set, gym)),
        Event::Session(session) => {
            ("session", session.id.to_string(), true, at(session.ended_at?), vec![of_session(session, gym)])
        }
        Event::Advice(advice) => {
            ("advice", advice.id.to_string(), true, at(advice.at), vec![of_advice(advice, gym)])
        }
        Event::Cadence(cadence) => {
            ("cadence", cadence.sensor.to_string(), false, at(cadence.at), vec![of_cadence(cadence, gym)])
        }
        Event::Sensor(status) => {
            ("sensor", status.sensor.to_string(), false, at(status.at), vec![of_sensor(status, gym)])
        }
        _ => return None,
    };
    Some(Record { kind, subject, is_thing, utc, points })
}

/// A point that grows by what is known.
struct Draft(Point);

impl Draft {
    fn new(measurement: &'static str, gym: &str) -> Self {
        let tags = vec![("gym", gym.to_owned())];
        Self(Point { measurement, tags, fields: Vec::new(), t_ms: 0 })
    }

    fn tag(mut self, key: &'static str, value: Option<&str>) -> Self {
        self.0.tags.extend(value.map(|value| (key, value.to_owned())));
        self
    }

    fn field(mut self, key: &str, value: Option<Value>) -> Self {
        self.0.fields.extend(value.map(|value| (key.to_owned(), value)));
        self
    }

    fn id(self, key: &str, id: u64) -> Self {
        self.whole(key, Some(id))
    }

    fn whole(self, key: &str, number: Option<u64>) -> Self {
        // numbers of the journal stay below 2^53
        self.field(key, number.map(|number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))))
    }

    fn float(self, key: &str, number: Option<f64>) -> Self {
        self.field(key, number.map(Value::Float))
    }

    fn floats(self, numbers: &[(&str, Option<f64>)]) -> Self {
        numbers.iter().fold(self, |draft, (key, number)| draft.float(key, *number))
    }

    /// Yes is 1 and no is 0, which every server can add up.
    fn flag(self, key: &str, flag: bool) -> Self {
        self.whole(key, Some(u64::from(flag)))
    }

    fn text(self, key: &str, text: Option<String>) -> Self {
        self.field(key, text.map(Value::Text))
    }

    fn algorithm(self, tag: &AlgorithmTag) -> Self {
        self.text("algorithm", Some(format!("{}/{}/{}", tag.name, tag.number, tag.parameters)))
    }

    fn people(self, athlete: Option<&AthleteId>, exercise: Option<&ExerciseId>) -> Self {
        self.tag("athlete", athlete.map(AthleteId::as_str)).tag("exercise", exercise.map(ExerciseId::as_str))
    }

    fn side(self, side: Option<Side>) -> Self {
        self.tag("side", side.map(|side| if side == Side::Left { "left" } else { "right" }))
    }
}

/// The word for a variant that the journal uses too.
fn word(variant: impl Serialize) -> Option<String> {
    serde_json::to_value(variant).ok()?.as_str().map(str::to_owned)
}

fn of_rep(rep: &Rep, gym: &str) -> Point {
    let m = &rep.metrics;
    let draft = Draft::new("rep", gym)
        .tag("station", Some(rep.station.as_str()))
        .people(rep.athlete.as_ref(), rep.exercise.as_ref())
        .side(rep.side)
        .tag("sensor", Some(rep.movement.sensor.as_str()))
        .id("id", rep.id.0)
        .whole("set", rep.set.map(|set| set.0))
        .whole("revision", Some(rep.revision.into()))
        .flag("accepted", rep.accepted)
        .text("reject_reason", rep.reject_reason.and_then(word))
        .floats(&[
            ("load_kg", rep.load_kg),
            ("mean_velocity_m_s", m.mean_velocity_m_s),
            ("mean_propulsive_velocity_m_s", m.mean_propulsive_velocity_m_s),
            ("peak_velocity_m_s", m.peak_velocity_m_s),
            ("time_to_peak_s", m.time_to_peak_s),
            ("range_of_motion_m", m.range_of_motion_m),
            ("eccentric_duration_s", m.eccentric_duration_s),
            ("pause_s", m.pause_s),
            ("concentric_duration_s", m.concentric_duration_s),
            ("mean_specific_power_w_kg", m.mean_specific_power_w_kg),
            ("peak_specific_power_w_kg", m.peak_specific_power_w_kg),
            ("mean_power_bar_w", m.mean_power_bar_w),
            ("peak_power_bar_w", m.peak_power_bar_w),
            ("mean_power_system_w", m.mean_power_system_w),
            ("body_mass_factor", m.body_mass_factor),
            ("quality", m.quality),
            ("mean_velocity_sd_m_s", m.mean_velocity_sd_m_s),
            ("peak_velocity_sd_m_s", m.peak_velocity_sd_m_s),
            ("range_of_motion_sd_m", m.range_of_motion_sd_m),
        ]);
    draft.text("source", word(rep.source)).algorithm(&rep.algorithm).0
}

fn of_set(set: &SetRecord, gym: &str) -> Vec<Point> {
    let nothing = [SetSummary::default()];
    let summaries = if set.summaries.is_empty() { &nothing[..] } else { &set.summaries };
    let point = |summary: &SetSummary| {
        let draft = Draft::new("set", gym)
            .tag("station", Some(set.station.as_str()))
            .people(set.athlete.as_ref(), set.exercise.as_ref())
            .side(summary.side)
            .id("id", set.id.0)
            .id("session", set.session.0)
            .whole("revision", Some(set.revision.into()))
            .whole("reps", Some(summary.reps.into()))
            .floats(&[
                ("load_kg", set.load_kg),
                ("duration_s", set.ended_at.map(|end| end.seconds_since(set.started_at))),
                ("best_velocity_m_s", summary.best_velocity_m_s),
                ("best_two_mean_velocity_m_s", summary.best_two_mean_velocity_m_s),
                ("last_velocity_m_s", summary.last_velocity_m_s),
                ("velocity_loss_best_pct", summary.velocity_loss_best_pct),
                ("velocity_loss_first_pct", summary.velocity_loss_first_pct),
                ("stop_velocity_m_s", set.stop_line.map(|line| line.velocity_m_s)),
            ])
            .text("goal", set.goal.and_then(word))
            .text("role", set.role.and_then(word))
            .text("end", set.end.and_then(word));
        draft.algorithm(&set.algorithm).0
    };
    summaries.iter().map(point).collect()
}

fn of_session(session: &SessionRecord, gym: &str) -> Point {
    let duration_s = session.ended_at.map(|end| end.seconds_since(session.started_at));
    Draft::new("session", gym)
        .tag("station", Some(session.station.as_str()))
        .people(session.athlete.as_ref(), None)
        .id("id", session.id.0)
        .whole("revision", Some(session.revision.into()))
        .float("duration_s", duration_s)
        .0
}

fn of_advice(advice: &Advice, gym: &str) -> Point {
    let (action, load_kg, reps) = match advice.action {
        AdviceAction::StopSet => ("stop_set", None, None),
        AdviceAction::ContinueSet => ("continue_set", None, None),
        AdviceAction::NextLoad { load_kg, .. } => ("next_load", Some(load_kg), None),
        AdviceAction::ChangeReps { reps } => ("change_reps", None, Some(Value::Integer(reps.into()))),
        AdviceAction::HoldLoad => ("hold_load", None, None),
    };
    let draft = Draft::new("advice", gym)
        .tag("station", Some(advice.station.as_str()))
        .people(advice.athlete.as_ref(), advice.exercise.as_ref())
        .tag("action", Some(action))
        .tag("rule", Some(&advice.rule))
        .id("id", advice.id.0)
        .id("set", advice.set.0)
        .float("load_kg", load_kg)
        .field("reps", reps)
        .float("threshold", Some(advice.threshold.value))
        .text("threshold_name", Some(advice.threshold.name.clone()))
        .whole("supersedes", advice.supersedes.map(|id| id.0))
        .text("confidence", word(advice.confidence))
        .text("reason", Some(advice.reason.clone()));
    let inputs = advice.inputs.iter();
    inputs.fold(draft, |draft, input| draft.float(&format!("input_{}", input.name), Some(input.value))).0
}

fn of_cadence(cadence: &CadenceRecord, gym: &str) -> Point {
    Draft::new("cadence", gym)
        .people(cadence.athlete.as_ref(), None)
        .tag("sensor", Some(cadence.sensor.as_str()))
        .floats(&[("steps_min", cadence.cadence_steps_min), ("speed_m_s", Some(cadence.speed_m_s))])
        .field("running", Some(Value::Flag(cadence.running)))
        .whole("raw", Some(cadence.cadence_raw.into()))
        .0
}

fn of_sensor(status: &SensorStatus, gym: &str) -> Point {
    Draft::new("sensor", gym)
        .tag("sensor", Some(status.sensor.as_str()))
        .flag("connected", status.link != LinkState::Down)
        .text("link", word(status.link))
        .whole("battery_pct", status.battery.map(|battery| battery.percent.into()))
        .whole("samples", Some(status.samples))
        .whole("lost_samples", Some(status.lost_samples))
        .whole("undecoded", Some(status.undecoded))
        .float("sample_rate_hz", status.sample_rate_hz)
        .0
}
