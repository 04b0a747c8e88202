//! Athletes, what is said of them at a station, and their cadence.

use super::time::Moments;
use super::words::{Goal, SetRole};
use crate::model;
use crate::store::RunClock;
use serde::Serialize;
use utoipa::ToSchema;

/// An athlete.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Athlete {
    /// Identifier.
    pub(crate) id: String,
    /// Name for people.
    pub(crate) name: String,
    /// Body mass, kg; needed for system power only.
    pub(crate) body_mass_kg: Option<f64>,
}

impl From<&model::AthleteProfile> for Athlete {
    fn from(athlete: &model::AthleteProfile) -> Self {
        Self { id: athlete.id.to_string(), name: athlete.name.clone(), body_mass_kg: athlete.body_mass_kg }
    }
}

/// Who lifts what at a station. Everything may be unknown: repetitions and velocities still show.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Context {
    /// Rises with each change; the entity tag of `If-Match`.
    pub(crate) revision: u64,
    /// Who lifts.
    pub(crate) athlete: Option<String>,
    /// What.
    pub(crate) exercise: Option<String>,
    /// How much, kg, bar included; 0 is a weight, below 0 is assistance.
    pub(crate) load_kg: Option<f64>,
    /// What for.
    pub(crate) goal: Option<Goal>,
    /// Whether it is a warm-up, work or back-off set; unsaid is taken for work.
    pub(crate) role: Option<SetRole>,
    /// Mean velocity that the best two repetitions should have, m/s.
    pub(crate) target_velocity_m_s: Option<f64>,
    /// Planned repetitions of the set.
    pub(crate) planned_reps: Option<u32>,
    /// Planned rest after the set, s.
    pub(crate) planned_rest_s: Option<f64>,
}

impl Context {
    pub(crate) fn of(context: &model::StationContext, revision: u64) -> Self {
        Self {
            revision,
            athlete: context.athlete.as_ref().map(ToString::to_string),
            exercise: context.exercise.as_ref().map(ToString::to_string),
            load_kg: context.load_kg,
            goal: context.goal.map(Into::into),
            role: context.role.map(Into::into),
            target_velocity_m_s: context.target_velocity_m_s,
            planned_reps: context.planned_reps,
            planned_rest_s: context.planned_rest_s,
        }
    }
}

/// A runner's cadence.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[allow(clippy::struct_field_names, reason = "the API's words")]
pub(crate) struct Cadence {
    /// When it arrived, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
    /// Whether the host's clock was synchronised for that time.
    pub(crate) time_certain: bool,
    /// The footpod.
    pub(crate) sensor: String,
    /// The runner.
    pub(crate) athlete: Option<String>,
    /// Steps a minute, both feet; `null` until the footpod's unit is settled.
    pub(crate) cadence_steps_min: Option<f64>,
    /// Why the cadence is unknown.
    pub(crate) unknown_because: Option<String>,
    /// Speed, m/s.
    pub(crate) speed_m_s: f64,
    /// The footpod's own word for running against walking.
    pub(crate) running: bool,
}

impl Cadence {
    pub(crate) fn of(record: &model::CadenceRecord, clock: &RunClock) -> Self {
        let at = clock.moment(record.at);
        Self {
            at: at.rfc3339,
            time_certain: at.certain,
            sensor: record.sensor.to_string(),
            athlete: record.athlete.as_ref().map(ToString::to_string),
            cadence_steps_min: record.cadence_steps_min,
            unknown_because: record.unknown_because.clone(),
            speed_m_s: record.speed_m_s,
            running: record.running,
        }
    }
}
