//! `ironstride influx`: looks after what leaves for a server that speaks InfluxDB's write API.

use super::error::CliError;
use super::say;
use super::store_args::StoreArgs;
use crate::influx::{self, Answer, Carrier};
use crate::store::{Calendar, Reader};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use tokio::runtime::{Builder, Runtime};

const EXAMPLES: &str = "\
Examples:
  Would the server take anything, how far is the export, what was refused?
    ironstride influx check
  Send everything since a day again; points that are there already stay as they are:
    ironstride influx backfill --since 2026-03-01
  Has the server exactly what the journal says? Lists the differences, exit 1 when there are any:
    ironstride influx reconcile

The daemon may run meanwhile. The server is the one of [influx] in ironstride.toml; docs/influx.md describes what
it gets. Exit codes: 0 done and equal, 1 not, 2 wrong usage or configuration.";

/// Look after the export to InfluxDB or VictoriaMetrics.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Influx {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Ask the server whether it takes anything, and say how far the export is
    Check {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Send again what is in the journal, whatever the server has
    Backfill(Range),
    /// Compare all points of the server with the journal
    Reconcile(Range),
}

#[derive(Debug, Args)]
struct Range {
    /// From this day or moment on (2026-03-01, 2026-03-01T18:30:00+01:00) [default: everything]
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

/// A server, a journal, and from when on.
struct Both {
    carrier: Carrier,
    reader: Reader,
    since_ms: Option<i64>,
    runtime: Runtime,
}

impl Influx {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self.what {
            What::Check { store } => check(&Both::open(&store, None)?),
            What::Backfill(range) => backfill(&Both::open(&range.store, range.since.as_deref())?),
            What::Reconcile(range) => reconcile(&Both::open(&range.store, range.since.as_deref())?),
        }
    }
}

impl Both {
    fn open(store: &StoreArgs, since: Option<&str>) -> Result<Self, CliError> {
        let in_force = store.settings()?;
        let carrier = Carrier::new(&in_force.settings.influx)?;
        let (in_force, reader) = store.open()?;
        let calendar = Calendar::of(&in_force.settings.gym.time_zone);
        let since_ns = since.map(|text| calendar.read(text)).transpose();
        let since_ns = since_ns.map_err(|what| CliError::Usage(format!("--since: {what}")))?;
        let since_ms = since_ns.map(|ns| ns.div_euclid(1_000_000));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { carrier, reader, since_ms, runtime })
    }
}

fn check(both: &Both) -> Result<(), CliError> {
    let Both { carrier, reader, runtime, .. } = both;
    let destination = carrier.destination();
    let state = reader.outbox(&destination)?;
    let mut text = format!("{destination}\n");
    let _ =
        writeln!(text, "told up to entry {} of {}: {} points", state.seq, reader.last_seq()?, state.points);
    for line in reader.refused(&destination)? {
        let _ = writeln!(text, "refused: entry {}: {}: {}", line.seq, line.reason, line.line);
    }
    io::stdout().write_all(text.as_bytes())?;
    match runtime.block_on(carrier.knock())? {
        Answer::Locked(words) => Err(CliError::Locked(words)),
        Answer::Busy(words, _) => {
            say(&format!("ironstride: the server is busy ({words}); the daemon asks it again\n"));
            Ok(())
        }
        _ => Ok(writeln!(io::stdout(), "{} takes points", runtime.block_on(carrier.server())?)?),
    }
}

fn backfill(both: &Both) -> Result<(), CliError> {
    let Both { carrier, reader, since_ms, runtime } = both;
    let mut next = 100_000;
    let told = |sent: u64| {
        if sent >= next {
            say(&format!("ironstride: {sent} points sent\n"));
            next = sent + 100_000;
        }
    };
    let (sent, aside) = runtime.block_on(influx::backfill(carrier, reader, *since_ms, told))?;
    for refused in &aside {
        say(&format!("ironstride: refused: {}: {}\n", refused.reason, refused.line.text));
    }
    writeln!(io::stdout(), "{sent} points sent, {} refused", aside.len())?;
    if aside.is_empty() {
        Ok(())
    } else {
        Err(CliError::NotFound(format!("{} points were refused", aside.len())))
    }
}

fn reconcile(both: &Both) -> Result<(), CliError> {
    let Both { carrier, reader, since_ms, runtime } = both;
    let result = runtime.block_on(influx::reconcile(carrier, reader, *since_ms))?;
    let mut text = format!("{}: {}\n", carrier.destination(), result.server);
    for difference in &result.named {
        let _ = writeln!(text, "different: {}: {}", difference.what, difference.how);
    }
    let unnamed = result.different.saturating_sub(result.named.len() as u64);
    if unnamed > 0 {
        let _ = writeln!(text, "different: {unnamed} more");
    }
    let _ = writeln!(
        text,
        "{} points alike, {} different, {} refused by the server, {} entries of the journal not told yet",
        result.alike, result.different, result.refused, result.pending
    );
    io::stdout().write_all(text.as_bytes())?;
    if result.is_clean() { Ok(()) } else { Err(CliError::Different { count: result.different }) }
}
