//! Motions written as scripts, for the tests of this room: what the bar does, and samples of it.

use crate::model::DeviceTime;
use crate::motion::track::VerticalSample;

/// A bar's vertical motion as a sequence of smooth moves and rests.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// Duration, s, and way, m, of each part.
    parts: Vec<(f64, f64)>,
    /// Deterministic measuring noise, m/s².
    pub(super) noise_m_s2: f64,
    /// Constant error of the accelerometer, m/s².
    pub(super) bias_m_s2: f64,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::default().rest(2.0)
    }

    pub(super) fn rest(self, duration_s: f64) -> Self {
        self.go(duration_s, 0.0)
    }

    /// A move with the least jerk: at rest at both ends.
    pub(super) fn go(mut self, duration_s: f64, way_m: f64) -> Self {
        self.parts.push((duration_s, way_m));
        self
    }

    /// `count` times: down in `down_s`, up in `up_s`, rest.
    pub(super) fn squats(mut self, count: usize, depth_m: f64, down_s: f64, up_s: f64, rest_s: f64) -> Self {
        for _ in 0..count {
            self = self.go(down_s, -depth_m).go(up_s, depth_m).rest(rest_s);
        }
        self
    }

    /// `count` times: up in `up_s`, down in `down_s`, rest.
    pub(super) fn pulls(mut self, count: usize, height_m: f64, up_s: f64, down_s: f64, rest_s: f64) -> Self {
        for _ in 0..count {
            self = self.go(up_s, height_m).go(down_s, -height_m).rest(rest_s);
        }
        self
    }

    pub(super) fn noisy(mut self, noise_m_s2: f64, bias_m_s2: f64) -> Self {
        self.noise_m_s2 = noise_m_s2;
        self.bias_m_s2 = bias_m_s2;
        self
    }

    /// Height, velocity and acceleration at a time.
    pub(super) fn at(&self, t_s: f64) -> (f64, f64, f64) {
        let (mut begin, mut height) = (0.0, 0.0);
        for &(duration, way) in &self.parts {
            if t_s < begin + duration {
                let s = (t_s - begin) / duration;
                let h = way * s.powi(3) * (10.0 - 15.0 * s + 6.0 * s * s);
                let v = way / duration * 30.0 * s * s * (1.0 - s).powi(2);
                let a = way / duration.powi(2) * 60.0 * s * (1.0 - s) * (1.0 - 2.0 * s);
                return (height + h, v, a);
            }
            begin += duration;
            height += way;
        }
        (height, 0.0, 0.0)
    }

    pub(super) fn duration_s(&self) -> f64 {
        self.parts.iter().map(|p| p.0).sum()
    }

    fn times(&self, rate_hz: f64) -> impl Iterator<Item = f64> {
        let count = (self.duration_s() * rate_hz) as usize;
        (0..count).map(move |i| i as f64 / rate_hz)
    }

    /// What an inertial sensor would deliver.
    pub(super) fn samples(&self, rate_hz: f64) -> Vec<VerticalSample> {
        let mut state = 0x2545_f491_u32;
        self.times(rate_hz)
            .map(|t| {
                // a linear congruential generator: the tests must be the same on every machine
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = (f64::from(state >> 8) / f64::from(1 << 24) - 0.5) * 3.46 * self.noise_m_s2;
                VerticalSample {
                    time: DeviceTime(0).plus_seconds(t),
                    acceleration_m_s2: self.at(t).2 + noise + self.bias_m_s2,
                    turn_rate_rad_s: 0.1,
                    up: [0.0, 0.0, 1.0],
                    clipped: false,
                }
            })
            .collect()
    }

    /// What a camera would deliver.
    pub(super) fn rows(&self, rate_hz: f64) -> Vec<(DeviceTime, f64, f64)> {
        self.times(rate_hz).map(|t| (DeviceTime(0).plus_seconds(t), self.at(t).0, self.at(t).1)).collect()
    }
}
