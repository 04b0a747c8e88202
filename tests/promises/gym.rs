//! A simulated gym and an engine that listens to it, its wishes carried back to the sensors.

use firmware_protocol::{DataPacket, MAX_VALUE_LEN};
use ironstride::config::Catalogue;
use ironstride::engine::{Engine, EngineConfig};
use ironstride::model::{
    Command, Context, Event, HostTime, Input, Order, PastSet, RejectReason, Rep, RepId, RepStage, Request,
    SensorAssignment, SensorRole, SetId, SetRecord, StationContext,
};
use ironstride::radio::capture::{CaptureHeader, CaptureWriter};
use ironstride::sensors::ironstride::DATA;
use ironstride::simulate::session::{Session, SessionPlan, SessionTruth};
use std::collections::BTreeMap;

/// The only bar of a session with one bar.
pub(crate) const BAR: &str = "sim-bar-1";
/// Where it is.
pub(crate) const STATION: &str = "rack";

/// An engine that knows the exercises and has seen nothing.
pub(crate) fn engine() -> Engine {
    let exercises = Catalogue::embedded().expect("the embedded catalogue is valid").into();
    Engine::new(EngineConfig { exercises, ..EngineConfig::default() })
}

/// An engine that knows where the only bar is and what is done with it.
pub(crate) fn engine_for(context: &StationContext) -> Engine {
    let mut engine = engine();
    for input in introduction(context) {
        engine.handle(&input);
    }
    engine
}

/// Who lifts what with the only bar, from the beginning.
pub(crate) fn introduction(context: &StationContext) -> [Input; 2] {
    let at = HostTime::default();
    let role = SensorRole::Bar { station: STATION.into(), mount: None, side: None };
    let order = Order::SetStation { station: STATION.into(), context: context.clone() };
    [
        Input::Context { at, context: Context::Sensor(SensorAssignment { sensor: BAR.into(), role }) },
        Input::Command(Command { at, order }),
    ]
}

/// What came in and what came of it.
#[derive(Debug)]
pub(crate) struct Recording {
    /// In order of arrival, resent samples and answers too.
    pub(crate) inputs: Vec<Input>,
    pub(crate) events: Vec<Event>,
    pub(crate) truth: SessionTruth,
}

/// Lets an engine listen to a session from its first to its last byte. `trim` may change or drop what comes.
pub(crate) fn listen(
    mut engine: Engine,
    plan: &SessionPlan,
    trim: impl Fn(Input) -> Option<Input>,
) -> Recording {
    let mut session = Session::new(plan);
    let (mut inputs, mut events) = (Vec::new(), Vec::new());
    let mut now = HostTime::default();
    while let Some(input) = session.next() {
        let Some(input) = trim(input) else { continue };
        now = input.at();
        engine.handle(&input);
        inputs.push(input);
        while let Some(event) = engine.poll() {
            if let Event::Request(request) = &event {
                // a driver carries a wish when it hears of it, not when it was due
                session.request(&Request { at: now, ..request.clone() });
            }
            events.push(event);
        }
    }
    engine.finish(now);
    events.extend(std::iter::from_fn(|| engine.poll()));
    Recording { inputs, events, truth: session.truth() }
}

/// An input without what belongs to sample `end` and later ones of a stream: the same recording, whatever the size of
/// its last packet.
pub(crate) fn only_before(end: u32, mut input: Input) -> Option<Input> {
    let Input::Notification(notification) = &mut input else { return Some(input) };
    if notification.source != DATA {
        return Some(input);
    }
    let packet = DataPacket::parse(&notification.value).expect("a simulated packet is valid");
    let header = packet.header;
    if header.first_sample >= end {
        return None;
    }
    let mut samples = packet.samples.to_vec();
    samples.truncate((end - header.first_sample) as usize);
    let mut value = [0; MAX_VALUE_LEN];
    let length = DataPacket { header, samples: &samples }.encode(&mut value).expect("it fit before");
    notification.value = value[..length].to_vec();
    Some(input)
}

/// How many samples the only bar sent when nothing was lost.
pub(crate) fn samples_sent(inputs: &[Input]) -> u32 {
    let ends = inputs.iter().filter_map(|input| match input {
        Input::Notification(n) if n.source == DATA => {
            let packet = DataPacket::parse(&n.value).expect("a simulated packet is valid");
            Some(packet.header.first_sample + packet.samples.len() as u32)
        }
        _ => None,
    });
    ends.max().unwrap_or(0)
}

impl Recording {
    /// The latest state of every movement that the settled lane confirmed, in order of time.
    pub(crate) fn reps(&self) -> Vec<&Rep> {
        let mut latest: BTreeMap<RepId, &Rep> = BTreeMap::new();
        for event in &self.events {
            if let Event::Rep(rep) = event {
                latest.insert(rep.id, rep);
            }
        }
        let confirmed = latest.into_values().filter(|rep| is_final(rep));
        let mut reps: Vec<&Rep> = confirmed.collect();
        reps.sort_by_key(|rep| (&rep.movement.sensor, rep.movement.stream, rep.start));
        reps
    }

    /// The latest state of every set.
    pub(crate) fn sets(&self) -> Vec<&SetRecord> {
        let mut latest: BTreeMap<SetId, &SetRecord> = BTreeMap::new();
        for event in &self.events {
            if let Event::Set(set) = event {
                latest.insert(set.id, set);
            }
        }
        latest.into_values().collect()
    }

    /// Samples that were given up.
    pub(crate) fn lost_samples(&self) -> u64 {
        let counts = self.events.iter().filter_map(|event| match event {
            Event::Sensor(status) => Some(status.lost_samples),
            _ => None,
        });
        counts.max().unwrap_or(0)
    }

    /// As a capture file.
    pub(crate) fn capture(&self) -> Vec<u8> {
        let mut writer =
            CaptureWriter::new(Vec::new(), &CaptureHeader::new("test", None)).expect("in memory");
        for input in &self.inputs {
            writer.input(input).expect("time never goes back");
        }
        writer.into_inner()
    }
}

/// The sets as a store would have them after `events`.
pub(crate) fn past_sets(events: &[Event]) -> Vec<PastSet> {
    let (mut sets, mut reps) = (BTreeMap::new(), BTreeMap::new());
    for event in events {
        match event {
            Event::Set(set) => drop(sets.insert(set.id, (**set).clone())),
            Event::Rep(rep) => drop(reps.insert(rep.id, (**rep).clone())),
            _ => {}
        }
    }
    let with_reps = |record: SetRecord| {
        let reps = record.reps.iter().filter_map(|id| reps.get(id).cloned()).collect();
        PastSet { record, reps }
    };
    sets.into_values().map(with_reps).collect()
}

fn is_final(rep: &Rep) -> bool {
    rep.stage != RepStage::Provisional && rep.reject_reason != Some(RejectReason::Withdrawn)
}
