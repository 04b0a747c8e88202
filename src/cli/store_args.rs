//! Which store a command reads: options that several commands share.

use super::error::CliError;
use crate::config::{Environment, Flags, InForce};
use crate::store::Reader;
use clap::Args;
use std::path::PathBuf;

/// Where the store is.
#[derive(Clone, Debug, Args)]
pub(super) struct StoreArgs {
    /// Configuration file [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the store [default: IRONSTRIDE_DATA, else as configured]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl StoreArgs {
    /// The settings in force under these options.
    pub(super) fn settings(&self) -> Result<InForce, CliError> {
        let Self { config, data } = self.clone();
        Ok(InForce::find(&Flags { config, data, ..Flags::default() }, &Environment::of_process())?)
    }

    /// The settings, and a reader of the store that they name.
    pub(super) fn open(&self) -> Result<(InForce, Reader), CliError> {
        let in_force = self.settings()?;
        let reader = Reader::open(&in_force.settings.store.file())?;
        Ok((in_force, reader))
    }
}
