//! A runner with a footpod that speaks Running Speed and Cadence (0x2A53).

use super::random::Random;
use super::track::Track;
use crate::model::CadenceUnit;
use serde::Serialize;

/// A run as it is meant to be.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// Its parts in order.
    pub phases: Vec<RunPhase>,
    /// What the footpod's cadence byte counts (sensors.md §2.5: vendors disagree).
    pub counts: CadenceUnit,
}

/// A part of a run at one pace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunPhase {
    /// What kind of pace.
    pub gait: Gait,
    /// Duration, s.
    pub duration_s: f64,
    /// Speed, m/s.
    pub speed_m_s: f64,
    /// Steps a minute, both feet.
    pub cadence_steps_min: f64,
}

/// Kinds of pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gait {
    /// Standing.
    Stop,
    /// Walking.
    Walk,
    /// Easy running.
    Jog,
    /// Fast running.
    Interval,
}

impl RunPlan {
    /// A session: warm-up jog, intervals with walking between, a stop at the lights, and a jog home.
    #[must_use]
    pub fn session(counts: CadenceUnit, minutes: f64, random: &mut Random) -> Self {
        let mut part = |gait, share: f64| {
            let (speed_m_s, cadence_steps_min) = match gait {
                Gait::Stop => (0.0, 0.0),
                Gait::Walk => (random.between(1.2, 1.7), random.between(104.0, 122.0)),
                Gait::Jog => (random.between(2.4, 3.1), random.between(156.0, 170.0)),
                Gait::Interval => (random.between(4.2, 5.2), random.between(176.0, 192.0)),
            };
            RunPhase { gait, duration_s: minutes * 60.0 * share, speed_m_s, cadence_steps_min }
        };
        let phases = vec![
            part(Gait::Jog, 0.25),
            part(Gait::Interval, 0.12),
            part(Gait::Walk, 0.08),
            part(Gait::Interval, 0.12),
            part(Gait::Walk, 0.08),
            part(Gait::Interval, 0.12),
            part(Gait::Stop, 0.05),
            part(Gait::Jog, 0.18),
        ];
        Self { phases, counts }
    }
}

/// A run as it was: exact at any time.
#[derive(Clone, Debug)]
pub struct Run {
    speed: Track,
    cadence: Track,
    begin_s: f64,
}

/// Time in which a runner changes pace, s.
const CHANGE_S: f64 = 3.0;

impl Run {
    /// Runs a plan from `start_s` on.
    #[must_use]
    pub fn new(plan: &RunPlan, start_s: f64) -> Self {
        let (mut speed, mut cadence) = (Track::resting(start_s, 0.0), Track::resting(start_s, 0.0));
        let mut begin_s = start_s;
        for phase in &plan.phases {
            for (track, wanted) in [(&mut speed, phase.speed_m_s), (&mut cadence, phase.cadence_steps_min)] {
                track.rest_until(begin_s);
                track.shift(CHANGE_S.min(phase.duration_s), wanted - track.value());
            }
            begin_s += phase.duration_s;
        }
        speed.rest_until(begin_s);
        Self { speed, cadence, begin_s: start_s }
    }

    /// True speed, m/s, and cadence, steps a minute, at `t_s`.
    #[must_use]
    pub fn at(&self, t_s: f64) -> (f64, f64) {
        (self.speed.at(t_s, &mut 0).value, self.cadence.at(t_s, &mut 0).value)
    }

    /// When it ends, s.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        self.speed.now_s()
    }

    /// When it begins, s.
    #[must_use]
    pub fn begin_s(&self) -> f64 {
        self.begin_s
    }
}

/// A footpod on a runner's shoe.
///
/// It notifies about once a second by its own clock, averages over some seconds, counts whole strides or steps,
/// is a few percent off in speed, and adds up its own speed to a distance that began at any number.
#[derive(Clone, Debug)]
pub struct Footpod {
    run: Run,
    counts: CadenceUnit,
    random: Random,
    next_s: f64,
    period_s: f64,
    calibration: f64,
    speed_m_s: f64,
    cadence_steps_min: f64,
    distance_m: f64,
}

/// Time constant of the footpod's average, s.
const AVERAGE_S: f64 = 2.0;

impl Footpod {
    /// A footpod on this run.
    #[must_use]
    pub fn new(run: Run, counts: CadenceUnit, mut random: Random) -> Self {
        Self {
            next_s: run.begin_s() + random.between(0.1, 1.0),
            period_s: random.between(0.99, 1.01),
            calibration: 1.0 + random.spread(0.02),
            distance_m: random.between(0.0, 300_000.0),
            speed_m_s: 0.0,
            cadence_steps_min: 0.0,
            run,
            counts,
            random,
        }
    }

    /// When it notifies next, s.
    #[must_use]
    pub fn next_s(&self) -> f64 {
        self.next_s
    }

    /// The run below it.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The next notification's value.
    pub fn notify(&mut self) -> Vec<u8> {
        let (speed, cadence) = self.run.at(self.next_s);
        let weight = self.period_s / (AVERAGE_S + self.period_s);
        self.speed_m_s += weight * (speed * self.calibration - self.speed_m_s);
        self.cadence_steps_min += weight * (cadence - self.cadence_steps_min);
        self.next_s += self.period_s;
        let standing = self.speed_m_s < 0.3;
        let shown_speed = if standing { 0.0 } else { self.speed_m_s * (1.0 + self.random.spread(0.01)) };
        let shown_cadence = if standing { 0.0 } else { self.cadence_steps_min + self.random.spread(0.7) };
        self.distance_m += shown_speed * self.period_s;
        measurement(shown_speed, shown_cadence, self.counts, self.distance_m)
    }
}

/// The value of an RSC measurement (sensors.md §2.2) with stride length and distance.
fn measurement(speed_m_s: f64, cadence_steps_min: f64, counts: CadenceUnit, distance_m: f64) -> Vec<u8> {
    let per_step = match counts {
        CadenceUnit::Strides => 0.5,
        CadenceUnit::Steps => 1.0,
    };
    let cadence = (cadence_steps_min * per_step).round();
    // one stride, or one step, by what the vendor counts
    let length_m = if cadence > 0.0 { speed_m_s * 60.0 / cadence } else { 0.0 };
    let running = speed_m_s > 2.0;
    let mut value = vec![0b011 | u8::from(running) << 2];
    value.extend_from_slice(&((speed_m_s * 256.0).round() as u16).to_le_bytes());
    value.push(cadence as u8);
    value.extend_from_slice(&((length_m * 100.0).round() as u16).to_le_bytes());
    value.extend_from_slice(&((distance_m * 10.0).round() as u32).to_le_bytes());
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensors::running_speed_cadence::decode;

    fn footpod(counts: CadenceUnit) -> Footpod {
        let mut random = Random::new(3);
        let plan = RunPlan::session(counts, 20.0, &mut random);
        Footpod::new(Run::new(&plan, 5.0), counts, random)
    }

    #[test]
    fn a_footpod_shows_the_true_pace_in_its_own_unit() {
        for (counts, per_step) in [(CadenceUnit::Strides, 0.5), (CadenceUnit::Steps, 1.0)] {
            let mut pod = footpod(counts);
            let mut close = 0;
            while pod.next_s() < pod.run().end_s() {
                let (speed, cadence) = pod.run().at(pod.next_s());
                let reading = decode(&pod.notify()).unwrap();
                let off = (f64::from(reading.cadence_raw) - cadence * per_step).abs();
                close += i32::from(off < 3.0 && (reading.speed_m_s - speed).abs() < 0.4);
            }
            assert!(close > 1000, "{close} of about 1200");
        }
    }

    #[test]
    fn distance_is_the_sum_of_speed_and_a_stop_is_a_stop() {
        let mut pod = footpod(CadenceUnit::Strides);
        let first = decode(&pod.notify()).unwrap().total_distance_m.unwrap();
        let (mut sum, mut last, mut stopped, mut ran) = (0.0, first, 0, 0);
        while pod.next_s() < pod.run().end_s() {
            let reading = decode(&pod.notify()).unwrap();
            sum += reading.speed_m_s * pod.period_s;
            last = reading.total_distance_m.unwrap();
            stopped += i32::from(reading.speed_m_s == 0.0 && reading.cadence_raw == 0);
            ran += i32::from(reading.running);
        }
        assert!((last - first - sum).abs() < 3.0, "{} {sum}", last - first);
        assert!(stopped > 45 && ran > 600, "{stopped} {ran}");
    }
}
