//! Who is who in a recording: what must be told because the recording leaves it unsaid.
//!
//! What a recording's own words say stands. A sensor of which nothing is said gets a role by what it sends; a bar
//! belongs to the one station that the recording speaks of, or else to a station of its own, since several bars at one
//! station would be one lifter's.

use crate::model::{
    Command, Context, Input, Notification, Order, Reading, SensorAssignment, SensorId, SensorRole, StationId,
};
use crate::sensors::Conversation;
use crate::sensors::home_made::HomeMadeFamily;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a recording has said so far of its sensors and stations.
#[derive(Debug, Default)]
pub struct Roles {
    bars: BTreeSet<SensorId>,
    feet: BTreeSet<SensorId>,
    /// Stations of which was said who lifts what.
    stations: BTreeSet<StationId>,
    /// Sensors that a person has described.
    home_made: Arc<[HomeMadeFamily]>,
    /// Senders that have not yet shown what they are.
    strangers: BTreeMap<SensorId, Conversation>,
    /// Bars that were given a station, and that have not yet sent anything.
    unheard: BTreeMap<SensorId, StationId>,
}

/// What must be told before an input is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaid {
    /// This sensor is on the bar of this station.
    Bar {
        /// The sensor.
        sensor: SensorId,
        /// Where.
        station: StationId,
        /// Whether nothing has been said of the station yet.
        is_new_station: bool,
    },
    /// A bar of this station is heard, and nothing has been said yet of who lifts there.
    Station(StationId),
    /// This sensor is on a shoe.
    Footpod(SensorId),
}

impl Roles {
    /// The same, where sensors may also be of these families.
    #[must_use]
    pub fn with_home_made(self, home_made: Arc<[HomeMadeFamily]>) -> Self {
        Self { home_made, ..self }
    }

    /// Looks at an input before it is let in.
    pub fn unsaid(&mut self, input: &Input) -> Option<Unsaid> {
        match input {
            Input::Notification(notification) => return self.meet(notification),
            Input::Context { context: Context::Sensor(assignment), .. } => self.assign(assignment),
            // it was said, so nothing is told in its stead
            Input::Context { context: Context::Unassigned { sensor }, .. } => {
                self.unheard.remove(sensor);
            }
            Input::Command(Command { order: Order::SetStation { station, .. }, .. }) => {
                self.stations.insert(station.clone());
            }
            _ => {}
        }
        None
    }

    /// Sensors on bars.
    #[must_use]
    pub fn bars(&self) -> &BTreeSet<SensorId> {
        &self.bars
    }

    /// Sensors on shoes.
    #[must_use]
    pub fn feet(&self) -> &BTreeSet<SensorId> {
        &self.feet
    }

    fn assign(&mut self, SensorAssignment { sensor, role }: &SensorAssignment) {
        self.bars.remove(sensor);
        self.feet.remove(sensor);
        self.unheard.remove(sensor);
        match role {
            SensorRole::Bar { station, .. } => {
                self.bars.insert(sensor.clone());
                self.unheard.insert(sensor.clone(), station.clone());
            }
            SensorRole::Footpod { .. } => drop(self.feet.insert(sensor.clone())),
            SensorRole::Strap { .. } | SensorRole::Treadmill { .. } => {}
        }
    }

    fn meet(&mut self, notification: &Notification) -> Option<Unsaid> {
        let Notification { sensor, source, value, .. } = notification;
        if let Some(station) = self.unheard.remove(sensor)
            && !self.stations.contains(&station)
        {
            return Some(Unsaid::Station(station));
        }
        if self.bars.contains(sensor) || self.feet.contains(sensor) {
            return None;
        }
        if !self.strangers.contains_key(sensor) {
            self.strangers.insert(sensor.clone(), Conversation::new(Arc::clone(&self.home_made)));
        }
        // what can't be decoded is told by the engine, which gets to see it too
        let readings = self.strangers.get_mut(sensor)?.decode(*source, value).unwrap_or_default();
        if readings.iter().any(|reading| matches!(reading, Reading::Running(_))) {
            self.strangers.remove(sensor);
            self.feet.insert(sensor.clone());
            return Some(Unsaid::Footpod(sensor.clone()));
        }
        if !readings.iter().any(|reading| matches!(reading, Reading::Imu(_))) {
            return None;
        }
        self.strangers.remove(sensor);
        self.bars.insert(sensor.clone());
        let only = self.stations.first().filter(|_| self.stations.len() == 1);
        let is_new_station = only.is_none();
        let station = only.cloned().unwrap_or_else(|| sensor.as_str().into());
        Some(Unsaid::Bar { sensor: sensor.clone(), station, is_new_station })
    }
}
