//! From a plan to running tasks, and their orderly end.

use super::clock::{self, HostClock, Reading, SystemTicks, Ticks, goes_on_at};
use super::core::{Core, CoreError, Equipment};
use super::error::DaemonError;
use super::exports::ExportWork;
use super::opening;
use super::past::{self, Past};
use super::sources::{self, DEMO_HEAD_START_S, Recording};
use super::systemd::Beat;
use super::tasks::{RadioWork, Tasks, WebWork};
use super::{Found, Outcome, Plan, Source};
use crate::config::ReadAccess;
use crate::engine::EngineConfig;
use crate::model::{Advice, Event, HostTime, StationId, nanos_from_seconds, seconds_from_nanos};
use crate::radio::{Radio, RadioPort, Speed};
use crate::store::{Committed, Entry, Journal, RunSource, StoreOptions, Write, WriterThread};
use crate::web::{Desk, GymSetup, Hub, StationSetup, Vitals, Wall, WallTime, Warning, Web, WebConfig};
use std::net::TcpListener;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Deliveries that may wait for the core.
const DELIVERIES: usize = 1024;
/// Requests that may wait for a radio.
const REQUESTS: usize = 64;
/// Wishes that may wait for the core.
const WISHES: usize = 32;
/// Advice that may wait for a simulated athlete.
const ADVICE: usize = 64;

/// Everything that is there before anything runs.
struct House {
    ticks: Arc<dyn Ticks>,
    journal: Journal,
    writer: WriterThread,
    hub: Hub,
    advice: mpsc::Receiver<Advice>,
    vitals: Vitals,
}

pub(super) fn run(plan: &Plan, ready: impl FnMut(&str)) -> Result<Outcome, DaemonError> {
    let config = engine_config(plan)?;
    let recording = match &plan.source {
        Source::Replay { file, .. } => Some(Recording::open(file)?),
        Source::Live | Source::Demo => None,
    };
    let house = House::open(plan)?;
    if let Some(done) = house.replayed_before(recording.as_ref())? {
        if !plan.stays {
            house.journal.send(Write::Close(Box::new(drop))).map_err(CoreError::from)?;
            house.writer.join();
            return Ok(Outcome::Replayed { earlier: true, found: done });
        }
        tracing::info!(
            "this recording is in the store already: {} sets, {} repetitions",
            done.sets,
            done.reps
        );
        house.vitals.source_over();
        let live = Plan { source: Source::Live, ..plan.clone() };
        return house.live_in(&live, config, None, ready);
    }
    house.live_in(plan, config, recording, ready)
}

fn engine_config(plan: &Plan) -> Result<EngineConfig, DaemonError> {
    let settings = &plan.in_force.settings;
    let catalogue = plan.in_force.catalogue()?;
    let exercises = catalogue.iter().map(|exercise| (exercise.id.clone(), exercise.clone()));
    // nobody can watch a bar that moves as fast as a machine computes
    let live_trace = !matches!(plan.source, Source::Replay { speed: Speed::Max, .. });
    Ok(EngineConfig {
        exercises: exercises.collect(),
        coach: settings.coach,
        session: settings.sets,
        home_made: settings.home_made_sensors.clone(),
        live_trace,
        ..EngineConfig::default()
    })
}

impl House {
    fn open(plan: &Plan) -> Result<Self, DaemonError> {
        let store = &plan.in_force.settings.store;
        let options = StoreOptions { path: store.file(), max_bytes: Some(store.max_bytes) };
        let hub = Hub::new();
        let (to_athlete, advice) = mpsc::channel(ADVICE);
        let published = {
            let hub = hub.clone();
            move |committed: Arc<Committed>| {
                tell_athlete(&committed, &to_athlete);
                hub.publish(&committed);
            }
        };
        let (journal, writer) = Journal::open(&options, published)?;
        let vitals = Vitals::new();
        vitals.watch_writer({
            let journal = journal.clone();
            move || journal.stats()
        });
        Ok(Self { ticks: Arc::new(SystemTicks::new()), journal, writer, hub, advice, vitals })
    }

    /// What was found in a recording that has been replayed to its end.
    fn replayed_before(&self, recording: Option<&Recording>) -> Result<Option<Found>, DaemonError> {
        let Some(recording) = recording else { return Ok(None) };
        let reader = self.journal.reader();
        let run = reader.run_of_replay(&recording.sha256)?.filter(|run| run.ended);
        Ok(run.map(|run| Found::in_run(&reader, run.id)).transpose()?)
    }

    fn live_in(
        self,
        plan: &Plan,
        config: EngineConfig,
        recording: Option<Recording>,
        ready: impl FnMut(&str),
    ) -> Result<Outcome, DaemonError> {
        let wanted = plan.in_force.settings.web.listen;
        let listener = TcpListener::bind(wanted).map_err(|error| DaemonError::listen(wanted, &error))?;
        listener.set_nonblocking(true).map_err(DaemonError::System)?;
        let address = listener.local_addr().map_err(DaemonError::System)?;
        let (requests, to_radio) = mpsc::channel(REQUESTS);
        let (deliver, deliveries) = mpsc::channel(DELIVERIES);
        let (desk, asks) = Desk::new(WISHES);
        let beat = Beat::default();
        let source = run_source(plan, recording.as_ref());
        let now_utc_ns = self.ticks.utc_ns();
        let reader = self.journal.reader();
        let past = past::of(&self.journal, &reader, &source, &config, now_utc_ns)?;
        let clock = HostClock::showing(Arc::clone(&self.ticks), clock_begins(&past, now_utc_ns));
        let equipment = Equipment {
            config,
            known: opening::known(&plan.in_force.settings),
            journal: self.journal.clone(),
            clock: clock.clone(),
            vitals: self.vitals.clone(),
            beat: beat.clone(),
            on_trace: Box::new({
                let hub = self.hub.clone();
                move |trace| hub.trace(trace)
            }),
            requests,
        };
        let Begun { core, radio } = begin(plan, equipment, past, recording, source, self.advice)?;
        let run = core.run_id();
        let web =
            Web::new(web_config(plan), reader.clone(), self.hub, desk, self.vitals.clone(), wall(&clock));
        self.vitals.set_source(radio.as_ref().map_or("none", |radio| radio.name()));
        let port = RadioPort { inputs: deliver, requests: to_radio, clock: Arc::new(clock) };
        let influx = &plan.in_force.settings.influx;
        let export = influx.url.is_some().then(|| ExportWork {
            settings: influx.clone(),
            journal: self.journal.clone(),
            vitals: self.vitals.clone(),
            ticks: Arc::clone(&self.ticks),
        });
        let tasks = Tasks {
            ticks: self.ticks,
            journal: self.journal,
            writer: self.writer,
            vitals: self.vitals,
            beat,
            core,
            deliveries,
            asks,
            radio: radio.map(|radio| RadioWork { radio, port }),
            web: WebWork { web, address, listener: Some(listener) },
            export,
            stays: plan.stays,
            seconds: plan.seconds,
        };
        if tasks.run_to_the_end(ready)? {
            return Ok(Outcome::Replayed { earlier: false, found: Found::in_run(&reader, run)? });
        }
        Ok(Outcome::Stopped)
    }
}

/// Hands advice to whoever lifts by it; nobody waits for a simulated athlete.
fn tell_athlete(committed: &Committed, to_athlete: &mpsc::Sender<Advice>) {
    for stored in &committed.events {
        if let Entry::Event(Event::Advice(advice)) = &stored.entry {
            // closed where nobody lifts; full where nobody listens
            let _ = to_athlete.try_send((**advice).clone());
        }
    }
}

fn run_source(plan: &Plan, recording: Option<&Recording>) -> RunSource {
    match (&plan.source, recording) {
        (Source::Replay { .. }, Some(recording)) => RunSource::Replay { sha256: recording.sha256.clone() },
        (Source::Demo, _) => RunSource::Simulated,
        (Source::Live | Source::Replay { .. }, _) => RunSource::Live,
    }
}

/// What the daemon's clock shows at the start.
fn clock_begins(past: &Past, now_utc_ns: i64) -> HostTime {
    match past {
        Past::GoesOn(record, _) if record.source == RunSource::Live => {
            goes_on_at(record.last, record.last_utc.map(|utc| utc.ns), now_utc_ns)
        }
        _ => HostTime(0),
    }
}

/// A core in its run, and the radio that delivers to it.
struct Begun {
    core: Core,
    radio: Option<Box<dyn Radio>>,
}

fn begin(
    plan: &Plan,
    equipment: Equipment,
    past: Past,
    recording: Option<Recording>,
    source: RunSource,
    advice: mpsc::Receiver<Advice>,
) -> Result<Begun, DaemonError> {
    let mut roles = Vec::new();
    let mut delivered = 0;
    let vitals = equipment.vitals.clone();
    let (utc_ns, certain) = clock::wall(equipment.clock.ticks());
    let mut core = match (past, &plan.source) {
        (Past::GoesOn(record, resumed), _) => {
            roles.clone_from(&resumed.roles);
            delivered = record.source_inputs;
            Core::go_on(equipment, &record, *resumed)?
        }
        (Past::Stuck(lost), Source::Replay { file, .. }) => {
            return Err(DaemonError::CantGoOn { path: file.clone(), why: lost.to_string() });
        }
        (Past::Stuck(_) | Past::Nothing, _) => Core::begin(equipment, source)?,
    };
    let radio = match (&plan.source, recording) {
        (Source::Replay { speed, .. }, Some(recording)) => {
            if delivered == 0 {
                roles = core.roles();
            }
            if let Some(utc_ns) = recording.header().anchor_utc_ns {
                core.anchor_once(Reading { mono: HostTime(0), utc_ns, certain: true })?;
            }
            let home_made = &plan.in_force.settings.home_made_sensors;
            Some(recording.radio(*speed, roles, home_made, delivered))
        }
        (Source::Demo, _) => {
            let station = demo_station(plan);
            // what happens in the head start happens at once
            let head_start = HostTime(nanos_from_seconds(DEMO_HEAD_START_S));
            core.anchor_once(Reading { mono: head_start, utc_ns, certain })?;
            for change in sources::demo_changes(&station) {
                core.change(change)?;
            }
            Some(sources::demo(&station, advice))
        }
        (Source::Live | Source::Replay { .. }, _) => {
            let what = "there is no radio: this version has no Bluetooth yet".to_owned();
            let hint = "`ironstride replay FILE` and `ironstride demo` have sources".to_owned();
            tracing::warn!("{what}; {hint}");
            vitals.warn("radio", Warning { what, hint });
            None
        }
    };
    Ok(Begun { core, radio })
}

fn demo_station(plan: &Plan) -> StationId {
    let first = plan.in_force.settings.stations.first();
    first.map_or_else(|| "rack-1".into(), |station| station.id.clone())
}

fn web_config(plan: &Plan) -> WebConfig {
    let settings = &plan.in_force.settings;
    let stations = settings.stations.iter().map(|station| StationSetup {
        id: station.id.clone(),
        name: station.name.clone(),
        bar_kg: station.bar_kg,
        plates_per_side_kg: station.plates_per_side_kg.clone(),
    });
    let mut hosts = settings.web.hosts.clone();
    // Linux tells its name in this file
    if let Ok(name) = std::fs::read_to_string("/proc/sys/kernel/hostname") {
        hosts.push(name.trim().to_owned());
    }
    WebConfig {
        gym: GymSetup { name: settings.gym.name.clone(), time_zone: settings.gym.time_zone.clone() },
        stations: stations.collect(),
        exercises: plan.in_force.catalogue().map(|all| all.iter().cloned().collect()).unwrap_or_default(),
        hosts,
        read_open: settings.web.read == ReadAccess::Open,
        store_max_bytes: Some(settings.store.max_bytes),
        patience: WebConfig::USUAL_PATIENCE,
    }
}

fn wall(clock: &HostClock) -> Wall {
    let host = clock.clone();
    Wall::new(move || {
        let (utc_ns, certain) = clock::wall(host.ticks());
        WallTime { utc_ns, certain, uptime_s: seconds_from_nanos(host.ticks().monotonic_ns()) }
    })
}
