//! The timeline of samples that each carry the sensor's time.
//!
//! Bad links repeat values and leave holes; files carry wrong lines. Echoes and times that don't advance are dropped
//! and counted; a clock that stays behind has been set back, which begins a new stream.

use super::output::Counters;
use super::params::TimelineParams;
use super::timeline::{Placed, Placements, count, is_sound};
use crate::model::{DeviceTime, ImuSample, nanos_from_seconds, seconds_from_nanos};

/// Times beyond this are broken, ns (36 years either way); it keeps every difference of times within range.
const TIME_LIMIT_NS: u64 = 1 << 60;
/// Sample intervals a stream may turn out to have, ns: 2 kHz to 10 Hz.
const STEPS_NS: (i64, i64) = (500_000, 100_000_000);
/// A hole is what exceeds this many usual intervals.
const HOLE_INTERVALS: f64 = 1.5;

/// A sample with its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) t_ns: i64,
    pub(super) sample: ImuSample,
    pub(super) clipped: bool,
}

/// One stream of stamped samples.
#[derive(Clone, Debug)]
pub(super) struct Stamped {
    params: TimelineParams,
    /// The usual interval, once learned.
    step_ns: Option<i64>,
    /// Samples that wait for it.
    learning: Vec<Stamp>,
    last: Option<Stamp>,
    /// Samples behind the last time, rising among themselves.
    suspects: Vec<Stamp>,
    number: i64,
}

impl Stamped {
    pub(super) fn new(params: &TimelineParams) -> Self {
        Self {
            params: params.clone(),
            step_ns: None,
            learning: Vec::new(),
            last: None,
            suspects: Vec::new(),
            number: 0,
        }
    }

    /// The usual time between samples, once learned.
    pub(super) fn step_ns(&self) -> Option<i64> {
        self.step_ns
    }

    /// The newest sample's time.
    pub(super) fn newest(&self) -> Option<DeviceTime> {
        self.last.map(|last| DeviceTime(last.t_ns))
    }

    /// Takes samples in order. When the clock turns out to have been set back, returns all samples of the new stream.
    pub(super) fn push(
        &mut self,
        stamps: &[Stamp],
        placements: &mut Placements,
        counters: &mut Counters,
    ) -> Option<Vec<Stamp>> {
        for (i, stamp) in stamps.iter().enumerate() {
            if !is_sound(&stamp.sample, counters) {
                continue;
            }
            if stamp.t_ns.unsigned_abs() > TIME_LIMIT_NS {
                counters.invalid += 1;
                continue;
            }
            match self.last {
                Some(last) if stamp.t_ns <= last.t_ns => {
                    counters.backwards += 1;
                    if self.is_set_back(stamp, &last) {
                        counters.backwards -= self.suspects.len() as u64;
                        let mut renewed = std::mem::take(&mut self.suspects);
                        renewed.extend_from_slice(&stamps[i + 1..]);
                        return Some(renewed);
                    }
                }
                Some(last) if self.is_echo(stamp, &last) => counters.repeated += 1,
                _ => self.accept(*stamp, placements),
            }
        }
        None
    }

    /// Nothing more comes: what waits for the rate goes out with the rate known so far.
    pub(super) fn flush(&mut self, placements: &mut Placements) {
        if self.step_ns.is_none() && !self.learning.is_empty() {
            self.learn(placements);
        }
    }

    fn is_echo(&self, stamp: &Stamp, last: &Stamp) -> bool {
        stamp.sample == last.sample && stamp.t_ns - last.t_ns <= nanos_from_seconds(self.params.repeat_max_s)
    }

    fn is_set_back(&mut self, stamp: &Stamp, last: &Stamp) -> bool {
        if stamp.t_ns == last.t_ns {
            return false;
        }
        if self.suspects.last().is_some_and(|suspect| stamp.t_ns <= suspect.t_ns) {
            self.suspects.clear();
        }
        self.suspects.push(*stamp);
        self.suspects.len() >= self.params.backwards_restart_samples.max(1)
    }

    fn accept(&mut self, stamp: Stamp, placements: &mut Placements) {
        self.suspects.clear();
        if let Some(step_ns) = self.step_ns {
            self.place(stamp, step_ns, placements);
            return;
        }
        self.learning.push(stamp);
        self.last = Some(stamp);
        if self.learning.len() >= self.params.rate_samples.max(2) {
            self.learn(placements);
        }
    }

    /// The usual interval is the mean of the intervals without their longest quarter, which may be holes.
    fn learn(&mut self, placements: &mut Placements) {
        let mut steps: Vec<i64> = self.learning.windows(2).map(|w| w[1].t_ns - w[0].t_ns).collect();
        steps.sort_unstable();
        steps.truncate((steps.len() * 3).div_ceil(4));
        let mean =
            steps.iter().fold(0, |sum: i64, step| sum.saturating_add(*step)) / count(steps.len().max(1));
        let step_ns = mean.clamp(STEPS_NS.0, STEPS_NS.1);
        self.step_ns = Some(step_ns);
        self.last = None;
        for stamp in std::mem::take(&mut self.learning) {
            self.place(stamp, step_ns, placements);
        }
    }

    fn place(&mut self, stamp: Stamp, step_ns: i64, placements: &mut Placements) {
        let passed_ns = self.last.map_or(0, |last| stamp.t_ns - last.t_ns);
        let is_hole = passed_ns as f64 > HOLE_INTERVALS * step_ns as f64;
        placements.ready.push(Placed {
            number: self.number,
            t: DeviceTime(stamp.t_ns),
            sample: stamp.sample,
            clipped: stamp.clipped,
            hole_s: if is_hole { seconds_from_nanos(passed_ns - step_ns) } else { 0.0 },
        });
        self.number += 1;
        self.last = Some(stamp);
    }
}
