//! The open activity of one bar: its vertical motion since the last closed set, thinned out and bounded.

use crate::model::DeviceTime;
use crate::motion::MotionSample;
use crate::motion::growing::GrowingMotion;
use crate::motion::track::{Motion, TrackParams, VerticalSample};

/// Samples closer together than this are averaged, s. Bar motion ends near 3 Hz, so 100 Hz keeps its peaks.
const STEP_S: f64 = 0.01;

/// Longest activity kept, s. A set of 5 minutes without a pause of a set's end is a bar that is carried about.
const LONGEST_S: f64 = 300.0;

/// What is kept while nothing happens, s: enough that the first repetition of a set has its lead-in.
const LEAD_IN_S: f64 = 12.0;

/// Vertical motion since the last closed set, in the sensor's order.
#[derive(Clone, Debug)]
pub(super) struct Track {
    params: TrackParams,
    samples: Vec<VerticalSample>,
    motion: GrowingMotion,
    average: Average,
}

/// Samples waiting to become one.
#[derive(Clone, Copy, Debug, Default)]
struct Average {
    count: f64,
    first_ns: i64,
    offset_ns: f64,
    acceleration: f64,
    turn_rate: f64,
    up: [f64; 3],
    clipped: bool,
}

impl Average {
    fn add(&mut self, sample: &MotionSample) {
        if self.count == 0.0 {
            self.first_ns = sample.t.0;
        }
        self.count += 1.0;
        self.offset_ns += (sample.t.0 - self.first_ns) as f64;
        self.acceleration += sample.vertical_acceleration_m_s2;
        self.turn_rate += sample.turn_rate_rad_s.unwrap_or(0.0);
        let up = sample.up();
        self.up = std::array::from_fn(|axis| self.up[axis] + up[axis]);
        self.clipped |= sample.clipped;
    }
}

impl Track {
    /// An activity that has not begun.
    pub(super) fn new(params: TrackParams) -> Self {
        Self { params, samples: Vec::new(), motion: GrowingMotion::new(params), average: Average::default() }
    }

    /// Adds one settled sample. Returns true when the oldest half had to go.
    pub(super) fn push(&mut self, sample: &MotionSample) -> bool {
        let waiting = sample.t.seconds_since(DeviceTime(self.average.first_ns));
        if self.average.count > 0.0 && (waiting > 0.95 * STEP_S || sample.hole_s > 0.0) {
            self.emit();
        }
        self.average.add(sample);
        self.bound()
    }

    /// The motion of all samples.
    pub(super) fn motion(&mut self) -> &Motion {
        self.motion.of(&self.samples)
    }

    pub(super) fn start(&self) -> Option<DeviceTime> {
        self.samples.first().map(|sample| sample.time)
    }

    /// Drops what is before `t`.
    pub(super) fn cut_before(&mut self, t: DeviceTime) {
        let keep_from = self.samples.partition_point(|sample| sample.time < t);
        if keep_from > 0 {
            self.samples.drain(..keep_from);
            self.motion = GrowingMotion::new(self.params);
        }
    }

    /// Nothing is happening: keeps the lead-in only. Works in strides, so that it costs nothing a sample.
    pub(super) fn idle(&mut self, now: DeviceTime) {
        if self.start().is_some_and(|start| now.seconds_since(start) > 2.0 * LEAD_IN_S) {
            self.cut_before(now.plus_seconds(-LEAD_IN_S));
        }
    }

    fn emit(&mut self) {
        let average = std::mem::take(&mut self.average);
        self.samples.push(VerticalSample {
            time: DeviceTime(average.first_ns + (average.offset_ns / average.count).round() as i64),
            acceleration_m_s2: average.acceleration / average.count,
            turn_rate_rad_s: average.turn_rate / average.count,
            up: average.up.map(|sum| sum / average.count),
            clipped: average.clipped,
        });
    }

    fn bound(&mut self) -> bool {
        let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) else { return false };
        let too_long = last.time.seconds_since(first.time) > LONGEST_S;
        if too_long {
            let half = last.time.plus_seconds(-0.5 * LONGEST_S);
            self.cut_before(half);
        }
        too_long
    }
}
