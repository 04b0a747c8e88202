//! Reading: connections of their own, which never hold up the writer.

mod filter;

pub use filter::{AdviceFilter, CadenceFilter, Page, RepFilter, SessionFilter, SetFilter};

use super::clock::{RunClock, Utc};
use super::entry::{SourcedInput, StoredEvent};
use super::error::StoreError;
use super::run::{RunId, RunRecord};
use crate::model::{
    Advice, AdviceId, AthleteProfile, CadenceRecord, Change, DeviceToken, HostTime, Notice, Order, Rep,
    RepId, SensorProfile, SensorStatus, SessionId, SessionRecord, SetId, SetRecord, StationContext,
    StationId,
};
use std::path::{Path, PathBuf};
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

/// What was last said of a station.
#[derive(Clone, Debug, PartialEq)]
pub struct StationState {
    /// The station.
    pub station: StationId,
    /// Who lifts what.
    pub context: StationContext,
    /// Rises with each change, from 1.
    pub revision: u32,
    /// `seq` of the entry that said so.
    pub seq: u64,
}

/// A wish that has been granted.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// `seq` of its entry.
    pub seq: u64,
    /// What was wished.
    pub change: Change,
}

/// A person's word on a machine's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// `seq` of its entry.
    pub seq: u64,
    /// What was said.
    pub order: Order,
}

/// The store in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreStatus {
    /// The file.
    pub path: PathBuf,
    /// Version of its tables.
    pub version: i64,
    /// Size of the file, bytes.
    pub database_bytes: u64,
    /// Size of the write-ahead log, bytes.
    pub wal_bytes: u64,
    /// The latest `seq`.
    pub last_seq: u64,
    /// Closed sets whose athlete, exercise or load nobody has said.
    pub unlabelled_sets: u64,
}

/// Reads a store. Cheap to clone; every call blocks for a moment and asks a connection of its own, so readers neither
/// wait for the writer nor hold it up.
#[derive(Clone, Debug, Default)]
pub struct Reader {}

/// The inputs of a run in the order in which they entered the engine, a few at a time from the file.
pub struct Inputs {}

impl Iterator for Inputs {
    type Item = Result<SourcedInput, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

macro_rules! unfinished {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        impl Reader {$(
            $(#[$doc])*
            pub fn $name(&self, $($arg: $ty),*) -> Result<$ret, StoreError> { $(let _ = $arg;)* Err(StoreError::Closed) }
        )*}
    };
}

impl Reader {
    /// A reader of the store at `path`, which must exist and be of this program's version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Err(StoreError::Missing { path: path.to_owned() })
    }
}

unfinished! {
    /// Repetitions, rejected ones too, in order of their numbers.
    reps(filter: &RepFilter) -> Vec<Placed<Rep>>;
    /// One repetition.
    rep(id: RepId) -> Option<Placed<Rep>>;
    /// Sets in order of their numbers.
    sets(filter: &SetFilter) -> Vec<Placed<SetRecord>>;
    /// One set.
    set(id: SetId) -> Option<Placed<SetRecord>>;
    /// Sessions in order of their numbers.
    sessions(filter: &SessionFilter) -> Vec<Placed<SessionRecord>>;
    /// One session.
    session(id: SessionId) -> Option<Placed<SessionRecord>>;
    /// Advice in order of its numbers.
    advice(filter: &AdviceFilter) -> Vec<Placed<Advised>>;
    /// One piece of advice.
    advice_by_id(id: AdviceId) -> Option<Placed<Advised>>;
    /// Closed sets whose athlete, exercise or load nobody has said, at a station or everywhere.
    unlabelled_sets(station: Option<&StationId>) -> u64;
    /// Cadence in order of `seq`.
    cadence(filter: &CadenceFilter) -> Vec<Placed<CadenceRecord>>;
    /// The latest cadence of each footpod.
    latest_cadence() -> Vec<Placed<CadenceRecord>>;
    /// The latest state of each sensor, by name.
    sensors() -> Vec<Placed<SensorStatus>>;
    /// What people have said of sensors.
    sensor_profiles() -> Vec<SensorProfile>;
    /// All athletes.
    athletes() -> Vec<AthleteProfile>;
    /// What was last said of a station.
    station_context(station: &StationId) -> Option<StationState>;
    /// What was last said of each station.
    station_contexts() -> Vec<StationState>;
    /// The device that has a token of this SHA-256, hexadecimal.
    device_token(sha256: &str) -> Option<DeviceToken>;
    /// The wish of this key, when it has been granted.
    request(key: &str) -> Option<Answered>;
    /// What people have said about a repetition, oldest first.
    rep_corrections(rep: RepId) -> Vec<Correction>;
    /// What people have said about a set, oldest first.
    set_corrections(set: SetId) -> Vec<Correction>;
    /// The latest notices, newest first.
    notices(limit: u32) -> Vec<Placed<Notice>>;
    /// The entries after a `seq`, oldest first.
    events_after(seq: u64, limit: u32) -> Vec<StoredEvent>;
    /// The latest `seq`; 0 while there is none.
    last_seq() -> u64;
    /// The next number that no repetition, set, session or advice has.
    next_id() -> u64;
    /// The clock of a run.
    clock(run: RunId) -> Arc<RunClock>;
    /// A run.
    run(id: RunId) -> Option<RunRecord>;
    /// The latest run that did not come to its end.
    unfinished_run() -> Option<RunRecord>;
    /// All runs that did not come to their end, oldest first.
    unfinished_runs() -> Vec<RunRecord>;
    /// The latest run over a recording of this SHA-256, hexadecimal.
    run_of_replay(sha256: &str) -> Option<RunRecord>;
    /// What entered the engine in a run, in its order.
    inputs(run: RunId) -> Inputs;
    /// The store in numbers.
    status() -> StoreStatus;
}
