//! Advice: what to do, and everything needed to see why.

use super::{AdviceId, AthleteId, ExerciseId, HostTime, SetId, StationId};
use serde::{Deserialize, Serialize};

/// One piece of advice. Never changed; newer advice may supersede it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// The advice.
    pub id: AdviceId,
    /// When it was given.
    pub at: HostTime,
    /// Where.
    pub station: StationId,
    /// To whom, when known.
    pub athlete: Option<AthleteId>,
    /// In which exercise, when known.
    pub exercise: Option<ExerciseId>,
    /// After (or within) which set.
    pub set: SetId,
    /// What to do.
    pub action: AdviceAction,
    /// The reason in one sentence, with its numbers.
    pub reason: String,
    /// The numbers that went in, by name.
    pub inputs: Vec<AdviceInput>,
    /// The number that decided, and against what.
    pub threshold: AdviceInput,
    /// Name of the rule in the code and in `docs/formulas.md`.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
    /// How much evidence stands behind it.
    pub confidence: Confidence,
    /// The advice it replaces.
    pub supersedes: Option<AdviceId>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum AdviceAction {
    /// End the set now.
    StopSet,
    /// Carry on: the cue to stop was given on numbers that did not hold.
    ContinueSet,
    /// Load of the next work set.
    NextLoad {
        /// The load, kg, bar included.
        load_kg: f64,
        /// Plates for each side, kg, heaviest first; empty when the gym's plates are unknown.
        plates_per_side_kg: Vec<f64>,
    },
    /// Keep the load; the smallest step is larger than the change wanted, so change the repetitions instead.
    ChangeReps {
        /// Repetitions to add (positive) or leave out (negative).
        reps: i32,
    },
    /// Keep the load.
    HoldLoad,
}

impl AdviceAction {
    /// What to do in at most 40 characters, for the wall and wherever else it is read.
    #[must_use]
    pub fn headline(&self) -> String {
        let reps =
            |n: i32| format!("{} {}", n.unsigned_abs(), if n.unsigned_abs() == 1 { "rep" } else { "reps" });
        match self {
            Self::StopSet => "Stop the set".to_owned(),
            Self::ContinueSet => "Carry on".to_owned(),
            Self::NextLoad { load_kg, .. } => format!("Next set: {} kg", (load_kg * 100.0).round() / 100.0),
            Self::ChangeReps { reps: n } if *n < 0 => format!("Same load, {} fewer", reps(*n)),
            Self::ChangeReps { reps: n } => format!("Same load, {} more", reps(*n)),
            Self::HoldLoad => "Keep the load".to_owned(),
        }
    }
}

/// A named number in an explanation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdviceInput {
    /// Name with unit, such as `velocity_loss_best_pct`.
    pub name: String,
    /// Value.
    pub value: f64,
}

/// How much evidence stands behind a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A default by opinion, or poor data in this case.
    Low,
    /// One trial, or several that disagree.
    Medium,
    /// Several independent sources agree.
    High,
}

/// What a set is for; decides its velocity-loss cap (training.md §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Learning the movement.
    Technique,
    /// Power and speed.
    Power,
    /// Maximal strength within the running season.
    StrengthInSeason,
    /// Maximal strength in a heavy block out of season.
    StrengthOffSeason,
    /// Muscle growth, accessories.
    Hypertrophy,
    /// Race week.
    Taper,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_fits_the_wall() {
        let load = |load_kg| AdviceAction::NextLoad { load_kg, plates_per_side_kg: vec![] };
        for (action, words) in [
            (load(102.5), "Next set: 102.5 kg"),
            (load(99.999_999), "Next set: 100 kg"),
            (AdviceAction::ChangeReps { reps: 1 }, "Same load, 1 rep more"),
            (AdviceAction::ChangeReps { reps: i32::MIN }, "Same load, 2147483648 reps fewer"),
        ] {
            assert_eq!(action.headline(), words);
            assert!(action.headline().chars().count() <= 40);
        }
    }
}
