//! What an inertial sensor on the bar measures: physics of its place, and its own faults.
//!
//! Specific force at the sensor, in the bar's frame: `Rᵀ·(a + g·ẑ + ringing) + α×r + ω×(ω×r)`, turned into the
//! sensor's frame; then each fault once. Samples are points in time, as of a sensor whose anti-aliasing filter is
//! wider than the motion; so an impact shorter than the sample interval is caught or missed as it falls.

use super::bar::{BarState, Cursor, GRAVITY_M_S2, Motion};
use super::random::Random;
use firmware_protocol::{AccelRange, GyroRange, Sample};
use nalgebra::{Matrix3, UnitQuaternion, Vector3};
use std::f64::consts::TAU;

/// How far sensors are off: standard deviations over sensors, and densities of noise.
///
/// The default is an ordinary consumer part, as issue and data sheets of that class give it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImuFaults {
    /// Accelerometer offset of each axis, m/s².
    pub accel_bias_m_s2: f64,
    /// Accelerometer scale error of each axis, 1.
    pub accel_scale: f64,
    /// Misalignment of each axis of both instruments, rad.
    pub misalignment_rad: f64,
    /// Accelerometer noise, m/s²/√Hz.
    pub accel_noise_m_s2_rt_hz: f64,
    /// Gyroscope offset of each axis, rad/s.
    pub gyro_bias_rad_s: f64,
    /// Wander of the gyroscope's offset, rad/s/√s.
    pub gyro_wander_rad_s_rt_s: f64,
    /// Gyroscope scale error of each axis, 1.
    pub gyro_scale: f64,
    /// Response of each gyroscope axis to each axis of specific force, rad/s per m/s².
    pub gyro_g_sensitivity_s_m: f64,
    /// Gyroscope noise, rad/s/√Hz.
    pub gyro_noise_rad_s_rt_hz: f64,
    /// Whether readings are rounded to counts and cut at ±16 g and ±2000 °/s.
    pub digital: bool,
}

const DEGREE: f64 = std::f64::consts::PI / 180.0;

impl ImuFaults {
    /// An ordinary consumer part: 20 mg, 0.5 %, 0.5°, 120 µg/√Hz; 0.5 °/s, 0.002 °/s/√s, 0.5 %, 0.1 °/s/g,
    /// 0.01 °/s/√Hz.
    pub const CONSUMER: Self = Self {
        accel_bias_m_s2: 0.020 * GRAVITY_M_S2,
        accel_scale: 0.005,
        misalignment_rad: 0.5 * DEGREE,
        accel_noise_m_s2_rt_hz: 120e-6 * GRAVITY_M_S2,
        gyro_bias_rad_s: 0.5 * DEGREE,
        gyro_wander_rad_s_rt_s: 0.002 * DEGREE,
        gyro_scale: 0.005,
        gyro_g_sensitivity_s_m: 0.1 * DEGREE / GRAVITY_M_S2,
        gyro_noise_rad_s_rt_hz: 0.01 * DEGREE,
        digital: true,
    };

    /// No fault at all.
    pub const NONE: Self = Self {
        accel_bias_m_s2: 0.0,
        accel_scale: 0.0,
        misalignment_rad: 0.0,
        accel_noise_m_s2_rt_hz: 0.0,
        gyro_bias_rad_s: 0.0,
        gyro_wander_rad_s_rt_s: 0.0,
        gyro_scale: 0.0,
        gyro_g_sensitivity_s_m: 0.0,
        gyro_noise_rad_s_rt_hz: 0.0,
        digital: false,
    };
}

/// Where a sensor sits on the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// From the bar's middle on its centre line to the sensor, in the bar's frame, m.
    pub lever_m: Vector3<f64>,
    /// Sensor's frame to the bar's.
    pub attitude: UnitQuaternion<f64>,
}

impl Placement {
    /// Strapped on anywhere: 5 to 20 cm from the middle of the centre line, turned at will about the bar and a few
    /// degrees about the rest.
    #[must_use]
    pub fn drawn(random: &mut Random) -> Self {
        let around = random.between(0.0, TAU);
        let (sin, cos) = libm::sincos(around);
        let off_axis = random.between(0.02, 0.05);
        let distance = random.between(0.055, 0.195);
        let along = random.sign() * (distance * distance - off_axis * off_axis).max(0.0).sqrt();
        let lever_m = Vector3::new(off_axis * sin, along, off_axis * cos);
        let about_bar = rotation(Vector3::y(), around);
        let askew = Vector3::from(random.normal3(2.0 * DEGREE));
        Self { lever_m, attitude: about_bar * rotation(askew.normalize(), askew.norm()) }
    }

    /// At the middle of the centre line, aligned with the bar.
    #[must_use]
    pub fn ideal() -> Self {
        Self { lever_m: Vector3::zeros(), attitude: UnitQuaternion::identity() }
    }
}

/// Rotation about a unit vector, with angles that don't depend on the platform.
fn rotation(axis: Vector3<f64>, angle: f64) -> UnitQuaternion<f64> {
    let (sin, cos) = libm::sincos(angle / 2.0);
    let v = axis * sin;
    UnitQuaternion::new_normalize(nalgebra::Quaternion::new(cos, v.x, v.y, v.z))
}

/// Attitude of the sensor, sensor's frame to the gym's.
#[must_use]
pub fn sensor_attitude(state: &BarState, placement: &Placement) -> UnitQuaternion<f64> {
    let bar = nalgebra::Rotation3::from_matrix_unchecked(state.attitude);
    UnitQuaternion::from_rotation_matrix(&bar) * placement.attitude
}

/// One sensor with its own faults.
#[derive(Clone, Debug)]
pub struct Imu {
    placement: Placement,
    /// Bar's frame to the sensor's, with scale and misalignment of the accelerometer.
    accel_matrix: Matrix3<f64>,
    gyro_matrix: Matrix3<f64>,
    g_sensitivity: Matrix3<f64>,
    accel_bias: Vector3<f64>,
    gyro_bias: Vector3<f64>,
    accel_noise: f64,
    gyro_noise: f64,
    wander_each: f64,
    digital: bool,
    noise: Random,
    until_wander: u32,
    /// What a resting bar gives, kept while it rests.
    resting: Option<(Vector3<f64>, Vector3<f64>)>,
}

/// Samples between two steps of the gyroscope's wander.
const WANDER_EVERY: u32 = 64;

/// Ranges of the simulated sensor.
pub const ACCEL_RANGE: AccelRange = AccelRange::G16;
/// Ranges of the simulated sensor.
pub const GYRO_RANGE: GyroRange = GyroRange::Dps2000;

impl Imu {
    /// A sensor drawn from a population with these faults, sampled `rate_hz` times a second.
    #[must_use]
    pub fn drawn(faults: &ImuFaults, placement: Placement, rate_hz: f64, random: &mut Random) -> Self {
        let mut axes = |scale: f64| {
            let s = random.normal3(scale);
            let [a, b, c] = random.normal3(faults.misalignment_rad);
            let [d, e, f] = random.normal3(faults.misalignment_rad);
            Matrix3::new(1.0 + s[0], a, b, c, 1.0 + s[1], d, e, f, 1.0 + s[2])
        };
        let to_sensor = placement.attitude.inverse().to_rotation_matrix().into_inner();
        let accel_matrix = axes(faults.accel_scale) * to_sensor;
        let gyro_matrix = axes(faults.gyro_scale) * to_sensor;
        let g_sensitivity = Matrix3::from_fn(|_, _| random.normal() * faults.gyro_g_sensitivity_s_m);
        let bandwidth = (rate_hz / 2.0).sqrt();
        Self {
            placement,
            accel_matrix,
            gyro_matrix,
            g_sensitivity,
            accel_bias: random.normal3(faults.accel_bias_m_s2).into(),
            gyro_bias: random.normal3(faults.gyro_bias_rad_s).into(),
            accel_noise: faults.accel_noise_m_s2_rt_hz * bandwidth,
            gyro_noise: faults.gyro_noise_rad_s_rt_hz * bandwidth,
            wander_each: faults.gyro_wander_rad_s_rt_s * (f64::from(WANDER_EVERY) / rate_hz).sqrt(),
            digital: faults.digital,
            noise: Random::new(random.bits()),
            until_wander: WANDER_EVERY,
            resting: None,
        }
    }

    /// Where it sits.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Reads the sensor at `t_s`: specific force, m/s², and turning rate, rad/s, before they become counts.
    pub fn read(&mut self, motion: &Motion, t_s: f64, cursor: &mut Cursor) -> (Vector3<f64>, Vector3<f64>) {
        let (force, turning) = self.exact(motion, t_s, cursor);
        self.wander();
        let noise = &mut self.noise;
        let mut jitter = |sigma: f64| {
            if sigma > 0.0 { Vector3::from(noise.normal3(sigma)) } else { Vector3::zeros() }
        };
        (
            force + self.accel_bias + jitter(self.accel_noise),
            turning + self.gyro_bias + jitter(self.gyro_noise),
        )
    }

    /// Reads the sensor at `t_s` in counts of [`ACCEL_RANGE`] and [`GYRO_RANGE`], cut at their ends.
    pub fn sample(&mut self, motion: &Motion, t_s: f64, cursor: &mut Cursor) -> Sample {
        let (accel, gyro) = self.read(motion, t_s, cursor);
        // the cast cuts at the range's ends
        let accel = (accel / ACCEL_RANGE.m_s2_per_count()).map(|counts| counts.round() as i16);
        let gyro = (gyro / GYRO_RANGE.rad_s_per_count()).map(|counts| counts.round() as i16);
        Sample::new(accel.into(), gyro.into())
    }

    /// Reads the sensor at `t_s` in SI units, through counts when it is a digital one.
    pub fn read_si(&mut self, motion: &Motion, t_s: f64, cursor: &mut Cursor) -> ([f64; 3], [f64; 3]) {
        if self.digital {
            let si = self.sample(motion, t_s, cursor).to_si(ACCEL_RANGE, GYRO_RANGE);
            (si.accel_m_s2, si.gyro_rad_s)
        } else {
            let (accel, gyro) = self.read(motion, t_s, cursor);
            (accel.into(), gyro.into())
        }
    }

    /// Forgets what a resting bar gives; to be called when another motion follows.
    pub fn new_motion(&mut self) {
        self.resting = None;
    }

    fn exact(&mut self, motion: &Motion, t_s: f64, cursor: &mut Cursor) -> (Vector3<f64>, Vector3<f64>) {
        let still = motion.is_still(t_s);
        if still && let Some(resting) = self.resting {
            return resting;
        }
        let state = motion.at(t_s, cursor);
        let lever = self.placement.lever_m;
        let (rate, change) = (state.turning_rad_s, state.turning_rad_s2);
        let felt = state.acceleration_m_s2 + Vector3::z() * GRAVITY_M_S2 + motion.ringing(t_s);
        let force = state.attitude.tr_mul(&felt) + change.cross(&lever) + rate.cross(&rate.cross(&lever));
        let answer = (self.accel_matrix * force, self.gyro_matrix * rate + self.g_sensitivity * force);
        self.resting = still.then_some(answer);
        answer
    }

    fn wander(&mut self) {
        self.until_wander -= 1;
        if self.until_wander == 0 {
            self.until_wander = WANDER_EVERY;
            if self.wander_each > 0.0 {
                self.gyro_bias += Vector3::from(self.noise.normal3(self.wander_each));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::bar::Pose;
    use crate::simulate::lift::{LIFTS, Lift};
    use crate::simulate::plan::{Ending, SetPlan};
    use crate::simulate::story::SetStory;

    fn told(plan: &SetPlan, seed: u64) -> SetStory {
        SetStory::tell(plan, 0.0, &SetStory::waiting_pose(plan.lift), &mut Random::new(seed))
    }

    #[test]
    fn specific_force_with_true_attitude_integrates_to_the_truth() {
        for (i, lift) in LIFTS.iter().enumerate() {
            let story = told(&SetPlan::new(lift, 0.75, 3), i as u64);
            let mut imu = Imu::drawn(&ImuFaults::NONE, Placement::ideal(), 1e4, &mut Random::new(1));
            let (mut cursor, h) = (Cursor::default(), 2e-4);
            let acceleration = |imu: &mut Imu, cursor: &mut Cursor, t: f64| {
                let (force, _) = imu.read(&story.motion, t, cursor);
                let attitude = sensor_attitude(&story.motion.at(t, cursor), imu.placement());
                (attitude * force).z - GRAVITY_M_S2 - story.motion.ringing(t).z
            };
            // Simpson's rule for the velocity, its cumulative form for the height
            let (mut velocity, mut height) = (0.0, story.motion.vertical(0.0, &mut cursor).value);
            let mut before = acceleration(&mut imu, &mut cursor, 0.0);
            let steps = (story.motion.now_s() / h) as u32;
            let (mut worst_velocity, mut worst_height) = (0.0_f64, 0.0_f64);
            for step in 0..steps {
                let t = f64::from(step) * h;
                let middle = acceleration(&mut imu, &mut cursor, t + h / 2.0);
                let after = acceleration(&mut imu, &mut cursor, t + h);
                height += velocity * h + (before + 2.0 * middle) * h * h / 6.0;
                velocity += (before + 4.0 * middle + after) * h / 6.0;
                before = after;
                let truth = story.motion.vertical(t + h, &mut cursor);
                worst_velocity = worst_velocity.max((velocity - truth.rate).abs());
                worst_height = worst_height.max((height - truth.value).abs());
            }
            assert!(
                worst_velocity < 1e-6 && worst_height < 1e-5,
                "{} {worst_velocity} {worst_height}",
                lift.id
            );
        }
    }

    #[test]
    fn a_lever_arm_moves_the_measured_point_rigidly() {
        let story = told(&SetPlan::new(Lift::of("biceps_curl").unwrap(), 0.7, 2), 4);
        let placement = Placement::drawn(&mut Random::new(2));
        let mut imu = Imu::drawn(&ImuFaults::NONE, placement, 200.0, &mut Random::new(1));
        let h = 1e-4;
        let place = |t: f64| {
            let state = story.motion.at(t, &mut Cursor::default());
            state.position_m + state.attitude * placement.lever_m
        };
        let rep = story.truth.reps().next().unwrap().1;
        for i in 1..50 {
            let t = rep.start_s + (rep.end_s - rep.start_s) * f64::from(i) / 50.0;
            let acceleration = (place(t + h) - 2.0 * place(t) + place(t - h)) / (h * h);
            let state = story.motion.at(t, &mut Cursor::default());
            let (force, turning) = imu.read(&story.motion, t, &mut Cursor::default());
            let attitude = sensor_attitude(&state, &placement);
            let expected = acceleration + Vector3::z() * GRAVITY_M_S2 + story.motion.ringing(t);
            assert!((attitude * force - expected).norm() < 1e-4);
            assert!((attitude * turning - state.attitude * state.turning_rad_s).norm() < 1e-12);
        }
    }

    #[test]
    fn faults_have_the_statistics_that_were_asked_for() {
        let faults = ImuFaults { digital: false, ..ImuFaults::CONSUMER };
        let still = Motion::resting(0.0, &Pose::default(), &mut Random::new(1));
        let rate = 200.0;
        let (mut bias, mut turning, mut noise) = (0.0, 0.0, 0.0);
        let sensors = 400;
        for seed in 0..sensors {
            let mut imu = Imu::drawn(&faults, Placement::ideal(), rate, &mut Random::new(seed));
            let readings: Vec<_> =
                (0..200).map(|i| imu.read(&still, f64::from(i) / rate, &mut Cursor::default())).collect();
            let mean = readings.iter().map(|(a, _)| a.x).sum::<f64>() / 200.0;
            let mean_gyro = readings.iter().map(|(_, g)| g.x).sum::<f64>() / 200.0;
            let scatter = readings.iter().map(|(a, _)| (a.x - mean).powi(2)).sum::<f64>() / 199.0;
            bias += mean * mean / sensors as f64;
            turning += mean_gyro * mean_gyro / sensors as f64;
            noise += scatter / sensors as f64;
        }
        // at rest the x axis also sees gravity through its misalignment
        let expected_bias = (0.020_f64.powi(2) + (0.5 * DEGREE).powi(2)).sqrt() * GRAVITY_M_S2;
        let expected_turning = (0.5_f64.powi(2) + 0.1_f64.powi(2)).sqrt() * DEGREE;
        let expected_noise = 120e-6 * GRAVITY_M_S2 * (rate / 2.0).sqrt();
        assert!((bias.sqrt() / expected_bias - 1.0).abs() < 0.1, "{}", bias.sqrt());
        assert!((turning.sqrt() / expected_turning - 1.0).abs() < 0.1, "{}", turning.sqrt());
        assert!((noise.sqrt() / expected_noise - 1.0).abs() < 0.02, "{}", noise.sqrt());
    }

    #[test]
    fn the_gyroscopes_offset_wanders() {
        let faults = ImuFaults { gyro_wander_rad_s_rt_s: 0.01, ..ImuFaults::NONE };
        let still = Motion::resting(0.0, &Pose::default(), &mut Random::new(1));
        let mut square = 0.0;
        for seed in 0..400 {
            let mut imu = Imu::drawn(&faults, Placement::ideal(), 64.0, &mut Random::new(seed));
            let mut last = 0.0;
            for i in 0..(64 * 25) {
                last = imu.read(&still, f64::from(i), &mut Cursor::default()).1.x;
            }
            square += last * last / 400.0;
        }
        // 25 s of wander, the last step not yet seen
        assert!((square.sqrt() / 0.05 - 1.0).abs() < 0.1, "{}", square.sqrt());
    }

    #[test]
    fn impacts_clip_and_falling_is_weightless() {
        let plan = SetPlan { ending: Ending::Dropped, ..SetPlan::new(Lift::of("deadlift").unwrap(), 0.8, 2) };
        let (mut clipped, mut weightless) = (0, 0);
        for seed in 0..20 {
            let story = told(&plan, seed);
            let mut random = Random::new(seed);
            let placement = Placement::drawn(&mut random);
            let mut imu = Imu::drawn(&ImuFaults::CONSUMER, placement, 200.0, &mut random);
            let mut cursor = Cursor::default();
            let samples = (story.motion.now_s() * 200.0) as u32;
            for i in 0..samples {
                let sample = imu.sample(&story.motion, f64::from(i) / 200.0, &mut cursor);
                let force = Vector3::from(sample.to_si(ACCEL_RANGE, GYRO_RANGE).accel_m_s2).norm();
                clipped += u32::from(sample.accel_clipped());
                weightless += u32::from(force < 1.5);
            }
        }
        assert!(clipped > 20, "{clipped}");
        assert!(weightless > 20 * 30, "{weightless}");
    }
}
