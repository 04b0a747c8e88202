//! A repetition as the API shows it.

use super::time::Moments;
use super::words::{RejectReason, RepSource, RepStage, Side};
use crate::model;
use crate::store::RunClock;
use serde::Serialize;
use utoipa::ToSchema;

/// A repetition, or a movement that was rejected with a reason and can be restored. Unknown is `null`, never 0.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Rep {
    /// The same from its first provisional sight to its last correction.
    pub(crate) id: u64,
    /// Rises with each change; the entity tag of `If-Match`.
    pub(crate) revision: u32,
    /// How far it has come in life.
    pub(crate) stage: RepStage,
    /// Whether it counts.
    pub(crate) accepted: bool,
    /// Why the machine rejected it; stays when a person restores it.
    pub(crate) reject_reason: Option<RejectReason>,
    /// The set it belongs to.
    pub(crate) set: Option<u64>,
    /// Where.
    pub(crate) station: String,
    /// Who.
    pub(crate) athlete: Option<String>,
    /// What.
    pub(crate) exercise: Option<String>,
    /// Load, kg, bar included.
    pub(crate) load_kg: Option<f64>,
    /// Which side, where sides are separate.
    pub(crate) side: Option<Side>,
    /// End of the concentric phase, RFC 3339; unknown until the run's clock is.
    #[schema(format = DateTime)]
    pub(crate) ended_at: Option<String>,
    /// Whether the host's clock was synchronised for that time.
    pub(crate) time_certain: bool,
    /// Displacement over duration of the concentric phase, m/s.
    pub(crate) mean_velocity_m_s: Option<f64>,
    /// Mean velocity up to the first acceleration below −g, m/s.
    pub(crate) mean_propulsive_velocity_m_s: Option<f64>,
    /// Highest velocity of the concentric phase, m/s.
    pub(crate) peak_velocity_m_s: Option<f64>,
    /// From the start of the concentric phase to the peak velocity, s.
    pub(crate) time_to_peak_s: Option<f64>,
    /// Vertical way of the concentric phase, m.
    pub(crate) range_of_motion_m: Option<f64>,
    /// Duration of the eccentric phase before it, s.
    pub(crate) eccentric_duration_s: Option<f64>,
    /// Time at the turn-round, s.
    pub(crate) pause_s: Option<f64>,
    /// Duration of the concentric phase, s.
    pub(crate) concentric_duration_s: Option<f64>,
    /// Mean power of the bar alone, W.
    pub(crate) mean_power_bar_w: Option<f64>,
    /// Peak power of the bar alone, W.
    pub(crate) peak_power_bar_w: Option<f64>,
    /// Mean power of the bar and the moving share of the body, W.
    pub(crate) mean_power_system_w: Option<f64>,
    /// Share of body mass in `mean_power_system_w`.
    pub(crate) body_mass_factor: Option<f64>,
    /// How far the numbers can be believed, 0 to 1.
    pub(crate) quality: Option<f64>,
    /// Standard deviation of the mean velocity, m/s.
    pub(crate) mean_velocity_sd_m_s: Option<f64>,
    /// Standard deviation of the peak velocity, m/s.
    pub(crate) peak_velocity_sd_m_s: Option<f64>,
    /// Standard deviation of the range of motion, m.
    pub(crate) range_of_motion_sd_m: Option<f64>,
    /// Why a power is unknown, in words.
    pub(crate) power_unknown_because: Option<String>,
    /// Who measured.
    pub(crate) source: RepSource,
    /// By which computation.
    pub(crate) algorithm: Algorithm,
}

/// The computation that made a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Algorithm {
    /// Its name.
    pub(crate) name: String,
    /// Rises when results may change.
    pub(crate) number: u32,
    /// Hash of parameters and of the exercise's entry.
    pub(crate) parameters: String,
}

impl From<&model::AlgorithmTag> for Algorithm {
    fn from(tag: &model::AlgorithmTag) -> Self {
        Self { name: tag.name.clone(), number: tag.number, parameters: tag.parameters.clone() }
    }
}

impl Rep {
    pub(crate) fn of(rep: &model::Rep, clock: &RunClock) -> Self {
        let ended = clock.moment(rep.ended_at);
        let metrics = &rep.metrics;
        Self {
            id: rep.id.0,
            revision: rep.revision,
            stage: rep.stage.into(),
            accepted: rep.accepted,
            reject_reason: rep.reject_reason.map(Into::into),
            set: rep.set.map(|set| set.0),
            station: rep.station.to_string(),
            athlete: rep.athlete.as_ref().map(ToString::to_string),
            exercise: rep.exercise.as_ref().map(ToString::to_string),
            load_kg: rep.load_kg,
            side: rep.side.map(Into::into),
            time_certain: ended.certain,
            ended_at: ended.rfc3339,
            mean_velocity_m_s: metrics.mean_velocity_m_s,
            mean_propulsive_velocity_m_s: metrics.mean_propulsive_velocity_m_s,
            peak_velocity_m_s: metrics.peak_velocity_m_s,
            time_to_peak_s: metrics.time_to_peak_s,
            range_of_motion_m: metrics.range_of_motion_m,
            eccentric_duration_s: metrics.eccentric_duration_s,
            pause_s: metrics.pause_s,
            concentric_duration_s: metrics.concentric_duration_s,
            mean_power_bar_w: metrics.mean_power_bar_w,
            peak_power_bar_w: metrics.peak_power_bar_w,
            mean_power_system_w: metrics.mean_power_system_w,
            body_mass_factor: metrics.body_mass_factor,
            quality: metrics.quality,
            mean_velocity_sd_m_s: metrics.mean_velocity_sd_m_s,
            peak_velocity_sd_m_s: metrics.peak_velocity_sd_m_s,
            range_of_motion_sd_m: metrics.range_of_motion_sd_m,
            power_unknown_because: power_unknown_because(rep).map(str::to_owned),
            source: rep.source.into(),
            algorithm: (&rep.algorithm).into(),
        }
    }
}

/// What is missing for the powers, the nearest thing to be done first.
fn power_unknown_because(rep: &model::Rep) -> Option<&'static str> {
    match (rep.metrics.mean_power_bar_w, rep.metrics.mean_power_system_w) {
        (Some(_), Some(_)) => None,
        (None, _) if rep.load_kg.is_none() => Some("no load is chosen"),
        (None, _) => Some("the movement was not measured well enough"),
        (Some(_), None) if rep.exercise.is_none() => {
            Some("no exercise is chosen: the body's share of the power is unknown")
        }
        (Some(_), None) if rep.athlete.is_none() => {
            Some("no athlete is chosen: the body's share of the power is unknown")
        }
        (Some(_), None) => Some("the athlete's body mass is unknown: so is the body's share of the power"),
    }
}
