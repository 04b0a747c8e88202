//! What the stations look up: exercises, athletes, algorithms, parameters; and the labels that follow from them.

use super::power::Masses;
use crate::model::{AlgorithmTag, Athlete, AthleteId, Exercise, ExerciseId, PrimaryVelocity, StationContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parameters of sets and sessions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionParams {
    /// Time without a repetition that ends a set whose exercise is unknown, s.
    #[schemars(range(min = 5.0, max = 600.0))]
    pub set_timeout_s: f64,
    /// What looks like a re-rack ends the set when no repetition starts for so long after it, s: long enough to fidget
    /// and breathe between two heavy repetitions.
    #[schemars(range(min = 1.0, max = 120.0))]
    pub rerack_quiet_s: f64,
    /// A set whose time is over on the host's clock waits so long for samples that are still on their way, s: longer
    /// than a hole may stay open and the settled lane looks back.
    #[schemars(range(min = 5.0, max = 60.0))]
    pub silence_grace_s: f64,
    /// Time without a set that ends a session, s.
    #[schemars(range(min = 60.0, max = 86400.0))]
    pub session_timeout_s: f64,
    /// Closed sets of a station that can still be corrected here; older ones only in the store.
    #[schemars(range(min = 1, max = 1000))]
    pub kept_sets: usize,
}

impl Default for SessionParams {
    fn default() -> Self {
        Self {
            set_timeout_s: 30.0,
            rerack_quiet_s: 10.0,
            silence_grace_s: 8.0,
            session_timeout_s: 90.0 * 60.0,
            kept_sets: 32,
        }
    }
}

/// The tags that records carry: the hash in a tag covers the exercise's entry, so there is one for each exercise.
#[derive(Clone, Debug, PartialEq)]
pub struct Algorithms {
    /// Without an exercise.
    pub unnamed: AlgorithmTag,
    /// By exercise; `unnamed` where one is missing.
    pub by_exercise: BTreeMap<ExerciseId, AlgorithmTag>,
}

impl Algorithms {
    /// The tag of an exercise's records.
    #[must_use]
    pub fn of(&self, exercise: Option<&ExerciseId>) -> &AlgorithmTag {
        exercise.and_then(|id| self.by_exercise.get(id)).unwrap_or(&self.unnamed)
    }
}

/// Everything that is looked up and never changed by a movement.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub(super) params: SessionParams,
    pub(super) exercises: BTreeMap<ExerciseId, Exercise>,
    pub(super) algorithms: Algorithms,
    pub(super) athletes: BTreeMap<AthleteId, Athlete>,
}

/// What a context says of each repetition made under it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Labels {
    pub(super) athlete: Option<AthleteId>,
    pub(super) exercise: Option<ExerciseId>,
    pub(super) masses: Masses,
    pub(super) primary_velocity: PrimaryVelocity,
    pub(super) algorithm: AlgorithmTag,
}

impl Book {
    pub(super) fn exercise(&self, context: &StationContext) -> Option<&Exercise> {
        context.exercise.as_ref().and_then(|id| self.exercises.get(id))
    }

    pub(super) fn labels(&self, context: &StationContext) -> Labels {
        let exercise = self.exercise(context);
        let athlete = context.athlete.as_ref().and_then(|id| self.athletes.get(id));
        Labels {
            athlete: context.athlete.clone(),
            exercise: context.exercise.clone(),
            masses: Masses {
                load_kg: context.load_kg,
                body_mass_kg: athlete.and_then(|athlete| athlete.body_mass_kg),
                body_mass_factor: exercise.map(|exercise| exercise.body_mass_factor),
            },
            primary_velocity: exercise.map_or(PrimaryVelocity::Mean, |exercise| exercise.primary_velocity),
            algorithm: self.algorithms.of(context.exercise.as_ref()).clone(),
        }
    }

    /// Time without a repetition that ends a set under `context`, s.
    ///
    /// The exercise says it. A plan with a short rest lowers it to half of the rest (not below 8 s), or the next set
    /// would run into this one; a plan with a long rest raises it to a sixth (not above 45 s), since who rests five
    /// minutes also breathes long between two repetitions.
    pub(super) fn set_timeout_s(&self, context: &StationContext) -> f64 {
        let usual = self.exercise(context).map_or(self.params.set_timeout_s, |e| e.set_timeout_s);
        match context.planned_rest_s {
            Some(rest) if rest > 0.0 => usual.max((rest / 6.0).min(45.0)).min((rest / 2.0).max(8.0)),
            _ => usual,
        }
    }
}
