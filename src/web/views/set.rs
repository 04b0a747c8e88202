//! Sets and sessions as the API shows them.

use super::rep::Algorithm;
use super::time::Moments;
use super::words::{Goal, SetEnd, SetRole, Side};
use crate::model;
use crate::store::RunClock;
use serde::Serialize;
use utoipa::ToSchema;

/// A set: open while `ended_at` is `null`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SetRecord {
    /// The set.
    pub(crate) id: u64,
    /// Rises with each change; the entity tag of `If-Match`.
    pub(crate) revision: u32,
    /// Its session.
    pub(crate) session: u64,
    /// Where.
    pub(crate) station: String,
    /// Who.
    pub(crate) athlete: Option<String>,
    /// What.
    pub(crate) exercise: Option<String>,
    /// Load, kg, bar included.
    pub(crate) load_kg: Option<f64>,
    /// What for.
    pub(crate) goal: Option<Goal>,
    /// Its place in the session.
    pub(crate) role: Option<SetRole>,
    /// Start of its first movement, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) started_at: Option<String>,
    /// End of its last movement, RFC 3339, once it is closed.
    #[schema(format = DateTime)]
    pub(crate) ended_at: Option<String>,
    /// Whether the host's clock was synchronised for these times.
    pub(crate) time_certain: bool,
    /// What closed it.
    pub(crate) end: Option<SetEnd>,
    /// Whether it still grows.
    pub(crate) open: bool,
    /// All its movements, rejected ones too, in order.
    pub(crate) reps: Vec<u64>,
    /// Figures over its accepted repetitions: one entry, or one for each side where sides are separate.
    pub(crate) summaries: Vec<SetSummary>,
    /// Where the coach would stop it.
    pub(crate) stop_line: Option<StopLine>,
    /// Which of `athlete`, `exercise`, `load_kg` nobody has said yet.
    pub(crate) unlabelled: Vec<Label>,
    /// By which computation.
    pub(crate) algorithm: Algorithm,
}

/// A label that a set needs before power, loss and advice are complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Label {
    Athlete,
    Exercise,
    LoadKg,
}

/// Figures of a set over accepted repetitions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SetSummary {
    /// The side, where sides are separate.
    pub(crate) side: Option<Side>,
    /// Accepted repetitions.
    pub(crate) reps: u32,
    /// Highest primary velocity, m/s.
    pub(crate) best_velocity_m_s: Option<f64>,
    /// Mean of the two highest primary velocities, m/s.
    pub(crate) best_two_mean_velocity_m_s: Option<f64>,
    /// Primary velocity of the last repetition, m/s.
    pub(crate) last_velocity_m_s: Option<f64>,
    /// 100·(best − last)/best.
    pub(crate) velocity_loss_best_pct: Option<f64>,
    /// 100·(first − last)/first.
    pub(crate) velocity_loss_first_pct: Option<f64>,
}

/// The velocity at which the coach stops a set.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StopLine {
    /// Velocity loss against the best repetition, percent.
    pub(crate) velocity_loss_cap_pct: f64,
    /// The primary velocity that stands for it, m/s.
    pub(crate) velocity_m_s: f64,
}

impl SetRecord {
    pub(crate) fn of(set: &model::SetRecord, clock: &RunClock) -> Self {
        let started = clock.moment(set.started_at);
        let ended = set.ended_at.map(|at| clock.moment(at));
        let missing = [
            (set.athlete.is_none(), Label::Athlete),
            (set.exercise.is_none(), Label::Exercise),
            (set.load_kg.is_none(), Label::LoadKg),
        ];
        Self {
            id: set.id.0,
            revision: set.revision,
            session: set.session.0,
            station: set.station.to_string(),
            athlete: set.athlete.as_ref().map(ToString::to_string),
            exercise: set.exercise.as_ref().map(ToString::to_string),
            load_kg: set.load_kg,
            goal: set.goal.map(Into::into),
            role: set.role.map(Into::into),
            time_certain: started.certain && ended.as_ref().is_none_or(|ended| ended.certain),
            started_at: started.rfc3339,
            ended_at: ended.and_then(|ended| ended.rfc3339),
            end: set.end.map(Into::into),
            open: set.ended_at.is_none(),
            reps: set.reps.iter().map(|rep| rep.0).collect(),
            summaries: set.summaries.iter().map(Into::into).collect(),
            stop_line: set.stop_line.map(|line| StopLine {
                velocity_loss_cap_pct: line.velocity_loss_cap_pct,
                velocity_m_s: line.velocity_m_s,
            }),
            unlabelled: missing.into_iter().filter_map(|(missing, label)| missing.then_some(label)).collect(),
            algorithm: (&set.algorithm).into(),
        }
    }
}

impl From<&model::SetSummary> for SetSummary {
    fn from(summary: &model::SetSummary) -> Self {
        Self {
            side: summary.side.map(Into::into),
            reps: summary.reps,
            best_velocity_m_s: summary.best_velocity_m_s,
            best_two_mean_velocity_m_s: summary.best_two_mean_velocity_m_s,
            last_velocity_m_s: summary.last_velocity_m_s,
            velocity_loss_best_pct: summary.velocity_loss_best_pct,
            velocity_loss_first_pct: summary.velocity_loss_first_pct,
        }
    }
}

/// A training session at a station: open while `ended_at` is `null`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// The session.
    pub(crate) id: u64,
    /// Rises with each change.
    pub(crate) revision: u32,
    /// Where.
    pub(crate) station: String,
    /// Who.
    pub(crate) athlete: Option<String>,
    /// Start of its first set, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) started_at: Option<String>,
    /// End of its last set, RFC 3339, once it is closed.
    #[schema(format = DateTime)]
    pub(crate) ended_at: Option<String>,
    /// Whether the host's clock was synchronised for these times.
    pub(crate) time_certain: bool,
    /// Whether it still grows.
    pub(crate) open: bool,
}

impl Session {
    pub(crate) fn of(session: &model::SessionRecord, clock: &RunClock) -> Self {
        let started = clock.moment(session.started_at);
        let ended = session.ended_at.map(|at| clock.moment(at));
        Self {
            id: session.id.0,
            revision: session.revision,
            station: session.station.to_string(),
            athlete: session.athlete.as_ref().map(ToString::to_string),
            time_certain: started.certain && ended.as_ref().is_none_or(|ended| ended.certain),
            started_at: started.rfc3339,
            ended_at: ended.and_then(|ended| ended.rfc3339),
            open: session.ended_at.is_none(),
        }
    }
}
