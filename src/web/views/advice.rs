//! Advice as the API shows it.

use super::time::Moments;
use super::words::Confidence;
use crate::model;
use crate::store::RunClock;
use serde::Serialize;
use utoipa::ToSchema;

/// One piece of advice with everything needed to see why. Never changed; newer advice may supersede it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Advice {
    /// The advice.
    pub(crate) id: u64,
    /// When it was given, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
    /// Whether the host's clock was synchronised for that time.
    pub(crate) time_certain: bool,
    /// Where.
    pub(crate) station: String,
    /// To whom.
    pub(crate) athlete: Option<String>,
    /// In which exercise.
    pub(crate) exercise: Option<String>,
    /// After (or within) which set.
    pub(crate) set: u64,
    /// What to do.
    pub(crate) action: AdviceAction,
    /// What to do in at most 40 characters, for the wall.
    pub(crate) headline: String,
    /// The reason in one sentence, with its numbers.
    pub(crate) reason: String,
    /// The numbers that went in.
    pub(crate) inputs: Vec<NamedNumber>,
    /// The number that decided, and against what.
    pub(crate) threshold: NamedNumber,
    /// Name of the rule.
    pub(crate) rule: String,
    /// Where the rule comes from.
    pub(crate) source: String,
    /// How much evidence stands behind it.
    pub(crate) confidence: Confidence,
    /// The advice it replaces.
    pub(crate) supersedes: Option<u64>,
    /// Whether newer advice has replaced it.
    pub(crate) superseded: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(crate) enum AdviceAction {
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
    /// Keep the load and change the repetitions.
    ChangeReps {
        /// Repetitions to add, or to leave out when negative.
        reps: i32,
    },
    /// Keep the load.
    HoldLoad,
}

/// A number with its name and unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NamedNumber {
    /// Name with unit, such as `velocity_loss_best_pct`.
    pub(crate) name: String,
    /// Value.
    pub(crate) value: f64,
}

impl From<&model::AdviceInput> for NamedNumber {
    fn from(input: &model::AdviceInput) -> Self {
        Self { name: input.name.clone(), value: input.value }
    }
}

impl From<&model::AdviceAction> for AdviceAction {
    fn from(action: &model::AdviceAction) -> Self {
        match action {
            model::AdviceAction::StopSet => Self::StopSet,
            model::AdviceAction::ContinueSet => Self::ContinueSet,
            model::AdviceAction::NextLoad { load_kg, plates_per_side_kg } => {
                Self::NextLoad { load_kg: *load_kg, plates_per_side_kg: plates_per_side_kg.clone() }
            }
            model::AdviceAction::ChangeReps { reps } => Self::ChangeReps { reps: *reps },
            model::AdviceAction::HoldLoad => Self::HoldLoad,
        }
    }
}

impl Advice {
    pub(crate) fn of(advice: &model::Advice, superseded: bool, clock: &RunClock) -> Self {
        let at = clock.moment(advice.at);
        Self {
            id: advice.id.0,
            at: at.rfc3339,
            time_certain: at.certain,
            station: advice.station.to_string(),
            athlete: advice.athlete.as_ref().map(ToString::to_string),
            exercise: advice.exercise.as_ref().map(ToString::to_string),
            set: advice.set.0,
            headline: advice.action.headline(),
            action: (&advice.action).into(),
            reason: advice.reason.clone(),
            inputs: advice.inputs.iter().map(Into::into).collect(),
            threshold: (&advice.threshold).into(),
            rule: advice.rule.clone(),
            source: advice.source.clone(),
            confidence: advice.confidence.into(),
            supersedes: advice.supersedes.map(|old| old.0),
            superseded,
        }
    }
}
