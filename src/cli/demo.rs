//! `ironstride demo`: a training session to look at, without any device.

use super::daemon_flags::{self, DaemonFlags};
use super::error::CliError;
use crate::daemon::{Plan, Source};
use clap::Args;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

const EXAMPLES: &str = "\
Examples:
  ironstride demo
  For a minute, with another port:
    ironstride demo --seconds 60 --listen 127.0.0.1:9000
  Keep what was recorded, to look at it later:
    ironstride demo --seconds 300 --data ./demo-store
    ironstride run --data ./demo-store

An athlete squats in real time, the coach stops each set and names the next load, somebody runs. Without --data the
store is a temporary one. DEMO_SECONDS=n in the environment does what --seconds does.";

/// Show a simulated training session in real time.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Demo {
    /// End after so many seconds [default: DEMO_SECONDS, else never]
    #[arg(long, value_name = "N", value_parser = seconds)]
    seconds: Option<f64>,
    /// Keep the temporary store, and say where it is
    #[arg(long, conflicts_with = "data")]
    keep: bool,
    #[command(flatten)]
    flags: DaemonFlags,
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("not above 0".to_owned()) }
}

impl Demo {
    pub(super) fn run(mut self) -> Result<(), CliError> {
        let seconds = self.seconds.map_or_else(seconds_of_environment, |seconds| Ok(Some(seconds)))?;
        let temporary = self.flags.data.is_none().then(temporary_folder);
        if let Some(folder) = &temporary {
            self.flags.data = Some(folder.clone());
        }
        let in_force = self.flags.settings()?;
        let plan = Plan { in_force, source: Source::Demo, stays: true, seconds };
        let ended = daemon_flags::run(&plan);
        match &temporary {
            Some(folder) if self.keep => super::say(&format!("the store is in {}\n", folder.display())),
            Some(folder) => remove(folder),
            None => {}
        }
        ended.map(|_| ())
    }
}

fn seconds_of_environment() -> Result<Option<f64>, CliError> {
    match env::var("DEMO_SECONDS") {
        Ok(text) if !text.is_empty() => {
            seconds(&text).map(Some).map_err(|why| CliError::Usage(format!("DEMO_SECONDS={text}: {why}")))
        }
        _ => Ok(None),
    }
}

fn temporary_folder() -> PathBuf {
    env::temp_dir().join(format!("ironstride-demo-{}", process::id()))
}

fn remove(folder: &Path) {
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(folder)
    {
        super::say(&format!("ironstride: cannot remove {}: {error}\n", folder.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_time_is_a_number_above_zero() {
        assert_eq!(seconds("2.5"), Ok(2.5));
        for text in ["0", "-1", "soon", "NaN", "inf"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
