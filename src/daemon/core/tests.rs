//! A core over a real store, killed and started again. Its clocks are data.

use super::*;
use crate::daemon::clock::testing::FakeTicks;
use crate::daemon::past::{self, Past};
use crate::model::{Event, NoticeKind, Order, Rep, RepId, SensorProfile, SensorRole, SetId};
use crate::simulate::link::LinkFaults;
use crate::simulate::random::Random;
use crate::simulate::session::{Session, SessionPlan};
use crate::simulate::{lift::Lift, plan::SetPlan};
use crate::store::{Entry, Step, StoreOptions, WriterThread};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

const UTC_S: i64 = 1_777_888_800;

/// A folder of its own that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ironstride-core-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One life of a daemon without its radio and its port.
struct Life {
    core: Core,
    writer: WriterThread,
    journal: Journal,
    ticks: Arc<FakeTicks>,
    past_inputs: Option<u64>,
}

fn replay() -> RunSource {
    RunSource::Replay { sha256: "ab".repeat(32) }
}

impl Life {
    fn begin(folder: &Folder, source: &RunSource, utc_s: i64) -> Self {
        let options = StoreOptions { path: folder.0.join("ironstride.db"), max_bytes: None };
        let (journal, writer) = Journal::open(&options, drop).unwrap();
        let ticks = FakeTicks::at_utc(utc_s);
        let config = EngineConfig::default();
        let now_ns = utc_s * NANOS_PER_SECOND;
        let past = past::of(&journal, &journal.reader(), source, &config, now_ns).unwrap();
        let begins = match &past {
            Past::GoesOn(record, _) => {
                crate::daemon::clock::goes_on_at(record.last, record.last_utc.map(|utc| utc.ns), now_ns)
            }
            _ => HostTime(0),
        };
        let equipment = Equipment {
            config,
            known: Vec::new(),
            journal: journal.clone(),
            clock: HostClock::showing(ticks.clone(), begins),
            vitals: Vitals::new(),
            beat: Beat::default(),
            on_trace: Box::new(|_| {}),
            requests: mpsc::channel(1).0,
        };
        let (core, past_inputs) = match past {
            Past::GoesOn(record, resumed) => {
                let inputs = record.source_inputs;
                (Core::go_on(equipment, &record, *resumed).unwrap(), Some(inputs))
            }
            Past::Nothing => (Core::begin(equipment, source.clone()).unwrap(), None),
            Past::Stuck(lost) => panic!("{lost}"),
        };
        Self { core, writer, journal, ticks, past_inputs }
    }

    fn deliver(&mut self, deliveries: impl IntoIterator<Item = Delivery>) {
        self.core.deliver(&mut deliveries.into_iter().collect()).unwrap();
    }

    /// Live: the clock goes on to the input's time before it is taken.
    fn receive(&mut self, input: &Input, offset_ns: i64) {
        let mut input = input.clone();
        input.set_at(HostTime(input.at().0 + offset_ns));
        let later_ns = input.at().0 - self.core.now().0;
        self.ticks.monotonic_ns.fetch_add(later_ns.max(0), SeqCst);
        self.ticks.utc_ns.fetch_add(later_ns.max(0), SeqCst);
        self.deliver([Delivery::Input(input)]);
        self.core.pass_time().unwrap();
    }

    /// Without a word: what is in the journal is all that is left.
    fn die(self) {
        drop(self.core);
        self.journal.send(Write::Close(Box::new(|kept| assert!(kept.is_ok())))).unwrap();
        self.writer.join();
    }

    fn events(&self) -> Vec<Event> {
        self.journal.flush().unwrap();
        let stored = self.journal.reader().events_after(0, u32::MAX).unwrap();
        let events = stored.into_iter().filter_map(|stored| match stored.entry {
            Entry::Event(event) => Some(event),
            Entry::Change(_) => None,
        });
        events.collect()
    }
}

fn session(seed: u64, sets: usize) -> Vec<Input> {
    let set = SetPlan::new(Lift::of("back_squat").unwrap(), 0.7, 2);
    Session::new(&SessionPlan::sets(seed, vec![set; sets]).over(LinkFaults::LIGHT)).collect()
}

fn recording() -> Vec<Delivery> {
    session(6, 2).into_iter().map(Delivery::Input).chain([Delivery::End]).collect()
}

fn uninterrupted(deliveries: &[Delivery]) -> Vec<Event> {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &replay(), UTC_S);
    life.deliver(deliveries.iter().cloned());
    life.events()
}

#[test]
fn a_replay_cut_anywhere_and_gone_on_with_gives_the_same_journal() {
    let deliveries = recording();
    let expected = uninterrupted(&deliveries);
    assert!(expected.iter().filter(|event| matches!(event, Event::Rep(_))).count() > 8);
    let mut random = Random::new(11);
    for round in 0..6 {
        let folder = Folder::new();
        let mut done = 0;
        let mut lives = 0;
        loop {
            let mut life = Life::begin(&folder, &replay(), UTC_S + lives);
            assert_eq!(life.past_inputs.unwrap_or(0), done as u64, "round {round}");
            lives += 1;
            let most = deliveries.len() - done;
            let piece = 1 + random.below(most.max(2) as u32 - 1) as usize;
            let end = if lives > 3 { most } else { piece };
            for batch in deliveries[done..done + end].chunks(1 + random.below(90) as usize) {
                life.deliver(batch.iter().cloned());
            }
            done += end;
            if done == deliveries.len() {
                assert_eq!(life.events(), expected, "round {round}, {lives} lives");
                break;
            }
            life.die();
        }
    }
}

#[test]
fn a_recording_that_was_told_is_known_to_be() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &replay(), UTC_S);
    life.deliver(recording());
    life.die();
    let life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let RunSource::Replay { sha256 } = replay() else { unreachable!() };
    assert!(life.journal.reader().run_of_replay(&sha256).unwrap().unwrap().ended);
}

/// The latest word on each repetition, and how often each revision was told.
fn reps(events: &[Event]) -> BTreeMap<RepId, Rep> {
    let mut reps: BTreeMap<RepId, Rep> = BTreeMap::new();
    for event in events {
        if let Event::Rep(rep) = event {
            let before = reps.insert(rep.id, (**rep).clone());
            assert!(before.is_none_or(|before| before.revision < rep.revision), "a revision told twice");
        }
    }
    reps
}

fn sets(events: &[Event]) -> Vec<SetId> {
    let ids = events.iter().filter_map(|event| match event {
        Event::Set(set) => Some(set.id),
        _ => None,
    });
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn a_killed_live_daemon_goes_on_with_the_open_set() {
    let inputs = session(6, 1);
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let mut at = 0;
    // until the first repetition counts
    while !life.events().iter().any(|event| matches!(event, Event::Set(_))) {
        life.receive(&inputs[at], 0);
        at += 1;
    }
    let before = life.events();
    let died_at = life.core.now();
    life.die();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S + died_at.0 / NANOS_PER_SECOND + 2);
    assert_eq!(life.events()[..before.len()], before, "nothing again, nothing lost");
    let gap_ns = life.core.now().0 - died_at.0;
    assert!((0..4 * NANOS_PER_SECOND).contains(&gap_ns), "{gap_ns}");
    let connect = inputs.iter().filter(|input| matches!(input, Input::Link { .. })).cloned();
    for mut input in connect.collect::<Vec<_>>() {
        input.set_at(life.core.now());
        life.deliver([Delivery::Input(input)]);
    }
    for input in &inputs[at..] {
        life.receive(input, gap_ns);
    }
    let (events, now) = (life.events(), life.core.now());
    life.core.pass_until(now.plus_seconds(120.0)).unwrap();
    life.core.send_step().unwrap();
    assert_eq!(sets(&events).len(), 1, "the open set goes on");
    assert!(reps(&events).len() > reps(&before).len());
    let all = life.events();
    assert!(all.iter().any(|event| matches!(event, Event::Set(set) if set.ended_at.is_some())));
}

#[test]
fn after_a_long_absence_what_was_open_is_closed_and_numbers_go_on() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let mut inputs = session(6, 1).into_iter();
    while !life.events().iter().any(|event| matches!(event, Event::Set(_))) {
        life.receive(&inputs.next().unwrap(), 0);
    }
    let run = life.core.run_id();
    life.die();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S + 2 * 3600);
    assert_ne!(life.core.run_id(), run);
    let closed = life.events();
    let last = |closed: &[Event]| {
        closed.iter().rev().find_map(|event| match event {
            Event::Set(set) => Some(set.ended_at.is_some()),
            _ => None,
        })
    };
    assert_eq!(last(&closed), Some(true));
    let ids = reps(&closed);
    for input in session(8, 1) {
        life.receive(&input, 0);
    }
    let later = reps(&life.events());
    assert!(later.len() > ids.len());
    assert!(ids.iter().all(|(id, rep)| later[id] == *rep), "new ones have new numbers");
}

#[test]
fn an_input_that_makes_the_engine_fail_is_left_out_and_the_rest_goes_on() {
    let deliveries = recording();
    let expected = reps(&uninterrupted(&deliveries));
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &replay(), UTC_S);
    let Delivery::Input(poison) = &deliveries[40] else { panic!() };
    life.core.run.drive.poison = Some(poison.at());
    life.deliver(deliveries[..200].iter().cloned());
    let is_told = |event: &Event| matches!(event, Event::Notice(n) if n.kind == NoticeKind::Incident && n.message.contains("poison"));
    assert_eq!(life.events().iter().filter(|event| is_told(event)).count(), 1);
    life.die();
    // executed again without it, however often
    let mut life = Life::begin(&folder, &replay(), UTC_S);
    assert_eq!(life.past_inputs, Some(200), "the one that was left out has been delivered");
    life.deliver(deliveries[200..].iter().cloned());
    let found = reps(&life.events());
    let accepted = |reps: &BTreeMap<RepId, Rep>| reps.values().filter(|rep| rep.accepted).count();
    assert_eq!(accepted(&found), accepted(&expected), "80 ms of a resting bar are missing");
    let run = life.journal.reader().run_of_replay(&"ab".repeat(32)).unwrap().unwrap();
    let mut kept = life.journal.reader().inputs(run.id).unwrap().map(Result::unwrap);
    let is_kept =
        |input: &Input| matches!(input, Input::Incident { input: Some(kept), .. } if **kept == *poison);
    assert!(kept.any(|sourced| is_kept(&sourced.input)), "its bytes are in the journal");
}

#[test]
fn a_wall_clock_that_jumps_in_a_run_rewrites_nothing() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let inputs = session(6, 1);
    let (first, rest) = inputs.split_at(inputs.len() / 2);
    for input in first {
        life.receive(input, 0);
    }
    life.events();
    let run = life.core.run_id();
    let middle = life.core.now();
    let before = life.journal.reader().clock(run).unwrap().utc(middle).unwrap();
    let years_ns = 3 * 365 * 86_400 * NANOS_PER_SECOND;
    life.ticks.utc_ns.fetch_add(years_ns, SeqCst);
    for input in rest {
        life.receive(input, 0);
    }
    life.events();
    let clock = life.journal.reader().clock(run).unwrap();
    assert_eq!(clock.utc(middle), Some(before));
    let after = clock.utc(life.core.now()).unwrap();
    assert!(after.ns - before.ns > years_ns);
}

#[test]
fn a_quiet_run_without_an_open_session_is_ended_and_links_stay() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    for input in session(6, 1).iter().take(10) {
        life.receive(input, 0);
    }
    let run = life.core.run_id();
    life.ticks.pass_s(599);
    life.core.pass_time().unwrap();
    assert_eq!(life.core.run_id(), run);
    life.ticks.pass_s(2);
    life.core.pass_time().unwrap();
    assert_ne!(life.core.run_id(), run);
    assert_eq!(life.core.run.drive.links().len(), 1);
    life.ticks.pass_s(2000);
    let again = life.core.run_id();
    life.core.pass_time().unwrap();
    assert_eq!(life.core.run_id(), again, "a run that heard nothing is not worth ending");
}

#[test]
fn a_wish_is_answered_after_its_commit_and_granted_once() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let order = |load_kg| {
        let context = crate::model::StationContext { load_kg: Some(load_kg), ..Default::default() };
        Change::Order(Order::SetStation { station: "rack".into(), context })
    };
    let mut ask = |change: Change| {
        let (reply, answer) = tokio::sync::oneshot::channel();
        life.core.ask(Ask { change, key: Some("k".to_owned()), reply }).unwrap();
        life.journal.flush().unwrap();
        answer.blocking_recv().unwrap()
    };
    let first = ask(order(80.0)).unwrap();
    assert_eq!(ask(order(80.0)), Ok(first));
    assert!(matches!(ask(order(90.0)), Err(Refusal::Conflict(_))));
    let state = life.journal.reader().station_context(&"rack".into()).unwrap().unwrap();
    assert_eq!((state.context.load_kg, state.revision), (Some(80.0), 1));
    let gone = Change::Order(Order::RejectRep { rep: RepId(99) });
    let (reply, answer) = tokio::sync::oneshot::channel();
    life.core.ask(Ask { change: gone, key: None, reply }).unwrap();
    assert!(matches!(answer.blocking_recv().unwrap(), Err(Refusal::Unknown(_))));
}

#[test]
fn a_wish_that_the_engine_refuses_is_answered_with_its_reason() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    for input in session(6, 1) {
        life.receive(&input, 0);
    }
    // a movement of no set, of long ago
    let mut stray = reps(&life.events()).into_values().next().unwrap();
    (stray.id, stray.set) = (RepId(5000), None);
    let run = life.core.run_id();
    let step = Step { events: vec![Event::Rep(Box::new(stray))], ..Step::new(run, life.core.now()) };
    life.journal.send(Write::Step(step)).unwrap();
    life.journal.flush().unwrap();
    let mut ask = |order: Order| {
        let (reply, answer) = tokio::sync::oneshot::channel();
        life.core.ask(Ask { change: Change::Order(order), key: Some("k".to_owned()), reply }).unwrap();
        life.journal.flush().unwrap();
        answer.blocking_recv().unwrap()
    };
    for order in [Order::RestoreRep { rep: RepId(5000) }, Order::RejectRep { rep: RepId(5000) }] {
        let Err(Refusal::Conflict(why)) = ask(order) else { panic!("it was not done") };
        assert!(why.contains("5000"), "{why}");
    }
    assert_eq!(life.journal.reader().request("k"), Ok(None), "what was not granted may be asked again");
}

#[test]
fn a_wish_on_which_the_engine_fails_is_answered_so() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    life.core.run.drive.poison = Some(life.core.now());
    let (reply, answer) = tokio::sync::oneshot::channel();
    let change = Change::Order(Order::EndSet { station: "rack".into() });
    life.core.ask(Ask { change, key: None, reply }).unwrap();
    life.journal.flush().unwrap();
    assert!(matches!(answer.blocking_recv().unwrap(), Err(Refusal::Failed(why)) if why.contains("poison")));
}

#[test]
fn a_sensor_that_loses_its_role_counts_no_longer_at_its_station() {
    let folder = Folder::new();
    let mut life = Life::begin(&folder, &RunSource::Live, UTC_S);
    let bar = |role| {
        let sensor = "sim-bar-1".into();
        Change::Sensor(SensorProfile { sensor, name: None, role, cadence_unit: None })
    };
    let role = SensorRole::Bar { station: "rack".into(), mount: None, side: None };
    life.core.change(bar(Some(role))).unwrap();
    assert_eq!(life.core.roles().len(), 1);
    life.core.change(bar(None)).unwrap();
    assert_eq!(life.core.roles(), []);
    for input in session(6, 1) {
        life.receive(&input, 0);
    }
    let stations: Vec<_> = reps(&life.events()).into_values().map(|rep| rep.station).collect();
    assert!(stations.len() > 1 && stations.iter().all(|station| station.as_str() == "sim-bar-1"));
}
