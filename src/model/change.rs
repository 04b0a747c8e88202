//! What people change through the API: orders for the engine, and what the store keeps of people and sensors.

use super::{Athlete, AthleteId, CadenceUnit, Order, SensorId, SensorRole};
use serde::{Deserialize, Serialize};

/// A wish that is journalled before it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// For the engine.
    Order(Order),
    /// An athlete is new or has changed.
    Athlete(AthleteProfile),
    /// A sensor got a name or a role, or lost it.
    Sensor(SensorProfile),
    /// A device may change things from now on, or no longer.
    Token(DeviceToken),
}

/// What is kept of an athlete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AthleteProfile {
    /// Who.
    pub id: AthleteId,
    /// Name for people.
    pub name: String,
    /// Body mass, kg; needed for system power only.
    pub body_mass_kg: Option<f64>,
}

impl AthleteProfile {
    /// What the engine needs to know.
    #[must_use]
    pub fn athlete(&self) -> Athlete {
        Athlete { id: self.id.clone(), body_mass_kg: self.body_mass_kg }
    }
}

/// What is kept of a sensor besides what it says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorProfile {
    /// Which.
    pub sensor: SensorId,
    /// Name for people.
    pub name: Option<String>,
    /// What it is for.
    pub role: Option<SensorRole>,
    /// Unit of a footpod's cadence, when a person has said it.
    pub cadence_unit: Option<CadenceUnit>,
}

/// A device that may change things, known by the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceToken {
    /// Name for people.
    pub name: String,
    /// SHA-256 of the token, hexadecimal.
    pub sha256: String,
    /// It was taken back and opens nothing any more.
    #[serde(default)]
    pub revoked: bool,
}
