//! Integration of a movement between its turn-rounds, where the vertical velocity is known to be zero.
//!
//! At a turn-round the bar's vertical velocity is near zero (33 mm/s against a peak of 1,050 in training.md §4.1)
//! although the bar may still be turning, so the condition is geometric and asks for no stillness. Between two
//! turn-rounds the drift of the velocity is taken as linear. Over a whole cycle that must come back to its height,
//! the rest of the way is shared out too, by the weight that the exercise gives.

use super::track::Kinematic;
use crate::model::DeviceTime;

/// Velocity and acceleration at one time within a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Seconds since the start of the phase.
    pub t_s: f64,
    /// Upward velocity, m/s.
    pub velocity_m_s: f64,
    /// Upward acceleration, m/s².
    pub acceleration_m_s2: f64,
}

/// A phase between two turn-rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Start of the phase.
    pub start: DeviceTime,
    /// The points, first at 0 s; both ends have velocity 0.
    pub points: Vec<CurvePoint>,
    /// Velocity that integration alone would have had at the end: what the condition took away, m/s.
    pub residual_m_s: f64,
}

impl Curve {
    /// Duration of the phase, s.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        self.points.last().map_or(0.0, |p| p.t_s)
    }

    /// Way from start to end, m: the velocity's integral by trapezia.
    #[must_use]
    pub fn displacement_m(&self) -> f64 {
        self.points
            .windows(2)
            .map(|w| 0.5 * (w[0].velocity_m_s + w[1].velocity_m_s) * (w[1].t_s - w[0].t_s))
            .sum()
    }

    /// The part from `from_s` to `to_s`.
    #[must_use]
    pub fn cut(&self, from_s: f64, to_s: f64) -> Self {
        let mut points = vec![self.at(from_s)];
        points.extend(self.points.iter().filter(|p| p.t_s > from_s && p.t_s < to_s));
        points.push(self.at(to_s));
        for point in &mut points {
            point.t_s -= from_s;
        }
        Self { start: self.start.plus_seconds(from_s), points, residual_m_s: self.residual_m_s }
    }

    /// Adds `way_m` to the displacement without moving the ends' velocity. White noise pinned at both ends errs most
    /// in the middle, as a parabola (the mean of a Brownian bridge given its integral).
    pub fn stretch(&mut self, way_m: f64) {
        let duration = self.duration_s();
        if duration <= 0.0 {
            return;
        }
        for point in &mut self.points {
            let s = point.t_s / duration;
            point.velocity_m_s += way_m / duration * 6.0 * s * (1.0 - s);
        }
    }

    fn at(&self, t_s: f64) -> CurvePoint {
        let i = self.points.partition_point(|p| p.t_s < t_s);
        match (i.checked_sub(1).and_then(|j| self.points.get(j)), self.points.get(i)) {
            (Some(a), Some(b)) => {
                let share = (t_s - a.t_s) / (b.t_s - a.t_s);
                CurvePoint {
                    t_s,
                    velocity_m_s: a.velocity_m_s + share * (b.velocity_m_s - a.velocity_m_s),
                    acceleration_m_s2: a.acceleration_m_s2
                        + share * (b.acceleration_m_s2 - a.acceleration_m_s2),
                }
            }
            (Some(end), None) | (None, Some(end)) => CurvePoint { t_s, ..*end },
            (None, None) => CurvePoint { t_s, velocity_m_s: 0.0, acceleration_m_s2: 0.0 },
        }
    }

    /// Takes a linear drift away so that the velocity is 0 at both ends.
    pub fn pin_ends(&mut self) {
        let duration = self.duration_s();
        let (Some(first), Some(last)) = (self.points.first().copied(), self.points.last().copied()) else {
            return;
        };
        if duration <= 0.0 {
            return;
        }
        let slope = (last.velocity_m_s - first.velocity_m_s) / duration;
        for point in &mut self.points {
            point.velocity_m_s -= first.velocity_m_s + slope * point.t_s;
            point.acceleration_m_s2 -= slope;
        }
    }
}

/// The phase from the first to the last of `points`, integrated anew from their accelerations with velocity 0 at
/// both ends.
#[must_use]
pub fn integrate(points: &[Kinematic]) -> Curve {
    let Some(first) = points.first() else {
        return Curve { start: DeviceTime(0), points: Vec::new(), residual_m_s: 0.0 };
    };
    let mut velocity = 0.0;
    let mut curve = Curve { start: first.time, points: Vec::with_capacity(points.len()), residual_m_s: 0.0 };
    let mut last = first;
    for point in points {
        let step = point.time.seconds_since(last.time);
        velocity += 0.5 * (point.acceleration_m_s2 + last.acceleration_m_s2) * step;
        curve.points.push(CurvePoint {
            t_s: point.time.seconds_since(first.time),
            velocity_m_s: velocity,
            acceleration_m_s2: point.acceleration_m_s2,
        });
        last = point;
    }
    curve.residual_m_s = velocity;
    curve.pin_ends();
    curve
}

/// The phase from the first to the last of `points` as it was measured; nothing is bent.
#[must_use]
pub fn measured(points: &[Kinematic]) -> Curve {
    let start = points.first().map_or(DeviceTime(0), |p| p.time);
    let points = points
        .iter()
        .map(|p| CurvePoint {
            t_s: p.time.seconds_since(start),
            velocity_m_s: p.velocity_m_s,
            acceleration_m_s2: p.acceleration_m_s2,
        })
        .collect();
    Curve { start, points, residual_m_s: 0.0 }
}

/// Makes two neighbouring phases end at the height where they began, as far as `weight` (0 to 1) asks. Each takes its
/// share by the cube of its duration, as the variance of a pinned random walk's integral grows. Returns the height
/// that was missing, m.
pub fn close(first: &mut Curve, second: &mut Curve, weight: f64) -> f64 {
    let missing = first.displacement_m() + second.displacement_m();
    let (a, b) = (first.duration_s().powi(3), second.duration_s().powi(3));
    if a + b > 0.0 {
        first.stretch(-weight * missing * a / (a + b));
        second.stretch(-weight * missing * b / (a + b));
    }
    missing
}
