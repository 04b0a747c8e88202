//! `ironstride replay`: a recording through the whole daemon.

use super::daemon_flags::{self, DaemonFlags};
use super::error::CliError;
use crate::daemon::{Found, Outcome, Plan, Source};
use crate::radio::Speed;
use clap::Args;
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
    /// Times as fast as it happened, 0.1 to 1000; or max, as fast as it goes
    #[arg(long, value_name = "TIMES", default_value = "max", value_parser = speed)]
    speed: Speed,
    /// Go on serving pages and API after the end, until told to stop
    #[arg(long)]
    stay: bool,
    #[command(flatten)]
    flags: DaemonFlags,
}

fn speed(text: &str) -> Result<Speed, String> {
    match text.parse() {
        _ if text == "max" => Ok(Speed::Max),
        Ok(times) if (0.1..=1000.0).contains(&times) => Ok(Speed::Times(times)),
        _ => Err("give a number from 0.1 to 1000, or max".to_owned()),
    }
}

impl Replay {
    pub(super) fn run(self) -> Result<(), CliError> {
        let in_force = self.flags.settings()?;
        let source = Source::Replay { file: self.file.clone(), speed: self.speed };
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
