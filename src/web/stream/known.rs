//! What the stream knows of sensors, so that a sensor's event shows its name and role too.

use super::ring::Audience;
use crate::model::{Change, Event, SensorId, SensorProfile, SensorRole, SensorStatus};
use crate::store::{Entry, Placed, RunClock, StoredEvent};
use crate::web::views::sensor::Sensor;
use crate::web::views::time::{Moment, Moments};
use std::collections::BTreeMap;

/// The latest word on every sensor: its own, and people's.
#[derive(Debug, Default)]
pub(super) struct Known {
    reported: BTreeMap<SensorId, (SensorStatus, Moment)>,
    profiles: BTreeMap<SensorId, SensorProfile>,
}

impl Known {
    /// What the journal had at the start; what was heard since is newer.
    pub(super) fn learn(&mut self, profiles: Vec<SensorProfile>, sensors: Vec<Placed<SensorStatus>>) {
        for profile in profiles {
            self.profiles.entry(profile.sensor.clone()).or_insert(profile);
        }
        for Placed { value, clock, .. } in sensors {
            let seen = clock.moment(value.at);
            self.reported.entry(value.sensor.clone()).or_insert((value, seen));
        }
    }

    /// Hears an entry before it is shown.
    pub(super) fn hear(&mut self, stored: &StoredEvent) {
        match &stored.entry {
            Entry::Event(Event::Sensor(status)) => {
                let seen = stored.clock.moment(status.at);
                self.reported.insert(status.sensor.clone(), ((**status).clone(), seen));
            }
            Entry::Change(Change::Sensor(profile)) => {
                self.profiles.insert(profile.sensor.clone(), profile.clone());
            }
            Entry::Event(_) | Entry::Change(_) => {}
        }
    }

    /// A sensor as it was last known.
    pub(super) fn sensor(&self, sensor: &SensorId) -> Sensor {
        let reported = self.reported.get(sensor).map(|(status, seen)| (status, seen.clone()));
        Sensor::of(sensor, reported, self.profiles.get(sensor))
    }

    /// A sensor as it reports itself, with what people say of it.
    pub(super) fn reported(&self, status: &SensorStatus, clock: &RunClock) -> Sensor {
        let seen = clock.moment(status.at);
        Sensor::of(&status.sensor, Some((status, seen)), self.profiles.get(&status.sensor))
    }

    /// Whom a sensor's events are for: its station, or everybody when it belongs to none.
    pub(super) fn audience(&self, sensor: &SensorId) -> Audience {
        match self.profiles.get(sensor).and_then(|profile| profile.role.as_ref()) {
            Some(SensorRole::Bar { station, .. }) => Audience::Station(station.clone()),
            _ => Audience::All,
        }
    }
}
