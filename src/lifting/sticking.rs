//! Grinding repetitions in one piece.
//!
//! Where a repetition stands still in mid-range, the smoothed height sinks back towards its middle, and that looks like
//! a small stroke down between two up. But integrated from the bottom to the top of both, where the velocity is zero,
//! a repetition that only paused never comes down.

use super::prior::MovementPrior;
use super::strokes::Stroke;
use crate::motion::constrain;
use crate::motion::track::{Evidence, Motion};

/// Longest stand in mid-range, s, from the end of one part to the start of the other.
const LONGEST_STAND_S: f64 = 2.0;
/// Over a longer hole an integral says nothing, s.
const LONGEST_HOLE_S: f64 = 0.1;
/// A dip has at most this share of either part's way: a sinking height is no lowering.
const DIP: f64 = 1.0;
/// Each part has at least this share of the way of both: people stick in mid-range, not at an end of it.
const PART: f64 = 0.2;
/// And comes down by at most this share of their way when integrated.
const SUNK: f64 = 0.15;

/// The strokes with the parts of repetitions that stuck put together.
pub(super) fn rejoined(motion: &Motion, strokes: Vec<Stroke>, prior: &MovementPrior) -> Vec<Stroke> {
    if motion.evidence == Evidence::Measured {
        return strokes;
    }
    let mut whole: Vec<Stroke> = Vec::with_capacity(strokes.len());
    for stroke in strokes {
        let joined = match whole[..] {
            [.., below, dip] if below.up && stroke.up => join(motion, below, dip, stroke, prior),
            _ => None,
        };
        if joined.is_some() {
            whole.truncate(whole.len() - 2);
        }
        whole.push(joined.unwrap_or(stroke));
    }
    whole
}

/// Two strokes up and the dip between them as one, if the bar only stood still there.
fn join(motion: &Motion, below: Stroke, dip: Stroke, above: Stroke, prior: &MovementPrior) -> Option<Stroke> {
    let points = &motion.points;
    let seconds = |from: usize, to: usize| points[to].time.seconds_since(points[from].time);
    if dip.fell
        || [below, dip, above].iter().any(|s| s.hole_s > LONGEST_HOLE_S)
        || dip.travel_m > DIP * below.travel_m.min(above.travel_m)
        || seconds(below.last, above.first) > LONGEST_STAND_S
        || seconds(below.first, above.last) > prior.max_concentric_s
    {
        return None;
    }
    let curve = constrain::integrate(&points[below.first..=above.last]);
    let (mut height, mut top, mut sunk) = (0.0_f64, 0.0_f64, 0.0_f64);
    for w in curve.points.windows(2) {
        height += 0.5 * (w[0].velocity_m_s + w[1].velocity_m_s) * (w[1].t_s - w[0].t_s);
        top = top.max(height);
        sunk = sunk.max(top - height);
    }
    let (shorter, longer) = (below.travel_m.min(above.travel_m), below.travel_m.max(above.travel_m));
    let in_mid_range =
        shorter >= PART * height && height >= (1.0 + PART) * longer && height <= prior.max_rom_m;
    (in_mid_range && sunk <= SUNK * height).then(|| Stroke {
        first: below.first,
        travel_m: height,
        peak_m_s: below.peak_m_s.max(above.peak_m_s),
        turned_rad: below.turned_rad + dip.turned_rad + above.turned_rad,
        hole_s: below.hole_s.max(dip.hole_s).max(above.hole_s),
        ..above
    })
}
