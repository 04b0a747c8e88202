//! From an entry to the rows that find it again.

use super::entry::Entry;
use super::row::int;
use super::run::RunId;
use crate::model::{
    Advice, AthleteId, Change, Event, ExerciseId, Order, Rep, SensorId, SessionRecord, SetRecord,
};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params};

/// `event.kind` of what people changed; the others are named like the variants of [`Event`].
pub(super) const CHANGE: &str = "change";

/// What an entry is about.
pub(super) enum Entity<'a> {
    Number(u64),
    Name(&'a str),
    Nothing,
}

impl ToSql for Entity<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(number) => ToSqlOutput::Owned(Value::Integer(int(*number))),
            Self::Name(name) => ToSqlOutput::Borrowed(ValueRef::Text(name.as_bytes())),
            Self::Nothing => ToSqlOutput::Owned(Value::Null),
        })
    }
}

/// Kind, entity and revision of an entry, as they stand in its row.
pub(super) fn label(entry: &Entry) -> (&'static str, Entity<'_>, Option<u32>) {
    let event = match entry {
        Entry::Event(event) => event,
        Entry::Change(change) => return (CHANGE, subject(change), None),
    };
    match event {
        Event::Rep(rep) => ("rep", Entity::Number(rep.id.0), Some(rep.revision)),
        Event::Set(set) => ("set", Entity::Number(set.id.0), Some(set.revision)),
        Event::Session(session) => ("session", Entity::Number(session.id.0), Some(session.revision)),
        Event::Advice(advice) => ("advice", Entity::Number(advice.id.0), None),
        Event::Cadence(cadence) => ("cadence", Entity::Name(cadence.sensor.as_str()), None),
        Event::Device(record) => ("device", Entity::Name(record.sensor.as_str()), None),
        Event::Sensor(status) => ("sensor", Entity::Name(status.sensor.as_str()), None),
        Event::Stream(start) => ("stream", Entity::Name(start.sensor.as_str()), None),
        Event::Notice(notice) => {
            ("notice", notice.sensor.as_ref().map_or(Entity::Nothing, |s| Entity::Name(s.as_str())), None)
        }
        Event::Trace(_) => ("trace", Entity::Nothing, None),
        Event::SettledTrace(_) => ("settled_trace", Entity::Nothing, None),
        Event::Request(_) => ("request", Entity::Nothing, None),
    }
}

fn subject(change: &Change) -> Entity<'_> {
    match change {
        Change::Order(
            Order::SetStation { station, .. } | Order::EndSet { station } | Order::EndSession { station },
        ) => Entity::Name(station.as_str()),
        Change::Order(Order::LabelSet { set, .. }) => Entity::Number(set.0),
        Change::Order(Order::RestoreRep { rep } | Order::RejectRep { rep } | Order::SideRep { rep, .. }) => {
            Entity::Number(rep.0)
        }
        Change::Athlete(athlete) => Entity::Name(athlete.id.as_str()),
        Change::Sensor(profile) => Entity::Name(profile.sensor.as_str()),
        Change::Token(token) => Entity::Name(&token.sha256),
    }
}

/// Updates what finds the entry of this `seq`; gives the run whose times stand in it.
pub(super) fn project(
    connection: &Connection,
    seq: u64,
    run: RunId,
    entry: &Entry,
) -> rusqlite::Result<RunId> {
    match entry {
        Entry::Event(Event::Rep(rep)) => project_rep(connection, seq, run, rep),
        Entry::Event(Event::Set(set)) => project_set(connection, seq, run, set),
        Entry::Event(Event::Session(session)) => project_session(connection, seq, run, session),
        Entry::Event(Event::Advice(advice)) => project_advice(connection, seq, run, advice),
        Entry::Event(Event::Cadence(cadence)) => {
            latest_of_sensor(connection, seq, "cadence", &cadence.sensor)
        }
        Entry::Event(Event::Device(record)) => latest_of_sensor(connection, seq, "device", &record.sensor),
        Entry::Event(Event::Sensor(status)) => latest_of_sensor(connection, seq, "sensor", &status.sensor),
        Entry::Event(_) => Ok(()),
        Entry::Change(change) => project_change(connection, seq, change),
    }?;
    axis(connection, run, entry)
}

/// The run of the first event on the same thing, which stays the run of its times.
fn axis(connection: &Connection, run: RunId, entry: &Entry) -> rusqlite::Result<RunId> {
    let (ask, id) = match entry {
        Entry::Event(Event::Rep(rep)) => ("SELECT run FROM rep WHERE id = ?1", rep.id.0),
        Entry::Event(Event::Set(set)) => ("SELECT run FROM set_record WHERE id = ?1", set.id.0),
        Entry::Event(Event::Session(session)) => ("SELECT run FROM session WHERE id = ?1", session.id.0),
        Entry::Event(Event::Advice(advice)) => ("SELECT run FROM advice WHERE id = ?1", advice.id.0),
        _ => return Ok(run),
    };
    let first = connection.prepare_cached(ask)?.query_row([int(id)], |row| super::row::number(row, 0));
    Ok(first.optional()?.map_or(run, RunId))
}

fn project_rep(connection: &Connection, seq: u64, run: RunId, rep: &Rep) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO rep (id, seq, run, ended_at_ns, set_id, station, athlete, exercise, accepted)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, set_id = excluded.set_id, station = excluded.station,
            athlete = excluded.athlete, exercise = excluded.exercise, accepted = excluded.accepted";
    // mostly only the numbers have changed: then no index is written again
    let same = "UPDATE rep SET seq = ?2, accepted = ?9 WHERE id = ?1 AND set_id IS ?5
        AND station = ?6 AND athlete IS ?7 AND exercise IS ?8";
    let values = params![
        int(rep.id.0),
        int(seq),
        int(run.0),
        rep.ended_at.0,
        rep.set.map(|set| int(set.0)),
        rep.station.as_str(),
        rep.athlete.as_ref().map(AthleteId::as_str),
        rep.exercise.as_ref().map(ExerciseId::as_str),
        rep.accepted,
    ];
    if connection.prepare_cached(same)?.execute(values)? == 0 {
        connection.prepare_cached(upsert)?.execute(values)?;
    }
    Ok(())
}

fn project_set(connection: &Connection, seq: u64, run: RunId, set: &SetRecord) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO set_record (id, seq, run, session_id, station, athlete, exercise, open, inbox)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, session_id = excluded.session_id,
            station = excluded.station, athlete = excluded.athlete, exercise = excluded.exercise,
            open = excluded.open, inbox = excluded.inbox";
    let open = set.ended_at.is_none();
    let unlabelled = set.athlete.is_none() || set.exercise.is_none() || set.load_kg.is_none();
    let has_reps = set.summaries.iter().any(|summary| summary.reps > 0);
    let same = "UPDATE set_record SET seq = ?2 WHERE id = ?1 AND session_id = ?4 AND station = ?5
        AND athlete IS ?6 AND exercise IS ?7 AND open = ?8 AND inbox = ?9";
    let values = params![
        int(set.id.0),
        int(seq),
        int(run.0),
        int(set.session.0),
        set.station.as_str(),
        set.athlete.as_ref().map(AthleteId::as_str),
        set.exercise.as_ref().map(ExerciseId::as_str),
        open,
        !open && unlabelled && has_reps,
    ];
    if connection.prepare_cached(same)?.execute(values)? == 0 {
        connection.prepare_cached(upsert)?.execute(values)?;
    }
    Ok(())
}

fn project_session(
    connection: &Connection,
    seq: u64,
    run: RunId,
    session: &SessionRecord,
) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO session (id, seq, run, station, athlete, open) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, station = excluded.station,
            athlete = excluded.athlete, open = excluded.open";
    connection.prepare_cached(upsert)?.execute(params![
        int(session.id.0),
        int(seq),
        int(run.0),
        session.station.as_str(),
        session.athlete.as_ref().map(AthleteId::as_str),
        session.ended_at.is_none(),
    ])?;
    Ok(())
}

fn project_advice(connection: &Connection, seq: u64, run: RunId, advice: &Advice) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO advice (id, seq, run, set_id, station, athlete) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq";
    connection.prepare_cached(upsert)?.execute(params![
        int(advice.id.0),
        int(seq),
        int(run.0),
        int(advice.set.0),
        advice.station.as_str(),
        advice.athlete.as_ref().map(AthleteId::as_str),
    ])?;
    if let Some(older) = advice.supersedes {
        let mark = "UPDATE advice SET superseded_by = ?2 WHERE id = ?1";
        connection.prepare_cached(mark)?.execute([int(older.0), int(advice.id.0)])?;
    }
    Ok(())
}

fn project_change(connection: &Connection, seq: u64, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::Order(Order::SetStation { station, .. }) => {
            latest(connection, seq, "station", station.as_str())
        }
        Change::Order(Order::EndSet { .. } | Order::EndSession { .. }) => Ok(()),
        Change::Order(Order::LabelSet { set, .. }) => correction(connection, seq, "set", set.0),
        Change::Order(Order::RestoreRep { rep } | Order::RejectRep { rep } | Order::SideRep { rep, .. }) => {
            correction(connection, seq, "rep", rep.0)
        }
        Change::Athlete(athlete) => latest(connection, seq, "athlete", athlete.id.as_str()),
        Change::Sensor(profile) => latest(connection, seq, "sensor_profile", profile.sensor.as_str()),
        Change::Token(token) => latest(connection, seq, "device_token", &token.sha256),
    }
}

fn latest_of_sensor(
    connection: &Connection,
    seq: u64,
    kind: &str,
    sensor: &SensorId,
) -> rusqlite::Result<()> {
    latest(connection, seq, kind, sensor.as_str())
}

fn latest(connection: &Connection, seq: u64, kind: &str, name: &str) -> rusqlite::Result<()> {
    let upsert = "INSERT INTO latest (kind, name, seq, revision) VALUES (?1, ?2, ?3, 1)
        ON CONFLICT (kind, name) DO UPDATE SET seq = excluded.seq, revision = revision + 1";
    connection.prepare_cached(upsert)?.execute(params![kind, name, int(seq)])?;
    Ok(())
}

fn correction(connection: &Connection, seq: u64, kind: &str, entity: u64) -> rusqlite::Result<()> {
    let insert = "INSERT INTO correction (seq, kind, entity) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(insert)?.execute(params![int(seq), kind, int(entity)])?;
    Ok(())
}
