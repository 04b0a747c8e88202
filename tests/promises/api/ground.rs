//! A gym with a past: a real journal in a folder of its own, filled with records as an engine would make them, and a
//! core that carries wishes out.

use ironstride::model::{
    Advice, AdviceAction, AdviceId, AdviceInput, AlgorithmTag, AthleteProfile, BatteryReading, CadenceRecord,
    Change, Command, Confidence, DeviceInformation, DeviceRecord, DeviceTime, DeviceToken, DeviceWord, Event,
    Exercise, HostTime, Input, LinkState, MovementKey, Notice, NoticeKind, Order, Rep, RepId, RepMetrics,
    RepSource, RepStage, SensorProfile, SensorRole, SensorStatus, SessionId, SessionRecord, SetEnd, SetId,
    SetRecord, SetSummary, StopLine,
};
use ironstride::store::{
    ClockAnchor, Journal, RunId, RunSource, SourcedInput, Step, StoreOptions, Write, WriterThread,
};
use ironstride::web::{
    Ask, Desk, GymSetup, Hub, Queue, Refusal, StationSetup, Vitals, Wall, WallTime, Warning, Web, WebConfig,
};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// The run's clock began here.
pub(super) const START_UTC_NS: i64 = 1_760_000_000_000_000_000;
/// A device that may change things.
pub(super) const TOKEN: &str = "the token of a phone";

/// The gym, and what holds it up.
pub(super) struct Gym {
    pub(super) web: Web,
    pub(super) hub: Hub,
    pub(super) journal: Journal,
    pub(super) run: RunId,
    writer: Option<WriterThread>,
    core: Option<JoinHandle<()>>,
    folder: PathBuf,
}

impl Gym {
    /// A gym with a session: a labelled set of three repetitions with advice, and an open set without labels.
    pub(super) fn new(read_open: bool) -> Self {
        let folder = new_folder();
        let hub = Hub::new();
        let published = hub.clone();
        let options = StoreOptions { path: folder.join("ironstride.db"), max_bytes: None };
        let (journal, writer) = Journal::open(&options, move |kept| published.publish(&kept)).unwrap();
        let run = journal.begin(RunSource::Simulated, "test").unwrap();
        let anchor = ClockAnchor { run, mono: HostTime(0), utc_ns: START_UTC_NS, certain: true };
        journal.send(Write::Anchor(anchor)).unwrap();
        let (desk, asks) = Desk::new(8);
        let core = Core { journal: journal.clone(), run };
        let web = Web::new(config(read_open), journal.reader(), hub.clone(), desk, vitals(&journal), wall());
        let core = std::thread::spawn(move || core.carry_out(asks));
        let gym = Self { web, hub, journal, run, writer: Some(writer), core: Some(core), folder };
        gym.fill();
        gym
    }

    fn fill(&self) {
        let athlete = AthleteProfile { id: "anna".into(), name: "Anna".to_owned(), body_mass_kg: Some(61.0) };
        let bar = SensorProfile {
            sensor: "bar".into(),
            name: Some("Bar 1".to_owned()),
            role: Some(SensorRole::Bar { station: "rack".into(), mount: None, side: None }),
            cadence_unit: None,
        };
        let token = DeviceToken { name: "phone".to_owned(), sha256: sha256_hex(TOKEN), revoked: false };
        let changes = vec![Change::Athlete(athlete), Change::Sensor(bar), Change::Token(token)];
        self.step(HostTime(1), Vec::new(), changes);
        let sensors = [sensor("bar", LinkState::Streaming), sensor("pod", LinkState::Up)];
        let sensors = sensors.into_iter().map(|status| Event::Sensor(Box::new(status)));
        let reps = (1..=3).map(|n| Event::Rep(Box::new(rep(n, Some(2), n != 3))));
        let events = sensors
            .chain([Event::Session(session())])
            .chain(reps)
            .chain([
                Event::Set(Box::new(set(2, &[1, 2, 3], true))),
                Event::Advice(Box::new(advice(4, 2, None))),
                Event::Advice(Box::new(advice(5, 2, Some(4)))),
                Event::Rep(Box::new(unlabelled(rep(6, Some(7), true)))),
                Event::Set(Box::new(set(7, &[6], false))),
                Event::Rep(Box::new(unlabelled(rep(8, Some(9), true)))),
                Event::Set(Box::new(closed(set(9, &[8], false)))),
                Event::Cadence(cadence()),
                Event::Device(heart_rate()),
                Event::Notice(notice("samples were lost")),
            ])
            .collect();
        self.step(seconds(60.0), events, Vec::new());
    }

    /// The same gym, of which nobody carries out wishes but the test; answers may take so long.
    pub(super) fn without_core(&self, patience: Duration) -> (Web, Receiver<Ask>) {
        let (desk, asks) = Desk::new(8);
        let config = WebConfig { patience, ..config(true) };
        let reader = self.journal.reader();
        (Web::new(config, reader, self.hub.clone(), desk, vitals(&self.journal), wall()), asks)
    }

    /// From now on what the journal had can't be read.
    pub(super) fn lose_store(&self) {
        let file = rusqlite::Connection::open(self.folder.join("ironstride.db")).unwrap();
        file.execute_batch("DROP TABLE event; DROP TABLE latest; DROP TABLE session;").unwrap();
    }

    /// Journals a step and waits for its commit; the `seq` of its last entry.
    pub(super) fn step(&self, at: HostTime, events: Vec<Event>, changes: Vec<Change>) -> u64 {
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let step = Step {
            events,
            changes,
            done: Some(Box::new(move |answer| tell.send(answer).unwrap())),
            ..Step::new(self.run, at)
        };
        self.journal.send(Write::Step(step)).unwrap();
        told.recv().unwrap().unwrap()
    }
}

impl Drop for Gym {
    fn drop(&mut self) {
        // a failed close shows in the tests that read what was written
        let _ = self.journal.close();
        self.writer.take().into_iter().for_each(WriterThread::join);
        // the core ends with the last desk, which tests may still hold
        drop(self.core.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What carries wishes out: like the daemon's core, without an engine.
struct Core {
    journal: Journal,
    run: RunId,
}

impl Core {
    fn carry_out(self, mut asks: Receiver<Ask>) {
        while let Some(Ask { change, key, reply }) = asks.blocking_recv() {
            let at = seconds(61.0);
            let command = match &change {
                Change::Order(order) => Some(Input::Command(Command { at, order: order.clone() })),
                _ => None,
            };
            let inputs = command.map(|input| SourcedInput { input, from_source: false });
            let events = self.events(&change);
            let done = Box::new(move |answer: Result<u64, ironstride::store::StoreError>| {
                // an asker who has gone doesn't matter
                let _ = reply.send(answer.map_err(|error| Refusal::Store(error.to_string())));
            });
            let step = Step {
                inputs: inputs.into_iter().collect(),
                events,
                changes: vec![change],
                key,
                done: Some(done),
                ..Step::new(self.run, at)
            };
            if self.journal.send(Write::Step(step)).is_err() {
                return;
            }
        }
    }

    /// What an engine would make of an order.
    fn events(&self, change: &Change) -> Vec<Event> {
        let reader = self.journal.reader();
        match change {
            Change::Order(Order::RestoreRep { rep } | Order::RejectRep { rep }) => {
                let mut rep = reader.rep(*rep).unwrap().unwrap().value;
                rep.revision += 1;
                rep.stage = RepStage::Corrected;
                rep.accepted = matches!(change, Change::Order(Order::RestoreRep { .. }));
                vec![Event::Rep(Box::new(rep))]
            }
            Change::Order(Order::SideRep { rep, side }) => {
                let mut rep = reader.rep(*rep).unwrap().unwrap().value;
                rep.revision += 1;
                (rep.stage, rep.side) = (RepStage::Corrected, *side);
                vec![Event::Rep(Box::new(rep))]
            }
            Change::Order(Order::LabelSet { set, context }) => {
                let mut set = reader.set(*set).unwrap().unwrap().value;
                set.revision += 1;
                set.athlete.clone_from(&context.athlete);
                set.exercise.clone_from(&context.exercise);
                set.load_kg = context.load_kg;
                (set.goal, set.role) = (context.goal, context.role);
                vec![Event::Set(Box::new(set))]
            }
            _ => Vec::new(),
        }
    }
}

fn config(read_open: bool) -> WebConfig {
    let station = |id: &str, name: &str| StationSetup {
        id: id.into(),
        name: name.to_owned(),
        bar_kg: 20.0,
        plates_per_side_kg: vec![20.0, 10.0, 5.0],
    };
    let catalogue = ironstride::config::Catalogue::embedded().unwrap();
    let exercises: Vec<Exercise> = catalogue.iter().cloned().collect();
    WebConfig {
        gym: GymSetup { name: "Test gym".to_owned(), time_zone: "Europe/Berlin".to_owned() },
        stations: vec![station("rack", "Rack 1"), station("platform", "Platform")],
        exercises,
        hosts: vec!["gym.example".to_owned()],
        read_open,
        store_max_bytes: Some(1 << 30),
        patience: WebConfig::USUAL_PATIENCE,
    }
}

fn vitals(journal: &Journal) -> Vitals {
    let vitals = Vitals::new();
    let journal = journal.clone();
    vitals.watch_writer(move || journal.stats());
    vitals.set_source("simulated");
    vitals.inputs_received(12);
    vitals.inputs_lost(1);
    vitals.set_lag_s(0.25);
    vitals.task_started("core");
    vitals.task_failed("radio", "the adapter is gone");
    vitals.set_queue("inputs", Queue { length: 3, capacity: 100 });
    let warning = Warning { what: "a warning".to_owned(), hint: "do something".to_owned() };
    vitals.warn("test", warning);
    vitals.ready();
    vitals
}

/// It is a minute and a second after the run's start, for ever.
fn wall() -> Wall {
    Wall::new(|| WallTime { utc_ns: START_UTC_NS + 61_000_000_000, certain: true, uptime_s: 61.0 })
}

pub(super) fn seconds(seconds: f64) -> HostTime {
    HostTime::default().plus_seconds(seconds)
}

pub(super) fn rep(id: u64, set: Option<u64>, accepted: bool) -> Rep {
    Rep {
        id: RepId(id),
        revision: 1,
        stage: RepStage::Settled,
        accepted,
        reject_reason: (!accepted).then_some(ironstride::model::RejectReason::Rerack),
        set: set.map(SetId),
        station: "rack".into(),
        athlete: Some("anna".into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(100.0),
        side: None,
        movement: MovementKey { sensor: "bar".into(), stream: 1, ordinal: id as u32 },
        ended_at: seconds(50.0 + id as f64),
        eccentric_start: None,
        start: DeviceTime(0),
        end: DeviceTime(1_000_000_000),
        metrics: RepMetrics {
            mean_velocity_m_s: Some(0.5),
            mean_power_bar_w: Some(500.0),
            mean_power_system_w: Some(900.0),
            ..RepMetrics::default()
        },
        source: RepSource::Inertial,
        algorithm: algorithm(),
    }
}

fn unlabelled(mut rep: Rep) -> Rep {
    (rep.athlete, rep.exercise, rep.load_kg) = (None, None, None);
    (rep.metrics.mean_power_bar_w, rep.metrics.mean_power_system_w) = (None, None);
    rep
}

fn set(id: u64, reps: &[u64], labelled: bool) -> SetRecord {
    SetRecord {
        id: SetId(id),
        revision: 1,
        session: SessionId(1),
        station: "rack".into(),
        athlete: labelled.then(|| "anna".into()),
        exercise: labelled.then(|| "back_squat".into()),
        load_kg: labelled.then_some(100.0),
        goal: None,
        role: None,
        started_at: seconds(50.0),
        ended_at: labelled.then(|| seconds(54.0)),
        end: labelled.then_some(SetEnd::Rerack),
        reps: reps.iter().copied().map(RepId).collect(),
        summaries: vec![SetSummary { reps: reps.len() as u32, ..SetSummary::default() }],
        stop_line: Some(StopLine { velocity_loss_cap_pct: 20.0, velocity_m_s: 0.4 }),
        algorithm: algorithm(),
    }
}

fn closed(mut set: SetRecord) -> SetRecord {
    (set.ended_at, set.end) = (Some(seconds(59.0)), Some(SetEnd::Timeout));
    set
}

fn session() -> SessionRecord {
    SessionRecord {
        id: SessionId(1),
        revision: 1,
        station: "rack".into(),
        athlete: Some("anna".into()),
        started_at: seconds(50.0),
        ended_at: None,
    }
}

fn advice(id: u64, set: u64, supersedes: Option<u64>) -> Advice {
    let number = |name: &str| AdviceInput { name: name.to_owned(), value: 21.0 };
    Advice {
        id: AdviceId(id),
        at: seconds(54.0),
        station: "rack".into(),
        athlete: Some("anna".into()),
        exercise: Some("back_squat".into()),
        set: SetId(set),
        action: AdviceAction::NextLoad { load_kg: 102.5, plates_per_side_kg: vec![20.0, 20.0, 1.25] },
        reason: "the loss was 21 %, the cap is 20 %".to_owned(),
        inputs: vec![number("velocity_loss_best_pct")],
        threshold: number("velocity_loss_cap_pct"),
        rule: "velocity_loss_stop".to_owned(),
        source: "a study".to_owned(),
        confidence: Confidence::High,
        supersedes: supersedes.map(AdviceId),
    }
}

pub(super) fn sensor(id: &str, link: LinkState) -> SensorStatus {
    SensorStatus {
        at: seconds(59.0),
        sensor: id.into(),
        families: vec!["ironstride".to_owned()],
        link,
        battery: Some(BatteryReading { percent: 9 }),
        device: DeviceInformation { manufacturer: Some("Ironstride".to_owned()), ..Default::default() },
        samples: 1000,
        lost_samples: 2,
        undecoded: 0,
        sample_rate_hz: Some(200.1),
        slow: false,
    }
}

fn heart_rate() -> DeviceRecord {
    let word = DeviceWord::HeartRate { heart_rate_bpm: Some(142.0), rr_s: vec![0.4214, 0.4239] };
    DeviceRecord { at: seconds(58.5), sensor: "strap".into(), athlete: Some("anna".into()), word }
}

fn cadence() -> CadenceRecord {
    CadenceRecord {
        at: seconds(58.0),
        sensor: "pod".into(),
        athlete: Some("anna".into()),
        cadence_steps_min: Some(172.0),
        unknown_because: None,
        cadence_raw: 86,
        speed_m_s: 3.2,
        running: true,
    }
}

pub(super) fn notice(message: &str) -> Notice {
    Notice {
        at: seconds(59.0),
        sensor: Some("bar".into()),
        kind: NoticeKind::SamplesLost,
        message: message.to_owned(),
    }
}

fn algorithm() -> AlgorithmTag {
    AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: "abc".to_owned() }
}

fn new_folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ironstride-api-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn sha256_hex(token: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(token).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
