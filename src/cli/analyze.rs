//! `ironstride analyze`: repetitions and cadence from recordings, offline and without configuration.

mod devices;
mod drive;
mod failure;
mod findings;
mod place;
mod report;
mod series;
mod source;
mod table;
mod warnings;

pub(super) use failure::AnalyzeError;
pub(super) use source::Source;

use super::error::CliError;
use super::format::Format;
use super::ordered::in_order;
use super::progress::Progress;
use super::say;
use super::setup_args::SetupArgs;
use crate::config::Catalogue;
use crate::model::{ExerciseId, Mount, SensorSetup};
use clap::{Args, ValueEnum};
use drive::{Settings, Traces};
use findings::Findings;
use report::{Failure, Report};
use series::Series;
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use table::Style;

const EXAMPLES: &str = "\
Files:
  A trace is a CSV with the header t_s,ax_m_s2,ay_m_s2,az_m_s2[,gx_rad_s,gy_rad_s,gz_rad_s]:
  one inertial sensor, seconds, SI units. A capture is what came over the air, one JSON object
  a line (.capture.jsonl). Which is which shows in the file; - is standard input.

JSON:
  Where several bars or footpods are in one capture, `sensor` says whose each entry is, and
  cadence_steps_min is the median of all footpods together. Where the sides work in turn, each
  has its own line in `sets`, with `side`.

Examples:
  Repetitions with velocity, and power because the load is known:
    ironstride analyze squat.csv --exercise back_squat --load-kg 100 --body-mass-kg 70
  What is in this recording? The exercise may be unknown:
    ironstride analyze unknown.csv
  For a script, one object a line; mean velocities of the accepted repetitions:
    ironstride analyze *.csv --format json | jq '.reps[] | select(.accepted).mean_velocity_m_s'
  Velocity over time, to plot:
    ironstride analyze squat.csv --series squat-velocity.csv
  Cadence of a footpod:
    ironstride analyze run.capture.jsonl --kind foot

Exit codes: 0 done, 1 a file could not be analysed or written, 2 wrong usage.";

/// Find repetitions (or cadence) in recordings, offline and without configuration.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Analyze {
    /// Trace CSVs and captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the sensor was on [default: bar for traces, what is in it for captures]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Exercise, such as `back_squat` (`ironstride exercises` lists them); repetitions are found without it too
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,
    /// Load in kg, bar included; needed for power. 0 is a load, below 0 is assistance
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    load_kg: Option<f64>,
    /// Body mass in kg; needed for the power of bar and body together
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    body_mass_kg: Option<f64>,
    /// Where the sensor is fixed; kept for later: it does not change the numbers yet
    #[arg(long, value_enum)]
    mount: Option<MountName>,
    #[command(flatten)]
    setup: SetupArgs,
    /// Table for people or JSON for programs, one object a line for each file
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Show every movement in the table, with the reason where it doesn't count; JSON always has all
    #[arg(long)]
    all: bool,
    /// Write attitude and vertical motion as settled, one line for each usable line (one FILE only)
    #[arg(long, value_name = "OUT.csv")]
    series: Option<PathBuf>,
    /// Write attitude and vertical motion as known at each moment (one FILE only)
    #[arg(long, value_name = "OUT.csv")]
    series_live: Option<PathBuf>,
}

/// What a sensor was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A bar, dumbbell, handle, wrist or belt: repetitions
    Bar,
    /// A shoe: cadence
    Foot,
}

/// [`Mount`] as an option's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum MountName {
    /// On the shaft between the collars
    Shaft,
    /// On a collar
    Collar,
    /// On the rotating sleeve outside the collars
    Sleeve,
    /// On a dumbbell's or kettlebell's handle
    Handle,
    /// On the wrist
    Wrist,
    /// On a belt
    Belt,
}

impl From<MountName> for Mount {
    fn from(name: MountName) -> Self {
        match name {
            MountName::Shaft => Self::Shaft,
            MountName::Collar => Self::Collar,
            MountName::Sleeve => Self::Sleeve,
            MountName::Handle => Self::Handle,
            MountName::Wrist => Self::Wrist,
            MountName::Belt => Self::Belt,
        }
    }
}

impl Analyze {
    pub(super) fn run(self) -> Result<(), CliError> {
        self.check()?;
        let settings = self.settings()?;
        let progress = Progress::new(self.files.iter().map(|file| source::size(file)).sum());
        let style = Style::of_terminal(io::stdout().is_terminal(), self.all);
        let mut failed = 0;
        let work = |file: &PathBuf| {
            let name = file.display().to_string();
            let findings = guarded(|| {
                let source = Source::open(file, &progress)?;
                drive::analyze(source, &settings, self.traces()?)
            });
            match self.format {
                Format::Json => Printed::json(name, findings),
                Format::Table => Printed::table(name, findings, &settings, style),
            }
        };
        let give = |printed: Printed| {
            failed += usize::from(printed.failed);
            progress.clear();
            say(&printed.to_stderr);
            let mut stdout = io::stdout().lock();
            stdout.write_all(printed.to_stdout.as_bytes())?;
            stdout.flush()
        };
        in_order(&self.files, work, give, || progress.show())?;
        if failed == 0 { Ok(()) } else { Err(CliError::Failed { failed, files: self.files.len() }) }
    }

    /// Where the motion of the file goes; there is only one file where there are series.
    fn traces(&self) -> Result<Traces, AnalyzeError> {
        Ok(Traces {
            settled: self.series.as_deref().map(Series::create).transpose()?,
            live: self.series_live.as_deref().map(Series::create).transpose()?,
        })
    }

    /// Options that don't go together, and values that make no sense.
    fn check(&self) -> Result<(), CliError> {
        let wrong = |words: &str| Err(CliError::Usage(words.to_owned()));
        let series: Vec<&Path> =
            [&self.series, &self.series_live].into_iter().flatten().map(AsRef::as_ref).collect();
        if !series.is_empty() && self.files.len() > 1 {
            return wrong("--series and --series-live take one FILE: run the files one by one");
        }
        if self.series.is_some() && self.series == self.series_live {
            return wrong("--series and --series-live need two different files");
        }
        if let Some(path) = series.iter().find(|path| self.files.iter().any(|file| is_same(file, path))) {
            return wrong(&format!(
                "{} would be overwritten by its own series: choose another name",
                path.display()
            ));
        }
        if self.files.iter().filter(|file| source::is_stdin(file)).count() > 1 {
            return wrong("standard input (-) can be read only once");
        }
        if self.load_kg.is_some_and(|kg| kg.is_nan() || kg.abs() > 2000.0) {
            return wrong("--load-kg must be a weight in kg, between -2000 and 2000");
        }
        if self.body_mass_kg.is_some_and(|kg| !(20.0..=400.0).contains(&kg)) {
            return wrong("--body-mass-kg must be a body's mass in kg, between 20 and 400");
        }
        let of_bar = self.exercise.is_some() || self.load_kg.is_some() || self.mount.is_some();
        if self.kind == Some(Kind::Foot) && of_bar {
            return wrong("--exercise, --load-kg and --mount are for a bar; leave them out with --kind foot");
        }
        Ok(())
    }

    fn settings(&self) -> Result<Settings, CliError> {
        let catalogue = Catalogue::embedded()?;
        if let Some(exercise) = &self.exercise {
            catalogue.find(exercise)?;
        }
        Ok(Settings {
            exercises: catalogue.into(),
            kind: self.kind,
            exercise: self.exercise.as_deref().map(ExerciseId::from),
            load_kg: self.load_kg,
            body_mass_kg: self.body_mass_kg,
            mount: self.mount.map(Mount::from),
            setup: self.setup.find()?,
        })
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// A mistake of ours with one file must not cost the answer for the others.
fn guarded<T>(work: impl FnOnce() -> Result<T, AnalyzeError>) -> Result<T, AnalyzeError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(AnalyzeError::Bug))
}

/// A movement of a recording that counts as a repetition.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountedRep {
    /// Start of the concentric phase on the file's axis, s.
    pub(super) start_s: f64,
    /// Vertical way of the concentric phase, m, where it is known.
    pub(super) range_of_motion_m: Option<f64>,
}

/// The repetitions of one recording, oldest first, with its warnings: for commands that judge them.
pub(super) fn counted_reps(
    file: &Path,
    catalogue: Catalogue,
    exercise: Option<ExerciseId>,
    setup: Option<SensorSetup>,
) -> Result<(Vec<CountedRep>, Vec<String>), AnalyzeError> {
    let progress = Progress::new(source::size(file));
    let settings = Settings {
        exercises: catalogue.into(),
        kind: Some(Kind::Bar),
        exercise,
        load_kg: None,
        body_mass_kg: None,
        mount: None,
        setup,
    };
    let findings = guarded(|| drive::analyze(Source::open(file, &progress)?, &settings, Traces::default()))?;
    let report = Report::new(file.display().to_string(), findings);
    let counted = report.bar.into_iter().flat_map(|bar| bar.reps).filter(|rep| rep.accepted);
    let reps =
        counted.map(|rep| CountedRep { start_s: rep.start_s, range_of_motion_m: rep.range_of_motion_m });
    Ok((reps.collect(), report.warnings))
}

/// What one file adds to the output.
#[derive(Debug)]
struct Printed {
    to_stdout: String,
    to_stderr: String,
    failed: bool,
}

impl Printed {
    fn json(file: String, findings: Result<Findings, AnalyzeError>) -> Self {
        let failed = findings.is_err();
        let line = match findings {
            Ok(findings) => serde_json::to_string(&Report::new(file, findings)),
            Err(error) => serde_json::to_string(&Failure { file, error: error.to_string() }),
        };
        match line {
            Ok(line) => Self { to_stdout: line + "\n", to_stderr: String::new(), failed },
            Err(error) => Self { to_stdout: String::new(), to_stderr: format!("{error}\n"), failed: true },
        }
    }

    fn table(
        file: String,
        findings: Result<Findings, AnalyzeError>,
        settings: &Settings,
        style: Style,
    ) -> Self {
        match findings {
            Ok(findings) => {
                let text = table::render(&Report::new(file, findings), settings, style);
                Self { to_stdout: text, to_stderr: String::new(), failed: false }
            }
            Err(error) => Self {
                to_stdout: String::new(),
                to_stderr: format!("ironstride: {file}: {error}\n"),
                failed: true,
            },
        }
    }
}
