//! `ironstride config`: what is in force and why, and how a file is written.

use super::error::CliError;
use crate::config::{Environment, Flags, InForce, Settings};
use clap::{Args, Subcommand};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  What is in force, and where does each value come from?
    ironstride config check
  Is this file right? All its mistakes are shown at once:
    ironstride config check /etc/ironstride/ironstride.toml
  A file to begin with; every line of it is explained:
    ironstride config template > ironstride.toml
  Completion and checks in an editor:
    ironstride config schema > ironstride.schema.json

Exit codes: 0 done, 2 the configuration has mistakes.";

/// Check the configuration, or begin one.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Config {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print what is in force, each value with where it comes from, or all mistakes
    Check {
        /// The configuration file [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of the file
    Schema,
    /// Print an annotated file with all defaults
    Template,
}

impl Config {
    pub(super) fn run(self) -> Result<(), CliError> {
        let text = match self.action {
            Action::Check { file } => {
                let flags = Flags { config: file, ..Flags::default() };
                let in_force = InForce::find(&flags, &Environment::of_process())?;
                in_force.catalogue()?;
                in_force.to_string()
            }
            Action::Schema => format!("{:#}\n", Settings::schema()),
            Action::Template => Settings::TEMPLATE.to_owned(),
        };
        io::stdout().write_all(text.as_bytes()).map_err(CliError::Output)
    }
}
