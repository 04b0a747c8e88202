//! `ironstride replay`: a recording through the whole daemon.

use super::daemon_flags::{self, DaemonFlags};
use super::error::CliError;
use crate::daemon::{Found, Outcome, Plan, Source};
use crate::radio::Speed;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  As fast as it goes, into the store:
    ironstride replay session.capture.jsonl
  Watch it as it was, and stay to label its sets:
    ironstride replay session.capture.jsonl --speed 1 --stay

The same file is told once: when it was replayed before, it says so; when that was interrupted, it goes on where it
stopped. Exit codes: 0 done, 1 it could not be replayed to its end, 2 wrong usage or configuration.";

/// Feed a capture through the whole daemon.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Replay {
    /// Capture (.capture.jsonl)
    file: PathBuf,
    /// 1: as it happened; max: as fast as it goes
    #[arg(long, value_enum, default_value = "max")]
    speed: SpeedName,
    /// Go on serving pages and API after the end, until told to stop
    #[arg(long)]
    stay: bool,
    #[command(flatten)]
    flags: DaemonFlags,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SpeedName {
    #[value(name = "1")]
    Real,
    Max,
}

impl Replay {
    pub(super) fn run(self) -> Result<(), CliError> {
        let speed = match self.speed {
            SpeedName::Real => Speed::Real,
            SpeedName::Max => Speed::Max,
        };
        let in_force = self.flags.settings()?;
        let source = Source::Replay { file: self.file.clone(), speed };
        let plan = Plan { in_force, source, stays: self.stay, seconds: None };
        let file = self.file.display();
        let mut out = io::stdout();
        match daemon_flags::run(&plan)? {
            Outcome::Replayed { earlier: true, found } => {
                writeln!(out, "{file}: replayed already, nothing to do: {}", words(&found))?;
            }
            Outcome::Replayed { earlier: false, found } => writeln!(out, "{file}: {}", words(&found))?,
            Outcome::Stopped if self.stay => {}
            Outcome::Stopped => writeln!(out, "{file}: stopped; the same command goes on from here")?,
        }
        Ok(())
    }
}

fn words(found: &Found) -> String {
    let Found { sets, reps, rejected } = found;
    format!("{sets} set(s), {reps} repetition(s), {rejected} movement(s) that do not count")
}
