//! How the daemon is, as the API shows it.

use super::sensor::{Notice, Sensor};
use super::station::Gym;
use crate::web::vitals::ExportState;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How the daemon is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// The program's version.
    pub(crate) version: String,
    /// Seconds since it started.
    pub(crate) uptime_s: f64,
    /// Now by the server's clock, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) server_time: Option<String>,
    /// Whether that clock is synchronised.
    pub(crate) time_certain: bool,
    /// The gym.
    pub(crate) gym: Gym,
    /// Where inputs come from.
    pub(crate) source: String,
    /// Whether it has come to its end, as a replay does.
    pub(crate) source_over: bool,
    /// Inputs received and lost since the start.
    pub(crate) inputs: Inputs,
    /// How far the engine is behind the source's time, s.
    pub(crate) lag_s: f64,
    /// Supervised tasks by name.
    pub(crate) tasks: BTreeMap<String, Task>,
    /// Queues by name.
    pub(crate) queues: BTreeMap<String, Queue>,
    /// The journal.
    pub(crate) store: Store,
    /// What leaves for a server; `null` where nothing does.
    pub(crate) export: Option<Export>,
    /// Clients of the live stream.
    pub(crate) stream_clients: u64,
    /// All sensors.
    pub(crate) sensors: Vec<Sensor>,
    /// What a person should see to, the gravest first.
    pub(crate) warnings: Vec<Warning>,
    /// What was told lately, the newest first: of each kind for each sensor the latest.
    pub(crate) notices: Vec<Notice>,
}

/// Inputs since the start.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Inputs {
    /// Delivered to the engine.
    pub(crate) received: u64,
    /// That a radio had and could not deliver.
    pub(crate) lost: u64,
}

/// How a supervised task is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Task {
    /// Whether it runs now.
    pub(crate) running: bool,
    /// How often it had to be started again.
    pub(crate) restarts: u64,
    /// Why it failed last.
    pub(crate) last_error: Option<String>,
}

/// How full a queue is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Queue {
    /// What waits.
    pub(crate) length: u64,
    /// What can wait.
    pub(crate) capacity: u64,
}

/// How the journal is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Store {
    /// Its file.
    pub(crate) path: String,
    /// Its size, bytes.
    pub(crate) bytes: u64,
    /// Size of its write-ahead log, bytes.
    pub(crate) wal_bytes: u64,
    /// The size at which it stops keeping raw bytes.
    pub(crate) max_bytes: Option<u64>,
    /// Number of the last committed event.
    pub(crate) seq: u64,
    /// Sets that still need labels.
    pub(crate) unlabelled_sets: u64,
    /// Commits since the start.
    pub(crate) commits: u64,
    /// Raw bytes written since the start, after compression.
    pub(crate) raw_bytes_written: u64,
    /// Bytes of events written since the start.
    pub(crate) event_bytes_written: u64,
    /// Bytes written to the write-ahead log since the start.
    pub(crate) wal_bytes_written: u64,
    /// Whether raw bytes are no longer kept because the journal is full.
    pub(crate) raw_stopped: bool,
    /// Notifications dropped for that reason.
    pub(crate) raw_dropped: u64,
    /// Why the latest try to commit failed; `null` once one succeeded.
    pub(crate) last_error: Option<String>,
}

/// What leaves for a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    /// Where it goes.
    pub(crate) destination: String,
    /// How it is.
    pub(crate) state: ExportState,
    /// All events up to this number are told.
    pub(crate) seq: u64,
    /// Events of the journal after it.
    pub(crate) lag_events: u64,
    /// How long the oldest of those that are to be told has waited, s; 0 when none has.
    pub(crate) lag_s: f64,
    /// Points told since the beginning.
    pub(crate) points: u64,
    /// Points that the server would not take.
    pub(crate) refused: u64,
    /// What went wrong last; `null` once something went well.
    pub(crate) last_error: Option<String>,
}

/// Something that a person should see to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) hint: String,
}

/// Whether the daemon works.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `starting`.
    #[schema(example = "ok")]
    pub(crate) health: String,
}
