//! `ironstride export`: tables for spreadsheets and statistics.

use super::error::CliError;
use super::say;
use super::store_args::StoreArgs;
use super::whole_file::WholeFile;
use crate::model::{AthleteId, ExerciseId, StationId};
use crate::store::{Calendar, ExportError, ExportFilter, ExportTable};
use clap::{Args, ValueEnum};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
The table:
  Comma-separated values with a header; text in quotes where it must be (RFC 4180), SI units, a point
  before decimals, times in UTC. What is unknown is empty, never 0. `--columns` explains each column.
  Rejected movements and open sets are there too: look at `accepted` and `stage`.

Examples:
  All repetitions since a day, in the gym's time zone:
    ironstride export reps --since 2026-03-01 --out reps.csv
  The sets of one athlete:
    ironstride export sets --athlete anna
  What do the columns mean?
    ironstride export sets --columns

Exit codes: 0 done, 1 the store can't be read or the file not written, 2 wrong usage or configuration.";

/// Write repetitions, sets or sessions as CSV.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Export {
    /// What to write
    #[arg(value_enum)]
    table: Table,
    /// Print name, unit and meaning of each column instead
    #[arg(long)]
    columns: bool,
    /// From this day or moment on (2026-03-01, 2026-03-01T18:30:00+01:00); what has no time yet is written too
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Before this day or moment
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Of this athlete only
    #[arg(long, value_name = "ID")]
    athlete: Option<String>,
    /// In this exercise only
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    /// At this station only
    #[arg(long, value_name = "ID")]
    station: Option<String>,
    /// Where to write; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

/// [`ExportTable`] as an argument's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Table {
    /// One line for each repetition or rejected movement
    Reps,
    /// One line for each set, or for each side of it
    Sets,
    /// One line for each session
    Sessions,
}

impl From<Table> for ExportTable {
    fn from(table: Table) -> Self {
        match table {
            Table::Reps => Self::Reps,
            Table::Sets => Self::Sets,
            Table::Sessions => Self::Sessions,
        }
    }
}

impl Export {
    pub(super) fn run(self) -> Result<(), CliError> {
        let table = ExportTable::from(self.table);
        if self.columns {
            return io::stdout().write_all(explained(table).as_bytes()).map_err(CliError::Output);
        }
        if self.table == Table::Sessions && self.exercise.is_some() {
            return Err(CliError::Usage("a session has several exercises; leave --exercise out".to_owned()));
        }
        let (in_force, reader) = self.store.open()?;
        let calendar = Calendar::of(&in_force.settings.gym.time_zone);
        let filter = self.filter(&calendar)?;
        let rows = if self.out == Path::new("-") {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = table.write(&reader, &filter, &calendar, &mut out);
            written.and_then(|rows| Ok(out.flush().map(|()| rows)?)).map_err(|error| match error {
                ExportError::Store(error) => CliError::Store(error),
                ExportError::Write(error) => CliError::Output(error),
            })?
        } else {
            let unwritable = |source| CliError::Unwritable { path: self.out.clone(), source };
            let mut out = WholeFile::create(&self.out).map_err(unwritable)?;
            let rows = table.write(&reader, &filter, &calendar, &mut out).map_err(|error| match error {
                ExportError::Store(error) => CliError::Store(error),
                ExportError::Write(source) => unwritable(source),
            })?;
            out.keep().map_err(unwritable)?;
            rows
        };
        if rows == 0 {
            say("ironstride: nothing in the store is like this; only the header was written\n");
        }
        Ok(())
    }

    fn filter(&self, calendar: &Calendar) -> Result<ExportFilter, CliError> {
        let moment = |flag: &str, text: &Option<String>| {
            let read = text.as_deref().map(|text| calendar.read(text)).transpose();
            read.map_err(|what| CliError::Usage(format!("{flag}: {what}")))
        };
        Ok(ExportFilter {
            since_ns: moment("--since", &self.since)?,
            until_ns: moment("--until", &self.until)?,
            station: self.station.as_deref().map(StationId::from),
            athlete: self.athlete.as_deref().map(AthleteId::from),
            exercise: self.exercise.as_deref().map(ExerciseId::from),
        })
    }
}

/// The columns as a table for people, which is Markdown too.
fn explained(table: ExportTable) -> String {
    let header = ["column", "unit", "meaning"];
    let rows: Vec<[&str; 3]> = [header].into_iter().chain(table.columns()).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [name_width, unit_width, meaning_width] = [width(0), width(1), width(2)];
    let line = |[name, unit, meaning]: [&str; 3]| {
        format!("| {name:name_width$} | {unit:unit_width$} | {meaning:meaning_width$} |\n")
    };
    let rule = format!("|-{:-<name_width$}-|-{:-<unit_width$}-|-{:-<meaning_width$}-|\n", "", "", "");
    let mut lines = rows.into_iter().map(line);
    lines.next().into_iter().chain([rule]).chain(lines).collect()
}
