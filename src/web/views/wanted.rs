//! What people send: bodies of changes. Unknown fields are refused, so that a typing error is no silence.

use super::sensor::SensorRole;
use super::words::{CadenceUnit, Goal, SetRole, Side};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// Names of the schemas of this file: their fields may be left out.
pub(crate) const WANTED: [&str; 6] =
    ["NewContext", "RepPatch", "SetPatch", "NewSensorProfile", "NewAthlete", "NewToken"];

/// Who lifts what from now on; what is left out or `null` is unknown from now on.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewContext {
    /// Who lifts.
    #[schema(example = "anna")]
    pub(crate) athlete: Option<String>,
    /// What.
    #[schema(example = "back_squat")]
    pub(crate) exercise: Option<String>,
    /// How much, kg, bar included; 0 is a weight, below 0 is assistance.
    #[schema(example = 100.0)]
    pub(crate) load_kg: Option<f64>,
    /// What for.
    pub(crate) goal: Option<Goal>,
    /// Warm-up, work or back-off set.
    pub(crate) role: Option<SetRole>,
    /// Mean velocity that the best two repetitions should have, m/s.
    pub(crate) target_velocity_m_s: Option<f64>,
    /// Planned repetitions of the set.
    pub(crate) planned_reps: Option<u32>,
    /// Planned rest after the set, s.
    pub(crate) planned_rest_s: Option<f64>,
}

/// A person's word on a movement, one at a time: whether it counts, or which side made it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepPatch {
    /// `true` restores it, `false` rejects it.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub(crate) accepted: Said<bool>,
    /// Which side made it, where one sensor sees both sides in turn; `null` where both worked together.
    #[serde(default)]
    #[schema(value_type = Option<Side>)]
    pub(crate) side: Said<Side>,
}

/// Labels of a set: what is left out stays, what is `null` becomes unknown.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetPatch {
    /// Who lifted.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) athlete: Said<String>,
    /// What.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) exercise: Said<String>,
    /// How much, kg, bar included.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub(crate) load_kg: Said<f64>,
    /// What for.
    #[serde(default)]
    #[schema(value_type = Option<Goal>)]
    pub(crate) goal: Said<Goal>,
    /// Warm-up, work or back-off set.
    #[serde(default)]
    #[schema(value_type = Option<SetRole>)]
    pub(crate) role: Said<SetRole>,
    /// Mean velocity that the best two repetitions should have had, m/s: without it no next load is advised.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub(crate) target_velocity_m_s: Said<f64>,
}

/// A field that may be left out, which is something else than `null`.
#[derive(Clone, Debug, Default)]
pub(crate) enum Said<T> {
    /// Left out: what was said before stays.
    #[default]
    Nothing,
    /// This from now on.
    Now(Option<T>),
}

impl<T> Said<T> {
    /// What holds from now on: `before`, or what is said now as `read` understands it.
    pub(crate) fn over<U, E>(
        self,
        before: Option<U>,
        read: impl FnOnce(Option<T>) -> Result<Option<U>, E>,
    ) -> Result<Option<U>, E> {
        match self {
            Self::Nothing => Ok(before),
            Self::Now(now) => read(now),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(field: D) -> Result<Self, D::Error> {
        Option::deserialize(field).map(Self::Now)
    }
}

/// What a sensor is called and what it is for; replaces what was said before.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewSensorProfile {
    /// Name for people.
    pub(crate) name: Option<String>,
    /// What it is for.
    pub(crate) role: Option<SensorRole>,
    /// What a footpod's cadence byte counts, when that is known better than the daemon can judge.
    pub(crate) cadence_unit: Option<CadenceUnit>,
}

/// An athlete, new or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAthlete {
    /// Name for people.
    #[schema(example = "Anna")]
    pub(crate) name: String,
    /// Body mass, kg.
    #[serde(default)]
    pub(crate) body_mass_kg: Option<f64>,
}

/// A device that shall be allowed to change things.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// Name for people, such as `Anna's phone`.
    pub(crate) name: String,
}
