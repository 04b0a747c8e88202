//! `ironstride backup`: a copy of the store, whole and verified.

use super::error::CliError;
use super::store_args::StoreArgs;
use crate::store::{backup, check};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ironstride backup /media/stick/ironstride-2026-03-01.db
Restore: stop the daemon, put the copy in the store's place under the name `ironstride.db`, remove
`ironstride.db-wal` and `ironstride.db-shm` beside it, start the daemon.

Exit codes: 0 the copy is there and whole, 1 it is not, 2 wrong usage or configuration.";

/// Copy the store, also while the daemon runs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Backup {
    /// The copy; it must not be there yet
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), CliError> {
        let in_force = self.store.settings()?;
        backup(&in_force.settings.store.file(), &self.file)?;
        let report = check(&self.file)?;
        if !report.faults.is_empty() {
            let faults = report.faults.join("; ");
            return Err(CliError::BadCopy { path: self.file, faults });
        }
        let path = self.file.display();
        writeln!(io::stdout(), "{path}: the copy is whole (store version {})", report.version)
            .map_err(CliError::Output)
    }
}
