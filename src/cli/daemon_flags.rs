//! What `run`, `replay` and `demo` have in common.

use super::error::CliError;
use crate::config::{Environment, Flags, InForce};
use crate::daemon::{self, Outcome, Plan};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

/// Options of all commands that run the daemon.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct DaemonFlags {
    /// Configuration file [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to listen at, such as 127.0.0.1:8480; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Folder of the store
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// Level of the log: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
}

impl DaemonFlags {
    /// The settings in force.
    pub(super) fn settings(self) -> Result<InForce, CliError> {
        let Self { config, listen, data, log } = self;
        Ok(InForce::find(&Flags { config, data, listen, log }, &Environment::of_process())?)
    }
}

/// Runs a daemon; prints one line as soon as its page answers.
pub(super) fn run(plan: &Plan) -> Result<Outcome, CliError> {
    let ready = |address: &str| {
        let mut out = io::stdout().lock();
        // a daemon whose output nobody reads goes on
        let _ = writeln!(out, "ready: {address} (Ctrl-C stops it)").and_then(|()| out.flush());
    };
    Ok(daemon::run(plan, ready)?)
}
