//! An entry of the exercise catalogue as the API shows it.

use super::words::{Category, ExerciseKind, Implement, Mount, Muscle, PrimaryVelocity, Sides};
use crate::model;
use serde::Serialize;
use utoipa::ToSchema;

/// An exercise of the catalogue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Exercise {
    /// Identifier.
    pub(crate) id: String,
    /// Name for people.
    pub(crate) name: String,
    /// Other names people search for.
    pub(crate) aliases: Vec<String>,
    /// How it is measured.
    pub(crate) kind: ExerciseKind,
    /// Whether both sides work together or each in turn.
    pub(crate) sides: Sides,
    /// What is moved.
    pub(crate) implement: Implement,
    /// Where the sensor usually sits.
    pub(crate) mount: Mount,
    /// Which velocity to coach by.
    pub(crate) primary_velocity: PrimaryVelocity,
    /// Share of body mass that moves with the bar.
    pub(crate) body_mass_factor: f64,
    /// Mean velocity at one-repetition maximum that people show, m/s, where a study exists.
    pub(crate) v1rm_m_s: Option<f64>,
    /// Usual rest between sets, s.
    pub(crate) rest_s: f64,
    /// Time without a repetition that ends the set, s.
    pub(crate) set_timeout_s: f64,
    /// Muscle groups worked.
    pub(crate) muscles: Vec<Muscle>,
    /// What it trains.
    pub(crate) categories: Vec<Category>,
}

impl From<&model::Exercise> for Exercise {
    fn from(exercise: &model::Exercise) -> Self {
        Self {
            id: exercise.id.to_string(),
            name: exercise.name.clone(),
            aliases: exercise.aliases.clone(),
            kind: exercise.kind.into(),
            sides: exercise.sides.into(),
            implement: exercise.implement.into(),
            mount: exercise.mount.into(),
            primary_velocity: exercise.primary_velocity.into(),
            body_mass_factor: exercise.body_mass_factor,
            v1rm_m_s: exercise.v1rm_m_s,
            rest_s: exercise.rest_s,
            set_timeout_s: exercise.set_timeout_s,
            muscles: exercise.muscles.iter().copied().map(Into::into).collect(),
            categories: exercise.categories.iter().copied().map(Into::into).collect(),
        }
    }
}
