//! Movements, repetitions, their metrics, velocity loss.
//!
//! [`analyze`] is the settled lane: a pure function of one activity's motion, called again whenever the activity has
//! grown. [`live`] is the live lane: a causal detector that says when a stroke is over.

pub mod judge;
mod judge_params;
pub mod live;
pub mod measure;
pub mod metrics;
pub mod movement;
pub mod overlap;
mod pick_up;
mod posture;
pub mod prior;
#[cfg(test)]
mod script;
pub mod set;
mod sticking;
pub mod strokes;
mod swing;
#[cfg(test)]
mod tests;
pub mod vote;

use crate::model::{ConcentricDirection, DeviceTime, RejectReason, RepMetrics};
use crate::motion::track::{Evidence, Motion};
pub use judge_params::JudgeParams;
use prior::MovementPrior;
use std::borrow::Cow;

/// Parameters of finding and judging repetitions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiftingParams {
    /// `θ_h`, m: smallest stroke. 0.06 to 0.10 is a plateau; see [`strokes::strokes`].
    pub stroke_m: f64,
    /// How candidates are judged.
    pub judge: JudgeParams,
}

impl Default for LiftingParams {
    fn default() -> Self {
        Self { stroke_m: 0.08, judge: JudgeParams::default() }
    }
}

/// One candidate with its boundaries, numbers and verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Start of the eccentric phase before the concentric, when the order has one.
    pub eccentric_start: Option<DeviceTime>,
    /// Start of the concentric phase.
    pub start: DeviceTime,
    /// End of the concentric phase.
    pub end: DeviceTime,
    /// What was measured; powers in watts are unknown here.
    pub metrics: RepMetrics,
    /// Why it does not count, if it does not.
    pub reject_reason: Option<RejectReason>,
    /// Boundaries and numbers are final: more samples can change the verdict only.
    pub settled: bool,
}

/// A hole of this share of a concentric phase leaves too little to judge it by.
const MOSTLY: f64 = 0.5;

/// What looks small or strange where most samples are missing is not known to be so.
fn or_gap(why: RejectReason) -> RejectReason {
    match why {
        RejectReason::TooSmall | RejectReason::UnlikeSet => RejectReason::Gap,
        _ => why,
    }
}

/// Finds, measures and judges the movements of one stretch of activity, oldest first.
#[must_use]
pub fn analyze(motion: &Motion, prior: &MovementPrior, params: &LiftingParams) -> Vec<Found> {
    found(motion, prior, params, true)
}

/// The same with numbers that are good enough to judge by, at a fraction of the cost.
#[must_use]
fn glance(motion: &Motion, prior: &MovementPrior, params: &LiftingParams) -> Vec<Found> {
    found(motion, prior, params, false)
}

fn found(motion: &Motion, prior: &MovementPrior, params: &LiftingParams, thorough: bool) -> Vec<Found> {
    let lifted = look(motion, prior, params, thorough);
    if !prior.worn || prior.order.is_some() {
        return lifted;
    }
    let mut found = swing::or_swung(motion, lifted, prior, params);
    // what comes may yet make the other kind of movement the set
    for movement in &mut found {
        movement.settled = false;
    }
    found
}

/// The movements by the height alone.
fn look(motion: &Motion, prior: &MovementPrior, params: &LiftingParams, thorough: bool) -> Vec<Found> {
    let motion = match prior.concentric {
        ConcentricDirection::Up => Cow::Borrowed(motion),
        ConcentricDirection::Down => Cow::Owned(motion.clone().inverted()),
    };
    let strokes = strokes::strokes(&motion.points, params.stroke_m);
    let strokes = sticking::rejoined(&motion, strokes, prior);
    let candidates = movement::candidates(&motion, &strokes, prior);
    let verdict = judge::judge(&candidates, &strokes, prior, &params.judge);
    let measure = thorough.then(|| measure::Measure::of(&motion, &strokes, prior));
    candidates
        .iter()
        .zip(verdict.reasons)
        .map(|(candidate, reason)| {
            let phases = match &measure {
                Some(measure) => measure.phases(candidate, verdict.order),
                None => movement::phases(&motion, candidate, verdict.order, prior),
            };
            let (start, end) = (phases.start(), phases.end());
            let (hole_s, clipped) = movement::blemishes(&motion.points, start, end);
            let metrics = metrics::metrics(&phases, hole_s, clipped, motion.evidence == Evidence::Inertial);
            let too_small =
                metrics.range_of_motion_m.unwrap_or(0.0) < judge::SMALLEST_SHARE * prior.min_rom_m;
            let missing = hole_s > 0.0 && hole_s >= MOSTLY * end.seconds_since(start);
            let too_long = phases.concentric.duration_s() > prior.max_concentric_s;
            Found {
                eccentric_start: phases.eccentric.as_ref().map(|e| e.start),
                start,
                end,
                metrics,
                reject_reason: reason
                    .or(too_small.then_some(RejectReason::TooSmall))
                    .or(too_long.then_some(RejectReason::TooLong))
                    .map(|why| if missing { or_gap(why) } else { why }),
                settled: movement::settled(&motion, candidate, verdict.order)
                    && measure.as_ref().is_some_and(|m| m.is_final(candidate)),
            }
        })
        .collect()
}
