//! Vertical motion of one stretch of samples, seen from its end: drift-free velocity and height.
//!
//! Conventions: world frame, z up; acceleration is that of the bar, gravity already removed; SI units. The output's
//! velocity and height are good for *finding* movements; the numbers of a movement come from
//! [`crate::motion::constrain`], which looks at its own samples only.

use super::growing::GrowingMotion;
use super::smoother::Smoother;
use crate::model::DeviceTime;

/// One sample of vertical motion as the sensor's front end delivers it: only what was really measured. A missing
/// stretch is simply a long step in time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VerticalSample {
    /// When, on the sensor's own clock; strictly rising.
    pub time: DeviceTime,
    /// Upward acceleration of the bar without gravity, m/s².
    pub acceleration_m_s2: f64,
    /// How fast the sensor turns about any axis, rad/s; 0 where there is no gyroscope.
    pub turn_rate_rad_s: f64,
    /// Where up is in the sensor's own axes, a unit vector; zero where nobody knows.
    pub up: [f64; 3],
    /// The accelerometer was at the end of its range.
    pub clipped: bool,
}

/// Vertical motion at one time. Between samples that are far apart there are bridging points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kinematic {
    /// When, on the sensor's own clock.
    pub time: DeviceTime,
    /// Height over a slowly wandering zero, m.
    pub height_m: f64,
    /// Upward velocity, m/s.
    pub velocity_m_s: f64,
    /// Height by a smoother that lets slower motion pass, m: drifts more, bends less. Measures movements already found.
    pub steady_height_m: f64,
    /// Velocity by the same smoother, m/s.
    pub steady_velocity_m_s: f64,
    /// Upward acceleration, m/s².
    pub acceleration_m_s2: f64,
    /// The accelerometer's error that was taken away from it, m/s².
    pub offset_m_s2: f64,
    /// How fast the sensor turns, rad/s.
    pub turn_rate_rad_s: f64,
    /// Where up is in the sensor's own axes; zero where nobody knows.
    pub up: [f64; 3],
    /// Length of the hole that ends at or spans this point, s; 0 where samples are dense.
    pub hole_s: f64,
    /// The accelerometer was at the end of its range.
    pub clipped: bool,
    /// The sensor lies or hangs without anybody's hands on it.
    pub at_rest: bool,
}

/// How much a track's velocities can be believed on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Integrated from acceleration: they drift, so a movement is integrated again between its turn-rounds.
    Inertial,
    /// Measured as position, by camera or tether: taken as they are.
    Measured,
}

/// Vertical motion of one stretch, ready for finding movements in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Motion {
    /// The points in order of time.
    pub points: Vec<Kinematic>,
    /// Where the velocities are from.
    pub evidence: Evidence,
    /// Points before this time keep their values for good when later samples are added.
    pub settled_until: DeviceTime,
}

/// Parameters of the inertial track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackParams {
    /// `f_c`, Hz: below it, motion counts as drift. Too low: the drift of a bad link hides movements. Too high:
    /// repetitions slower than about `1/f_c` lose height and rest looks like motion. 0.15 to 0.18 is a plateau.
    pub drift_cutoff_hz: f64,
    /// `f_s`, Hz: the same for the steady velocity, by which turn-rounds are placed. Too low: drift; too high: the
    /// first repetition of a set and a repetition alone lose way.
    pub steady_cutoff_hz: f64,
    /// `q_0`, m²/s³: how fast a velocity integrated from good samples becomes uncertain. Only its ratio to
    /// `hole_noise` matters for the shape.
    pub sample_noise_m2_s3: f64,
    /// `c`, m²/s⁴: what each second of a hole's length adds to `q` within the hole. Too small: one hole bends the
    /// velocity of seconds around it. Too large: a repetition with a hole in it is taken for drift.
    pub hole_noise_m2_s4: f64,
    /// A step in time longer than this is a hole, s. Too small: a slow sensor is all holes.
    pub hole_s: f64,
    /// Acceleration is believed this far into a hole and fades to none, s; about half the time a lifter takes
    /// from braking to pushing.
    pub fade_s: f64,
    /// Step of the bridging points in a hole, s.
    pub bridge_s: f64,
    /// How far ahead the smoother looks, s: the price of stability under growth. Too small: rests look like motion.
    pub lookahead_s: f64,
}

impl Default for TrackParams {
    fn default() -> Self {
        Self {
            drift_cutoff_hz: 0.16,
            steady_cutoff_hz: 0.08,
            sample_noise_m2_s3: 0.02,
            hole_noise_m2_s4: 0.4,
            hole_s: 0.1,
            fade_s: 0.2,
            bridge_s: 0.02,
            lookahead_s: 3.0,
        }
    }
}

impl Motion {
    /// The settled motion of a stretch of inertial samples. Deterministic; each point depends on what came before
    /// it and on a few seconds after it.
    #[must_use]
    pub fn from_inertial(samples: &[VerticalSample], params: &TrackParams) -> Self {
        GrowingMotion::new(*params).all(samples)
    }

    /// Motion measured as time, height and velocity by a camera or a tether.
    #[must_use]
    pub fn from_measured(rows: &[(DeviceTime, f64, f64)]) -> Self {
        let slope = |a: usize, b: usize| {
            let span = rows[b].0.seconds_since(rows[a].0);
            if span > 0.0 { (rows[b].2 - rows[a].2) / span } else { 0.0 }
        };
        let points: Vec<Kinematic> = rows
            .iter()
            .enumerate()
            .map(|(i, &(time, height_m, velocity_m_s))| Kinematic {
                time,
                height_m,
                velocity_m_s,
                steady_height_m: height_m,
                steady_velocity_m_s: velocity_m_s,
                acceleration_m_s2: slope(i.saturating_sub(1), (i + 1).min(rows.len() - 1)),
                ..Kinematic::default()
            })
            .collect();
        let settled_until = points.last().map_or(DeviceTime(0), |p| p.time);
        Self { points, evidence: Evidence::Measured, settled_until }
    }

    /// The same inertial motion through other drift filters, by their cut-offs.
    #[must_use]
    pub fn through<const N: usize>(&self, cutoffs_hz: [f64; N], params: &TrackParams) -> [Self; N] {
        let mut motions = std::array::from_fn(|_| self.clone());
        let mut points = self.points.clone();
        let certain = points.len();
        Smoother::new(cutoffs_hz).smooth(&mut points, certain, params, |i, _, states| {
            for (motion, [height, velocity]) in motions.iter_mut().zip(states) {
                (motion.points[i].height_m, motion.points[i].velocity_m_s) = (height, velocity);
            }
        });
        motions
    }

    /// The same motion upside down, for exercises whose concentric phase goes down.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        for point in &mut self.points {
            point.height_m = -point.height_m;
            point.velocity_m_s = -point.velocity_m_s;
            point.steady_height_m = -point.steady_height_m;
            point.steady_velocity_m_s = -point.steady_velocity_m_s;
            point.acceleration_m_s2 = -point.acceleration_m_s2;
            point.offset_m_s2 = -point.offset_m_s2;
            point.up = point.up.map(|x| -x);
        }
        self
    }
}

/// Adds a sample that comes after `last`, with points in between if there is a hole.
pub(super) fn bridge(
    points: &mut Vec<Kinematic>,
    last: Option<&VerticalSample>,
    sample: &VerticalSample,
    params: &TrackParams,
) {
    let step = last.map_or(0.0, |l| sample.time.seconds_since(l.time));
    let hole_s = if step > params.hole_s { step } else { 0.0 };
    if let (Some(before), true) = (last, hole_s > 0.0) {
        fill(points, before, sample, hole_s, params);
    }
    points.push(Kinematic {
        time: sample.time,
        acceleration_m_s2: sample.acceleration_m_s2,
        turn_rate_rad_s: sample.turn_rate_rad_s,
        up: sample.up,
        hole_s,
        clipped: sample.clipped,
        ..Kinematic::default()
    });
}

/// Longest hole that is bridged point by point, s; beyond it the points stand further apart.
const LONGEST_BRIDGE_S: f64 = 10.0;

/// Points within a hole, whose acceleration fades out: in the middle of a long hole "no acceleration" is the best guess,
/// and the smoother knows how poor a guess it is.
fn fill(
    points: &mut Vec<Kinematic>,
    a: &VerticalSample,
    b: &VerticalSample,
    hole_s: f64,
    params: &TrackParams,
) {
    let steps = (hole_s.min(LONGEST_BRIDGE_S) / params.bridge_s).ceil().max(1.0) as usize;
    for k in 1..steps {
        let share = k as f64 / steps as f64;
        let from_edge = share.min(1.0 - share) * hole_s;
        let belief =
            if hole_s > 2.0 * params.fade_s { (1.0 - from_edge / params.fade_s).max(0.0) } else { 1.0 };
        let between = |x: f64, y: f64| x + share * (y - x);
        points.push(Kinematic {
            time: a.time.plus_seconds(share * hole_s),
            acceleration_m_s2: belief * between(a.acceleration_m_s2, b.acceleration_m_s2),
            turn_rate_rad_s: between(a.turn_rate_rad_s, b.turn_rate_rad_s),
            up: std::array::from_fn(|axis| between(a.up[axis], b.up[axis])),
            hole_s,
            ..Kinematic::default()
        });
    }
}
