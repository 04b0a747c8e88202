//! The motion of a bar: position, velocity, acceleration, attitude and turning, exact at any time.
//!
//! Truth is the motion of the bar's centre line at its middle, in the gym's frame: x where the athlete looks, y to
//! the left, z up, origin on the floor. The bar's own frame has y along the bar. A sensor sits elsewhere and sees more
//! than this; see [`Imu`](super::imu::Imu).

#[cfg(test)]
mod tests;

use super::lift::FOREARM_M;
use super::random::Random;
use super::track::{Knot, Point, Track};
use nalgebra::{Matrix3, Vector3};
use std::f64::consts::TAU;

/// Standard gravity, m/s²; the sensor's scale is defined by the same number.
pub const GRAVITY_M_S2: f64 = firmware_protocol::STANDARD_GRAVITY_M_S2;

/// Where a bar is and how it lies while nobody touches it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Position of the bar's middle, m.
    pub position_m: [f64; 3],
    /// Turn about the bar's own axis, rad.
    pub roll_rad: f64,
    /// One end higher than the other, rad.
    pub tilt_rad: f64,
    /// Turn about the vertical, rad.
    pub yaw_rad: f64,
}

/// A bar at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct BarState {
    /// Position in the gym's frame, m.
    pub position_m: Vector3<f64>,
    /// Velocity in the gym's frame, m/s.
    pub velocity_m_s: Vector3<f64>,
    /// Acceleration in the gym's frame, gravity not in it, m/s².
    pub acceleration_m_s2: Vector3<f64>,
    /// Attitude: bar's frame to the gym's.
    pub attitude: Matrix3<f64>,
    /// Turning rate in the bar's frame, rad/s.
    pub turning_rad_s: Vector3<f64>,
    /// Turning acceleration in the bar's frame, rad/s².
    pub turning_rad_s2: Vector3<f64>,
}

/// Ringing of the shaft after a contact.
///
/// The shaft flexes by `D·(t/τ)²·e^(−t/τ)·sin(ωt)`: it sets in smoothly, moves by fractions of a millimetre, and
/// leaves no velocity behind. Its acceleration reaches tens to hundreds of m/s². It is the sensor's motion, not the
/// bar's, so truth does not contain it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clank {
    /// When the contact happens, s.
    pub at_s: f64,
    /// Greatest acceleration, about, m/s².
    pub peak_m_s2: f64,
    /// Ringing frequency, Hz.
    pub frequency_hz: f64,
    /// Time constant of its decay, s.
    pub decay_s: f64,
    /// Unit vector in the gym's frame.
    pub direction: [f64; 3],
}

/// A bar's planned motion.
#[derive(Clone, Debug)]
pub struct Motion {
    tracks: [Track; CHANNELS],
    sway: Sway,
    clanks: Vec<Clank>,
    begin_s: f64,
    now_s: f64,
}

/// One of the numbers that a [`Motion`] is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Position along x, m.
    Forward,
    /// Position along y, m.
    Left,
    /// Height, m.
    Up,
    /// Turn about the bar's own axis, rad.
    Roll,
    /// One end higher, rad.
    Tilt,
    /// Turn about the vertical, rad.
    Yaw,
    /// Swing of the forearms from where they hang, rad; carries and rolls the bar in a curl.
    Swing,
    /// How much of a person's sway the bar has: 0 on its support, 1 in hands.
    Held,
}

const CHANNELS: usize = 8;

/// Angle of the hanging forearms from the vertical, rad.
const HANGING_RAD: f64 = 0.14;

/// Where a reader stands in a motion; makes reading in order of time cheap.
#[derive(Clone, Debug, Default)]
pub struct Cursor([usize; CHANNELS]);

/// A person's sway: one slow sine for each of five channels, and a fast small shake of the tilt.
#[derive(Clone, Copy, Debug)]
struct Sway {
    waves: [Wave; 6],
}

#[derive(Clone, Copy, Debug, Default)]
struct Wave {
    amplitude: f64,
    omega: f64,
    phase: f64,
}

impl Motion {
    /// A bar that rests in `pose` from `start_s` on. The random numbers decide how its holder sways.
    #[must_use]
    pub fn resting(start_s: f64, pose: &Pose, random: &mut Random) -> Self {
        let [x, y, z] = pose.position_m;
        let start = [x, y, z, pose.roll_rad, pose.tilt_rad, pose.yaw_rad, 0.0, 0.0];
        Self {
            tracks: start.map(|value| Track::resting(start_s, value)),
            sway: Sway::drawn(random),
            clanks: Vec::new(),
            begin_s: start_s,
            now_s: start_s,
        }
    }

    /// Time until which the motion is planned, s.
    #[must_use]
    pub fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Where a channel will be at the end of the plan.
    #[must_use]
    pub fn planned(&self, channel: Channel) -> f64 {
        self.tracks[channel as usize].value()
    }

    /// Plans a channel on over knots, from the time that all channels have reached.
    pub fn along(&mut self, channel: Channel, knots: &[Knot]) {
        let now_s = self.now_s;
        let track = &mut self.tracks[channel as usize];
        track.rest_until(now_s);
        track.along(knots);
    }

    /// Plans a channel on over knots, from where it has arrived.
    pub fn extend(&mut self, channel: Channel, knots: &[Knot]) {
        self.tracks[channel as usize].along(knots);
    }

    /// Lets a channel rest, from where it has arrived.
    pub fn rest(&mut self, channel: Channel, duration_s: f64) {
        let track = &mut self.tracks[channel as usize];
        track.rest_until(track.now_s() + duration_s);
    }

    /// Plans a channel from rest to rest, beginning `delay_s` after the time that all channels have reached, or after
    /// what is already planned for it.
    pub fn shift(&mut self, channel: Channel, delay_s: f64, duration_s: f64, by: f64) {
        let begin_s = self.now_s + delay_s;
        let track = &mut self.tracks[channel as usize];
        track.rest_until(begin_s);
        track.shift(duration_s, by);
    }

    /// Goes on when the last channel has arrived.
    pub fn meet(&mut self) {
        self.now_s = self.tracks.iter().map(Track::now_s).fold(self.now_s, f64::max);
    }

    /// Goes on when one channel has arrived, whatever the others still do.
    pub fn follow(&mut self, channel: Channel) {
        self.now_s = self.tracks[channel as usize].now_s();
    }

    /// Rests.
    pub fn wait(&mut self, duration_s: f64) {
        self.meet();
        self.now_s += duration_s;
    }

    /// Rings the shaft.
    pub fn clank(&mut self, clank: Clank) {
        self.clanks.push(clank);
    }

    /// All contacts.
    #[must_use]
    pub fn clanks(&self) -> &[Clank] {
        &self.clanks
    }

    /// Where the bar will rest at the end of the plan.
    #[must_use]
    pub fn end_pose(&self) -> Pose {
        let swung = Self::swung(Point { value: self.planned(Channel::Swing), ..Point::default() });
        Pose {
            position_m: [
                self.planned(Channel::Forward) + swung[0].value,
                self.planned(Channel::Left),
                self.planned(Channel::Up) + swung[1].value,
            ],
            roll_rad: self.planned(Channel::Roll) - self.planned(Channel::Swing),
            tilt_rad: self.planned(Channel::Tilt),
            yaw_rad: self.planned(Channel::Yaw),
        }
    }

    /// Whether the bar surely rests from `t_s` on until something is planned, or rested until then.
    #[must_use]
    pub fn is_still(&self, t_s: f64) -> bool {
        t_s < self.begin_s || t_s > self.now_s
    }

    /// Height and vertical velocity, m and m/s.
    #[must_use]
    pub fn vertical(&self, t_s: f64, cursor: &mut Cursor) -> Point {
        let [up, swing] = [Channel::Up, Channel::Swing].map(|channel| self.point(channel, t_s, cursor));
        sum(up, Self::swung(swing)[1])
    }

    /// The whole state at `t_s`.
    #[must_use]
    pub fn at(&self, t_s: f64, cursor: &mut Cursor) -> BarState {
        let mut points: [Point; CHANNELS] = std::array::from_fn(|i| self.tracks[i].at(t_s, &mut cursor.0[i]));
        let held = points[Channel::Held as usize];
        if held.value > 0.0 {
            self.sway.add(t_s, held, &mut points);
        }
        let [x, y, z, mut roll, tilt, yaw, swing, _] = points;
        let [swung_x, swung_z] = Self::swung(swing);
        roll.value -= swing.value;
        roll.rate -= swing.rate;
        roll.acceleration -= swing.acceleration;
        let (x, z) = (sum(x, swung_x), sum(z, swung_z));
        let (attitude, turning_rad_s, turning_rad_s2) = turning(roll, tilt, yaw);
        BarState {
            position_m: Vector3::new(x.value, y.value, z.value),
            velocity_m_s: Vector3::new(x.rate, y.rate, z.rate),
            acceleration_m_s2: Vector3::new(x.acceleration, y.acceleration, z.acceleration),
            attitude,
            turning_rad_s,
            turning_rad_s2,
        }
    }

    /// Acceleration of the ringing shaft at `t_s` in the gym's frame, m/s².
    #[must_use]
    pub fn ringing(&self, t_s: f64) -> Vector3<f64> {
        // contacts are planned in order of time and ring for half a second at most: look at the last few only
        let begun = self.clanks.partition_point(|clank| clank.at_s <= t_s);
        let recent = self.clanks[begun.saturating_sub(4)..begun].iter();
        recent.fold(Vector3::zeros(), |sum, clank| sum + Vector3::from(clank.direction) * clank.at(t_s))
    }

    fn point(&self, channel: Channel, t_s: f64, cursor: &mut Cursor) -> Point {
        self.tracks[channel as usize].at(t_s, &mut cursor.0[channel as usize])
    }

    /// Forward and upward motion of the grip as the forearms swing.
    fn swung(swing: Point) -> [Point; 2] {
        if swing == Point::default() {
            return [Point::default(); 2];
        }
        let (rest_sin, rest_cos) = libm::sincos(HANGING_RAD);
        let (sin, cos) = libm::sincos(HANGING_RAD + swing.value);
        let (rate, curve) = (swing.rate, swing.acceleration);
        let forward = Point {
            value: FOREARM_M * (sin - rest_sin),
            rate: FOREARM_M * cos * rate,
            acceleration: FOREARM_M * (cos * curve - sin * rate * rate),
        };
        let up = Point {
            value: FOREARM_M * (rest_cos - cos),
            rate: FOREARM_M * sin * rate,
            acceleration: FOREARM_M * (sin * curve + cos * rate * rate),
        };
        [forward, up]
    }
}

/// Height that the grip gains when the forearms swing by this angle from where they hang, m.
#[must_use]
pub fn swing_height_m(swing_rad: f64) -> f64 {
    FOREARM_M * (libm::cos(HANGING_RAD) - libm::cos(HANGING_RAD + swing_rad))
}

fn sum(a: Point, b: Point) -> Point {
    Point { value: a.value + b.value, rate: a.rate + b.rate, acceleration: a.acceleration + b.acceleration }
}

/// Attitude `Rz(yaw)·Rx(tilt)·Ry(roll)`, its turning rate and acceleration in the bar's frame.
fn turning(roll: Point, tilt: Point, yaw: Point) -> (Matrix3<f64>, Vector3<f64>, Vector3<f64>) {
    let ((sr, cr), (st, ct), (sy, cy)) =
        (libm::sincos(roll.value), libm::sincos(tilt.value), libm::sincos(yaw.value));
    #[rustfmt::skip]
    let attitude = Matrix3::new(
        cy * cr - sy * st * sr, -sy * ct, cy * sr + sy * st * cr,
        sy * cr + cy * st * sr,  cy * ct, sy * sr - cy * st * cr,
        -ct * sr,                st,      ct * cr,
    );
    let unrolled = |v: Vector3<f64>| Vector3::new(cr * v.x - sr * v.z, v.y, sr * v.x + cr * v.z);
    let carried = unrolled(Vector3::new(tilt.rate, yaw.rate * st, yaw.rate * ct));
    let cross = yaw.rate * tilt.rate;
    let carried_rate = unrolled(Vector3::new(
        tilt.acceleration,
        yaw.acceleration * st + cross * ct,
        yaw.acceleration * ct - cross * st,
    ));
    let about_axis = Vector3::y();
    let rate = carried + about_axis * roll.rate;
    let acceleration = about_axis * roll.acceleration + carried_rate - about_axis.cross(&carried) * roll.rate;
    (attitude, rate, acceleration)
}

impl Clank {
    /// A contact that rings vertically for the most part.
    #[must_use]
    pub fn drawn(random: &mut Random, at_s: f64, peak_m_s2: f64) -> Self {
        let direction = Vector3::new(random.spread(0.3), random.spread(0.15), random.sign()).normalize();
        Self {
            at_s,
            peak_m_s2,
            frequency_hz: random.between(35.0, 90.0),
            decay_s: random.between(0.012, 0.035),
            direction: direction.into(),
        }
    }

    /// Acceleration at `t_s`, m/s²: the second derivative of the flexing.
    fn at(&self, t_s: f64) -> f64 {
        let (t, decay) = (t_s - self.at_s, self.decay_s);
        if t < 0.0 || t > 16.0 * decay {
            return 0.0;
        }
        let omega = TAU * self.frequency_hz;
        // (t/τ)²·e^(−t/τ) is greatest, 4/e², at t = 2τ
        let flexing = self.peak_m_s2 / (omega * omega * 0.541);
        let (sin, cos) = libm::sincos(omega * t);
        // imaginary part of (2 + 4λt + λ²t²)·e^(λt) with λ = −1/τ + iω
        let real = 2.0 - 4.0 * t / decay + t * t * (1.0 / (decay * decay) - omega * omega);
        let imaginary = 4.0 * omega * t - 2.0 * t * t * omega / decay;
        flexing / (decay * decay) * libm::exp(-t / decay) * (real * sin + imaginary * cos)
    }
}

impl Sway {
    /// Amplitudes make the bar turn at about 14 °/s in the median while it is held (training.md §4.1).
    fn drawn(random: &mut Random) -> Self {
        let mut wave = |amplitude: f64, low_hz: f64, high_hz: f64| Wave {
            amplitude: amplitude * random.between(0.5, 1.5),
            omega: TAU * random.between(low_hz, high_hz),
            phase: random.between(0.0, TAU),
        };
        let degree = 1.0_f64.to_radians();
        Self {
            waves: [
                wave(0.006, 0.2, 0.5),
                wave(0.004, 0.2, 0.5),
                wave(4.5 * degree, 0.35, 0.8),
                wave(0.8 * degree, 0.3, 0.7),
                wave(1.2 * degree, 0.2, 0.5),
                wave(0.04 * degree, 6.0, 9.0),
            ],
        }
    }

    /// Adds the sway, as far as the bar is held, to all channels but the height: the vertical truth stays the plan.
    fn add(&self, t_s: f64, held: Point, points: &mut [Point; CHANNELS]) {
        const TARGETS: [Channel; 6] =
            [Channel::Forward, Channel::Left, Channel::Roll, Channel::Tilt, Channel::Yaw, Channel::Tilt];
        for (wave, target) in self.waves.iter().zip(TARGETS) {
            let (sin, cos) = libm::sincos(wave.omega * t_s + wave.phase);
            let value = wave.amplitude * sin;
            let rate = wave.amplitude * wave.omega * cos;
            let point = &mut points[target as usize];
            point.value += held.value * value;
            point.rate += held.rate * value + held.value * rate;
            point.acceleration += held.acceleration * value + 2.0 * held.rate * rate
                - held.value * wave.omega * wave.omega * value;
        }
    }
}
