//! Grinding repetitions in one piece.
//!
//! Where a repetition stands still in mid-range, the smoothed height sinks back towards its middle, and that looks like
//! a small stroke down between two up. But integrated from the bottom to the top of both, where the velocity is zero,
//! a repetition that only paused never comes down.

use super::strokes::Stroke;
use crate::model::RejectReason;
use crate::motion::constrain;
use crate::motion::track::{Evidence, Motion};

/// Longest stand in mid-range, s, from the end of one part to the start of the other.
const LONGEST_STAND_S: f64 = 2.0;
/// A dip has at most this share of the way of both parts together.
const DIP: f64 = 0.5;
/// And comes down by at most this share of their way when integrated.
const SUNK: f64 = 0.2;

/// The strokes with the parts of repetitions that stuck put together, if there are any. `rejected` says of each stroke
/// up, in order, whether it was found not to be a repetition; two that both are stay apart.
pub(super) fn rejoined(
    motion: &Motion,
    strokes: &[Stroke],
    reasons: &[Option<RejectReason>],
    longest_s: f64,
) -> Option<Vec<Stroke>> {
    if motion.evidence == Evidence::Measured {
        return None;
    }
    let mut whole: Vec<Stroke> = Vec::with_capacity(strokes.len());
    let mut rejected = reasons.iter().map(Option::is_some);
    // whether the last stroke up was rejected, for each of `whole`
    let mut was_rejected = false;
    for &stroke in strokes {
        if !stroke.up {
            whole.push(stroke);
            continue;
        }
        let is_rejected = rejected.next().unwrap_or(false);
        if let [.., below, dip] = whole[..]
            && (was_rejected || is_rejected)
            && let Some(joined) = join(motion, below, dip, stroke, longest_s)
        {
            whole.truncate(whole.len() - 2);
            whole.push(joined);
        } else {
            whole.push(stroke);
        }
        was_rejected = is_rejected;
    }
    (whole.len() < strokes.len()).then_some(whole)
}

/// Two strokes up and the dip between them as one, if the bar only stood still there.
fn join(motion: &Motion, below: Stroke, dip: Stroke, above: Stroke, longest_s: f64) -> Option<Stroke> {
    let points = &motion.points;
    let seconds = |from: usize, to: usize| points[to].time.seconds_since(points[from].time);
    let way = below.travel_m + above.travel_m;
    if !below.up
        || dip.fell
        || dip.travel_m > DIP * way
        || seconds(below.last, above.first) > LONGEST_STAND_S
        || seconds(below.first, above.last) > longest_s
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
    (height > way.min(below.travel_m.max(above.travel_m)) && sunk <= SUNK * height).then(|| Stroke {
        first: below.first,
        travel_m: height,
        peak_m_s: below.peak_m_s.max(above.peak_m_s),
        turned_rad: below.turned_rad + dip.turned_rad + above.turned_rad,
        hole_s: below.hole_s.max(dip.hole_s).max(above.hole_s),
        ..above
    })
}
