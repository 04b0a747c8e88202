//! Sets and sessions.

use super::{AlgorithmTag, AthleteId, ExerciseId, Goal, HostTime, RepId, SessionId, SetId, Side, StationId};
use serde::{Deserialize, Serialize};

/// A set: open while `ended_at` is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetRecord {
    /// The set.
    pub id: SetId,
    /// Rises with each change.
    pub revision: u32,
    /// The session it belongs to.
    pub session: SessionId,
    /// Where.
    pub station: StationId,
    /// Who, when known.
    pub athlete: Option<AthleteId>,
    /// What, when known.
    pub exercise: Option<ExerciseId>,
    /// Load, kg, when known.
    pub load_kg: Option<f64>,
    /// What for, when known.
    pub goal: Option<Goal>,
    /// Its place in the session, when known.
    pub role: Option<SetRole>,
    /// Start of its first movement.
    pub started_at: HostTime,
    /// End of its last movement, once the set is closed.
    pub ended_at: Option<HostTime>,
    /// What closed it.
    pub end: Option<SetEnd>,
    /// All its movements, rejected ones too, in order.
    pub reps: Vec<RepId>,
    /// Figures over its accepted repetitions; one entry, or one for each side where sides are separate.
    pub summaries: Vec<SetSummary>,
    /// Where the coach would end it, once it has a repetition to compare with.
    #[serde(default)]
    pub stop_line: Option<StopLine>,
    /// By which algorithm and parameters.
    pub algorithm: AlgorithmTag,
}

/// The velocity at which a set is over.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StopLine {
    /// Velocity loss against the best repetition, percent.
    pub velocity_loss_cap_pct: f64,
    /// The primary velocity that stands for it, m/s.
    pub velocity_m_s: f64,
}

/// The place of a set in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetRole {
    /// Prepares; lighter than the work sets, so no load is advised from it.
    WarmUp,
    /// The work itself.
    Work,
    /// Lighter work after the heaviest.
    BackOff,
}

/// Figures of a set (training.md §1.3) over accepted repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SetSummary {
    /// The side, where sides are separate.
    pub side: Option<Side>,
    /// Accepted repetitions.
    pub reps: u32,
    /// Highest primary velocity, m/s.
    pub best_velocity_m_s: Option<f64>,
    /// Mean of the two highest primary velocities, m/s; of the one where there is one.
    pub best_two_mean_velocity_m_s: Option<f64>,
    /// Primary velocity of the last repetition, m/s.
    pub last_velocity_m_s: Option<f64>,
    /// 100·(best − last)/best.
    pub velocity_loss_best_pct: Option<f64>,
    /// 100·(first − last)/first.
    pub velocity_loss_first_pct: Option<f64>,
}

/// What closed a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetEnd {
    /// The bar was put back.
    Rerack,
    /// Another athlete, exercise or load was chosen.
    Context,
    /// A person said so.
    Command,
    /// No repetition for the time-out.
    Timeout,
    /// The recording ended.
    EndOfData,
}

/// A training session at a station: open while `ended_at` is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The session.
    pub id: SessionId,
    /// Rises with each change.
    pub revision: u32,
    /// Where.
    pub station: StationId,
    /// Who, when known.
    pub athlete: Option<AthleteId>,
    /// Start of its first set.
    pub started_at: HostTime,
    /// End of its last set, once the session is closed.
    pub ended_at: Option<HostTime>,
}
