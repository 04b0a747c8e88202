//! The command line: one file a subcommand; no logic of its own.
//!
//! Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration.

mod analyze;
mod backup;
mod calibrate;
mod check;
mod compare;
mod config;
mod daemon_flags;
mod demo;
mod doctor;
mod error;
mod exercises;
mod export;
mod format;
mod influx;
mod openapi;
mod ordered;
mod progress;
mod replay;
mod run;
mod samples;
mod setup_args;
mod simulate;
mod store_args;
mod whole_file;
mod why;

use clap::{Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;

/// Bar velocity, power and running cadence from inertial sensors.
#[derive(Debug, Parser)]
#[command(name = "ironstride", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ironstride demo
  ironstride run
  ironstride analyze squat.csv --exercise back_squat --load-kg 100
  ironstride analyze session.capture.jsonl --format json
  ironstride exercises squat
  ironstride help analyze

Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Find repetitions (or cadence) in recordings, offline and without configuration
    Analyze(analyze::Analyze),
    /// Copy the store, also while the daemon runs
    Backup(backup::Backup),
    /// Calibrate a sensor's accelerometer from six still positions
    Calibrate(calibrate::Calibrate),
    /// Check the scale: lifts between two stops a known height apart
    Check(check::Check),
    /// Compare our repetitions with another device's
    Compare(compare::Compare),
    /// Check the configuration, or begin one
    Config(config::Config),
    /// Show a simulated training session in real time: pages, coach and runner, without any device
    Demo(demo::Demo),
    /// Look at configuration, store, disk, clock and port
    Doctor(doctor::Doctor),
    /// List the exercises and their identifiers
    Exercises(exercises::Exercises),
    /// Write repetitions, sets or sessions as CSV
    Export(export::Export),
    /// Look after the export to InfluxDB or VictoriaMetrics
    Influx(influx::Influx),
    /// Print the OpenAPI document of the HTTP API
    Openapi(openapi::OpenApi),
    /// Feed a capture through the whole daemon
    Replay(replay::Replay),
    /// Run the daemon: journal, API and pages
    Run(run::Run),
    /// Simulate bars and a runner with known truth: traces, captures, or a summary
    Simulate(simulate::Simulate),
    /// Explain a piece of advice
    Why(why::Why),
}

/// Runs the program on its arguments.
#[must_use]
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Analyze(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Calibrate(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Config(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Exercises(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Influx(command) => command.run(),
        Command::Openapi(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Simulate(command) => command.run(),
        Command::Why(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("ironstride: {error}\n"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Says something on standard error; when nobody can hear it, that is no reason to fail.
fn say(words: &str) {
    let _ = io::stderr().write_all(words.as_bytes());
}
