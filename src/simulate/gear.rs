//! A device in its place: a bar with its sensor, a shoe with its footpod, and the link of each.

use super::link::{Link, LinkFaults};
use super::plan::SetPlan;
use super::random::Random;
use super::run::{Footpod, Run, RunPlan};
use super::script::Script;
use super::sensor::{BarSensor, ClockTruth, SensorPlan};
use super::session::{BarPlan, BarTruth, Queue, RunTruth, SessionPlan};
use super::trace::{Part, sensor_name};
use crate::model::{
    Characteristic, HostTime, Input, LinkChange, Notification, SensorId, nanos_from_seconds,
    seconds_from_nanos,
};
use crate::sensors::ironstride::{CONTROL, DATA, EVENTS, INFO};
use crate::sensors::{battery, running_speed_cadence};
use firmware_protocol::{
    AccelRange, Capability, FirmwareVersion, GyroRange, Info, MAX_VALUE_LEN, SampleRate, Set,
};

/// One device of a session.
#[derive(Clone, Debug)]
pub(super) enum Rig {
    Bar(Box<BarRig>),
    Pod(Box<PodRig>),
}

impl Rig {
    pub(super) fn bar(&self) -> Option<&BarRig> {
        if let Self::Bar(bar) = self { Some(bar) } else { None }
    }

    pub(super) fn bar_mut(&mut self) -> Option<&mut BarRig> {
        if let Self::Bar(bar) = self { Some(bar) } else { None }
    }

    pub(super) fn pod(&self) -> Option<&PodRig> {
        if let Self::Pod(pod) = self { Some(pod) } else { None }
    }

    /// Before when the device sends nothing more, s; `None` when it has ended.
    pub(super) fn ready_s(&self) -> Option<f64> {
        match self {
            Self::Bar(bar) => bar.ready_s(),
            Self::Pod(pod) => pod.ready_s(),
        }
    }

    /// Makes the next packet.
    pub(super) fn produce(&mut self, queue: &mut Queue) {
        match self {
            Self::Bar(bar) => bar.produce(queue),
            Self::Pod(pod) => pod.produce(queue),
        }
    }
}

fn host(t_s: f64) -> HostTime {
    HostTime(nanos_from_seconds(t_s))
}

/// Connects a sensor: the link is up, then its characteristics are known, then it tells what can be read.
fn connect(
    queue: &mut Queue,
    sensor: &SensorId,
    at_s: f64,
    found: &[Characteristic],
    read: Vec<(Characteristic, Vec<u8>)>,
) {
    let mut change = |after_s: f64, change| {
        queue.push(Input::Link { at: host(at_s + after_s), sensor: sensor.clone(), change });
    };
    change(0.0, LinkChange::Up);
    change(0.05, LinkChange::Characteristics { found: found.to_vec() });
    for (source, value) in read {
        let at = host(at_s + 0.06);
        queue.push(Input::Notification(Notification { at, sensor: sensor.clone(), source, value }));
    }
}

/// Sends a value over a link.
fn send(
    queue: &mut Queue,
    link: &mut Link,
    ready_s: f64,
    sensor: &SensorId,
    source: Characteristic,
    value: &[u8],
) {
    let arrivals = link.carry(ready_s);
    for at in [arrivals.first, arrivals.again].into_iter().flatten() {
        let (sensor, value) = (sensor.clone(), value.to_vec());
        queue.push(Input::Notification(Notification { at, sensor, source, value }));
    }
}

/// From the connection to the first sample, s.
const CONNECTING_S: f64 = 0.1;

/// A bar with its sensor.
#[derive(Clone, Debug)]
pub(super) struct BarRig {
    script: Script,
    sensor: BarSensor,
    link: Link,
    random: Random,
    reboot: f64,
    reboot_s: f64,
    info: Vec<u8>,
    name: SensorId,
    clocks: Vec<ClockTruth>,
}

impl BarRig {
    pub(super) fn new(plan: &SessionPlan, index: usize, bar: &BarPlan, queue: &mut Queue) -> Self {
        let begin_s = 0.1;
        let sensor = BarSensor::new(plan.sensor, begin_s + CONNECTING_S, plan.random(index, Part::Sensor));
        let mut random = plan.random(index, Part::Reboots);
        let mut rig = Self {
            script: Script::new(bar, plan.random(index, Part::Script)),
            link: Link::new(plan.link, plan.random(index, Part::Link)),
            reboot: plan.reboot,
            reboot_s: f64::MAX,
            info: info(&plan.sensor, random.bits()),
            random,
            name: sensor_name(index),
            clocks: vec![sensor.clock()],
            sensor,
        };
        rig.plan_reboot();
        rig.connect(begin_s, queue);
        rig
    }

    pub(super) fn name(&self) -> &SensorId {
        &self.name
    }

    pub(super) fn truth(&self) -> BarTruth {
        let (sensor, clocks) = (self.name.clone(), self.clocks.clone());
        BarTruth { sensor, clocks, sets: self.script.told().to_vec() }
    }

    fn ready_s(&self) -> Option<f64> {
        let goes_on = self.sensor.next_sample_s() < self.script.end_s();
        goes_on.then(|| self.sensor.packet_ready_s().min(self.reboot_s))
    }

    /// Makes samples until a packet is full, or the sensor loses power.
    fn produce(&mut self, queue: &mut Queue) {
        loop {
            let t_s = self.sensor.next_sample_s();
            if t_s >= self.reboot_s {
                self.restart(queue);
                return;
            }
            if self.script.advance(t_s) {
                self.sensor.new_motion();
                self.plan_reboot();
            }
            if let Some(packet) = self.sensor.sample(self.script.motion()) {
                send(queue, &mut self.link, t_s, &self.name, DATA, &packet.value);
                return;
            }
        }
    }

    /// Begins another set, when it waits for one.
    pub(super) fn call(&mut self, plan: &SetPlan, begin_s: f64) -> bool {
        self.script.call(plan, begin_s.max(self.sensor.next_sample_s()))
    }

    /// Ends the set after the repetition that is under way.
    pub(super) fn call_off(&mut self, at_s: f64) {
        // samples that have been taken can't be taken back
        self.script.call_off(at_s.max(self.sensor.next_sample_s()));
    }

    /// When the last called set is over, s; `None` while it has not begun.
    pub(super) fn set_end_s(&self) -> Option<f64> {
        self.script.called_end_s()
    }

    /// Carries out a write of the host.
    pub(super) fn write(&mut self, value: &[u8], at: HostTime, queue: &mut Queue) {
        let at_s = seconds_from_nanos(at.0);
        let (answer, packets) = self.sensor.answer(value, at_s);
        if let Some(answer) = answer {
            send(queue, &mut self.link, at_s, &self.name, CONTROL, &answer);
        }
        for packet in packets {
            send(queue, &mut self.link, at_s, &self.name, DATA, &packet.value);
        }
    }

    /// Decides whether and when power is lost in the set that has just been told.
    fn plan_reboot(&mut self) {
        if self.random.chance(self.reboot) {
            let (begin_s, finish_s) = self.script.set_s();
            self.reboot_s = begin_s + (finish_s - begin_s) * self.random.between(0.3, 0.7);
        }
    }

    /// The sensor loses power: the host notices after a while, and another stream begins after the connection.
    fn restart(&mut self, queue: &mut Queue) {
        let lost_s = self.reboot_s;
        self.reboot_s = f64::MAX;
        let noticed_s = lost_s + self.random.between(0.5, 1.5);
        let change = LinkChange::Down { reason: "supervision timeout".to_owned() };
        queue.push(Input::Link { at: host(noticed_s), sensor: self.name.clone(), change });
        let back_s = noticed_s + self.random.between(0.5, 2.0);
        self.connect(back_s, queue);
        self.sensor.reboot(back_s + CONNECTING_S);
        self.clocks.push(self.sensor.clock());
    }

    fn connect(&self, at_s: f64, queue: &mut Queue) {
        let found = [INFO, CONTROL, DATA, EVENTS, battery::LEVEL];
        let read = vec![(INFO, self.info.clone()), (battery::LEVEL, vec![87])];
        connect(queue, &self.name, at_s, &found, read);
    }
}

fn info(plan: &SensorPlan, serial: u64) -> Vec<u8> {
    let info = Info {
        firmware: FirmwareVersion { major: 1, minor: 0, patch: 0 },
        hardware_revision: 1,
        serial,
        capabilities: Set::of(&[Capability::Resend, Capability::TimeSync]),
        buffer_samples: plan.ring_samples as u32,
        rates: Set::of(&[
            SampleRate::Hz50,
            SampleRate::Hz100,
            SampleRate::Hz200,
            SampleRate::Hz400,
            SampleRate::Hz800,
        ]),
        accel_ranges: Set::of(&[AccelRange::G16]),
        gyro_ranges: Set::of(&[GyroRange::Dps2000]),
    };
    let mut buffer = [0; MAX_VALUE_LEN];
    info.encode(&mut buffer).map(|len| buffer[..len].to_vec()).unwrap_or_default()
}

/// A runner's footpod.
#[derive(Clone, Debug)]
pub(super) struct PodRig {
    pod: Footpod,
    link: Link,
    truth: RunTruth,
}

impl PodRig {
    pub(super) fn new(plan: &RunPlan, link: LinkFaults, mut random: Random, queue: &mut Queue) -> Self {
        let sensor = SensorId::from("sim-footpod");
        let found = [running_speed_cadence::MEASUREMENT, battery::LEVEL];
        connect(queue, &sensor, 0.2, &found, vec![(battery::LEVEL, vec![64])]);
        let run = Run::new(plan, 2.0);
        let truth = RunTruth::new(sensor, plan, run.begin_s());
        let link = Link::new(link, Random::new(random.bits()));
        Self { pod: Footpod::new(run, plan.counts, random), link, truth }
    }

    pub(super) fn truth(&self) -> &RunTruth {
        &self.truth
    }

    fn ready_s(&self) -> Option<f64> {
        let t_s = self.pod.next_s();
        (t_s < self.pod.run().end_s()).then_some(t_s)
    }

    fn produce(&mut self, queue: &mut Queue) {
        let t_s = self.pod.next_s();
        let value = self.pod.notify();
        send(queue, &mut self.link, t_s, &self.truth.sensor, running_speed_cadence::MEASUREMENT, &value);
    }
}
