//! One bar's samples with the truth beside each: what a recording with a perfect reference would be.

use super::bar::Cursor;
use super::imu::sensor_attitude;
use super::link::Link;
use super::random::Random;
use super::script::Script;
use super::sensor::BarSensor;
use super::session::{BarTruth, SessionPlan};
use super::truth::SetTruth;
use crate::model::SensorId;
use firmware_protocol::{DataPacket, SiSample};
use std::collections::VecDeque;

/// One sample and the truth at its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceRow {
    /// True time of the sample, s.
    pub t_s: f64,
    /// What the sensor read.
    pub sample: SiSample,
    /// True vertical velocity of the bar, m/s.
    pub true_vertical_velocity_m_s: f64,
    /// True height of the bar's centre line above the floor, m.
    pub true_height_m: f64,
    /// True attitude, sensor's frame to the gym's, scalar first.
    pub true_attitude: [f64; 4],
}

/// The samples of one bar of a session that reach the host, in order; those of lost packets are missing.
#[derive(Clone, Debug)]
pub struct Trace {
    script: Script,
    sensor: BarSensor,
    link: Link,
    cursor: Cursor,
    rows: VecDeque<TraceRow>,
    name: SensorId,
}

impl Trace {
    /// The trace of the bar with this index, from 0; `None` when the plan has no such bar. Reboots are left out.
    #[must_use]
    pub fn new(plan: &SessionPlan, bar: usize) -> Option<Self> {
        let script = Script::new(plan.bars.get(bar)?, plan.random(bar, Part::Script));
        Some(Self {
            script,
            sensor: BarSensor::new(plan.sensor, 0.0, plan.random(bar, Part::Sensor)),
            link: Link::new(plan.link, plan.random(bar, Part::Link)),
            cursor: Cursor::default(),
            rows: VecDeque::new(),
            name: sensor_name(bar),
        })
    }

    /// What really happened, as far as the trace has been read.
    #[must_use]
    pub fn truth(&self) -> BarTruth {
        let (sensor, clocks) = (self.name.clone(), vec![self.sensor.clock()]);
        BarTruth { sensor, clocks, sets: self.script.told().to_vec() }
    }

    fn row(&mut self, t_s: f64, sample: SiSample) -> TraceRow {
        let state = self.script.motion().at(t_s, &mut self.cursor);
        let attitude = sensor_attitude(&state, self.sensor.imu().placement());
        TraceRow {
            t_s,
            sample,
            true_vertical_velocity_m_s: state.velocity_m_s.z,
            true_height_m: state.position_m.z,
            true_attitude: [attitude.w, attitude.i, attitude.j, attitude.k],
        }
    }
}

impl Iterator for Trace {
    type Item = TraceRow;

    fn next(&mut self) -> Option<TraceRow> {
        while self.rows.is_empty() {
            let t_s = self.sensor.next_sample_s();
            if t_s >= self.script.end_s() {
                return None;
            }
            if self.script.advance(t_s) {
                self.sensor.new_motion();
                self.cursor = Cursor::default();
            }
            let Some(packet) = self.sensor.sample(self.script.motion()) else { continue };
            if self.link.carry(t_s).first.is_none() {
                continue;
            }
            let Ok(data) = DataPacket::parse(&packet.value) else { continue };
            for (number, sample) in (packet.first_sample..).zip(data.samples_si()) {
                let row = self.row(self.sensor.clock().sample_s(number), sample);
                self.rows.push_back(row);
            }
        }
        self.rows.pop_front()
    }
}

/// What needs a stream of random numbers of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Script,
    Sensor,
    Link,
    Reboots,
}

impl SessionPlan {
    /// The truth of each bar's sets, without simulating a sensor.
    #[must_use]
    pub fn planned_sets(&self) -> Vec<Vec<SetTruth>> {
        let scripts = self.bars.iter().enumerate();
        scripts.map(|(bar, plan)| Script::new(plan, self.random(bar, Part::Script)).tell_all()).collect()
    }

    /// The random numbers for one part of one bar.
    pub(super) fn random(&self, bar: usize, part: Part) -> Random {
        Random::of_part(self.seed, 1 + 4 * bar as u64 + part as u64)
    }
}

/// The sensor of the bar with this index.
pub(super) fn sensor_name(bar: usize) -> SensorId {
    SensorId(format!("sim-bar-{}", bar + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::lift::Lift;
    use crate::simulate::link::LinkFaults;
    use crate::simulate::plan::SetPlan;
    use crate::simulate::sensor::{ClockFaults, SensorPlan};
    use crate::simulate::session::Session;

    fn plan() -> SessionPlan {
        let set = SetPlan::new(Lift::of("bench_press").unwrap(), 0.7, 3);
        SessionPlan::sets(3, vec![set, set])
    }

    #[test]
    fn a_trace_and_a_session_of_one_seed_tell_the_same_sets() {
        let mut trace = Trace::new(&plan(), 0).unwrap();
        let rows = trace.by_ref().count();
        let mut session = Session::new(&plan());
        session.by_ref().count();
        assert_eq!(trace.truth().sets, session.truth().bars[0].sets);
        assert_eq!(trace.truth().sets, plan().planned_sets()[0]);
        assert!(rows > 10_000, "{rows}");
        assert!(Trace::new(&plan(), 1).is_none());
    }

    #[test]
    fn heights_in_the_trace_give_the_range_of_motion_and_losses_leave_holes() {
        let sensor = SensorPlan { clock: ClockFaults::NONE, ..SensorPlan::default() };
        let mut trace = Trace::new(&SessionPlan { sensor, ..plan() }, 0).unwrap();
        let rows: Vec<TraceRow> = trace.by_ref().collect();
        for set in &trace.truth().sets {
            for (_, phase, metrics) in set.reps() {
                let at = |t_s: f64| rows.iter().find(|row| row.t_s >= t_s).unwrap().true_height_m;
                let rise = at(phase.end_s) - at(phase.start_s);
                assert!((rise - metrics.range_of_motion_m).abs() < 1e-3, "{rise} {metrics:?}");
            }
        }
        let holes =
            |rows: &[TraceRow]| rows.windows(2).filter(|pair| pair[1].t_s - pair[0].t_s > 0.0051).count();
        assert_eq!(holes(&rows), 0);
        let lossy: Vec<TraceRow> = Trace::new(&plan().over(LinkFaults::HEAVY), 0).unwrap().collect();
        assert!(holes(&lossy) > 5);
    }
}
