//! A training session of several bars and a footpod, as a stream of inputs in order of time.
//!
//! True time is the host's monotonic clock, from 0. The stream is made as it is read: one set of each bar and the
//! packets in the air are all that is held, so an hour of eight bars takes no more memory than a minute.

use super::gear::{BarRig, PodRig, Rig};
use super::link::LinkFaults;
use super::plan::SetPlan;
use super::random::Random;
use super::run::{Gait, RunPhase, RunPlan};
use super::sensor::{ClockTruth, SensorPlan};
use super::truth::SetTruth;
use crate::model::{CadenceUnit, HostTime, Input, Request, RequestAction, SensorId, nanos_from_seconds};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a session is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionPlan {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// The bars, each with its own sensor.
    pub bars: Vec<BarPlan>,
    /// A runner, when there is one.
    pub run: Option<RunPlan>,
    /// The population that the bars' sensors are drawn from.
    pub sensor: SensorPlan,
    /// Faults of every link.
    pub link: LinkFaults,
    /// Chance that a sensor loses power in the middle of a set.
    pub reboot: f64,
}

/// What happens with one bar.
#[derive(Clone, Debug, PartialEq)]
pub struct BarPlan {
    /// The sets.
    pub sets: Sets,
    /// Time between them.
    pub rest: Rest,
}

/// Where a bar's sets come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Sets {
    /// These, in order; a few seconds after the last the bar's stream ends.
    Listed(Vec<SetPlan>),
    /// Drawn ones until this time, s.
    DrawnUntil(f64),
    /// Those that are called while the session goes on (see [`Session::call`]); between them the bar rests, for ever.
    Called,
}

/// Time between sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rest {
    /// About so many seconds (±20 %).
    Seconds(f64),
    /// As much as makes the bar move for this share of the time.
    MovingShare(f64),
}

impl SessionPlan {
    /// One bar and one set with ordinary sensors over a perfect link.
    #[must_use]
    pub fn one_set(seed: u64, set: SetPlan) -> Self {
        Self::sets(seed, vec![set])
    }

    /// One bar and these sets with ordinary sensors over a perfect link, a short rest between.
    #[must_use]
    pub fn sets(seed: u64, sets: Vec<SetPlan>) -> Self {
        let bars = vec![BarPlan { sets: Sets::Listed(sets), rest: Rest::Seconds(40.0) }];
        Self { seed, bars, run: None, sensor: SensorPlan::default(), link: LinkFaults::NONE, reboot: 0.0 }
    }

    /// So many bars with drawn sets until `duration_s`, moving for 30 % of the time: the load of a full gym.
    #[must_use]
    pub fn full_gym(seed: u64, bars: usize, duration_s: f64) -> Self {
        let bar = BarPlan { sets: Sets::DrawnUntil(duration_s), rest: Rest::MovingShare(0.3) };
        Self { bars: vec![bar; bars], ..Self::sets(seed, Vec::new()) }
    }

    /// The same over another link.
    #[must_use]
    pub fn over(self, link: LinkFaults) -> Self {
        Self { link, ..self }
    }
}

/// What really happened in a session, as far as its stream has been read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionTruth {
    /// The seed.
    pub seed: u64,
    /// The bars.
    pub bars: Vec<BarTruth>,
    /// The run.
    pub run: Option<RunTruth>,
}

/// What really happened with one bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BarTruth {
    /// Its sensor.
    pub sensor: SensorId,
    /// The clocks of its streams, in order.
    pub clocks: Vec<ClockTruth>,
    /// Its sets.
    pub sets: Vec<SetTruth>,
}

/// What a runner really did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunTruth {
    /// The footpod.
    pub sensor: SensorId,
    /// What its cadence byte counts.
    pub counts: CadenceUnit,
    /// The parts of the run.
    pub phases: Vec<PhaseTruth>,
}

/// A part of a run; it takes the first three seconds to get to its pace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PhaseTruth {
    /// Kind of pace.
    pub gait: Gait,
    /// Begin, true time, s.
    pub start_s: f64,
    /// End, true time, s.
    pub end_s: f64,
    /// Speed, m/s.
    pub speed_m_s: f64,
    /// Steps a minute, both feet.
    pub cadence_steps_min: f64,
}

/// A session that is being simulated: an iterator over its inputs in order of time.
#[derive(Clone, Debug)]
pub struct Session {
    seed: u64,
    rigs: Vec<Rig>,
    queue: Queue,
}

/// Inputs that have been made and not yet handed out, by arrival and order of making.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    inputs: BTreeMap<(HostTime, u64), Input>,
    made: u64,
}

impl Queue {
    pub(super) fn push(&mut self, input: Input) {
        self.inputs.insert((input.at(), self.made), input);
        self.made += 1;
    }

    fn pop_until(&mut self, horizon: HostTime) -> Option<Input> {
        let first = self.inputs.first_entry()?;
        (first.key().0 <= horizon).then(|| first.remove())
    }
}

impl Session {
    /// Begins a session.
    #[must_use]
    pub fn new(plan: &SessionPlan) -> Self {
        let mut queue = Queue::default();
        let mut rigs = Vec::new();
        for (i, bar) in plan.bars.iter().enumerate() {
            rigs.push(Rig::Bar(Box::new(BarRig::new(plan, i, bar, &mut queue))));
        }
        if let Some(run) = &plan.run {
            let random = Random::of_part(plan.seed, 0);
            rigs.push(Rig::Pod(Box::new(PodRig::new(run, plan.link, random, &mut queue))));
        }
        Self { seed: plan.seed, rigs, queue }
    }

    /// What really happened, as far as the stream has been read.
    #[must_use]
    pub fn truth(&self) -> SessionTruth {
        let bars = self.rigs.iter().filter_map(Rig::bar).map(BarRig::truth).collect();
        let run = self.rigs.iter().find_map(Rig::pod).map(|pod| pod.truth().clone());
        SessionTruth { seed: self.seed, bars, run }
    }

    /// Calls the next set of a bar that waits for it: it begins at `begin_s`, or now if that is past. `false` when the
    /// bar is in a set or its sets are not called.
    pub fn call(&mut self, bar: usize, plan: &SetPlan, begin_s: f64) -> bool {
        self.bar(bar).is_some_and(|bar| bar.call(plan, begin_s))
    }

    /// Calls off the set that a bar is in: the repetition under way at `at_s` is the last.
    pub fn call_off(&mut self, bar: usize, at_s: f64) {
        if let Some(bar) = self.bar(bar) {
            bar.call_off(at_s);
        }
    }

    /// When a bar's last called set is or was over, true time, s; `None` while it has not begun.
    #[must_use]
    pub fn set_end_s(&self, bar: usize) -> Option<f64> {
        self.rigs.iter().filter_map(Rig::bar).nth(bar)?.set_end_s()
    }

    fn bar(&mut self, bar: usize) -> Option<&mut BarRig> {
        self.rigs.iter_mut().filter_map(Rig::bar_mut).nth(bar)
    }

    /// The host asks something of a sensor; what the sensor answers comes in the stream. Subscribing and reading
    /// need no answer: a simulated sensor notifies by itself and tells what can be read when it connects.
    pub fn request(&mut self, request: &Request) {
        let RequestAction::Write { value } = &request.action else { return };
        let bar = self.rigs.iter_mut().filter_map(Rig::bar_mut).find(|bar| *bar.name() == request.sensor);
        if let Some(bar) = bar {
            bar.write(value, request.at, &mut self.queue);
        }
    }
}

impl Iterator for Session {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        loop {
            // nothing arrives before it is ready, so what is queued until the next packet is complete is in order
            let next = self.rigs.iter_mut().filter_map(|rig| Some((rig.ready_s()?, rig)));
            let Some((ready_s, rig)) = next.min_by(|a, b| a.0.total_cmp(&b.0)) else {
                return self.queue.pop_until(HostTime(i64::MAX));
            };
            if let Some(input) = self.queue.pop_until(HostTime(nanos_from_seconds(ready_s) - 1)) {
                return Some(input);
            }
            rig.produce(&mut self.queue);
        }
    }
}

impl RunTruth {
    pub(super) fn new(sensor: SensorId, plan: &RunPlan, begin_s: f64) -> Self {
        let mut start_s = begin_s;
        let phases =
            plan.phases.iter().map(|&RunPhase { gait, duration_s, speed_m_s, cadence_steps_min }| {
                let phase =
                    PhaseTruth { gait, start_s, end_s: start_s + duration_s, speed_m_s, cadence_steps_min };
                start_s = phase.end_s;
                phase
            });
        let phases = phases.collect();
        Self { sensor, counts: plan.counts, phases }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LinkChange, Notification};
    use crate::sensors::Conversation;
    use crate::sensors::ironstride::{CONTROL, DATA};
    use crate::simulate::lift::Lift;
    use firmware_protocol::{DataPacket, Flag, MAX_VALUE_LEN, SampleRange};

    fn squats(seed: u64) -> SessionPlan {
        SessionPlan::one_set(seed, SetPlan::new(Lift::of("back_squat").unwrap(), 0.8, 4))
    }

    fn data(inputs: &[Input]) -> Vec<&Notification> {
        let notifications = inputs.iter().filter_map(|input| match input {
            Input::Notification(n) if n.source == DATA => Some(n),
            _ => None,
        });
        notifications.collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        let plan = |seed| SessionPlan { reboot: 0.5, ..squats(seed).over(LinkFaults::HEAVY) };
        let all = |seed| Session::new(&plan(seed)).collect::<Vec<_>>();
        assert_eq!(all(5), all(5));
        assert_ne!(all(5), all(6));
    }

    #[test]
    fn a_session_comes_in_order_of_time_begins_with_its_links_and_tells_its_truth() {
        let random = &mut Random::new(1);
        let run = Some(RunPlan::session(CadenceUnit::Strides, 3.0, random));
        let plan =
            SessionPlan { run, reboot: 0.3, ..SessionPlan::full_gym(2, 3, 180.0).over(LinkFaults::HEAVY) };
        let mut session = Session::new(&plan);
        let inputs: Vec<Input> = session.by_ref().collect();
        assert!(inputs.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
        let ups = inputs.iter().filter(|i| matches!(i, Input::Link { change: LinkChange::Up, .. })).count();
        let truth = session.truth();
        let streams: usize = truth.bars.iter().map(|bar| bar.clocks.len()).sum();
        assert_eq!(ups, streams + 1);
        assert!(truth.bars.iter().all(|bar| !bar.sets.is_empty()));
        assert_eq!(truth.run.unwrap().phases.len(), 8);
        assert!(inputs.last().unwrap().at() > HostTime(170_000_000_000));
    }

    #[test]
    fn every_byte_is_understood_by_the_sensors_room() {
        let run = Some(RunPlan::session(CadenceUnit::Steps, 1.0, &mut Random::new(1)));
        let mut conversations: BTreeMap<SensorId, Conversation> = BTreeMap::new();
        for input in Session::new(&SessionPlan { run, ..squats(3) }) {
            match input {
                Input::Link { sensor, change: LinkChange::Characteristics { found }, .. } => {
                    assert!(!conversations.entry(sensor).or_default().start(&found).is_empty());
                }
                Input::Notification(n) => {
                    let readings = conversations.get_mut(&n.sensor).unwrap().decode(n.source, &n.value);
                    assert!(!readings.unwrap().is_empty());
                }
                _ => {}
            }
        }
        assert_eq!(conversations.len(), 2);
    }

    #[test]
    fn the_number_of_samples_in_a_packet_changes_no_sample() {
        let samples = |samples_per_packet| {
            let sensor = SensorPlan { samples_per_packet, ..SensorPlan::default() };
            let inputs: Vec<Input> = Session::new(&SessionPlan { sensor, ..squats(7) }).collect();
            let packets =
                data(&inputs).into_iter().map(|n| DataPacket::parse(&n.value).unwrap().samples.to_vec());
            packets.flatten().collect::<Vec<_>>()
        };
        let (a, b) = (samples(16), samples(7));
        let both = a.len().min(b.len());
        assert!(both > 3000 && a.len().abs_diff(b.len()) < 32);
        assert_eq!(a[..both], b[..both]);
    }

    #[test]
    fn what_was_lost_comes_again_on_request() {
        let mut session = Session::new(&squats(4).over(LinkFaults::NONE));
        let seen: Vec<Input> = session.by_ref().take(200).collect();
        let last = seen.last().unwrap();
        let header = DataPacket::parse(&data(&seen)[100].value).unwrap().header;
        let range = SampleRange { stream_id: header.stream_id, first_sample: header.first_sample, count: 40 };
        let mut buffer = [0; MAX_VALUE_LEN];
        let request =
            firmware_protocol::Request { id: 1, command: firmware_protocol::Command::Resend(range) };
        let len = request.encode(&mut buffer).unwrap();
        session.request(&Request {
            after_ms: 0,
            at: last.at(),
            sensor: "sim-bar-1".into(),
            target: CONTROL,
            action: RequestAction::Write { value: buffer[..len].to_vec() },
            purpose: String::new(),
        });
        let rest: Vec<Input> = session.take(20).collect();
        assert!(rest.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
        let resent = data(&rest).into_iter().map(|n| DataPacket::parse(&n.value).unwrap());
        let resent: usize =
            resent.filter(|p| p.header.flags.contains(Flag::Resent)).map(|p| p.samples.len()).sum();
        assert_eq!(resent, 40);
        let answered = |i: &Input| matches!(i, Input::Notification(n) if n.source == CONTROL);
        assert_eq!(rest.iter().filter(|i| answered(i)).count(), 1);
    }

    #[test]
    fn a_full_gym_moves_for_about_a_third_of_the_time() {
        let mut session = Session::new(&SessionPlan::full_gym(9, 4, 1200.0));
        let (mut packets, mut moving) = (0.0, 0.0);
        for input in session.by_ref() {
            if let Some(n) = data(std::slice::from_ref(&input)).first() {
                packets += 1.0;
                let flags = DataPacket::parse(&n.value).unwrap().header.flags;
                moving += f64::from(u8::from(flags.contains(Flag::Moving)));
            }
        }
        assert!((packets / (4.0 * 1200.0 * 200.0 / 16.0) - 1.0_f64).abs() < 0.03, "{packets}");
        assert!(moving / packets > 0.15 && moving / packets < 0.4, "{}", moving / packets);
    }
}
