//! The settled lane's motion sample by sample, for `analyze --series`: attitude, velocity and height smoothed from both
//! sides, in bounded memory.

use crate::model::{DeviceTime, TracePoint};
use crate::motion::MotionSample;
use crate::motion::both_ways;

/// A run of the smoother begins when this much waits, s.
const RUN_S: f64 = 90.0;
/// What is left waiting after a run, because later samples still move it, s.
const TAIL_S: f64 = 20.0;
/// What a run sees of what has gone out, so that it begins settled, s.
const LEAD_IN_S: f64 = 30.0;

/// Samples that wait for what comes after them.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    waiting: Vec<MotionSample>,
    /// How many of `waiting` have gone out already and are only lead-in.
    sent: usize,
}

impl Series {
    /// Takes a sample; gives the points that are certain now, mostly none.
    pub(super) fn push(&mut self, sample: &MotionSample) -> Vec<TracePoint> {
        self.waiting.push(*sample);
        let oldest = self.waiting.get(self.sent).map_or(sample.t, |w| w.t);
        if sample.t.seconds_since(oldest) < RUN_S {
            return Vec::new();
        }
        self.run(sample.t.plus_seconds(-TAIL_S))
    }

    /// Gives everything that waits.
    pub(super) fn flush(&mut self) -> Vec<TracePoint> {
        let points = self.run(DeviceTime(i64::MAX));
        self.waiting.clear();
        self.sent = 0;
        points
    }

    /// Smooths what waits and gives the points before `until`.
    fn run(&mut self, until: DeviceTime) -> Vec<TracePoint> {
        let end = self.waiting.partition_point(|w| w.t < until);
        let settled = both_ways::settle(&self.waiting);
        let points =
            self.waiting.iter().zip(settled).take(end).skip(self.sent).map(|(sample, settled)| TracePoint {
                t: sample.t,
                q: settled.q,
                vertical_velocity_m_s: settled.velocity_m_s,
                vertical_displacement_m: settled.height_m,
            });
        let points = points.collect();
        let lead_in = until.plus_seconds(-LEAD_IN_S);
        let drop = self.waiting.partition_point(|w| w.t < lead_in);
        self.waiting.drain(..drop);
        self.sent = end - drop;
        points
    }
}
