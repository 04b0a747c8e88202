//! The settled motion of an activity that grows, kept up to date without going through all of it again.
//!
//! What comes late moves only the last few seconds: the accelerometer's error, rest and the smoother each look ahead
//! just so far. So what no later sample can change is kept, and only the rest is made anew. The result is that of all
//! samples at once, bit for bit, however they came.

use super::offset;
use super::rest;
use super::smoother::Smoother;
use super::track::{Evidence, Kinematic, Motion, TrackParams, VerticalSample, bridge};
use crate::model::DeviceTime;

/// Inertial samples to settled motion, as they come.
#[derive(Clone, Debug)]
pub struct GrowingMotion {
    params: TrackParams,
    motion: Motion,
    error: offset::Blocks,
    smoother: Smoother<2>,
    /// How many samples have been taken.
    taken: usize,
    certain: Certain,
}

/// What later samples don't change any more, but for the smoother's backward pass.
#[derive(Clone, Copy, Debug, Default)]
struct Certain {
    samples: usize,
    /// Points made of them.
    points: usize,
}

impl GrowingMotion {
    /// No motion yet.
    #[must_use]
    pub fn new(params: TrackParams) -> Self {
        Self {
            motion: Motion {
                points: Vec::new(),
                evidence: Evidence::Inertial,
                settled_until: DeviceTime::default(),
            },
            error: offset::Blocks::default(),
            smoother: Smoother::new([params.drift_cutoff_hz, params.steady_cutoff_hz]),
            taken: 0,
            certain: Certain::default(),
            params,
        }
    }

    /// The settled motion of `samples`, which begin with those of the call before.
    pub fn of(&mut self, samples: &[VerticalSample]) -> &Motion {
        for sample in &samples[self.taken..] {
            self.error.add(sample);
        }
        self.taken = samples.len();
        let kept = self.certain.points;
        self.motion.points.truncate(kept);
        self.add_points(samples);
        let points = &mut self.motion.points;
        let Some(first) = points.first().map(|p| p.time) else { return &self.motion };
        rest::mark(&mut points[kept..], first);
        let settled_until = self.smoother.smooth(points, self.certain.points, &self.params, write);
        // the smoother looks at points that look ahead themselves
        let reach_s = offset::REACH_S.max(rest::STRETCH_S);
        self.motion.settled_until = settled_until.plus_seconds(-reach_s);
        &self.motion
    }

    /// The settled motion of samples of which no more will come.
    pub(super) fn all(mut self, samples: &[VerticalSample]) -> Motion {
        self.of(samples);
        self.motion
    }

    /// Adds the points of all samples that are not certain yet, and finds out how many have become so.
    fn add_points(&mut self, samples: &[VerticalSample]) {
        let Some(first) = samples.first().map(|s| s.time) else { return };
        let offset = self.error.offset();
        let points = &mut self.motion.points;
        let before = self.certain.samples.checked_sub(1).map(|i| &samples[i]);
        let mut last = before.map(|sample| offset.removed(sample));
        for (i, sample) in samples.iter().enumerate().skip(self.certain.samples) {
            let count = points.len();
            let clean = offset.removed(sample);
            bridge(points, last.as_ref(), &clean, &self.params);
            if let Some(point) = points.last_mut() {
                point.offset_m_s2 = sample.acceleration_m_s2 - clean.acceleration_m_s2;
            }
            // rest is judged by whole stretches
            let over =
                |p: &Kinematic| rest::stretch(first, p.time) < rest::stretch(first, points[count].time);
            if points[..count].last().is_some_and(over) && offset.is_final(&samples[i - 1]) {
                self.certain = Certain { samples: i, points: count };
            }
            last = Some(clean);
        }
    }
}

fn write(_: usize, point: &mut Kinematic, [drift, steady]: [[f64; 2]; 2]) {
    [point.height_m, point.velocity_m_s] = drift;
    [point.steady_height_m, point.steady_velocity_m_s] = steady;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Samples at about 100 Hz with holes, impacts, rests and a drifting error, from a seed.
    fn samples(seed: u64, count: usize) -> Vec<VerticalSample> {
        let mut state = seed | 1;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let (mut t, mut moves) = (5.0, false);
        (0..count)
            .map(|_| {
                let chance = uniform();
                moves ^= chance < 0.003;
                t += match chance {
                    c if c > 0.9995 => 20.0 * uniform(),
                    c if c > 0.995 => 0.8 * uniform(),
                    _ => 0.009 + 0.002 * uniform(),
                };
                let impact = if chance < 0.001 { 90.0 } else { 0.0 };
                let lifting = if moves { 2.2 * (t * 2.73).cos() } else { 0.0 };
                VerticalSample {
                    time: DeviceTime(0).plus_seconds(t),
                    acceleration_m_s2: lifting + impact + 0.3 * (0.05 * t).sin() + 0.05 * uniform(),
                    turn_rate_rad_s: if moves { 0.2 } else { 0.01 },
                    up: [0.0, 0.0, 1.0],
                    clipped: impact > 0.0,
                }
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn growing_gives_the_same_bits_as_all_at_once(
            seed in any::<u64>(), steps in proptest::collection::vec(1_usize..900, 1..12),
        ) {
            let all = samples(seed, steps.iter().sum());
            let mut growing = GrowingMotion::new(TrackParams::default());
            let mut end = 0;
            for step in steps {
                end += step;
                let whole = Motion::from_inertial(&all[..end], &TrackParams::default());
                prop_assert!(*growing.of(&all[..end]) == whole, "after {} samples", end);
            }
        }
    }

    #[test]
    fn of_a_long_activity_only_the_end_is_made_anew() {
        let all = samples(7, 20_000);
        let mut growing = GrowingMotion::new(TrackParams::default());
        growing.of(&all);
        assert!(all.len() - growing.certain.samples < 500, "{:?}", growing.certain);
    }

    #[test]
    fn nothing_from_nothing() {
        assert!(GrowingMotion::new(TrackParams::default()).of(&[]).points.is_empty());
    }
}
