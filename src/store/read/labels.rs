//! What people have said: of stations, athletes, sensors, sets and repetitions.

use super::Reader;
use crate::model::{
    AthleteProfile, Change, DeviceToken, HostTime, Order, RepId, SensorProfile, SetId, StationContext,
    StationId,
};
use crate::store::clock::Utc;
use crate::store::error::StoreError;
use crate::store::row::{Clocks, int, json, number};
use crate::store::run::RunId;
use rusqlite::{OptionalExtension, ToSql, params};
use std::collections::BTreeSet;

/// What was last said of a station.
#[derive(Clone, Debug, PartialEq)]
pub struct StationState {
    /// The station.
    pub station: StationId,
    /// Who lifts what.
    pub context: StationContext,
    /// Rises with each change, from 1.
    pub revision: u64,
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

/// A change with its place and how many there were on the same thing.
struct Said {
    seq: u64,
    change: Change,
    revision: u64,
}

impl Reader {
    /// What was last said of each station.
    pub fn station_contexts(&self) -> Result<Vec<StationState>, StoreError> {
        let said = self.latest("station", None)?;
        Ok(said.into_iter().filter_map(station_state).collect())
    }

    /// The stations where somebody lifted or of which something was said, by name.
    pub fn stations(&self) -> Result<Vec<StationId>, StoreError> {
        let mut stations: BTreeSet<StationId> =
            self.station_contexts()?.into_iter().map(|state| state.station).collect();
        stations.extend(self.ask("reading the stations", |connection| {
            let mut statement = connection.prepare_cached("SELECT DISTINCT station FROM session")?;
            let names = statement.query_map([], |row| Ok(StationId(row.get(0)?)))?;
            names.collect::<rusqlite::Result<Vec<_>>>()
        })?);
        Ok(stations.into_iter().collect())
    }

    /// What was last said of a station.
    pub fn station_context(&self, station: &StationId) -> Result<Option<StationState>, StoreError> {
        let said = self.latest("station", Some(station.as_str()))?;
        Ok(said.into_iter().find_map(station_state))
    }

    /// All athletes.
    pub fn athletes(&self) -> Result<Vec<AthleteProfile>, StoreError> {
        let of = |said: Said| if let Change::Athlete(athlete) = said.change { Some(athlete) } else { None };
        Ok(self.latest("athlete", None)?.into_iter().filter_map(of).collect())
    }

    /// What people have said of sensors.
    pub fn sensor_profiles(&self) -> Result<Vec<SensorProfile>, StoreError> {
        let of = |said: Said| if let Change::Sensor(profile) = said.change { Some(profile) } else { None };
        Ok(self.latest("sensor_profile", None)?.into_iter().filter_map(of).collect())
    }

    /// The device that has a token of this SHA-256, hexadecimal, and may use it.
    pub fn device_token(&self, sha256: &str) -> Result<Option<DeviceToken>, StoreError> {
        let of = |said: Said| if let Change::Token(token) = said.change { Some(token) } else { None };
        let token = self.latest("device_token", Some(sha256))?.into_iter().find_map(of);
        Ok(token.filter(|token| !token.revoked))
    }

    /// All tokens that may be used, with the time when each was made, by name.
    pub fn device_tokens(&self) -> Result<Vec<(DeviceToken, Option<Utc>)>, StoreError> {
        let select = "SELECT e.payload, e.run, e.at_ns FROM latest t JOIN event e ON e.seq = t.seq
            WHERE t.kind = 'device_token' ORDER BY t.seq";
        let mut tokens = self.ask("reading the tokens", |connection| {
            let mut statement = connection.prepare_cached(select)?;
            let mut rows = statement.query([])?;
            let (mut clocks, mut found) = (Clocks::default(), Vec::new());
            while let Some(row) = rows.next()? {
                let made = clocks.of(connection, RunId(number(row, 1)?))?.utc(HostTime(row.get(2)?));
                match json(row, 0)? {
                    Change::Token(token) if !token.revoked => found.push((token, made)),
                    _ => {}
                }
            }
            Ok(found)
        })?;
        tokens.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        Ok(tokens)
    }

    /// The wish of this key, when it has been granted. One that still waits for its commit is not here yet.
    pub fn request(&self, key: &str) -> Result<Option<Answered>, StoreError> {
        let select = "SELECT e.seq, e.payload FROM request t JOIN event e ON e.seq = t.seq WHERE t.key = ?1";
        self.ask("reading a wish", |connection| {
            let mut statement = connection.prepare_cached(select)?;
            let found = statement
                .query_row([key], |row| Ok(Answered { seq: number(row, 0)?, change: json(row, 1)? }));
            found.optional()
        })
    }

    /// What people have said about a repetition, oldest first.
    pub fn rep_corrections(&self, rep: RepId) -> Result<Vec<Correction>, StoreError> {
        self.corrections("rep", rep.0)
    }

    /// What people have said about a set, oldest first.
    pub fn set_corrections(&self, set: SetId) -> Result<Vec<Correction>, StoreError> {
        self.corrections("set", set.0)
    }

    fn corrections(&self, kind: &str, entity: u64) -> Result<Vec<Correction>, StoreError> {
        let select = "SELECT e.seq, e.payload, 0 FROM correction t JOIN event e ON e.seq = t.seq
            WHERE t.kind = ?1 AND t.entity = ?2 ORDER BY t.seq";
        let said = self.said(select, params![kind, int(entity)])?;
        let of = |said: Said| match said.change {
            Change::Order(order) => Some(Correction { seq: said.seq, order }),
            _ => None,
        };
        Ok(said.into_iter().filter_map(of).collect())
    }

    fn latest(&self, kind: &str, name: Option<&str>) -> Result<Vec<Said>, StoreError> {
        let select = "SELECT e.seq, e.payload, t.revision FROM latest t JOIN event e ON e.seq = t.seq
            WHERE t.kind = ?1 AND (?2 IS NULL OR t.name = ?2) ORDER BY t.name";
        self.said(select, params![kind, name])
    }

    fn said(&self, select: &str, values: &[&dyn ToSql]) -> Result<Vec<Said>, StoreError> {
        self.ask("reading what people said", |connection| {
            let mut statement = connection.prepare_cached(select)?;
            let rows = statement.query_map(values, |row| {
                Ok(Said { seq: number(row, 0)?, change: json(row, 1)?, revision: number(row, 2)? })
            })?;
            rows.collect()
        })
    }
}

fn station_state(said: Said) -> Option<StationState> {
    match said.change {
        Change::Order(Order::SetStation { station, context }) => {
            Some(StationState { station, context, revision: said.revision, seq: said.seq })
        }
        _ => None,
    }
}
