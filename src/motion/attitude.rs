//! How the sensor stands: inclination from gyroscope and accelerometer by VQF, or from the accelerometer alone.
//!
//! Source: D. Laidig and T. Seel, "VQF: highly accurate IMU orientation estimation with bias estimation and magnetic
//! disturbance rejection", Information Fusion 91 (2023). Its filters assume a constant sampling interval; here the usual
//! interval of the stream is that constant, and time that passed unevenly is cut into so many steps of about that
//! length, with readings interpolated between the two samples. Evenly spaced samples pass through unchanged.

use super::params::AttitudeParams;
use crate::model::ImuSample;
use vqf_rs::{Params, Quaternion, VQF};

/// What a sample looks like from the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pose {
    /// Sensor to world, scalar first.
    pub(super) q: [f64; 4],
    /// Specific force along world z, m/s².
    pub(super) up_m_s2: f64,
    /// Turning without bias, in the sensor's axes, rad/s.
    pub(super) turn_rad_s: Option<[f64; 3]>,
    /// Attitude by the gyroscope alone, in a frame of its own.
    pub(super) strapdown: Option<[f64; 4]>,
}

impl Pose {
    /// The world's vertical in the sensor's axes.
    pub(super) fn up(&self) -> [f64; 3] {
        let [w, x, y, z] = self.q;
        up(&Quaternion(w, x, y, z))
    }

    /// Magnitude of turning without bias, rad/s.
    pub(super) fn turn_rate_rad_s(&self) -> Option<f64> {
        self.turn_rad_s.map(norm)
    }
}

/// The attitude filter of one lane.
#[derive(Clone, Debug)]
pub(super) struct Attitude {
    params: AttitudeParams,
    step_s: f64,
    filter: Option<Filter>,
}

#[derive(Clone, Debug)]
enum Filter {
    Inertial(Box<Inertial>),
    Gravity(Gravity),
}

impl Attitude {
    /// A filter that has seen nothing; samples come about every `step_s`.
    pub(super) fn new(params: &AttitudeParams, step_s: f64) -> Self {
        Self { params: params.clone(), step_s, filter: None }
    }

    /// Takes the sample that came `dt_s` after the one before (0 for the first).
    pub(super) fn update(&mut self, dt_s: f64, sample: &ImuSample) -> Pose {
        let starts_anew = dt_s > self.params.restart_after_s;
        match (&mut self.filter, sample.gyro_rad_s) {
            (Some(Filter::Inertial(inertial)), gyro) => {
                if starts_anew {
                    inertial.start_anew(&self.params);
                }
                // a gyroscope that falls silent for a sample is taken to go on as it did
                let gyro = gyro.unwrap_or(inertial.last.1);
                inertial.update(dt_s, sample.accel_m_s2, gyro)
            }
            (Some(Filter::Gravity(gravity)), _) if !starts_anew => {
                gravity.update(dt_s, self.params.gravity_tau_s, sample)
            }
            (filter, Some(gyro)) => {
                let mut inertial = Inertial::new(&self.params, self.step_s, (sample.accel_m_s2, gyro));
                let pose = inertial.update(0.0, sample.accel_m_s2, gyro);
                *filter = Some(Filter::Inertial(Box::new(inertial)));
                pose
            }
            (filter, None) => {
                let mut gravity = Gravity { up: sample.accel_m_s2, seen_s: 0.0 };
                let pose = gravity.update(0.0, self.params.gravity_tau_s, sample);
                *filter = Some(Filter::Gravity(gravity));
                pose
            }
        }
    }
}

/// VQF without magnetometer, fed in steps of about its own interval.
struct Inertial {
    vqf: VQF,
    step_s: f64,
    /// Time passed that was not yet given to the accelerometer's filters, in steps.
    owed_steps: f64,
    last: ([f64; 3], [f64; 3]),
}

impl Inertial {
    fn new(params: &AttitudeParams, step_s: f64, first: ([f64; 3], [f64; 3])) -> Self {
        Self {
            vqf: VQF::new(step_s, None, None, Some(vqf_params(params))),
            step_s,
            owed_steps: 0.0,
            last: first,
        }
    }

    /// Begins with a fresh inclination, keeping what stays true: the gyroscope's bias and about where it pointed.
    fn start_anew(&mut self, params: &AttitudeParams) {
        let (old, heading) = (*self.vqf.state(), self.vqf.quat_6d());
        self.vqf = VQF::new(self.step_s, None, None, Some(vqf_params(params)));
        let state = self.vqf.state_mut();
        (state.gyr_quat, state.bias, state.bias_p) = (heading, old.bias, old.bias_p);
        self.owed_steps = 0.0;
    }

    fn update(&mut self, dt_s: f64, accel: [f64; 3], gyro: [f64; 3]) -> Pose {
        let is_first = self.vqf.state().acc_lp_state[1][0].is_nan();
        let dt_s = if is_first { self.step_s } else { dt_s };
        self.owed_steps += dt_s / self.step_s;
        let steps = self.owed_steps.round().max(0.0);
        self.owed_steps -= steps;
        if steps <= 1.0 {
            self.vqf.update_gyr_with_ts(gyro, dt_s);
            if steps > 0.0 {
                self.vqf.update_acc(accel);
            }
        } else {
            for i in 0..steps as u32 {
                // turning over a step is that at its middle; acceleration is filtered as it is at the step's end
                let (middle, end) = ((f64::from(i) + 0.5) / steps, (f64::from(i) + 1.0) / steps);
                self.vqf.update_gyr_with_ts(between(self.last.1, gyro, middle), dt_s / steps);
                self.vqf.update_acc(between(self.last.0, accel, end));
            }
        }
        self.last = (accel, gyro);
        self.pose(accel, gyro)
    }

    fn pose(&self, accel: [f64; 3], gyro: [f64; 3]) -> Pose {
        let q = self.vqf.quat_6d();
        let bias = self.vqf.state().bias;
        let turn = [gyro[0] - bias[0], gyro[1] - bias[1], gyro[2] - bias[2]];
        let s = self.vqf.state().gyr_quat;
        Pose {
            q: [q.0, q.1, q.2, q.3],
            up_m_s2: up_part(&q, accel),
            turn_rad_s: Some(turn),
            strapdown: Some([s.0, s.1, s.2, s.3]),
        }
    }
}

impl Clone for Inertial {
    fn clone(&self) -> Self {
        let coefficients = self.vqf.coeffs();
        let mut vqf = VQF::new(
            coefficients.gyr_ts,
            Some(coefficients.acc_ts),
            Some(coefficients.mag_ts),
            Some(*self.vqf.params()),
        );
        *vqf.state_mut() = *self.vqf.state();
        Self { vqf, ..*self }
    }
}

impl std::fmt::Debug for Inertial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let q = self.vqf.quat_6d();
        f.debug_struct("Inertial")
            .field("q", &[q.0, q.1, q.2, q.3])
            .field("bias_rad_s", &self.vqf.state().bias)
            .finish_non_exhaustive()
    }
}

fn vqf_params(params: &AttitudeParams) -> Params {
    Params {
        tau_acc: params.tau_acc_s,
        bias_clip: params.bias_max_deg_s,
        mag_dist_rejection_enabled: false,
        ..Params::default()
    }
}

/// The direction of gravity as the slow part of specific force, for sensors without a gyroscope.
#[derive(Clone, Debug)]
struct Gravity {
    up: [f64; 3],
    seen_s: f64,
}

impl Gravity {
    fn update(&mut self, dt_s: f64, tau_s: f64, sample: &ImuSample) -> Pose {
        self.seen_s += dt_s;
        // a plain mean at first, so that the start does not hang on a single sample
        let gain = dt_s / (self.seen_s.min(tau_s) + dt_s).max(f64::MIN_POSITIVE);
        self.up = between(self.up, sample.accel_m_s2, gain);
        let q = shortest_turn_to_up(self.up);
        Pose {
            q: [q.0, q.1, q.2, q.3],
            up_m_s2: up_part(&q, sample.accel_m_s2),
            turn_rad_s: sample.gyro_rad_s,
            strapdown: None,
        }
    }
}

/// The shortest rotation that takes `v` to +z; none for a zero vector.
fn shortest_turn_to_up(v: [f64; 3]) -> Quaternion {
    let length = norm(v);
    if length < 1e-9 {
        return Quaternion(1.0, 0.0, 0.0, 0.0);
    }
    let w = length + v[2];
    // upside down every horizontal axis is as short as any other
    let mut q =
        if w < 1e-9 * length { Quaternion(0.0, 1.0, 0.0, 0.0) } else { Quaternion(w, v[1], -v[0], 0.0) };
    q.normalize();
    q
}

/// The world z component of a sensor vector.
fn up_part(q: &Quaternion, v: [f64; 3]) -> f64 {
    let up = up(q);
    up[0] * v[0] + up[1] * v[1] + up[2] * v[2]
}

/// The world's z in the sensor's axes.
fn up(q: &Quaternion) -> [f64; 3] {
    [2.0 * (q.3 * q.1 - q.0 * q.2), 2.0 * (q.0 * q.1 + q.3 * q.2), 1.0 - 2.0 * (q.1 * q.1 + q.2 * q.2)]
}

fn between(a: [f64; 3], b: [f64; 3], w: f64) -> [f64; 3] {
    std::array::from_fn(|i| a[i] + w * (b[i] - a[i]))
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: f64 = 9.806_65;

    /// What a sensor measures at `t` that sits on a wheel with a horizontal axle (its y), turning at `rate`.
    fn on_wheel(t: f64, rate: f64) -> ImuSample {
        let angle = rate * t;
        ImuSample { accel_m_s2: [-G * angle.sin(), 0.0, G * angle.cos()], gyro_rad_s: Some([0.0, rate, 0.0]) }
    }

    /// Angle between up and where the attitude says that the true up is, rad.
    fn tilt_error(pose: &Pose, sample: &ImuSample) -> f64 {
        let q = Quaternion(pose.q[0], pose.q[1], pose.q[2], pose.q[3]);
        let up = q.rotate(sample.accel_m_s2);
        up[0].hypot(up[1]).atan2(up[2])
    }

    fn worst_on_wheel(times: impl Iterator<Item = f64>, step_s: f64, rate: f64) -> f64 {
        let mut attitude = Attitude::new(&AttitudeParams::default(), step_s);
        let mut before = None;
        times
            .map(|t| {
                let sample = on_wheel(t, rate);
                let pose = attitude.update(t - before.replace(t).unwrap_or(t), &sample);
                tilt_error(&pose, &sample)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn follows_a_steady_rotation() {
        assert!(worst_on_wheel((0..4000).map(|i| f64::from(i) * 0.005), 0.005, 1.0) < 0.006);
    }

    #[test]
    fn uneven_samples_are_as_good_as_even_ones() {
        // pairs 4 ms apart every 25 ms, each twentieth pair missing
        let times =
            (0..1600).filter(|i| i % 40 < 38).map(|i| f64::from(i / 2) * 0.025 + f64::from(i % 2) * 0.004);
        assert!(worst_on_wheel(times, 0.011, 1.0) < 0.02);
    }

    #[test]
    fn a_long_hole_starts_inclination_anew_and_keeps_the_bias() {
        let mut attitude = Attitude::new(&AttitudeParams::default(), 0.01);
        let bias = [0.02, -0.015, 0.01];
        let at_rest = |accel_m_s2| ImuSample { accel_m_s2, gyro_rad_s: Some(bias) };
        for _ in 0..2000 {
            attitude.update(0.01, &at_rest([0.0, 0.0, G]));
        }
        let sample = at_rest([0.0, G, 0.0]);
        let pose = attitude.update(2.0, &sample);
        assert!(tilt_error(&pose, &sample) < 1e-3);
        assert!(pose.turn_rate_rad_s().is_some_and(|rate| rate < 0.002), "{pose:?}");
    }

    #[test]
    fn without_a_gyroscope_gravity_gives_inclination() {
        let mut attitude = Attitude::new(&AttitudeParams::default(), 0.01);
        let accel_m_s2 = [3.0, -4.0, -(G * G - 25.0_f64).sqrt()];
        let mut pose = attitude.update(0.0, &ImuSample { accel_m_s2, gyro_rad_s: None });
        for i in 0..500 {
            let shake = 3.0 * (f64::from(i) * 0.3).sin();
            let shaken = accel_m_s2.map(|x| x * (1.0 + shake / G));
            pose = attitude.update(0.01, &ImuSample { accel_m_s2: shaken, gyro_rad_s: None });
            assert!((pose.up_m_s2 - G - shake).abs() < 1e-9);
        }
        assert_eq!(pose.turn_rad_s, None);
        let down = shortest_turn_to_up([0.0, 0.0, -2.0]);
        assert!((up_part(&down, [0.0, 0.0, -2.0]) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_copy_goes_on_as_the_original() {
        let mut a = Attitude::new(&AttitudeParams::default(), 0.005);
        let step = |a: &mut Attitude, i: i32| a.update(0.005, &on_wheel(f64::from(i) * 0.005, 2.0));
        for i in 0..777 {
            step(&mut a, i);
        }
        let mut b = a.clone();
        for i in 777..2000 {
            assert_eq!(step(&mut a, i), step(&mut b, i));
        }
    }
}
