//! Whether a bar that was taken up from where it lay stays up.
//!
//! Who rows or curls picks the bar up and holds it a while. The smoothed height sinks back to its middle meanwhile, and
//! that looks like lowering. But a bar that nobody touches has no velocity: from the end of its rest on, velocity and
//! height follow by integration alone, for the few seconds until drift, an impact or a hole spoils them.

use super::strokes::Stroke;
use crate::motion::track::Kinematic;

/// Rest is over at most this long before a stroke that starts from it, s: the smoothed height turns early. The
/// accelerometer's error is taken from as long a rest.
const FROM_REST_S: f64 = 1.0;
/// Velocity is carried on from rest at most this long, s: beyond, its drift is as large as a movement.
const LONGEST_CARRY_S: f64 = 6.0;
/// Before this time to the next stroke's start the bar may still be moving, s; within it, it turns round.
const TURN_S: f64 = 0.5;
/// A bar that comes down by less than this share of its way up has not been lowered.
const LOWERED: f64 = 0.35;
/// An acceleration beyond this is a contact, m/s²: the bar was put down.
const CONTACT_M_S2: f64 = 40.0;

/// Whether `stroke` takes the bar up from rest and the `next` stroke up starts from up there.
pub(super) fn stays_up(points: &[Kinematic], stroke: &Stroke, next: &Stroke) -> bool {
    let Some((error, path)) = since_rest(points, stroke, next) else { return false };
    let Carried { top_m, height_m, left_m_s } = carried(path, error);
    // the bar turns round near the end, so what velocity is left there is drift, which has raised it by this much
    let raised_m = 0.5 * left_m_s * path[path.len() - 1].time.seconds_since(path[0].time);
    let lowered_m = (top_m - height_m).max(top_m - height_m + raised_m);
    lowered_m < LOWERED * top_m
}

/// The accelerometer's error in the rest from which `stroke` starts, m/s², and all points from there to `next`, if
/// velocity can be carried through them.
fn since_rest<'a>(points: &'a [Kinematic], stroke: &Stroke, next: &Stroke) -> Option<(f64, &'a [Kinematic])> {
    let earliest = points[stroke.first].time.plus_seconds(-FROM_REST_S);
    let from = points.partition_point(|p| p.time < earliest);
    let is_fast = |p: &Kinematic| p.velocity_m_s.abs() >= stroke.peak_m_s;
    let fastest = stroke.first + points[stroke.first..=stroke.last].iter().position(is_fast)?;
    let rest = from + points[from..fastest].iter().rposition(|p| p.at_rest)?;
    let path = &points[rest..=next.first];
    let spoilt = |p: &Kinematic| p.hole_s > 0.0 || p.clipped || p.acceleration_m_s2.abs() > CONTACT_M_S2;
    if points[next.first].time.seconds_since(points[rest].time) > LONGEST_CARRY_S || path.iter().any(spoilt) {
        return None;
    }
    let end = points[rest].time;
    let lying = points[..=rest].iter().rev();
    let lying = lying.take_while(|p| p.at_rest && end.seconds_since(p.time) <= FROM_REST_S);
    let (count, sum) = lying.fold((0.0, 0.0), |(n, sum), p| (n + 1.0, sum + p.acceleration_m_s2));
    Some((sum / count, path))
}

/// Where integration from rest leads.
struct Carried {
    /// Highest height on the way, m.
    top_m: f64,
    /// Height at the end, m.
    height_m: f64,
    /// The velocity nearest to none in the last half second, m/s.
    left_m_s: f64,
}

fn carried(path: &[Kinematic], error: f64) -> Carried {
    let end = path[path.len() - 1].time;
    let (mut velocity, mut height, mut top, mut left) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for step in path.windows(2) {
        let dt = step[1].time.seconds_since(step[0].time);
        let mean = 0.5 * (step[0].acceleration_m_s2 + step[1].acceleration_m_s2) - error;
        height += (velocity + 0.5 * mean * dt) * dt;
        velocity += mean * dt;
        top = top.max(height);
        if end.seconds_since(step[1].time) > TURN_S || velocity.abs() < left.abs() {
            left = velocity;
        }
    }
    Carried { top_m: top, height_m: height, left_m_s: left }
}

#[cfg(test)]
mod tests {
    use super::super::script::Script;
    use super::super::strokes;
    use super::*;
    use crate::model::DeviceTime;
    use crate::motion::track::{Motion, TrackParams, VerticalSample};

    /// Whether the first stroke of a script stays up; nobody touches the bar in its first two seconds.
    fn first_stays_up(script: &Script) -> bool {
        let lies = DeviceTime(0).plus_seconds(2.0);
        let touched = |s: &VerticalSample| if s.time < lies { 0.0 } else { s.turn_rate_rad_s };
        let samples: Vec<VerticalSample> = script
            .samples(100.0)
            .into_iter()
            .map(|s| VerticalSample { turn_rate_rad_s: touched(&s), ..s })
            .collect();
        let points = Motion::from_inertial(&samples, &TrackParams::default()).points;
        let strokes = strokes::strokes(&points, 0.08);
        let up: Vec<&Stroke> = strokes.iter().filter(|s| s.up).collect();
        assert!(up.len() >= 2, "{strokes:?}");
        stays_up(&points, up[0], up[1])
    }

    #[test]
    fn a_bar_that_is_picked_up_and_held_stays_up() {
        for (noise, bias) in [(0.0, 0.0), (0.04, 0.3), (0.04, -0.3)] {
            let rows = Script::new().go(0.7, 0.33).rest(2.0).pulls(4, 0.36, 0.7, 0.9, 0.4).rest(2.0);
            assert!(first_stays_up(&rows.noisy(noise, bias)), "{noise} {bias}");
        }
    }

    #[test]
    fn a_bar_that_is_pulled_and_lowered_does_not() {
        for (noise, bias) in [(0.0, 0.0), (0.04, 0.3), (0.04, -0.3)] {
            for rest_s in [0.0, 1.0] {
                let pulls = Script::new().pulls(4, 0.5, 1.0, 1.1, rest_s).rest(2.0);
                assert!(!first_stays_up(&pulls.noisy(noise, bias)), "{noise} {bias} {rest_s}");
            }
        }
    }

    #[test]
    fn nothing_is_said_of_a_bar_that_did_not_lie_before() {
        let swung = Script::default()
            .pulls(1, 0.3, 0.7, 0.9, 0.0)
            .go(0.7, 0.33)
            .rest(2.0)
            .pulls(3, 0.36, 0.7, 0.9, 0.4);
        assert!(!first_stays_up(&swung));
    }
}
