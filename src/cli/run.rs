//! `ironstride run`: the daemon.

use super::daemon_flags::{self, DaemonFlags};
use super::error::CliError;
use crate::daemon::{Plan, Source};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  With the configuration of this machine, or defaults:
    ironstride run
  Only for this machine, with a store of its own:
    ironstride run --listen 127.0.0.1:8480 --data ./store

It stops on SIGTERM or Ctrl-C within two seconds, and goes on where it was when it is started again, even after it was
killed. Exit codes: 0 stopped, 1 it could not start or go on, 2 wrong usage or configuration.";

/// Run the daemon: journal, API and pages.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Run {
    #[command(flatten)]
    flags: DaemonFlags,
}

impl Run {
    pub(super) fn run(self) -> Result<(), CliError> {
        let in_force = self.flags.settings()?;
        daemon_flags::run(&Plan { in_force, source: Source::Live, stays: true, seconds: None })?;
        Ok(())
    }
}
