//! What the stations look up: exercises, athletes, algorithms, parameters; and the labels that follow from them.

use super::power::Masses;
use crate::model::{
    AlgorithmTag, Athlete, AthleteId, Exercise, ExerciseId, PrimaryVelocity, SetRecord, StationContext,
};
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
    /// Closed sets of a station that can still be corrected here, and as many that came back from the store.
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

/// Whether `said` is of another lifter, exercise or load than what was said `before`; what was unsaid contradicts
/// nothing.
pub(super) fn contradicts(before: &StationContext, said: &StationContext) -> bool {
    is_another_plan(before, said) || before.load_kg.is_some() && before.load_kg != said.load_kg
}

/// Labels that were given to a set of its own, which was under `before`. They are labels only: what is left unsaid of
/// the plan (target velocity, repetitions, rest) stays, unless it was made for another lifter or exercise.
pub(super) fn labelled(before: &StationContext, mut said: StationContext) -> StationContext {
    if !is_another_plan(before, &said) {
        said.target_velocity_m_s = said.target_velocity_m_s.or(before.target_velocity_m_s);
        said.planned_reps = said.planned_reps.or(before.planned_reps);
        said.planned_rest_s = said.planned_rest_s.or(before.planned_rest_s);
    }
    said
}

fn is_another_plan(before: &StationContext, said: &StationContext) -> bool {
    before.athlete.is_some() && before.athlete != said.athlete
        || before.exercise.is_some() && before.exercise != said.exercise
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
    pub(super) load_kg: Option<f64>,
    /// What moves; `None` where it is no longer known, as in a set of the past, whose powers stay as they are.
    pub(super) masses: Option<Masses>,
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
            load_kg: context.load_kg,
            masses: Some(Masses {
                load_kg: context.load_kg,
                body_mass_kg: athlete.and_then(|athlete| athlete.body_mass_kg),
                body_mass_factor: exercise.map(|exercise| exercise.body_mass_factor),
            }),
            primary_velocity: exercise.map_or(PrimaryVelocity::Mean, |exercise| exercise.primary_velocity),
            algorithm: self.algorithms.of(context.exercise.as_ref()).clone(),
        }
    }

    /// The labels that a set of the past came with, seen under its `context`.
    pub(super) fn labels_of_past(&self, record: &SetRecord, context: &StationContext) -> Labels {
        Labels { masses: None, algorithm: record.algorithm.clone(), ..self.labels(context) }
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
