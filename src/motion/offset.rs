//! The accelerometer's error in the vertical, from the samples of a stretch of activity.
//!
//! A bar that is not thrown away ends where it began, so its mean acceleration is the sensor's error; best seen where
//! it rests. Each second's mean is believed by how little the acceleration varies in it, and less the further away it
//! is: the error turns with the sensor. Nothing beyond the look-ahead counts, so what is older never moves.

use super::track::VerticalSample;
use crate::model::DeviceTime;

/// Length of the blocks that share one mean, s.
const BLOCK_S: f64 = 1.0;
/// A block this far away counts `1/e`, s.
const FADE_S: f64 = 10.0;
/// Standard deviation of the error before anything is seen, m/s² (30 mg: consumer parts).
const USUAL_M_S2: f64 = 0.3;
/// Standard deviation of a resting second's mean, m/s².
const RESTING_M_S2: f64 = 0.05;
/// Share of the acceleration's variance that a second's mean keeps in motion: push and brake cancel for the most part.
const KEPT: f64 = 0.1;

/// How many blocks ahead count.
const AHEAD: usize = 2;
/// Samples this long after a point may still change its error, s.
pub(crate) const REACH_S: f64 = (AHEAD as f64 + 1.0) * BLOCK_S;

/// Means of one second.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Block {
    /// Mean and its weight.
    fn evidence(&self) -> (f64, f64) {
        if self.count < 2.0 {
            return (0.0, 0.0);
        }
        let mean = self.sum / self.count;
        let variance = (self.squares / self.count - mean * mean).max(0.0);
        (mean, 1.0 / (RESTING_M_S2 * RESTING_M_S2 + KEPT * variance))
    }
}

/// The means of a stretch so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    first: Option<DeviceTime>,
    blocks: Vec<Block>,
}

impl Blocks {
    /// Takes the next sample.
    pub(crate) fn add(&mut self, sample: &VerticalSample) {
        let first = *self.first.get_or_insert(sample.time);
        let block = place(first, sample) as usize;
        self.blocks.resize(self.blocks.len().max(block + 1), Block::default());
        if let Some(block) = self.blocks.last_mut() {
            block.count += 1.0;
            block.sum += sample.acceleration_m_s2;
            block.squares += sample.acceleration_m_s2 * sample.acceleration_m_s2;
        }
    }

    /// The error over time.
    pub(crate) fn offset(&self) -> Offset {
        Offset { first: self.first.unwrap_or_default(), at: offsets(&self.blocks, AHEAD) }
    }
}

/// The error over time, in m/s² at the beginning of each block, straight in between.
pub(crate) struct Offset {
    first: DeviceTime,
    at: Vec<f64>,
}

impl Offset {
    /// A sample of the stretch without its error.
    pub(crate) fn removed(&self, sample: &VerticalSample) -> VerticalSample {
        let at = |i: usize| self.at[i.min(self.at.len() - 1)];
        let place = place(self.first, sample);
        let i = place as usize;
        let offset = at(i) + (place - i as f64) * (at(i + 1) - at(i));
        VerticalSample { acceleration_m_s2: sample.acceleration_m_s2 - offset, ..*sample }
    }

    /// Whether the error of a sample of the stretch stays as it is, whatever comes.
    pub(crate) fn is_final(&self, sample: &VerticalSample) -> bool {
        place(self.first, sample) as usize + AHEAD + 1 < self.at.len()
    }
}

/// Where a sample stands, in blocks since the stretch began.
fn place(first: DeviceTime, sample: &VerticalSample) -> f64 {
    sample.time.seconds_since(first) / BLOCK_S
}

/// The error at the beginning of each block, from the blocks before it and `ahead` after it.
fn offsets(blocks: &[Block], ahead: usize) -> Vec<f64> {
    let keep = (-BLOCK_S / FADE_S).exp();
    let prior = 1.0 / (USUAL_M_S2 * USUAL_M_S2);
    let (mut sum, mut weight) = (0.0, 0.0);
    (0..blocks.len())
        .map(|i| {
            if let Some(before) = i.checked_sub(1) {
                let (mean, w) = blocks[before].evidence();
                (sum, weight) = ((sum + w * mean) * keep, (weight + w) * keep);
            }
            let (mut all, mut total, mut share) = (sum, weight, 1.0);
            for block in blocks.iter().skip(i).take(ahead) {
                let (mean, w) = block.evidence();
                (all, total) = (all + share * w * mean, total + share * w);
                share *= keep;
            }
            all / (total + prior)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All samples without their error.
    fn removed(samples: &[VerticalSample]) -> Vec<VerticalSample> {
        let mut blocks = Blocks::default();
        for sample in samples {
            blocks.add(sample);
        }
        let offset = blocks.offset();
        samples.iter().map(|sample| offset.removed(sample)).collect()
    }

    /// Samples at 100 Hz of `acceleration` at each time, off by `bias`.
    fn samples(duration_s: f64, bias: f64, acceleration: impl Fn(f64) -> f64) -> Vec<VerticalSample> {
        (0..(duration_s * 100.0) as usize)
            .map(|i| {
                let t = i as f64 * 0.01;
                VerticalSample {
                    time: DeviceTime(0).plus_seconds(t),
                    acceleration_m_s2: acceleration(t) + bias,
                    ..VerticalSample::default()
                }
            })
            .collect()
    }

    /// Rest for 5 s, then lifting up and down for 20 s, one cycle in 2.3 s.
    fn lifting(t: f64) -> f64 {
        if t < 5.0 { 0.0 } else { 2.2 * ((t - 5.0) * 2.73).cos() }
    }

    #[test]
    fn the_error_goes_and_the_motion_stays() {
        let cleaned = removed(&samples(25.0, -0.45, lifting));
        for sample in &cleaned {
            let t = sample.time.seconds_since(DeviceTime(0));
            assert!((sample.acceleration_m_s2 - lifting(t)).abs() < 0.1, "{sample:?}");
        }
    }

    #[test]
    fn what_comes_late_changes_nothing() {
        let all = samples(25.0, 0.3, lifting);
        let (early, late) = (removed(&all[..1500]), removed(&all));
        let certain = 1500 - (REACH_S * 100.0) as usize - 100;
        assert_eq!(early[..certain], late[..certain]);
    }

    #[test]
    fn nothing_from_nothing() {
        assert!(removed(&[]).is_empty());
        assert_eq!(removed(&[VerticalSample::default()]), [VerticalSample::default()]);
    }
}
