//! How a run goes on after the daemon was away: by executing it again.
//!
//! The journal holds a prefix of what entered the engine and exactly the events that it caused. A fresh engine that gets
//! the same inputs is in the same state and has given the same events, so it goes on as if nothing had been.

use super::drive::{Drive, Panicked};
use crate::engine::EngineConfig;
use crate::model::{Event, HostTime, LinkState, SensorAssignment, SetEnd};
use crate::store::{Reader, RunRecord, SessionFilter, SetFilter, StoreError};
use thiserror::Error;

/// A run that goes on.
#[derive(Debug)]
pub(super) struct Resumed {
    /// Its engine, as it was.
    pub(super) drive: Drive,
    /// The roles that were known before its source delivered anything.
    pub(super) roles: Vec<SensorAssignment>,
}

/// Why a run can't go on.
#[derive(Debug, Error)]
pub(super) enum Lost {
    /// Other code or numbers would give other events.
    #[error("it was begun by another version of the program, or with other parameters")]
    OtherProgram,
    /// The store was full.
    #[error("there was no room to keep all that its sensors sent")]
    InputsMissing,
    /// The engine gave another number of events than the journal holds.
    #[error("executed again it gave {given} events where the journal has {journalled}")]
    Differs {
        /// Events of the engine.
        given: u64,
        /// Events in the journal.
        journalled: u64,
    },
    /// The engine panicked on the way.
    #[error("executed again it failed: {0}")]
    Panicked(String),
    /// The store can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Panicked> for Lost {
    fn from(Panicked(words): Panicked) -> Self {
        Self::Panicked(words)
    }
}

/// Executes a run again, up to where the journal ends.
pub(super) fn execute_again(
    reader: &Reader,
    record: &RunRecord,
    config: EngineConfig,
    fingerprint: &str,
) -> Result<Resumed, Lost> {
    if record.fingerprint != fingerprint {
        return Err(Lost::OtherProgram);
    }
    if !record.inputs_complete {
        return Err(Lost::InputsMissing);
    }
    let mut drive = Drive::new(config);
    let mut roles = None;
    for sourced in reader.inputs(record.id)? {
        let mut sourced = sourced?;
        if sourced.from_source && roles.is_none() {
            roles = Some(drive.roles().collect());
        }
        drive.handle(&mut sourced.input)?;
        drop(drive.take());
    }
    drive.pass(record.last)?;
    drop(drive.take());
    if drive.given() != record.events {
        return Err(Lost::Differs { given: drive.given(), journalled: record.events });
    }
    let roles = roles.unwrap_or_else(|| drive.roles().collect());
    Ok(Resumed { drive, roles })
}

/// The events that close what a run left open, where it can't be executed again.
pub(super) fn closing_events(reader: &Reader, record: &RunRecord) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    for open in reader.sets(&SetFilter { open: Some(true), ..SetFilter::default() })? {
        if open.run != record.id {
            continue;
        }
        let mut set = open.value;
        let mut last = set.started_at;
        for rep in &set.reps {
            last = reader.rep(*rep)?.map_or(last, |rep| last.max(rep.value.ended_at));
        }
        set.revision += 1;
        set.ended_at = Some(last);
        set.end = Some(SetEnd::EndOfData);
        events.push(Event::Set(Box::new(set)));
    }
    for open in reader.sessions(&SessionFilter { open: Some(true), ..SessionFilter::default() })? {
        if open.run != record.id {
            continue;
        }
        let mut session = open.value;
        let sets = reader.sets(&SetFilter { session: Some(session.id), ..SetFilter::default() })?;
        let closed = events.iter().filter_map(|event| match event {
            Event::Set(set) if set.session == session.id => set.ended_at,
            _ => None,
        });
        let ends = sets.iter().filter_map(|set| set.value.ended_at).chain(closed);
        session.revision += 1;
        session.ended_at = Some(ends.max().unwrap_or(session.started_at));
        events.push(Event::Session(session));
    }
    for sensor in reader.sensors()? {
        if sensor.run == record.id && sensor.value.link != LinkState::Down {
            let mut status = sensor.value;
            status.at = record.last.max(HostTime(0));
            status.link = LinkState::Down;
            events.push(Event::Sensor(Box::new(status)));
        }
    }
    Ok(events)
}
