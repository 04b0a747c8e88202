//! The settled lane's motion sample by sample, for `analyze --series`: attitude as it was, velocity and height smoothed
//! from both sides, in bounded memory.

use crate::model::{DeviceTime, TracePoint};
use crate::motion::MotionSample;
use crate::motion::track::{Motion, TrackParams, VerticalSample};

/// A run of the smoother begins when this much waits, s.
const RUN_S: f64 = 60.0;
/// What is left waiting after a run, because later samples still move it, s.
const TAIL_S: f64 = 10.0;
/// What a run sees of what has gone out, so that it begins settled, s.
const LEAD_IN_S: f64 = 20.0;

/// Samples that wait for what comes after them.
#[derive(Clone, Debug)]
pub(super) struct Series {
    params: TrackParams,
    waiting: Vec<(VerticalSample, [f64; 4])>,
    /// How many of `waiting` have gone out already and are only lead-in.
    sent: usize,
}

impl Series {
    pub(super) fn new(params: TrackParams) -> Self {
        Self { params, waiting: Vec::new(), sent: 0 }
    }

    /// Takes a sample; gives the points that are certain now, mostly none.
    pub(super) fn push(&mut self, sample: &MotionSample) -> Vec<TracePoint> {
        let vertical = VerticalSample {
            time: sample.t,
            acceleration_m_s2: sample.vertical_acceleration_m_s2,
            turn_rate_rad_s: sample.turn_rate_rad_s.unwrap_or(0.0),
            up: sample.up(),
            clipped: sample.clipped,
        };
        self.waiting.push((vertical, sample.q));
        let oldest = self.waiting.get(self.sent).map_or(sample.t, |w| w.0.time);
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
        let samples: Vec<VerticalSample> = self.waiting.iter().map(|w| w.0).collect();
        let motion = Motion::from_inertial(&samples, &self.params);
        let end = self.waiting.partition_point(|w| w.0.time < until);
        let mut smoothed = motion.points.iter();
        let mut points = Vec::with_capacity(end.saturating_sub(self.sent));
        for (sample, q) in &self.waiting[..end] {
            // the smoother puts bridging points between samples; those have times of their own
            let Some(point) = smoothed.find(|p| p.time == sample.time) else { break };
            points.push(TracePoint {
                t: sample.time,
                q: *q,
                vertical_velocity_m_s: point.velocity_m_s,
                vertical_displacement_m: point.height_m,
            });
        }
        points.drain(..self.sent.min(points.len()));
        let lead_in = until.plus_seconds(-LEAD_IN_S);
        let drop = self.waiting.partition_point(|w| w.0.time < lead_in);
        self.waiting.drain(..drop);
        self.sent = end - drop;
        points
    }
}
