//! Where a recording lies still, and what the sensor read there.

use crate::model::ImuSample;

/// Stillness is judged over so long, s: several beats of a shaking hand, far less than a position is held.
const WINDOW_S: f64 = 0.5;
/// Largest standard deviation of specific force, all axes together, m/s²: four times the noise of a cheap part at
/// 200 Hz, a fifth of what a quiet hand does.
const ACCEL_SD_M_S2: f64 = 0.06;
/// The same of turning, rad/s.
const GYRO_SD_RAD_S: f64 = 0.02;
/// Neighbouring windows further apart than this are two positions, m/s²: one degree of tilt.
const SAME_M_S2: f64 = 0.17;
/// Fewest samples of a window that has a scatter.
const LEAST_SAMPLES: usize = 5;

/// A stretch in which a sensor lay still.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its start, s.
    pub start_s: f64,
    /// Its end, s.
    pub end_s: f64,
    /// Mean specific force, m/s².
    pub accel_m_s2: [f64; 3],
    /// Mean turning rate, rad/s; `None` without a gyroscope.
    pub gyro_rad_s: Option<[f64; 3]>,
}

impl Stretch {
    /// How long it lasted, s.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
}

/// The stretches of at least `least_s` in which nothing moved, in order; times in s, rising. The first and last half
/// second of each are left out, in which a hand may still have been there.
#[must_use]
pub fn still_stretches(samples: &[(f64, ImuSample)], least_s: f64) -> Vec<Stretch> {
    let mut windows: Vec<Stretch> = Vec::new();
    let mut stretches = Vec::new();
    let mut rest = samples;
    while let Some(&(start_s, _)) = rest.first() {
        let (window, after) = rest.split_at(rest.partition_point(|(t, _)| t - start_s < WINDOW_S).max(1));
        rest = after;
        let still =
            still_window(window).filter(|_| after.first().is_none_or(|(t, _)| t - start_s < 2.0 * WINDOW_S));
        let continues = match (still, windows.last()) {
            (Some(next), Some(last)) => distance(next.accel_m_s2, last.accel_m_s2) < SAME_M_S2,
            _ => false,
        };
        if !continues {
            stretches.extend(stretch(&windows));
            windows.clear();
        }
        windows.extend(still);
    }
    stretches.extend(stretch(&windows));
    stretches.retain(|stretch: &Stretch| stretch.duration_s() >= least_s);
    stretches
}

/// The mean of a window in which nothing moved.
fn still_window(window: &[(f64, ImuSample)]) -> Option<Stretch> {
    if window.len() < LEAST_SAMPLES {
        return None;
    }
    let (accel_m_s2, accel_sd) = mean_and_sd(window.iter().map(|(_, sample)| sample.accel_m_s2));
    let with_gyro = window.iter().filter_map(|(_, sample)| sample.gyro_rad_s);
    let (gyro, gyro_sd) = mean_and_sd(with_gyro.clone());
    let is_still = accel_sd <= ACCEL_SD_M_S2 && gyro_sd <= GYRO_SD_RAD_S;
    let gyro_rad_s = with_gyro.clone().next().map(|_| gyro);
    is_still.then_some(Stretch {
        start_s: window[0].0,
        end_s: window[window.len() - 1].0,
        accel_m_s2,
        gyro_rad_s,
    })
}

/// Mean of each axis, and the standard deviation of all together; zeros of nothing.
fn mean_and_sd(values: impl Iterator<Item = [f64; 3]> + Clone) -> ([f64; 3], f64) {
    let mut sum = [0.0; 3];
    let mut count = 0.0_f64;
    for value in values.clone() {
        count += 1.0;
        (0..3).for_each(|i| sum[i] += value[i]);
    }
    let mean = sum.map(|x| x / count.max(1.0));
    let squares: f64 = values.map(|value| distance(value, mean).powi(2)).sum();
    (mean, (squares / count.max(1.0)).sqrt())
}

/// Windows without the first and the last as one stretch.
fn stretch(windows: &[Stretch]) -> Option<Stretch> {
    let inner = windows.get(1..windows.len().checked_sub(1)?)?;
    let (first, last) = (inner.first()?, inner.last()?);
    let (accel_m_s2, _) = mean_and_sd(inner.iter().map(|window| window.accel_m_s2));
    let (gyro, _) = mean_and_sd(inner.iter().filter_map(|window| window.gyro_rad_s));
    let gyro_rad_s = first.gyro_rad_s.map(|_| gyro);
    Some(Stretch { start_s: first.start_s, end_s: last.end_s, accel_m_s2, gyro_rad_s })
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 5 s on one face, 1 s of turning over, 5 s on another, at 100 Hz with noise.
    fn turned_over() -> Vec<(f64, ImuSample)> {
        let noise = |t: f64| 0.02 * (t * 7919.3).sin();
        let sample = |t: f64| {
            let angle = std::f64::consts::PI * (t - 5.0).clamp(0.0, 1.0);
            let turning = if (5.0..6.0).contains(&t) { std::f64::consts::PI } else { 0.0 };
            ImuSample {
                accel_m_s2: [9.8 * angle.sin(), noise(t), 9.8 * angle.cos() + noise(t + 0.3)],
                gyro_rad_s: Some([0.03, -turning, 0.01]),
            }
        };
        (0..1100).map(|i| f64::from(i) * 0.01).map(|t| (t, sample(t))).collect()
    }

    #[test]
    fn two_faces_are_two_stretches_with_their_means() {
        let found = still_stretches(&turned_over(), 2.0);
        assert_eq!(found.len(), 2, "{found:?}");
        for (stretch, up) in found.iter().zip([9.8, -9.8]) {
            assert!((stretch.accel_m_s2[2] - up).abs() < 0.01 && stretch.duration_s() > 3.0, "{stretch:?}");
            assert!(stretch.gyro_rad_s.is_some_and(|gyro| (gyro[0] - 0.03).abs() < 1e-9));
        }
        assert!(found[0].end_s < 5.0 && found[1].start_s > 6.0);
    }

    #[test]
    fn motion_holes_and_nothing_are_no_stillness() {
        assert_eq!(still_stretches(&[], 1.0), []);
        let mut sparse = turned_over();
        sparse.retain(|(t, _)| (t * 10.0).fract() < 0.05 && t.fract() < 0.35);
        assert_eq!(still_stretches(&sparse, 2.0), [], "most of it was not seen");
    }
}
