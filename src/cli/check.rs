//! `ironstride check`: five lifts between two stops a known height apart. Is the scale right?

mod report;

use super::analyze::{CountedRep, counted_reps};
use super::error::CliError;
use super::format::Format;
use super::setup_args::SetupArgs;
use crate::config::{Catalogue, Environment, Flags, InForce};
use crate::model::{ExerciseId, SensorSetup, SetId};
use crate::store::{Reader, RepFilter};
use crate::trust::height::{HEIGHTS_M, HeightCheck, LEAST_LIFTS, Verdict};
use clap::Args;
use report::{Lift, Report};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
How to do it:
  Set the pins of a rack at two heights, or use blocks and a pin. Measure the way of the bar from
  where it rests below to where it touches above: that is --height-m. Record five lifts or more:
  rest below for two seconds, lift until the bar touches, wait a second, lower, rest. Nothing else.

Examples:
  ironstride check --height-m 0.50 pins.csv
  Of a set that the daemon kept (its number stands in `ironstride export sets`):
    ironstride check --height-m 0.50 --set 42
  Two recordings as one check, for a script:
    ironstride check --height-m 0.50 a.csv b.capture.jsonl --format json

Exit codes: 0 passed, 1 not passed or not to be judged, 2 wrong usage or configuration.";

/// Check the scale: lifts between two stops a known height apart.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Check {
    /// Traces and captures with the lifts and nothing else; `-` is standard input
    #[arg(required_unless_present = "set", conflicts_with = "set", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Way of the bar from stop to stop, m
    #[arg(long, value_name = "METRES", allow_negative_numbers = true)]
    height_m: f64,
    /// A set of the daemon's store instead of files
    #[arg(long, value_name = "NUMBER")]
    set: Option<u64>,
    /// Folder of the store [default: IRONSTRIDE_DATA, else as configured]
    #[arg(long, value_name = "DIR", requires = "set")]
    data: Option<PathBuf>,
    /// Exercise that the lifts are most like, when they are not found without
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    #[command(flatten)]
    setup: SetupArgs,
    /// Text for people or JSON for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Check {
    pub(super) fn run(self) -> Result<(), CliError> {
        if !HEIGHTS_M.contains(&self.height_m) {
            return Err(CliError::Usage(format!(
                "--height-m must be the way between the stops in metres, between {} and {}; 50 cm are 0.50",
                HEIGHTS_M.start(),
                HEIGHTS_M.end()
            )));
        }
        let (lifts, warnings) = match self.set {
            Some(set) => (self.lifts_of_set(SetId(set))?, Vec::new()),
            None => self.lifts_of_files()?,
        };
        let ranges: Vec<f64> = lifts.iter().map(|lift| lift.range_of_motion_m).collect();
        let check = HeightCheck::of(&ranges, self.height_m).filter(|_| ranges.len() >= LEAST_LIFTS);
        let Some(check) = check else {
            let found: Vec<String> = ranges.iter().map(|range| format!("{range:.3} m")).collect();
            return Err(CliError::Undecided(format!(
                "{} lifts were found, and a verdict needs {LEAST_LIFTS}: {}\nLift from rest below to the upper stop, wait a \
                second, lower, rest two seconds; `ironstride analyze --all` shows every movement and why it doesn't count",
                ranges.len(),
                found.join(", ")
            )));
        };
        let report = Report { check: &check, lifts: &lifts, warnings: &warnings };
        let text = match self.format {
            Format::Table => report.text(),
            Format::Json => report.json()? + "\n",
        };
        io::stdout().write_all(text.as_bytes())?;
        if check.verdict == Verdict::Pass { Ok(()) } else { Err(CliError::NotPassed) }
    }

    fn lifts_of_files(&self) -> Result<(Vec<Lift>, Vec<String>), CliError> {
        let catalogue = Catalogue::embedded()?;
        if let Some(exercise) = &self.exercise {
            catalogue.find(exercise)?;
        }
        let exercise = self.exercise.as_deref().map(ExerciseId::from);
        let setup: Option<SensorSetup> = self.setup.find()?;
        let (mut lifts, mut warnings) = (Vec::new(), Vec::new());
        for file in &self.files {
            let name = file.display().to_string();
            let (found, warned) = counted_reps(file, catalogue.clone(), exercise.clone(), setup.clone())
                .map_err(|error| CliError::Undecided(format!("{name}: {error}")))?;
            lifts.extend(found.iter().filter_map(|rep| lift(&name, rep)));
            warnings.extend(warned.iter().map(|warning| format!("{name}: {warning}")));
        }
        Ok((lifts, warnings))
    }

    fn lifts_of_set(&self, set: SetId) -> Result<Vec<Lift>, CliError> {
        let flags = Flags { data: self.data.clone(), ..Flags::default() };
        let in_force = InForce::find(&flags, &Environment::of_process())?;
        let reader = Reader::open(&in_force.settings.store.file())?;
        if reader.set(set)?.is_none() {
            return Err(CliError::NotFound(format!(
                "there is no set {set}; `ironstride export sets` lists them"
            )));
        }
        let reps = reader.reps(&RepFilter { set: Some(set), ..RepFilter::default() })?;
        let counted = reps.iter().map(|rep| &rep.value).filter(|rep| rep.accepted);
        let measured = counted.filter_map(|rep| {
            let range_of_motion_m = rep.metrics.range_of_motion_m?;
            Some(Lift { from: format!("rep {}", rep.id), start_s: None, range_of_motion_m })
        });
        Ok(measured.collect())
    }
}

fn lift(file: &str, rep: &CountedRep) -> Option<Lift> {
    let range_of_motion_m = rep.range_of_motion_m?;
    Some(Lift { from: file.to_owned(), start_s: Some(rep.start_s), range_of_motion_m })
}
