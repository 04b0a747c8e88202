//! Attitude and vertical motion of a stretch, each moment seen from both sides.
//!
//! A causal filter lags: what the accelerometer says of gravity comes late, and every start is a guess. Where the
//! samples after a moment are there too, gravity is found by a low-pass that runs forward and backward in the frame of
//! the gyroscope, as in the offline variant of VQF (Laidig and Seel 2023). The best time constant is where the
//! gyroscope's error, which grows with turning, equals the accelerometer's, which grows with the acceleration of what
//! it is fixed to; so a short and a long one are mixed by how much of each there is. Vertical motion is what a
//! Rauch-Tung-Striebel smoother makes of the acceleration in that attitude.
//!
//! Conventions as in [`crate::motion`]: world z up, quaternions scalar first, sensor to world, SI units.

use super::output::MotionSample;
use super::rest;
use super::smoother::Smoother;
use super::track::{Kinematic, TrackParams, VerticalSample, bridge};

/// Time constants of the two low-passes, each of which runs twice in each direction, s.
const SHORT_S: f64 = 1.0;
const LONG_S: f64 = 3.0;
/// Time constant over which turning and acceleration are compared, s.
const COMPARED_S: f64 = 1.0;
/// Turning that disturbs as much as 1 m/s² does, rad/s. 0.5 to 1.4 is a plateau on motion capture.
const TURNING_RAD_S: f64 = 1.0;
/// Motion slower than this counts as drift, Hz. The error that it leaves is that of the accelerometer over its reciprocal.
const DRIFT_CUTOFF_HZ: f64 = 0.025;
/// How far ahead the smoother looks, s.
const LOOKAHEAD_S: f64 = 10.0;
/// A silence longer than this begins a stretch of its own, s: the gyroscope's frame may be another one after it.
const SILENCE_S: f64 = 1.0;

/// Motion of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// Attitude, sensor to world.
    pub q: [f64; 4],
    /// Upward velocity, m/s.
    pub velocity_m_s: f64,
    /// Height over a slowly wandering zero, m.
    pub height_m: f64,
}

/// The motion of each of `samples`, which are of one stream in order of time.
#[must_use]
pub fn settle(samples: &[MotionSample]) -> Vec<Settled> {
    let attitudes: Vec<[f64; 4]> =
        samples.chunk_by(|_, next| next.dt_s <= SILENCE_S).flat_map(attitudes).collect();
    let vertical: Vec<f64> =
        samples.iter().zip(&attitudes).map(|(s, q)| rotated(*q, s.force_m_s2)[2]).collect();
    // what the accelerometer measures in the mean is gravity and its own error
    let mean = vertical.iter().sum::<f64>() / (vertical.len() as f64).max(1.0);
    let params = TrackParams { lookahead_s: LOOKAHEAD_S, ..TrackParams::default() };
    let mut points = Vec::with_capacity(samples.len());
    let mut last: Option<VerticalSample> = None;
    for (sample, force) in samples.iter().zip(&vertical) {
        let next = VerticalSample {
            time: sample.t,
            acceleration_m_s2: force - mean,
            turn_rate_rad_s: sample.turn_rate_rad_s.unwrap_or(0.0),
            up: sample.up(),
            clipped: sample.clipped,
        };
        bridge(&mut points, last.as_ref(), &next, &params);
        last = Some(next);
    }
    if let Some(first) = points.first().map(|p| p.time) {
        rest::mark(&mut points, first);
    }
    let count = points.len();
    let mut smoother = Smoother::new([DRIFT_CUTOFF_HZ]);
    smoother.smooth(&mut points, count, &params, |_, point: &mut Kinematic, [[height, velocity]]| {
        (point.height_m, point.velocity_m_s) = (height, velocity);
    });
    // the points that bridge holes have times of their own
    let mut points = points.iter();
    let at = |(sample, q): (&MotionSample, [f64; 4])| {
        let point = points.find(|p| p.time == sample.t).copied().unwrap_or_default();
        Settled { q, velocity_m_s: point.velocity_m_s, height_m: point.height_m }
    };
    samples.iter().zip(attitudes).map(at).collect()
}

/// Attitudes of samples without long silences between them.
fn attitudes(samples: &[MotionSample]) -> Vec<[f64; 4]> {
    let strapdown: Option<Vec<[f64; 4]>> = samples.iter().map(|s| s.strapdown).collect();
    let Some(strapdown) = strapdown else { return samples.iter().map(|s| s.q).collect() };
    let steps: Vec<f64> = samples.iter().map(|s| s.dt_s).collect();
    let force: Vec<[f64; 3]> =
        samples.iter().zip(&strapdown).map(|(s, q)| rotated(*q, s.force_m_s2)).collect();
    let (short, long) = (low_passed(&force, &steps, SHORT_S), low_passed(&force, &steps, LONG_S));
    let activity: Vec<[f64; 2]> = samples
        .iter()
        .zip(force.iter().zip(&short))
        .map(|(s, (f, mean))| {
            let off: f64 = f.iter().zip(mean).map(|(f, mean)| (f - mean).powi(2)).sum();
            [(s.turn_rate_rad_s.unwrap_or(0.0) / TURNING_RAD_S).powi(2), off]
        })
        .collect();
    low_passed(&activity, &steps, COMPARED_S)
        .iter()
        .zip(short.iter().zip(&long))
        .zip(&strapdown)
        .map(|(([turning, shaking], (short, long)), q)| {
            let share = turning / (turning + shaking).max(1e-9);
            let (short, long) = (unit(*short), unit(*long));
            let up = unit(std::array::from_fn(|i| share * short[i] + (1.0 - share) * long[i]));
            product(to_up(up), *q)
        })
        .collect()
}

/// Low-passed without delay, by two exponential means in each direction.
fn low_passed<const N: usize>(values: &[[f64; N]], steps: &[f64], tau_s: f64) -> Vec<[f64; N]> {
    let mut values = values.to_vec();
    for _ in 0..2 {
        let mut mean = mean_of_first(values.iter().zip(steps), tau_s);
        for (value, dt) in values.iter_mut().zip(steps) {
            follow(&mut mean, value, dt / (tau_s + dt));
        }
        let Some(end) = values.last() else { break };
        let mut mean = *end;
        // the step of a sample is that from the one before, so backwards it is that of the one after
        let later = steps.iter().skip(1).chain([&0.0]).rev();
        for (value, dt) in values.iter_mut().rev().zip(later) {
            follow(&mut mean, value, dt / (tau_s + dt));
        }
    }
    values
}

fn follow<const N: usize>(mean: &mut [f64; N], value: &mut [f64; N], gain: f64) {
    for (mean, value) in mean.iter_mut().zip(value) {
        *mean += gain * (*value - *mean);
        *value = *mean;
    }
}

/// Mean over the first `span_s`.
fn mean_of_first<'a, const N: usize>(
    values: impl Iterator<Item = (&'a [f64; N], &'a f64)>,
    span_s: f64,
) -> [f64; N] {
    let (mut sum, mut count, mut passed_s) = ([0.0; N], 0.0, 0.0);
    for (value, dt) in values {
        passed_s += dt;
        if count > 0.0 && passed_s > span_s {
            break;
        }
        sum = std::array::from_fn(|i| sum[i] + value[i]);
        count += 1.0;
    }
    sum.map(|x| x / f64::max(count, 1.0))
}

fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 1e-9 { v.map(|x| x / length) } else { [0.0, 0.0, 1.0] }
}

/// The shortest rotation that takes the unit vector `v` to +z.
fn to_up(v: [f64; 3]) -> [f64; 4] {
    let w = (0.5 * (1.0 + v[2])).max(0.0).sqrt();
    // upside down every horizontal axis is as short as any other
    if w < 1e-6 { [0.0, 1.0, 0.0, 0.0] } else { [w, 0.5 * v[1] / w, -0.5 * v[0] / w, 0.0] }
}

fn product(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    let ([w, x, y, z], [p, q, r, s]) = (a, b);
    [
        w * p - x * q - y * r - z * s,
        w * q + x * p + y * s - z * r,
        w * r - x * s + y * p + z * q,
        w * s + x * r - y * q + z * p,
    ]
}

fn rotated(q: [f64; 4], v: [f64; 3]) -> [f64; 3] {
    let [w, x, y, z] = q;
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let u = [x, y, z];
    let t = cross(u, v).map(|c| 2.0 * c);
    let n = cross(u, t);
    std::array::from_fn(|i| v[i] + w * t[i] + n[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeviceTime;

    const G: f64 = 9.806_65;

    /// Samples at 100 Hz of a sensor that lies still, then rolls to and fro about its y while it is lifted up and down
    /// 0.4 m, seen by a gyroscope that is off by `bias`.
    fn samples(bias: f64) -> Vec<(MotionSample, f64)> {
        let (omega, swing) = (2.0, 0.5);
        (0..6000)
            .map(|i| {
                let t = f64::from(i) * 0.01;
                let s = (t - 10.0).max(0.0);
                let roll = swing * (omega * s).sin();
                let lifted = 0.2 * omega * omega * (omega * s).cos() * f64::from(u8::from(s > 0.0));
                let drifted = roll + bias * t;
                let force = G + lifted;
                let sample = MotionSample {
                    stream: 1,
                    t: DeviceTime(0).plus_seconds(t),
                    dt_s: if i == 0 { 0.0 } else { 0.01 },
                    hole_s: 0.0,
                    q: [1.0, 0.0, 0.0, 0.0],
                    strapdown: Some([(0.5 * drifted).cos(), 0.0, (0.5 * drifted).sin(), 0.0]),
                    force_m_s2: [-force * roll.sin(), 0.0, force * roll.cos()],
                    vertical_acceleration_m_s2: 0.0,
                    turn_rate_rad_s: Some(0.1),
                    vertical_velocity_m_s: 0.0,
                    vertical_displacement_m: 0.0,
                    still: false,
                    clipped: false,
                };
                (sample, 0.2 * omega * (omega * s).sin())
            })
            .collect()
    }

    #[test]
    fn neither_drift_nor_lifting_tilts_it_and_velocity_is_that_of_the_bar() {
        let samples = samples(0.002);
        let motion: Vec<MotionSample> = samples.iter().map(|s| s.0).collect();
        for ((sample, velocity), settled) in samples.iter().zip(settle(&motion)).skip(1200).take(4000) {
            let up = rotated(settled.q, sample.force_m_s2);
            assert!(up[0].hypot(up[1]) / up[2] < 0.01, "{up:?}");
            assert!((settled.velocity_m_s - velocity).abs() < 0.03, "{settled:?} {velocity}");
        }
    }

    #[test]
    fn nothing_from_nothing() {
        assert!(settle(&[]).is_empty());
        let one = samples(0.0)[0].0;
        assert_eq!(settle(&[one]).len(), 1);
        let blind = MotionSample { strapdown: None, ..one };
        assert_eq!(settle(&[blind])[0].q.map(f64::to_bits), one.q.map(f64::to_bits));
    }
}
