//! Repetitions that turn a worn sensor more than they lift it: rows at a cable, curls, raises.
//!
//! Where up is in the sensor's own axes follows from gravity, so it neither drifts nor depends on where the hand
//! goes. Its three components stand for heights: that of a hand at the end of a forearm which turns about the elbow.
//! The same rules then find the same kind of set in them, and the set that goes furthest is the set.

use super::judge::ENOUGH;
use super::overlap::same_movement;
use super::prior::MovementPrior;
use super::{Found, LiftingParams};
use crate::model::{RejectReason, RepMetrics};
use crate::motion::track::{Evidence, Kinematic, Motion};

/// Length of a forearm with half a hand, m: a turn by 60° about the elbow then weighs like a lift of 0.3 m.
const FOREARM_M: f64 = 0.35;
/// Shortest way of a repetition that swings, m: 25° about the elbow.
const LEAST_SWING_M: f64 = 0.15;
/// Half the time over which the swing's velocity is a difference of heights, s.
const SLOPE_S: f64 = 0.05;

/// The movements of a worn sensor, `lifted` being what its vertical motion tells: those, or the ones that swing it, if
/// they make a set that goes further.
pub(super) fn or_swung(
    motion: &Motion,
    lifted: Vec<Found>,
    prior: &MovementPrior,
    params: &LiftingParams,
) -> Vec<Found> {
    let swings = (0..3).filter_map(|axis| swung(motion, axis, prior, params));
    let best = swings.map(|found| (reach_m(&found), found)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((reach, found)) if reach > reach_m(&lifted) => {
            found.into_iter().map(|swung| with_velocity(swung, &lifted)).collect()
        }
        _ => lifted,
    }
}

/// The movements that swing one axis of the sensor, if they make a set.
fn swung(motion: &Motion, axis: usize, prior: &MovementPrior, params: &LiftingParams) -> Option<Vec<Found>> {
    let prior = MovementPrior { min_rom_m: LEAST_SWING_M, ..*prior };
    let swing = swing(motion, axis);
    let found = super::look(&swing, &prior, params);
    let set = |found: &[Found]| {
        let mut accepted = found.iter().filter(|f| f.reject_reason.is_none());
        let first = accepted.next()?.start;
        Some((first, accepted.next_back()?.end))
    };
    let (from, to) = set(&found)?;
    if !rests_high(&swing.points, |p| p.time >= from && p.time <= to) {
        return Some(found);
    }
    let found = super::look(&swing.inverted(), &prior, params);
    set(&found).is_some().then_some(found)
}

/// Height that the turning of one axis would give the hand.
fn swing(motion: &Motion, axis: usize) -> Motion {
    let mut points = motion.points.clone();
    let slope = |i: usize| {
        let at = |seconds: f64| {
            let time = motion.points[i].time.plus_seconds(seconds);
            motion.points.partition_point(|p| p.time < time).min(motion.points.len() - 1)
        };
        let (a, b) = (&motion.points[at(-SLOPE_S)], &motion.points[at(SLOPE_S)]);
        let span = b.time.seconds_since(a.time);
        if span > 0.0 { FOREARM_M * (b.up[axis] - a.up[axis]) / span } else { 0.0 }
    };
    for (i, point) in points.iter_mut().enumerate() {
        point.height_m = FOREARM_M * point.up[axis];
        point.velocity_m_s = slope(i);
        point.steady_height_m = point.height_m;
        point.steady_velocity_m_s = point.velocity_m_s;
        point.acceleration_m_s2 = 0.0;
    }
    Motion { points, evidence: Evidence::Measured, settled_until: motion.settled_until }
}

/// Whether a swing spends more of its time near its top: people rest where a repetition begins.
fn rests_high(points: &[Kinematic], within: impl Fn(&Kinematic) -> bool) -> bool {
    let mut heights: Vec<f64> = points.iter().filter(|p| within(p)).map(|p| p.height_m).collect();
    heights.sort_by(f64::total_cmp);
    match (heights.first(), heights.last()) {
        (Some(low), Some(high)) => heights[heights.len() / 2] > 0.5 * (low + high),
        _ => false,
    }
}

/// How far the set of some movements goes, m: the mean way of its repetitions, and their number less than
/// proportionally, since the same motion cut in two has twice as many of half the way.
fn reach_m(found: &[Found]) -> f64 {
    let accepted = found.iter().filter(|f| f.reject_reason.is_none());
    let ways: Vec<f64> = accepted.filter_map(|f| f.metrics.range_of_motion_m).collect();
    let count = ways.len() as f64;
    if ways.len() < ENOUGH { 0.0 } else { ways.iter().sum::<f64>() / count * count.sqrt() }
}

/// A swing with the boundaries and numbers of the vertical motion where that says something; how fast a hand goes that
/// turns without being lifted, nobody knows.
fn with_velocity(swung: Found, lifted: &[Found]) -> Found {
    let phases = lifted.iter().map(|f| (f.start.0, f.end.0)).enumerate();
    let sure = |found: &&Found| found.reject_reason.is_none_or(|reason| reason != RejectReason::TooSmall);
    let same = same_movement(phases, (swung.start.0, swung.end.0)).map(|i| &lifted[i]).filter(sure);
    if let Some(lift) = same {
        return Found { reject_reason: swung.reject_reason, settled: swung.settled && lift.settled, ..lift.clone() };
    }
    let metrics = RepMetrics {
        concentric_duration_s: swung.metrics.concentric_duration_s,
        eccentric_duration_s: swung.metrics.eccentric_duration_s,
        pause_s: swung.metrics.pause_s,
        ..RepMetrics::default()
    };
    Found { metrics, ..swung }
}
