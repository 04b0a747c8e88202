//! Where the bar lies on the floor or in a rack, seen from both sides.
//!
//! Hands tremble and sway; only what nobody holds is this quiet. So rest here is certain, and a pause in somebody's
//! hands is not rest. Unlike the causal detector of stillness this one starts the moment the last impact is over.

use super::track::Kinematic;
use crate::model::DeviceTime;

/// Length of the stretches that are judged, s.
pub(crate) const STRETCH_S: f64 = 0.5;
/// Fewest points in a stretch: a bad link hides trembling.
const ENOUGH: usize = 20;
/// Largest standard deviation of acceleration, m/s².
const CALM_M_S2: f64 = 0.06;
/// Fastest turning, rad/s.
const CALM_RAD_S: f64 = 0.03;

/// The stretch that a time belongs to, counted from the track's first point.
pub(crate) fn stretch(first: DeviceTime, time: DeviceTime) -> u64 {
    (time.seconds_since(first) / STRETCH_S) as u64
}

/// Marks the points at rest, of a track that begins at `first`; the points are whole stretches of it.
pub(crate) fn mark(points: &mut [Kinematic], first: DeviceTime) {
    for part in points.chunk_by_mut(|a, b| stretch(first, a.time) == stretch(first, b.time)) {
        let at_rest = is_calm(part);
        for point in part {
            point.at_rest = at_rest;
        }
    }
}

fn is_calm(part: &[Kinematic]) -> bool {
    let count = part.len() as f64;
    let mean = part.iter().map(|p| p.acceleration_m_s2).sum::<f64>() / count;
    let variance = part.iter().map(|p| (p.acceleration_m_s2 - mean).powi(2)).sum::<f64>() / count;
    part.len() >= ENOUGH
        && variance <= CALM_M_S2 * CALM_M_S2
        && part.iter().all(|p| p.hole_s == 0.0 && p.turn_rate_rad_s <= CALM_RAD_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of 4 s at `rate_hz` found at rest, with this trembling and turning.
    fn rest_share(rate_hz: f64, tremor_m_s2: f64, turning_rad_s: f64) -> f64 {
        let mut points: Vec<Kinematic> = (0..(4.0 * rate_hz) as usize)
            .map(|i| Kinematic {
                time: DeviceTime(0).plus_seconds(i as f64 / rate_hz),
                acceleration_m_s2: 0.4 + tremor_m_s2 * (i as f64 * 0.57).sin(),
                turn_rate_rad_s: turning_rad_s,
                ..Kinematic::default()
            })
            .collect();
        mark(&mut points, DeviceTime(0));
        points.iter().filter(|p| p.at_rest).count() as f64 / points.len() as f64
    }

    #[test]
    fn only_what_nobody_holds_rests() {
        assert!(rest_share(100.0, 0.03, 0.01) > 0.99, "on the floor, with an error");
        assert!(rest_share(100.0, 0.2, 0.01) == 0.0, "trembling hands");
        assert!(rest_share(100.0, 0.03, 0.1) == 0.0, "swaying");
        assert!(rest_share(20.0, 0.03, 0.01) == 0.0, "too few samples to tell");
    }
}
