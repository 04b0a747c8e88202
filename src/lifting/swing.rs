//! Repetitions that turn a worn sensor more than they lift it: rows at a cable, curls, raises.
//!
//! Where up is in the sensor's own axes follows from gravity, so it neither drifts nor depends on where the hand
//! goes. Its three components stand for heights: that of a hand at the end of a forearm which turns about the elbow.
//! The same rules then find the same kind of set in them, and the set that goes furthest is the set.

use super::judge::ENOUGH;
use super::prior::MovementPrior;
use super::{Found, LiftingParams};
use crate::model::RepMetrics;
use crate::motion::track::{Evidence, Kinematic, Motion};

/// Length of a forearm with half a hand, m: a turn by 60° about the elbow then weighs like a lift of 0.3 m.
pub(super) const FOREARM_M: f64 = 0.35;
/// Shortest way of a repetition that swings, m: 13° about the elbow.
const LEAST_SWING_M: f64 = 0.08;
/// Smallest stroke of a swing, m: 8°. It does not drift as heights do, so it may be smaller than theirs.
const SWING_STROKE_M: f64 = 0.05;
/// A lift and a swing are one movement when they share this much of the longer.
const ALIKE: f64 = 0.5;
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
    let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let swings = axes.iter().filter_map(|&axis| swung(motion, axis, prior, params));
    let Some(coarse) = swings.max_by(|a, b| reach_m(a).total_cmp(&reach_m(b))) else { return lifted };
    let along = direction(motion, &coarse).and_then(|axis| swung(motion, axis, prior, params));
    let best = along.filter(|fine| reach_m(fine) >= reach_m(&coarse)).unwrap_or(coarse);
    if reach_m(&best) <= reach_m(&lifted) {
        return lifted;
    }
    best.iter().map(|swung| with_velocity(swung, &lifted)).collect()
}

/// The way that up goes in the sensor's axes in the repetitions of a set, a unit vector.
fn direction(motion: &Motion, found: &[Found]) -> Option<[f64; 3]> {
    let up = |t| motion.points.get(motion.points.partition_point(|p| p.time < t)).map(|p| p.up);
    let mut sum = [0.0_f64; 3];
    for (from, to) in accepted(found).filter_map(|f| up(f.start).zip(up(f.end))) {
        sum = std::array::from_fn(|axis| sum[axis] + to[axis] - from[axis]);
    }
    let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 0.0).then(|| sum.map(|x| x / length))
}

fn accepted(found: &[Found]) -> impl DoubleEndedIterator<Item = &Found> {
    found.iter().filter(|f| f.reject_reason.is_none())
}

/// The movements that swing the sensor along an axis, if they make a set.
fn swung(
    motion: &Motion,
    axis: [f64; 3],
    prior: &MovementPrior,
    params: &LiftingParams,
) -> Option<Vec<Found>> {
    let prior = MovementPrior { min_rom_m: LEAST_SWING_M, swings: true, ..*prior };
    let params = LiftingParams { stroke_m: SWING_STROKE_M, ..*params };
    let swing = swing(motion, axis);
    let found = super::look(&swing, &prior, &params, false);
    let (from, to) = (accepted(&found).next()?.start, accepted(&found).next_back()?.end);
    if !rests_high(&swing.points, |p| p.time >= from && p.time <= to) {
        return Some(found);
    }
    Some(super::look(&swing.inverted(), &prior, &params, false))
}

/// Height that turning along an axis would give the hand.
fn swing(motion: &Motion, axis: [f64; 3]) -> Motion {
    let mut points = motion.points.clone();
    let height = |p: &Kinematic| FOREARM_M * (0..3).map(|k| axis[k] * p.up[k]).sum::<f64>();
    let slope = |i: usize| {
        let at = |seconds: f64| {
            let time = motion.points[i].time.plus_seconds(seconds);
            motion.points.partition_point(|p| p.time < time).min(motion.points.len() - 1)
        };
        let (a, b) = (&motion.points[at(-SLOPE_S)], &motion.points[at(SLOPE_S)]);
        let span = b.time.seconds_since(a.time);
        if span > 0.0 { (height(b) - height(a)) / span } else { 0.0 }
    };
    for (i, point) in points.iter_mut().enumerate() {
        // how far the hand is lifted meanwhile stays to be compared
        point.steady_height_m = point.height_m;
        point.height_m = height(point);
        point.velocity_m_s = slope(i);
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
    let ways: Vec<f64> = accepted(found).filter_map(|f| f.metrics.range_of_motion_m).collect();
    let count = ways.len() as f64;
    if ways.len() < ENOUGH { 0.0 } else { ways.iter().sum::<f64>() / count * count.sqrt() }
}

/// A swing with the boundaries and numbers of the vertical motion where that says something; how fast a hand goes that
/// turns without being lifted, nobody knows.
fn with_velocity(swung: &Found, lifted: &[Found]) -> Found {
    let alike = |lift: &&Found| {
        let common = lift.end.min(swung.end).seconds_since(lift.start.max(swung.start));
        let longer = lift.end.seconds_since(lift.start).max(swung.end.seconds_since(swung.start));
        common >= ALIKE * longer
    };
    if let Some(lift) = accepted(lifted).find(alike) {
        return Found { reject_reason: swung.reject_reason, ..lift.clone() };
    }
    let metrics = RepMetrics {
        concentric_duration_s: swung.metrics.concentric_duration_s,
        eccentric_duration_s: swung.metrics.eccentric_duration_s,
        pause_s: swung.metrics.pause_s,
        ..RepMetrics::default()
    };
    Found { metrics, ..swung.clone() }
}
