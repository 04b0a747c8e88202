//! Whether the numbers of a trace look as if they were in the units that its header names.

use crate::model::ImuSample;
use thiserror::Error;

/// Fewer samples tell nothing.
const ENOUGH: u64 = 10;
/// Most samples of any training are near gravity's 9.8: standing, resting, moving slowly.
const ACCEL_M_S2: [f64; 2] = [3.0, 30.0];
/// No sensor on a bar turns faster for most of the time, rad/s: recordings of lifts have medians up to 2.9, of curls.
/// In °/s a mere tremor is faster.
const FAST_RAD_S: f64 = 4.0;
/// A step that no inertial sensor makes, s.
const STEP_S: f64 = 1.0;

/// A unit that the numbers don't look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnitDoubt {
    /// Gravity is missing.
    #[error(
        "most accelerations are below 3 m/s², though gravity alone gives 9.8: they look like g, or as if gravity was \
         taken out; m/s² with gravity in them is expected"
    )]
    AccelSmall,
    /// More than gravity for most of the time.
    #[error("most accelerations are above 30 m/s²: they look like raw counts or mg; m/s² is expected")]
    AccelLarge,
    /// Turning too fast.
    #[error("most turning rates are above 4 rad/s, fast for a bar: they look like °/s; rad/s is expected")]
    Gyroscope,
    /// Steps too long.
    #[error(
        "most steps of `t_s` are longer than 1 s: it looks like ms or a smaller unit; seconds are expected"
    )]
    Time,
}

/// Counts of what is above and below the bounds: where the median lies, in constant memory.
#[derive(Debug, Default)]
pub(super) struct Units {
    samples: u64,
    small: u64,
    large: u64,
    turning: u64,
    fast: u64,
    steps: u64,
    long_steps: u64,
    last_s: Option<f64>,
}

impl Units {
    /// Takes the next sample.
    pub(super) fn see(&mut self, t_s: f64, sample: &ImuSample) {
        self.samples += 1;
        let accel = magnitude(sample.accel_m_s2);
        let [small, large] = ACCEL_M_S2;
        self.small += u64::from(accel < small);
        self.large += u64::from(accel > large);
        if let Some(rate) = sample.gyro_rad_s.map(magnitude) {
            self.turning += 1;
            self.fast += u64::from(rate > FAST_RAD_S);
        }
        if let Some(step_s) = self.last_s.map(|last_s| t_s - last_s).filter(|step_s| *step_s > 0.0) {
            self.steps += 1;
            self.long_steps += u64::from(step_s > STEP_S);
        }
        self.last_s = Some(t_s);
    }

    /// What looks wrong in all that was seen.
    pub(super) fn doubts(&self) -> impl Iterator<Item = UnitDoubt> {
        let most = |part: u64, of: u64| of >= ENOUGH && 2 * part > of;
        [
            (most(self.small, self.samples), UnitDoubt::AccelSmall),
            (most(self.large, self.samples), UnitDoubt::AccelLarge),
            (most(self.fast, self.turning), UnitDoubt::Gyroscope),
            (most(self.long_steps, self.steps), UnitDoubt::Time),
        ]
        .into_iter()
        .filter_map(|(is_doubtful, doubt)| is_doubtful.then_some(doubt))
    }
}

fn magnitude([x, y, z]: [f64; 3]) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doubts about a bar that swings, its numbers multiplied by these factors.
    fn doubts(time: f64, accel: f64, gyro: f64) -> Vec<UnitDoubt> {
        let mut units = Units::default();
        for i in 0..400 {
            let t_s = f64::from(i) / 100.0;
            let swing = (3.0 * t_s).sin();
            let accel_m_s2 = [0.0, 2.0 * swing, 9.81].map(|x| x * accel);
            let gyro_rad_s = Some([1.5 * swing, 0.0, 0.1].map(|x| x * gyro));
            units.see(t_s * time, &ImuSample { accel_m_s2, gyro_rad_s });
        }
        units.doubts().collect()
    }

    #[test]
    fn each_unit_is_doubted_where_it_is_wrong() {
        assert_eq!(doubts(1.0, 1.0, 1.0), []);
        assert_eq!(doubts(1.0, 1.0 / 9.81, 1.0), [UnitDoubt::AccelSmall]);
        assert_eq!(doubts(1.0, 1000.0 / 9.81, 1.0), [UnitDoubt::AccelLarge]);
        assert_eq!(doubts(1.0, 1.0, 180.0 / std::f64::consts::PI), [UnitDoubt::Gyroscope]);
        assert_eq!(doubts(1000.0, 1.0, 1.0), [UnitDoubt::Time]);
    }
}
