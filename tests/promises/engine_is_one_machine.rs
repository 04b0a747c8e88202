//! The engine is one machine, whoever drives it: how often it is told the time, where it is copied, and whether its
//! inputs went through a journal changes nothing; and nothing that comes in brings it down.

use crate::gym::{BAR, STATION, engine, introduction, past_sets};
use firmware_protocol::{AccelRange, DataHeader, DataPacket, GyroRange, MAX_VALUE_LEN, Sample, Set};
use ironstride::engine::Engine;
use ironstride::model::{
    Athlete, CadenceUnit, Characteristic, Command, Context, Event, Goal, HostTime, ImuSample, Input,
    LinkChange, Notification, Order, PastSet, RepId, SensorAssignment, SensorRole, SetId, SetRole, Side,
    StationContext, sig_uuid,
};
use ironstride::sensors::{battery, ironstride as own, running_speed_cadence, trace};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::random::Random;
use ironstride::simulate::run::RunPlan;
use ironstride::simulate::session::{BarPlan, Rest, Session, SessionPlan, Sets};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A short session with everything in it: two bars, sets that are closed in time, a bad link, sensors that start anew, a
/// runner, people who change their minds.
static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let squat = Lift::of("back_squat").expect("a simulated lift");
    let sets = Sets::Listed(vec![SetPlan::new(squat, 0.8, 3), SetPlan::new(squat, 0.7, 4)]);
    let bars = vec![BarPlan { sets, rest: Rest::Seconds(50.0) }; 2];
    let run = Some(RunPlan::session(CadenceUnit::Strides, 2.0, &mut Random::new(1)));
    let plan =
        SessionPlan { bars, run, reboot: 0.6, ..SessionPlan::sets(5, Vec::new()).over(LinkFaults::HEAVY) };
    let context = StationContext {
        athlete: Some("anna".into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(82.5),
        goal: Some(Goal::StrengthInSeason),
        target_velocity_m_s: Some(0.6),
        ..StationContext::default()
    };
    let mut inputs = introduction(&context).to_vec();
    inputs.extend(Session::new(&plan));
    let lighter = StationContext { load_kg: Some(80.0), ..context.clone() };
    let heavier = StationContext { load_kg: Some(90.0), ..context };
    for (after, order) in [
        (0.4, Order::SetStation { station: STATION.into(), context: heavier }),
        (0.5, Order::RejectRep { rep: RepId(3) }),
        (0.6, Order::LabelSet { set: SetId(6), context: lighter }),
        (0.7, Order::EndSet { station: STATION.into() }),
    ] {
        let place = (inputs.len() as f64 * after) as usize;
        let at = inputs[place].at();
        inputs.insert(place, Input::Command(Command { at, order }));
    }
    inputs
});

/// What comes of all inputs when nobody interferes.
static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| events(engine(), &INPUTS));

fn events(mut engine: Engine, inputs: &[Input]) -> Vec<Event> {
    let mut events = Vec::new();
    for input in inputs {
        engine.handle(input);
        events.extend(std::iter::from_fn(|| engine.poll()));
    }
    // long enough for every deadline
    engine.finish(inputs.last().map_or(HostTime::default(), Input::at).plus_seconds(1e4));
    events.extend(std::iter::from_fn(|| engine.poll()));
    events
}

/// Not by `assert_eq`, which would print two books.
fn assert_same(found: &[Event], expected: &[Event]) {
    if let Some(i) = found.iter().zip(expected).position(|(a, b)| a != b) {
        panic!("event {i} is {:#?}\nexpected {:#?}", found[i], expected[i]);
    }
    assert_eq!(found.len(), expected.len(), "as many events");
}

#[test]
fn the_session_has_everything_in_it() {
    let has = |test: fn(&Event) -> bool| EVENTS.iter().any(test);
    assert!(has(|e| matches!(e, Event::Rep(rep) if rep.accepted)));
    assert!(has(|e| matches!(e, Event::Set(set) if set.ended_at.is_some())));
    assert!(has(|e| matches!(e, Event::Session(session) if session.ended_at.is_some())));
    assert!(
        has(|e| matches!(e, Event::Set(set) if set.end.is_some() && set.load_kg == Some(80.0))),
        "labelled"
    );
    assert!(has(|e| matches!(e, Event::Advice(_))));
    assert!(has(|e| matches!(e, Event::Cadence(_))));
    assert!(has(|e| matches!(e, Event::Stream(start) if start.stream > 1)));
    assert!(has(|e| matches!(e, Event::Request(_))));
    assert!(has(|e| matches!(e, Event::Notice(_))));
}

#[test]
fn a_journal_of_the_inputs_gives_the_same_events() {
    let through_json = |input: &Input| {
        let line = serde_json::to_string(input).expect("an input is data");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"))
    };
    let journal: Vec<Input> = INPUTS.iter().map(through_json).collect();
    assert_eq!(journal, *INPUTS);
    assert_same(&events(engine(), &journal), &EVENTS);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn time_may_be_told_as_often_as_one_likes(
        tellings in prop::collection::vec((any::<prop::sample::Index>(), 0.0..=1.0_f64), 1..400),
    ) {
        let mut between: Vec<Vec<HostTime>> = vec![Vec::new(); INPUTS.len()];
        for (index, share) in tellings {
            let i = 1 + index.index(INPUTS.len() - 1);
            let (before, after) = (INPUTS[i - 1].at(), INPUTS[i].at());
            between[i].push(before.plus_seconds(share * after.seconds_since(before)).min(after));
        }
        let mut engine = engine();
        let mut found = Vec::new();
        for (input, mut times) in INPUTS.iter().zip(between) {
            times.sort_unstable();
            for t in times {
                engine.advance(t);
                found.extend(std::iter::from_fn(|| engine.poll()));
            }
            engine.handle(input);
            found.extend(std::iter::from_fn(|| engine.poll()));
        }
        let mut t = INPUTS[INPUTS.len() - 1].at();
        for _ in 0..1000 {
            t = t.plus_seconds(10.0);
            engine.advance(t);
        }
        engine.finish(t);
        found.extend(std::iter::from_fn(|| engine.poll()));
        assert_same(&found, &EVENTS);
    }

    #[test]
    fn a_copy_goes_on_as_the_original(index in any::<prop::sample::Index>()) {
        let (before, after) = INPUTS.split_at(index.index(INPUTS.len()));
        let mut engine = engine();
        for input in before {
            engine.handle(input);
        }
        // with events that nobody has fetched yet
        let mut copy = engine.clone();
        drop(engine);
        let mut found: Vec<Event> = std::iter::from_fn(|| copy.poll()).collect();
        found.extend(events(copy, after));
        assert_same(&found, &EVENTS);
    }
}

/// Values as they come from sensors, broken sensors, and no sensor at all.
fn value() -> impl Strategy<Value = (Characteristic, Vec<u8>)> {
    let known = prop::sample::select(vec![
        own::DATA,
        own::CONTROL,
        own::EVENTS,
        own::INFO,
        battery::LEVEL,
        running_speed_cadence::MEASUREMENT,
        trace::CHARACTERISTIC,
        Characteristic { service: sig_uuid(0x180a), characteristic: sig_uuid(0x2a29) },
        Characteristic { service: sig_uuid(0x1234), characteristic: sig_uuid(0x5678) },
    ]);
    prop_oneof![
        2 => (known, prop::collection::vec(any::<u8>(), 0..260)),
        3 => data_packet().prop_map(|value| (own::DATA, value)),
        1 => stamped().prop_map(|value| (trace::CHARACTERISTIC, value)),
    ]
}

/// A whole packet of a sensor that has lost its mind: any header, any samples, the right check sum.
fn data_packet() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![3 => 0..2000_u32, 1 => any::<u32>()];
    let time_us = prop_oneof![3 => 0..10_000_000_u64, 1 => any::<u64>()];
    let interval_ns = prop_oneof![3 => 4_900_000..5_100_000_u32, 1 => any::<u32>()];
    let counts = prop::collection::vec((any::<[i16; 3]>(), any::<[i16; 3]>()), 1..18);
    (0..3_u16, number, time_us, interval_ns, counts).prop_filter_map(
        "a packet that can be written",
        |(stream_id, first_sample, device_time_us, interval_ns, counts)| {
            let header = DataHeader {
                stream_id,
                first_sample,
                device_time_us,
                interval_ns,
                accel_range: AccelRange::G16,
                gyro_range: GyroRange::Dps2000,
                flags: Set::default(),
            };
            let samples: Vec<Sample> = counts.into_iter().map(|(a, g)| Sample::new(a, g)).collect();
            let mut value = [0; MAX_VALUE_LEN];
            let length = DataPacket { header, samples: &samples }.encode(&mut value).ok()?;
            Some(value[..length].to_vec())
        },
    )
}

/// Samples with times of their own, in any order, with any numbers.
fn stamped() -> impl Strategy<Value = Vec<u8>> {
    let time = prop_oneof![3 => 0..10_000_000_000_i64, 1 => any::<i64>()];
    let sample = (any::<[f64; 3]>(), prop::option::of(any::<[f64; 3]>()))
        .prop_map(|(accel_m_s2, gyro_rad_s)| ImuSample { accel_m_s2, gyro_rad_s });
    prop::collection::vec((time, sample), 1..20).prop_map(|samples| trace::encode(&samples))
}

fn station_context() -> impl Strategy<Value = StationContext> {
    let exercise = prop::option::of(prop::sample::select(vec!["back_squat", "plank", "no_such_thing"]));
    let goal = prop::option::of(Just(Goal::Power));
    let role = prop::option::of(Just(SetRole::WarmUp));
    let number = || prop::option::of(any::<f64>());
    (exercise, number(), goal, role, number(), prop::option::of(any::<u32>()), number()).prop_map(
        |(exercise, load_kg, goal, role, target_velocity_m_s, planned_reps, planned_rest_s)| StationContext {
            athlete: Some("anna".into()),
            exercise: exercise.map(Into::into),
            load_kg,
            goal,
            role,
            target_velocity_m_s,
            planned_reps,
            planned_rest_s,
        },
    )
}

/// Anything that may happen, at time 0.
fn happening() -> impl Strategy<Value = Input> {
    let at = HostTime::default();
    let sensor = || prop::sample::select(vec![BAR, "other", "pod"]);
    let notification = (sensor(), value()).prop_map(move |(sensor, (source, value))| {
        Input::Notification(Notification { at, sensor: sensor.into(), source, value })
    });
    let change = prop_oneof![
        Just(LinkChange::Up),
        Just(LinkChange::Down { reason: String::new() }),
        Just(LinkChange::Characteristics { found: vec![own::DATA, own::CONTROL, battery::LEVEL] }),
        Just(LinkChange::Advert { name: Some("Stryd".to_owned()), services: Vec::new(), rssi_dbm: None }),
    ];
    let link = (sensor(), change).prop_map(move |(sensor, change)| Input::Link {
        at,
        sensor: sensor.into(),
        change,
    });
    let order = prop_oneof![
        station_context().prop_map(|context| Order::SetStation { station: STATION.into(), context }),
        Just(Order::EndSet { station: STATION.into() }),
        Just(Order::EndSession { station: STATION.into() }),
        (0..20_u64, station_context())
            .prop_map(|(set, context)| Order::LabelSet { set: SetId(set), context }),
        (0..20_u64).prop_map(|rep| Order::RestoreRep { rep: RepId(rep) }),
        (0..20_u64).prop_map(|rep| Order::RejectRep { rep: RepId(rep) }),
        (0..20_u64, prop::option::of(Just(Side::Right)))
            .prop_map(|(rep, side)| Order::SideRep { rep: RepId(rep), side }),
    ];
    let command = order.prop_map(move |order| Input::Command(Command { at, order }));
    let context = context().prop_map(move |context| Input::Context { at, context });
    prop_oneof![12 => notification, 2 => link, 2 => command, 1 => context]
}

fn context() -> impl Strategy<Value = Context> {
    let sensor = prop::sample::select(vec![BAR, "other", "pod"]);
    prop_oneof![
        (sensor, prop::option::of(Just(Side::Left))).prop_map(|(sensor, side)| {
            let role = SensorRole::Bar { station: STATION.into(), mount: None, side };
            Context::Sensor(SensorAssignment { sensor: sensor.into(), role })
        }),
        Just(Context::Unassigned { sensor: BAR.into() }),
        prop::option::of(any::<f64>())
            .prop_map(|body_mass_kg| Context::Athlete(Athlete { id: "anna".into(), body_mass_kg })),
        (any::<f64>(), prop::collection::vec(any::<f64>(), 0..6)).prop_map(|(bar_kg, plates_per_side_kg)| {
            Context::Plates { station: STATION.into(), bar_kg, plates_per_side_kg }
        }),
        any::<u64>().prop_map(|next| Context::Ids { next }),
        (any::<prop::sample::Index>(), any::<i64>(), any::<bool>()).prop_map(|(n, started_at, whole)| {
            let mut past = n.get(&PAST).clone();
            past.record.started_at = HostTime(started_at);
            past.reps.truncate(if whole { usize::MAX } else { 1 });
            Context::PastSet(Box::new(past))
        }),
    ]
}

/// The sets of the session above as a store would have them.
static PAST: LazyLock<Vec<PastSet>> = LazyLock::new(|| past_sets(&EVENTS));

fn placed(mut input: Input, t: HostTime) -> Input {
    match &mut input {
        Input::Notification(notification) => notification.at = t,
        Input::Link { at, .. } | Input::Context { at, .. } | Input::Incident { at, .. } => *at = t,
        Input::Command(command) => command.at = t,
    }
    input
}

/// Nanoseconds from one input to the next: mostly as a radio has them, sometimes a night.
fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..100_000_000_i64, 1 => 0..60_000_000_000_i64, 1 => 0..100_000_000_000_000_i64]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn nothing_that_comes_in_brings_it_down(
        happenings in prop::collection::vec((wait(), happening()), 1..120),
    ) {
        let mut engine = engine();
        let mut now = HostTime::default();
        for (wait, happening) in happenings {
            now = HostTime(now.0 + wait);
            engine.handle(&placed(happening, now));
            while let Some(event) = engine.poll() {
                // no number but a finite one, and all of it can be written down
                prop_assert!(serde_json::to_string(&event).is_ok());
                if let Event::Rep(rep) = &event {
                    let v = rep.metrics.mean_velocity_m_s;
                    prop_assert!(v.is_none_or(f64::is_finite), "{rep:?}");
                }
            }
        }
        engine.finish(now);
    }

    #[test]
    fn an_input_reads_back_from_its_journal(happening in happening(), t in any::<i64>()) {
        let input = placed(happening, HostTime(t));
        let line = serde_json::to_string(&input).expect("an input is data");
        // what is no number cannot be journalled; the engine refuses it as it comes in
        let words = format!("{input:?}");
        prop_assume!(!words.contains("NaN") && !words.contains("inf"));
        prop_assert_eq!(serde_json::from_str::<Input>(&line).expect("its own line"), input);
    }
}
