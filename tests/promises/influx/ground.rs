//! A journal to be told of, and who tells it.

use crate::program::folder;
use ironstride::config::InfluxSettings;
use ironstride::influx::{Carrier, Exporter, Next};
use ironstride::model::*;
use ironstride::store::{ClockAnchor, Journal, RunId, RunSource, Step, StoreOptions, Write, WriterThread};
use tokio::runtime::{Builder, Runtime};

/// Where the run's clock began: 2026-05-04T10:00:00Z.
pub(super) const START_MS: i64 = 1_777_888_800_000;

/// A journal with a run whose clock is known.
pub(super) struct Ground {
    pub(super) journal: Journal,
    pub(super) run: RunId,
    pub(super) settings: InfluxSettings,
    pub(super) runtime: Runtime,
    writer: Option<WriterThread>,
}

impl Ground {
    pub(super) fn new(test: &str, url: &str) -> Self {
        let place = folder(test).join("journal");
        let _ = std::fs::remove_dir_all(&place);
        let options = StoreOptions { path: place.join("ironstride.db"), max_bytes: None };
        let (journal, writer) = Journal::open(&options, |_| ()).expect("a store");
        let run = journal.begin(RunSource::Simulated, "test").expect("a run");
        let settings = InfluxSettings {
            url: Some(url.to_owned()),
            bucket: "train".to_owned(),
            gym: "my gym".to_owned(),
            timeout_s: 5.0,
            ..InfluxSettings::default()
        };
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let ground = Self { journal, run, settings, runtime, writer: Some(writer) };
        ground.anchor(true);
        ground
    }

    pub(super) fn anchor(&self, certain: bool) {
        let utc_ns = START_MS * 1_000_000;
        let anchor = ClockAnchor { run: self.run, mono: HostTime(0), utc_ns, certain };
        self.journal.send(Write::Anchor(anchor)).expect("it writes");
    }

    /// Journals events and waits for the commit.
    pub(super) fn tell(&self, events: Vec<Event>) {
        let step = Step { events, ..Step::new(self.run, HostTime(0)) };
        self.journal.send(Write::Step(step)).expect("it writes");
        self.journal.flush().expect("it is kept");
    }

    pub(super) fn carrier(&self) -> Carrier {
        Carrier::new(&self.settings).expect("a carrier")
    }

    pub(super) fn exporter(&self) -> Exporter {
        Exporter::new(self.carrier(), self.journal.clone(), 7).expect("an exporter")
    }

    pub(super) fn step(&self, exporter: &mut Exporter) -> Next {
        self.runtime.block_on(exporter.step()).expect("the store works")
    }

    /// Steps until all is told, whatever the server says between; how often it had to wait.
    pub(super) fn tell_all(&self, exporter: &mut Exporter) -> u32 {
        let mut waits = 0;
        for _ in 0..10_000 {
            match self.step(exporter) {
                Next::Idle => return waits,
                Next::Again => {}
                Next::Wait(_) => waits += 1,
            }
        }
        panic!("it never ends: {:?}", exporter.standing());
    }

    pub(super) fn reconcile(&self) -> ironstride::influx::Reconciled {
        let (carrier, reader) = (self.carrier(), self.journal.reader());
        let work = ironstride::influx::reconcile(&carrier, &reader, None);
        self.runtime.block_on(work).expect("both sides can be read")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = self.journal.send(Write::Close(Box::new(drop)));
        if let Some(writer) = self.writer.take() {
            writer.join();
        }
    }
}

pub(super) fn cadence(n: u32) -> Event {
    Event::Cadence(CadenceRecord {
        at: HostTime(i64::from(n) * 1_000_000_000),
        sensor: "pod".into(),
        athlete: Some("ada".into()),
        cadence_steps_min: Some(170.0 + f64::from(n % 20) * 0.5),
        unknown_because: None,
        cadence_raw: 85,
        speed_m_s: 3.1 + f64::from(n % 7) / 30.0,
        running: true,
    })
}

/// A set of an athlete that is over, advice on it, and the state of its sensor.
pub(super) fn set_with_advice(athlete: &str) -> Vec<Event> {
    let (athlete, exercise) = (Some(AthleteId::from(athlete)), Some(ExerciseId::from("back_squat")));
    let set = SetRecord {
        id: SetId(1),
        revision: 1,
        session: SessionId(1),
        station: "rack-1".into(),
        athlete: athlete.clone(),
        exercise: exercise.clone(),
        load_kg: Some(100.0),
        goal: None,
        role: None,
        started_at: HostTime(1_000_000_000),
        ended_at: Some(HostTime(20_000_000_000)),
        end: Some(SetEnd::Rerack),
        reps: Vec::new(),
        summaries: vec![SetSummary { reps: 6, velocity_loss_best_pct: Some(12.5), ..SetSummary::default() }],
        stop_line: None,
        algorithm: AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: "0".to_owned() },
    };
    let number = |name: &str| AdviceInput { name: name.to_owned(), value: 21.0 };
    let advice = Advice {
        id: AdviceId(9),
        at: HostTime(20_000_000_000),
        station: "rack-1".into(),
        athlete,
        exercise,
        set: SetId(1),
        action: AdviceAction::NextLoad { load_kg: 102.5, plates_per_side_kg: Vec::new() },
        reason: "12.5 % lost, up to 20 % is \"fine\"".to_owned(),
        inputs: vec![number("velocity_loss_best_pct")],
        threshold: number("velocity_loss_cap_pct"),
        rule: "next_load".to_owned(),
        source: "a study".to_owned(),
        confidence: Confidence::High,
        supersedes: None,
    };
    let sensor = SensorStatus {
        at: HostTime(0),
        sensor: "bar".into(),
        families: Vec::new(),
        link: LinkState::Streaming,
        battery: Some(BatteryReading { percent: 80 }),
        device: DeviceInformation::default(),
        samples: 4_000,
        lost_samples: 2,
        undecoded: 0,
        sample_rate_hz: Some(200.1),
        slow: false,
    };
    vec![Event::Set(Box::new(set)), Event::Advice(Box::new(advice)), Event::Sensor(Box::new(sensor))]
}

/// A settled repetition, one every three seconds.
pub(super) fn rep(id: u64, revision: u32, athlete: Option<&str>) -> Event {
    let velocity = 0.5 + (id % 17) as f64 / 100.0;
    Event::Rep(Box::new(Rep {
        id: RepId(id),
        revision,
        stage: if revision > 1 { RepStage::Corrected } else { RepStage::Settled },
        accepted: true,
        reject_reason: None,
        set: Some(SetId(1)),
        station: "rack-1".into(),
        athlete: athlete.map(AthleteId::from),
        exercise: athlete.map(|_| "back_squat".into()),
        load_kg: athlete.map(|_| 100.0),
        side: None,
        movement: MovementKey { sensor: "bar".into(), stream: 1, ordinal: id as u32 },
        ended_at: HostTime(id as i64 * 3_000_000_000 + 123_456),
        eccentric_start: None,
        start: DeviceTime(1),
        end: DeviceTime(2),
        metrics: RepMetrics {
            mean_velocity_m_s: Some(velocity),
            range_of_motion_m: Some(0.1 + 0.2),
            mean_power_bar_w: athlete.map(|_| 9.81 * 100.0 * velocity),
            ..RepMetrics::default()
        },
        source: RepSource::Inertial,
        algorithm: AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: "0a, \"b\"".to_owned() },
    }))
}
