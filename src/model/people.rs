//! Who lifts and runs, where, and which sensor is whose.

use super::{AthleteId, ExerciseId, Goal, Mount, SensorId, SetRole, StationId};
use serde::{Deserialize, Serialize};

/// What is known of an athlete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Athlete {
    /// Who.
    pub id: AthleteId,
    /// Body mass, kg; needed for system power only.
    pub body_mass_kg: Option<f64>,
}

/// Who lifts what at a station. Everything may be unknown: repetitions and velocities still show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StationContext {
    /// Who lifts.
    pub athlete: Option<AthleteId>,
    /// What.
    pub exercise: Option<ExerciseId>,
    /// How much, kg, bar included; 0 is a weight, below 0 is assistance.
    pub load_kg: Option<f64>,
    /// What for; decides the velocity-loss cap.
    pub goal: Option<Goal>,
    /// Whether it is a warm-up, work or back-off set; unsaid is taken for work.
    pub role: Option<SetRole>,
    /// Mean velocity that the best two repetitions should have, m/s.
    pub target_velocity_m_s: Option<f64>,
    /// Planned repetitions of the set.
    pub planned_reps: Option<u32>,
    /// Planned rest after the set, s.
    pub planned_rest_s: Option<f64>,
}

/// A side of the body or of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The athlete's left.
    Left,
    /// The athlete's right.
    Right,
}

/// Which foot.
pub type Foot = Side;

/// What a footpod's cadence byte counts; the profile says strides, several vendors send steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CadenceUnit {
    /// Strides a minute: contacts of the one foot that carries the pod.
    Strides,
    /// Steps a minute: contacts of both feet.
    Steps,
}

/// Whose a sensor is and what it sits on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorAssignment {
    /// The sensor.
    pub sensor: SensorId,
    /// Its role.
    #[serde(flatten)]
    pub role: SensorRole,
}

/// What a sensor is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum SensorRole {
    /// On a bar (or dumbbell, handle, wrist) of a station.
    Bar {
        /// The station.
        station: StationId,
        /// Where it is fixed; the exercise's usual mount when not said.
        mount: Option<Mount>,
        /// Which side, where each side has its own sensor.
        side: Option<Side>,
    },
    /// On a runner's shoe.
    Footpod {
        /// The runner.
        athlete: AthleteId,
        /// Which foot, when known.
        foot: Option<Foot>,
    },
    /// On an athlete's chest or wrist, for the heart rate.
    Strap {
        /// The athlete.
        athlete: AthleteId,
    },
    /// A treadmill.
    Treadmill {
        /// Who runs on it, when it is one athlete's.
        athlete: Option<AthleteId>,
    },
}

impl SensorRole {
    /// Whose the sensor is, where it is one person's.
    #[must_use]
    pub fn athlete(&self) -> Option<&AthleteId> {
        match self {
            Self::Footpod { athlete, .. } | Self::Strap { athlete } => Some(athlete),
            Self::Treadmill { athlete } => athlete.as_ref(),
            Self::Bar { .. } => None,
        }
    }
}
