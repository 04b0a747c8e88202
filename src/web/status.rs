//! How the daemon is, gathered from vital signs, journal and sensors, with what a person should see to.

use super::problem::Problem;
use super::state::Web;
use super::views::sensor::{Notice, Sensor};
use super::views::status::{Export, Inputs, Queue, Status, Store, Task, Warning};
use super::views::time::rfc3339;
use super::views::words::LinkState;
use super::vitals::{self, ExportState};
use crate::model::seconds_from_nanos;
use std::collections::BTreeSet;

/// A battery below this is named, percent.
const LOW_BATTERY_PCT: u8 = 15;
/// How many notices are looked through.
const NOTICES: u32 = 500;

impl Web {
    /// How the daemon is. Blocks for the reading.
    pub(crate) fn status(&self) -> Result<Status, Problem> {
        let (vitals, now) = (self.vitals(), self.wall().now());
        let (received, lost) = vitals.inputs();
        let (store, sensors) = (self.store()?, self.sensors()?);
        let mut warnings = store_warnings(&store);
        warnings.extend(
            vitals.warnings().into_values().map(|warning| Warning { what: warning.what, hint: warning.hint }),
        );
        let export = vitals.export().map(|export| shown(export, store.seq, now.utc_ns));
        warnings.extend(export.as_ref().into_iter().flat_map(export_warnings));
        if !now.certain {
            warnings.push(Warning {
                what: "the machine's clock is not synchronised: times may be years off".to_owned(),
                hint: "connect the machine to a network with a time server; times are placed again then"
                    .to_owned(),
            });
        }
        warnings.extend(sensors.iter().filter_map(sensor_warning));
        let tasks = vitals.tasks().into_iter().map(|(name, task)| {
            let vitals::Task { running, restarts, last_error } = task;
            (name, Task { running, restarts, last_error })
        });
        let queues = vitals.queues().into_iter().map(|(name, queue)| {
            (name, Queue { length: queue.length as u64, capacity: queue.capacity as u64 })
        });
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_s: now.uptime_s,
            server_time: rfc3339(now.utc_ns),
            time_certain: now.certain,
            gym: self.gym(),
            source: vitals.source(),
            source_over: vitals.is_source_over(),
            inputs: Inputs { received, lost },
            lag_s: vitals.lag_s(),
            tasks: tasks.collect(),
            queues: queues.collect(),
            store,
            export,
            stream_clients: self.hub().clients(),
            sensors,
            warnings,
            notices: self.notices()?,
        })
    }

    /// Of each kind for each sensor the latest: what is told often must not hide what was told once.
    fn notices(&self) -> Result<Vec<Notice>, Problem> {
        let told = self.reader().notices(NOTICES)?;
        let mut seen = BTreeSet::new();
        let latest = told.iter().filter(|notice| seen.insert((notice.value.kind, &notice.value.sensor)));
        Ok(latest.map(|notice| Notice::of(&notice.value, &notice.clock)).collect())
    }

    fn store(&self) -> Result<Store, Problem> {
        let file = self.reader().status()?;
        let writer = self.vitals().writer().unwrap_or_default();
        Ok(Store {
            path: file.path.display().to_string(),
            bytes: file.database_bytes,
            wal_bytes: file.wal_bytes,
            max_bytes: self.config().store_max_bytes,
            seq: file.last_seq,
            unlabelled_sets: file.unlabelled_sets,
            commits: writer.commits,
            raw_bytes_written: writer.raw_bytes,
            event_bytes_written: writer.event_bytes,
            wal_bytes_written: writer.wal_bytes,
            raw_stopped: writer.raw_stopped,
            raw_dropped: writer.raw_dropped,
            last_error: writer.last_error.map(|error| error.to_string()),
        })
    }
}

fn shown(export: vitals::Export, last_seq: u64, now_ns: i64) -> Export {
    let vitals::Export { destination, state, seq, waiting_since_ns, points, refused, last_error } = export;
    let lag_ns = waiting_since_ns.map_or(0, |since| now_ns.saturating_sub(since).max(0));
    let (lag_events, lag_s) = (last_seq.saturating_sub(seq), seconds_from_nanos(lag_ns));
    Export { destination, state, seq, lag_events, lag_s, points, refused, last_error }
}

fn export_warnings(export: &Export) -> Vec<Warning> {
    let paused = (export.state == ExportState::Paused).then(|| Warning {
        what: format!(
            "the export to {} is paused: {}",
            export.destination,
            export.last_error.as_deref().unwrap_or("the server takes nothing")
        ),
        hint: "correct [influx] in ironstride.toml or its token; `ironstride influx check` tries it. Nothing is lost"
            .to_owned(),
    });
    let refused = (export.refused > 0).then(|| Warning {
        what: format!("{} would not take {} point(s)", export.destination, export.refused),
        hint: "`ironstride influx check` lists them with the reason".to_owned(),
    });
    paused.into_iter().chain(refused).collect()
}

fn store_warnings(store: &Store) -> Vec<Warning> {
    let error = store.last_error.as_ref().map(|error| Warning {
        what: format!("the journal can't be written: {error}"),
        hint: "free space on the disk or look at it with `ironstride doctor`; what waits is tried again"
            .to_owned(),
    });
    let full = store.raw_stopped.then(|| Warning {
        what: format!("the journal is full: raw samples are no longer kept ({} dropped)", store.raw_dropped),
        hint: "raise store.max_size in ironstride.toml, or back the store up and begin a new one".to_owned(),
    });
    error.into_iter().chain(full).collect()
}

fn sensor_warning(sensor: &Sensor) -> Option<Warning> {
    let name = sensor.name.as_deref().unwrap_or(&sensor.sensor);
    if let Some(left) = sensor.battery_pct.filter(|left| *left < LOW_BATTERY_PCT) {
        let what = format!("the battery of {name} has {left} % left");
        return Some(Warning { what, hint: "charge or change it before the next session".to_owned() });
    }
    if matches!(sensor.link, LinkState::Stalled) {
        let what = format!("{name} is connected and silent");
        return Some(Warning { what, hint: "switch it off and on, or bring it nearer".to_owned() });
    }
    let homeless = sensor.role.is_none() && matches!(sensor.link, LinkState::Up | LinkState::Streaming);
    homeless.then(|| Warning {
        what: format!("{name} belongs to no station and no runner"),
        hint: format!(
            "say what it is for: on a phone's page under Setup, or PUT /api/v1/sensors/{}",
            sensor.sensor
        ),
    })
}
