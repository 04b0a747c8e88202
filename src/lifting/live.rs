//! The live lane: tells at once when a stroke is over, from a causal velocity.
//!
//! It feeds the screen with provisional repetitions and tells the engine when to run [`super::analyze`]. It may be
//! wrong; the settled lane has the last word.

use crate::model::DeviceTime;

/// Parameters of the live detector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiveParams {
    /// Speed that makes a stroke, m/s. Too small: drift of the causal velocity makes strokes.
    pub moving_m_s: f64,
    /// Speed below which a stroke is over, m/s; below `moving_m_s` for hysteresis.
    pub still_m_s: f64,
    /// A stroke that stays slow this long is over, s: a slow turn-round or a rest. Together with the sample interval
    /// this bounds the delay.
    pub patience_s: f64,
    /// Least way of a stroke, m.
    pub least_way_m: f64,
}

impl Default for LiveParams {
    fn default() -> Self {
        Self { moving_m_s: 0.12, still_m_s: 0.04, patience_s: 0.12, least_way_m: 0.10 }
    }
}

/// A finished stroke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiveStroke {
    /// When it began to move.
    pub start: DeviceTime,
    /// When its velocity came back to rest or crossed zero.
    pub end: DeviceTime,
    /// Upwards.
    pub up: bool,
    /// Way, m, positive.
    pub way_m: f64,
    /// Highest speed, m/s.
    pub peak_m_s: f64,
}

/// Detector of strokes; one for each bar.
#[derive(Clone, Debug)]
pub struct LiveDetector {
    params: LiveParams,
    last: Option<(DeviceTime, f64)>,
    /// The last time the speed was at rest or crossed zero: where the next stroke begins.
    rest: DeviceTime,
    stroke: Option<Running>,
}

/// A stroke under way.
#[derive(Clone, Copy, Debug)]
struct Running {
    stroke: LiveStroke,
    /// Since when it is slow.
    slow_since: Option<DeviceTime>,
}

impl LiveDetector {
    /// A detector that has seen nothing.
    #[must_use]
    pub fn new(params: LiveParams) -> Self {
        Self { params, last: None, rest: DeviceTime(0), stroke: None }
    }

    /// Takes one sample of causal velocity, times strictly rising; gives the stroke that it ends.
    pub fn push(&mut self, time: DeviceTime, velocity_m_s: f64) -> Option<LiveStroke> {
        let (before, last_velocity) = self.last.replace((time, velocity_m_s)).unwrap_or((time, velocity_m_s));
        let step_way = 0.5 * (velocity_m_s + last_velocity).abs() * time.seconds_since(before);
        let crossed = velocity_m_s * last_velocity < 0.0;
        if crossed || velocity_m_s.abs() <= self.params.still_m_s {
            self.rest = time;
        }
        let ended = self.stroke.take().and_then(|running| self.follow(running, time, velocity_m_s, step_way));
        if self.stroke.is_none() && velocity_m_s.abs() >= self.params.moving_m_s {
            let speed = velocity_m_s.abs();
            let stroke = LiveStroke {
                start: self.rest,
                end: time,
                up: velocity_m_s > 0.0,
                way_m: step_way,
                peak_m_s: speed,
            };
            self.stroke = Some(Running { stroke, slow_since: None });
        }
        ended.filter(|stroke| stroke.way_m >= self.params.least_way_m)
    }

    /// Carries a stroke on, or ends it by returning it.
    fn follow(
        &mut self,
        mut running: Running,
        time: DeviceTime,
        velocity: f64,
        way: f64,
    ) -> Option<LiveStroke> {
        let along = if running.stroke.up { velocity } else { -velocity };
        if along <= 0.0 {
            running.stroke.end = running.slow_since.unwrap_or(time);
            return Some(running.stroke);
        }
        running.stroke.way_m += way;
        running.stroke.peak_m_s = running.stroke.peak_m_s.max(along);
        running.slow_since = (along <= self.params.still_m_s).then(|| running.slow_since.unwrap_or(time));
        if let Some(since) = running.slow_since
            && time.seconds_since(since) >= self.params.patience_s
        {
            running.stroke.end = since;
            return Some(running.stroke);
        }
        self.stroke = Some(running);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::Script;
    use super::*;

    /// Strokes and the time at which each was told.
    fn told(script: &Script) -> Vec<(DeviceTime, LiveStroke)> {
        let mut detector = LiveDetector::new(LiveParams::default());
        script
            .rows(100.0)
            .iter()
            .filter_map(|&(t, _, v)| detector.push(t, v).map(|stroke| (t, stroke)))
            .collect()
    }

    #[test]
    fn every_stroke_is_told_soon_after_its_turn() {
        for rest_s in [0.0, 1.0] {
            let strokes = told(&Script::new().squats(4, 0.6, 1.2, 0.9, rest_s).rest(2.0));
            assert_eq!(strokes.len(), 8);
            for (k, (at, stroke)) in strokes.iter().enumerate() {
                assert_eq!(stroke.up, k % 2 == 1);
                let cycle = 2.0 + (2.1 + rest_s) * (k / 2) as f64;
                let turn = cycle + if stroke.up { 2.1 } else { 1.2 };
                let delay = at.seconds_since(DeviceTime(0).plus_seconds(turn));
                assert!(delay <= 0.15, "{delay} s after the turn");
                assert!((stroke.way_m - 0.6).abs() < 0.03, "{stroke:?}");
            }
        }
    }

    #[test]
    fn a_dip_in_velocity_does_not_end_a_stroke() {
        let mut detector = LiveDetector::new(LiveParams::default());
        let velocity = |t: f64| if t < 1.5 { 0.3 + 0.24 * (t * 6.0).cos() } else { -0.3 };
        let count = (0..200)
            .filter(|&k| {
                let t = f64::from(k) * 0.01;
                detector.push(DeviceTime(0).plus_seconds(t), velocity(t)).is_some()
            })
            .count();
        assert_eq!(count, 1);
    }
}
