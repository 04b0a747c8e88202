//! `ironstride compare`: our repetitions against another device's, statistics on one page.

mod csv;
mod report;
mod table;

use super::error::CliError;
use super::format::Format;
use crate::trust::agreement::{Agreement, LEAST_PAIRS};
use crate::trust::pairing::{MOST, Pairing};
use clap::{Args, ValueEnum};
use report::Report;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use table::{Columns, Measured, Wanted};

const EXAMPLES: &str = "\
Files:
  Both are tables with a header: comma, semicolon or tab between values, a decimal point or comma.
  Ours is what `ironstride export reps` writes; repetitions that don't count are left out. Of theirs
  a column of velocity is needed and one of time is wanted (seconds, clock times or dates). Common
  names of columns are recognised; otherwise name them with --columns.

How repetitions are paired:
  By time, with the clocks' offset found from the rhythm of both; velocities play no part, so that
  agreement isn't flattered. What has no counterpart is listed as missed or extra. Where one side
  has no times, both must have as many repetitions, and order decides.

Examples:
  ironstride export reps --since 2026-03-01 --until 2026-03-02 --out ours.csv
  ironstride compare ours.csv theirs.csv
  ironstride compare ours.csv theirs.csv --columns 'velocity=Avg Vel,time=Logged at' --unit mm/s
  ironstride compare ours.csv theirs.csv --metric peak --format json

Exit codes: 0 compared, 1 the files can't be compared, 2 wrong usage.";

/// Compare our repetitions with another device's: matching, bias, limits of agreement.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Compare {
    /// Our repetitions, as `ironstride export reps` writes them
    ours: PathBuf,
    /// The other device's export
    theirs: PathBuf,
    /// Which velocity
    #[arg(long, value_enum, default_value = "mean")]
    metric: Metric,
    /// Names of their columns: `velocity=NAME,time=NAME` [default: recognised]
    #[arg(long, value_name = "NAMES")]
    columns: Option<String>,
    /// Unit of their velocity [default: as the column's name says, else m/s]
    #[arg(long, value_enum)]
    unit: Option<Unit>,
    /// Pairs are nearer than this, s, once the clocks' offset is known
    #[arg(long, value_name = "S", default_value_t = 1.5)]
    tolerance_s: f64,
    /// Text for people or JSON for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Which velocity is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Metric {
    /// Mean concentric velocity
    Mean,
    /// Mean propulsive velocity
    Propulsive,
    /// Peak velocity
    Peak,
}

/// Unit of a velocity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Unit {
    /// Metres a second
    #[value(name = "m/s")]
    Metres,
    /// Centimetres a second
    #[value(name = "cm/s")]
    Centimetres,
    /// Millimetres a second
    #[value(name = "mm/s")]
    Millimetres,
}

impl Compare {
    pub(super) fn run(self) -> Result<(), CliError> {
        if !(0.05..=30.0).contains(&self.tolerance_s) {
            return Err(CliError::Usage("--tolerance-s must be between 0.05 and 30 s".to_owned()));
        }
        let columns = self.columns.as_deref().map_or(Ok(Columns::default()), Columns::parse);
        let columns = columns.map_err(|what| CliError::Usage(format!("--columns: {what}")))?;
        let wanted = Wanted { metric: self.metric, columns: Columns::default(), unit: None };
        let ours = measured(&self.ours, &wanted)?;
        let theirs = measured(&self.theirs, &Wanted { columns, unit: self.unit, ..wanted })?;
        let pairing = self.pairing(&ours, &theirs)?;
        let pairs: Vec<(f64, f64)> =
            pairing.pairs.iter().map(|(i, j)| (ours.velocities_m_s[*i], theirs.velocities_m_s[*j])).collect();
        let agreement = Agreement::of(&pairs).ok_or_else(|| {
            CliError::Undecided(format!(
                "{} of {} and {} repetitions belong together, and {LEAST_PAIRS} are needed: are both files of the same \
                training? A larger --tolerance-s allows for worse clocks",
                pairs.len(),
                ours.velocities_m_s.len(),
                theirs.velocities_m_s.len()
            ))
        })?;
        let report = Report {
            metric: self.metric,
            files: [&self.ours, &self.theirs].map(|file| file.display().to_string()),
            ours: &ours,
            theirs: &theirs,
            pairing: &pairing,
            agreement: &agreement,
        };
        let text = match self.format {
            Format::Table => report.text(),
            Format::Json => report.json()? + "\n",
        };
        io::stdout().write_all(text.as_bytes()).map_err(CliError::Output)
    }

    fn pairing(&self, ours: &Measured, theirs: &Measured) -> Result<Pairing, CliError> {
        if let (Some(ours), Some(theirs)) = (&ours.times_s, &theirs.times_s) {
            return Ok(Pairing::by_time(ours, theirs, self.tolerance_s));
        }
        let (own, other) = (ours.velocities_m_s.len(), theirs.velocities_m_s.len());
        if own == other {
            return Ok(Pairing::in_order(own));
        }
        let (file, _) = if ours.times_s.is_none() { (&self.ours, ours) } else { (&self.theirs, theirs) };
        Err(CliError::Undecided(format!(
            "{own} of our repetitions and {other} of theirs, and {} has no time of each: nobody can tell which are missing. \
            Name a column of times with --columns 'velocity=NAME,time=NAME', or cut both files to the same repetitions",
            file.display()
        )))
    }
}

/// The repetitions of a file.
fn measured(file: &Path, wanted: &Wanted) -> Result<Measured, CliError> {
    let undecided = |what: String| CliError::Undecided(format!("{}: {what}", file.display()));
    let text = csv::text_of(file).map_err(undecided)?;
    let measured = Measured::read(&text, wanted).map_err(undecided)?;
    if measured.velocities_m_s.len() > MOST {
        return Err(undecided(format!(
            "{} repetitions are too many to pair; cut the file to one training of at most {MOST}",
            measured.velocities_m_s.len()
        )));
    }
    Ok(measured)
}
