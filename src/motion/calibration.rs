//! A sensor as an instrument: its readings corrected, and its place on the bar taken out.

use crate::model::{Calibration, ImuBlock, ImuSample};

/// The specific force that a reading stands for: `matrix · (reading − offset)`, m/s².
#[must_use]
pub fn accel_m_s2(calibration: &Calibration, read: [f64; 3]) -> [f64; 3] {
    let left: [f64; 3] = std::array::from_fn(|i| read[i] - calibration.accel_offset_m_s2[i]);
    calibration.accel_matrix.map(|row| row.iter().zip(left).map(|(factor, x)| factor * x).sum())
}

/// The block that was read, as a sensor without these errors would have read it.
pub(super) fn block(calibration: &Calibration, read: &ImuBlock) -> ImuBlock {
    let mut block = read.clone();
    for sample in &mut block.samples {
        *sample = self::sample(calibration, sample);
    }
    block
}

fn sample(calibration: &Calibration, read: &ImuSample) -> ImuSample {
    let gyro = |gyro: [f64; 3]| std::array::from_fn(|i| gyro[i] - calibration.gyro_bias_rad_s[i]);
    ImuSample { accel_m_s2: accel_m_s2(calibration, read.accel_m_s2), gyro_rad_s: read.gyro_rad_s.map(gyro) }
}

/// What turning adds to a sensor's vertical motion because it sits beside the point whose motion counts.
///
/// A sensor at `r` from that point has the velocity `v + ω × r` (both in its own axes). So the point's vertical
/// acceleration is the sensor's without the rate of change of `(ω × r)·z`. Its difference over a step adds up to exactly
/// the velocity's difference, whatever the noise, so nothing of it drifts; `ω̇` itself is never needed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeverArm {
    arm_m: Option<[f64; 3]>,
    last_m_s: Option<f64>,
}

impl LeverArm {
    pub(super) fn new(arm_m: Option<[f64; 3]>) -> Self {
        Self { arm_m, last_m_s: None }
    }

    /// Vertical acceleration to be taken away, m/s², mean of the `dt_s` since the sample before. `turn_rad_s` is the
    /// turning without bias, `up` the world's vertical, both in the sensor's axes.
    pub(super) fn acceleration_m_s2(&mut self, dt_s: f64, turn_rad_s: Option<[f64; 3]>, up: [f64; 3]) -> f64 {
        let (Some([x, y, z]), Some([p, q, r])) = (self.arm_m, turn_rad_s) else { return 0.0 };
        let [a, b, c] = up;
        let velocity = a * (q * z - r * y) + b * (r * x - p * z) + c * (p * y - q * x);
        let before = self.last_m_s.replace(velocity).unwrap_or(velocity);
        if dt_s > 0.0 { (velocity - before) / dt_s } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibration_takes_offset_scale_and_bias_away() {
        let calibration = Calibration {
            accel_offset_m_s2: [0.1, 0.0, -0.2],
            accel_matrix: [[1.01, 0.0, 0.0], [0.0, 0.99, 0.002], [0.0, 0.0, 1.0]],
            gyro_bias_rad_s: [0.01, 0.02, 0.03],
        };
        let read = ImuSample { accel_m_s2: [1.1, 2.0, 9.8], gyro_rad_s: Some([0.01, 0.02, 1.03]) };
        let sample = sample(&calibration, &read);
        for (found, expected) in sample.accel_m_s2.iter().zip([1.01, 2.0, 10.0]) {
            assert!((found - expected).abs() < 1e-12, "{sample:?}");
        }
        assert!(sample.gyro_rad_s.is_some_and(|g| g[0] == 0.0 && g[1] == 0.0 && (g[2] - 1.0).abs() < 1e-12));
        let plain = ImuSample { gyro_rad_s: None, ..read };
        assert_eq!(self::sample(&Calibration::default(), &plain), plain);
    }

    #[test]
    fn the_arm_s_share_adds_up_to_its_velocity() {
        // about a horizontal axis (y), the arm along x and level at first: it sinks with ω·r·cos φ
        let (dt, arm) = (0.005, 0.05);
        let mut lever = LeverArm::new(Some([arm, 0.0, 0.0]));
        let mut velocity = 0.0;
        for i in 0..400 {
            let t = f64::from(i) * dt;
            let (rate, angle) = ((2.0 * t).sin(), 0.5 * (1.0 - (2.0 * t).cos()));
            let up = [-angle.sin(), 0.0, angle.cos()];
            velocity += dt * lever.acceleration_m_s2(dt, Some([0.0, rate, 0.0]), up);
            assert!((velocity + rate * arm * angle.cos()).abs() < 1e-12, "{velocity} at {t}");
        }
        assert!(LeverArm::new(None).acceleration_m_s2(dt, Some([1.0; 3]), [0.0, 0.0, 1.0]).abs() < 1e-15);
    }
}
