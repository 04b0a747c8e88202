//! Monotone strokes up and down, by turning points of the height.
//!
//! A turning point counts once the height has come back from it by a threshold. So a sticking point, where the
//! velocity goes to nothing in mid-range, does not split a stroke however long it lasts, touch-and-go needs no rest
//! between strokes, and a tremor makes none. The search runs forward in time: a confirmed turning point stays.

use super::metrics::GRAVITY_M_S2;
use crate::motion::track::Kinematic;

/// A stroke between two turning points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Index of its first point.
    pub first: usize,
    /// Index of its last point.
    pub last: usize,
    /// Upwards.
    pub up: bool,
    /// Way, m, positive.
    pub travel_m: f64,
    /// Highest speed, m/s.
    pub peak_m_s: f64,
    /// How far the sensor turned meanwhile, rad.
    pub turned_rad: f64,
    /// Longest hole within, s.
    pub hole_s: f64,
    /// The bar was let go.
    pub fell: bool,
    /// Index of the point by which its end was known to be a turning point; only the last stroke's is not.
    pub confirmed_by: Option<usize>,
}

/// All strokes of at least `threshold_m`, oldest first; directions alternate.
///
/// `threshold_m` too small: tremor and drift become strokes; too large: partial repetitions vanish unseen.
#[must_use]
pub fn strokes(points: &[Kinematic], threshold_m: f64) -> Vec<Stroke> {
    turning_points(points, threshold_m)
        .windows(2)
        .map(|pair| measure(points, pair[0].0, pair[1]))
        .filter(|stroke| stroke.travel_m >= threshold_m)
        .collect()
}

/// A turning point and the point that confirmed it.
type Turn = (usize, Option<usize>);

/// Turning points by hysteresis; the last one as far as the data go.
fn turning_points(points: &[Kinematic], threshold_m: f64) -> Vec<Turn> {
    let height = |i: usize| points[i].height_m;
    let mut turns = Vec::new();
    let (mut lowest, mut highest) = (0, 0);
    let mut rising: Option<bool> = None;
    for i in 0..points.len() {
        if height(i) > height(highest) {
            highest = i;
        }
        if height(i) < height(lowest) {
            lowest = i;
        }
        if rising != Some(false) && height(highest) - height(i) > threshold_m {
            turns.push((highest, Some(i)));
            rising = Some(false);
            lowest = i;
        } else if rising != Some(true) && height(i) - height(lowest) > threshold_m {
            turns.push((lowest, Some(i)));
            rising = Some(true);
            highest = i;
        }
    }
    match rising {
        Some(true) => turns.push((highest, None)),
        Some(false) => turns.push((lowest, None)),
        None => {}
    }
    turns
}

fn measure(points: &[Kinematic], first: usize, (last, confirmed_by): Turn) -> Stroke {
    let (first, last) = moving(points, first, last);
    let part = &points[first..=last];
    let way = points[last].height_m - points[first].height_m;
    let turned_rad = part
        .windows(2)
        .map(|w| 0.5 * (w[0].turn_rate_rad_s + w[1].turn_rate_rad_s) * w[1].time.seconds_since(w[0].time))
        .sum();
    Stroke {
        first,
        last,
        up: way > 0.0,
        travel_m: way.abs(),
        peak_m_s: part.iter().map(|p| p.velocity_m_s.abs()).fold(0.0, f64::max),
        turned_rad,
        hole_s: part.iter().map(|p| p.hole_s).fold(0.0, f64::max),
        fell: way < 0.0 && longest_fall_s(part) >= FALL_S,
        confirmed_by,
    }
}

/// The part of a stroke that goes furthest without laying the bar down: it is taken up anew after that.
fn moving(points: &[Kinematic], first: usize, last: usize) -> (usize, usize) {
    let way = |a: usize, b: usize| (points[b].height_m - points[a].height_m).abs();
    let (mut best, mut begin) = ((first, first), first);
    for (i, point) in points.iter().enumerate().take(last + 1).skip(first) {
        if point.at_rest || i == last {
            if way(begin, i) > way(best.0, best.1) {
                best = (begin, i);
            }
            begin = i;
        }
    }
    best
}

/// Free fall lasts at least this long, s (0.2 m); hands brake and push for shorter.
const FALL_S: f64 = 0.2;
/// Acceleration differs from gravity's by at most this in free fall, m/s²: hubs and plates rattle.
const FALL_OFF_M_S2: f64 = 3.0;

fn longest_fall_s(points: &[Kinematic]) -> f64 {
    let falls =
        |p: &Kinematic| p.hole_s == 0.0 && (p.acceleration_m_s2 + GRAVITY_M_S2).abs() <= FALL_OFF_M_S2;
    let runs = points.chunk_by(|a, b| falls(a) == falls(b)).filter(|run| falls(&run[0]));
    runs.map(|run| run[run.len() - 1].time.seconds_since(run[0].time)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeviceTime;

    /// Points at 100 Hz with height and acceleration at each time; the bar lies still before `taken_up_s`.
    fn points(taken_up_s: f64, at: impl Fn(f64) -> (f64, f64)) -> Vec<Kinematic> {
        (0..300)
            .map(|i| {
                let t = f64::from(i) * 0.01;
                let (height_m, acceleration_m_s2) = at(t);
                Kinematic {
                    time: DeviceTime(0).plus_seconds(t),
                    height_m,
                    acceleration_m_s2,
                    at_rest: t < taken_up_s,
                    ..Kinematic::default()
                }
            })
            .collect()
    }

    #[test]
    fn a_fall_is_told_from_lowering() {
        let down = |t: f64| 1.0 - 0.4 * (t - 1.0).clamp(0.0, 0.45).powi(2) / 0.2;
        for (acceleration, fell) in [(-9.5, true), (-4.0, false)] {
            let part = |t: f64| if (1.0..1.45).contains(&t) { acceleration } else { 0.0 };
            let found = strokes(&points(0.0, |t| (down(t), part(t))), 0.08);
            let falls: Vec<bool> = found.iter().filter(|s| !s.up).map(|s| s.fell).collect();
            assert_eq!(falls, [fell]);
        }
    }

    #[test]
    fn a_stroke_begins_where_the_bar_is_taken_up() {
        // the smoothed height creeps up a little while the bar lies still
        let height = |t: f64| (0.01 * t + 0.5 * (t - 2.0).clamp(0.0, 0.8), 0.0);
        let found = strokes(&points(1.9, height), 0.08);
        assert_eq!(found.len(), 1);
        assert!((180..=195).contains(&found[0].first), "{found:?}");
    }
}
