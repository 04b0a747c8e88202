//! Tasks, channels, supervision and shutdown: the wiring of all rooms.
//!
//! ```text
//!  radio ─(bounded)─▶ core, a thread with the engine ─(bounded)─▶ writer, a thread ─▶ commit ─▶ hub ─▶ web
//!    ◀── requests ───────┘      ▲                                                                   │
//!                               └───────────── wishes of people, answered after the commit ────────┘
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `mod.rs`, `wiring.rs`, `sources.rs`, `tasks.rs`, `error.rs` | from a plan to running tasks, and their orderly end |
//! | `core.rs`, `run.rs`, `drive.rs`, `wishes.rs`, `opening.rs` | the engine, what goes into it, what becomes of what comes out |
//! | `resume.rs`, `past.rs` | a killed daemon goes on where its journal ends |
//! | `clock.rs` | the only place with clocks |
//! | `exports.rs` | what leaves for a server, as a task |
//! | `doctor.rs` | looks at all that a daemon needs, without starting one |
//! | `supervise.rs`, `systemd.rs`, `logging.rs` | restarts, watchdog, log |

mod clock;
mod core;
mod doctor;
mod drive;
mod error;
mod exports;
mod logging;
mod opening;
mod past;
mod resume;
mod run;
mod sources;
mod supervise;
mod systemd;
mod tasks;
mod wiring;
mod wishes;

pub use doctor::{Finding, Verdict, examine};
pub use error::DaemonError;
pub use supervise::GivenUp;

use crate::config::{InForce, Level};
use crate::radio::Speed;
use crate::store::{Reader, RunId, SetFilter, StoreError};
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// What a daemon is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The configuration.
    pub in_force: InForce,
    /// Where inputs come from.
    pub source: Source,
    /// Whether it goes on when the source has ended.
    pub stays: bool,
    /// After how many seconds it ends by itself.
    pub seconds: Option<f64>,
}

/// Where a daemon's inputs come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The radios of this machine.
    Live,
    /// A recording.
    Replay {
        /// A capture.
        file: PathBuf,
        /// How fast.
        speed: Speed,
    },
    /// The simulator.
    Demo,
}

/// How a daemon came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was told to stop, or its time was over.
    Stopped,
    /// A recording was replayed to its end, now or earlier.
    Replayed {
        /// Whether there was nothing left to do.
        earlier: bool,
        /// What was found.
        found: Found,
    },
}

/// What was found in a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Sets.
    pub sets: u64,
    /// Repetitions that count.
    pub reps: u64,
    /// Movements that do not.
    pub rejected: u64,
}

impl Found {
    fn in_run(reader: &Reader, run: RunId) -> Result<Self, StoreError> {
        let mut found = Self::default();
        for set in reader.sets(&SetFilter::default())?.into_iter().filter(|set| set.run == run) {
            let reps: u64 = set.value.summaries.iter().map(|summary| u64::from(summary.reps)).sum();
            found.sets += 1;
            found.reps += reps;
            found.rejected += (set.value.reps.len() as u64).saturating_sub(reps);
        }
        Ok(found)
    }
}

/// Runs a daemon to its end. `ready` is told the address of the page once it answers.
pub fn run(plan: &Plan, ready: impl FnMut(&str)) -> Result<Outcome, DaemonError> {
    logging::begin(match plan.in_force.settings.log.level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    });
    tracing::info!("{}", plan.in_force.source());
    wiring::run(plan, ready)
}
