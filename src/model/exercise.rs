//! The words of the exercise catalogue.

use super::ExerciseId;
use serde::{Deserialize, Serialize};

/// One entry of `config/exercises.toml`: what an exercise is and what its repetitions look like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Identifier, `snake_case`.
    pub id: ExerciseId,
    /// Name for people.
    pub name: String,
    /// Other names people search for.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// How it is measured.
    pub kind: ExerciseKind,
    /// Whether both sides work together or each in turn.
    pub sides: Sides,
    /// What is moved.
    pub implement: Implement,
    /// Where the sensor usually sits.
    pub mount: Mount,
    /// Which phase comes first in a repetition; without meaning for a hold or a carry.
    #[serde(default)]
    pub order: PhaseOrder,
    /// Where the implement goes in the concentric phase.
    #[serde(default)]
    pub concentric: ConcentricDirection,
    /// Which velocity to coach by.
    #[serde(default)]
    pub primary_velocity: PrimaryVelocity,
    /// Range of motion that adults show.
    #[serde(default)]
    pub range_of_motion: Option<Metres>,
    /// How far the implement must come back to its starting height, 0 (need not, a dropped deadlift) to 1 (always).
    #[serde(default = "one")]
    pub closure: f64,
    /// Share of body mass that moves with the bar, for system power (training.md §1.2).
    #[serde(default)]
    pub body_mass_factor: f64,
    /// Mean velocity at one-repetition maximum that people show, m/s; `None` where no study exists.
    #[serde(default)]
    pub v1rm_m_s: Option<f64>,
    /// Whether an estimated one-repetition maximum may be shown at all.
    #[serde(default)]
    pub e1rm: bool,
    /// Usual rest between sets, s.
    pub rest_s: f64,
    /// Time without a repetition that ends the set, s.
    #[serde(default = "thirty")]
    pub set_timeout_s: f64,
    /// Muscle groups worked, for the weekly coverage.
    pub muscles: Vec<Muscle>,
    /// What it trains.
    pub categories: Vec<Category>,
    /// Foot contacts of one repetition, for the plyometric budget; a landing on both feet together is one.
    #[serde(default)]
    pub foot_contacts_per_rep: u32,
    /// No programme needs it (training.md §0 rule 41).
    #[serde(default)]
    pub optional: bool,
}

impl Exercise {
    /// Whether `word` is a part of its identifier, its name or an alias; capitals, `_` and `-` don't matter.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let plain = |word: &str| word.trim().to_lowercase().replace(['_', '-'], " ");
        let wanted = plain(word);
        let own = [self.id.as_str(), self.name.as_str()];
        own.into_iter()
            .chain(self.aliases.iter().map(String::as_str))
            .any(|name| plain(name).contains(&wanted))
    }
}

fn one() -> f64 {
    1.0
}

fn thirty() -> f64 {
    30.0
}

/// A range of lengths.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metres {
    /// Shortest, m; shorter movements are not repetitions.
    pub min_m: f64,
    /// Longest, m; longer movements are not repetitions.
    pub max_m: f64,
}

/// How an exercise is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExerciseKind {
    /// By the velocity of each repetition.
    Velocity,
    /// By the count of repetitions.
    Counted,
    /// By the time held.
    Hold,
    /// By distance or time carried.
    Carry,
    /// By jumps and landings.
    Jump,
}

/// Whether the sides work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Both together: one count.
    Both,
    /// Each in turn: counts, velocity loss and caps per side.
    Each,
}

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Implement {
    /// Straight bar.
    Barbell,
    /// Trap or hex bar.
    TrapBar,
    /// One or two dumbbells.
    Dumbbell,
    /// Kettlebell.
    Kettlebell,
    /// Machine or cable.
    Machine,
    /// Medicine ball.
    Ball,
    /// The body itself.
    Body,
}

/// Where a sensor is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mount {
    /// On the shaft between the collars.
    Shaft,
    /// On a collar.
    Collar,
    /// On the rotating sleeve outside the collars.
    Sleeve,
    /// On a dumbbell's or kettlebell's handle.
    Handle,
    /// On the wrist.
    Wrist,
    /// On a belt.
    Belt,
}

/// Which phase of a repetition comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseOrder {
    /// Lowered first, then lifted: squat, bench press.
    #[default]
    EccentricFirst,
    /// Lifted first, then lowered: deadlift, row, curl.
    ConcentricFirst,
}

/// Where the implement goes in the concentric phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConcentricDirection {
    /// Against gravity: nearly everything.
    #[default]
    Up,
    /// Downwards, against a cable: pulldown, triceps extension.
    Down,
}

/// The velocity to coach by: mean for strength lifts, peak for ballistic ones (training.md §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrimaryVelocity {
    /// Mean concentric velocity.
    #[default]
    Mean,
    /// Peak concentric velocity.
    Peak,
}

/// What an exercise trains; a week needs all four of the first (training.md §0 rule 42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Mobility.
    Mobility,
    /// Stability.
    Stability,
    /// Strength.
    Strength,
    /// Power.
    Power,
    /// Core.
    Core,
    /// Plyometric: counts against the budget of foot contacts.
    Plyometric,
}

/// A muscle group; a week should reach each of the lower body's and the core (training.md §0 rule 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Muscle {
    /// Front of the thigh.
    Quadriceps,
    /// Buttocks.
    Glutes,
    /// Back of the thigh.
    Hamstrings,
    /// Inside of the thigh.
    Adductors,
    /// Outside of the hip.
    Abductors,
    /// Front of the hip.
    HipFlexors,
    /// Back of the lower leg.
    Calves,
    /// Front of the lower leg.
    Shins,
    /// Trunk, front and sides.
    Core,
    /// Lower back.
    LowerBack,
    /// Between and above the shoulder blades.
    UpperBack,
    /// Broad back.
    Lats,
    /// Chest.
    Chest,
    /// Shoulders.
    Shoulders,
    /// Front of the upper arm.
    Biceps,
    /// Back of the upper arm.
    Triceps,
    /// Forearms and grip.
    Forearms,
}
