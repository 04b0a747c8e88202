//! `ironstride doctor`: what is wrong on this machine, and what to do.

use super::error::CliError;
use crate::config::{Environment, Flags};
use crate::daemon::{Finding, Verdict, examine};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  What is wrong here?
    ironstride doctor
  For a script:
    ironstride doctor --format json | jq -r '.findings[] | select(.verdict == \"fail\").found'

It looks and changes nothing; the daemon may run meanwhile. A large store takes a while to read.

Exit codes: 0 nothing failed, 1 something did, 2 wrong usage.";

/// Look at configuration, store, disk, clock and port.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {
    /// Configuration file [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the store [default: IRONSTRIDE_DATA, else as configured]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address and port at which the daemon listens [default: IRONSTRIDE_LISTEN, else as configured]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Lines for people or JSON for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Doctor {
    pub(super) fn run(self) -> Result<(), CliError> {
        let Self { config, data, listen, format } = self;
        let flags = Flags { config, data, listen, ..Flags::default() };
        let findings = examine(&flags, &Environment::of_process());
        let text = match format {
            Format::Text => findings.iter().map(words).collect(),
            Format::Json => format!("{:#}\n", json!({ "findings": findings })),
        };
        io::stdout().write_all(text.as_bytes()).map_err(CliError::Output)?;
        let failed = findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count();
        if failed > 0 { Err(CliError::Unwell { failed }) } else { Ok(()) }
    }
}

fn words(Finding { check, verdict, found, advice }: &Finding) -> String {
    let verdict = match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let advice = advice.iter().map(|advice| format!("{:21}→ {advice}\n", ""));
    format!("{verdict:<5} {check:<14} {}\n", found.replace('\n', "\n                     "))
        + &advice.collect::<String>()
}
