//! `ironstride calibrate`: an accelerometer's offset and scale from six still positions, and the gyroscope's bias.

mod report;

use super::error::CliError;
use super::format::Format;
use super::samples::{Samples, TRACE_SENSOR};
use super::whole_file::WholeFile;
use super::{samples::read, say};
use crate::config::{CalibrationSettings, Environment, Flags, InForce, Settings, with_calibration};
use crate::lifting::metrics::GRAVITY_M_S2;
use crate::model::SensorId;
use crate::trust::six_positions::{Fit, fit, local_gravity_m_s2};
use crate::trust::stillness::{Stretch, still_stretches};
use clap::Args;
use report::Report;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A position counts when it was held so long, s.
const HELD_S: f64 = 2.0;

const EXAMPLES: &str = "\
Calibration is optional: without it ten seconds of stillness give the gyroscope's bias, and every
still moment renews it. It makes the scale of velocities better by the accelerometer's own error
(often 0.5 to 2 %), which `ironstride check` shows.

How to do it:
  Record while the sensor lies on each of its six faces for five seconds, on a table that nobody
  touches. Order doesn't matter, nor whether the table is level. More positions (on edges, leaned
  against something) make nine or more and give the cross-axis terms too.

Examples:
  What is found, and the lines for ironstride.toml:
    ironstride calibrate six.capture.jsonl
  Into the configuration, where the daemon reads it at its next start:
    ironstride calibrate six.capture.jsonl --save --config ironstride.toml
  A trace doesn't say which sensor it is of; gravity here is not the standard one:
    ironstride calibrate six.csv --sensor AA:BB:CC:DD:EE:FF --latitude-deg 52.5

Exit codes: 0 done, 1 no calibration, 2 wrong usage or configuration.";

/// Calibrate a sensor's accelerometer from six still positions.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Calibrate {
    /// A trace or capture in which the sensor lies on its six faces; `-` is standard input
    file: PathBuf,
    /// The sensor: which one of a capture with several, or whose a trace is
    #[arg(long, value_name = "ID")]
    sensor: Option<String>,
    /// Latitude of the place, °, for its gravity [default: standard gravity, 9.80665 m/s²]
    #[arg(long, value_name = "DEG", allow_negative_numbers = true)]
    latitude_deg: Option<f64>,
    /// Height of the place above the sea, m
    #[arg(
        long,
        value_name = "M",
        requires = "latitude_deg",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    altitude_m: f64,
    /// Write the calibration into the configuration; all else in the file stays as it is
    #[arg(long)]
    save: bool,
    /// Configuration file for --save [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
    #[arg(long, value_name = "FILE", requires = "save")]
    config: Option<PathBuf>,
    /// Text for people or JSON for programs
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Calibrate {
    pub(super) fn run(self) -> Result<(), CliError> {
        let gravity_m_s2 = self.gravity_m_s2()?;
        let undecided = |what: String| CliError::Undecided(format!("{}: {what}", self.file.display()));
        let (sensors, warnings) = read(&self.file).map_err(|error| undecided(error.to_string()))?;
        let (sensor, samples) = self.choose(sensors)?;
        let stretches: Vec<Stretch> = still_stretches(&samples, HELD_S);
        let fit: Fit = fit(&stretches, gravity_m_s2).map_err(|error| undecided(error.to_string()))?;
        let report =
            Report { sensor: &sensor, fit: &fit, stretches: &stretches, gravity_m_s2, warnings: &warnings };
        let text = match self.format {
            Format::Table => report.text(),
            Format::Json => report.json()? + "\n",
        };
        io::stdout().write_all(text.as_bytes())?;
        if self.save { self.save(&sensor, &fit) } else { Ok(()) }
    }

    fn gravity_m_s2(&self) -> Result<f64, CliError> {
        match self.latitude_deg {
            None => Ok(GRAVITY_M_S2),
            Some(latitude) if !(-90.0..=90.0).contains(&latitude) => {
                Err(CliError::Usage("--latitude-deg must be between -90 and 90".to_owned()))
            }
            Some(_) if !(-500.0..=9000.0).contains(&self.altitude_m) => {
                Err(CliError::Usage("--altitude-m must be between -500 and 9000".to_owned()))
            }
            Some(latitude) => Ok(local_gravity_m_s2(latitude, self.altitude_m)),
        }
    }

    /// The sensor that is meant, under the name that the configuration knows it by, and its samples.
    fn choose(&self, mut sensors: BTreeMap<SensorId, Samples>) -> Result<(SensorId, Samples), CliError> {
        let named = self.sensor.as_deref().map(SensorId::from);
        let names: Vec<String> = sensors.keys().map(ToString::to_string).collect();
        let is_trace = sensors.contains_key(&SensorId::from(TRACE_SENSOR));
        let found = match (&named, is_trace) {
            (Some(named), false) => sensors.remove_entry(named),
            (None, _) if sensors.len() > 1 => {
                return Err(CliError::Usage(format!(
                    "several sensors are in this capture: choose one with --sensor, of {}",
                    names.join(", ")
                )));
            }
            _ => sensors.pop_first().map(|(sensor, samples)| (named.unwrap_or(sensor), samples)),
        };
        found.ok_or_else(|| {
            let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            CliError::Undecided(format!(
                "{}: no samples of that sensor; there are {there}",
                self.file.display()
            ))
        })
    }

    fn save(&self, sensor: &SensorId, fit: &Fit) -> Result<(), CliError> {
        if sensor.as_str() == TRACE_SENSOR {
            return Err(CliError::Usage(
                "a trace doesn't say which sensor it is of: name it with --sensor to save its calibration"
                    .to_owned(),
            ));
        }
        let flags = Flags { config: self.config.clone(), ..Flags::default() };
        let in_force = InForce::find(&flags, &Environment::of_process())?;
        let path = in_force.file.ok_or_else(|| {
            CliError::Usage(
                "there is no configuration file to save into: begin one with `ironstride config template > \
                ironstride.toml` and name it with --config"
                    .to_owned(),
            )
        })?;
        let unwritable = |source| CliError::Unwritable { path: path.clone(), source };
        let before = std::fs::read_to_string(&path).map_err(unwritable)?;
        let text = with_calibration(&before, sensor, &CalibrationSettings::from(&fit.calibration));
        // what the daemon could not read must not take the place of what it can
        Settings::check(&path, &text)?;
        let mut file = WholeFile::create(&path).map_err(unwritable)?;
        file.write_all(text.as_bytes()).map_err(unwritable)?;
        file.keep().map_err(unwritable)?;
        say(&format!(
            "ironstride: saved in {}; the daemon takes it at its next start\n",
            Path::display(&path)
        ));
        Ok(())
    }
}
