//! The columns of each table: name, unit, meaning, and where the value comes from. `docs/export.md` is made from here.

use super::calendar::Calendar;
use super::csv::Cell;
use crate::model::{Rep, SessionRecord, SetRecord, SetSummary};
use crate::store::{Placed, Utc};
use serde::Serialize;

/// A column of rows `R`.
pub(super) struct Column<R: 'static> {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) meaning: &'static str,
    pub(super) value: fn(&R, &Calendar) -> Cell,
}

/// A set, once for each side that has a summary of its own.
pub(super) struct SetRow {
    pub(super) set: Placed<SetRecord>,
    pub(super) summary: SetSummary,
}

/// A session and what was done in it.
pub(super) struct SessionRow {
    pub(super) session: Placed<SessionRecord>,
    pub(super) sets: u64,
    pub(super) reps: u64,
}

const fn column<R>(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    value: fn(&R, &Calendar) -> Cell,
) -> Column<R> {
    Column { name, unit, meaning, value }
}

/// A model's word, as in JSON.
fn word(word: impl Serialize) -> Cell {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => Cell::Text(word),
        _ => Cell::Empty,
    }
}

fn moment(utc: Option<Utc>) -> Cell {
    utc.and_then(Calendar::moment).into()
}

fn certain(utc: Option<Utc>) -> Cell {
    utc.map_or(Cell::Empty, |utc| Cell::Truth(utc.certain))
}

fn day(utc: Option<Utc>, calendar: &Calendar) -> Cell {
    utc.and_then(|utc| calendar.day(utc)).into()
}

fn rep_end(rep: &Placed<Rep>) -> Option<Utc> {
    rep.utc(rep.value.ended_at)
}

fn set_start(row: &SetRow) -> Option<Utc> {
    row.set.utc(row.set.value.started_at)
}

fn session_start(row: &SessionRow) -> Option<Utc> {
    row.session.utc(row.session.value.started_at)
}

/// One line for each movement, rejected ones too.
pub(super) const REPS: &[Column<Placed<Rep>>] = &[
    column("rep", "", "number of the repetition; kept for ever", |r, _| Cell::Integer(r.value.id.0)),
    column("revision", "", "rises with each change", |r, _| Cell::Integer(r.value.revision.into())),
    column("stage", "", "provisional, final, settled (its set is closed) or corrected", |r, _| {
        word(r.value.stage)
    }),
    column("accepted", "", "whether it counts", |r, _| Cell::Truth(r.value.accepted)),
    column("reject_reason", "", "why the program rejected it; stays when a person restores it", |r, _| {
        word(r.value.reject_reason)
    }),
    column("set", "", "number of its set", |r, _| {
        r.value.set.map_or(Cell::Empty, |set| Cell::Integer(set.0))
    }),
    column("station", "", "where", |r, _| word(&r.value.station)),
    column("athlete", "", "who", |r, _| word(&r.value.athlete)),
    column("exercise", "", "what, as in `ironstride exercises`", |r, _| word(&r.value.exercise)),
    column("load_kg", "kg", "load, bar included; below 0 is assistance", |r, _| r.value.load_kg.into()),
    column("side", "", "left or right, where sides are separate", |r, _| word(r.value.side)),
    column("day", "", "day on which it ended, in the gym's time zone", |r, c| day(rep_end(r), c)),
    column("ended_at", "UTC", "end of the concentric phase", |r, _| moment(rep_end(r))),
    column("time_certain", "", "false while the clock of its recording is not synchronised", |r, _| {
        certain(rep_end(r))
    }),
    column("mean_velocity_m_s", "m/s", "displacement over duration of the concentric phase", |r, _| {
        r.value.metrics.mean_velocity_m_s.into()
    }),
    column("mean_propulsive_velocity_m_s", "m/s", "mean up to the first acceleration below −g", |r, _| {
        r.value.metrics.mean_propulsive_velocity_m_s.into()
    }),
    column("peak_velocity_m_s", "m/s", "highest of the concentric phase", |r, _| {
        r.value.metrics.peak_velocity_m_s.into()
    }),
    column("time_to_peak_s", "s", "from the start of the concentric phase to its peak velocity", |r, _| {
        r.value.metrics.time_to_peak_s.into()
    }),
    column("range_of_motion_m", "m", "vertical displacement of the concentric phase", |r, _| {
        r.value.metrics.range_of_motion_m.into()
    }),
    column("eccentric_duration_s", "s", "eccentric phase before the concentric", |r, _| {
        r.value.metrics.eccentric_duration_s.into()
    }),
    column("pause_s", "s", "turn-round between eccentric and concentric", |r, _| {
        r.value.metrics.pause_s.into()
    }),
    column("concentric_duration_s", "s", "concentric phase", |r, _| {
        r.value.metrics.concentric_duration_s.into()
    }),
    column("mean_power_bar_w", "W", "mean power of the bar alone; empty without a load", |r, _| {
        r.value.metrics.mean_power_bar_w.into()
    }),
    column("peak_power_bar_w", "W", "peak power of the bar alone", |r, _| {
        r.value.metrics.peak_power_bar_w.into()
    }),
    column("mean_power_system_w", "W", "mean power of bar and moving share of the body", |r, _| {
        r.value.metrics.mean_power_system_w.into()
    }),
    column("body_mass_factor", "", "share of body mass in mean_power_system_w", |r, _| {
        r.value.metrics.body_mass_factor.into()
    }),
    column("quality", "0 to 1", "how far the numbers can be believed", |r, _| r.value.metrics.quality.into()),
    column("mean_velocity_sd_m_s", "m/s", "standard deviation of mean_velocity_m_s", |r, _| {
        r.value.metrics.mean_velocity_sd_m_s.into()
    }),
    column("peak_velocity_sd_m_s", "m/s", "standard deviation of peak_velocity_m_s", |r, _| {
        r.value.metrics.peak_velocity_sd_m_s.into()
    }),
    column("range_of_motion_sd_m", "m", "standard deviation of range_of_motion_m", |r, _| {
        r.value.metrics.range_of_motion_sd_m.into()
    }),
    column("source", "", "inertial (computed here), device (its own) or manual", |r, _| word(r.value.source)),
    column("sensor", "", "the sensor that measured", |r, _| word(&r.value.movement.sensor)),
    column("algorithm", "", "name of the computation", |r, _| word(&r.value.algorithm.name)),
    column("algorithm_number", "", "rises when results may change", |r, _| {
        Cell::Integer(r.value.algorithm.number.into())
    }),
    column("algorithm_parameters", "", "hash of the parameters and of the exercise's entry", |r, _| {
        word(&r.value.algorithm.parameters)
    }),
];

/// One line for each set, or for each side of a set where sides are separate.
pub(super) const SETS: &[Column<SetRow>] = &[
    column("set", "", "number of the set; kept for ever", |r, _| Cell::Integer(r.set.value.id.0)),
    column("revision", "", "rises with each change", |r, _| Cell::Integer(r.set.value.revision.into())),
    column("session", "", "number of its session", |r, _| Cell::Integer(r.set.value.session.0)),
    column("station", "", "where", |r, _| word(&r.set.value.station)),
    column("athlete", "", "who", |r, _| word(&r.set.value.athlete)),
    column("exercise", "", "what, as in `ironstride exercises`", |r, _| word(&r.set.value.exercise)),
    column("load_kg", "kg", "load, bar included; below 0 is assistance", |r, _| r.set.value.load_kg.into()),
    column("goal", "", "what for; decides the velocity loss at which it should end", |r, _| {
        word(r.set.value.goal)
    }),
    column("role", "", "warm_up, work or back_off", |r, _| word(r.set.value.role)),
    column("day", "", "day on which it began, in the gym's time zone", |r, c| day(set_start(r), c)),
    column("started_at", "UTC", "start of its first movement", |r, _| moment(set_start(r))),
    column("ended_at", "UTC", "end of its last movement; empty while it is open", |r, _| {
        moment(r.set.value.ended_at.and_then(|end| r.set.utc(end)))
    }),
    column("time_certain", "", "false while the clock of its recording is not synchronised", |r, _| {
        certain(set_start(r))
    }),
    column("end", "", "what ended it: rerack, context, command, timeout or end_of_data", |r, _| {
        word(r.set.value.end)
    }),
    column("movements", "", "all its movements, rejected ones too", |r, _| {
        Cell::Integer(r.set.value.reps.len() as u64)
    }),
    column("side", "", "left or right, where sides are separate", |r, _| word(r.summary.side)),
    column("reps", "", "repetitions that count", |r, _| Cell::Integer(r.summary.reps.into())),
    column("best_velocity_m_s", "m/s", "highest of the exercise's primary velocity", |r, _| {
        r.summary.best_velocity_m_s.into()
    }),
    column("best_two_mean_velocity_m_s", "m/s", "mean of the two highest", |r, _| {
        r.summary.best_two_mean_velocity_m_s.into()
    }),
    column("last_velocity_m_s", "m/s", "that of the last repetition", |r, _| {
        r.summary.last_velocity_m_s.into()
    }),
    column("velocity_loss_best_pct", "%", "100·(best − last)/best", |r, _| {
        r.summary.velocity_loss_best_pct.into()
    }),
    column("velocity_loss_first_pct", "%", "100·(first − last)/first", |r, _| {
        r.summary.velocity_loss_first_pct.into()
    }),
    column("velocity_loss_cap_pct", "%", "velocity_loss_best_pct at which the coach ends it", |r, _| {
        r.set.value.stop_line.map(|line| line.velocity_loss_cap_pct).into()
    }),
    column("algorithm", "", "name of the computation", |r, _| word(&r.set.value.algorithm.name)),
    column("algorithm_number", "", "rises when results may change", |r, _| {
        Cell::Integer(r.set.value.algorithm.number.into())
    }),
    column("algorithm_parameters", "", "hash of the parameters and of the exercise's entry", |r, _| {
        word(&r.set.value.algorithm.parameters)
    }),
];

/// One line for each session.
pub(super) const SESSIONS: &[Column<SessionRow>] = &[
    column("session", "", "number of the session; kept for ever", |r, _| Cell::Integer(r.session.value.id.0)),
    column("revision", "", "rises with each change", |r, _| Cell::Integer(r.session.value.revision.into())),
    column("station", "", "where", |r, _| word(&r.session.value.station)),
    column("athlete", "", "who", |r, _| word(&r.session.value.athlete)),
    column("day", "", "day on which it began, in the gym's time zone", |r, c| day(session_start(r), c)),
    column("started_at", "UTC", "start of its first set", |r, _| moment(session_start(r))),
    column("ended_at", "UTC", "end of its last set; empty while it is open", |r, _| {
        moment(r.session.value.ended_at.and_then(|end| r.session.utc(end)))
    }),
    column("time_certain", "", "false while the clock of its recording is not synchronised", |r, _| {
        certain(session_start(r))
    }),
    column("sets", "", "sets with a repetition that counts", |r, _| Cell::Integer(r.sets)),
    column("reps", "", "repetitions that count, both sides together", |r, _| Cell::Integer(r.reps)),
];
