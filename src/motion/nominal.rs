//! The timeline of sensors without any clock: samples are counted, and the rate is learned from arrivals.
//!
//! Such sensors are off their nominal rate by percents. The lower envelope of arrivals over the count shows by how much;
//! after a while the time of later samples follows it. What a long silence has swallowed is unknown in number, so time
//! goes on by the host's clock there.

use super::clock::SensorClock;
use super::output::Counters;
use super::params::{ClockParams, TimelineParams};
use super::timeline::{Placed, Placements, count, is_sound};
use crate::model::{DeviceTime, HostTime, ImuBlock, nanos_from_seconds, seconds_from_nanos};

/// Observation time at which the rate's error is half believed, s: the jitter of 30 ms is then 0.6 %, and the error 2 %.
const LEARN_S: f64 = 5.0;
/// Largest error of a nominal rate that is believed.
const MAX_RATE_ERROR: f64 = 0.05;

/// One stream of unnumbered, unstamped samples.
#[derive(Clone, Debug)]
pub(super) struct Nominal {
    silence_s: f64,
    interval_ns: i64,
    /// Arrivals over the count at the nominal rate: its drift is the rate's error.
    count_clock: SensorClock,
    counted_ns: i64,
    t_ns: i64,
    number: i64,
    last_arrival: Option<HostTime>,
    hole_ns: i64,
}

impl Nominal {
    pub(super) fn new(timeline: &TimelineParams, clock: &ClockParams, interval_ns: u32) -> Self {
        let params = ClockParams { drift_after_s: LEARN_S, max_drift: MAX_RATE_ERROR, ..clock.clone() };
        Self {
            silence_s: timeline.silence_s,
            interval_ns: i64::from(interval_ns),
            count_clock: SensorClock::new(&params),
            counted_ns: 0,
            t_ns: 0,
            number: 0,
            last_arrival: None,
            hole_ns: 0,
        }
    }

    pub(super) fn interval_ns(&self) -> i64 {
        self.interval_ns
    }

    /// Takes a block; returns the time of its last sample.
    pub(super) fn push(
        &mut self,
        at: HostTime,
        block: &ImuBlock,
        placements: &mut Placements,
        counters: &mut Counters,
    ) -> DeviceTime {
        self.note_silence(at, block.samples.len());
        let interval_ns = (self.interval_ns as f64 * (1.0 + self.count_clock.drift())).round() as i64;
        for sample in &block.samples {
            self.t_ns = self.t_ns.saturating_add(interval_ns);
            self.counted_ns = self.counted_ns.saturating_add(self.interval_ns);
            if !is_sound(sample, counters) {
                self.hole_ns = self.hole_ns.saturating_add(interval_ns);
                continue;
            }
            placements.ready.push(Placed {
                number: self.number,
                t: DeviceTime(self.t_ns),
                sample: *sample,
                clipped: block.flags.clipped_accel || block.flags.clipped_gyro,
                hole_s: seconds_from_nanos(std::mem::take(&mut self.hole_ns)),
            });
            self.number += 1;
        }
        self.count_clock.observe(DeviceTime(self.counted_ns), at);
        DeviceTime(self.t_ns)
    }

    fn note_silence(&mut self, at: HostTime, samples: usize) {
        let Some(last) = self.last_arrival.replace(at) else { return };
        let silence_ns = at.0.saturating_sub(last.0);
        if silence_ns > nanos_from_seconds(self.silence_s) {
            let covered_ns = self.interval_ns.saturating_mul(count(samples));
            let hole_ns = silence_ns.saturating_sub(covered_ns).max(0);
            self.hole_ns = self.hole_ns.saturating_add(hole_ns);
            self.t_ns = self.t_ns.saturating_add(hole_ns);
            self.counted_ns = self.counted_ns.saturating_add(hole_ns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ImuSample, SampleClock, SampleFlags};

    const NOMINAL_NS: u32 = 10_000_000;

    /// Notifications of five samples of a sensor that is 2 % slow, taken along by connection events every 40 ms.
    fn run(nominal: &mut Nominal, from: i64, to: i64) -> Vec<Placed> {
        let (mut placements, mut counters) = (Placements::default(), Counters::default());
        let sample = ImuSample { accel_m_s2: [0.0, 0.0, 9.8], gyro_rad_s: None };
        let block = ImuBlock {
            clock: SampleClock::Nominal { interval_ns: NOMINAL_NS },
            flags: SampleFlags::default(),
            samples: vec![sample; 5],
        };
        for i in from..to {
            let ready_ns = i * 5 * 10_200_000;
            let at = HostTime((ready_ns / 40_000_000 + 1) * 40_000_000);
            nominal.push(at, &block, &mut placements, &mut counters);
        }
        placements.ready
    }

    #[test]
    fn the_true_rate_is_learned_from_arrivals() {
        let mut nominal = Nominal::new(&TimelineParams::default(), &ClockParams::default(), NOMINAL_NS);
        let placed = run(&mut nominal, 0, 2000);
        let last = &placed[placed.len() - 101..];
        let interval_s = last[100].t.seconds_since(last[0].t) / 100.0;
        assert!((interval_s - 0.010_2).abs() < 0.000_01, "{interval_s}");
        assert!(placed.windows(2).all(|w| w[0].t < w[1].t && w[1].hole_s == 0.0));
    }

    #[test]
    fn a_long_silence_is_a_hole() {
        let mut nominal = Nominal::new(&TimelineParams::default(), &ClockParams::default(), NOMINAL_NS);
        run(&mut nominal, 0, 100);
        let placed = run(&mut nominal, 200, 210);
        assert!((placed[0].hole_s - 5.1).abs() < 0.1, "{}", placed[0].hole_s);
        assert!(placed[1].hole_s == 0.0);
    }
}
