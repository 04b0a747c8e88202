//! Stores in directories of their own, and things to put into them.

use crate::model::*;
use crate::store::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// A directory that goes with the test.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("ironstride-store-{}-{number}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.join("ironstride.db")
    }

    pub(super) fn options(&self) -> StoreOptions {
        StoreOptions { path: self.path(), max_bytes: None }
    }

    pub(super) fn open(&self) -> (Journal, WriterThread) {
        Journal::open(&self.options(), |_| ()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies what a killed process would leave behind.
pub(super) fn copy_store(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    fs::copy(open::wal_of(from), open::wal_of(to)).unwrap();
}

pub(super) fn algorithm() -> AlgorithmTag {
    AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: "0".to_owned() }
}

pub(super) fn rep(id: u64, revision: u32, set: u64, ended_at: i64) -> Event {
    Event::Rep(Box::new(Rep {
        id: RepId(id),
        revision,
        stage: RepStage::Final,
        accepted: true,
        reject_reason: None,
        set: Some(SetId(set)),
        station: "rack".into(),
        athlete: None,
        exercise: None,
        load_kg: None,
        side: None,
        movement: MovementKey { sensor: "bar".into(), stream: 1, ordinal: id as u32 },
        ended_at: HostTime(ended_at),
        eccentric_start: None,
        start: DeviceTime(1),
        end: DeviceTime(2),
        metrics: RepMetrics { mean_velocity_m_s: Some(0.1 + 0.2), ..RepMetrics::default() },
        source: RepSource::Inertial,
        algorithm: algorithm(),
    }))
}

pub(super) fn set(id: u64, revision: u32, session: u64, ended_at: Option<i64>) -> SetRecord {
    SetRecord {
        id: SetId(id),
        revision,
        session: SessionId(session),
        station: "rack".into(),
        athlete: None,
        exercise: None,
        load_kg: None,
        goal: None,
        role: None,
        started_at: HostTime(5),
        ended_at: ended_at.map(HostTime),
        end: ended_at.map(|_| SetEnd::Timeout),
        reps: vec![],
        summaries: vec![SetSummary { reps: 3, ..SetSummary::default() }],
        stop_line: None,
        algorithm: algorithm(),
    }
}

pub(super) fn cadence(sensor: &str, at: i64) -> Event {
    Event::Cadence(CadenceRecord {
        at: HostTime(at),
        sensor: sensor.into(),
        athlete: None,
        cadence_steps_min: Some(172.0),
        unknown_because: None,
        cadence_raw: 86,
        speed_m_s: 3.1,
        running: true,
    })
}

pub(super) fn packet(sensor: &str, at: i64, value: Vec<u8>) -> SourcedInput {
    let source = Characteristic {
        service: Uuid::from_u128(1),
        characteristic: Uuid::from_u128(0x240d_0004_7d95_4a04_852e_8f2b_feea_b599),
    };
    let what = Notification { at: HostTime(at), sensor: sensor.into(), source, value };
    SourcedInput { input: Input::Notification(what), from_source: true }
}

pub(super) fn order(at: i64, order: Order) -> SourcedInput {
    SourcedInput { input: Input::Command(Command { at: HostTime(at), order }), from_source: false }
}

pub(super) fn squat() -> StationContext {
    StationContext {
        athlete: Some("ada".into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(100.0),
        ..StationContext::default()
    }
}

pub(super) fn send(journal: &Journal, step: Step) {
    journal.send(Write::Step(step)).unwrap();
}

/// Any input of any kind.
fn input() -> impl Strategy<Value = SourcedInput> {
    let bytes = prop_oneof![
        (0_usize..=18).prop_flat_map(|rows| vec(any::<u8>(), 28 + 12 * rows)),
        vec(any::<u8>(), 0..40)
    ];
    let sensor = prop_oneof![Just("bar"), Just("pod"), Just("Åse’s bar")];
    let notification = (sensor.clone(), any::<i64>(), bytes, any::<bool>())
        .prop_map(|(sensor, at, value, own)| SourcedInput { from_source: !own, ..packet(sensor, at, value) });
    let link = (sensor, any::<i64>(), ".{0,12}").prop_map(|(sensor, at, reason)| {
        let change = LinkChange::Down { reason };
        let input = Input::Link { at: HostTime(at), sensor: sensor.into(), change };
        SourcedInput { input, from_source: true }
    });
    let load = (any::<i64>(), proptest::num::f64::NORMAL).prop_map(|(at, load_kg)| {
        let context = StationContext { load_kg: Some(load_kg), ..squat() };
        order(at, Order::SetStation { station: "rack".into(), context })
    });
    prop_oneof![5 => notification, 1 => link, 1 => load]
}

/// Steps of a run with reps numbered from 1, now and then none.
pub(super) fn steps(most: usize) -> impl Strategy<Value = Vec<(Vec<SourcedInput>, u8)>> {
    vec((vec(input(), 0..8), 0_u8..3), 1..most)
}

/// A step of these inputs and so many reps, of which `next` is the first.
pub(super) fn step(run: RunId, inputs: Vec<SourcedInput>, reps: u8, next: &mut u64) -> Step {
    let first = *next;
    *next += u64::from(reps);
    let events = (first..*next).map(|id| rep(id, 1, 1, 7)).collect();
    Step { inputs, events, ..Step::new(run, HostTime(0)) }
}
