//! Whether the sensor moves, from fluctuation alone: constant errors of the sensor don't matter.
//!
//! Mean and variance are exponentially weighted (West 1979, in the incremental form for uneven steps). Someone who
//! grinds a bar up slowly shakes more than the thresholds allow, and stillness must last for a while, so slow
//! repetitions don't count as stillness.

use super::params::StillParams;
use crate::model::ImuSample;

/// Detector of stillness of one lane.
#[derive(Clone, Debug)]
pub(super) struct Stillness {
    params: StillParams,
    accel: Spread,
    gyro: Spread,
    calm_s: f64,
}

/// Weighted mean and summed variance of three axes.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    mean: [f64; 3],
    variance: f64,
}

impl Spread {
    /// Takes a value that weighs `gain` against all before.
    fn update(&mut self, value: [f64; 3], gain: f64) {
        let mut squared = 0.0;
        for (mean, x) in self.mean.iter_mut().zip(value) {
            let off = x - *mean;
            *mean += gain * off;
            squared += off * off;
        }
        self.variance = (1.0 - gain) * (self.variance + gain * squared);
    }
}

impl Stillness {
    pub(super) fn new(params: &StillParams) -> Self {
        Self { params: params.clone(), accel: Spread::default(), gyro: Spread::default(), calm_s: f64::NAN }
    }

    /// Takes the sample that came `dt_s` after the one before; tells whether the sensor has been still for a while.
    pub(super) fn update(&mut self, dt_s: f64, sample: &ImuSample) -> bool {
        let StillParams { tau_s, accel_sd_m_s2, gyro_sd_rad_s, after_s } = self.params;
        let first = self.calm_s.is_nan();
        let gain = if first { 1.0 } else { dt_s / (tau_s + dt_s) };
        self.accel.update(sample.accel_m_s2, gain);
        self.gyro.update(sample.gyro_rad_s.unwrap_or_default(), gain);
        let calm = self.accel.variance <= accel_sd_m_s2 * accel_sd_m_s2
            && self.gyro.variance <= gyro_sd_rad_s * gyro_sd_rad_s;
        // nobody knows what happened in a long pause between samples
        let known_s = if dt_s <= tau_s { dt_s } else { 0.0 };
        self.calm_s = if calm && !first { self.calm_s + known_s } else { 0.0 };
        self.calm_s >= after_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

    /// Share of samples found still, of 10 s at 100 Hz.
    fn still_share(sample: impl Fn(f64) -> ([f64; 3], [f64; 3])) -> f64 {
        let mut stillness = Stillness::new(&StillParams::default());
        let found = (0..1000)
            .filter(|i| {
                let (accel_m_s2, gyro) = sample(f64::from(*i) * 0.01);
                stillness.update(0.01, &ImuSample { accel_m_s2, gyro_rad_s: Some(gyro) })
            })
            .count();
        found as f64 / 1000.0
    }

    #[test]
    fn a_biased_sensor_at_rest_is_still() {
        let noise = |t: f64| 0.02 * (t * 1234.5).sin();
        let share =
            still_share(|t| ([0.3 + noise(t), -0.2, 10.1 - noise(t)], [0.08, -0.05, 0.02 + 0.1 * noise(t)]));
        assert!(share > 0.9, "{share}");
    }

    #[test]
    fn a_grinding_rep_is_not_still() {
        // 0.6 m in 6 s, as smooth as can be, by someone who trembles at 9 Hz as people do under load
        let share = still_share(|t| {
            let lift = 0.3 * (TWO_PI / 12.0).powi(2) * (TWO_PI * t / 12.0).cos();
            ([0.0, 0.0, 9.8 + lift + 0.15 * (TWO_PI * 9.0 * t).sin()], [0.01, 0.0, 0.0])
        });
        assert!(share == 0.0, "{share}");
    }

    #[test]
    fn steady_turning_is_not_still() {
        let share = still_share(|t| ([9.8 * t.sin(), 0.0, 9.8 * t.cos()], [0.0, 1.0, 0.0]));
        assert!(share == 0.0, "{share}");
    }

    #[test]
    fn a_pause_between_samples_does_not_count_as_stillness() {
        let mut stillness = Stillness::new(&StillParams::default());
        let sample = ImuSample { accel_m_s2: [0.0, 0.0, 9.8], gyro_rad_s: None };
        stillness.update(0.0, &sample);
        assert!(!stillness.update(5.0, &sample) && !stillness.update(0.2, &sample));
        assert!(stillness.update(0.2, &sample) || stillness.update(0.25, &sample));
    }
}
