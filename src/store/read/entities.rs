//! Repetitions, sets, sessions, advice, sensors, cadence and notices: the latest word on each.

use super::Reader;
use super::ask::Ask;
use super::filter::{AdviceFilter, CadenceFilter, Page, RepFilter, SessionFilter, SetFilter};
use crate::model::{
    Advice, AdviceId, CadenceRecord, DeviceRecord, Event, HostTime, Notice, Rep, RepId, SensorStatus,
    SessionId, SessionRecord, SetId, SetRecord, StationId,
};
use crate::store::clock::{RunClock, Utc};
use crate::store::error::StoreError;
use crate::store::row::{Clocks, int, json, number};
use crate::store::run::RunId;
use rusqlite::{Row, params_from_iter};
use std::sync::Arc;

/// The latest word on something, and where its times lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The thing.
    pub value: T,
    /// The run whose times stand in it.
    pub run: RunId,
    /// The clock of that run.
    pub clock: Arc<RunClock>,
    /// `seq` of the entry that said so.
    pub seq: u64,
}

impl<T> Placed<T> {
    /// One of its times in UTC.
    #[must_use]
    pub fn utc(&self, t: HostTime) -> Option<Utc> {
        self.clock.utc(t)
    }
}

/// Advice, and whether newer advice has taken its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Advised {
    /// The advice as it was given.
    pub advice: Advice,
    /// What took its place.
    pub superseded_by: Option<AdviceId>,
}

/// What a list of entities selects from the events that its table `t` points at; `superseded_by` is advice's alone.
macro_rules! select {
    ($table:literal, $extra:literal) => {
        concat!(
            "SELECT e.seq, e.axis, e.payload, ",
            $extra,
            " FROM ",
            $table,
            " t JOIN event e ON e.seq = t.seq WHERE 1 = 1"
        )
    };
}

const REPS: &str = select!("rep", "NULL");
const SETS: &str = select!("set_record", "NULL");
const SESSIONS: &str = select!("session", "NULL");
const ADVICE: &str = select!("advice", "t.superseded_by");
const LATEST: &str = select!("latest", "NULL");
const EVENTS: &str = "SELECT e.seq, e.axis, e.payload, NULL FROM event e WHERE 1 = 1";

impl Reader {
    /// Repetitions, rejected ones too, by their numbers.
    pub fn reps(&self, filter: &RepFilter) -> Result<Vec<Placed<Rep>>, StoreError> {
        let ask = Ask::new(REPS)
            .equals("t.set_id", filter.set.map(|set| int(set.0)))
            .equals("t.station", filter.station.clone().map(|station| station.0))
            .equals("t.athlete", filter.athlete.clone().map(|athlete| athlete.0))
            .equals("t.exercise", filter.exercise.clone().map(|exercise| exercise.0))
            .page("t.id", filter.page);
        self.placed(&ask, rep)
    }

    /// One repetition.
    pub fn rep(&self, id: RepId) -> Result<Option<Placed<Rep>>, StoreError> {
        self.one(REPS, id.0, rep)
    }

    /// Sets by their numbers.
    pub fn sets(&self, filter: &SetFilter) -> Result<Vec<Placed<SetRecord>>, StoreError> {
        let ask = Ask::new(SETS)
            .equals("t.session_id", filter.session.map(|session| int(session.0)))
            .equals("t.station", filter.station.clone().map(|station| station.0))
            .equals("t.athlete", filter.athlete.clone().map(|athlete| athlete.0))
            .equals("t.exercise", filter.exercise.clone().map(|exercise| exercise.0))
            .equals("t.open", filter.open)
            .only("t.inbox = 1", filter.inbox)
            .page("t.id", filter.page);
        self.placed(&ask, set)
    }

    /// One set.
    pub fn set(&self, id: SetId) -> Result<Option<Placed<SetRecord>>, StoreError> {
        self.one(SETS, id.0, set)
    }

    /// Sessions by their numbers.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<Placed<SessionRecord>>, StoreError> {
        let ask = Ask::new(SESSIONS)
            .equals("t.station", filter.station.clone().map(|station| station.0))
            .equals("t.athlete", filter.athlete.clone().map(|athlete| athlete.0))
            .equals("t.open", filter.open)
            .page("t.id", filter.page);
        self.placed(&ask, session)
    }

    /// One session.
    pub fn session(&self, id: SessionId) -> Result<Option<Placed<SessionRecord>>, StoreError> {
        self.one(SESSIONS, id.0, session)
    }

    /// Advice by its numbers.
    pub fn advice(&self, filter: &AdviceFilter) -> Result<Vec<Placed<Advised>>, StoreError> {
        let ask = Ask::new(ADVICE)
            .equals("t.set_id", filter.set.map(|set| int(set.0)))
            .equals("t.station", filter.station.clone().map(|station| station.0))
            .equals("t.athlete", filter.athlete.clone().map(|athlete| athlete.0))
            .only("t.superseded_by IS NULL", filter.current)
            .page("t.id", filter.page);
        self.placed(&ask, advised)
    }

    /// One piece of advice.
    pub fn advice_by_id(&self, id: AdviceId) -> Result<Option<Placed<Advised>>, StoreError> {
        self.one(ADVICE, id.0, advised)
    }

    /// Closed sets whose athlete, exercise or load nobody has said, at a station or everywhere.
    pub fn unlabelled_sets(&self, station: Option<&StationId>) -> Result<u64, StoreError> {
        let ask = Ask::new("SELECT count(*) FROM set_record t WHERE t.inbox = 1")
            .equals("t.station", station.map(|station| station.0.clone()));
        self.ask("counting unlabelled sets", |connection| {
            let mut statement = connection.prepare_cached(ask.sql())?;
            statement.query_row(params_from_iter(ask.values()), |row| number(row, 0))
        })
    }

    /// Cadence by `seq`.
    pub fn cadence(&self, filter: &CadenceFilter) -> Result<Vec<Placed<CadenceRecord>>, StoreError> {
        let ask = Ask::new(EVENTS)
            .only("e.kind = 'cadence'", true)
            .equals("e.entity", filter.sensor.clone().map(|sensor| sensor.0))
            .page("e.seq", filter.page);
        self.placed(&ask, cadence)
    }

    /// The latest cadence of each footpod.
    pub fn latest_cadence(&self) -> Result<Vec<Placed<CadenceRecord>>, StoreError> {
        self.placed(&Ask::new(LATEST).only("t.kind = 'cadence' ORDER BY t.name", true), cadence)
    }

    /// The latest word of each device that measures or computes by itself.
    pub fn latest_device_records(&self) -> Result<Vec<Placed<DeviceRecord>>, StoreError> {
        self.placed(&Ask::new(LATEST).only("t.kind = 'device' ORDER BY t.name", true), device)
    }

    /// The latest state of each sensor, by name.
    pub fn sensors(&self) -> Result<Vec<Placed<SensorStatus>>, StoreError> {
        self.placed(&Ask::new(LATEST).only("t.kind = 'sensor' ORDER BY t.name", true), sensor)
    }

    /// The latest notices, newest first.
    pub fn notices(&self, limit: u32) -> Result<Vec<Placed<Notice>>, StoreError> {
        let page = Page { limit, newest_first: true, ..Page::default() };
        self.placed(&Ask::new(EVENTS).only("e.kind = 'notice'", true).page("e.seq", page), notice)
    }

    fn one<T>(&self, select: &str, id: u64, of: Of<T>) -> Result<Option<Placed<T>>, StoreError> {
        let found = self.placed(&Ask::new(select).equals("t.id", Some(int(id))), of)?;
        Ok(found.into_iter().next())
    }

    fn placed<T>(&self, ask: &Ask, of: Of<T>) -> Result<Vec<Placed<T>>, StoreError> {
        self.ask("reading", |connection| {
            let mut statement = connection.prepare_cached(ask.sql())?;
            let mut rows = statement.query(params_from_iter(ask.values()))?;
            let mut clocks = Clocks::default();
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let run = RunId(number(row, 1)?);
                let value = of(json(row, 2)?, row)?;
                let clock = clocks.of(connection, run)?;
                found.push(Placed { value, run, clock, seq: number(row, 0)? });
            }
            Ok(found)
        })
    }
}

/// Makes of an event what the question was about.
type Of<T> = fn(Event, &Row<'_>) -> rusqlite::Result<T>;

/// A row that points at an event of another kind.
fn another_kind<T>() -> rusqlite::Result<T> {
    Err(rusqlite::Error::InvalidColumnType(2, "payload".to_owned(), rusqlite::types::Type::Text))
}

fn rep(event: Event, _: &Row<'_>) -> rusqlite::Result<Rep> {
    if let Event::Rep(rep) = event { Ok(*rep) } else { another_kind() }
}

fn set(event: Event, _: &Row<'_>) -> rusqlite::Result<SetRecord> {
    if let Event::Set(set) = event { Ok(*set) } else { another_kind() }
}

fn session(event: Event, _: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    if let Event::Session(session) = event { Ok(session) } else { another_kind() }
}

fn advised(event: Event, row: &Row<'_>) -> rusqlite::Result<Advised> {
    let Event::Advice(advice) = event else { return another_kind() };
    let superseded_by: Option<i64> = row.get(3)?;
    let superseded_by = superseded_by.and_then(|id| u64::try_from(id).ok()).map(AdviceId);
    Ok(Advised { advice: *advice, superseded_by })
}

fn cadence(event: Event, _: &Row<'_>) -> rusqlite::Result<CadenceRecord> {
    if let Event::Cadence(cadence) = event { Ok(cadence) } else { another_kind() }
}

fn device(event: Event, _: &Row<'_>) -> rusqlite::Result<DeviceRecord> {
    if let Event::Device(record) = event { Ok(record) } else { another_kind() }
}

fn sensor(event: Event, _: &Row<'_>) -> rusqlite::Result<SensorStatus> {
    if let Event::Sensor(status) = event { Ok(*status) } else { another_kind() }
}

fn notice(event: Event, _: &Row<'_>) -> rusqlite::Result<Notice> {
    if let Event::Notice(notice) = event { Ok(notice) } else { another_kind() }
}
