//! `ironstride simulate`: recordings of bars and runners whose truth is known.

mod output;
mod summary;

use super::error::CliError;
use crate::model::CadenceUnit;
use crate::radio::capture::{CaptureHeader, CaptureWriter};
use crate::simulate::imu::ImuFaults;
use crate::simulate::lift::{LIFTS, Lift};
use crate::simulate::link::LinkFaults;
use crate::simulate::plan::{Ending, SetPlan};
use crate::simulate::random::Random;
use crate::simulate::run::RunPlan;
use crate::simulate::sensor::{ClockFaults, SensorPlan};
use crate::simulate::session::{BarPlan, Rest, Session, SessionPlan, Sets};
use crate::simulate::trace::{Trace, TraceRow};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use firmware_protocol::{Code, MAX_SAMPLES, SampleRate};
use output::{Output, Place};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Truth:
  Beside a recording NAME.csv or NAME.capture.jsonl stands NAME_truth.json: every movement with its
  kind, its phases and its velocities. Only the kind `rep` counts; the others (taking the bar out of
  the rack, walking, failed attempts) are there to be told from repetitions. Times are true seconds,
  which are a trace's own t_s and a capture's t_ns. Velocities are those of the bar's centre line,
  not of the sensor beside it. The same seed gives the same bytes on every machine.

Examples:
  What happens in a set of five squats at 80 % of 1RM?
    ironstride simulate --exercise back_squat --load-pct 80
  A trace to analyse, with true velocity, height and attitude in further columns:
    ironstride simulate --exercise deadlift --format trace --out deadlift.csv
    ironstride analyze deadlift.csv --exercise deadlift
  Three sets of bench press over a bad link, as a capture, with the truth beside it:
    ironstride simulate --exercise bench_press --sets 3 --faults heavy --format capture --out bench.capture.jsonl
  A full gym: eight bars and a runner for an hour:
    ironstride simulate --bars 8 --minutes 60 --run --format capture --out gym.capture.jsonl
  Straight into another program:
    ironstride simulate --format trace --out - | ironstride analyze - --exercise back_squat

Exit codes: 0 done, 1 a file could not be written, 2 wrong usage.";

/// 2026-01-01T00:00:00Z: when simulated captures pretend to begin, so that a seed gives the same bytes every day.
const ANCHOR_UTC_NS: i64 = 1_767_225_600_000_000_000;

/// Simulate bars and a runner with known truth: traces, captures, or a summary.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Simulate {
    /// Decides everything that is drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Exercise
    #[arg(long, value_name = "ID", default_value = "back_squat", value_parser = lifts())]
    exercise: &'static Lift,
    /// Load in percent of the one-repetition maximum, 20 to 105; more repetitions than it allows end in a failed one
    #[arg(long, value_name = "PERCENT", default_value_t = 75.0, value_parser = load_pct)]
    load_pct: f64,
    /// Repetitions in a set
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    reps: u32,
    /// Sets
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    sets: u32,
    /// How each set ends
    #[arg(long, value_enum, default_value = "complete")]
    ending: EndingName,
    /// Bars, each with its own sensor and sets
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    bars: u32,
    /// Go on for so many minutes with drawn exercises, loads and endings, moving for 30 % of the time
    #[arg(long, value_name = "M", value_parser = minutes,
          conflicts_with_all = ["exercise", "load_pct", "reps", "sets", "ending"])]
    minutes: Option<f64>,
    /// Add a runner with a footpod (not in traces)
    #[arg(long)]
    run: bool,
    /// Nominal sample rate
    #[arg(long, value_name = "HZ", default_value = "200", value_parser = rates())]
    rate_hz: SampleRate,
    /// Samples in a packet; cuts the same samples otherwise
    #[arg(long, value_name = "N", default_value_t = 16,
          value_parser = clap::value_parser!(u8).range(1..=MAX_SAMPLES as i64))]
    packet_samples: u8,
    /// Faults of sensors and links: none; an ordinary sensor and a good link; a bad link that loses 5 % in bursts,
    /// and sensors that reboot
    #[arg(long, value_enum, default_value = "light")]
    faults: FaultsName,
    /// A table of the truth, a trace CSV for each bar, or one capture
    #[arg(long, value_enum, default_value = "summary")]
    format: Format,
    /// File, directory (which gets files of good names), or - for standard output, without truth beside it
    #[arg(long, value_name = "OUT", default_value = "-")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Summary,
    Trace,
    Capture,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FaultsName {
    None,
    Light,
    Heavy,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EndingName {
    Complete,
    Failed,
    Dropped,
    GivenUp,
}

fn lifts() -> impl TypedValueParser<Value = &'static Lift> {
    PossibleValuesParser::new(LIFTS.iter().map(|lift| lift.id))
        .try_map(|id| Lift::of(&id).ok_or("unknown exercise"))
}

fn rates() -> impl TypedValueParser<Value = SampleRate> {
    PossibleValuesParser::new(["50", "100", "200", "400", "800"]).try_map(|hz| {
        let rates = SampleRate::ALL.iter().copied();
        rates.into_iter().find(|rate| rate.hz().to_string() == hz).ok_or("unknown rate")
    })
}

fn load_pct(text: &str) -> Result<f64, String> {
    number_between(text, 20.0, 105.0)
}

fn minutes(text: &str) -> Result<f64, String> {
    number_between(text, 0.5, 24.0 * 60.0)
}

fn number_between(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (low..=high).contains(&number) { Ok(number) } else { Err(format!("not between {low} and {high}")) }
}

impl Simulate {
    /// Simulates and writes.
    pub(super) fn run(&self) -> Result<(), CliError> {
        let plan = self.plan();
        let output = Output::new(&self.out, self.stem());
        output.prepare()?;
        match self.format {
            Format::Summary => {
                let place = output.place("", ".txt");
                place.write(|out| summary::write(&plan, out))
            }
            Format::Capture => write_capture(&plan, &output.place("", ".capture.jsonl")),
            Format::Trace => self.write_traces(&plan, &output),
        }
    }

    /// A name that tells what is in a file.
    fn stem(&self) -> String {
        let what = if self.minutes.is_some() { "session" } else { self.exercise.id };
        format!("{what}-seed{}", self.seed)
    }

    fn plan(&self) -> SessionPlan {
        let (sets, rest) = match self.minutes {
            Some(minutes) => (Sets::DrawnUntil(minutes * 60.0), Rest::MovingShare(0.3)),
            None => (Sets::Listed(vec![self.set(); self.sets as usize]), Rest::Seconds(60.0)),
        };
        let run_minutes = self.minutes.unwrap_or(10.0);
        let run = self.run.then(|| {
            RunPlan::session(CadenceUnit::Strides, run_minutes, &mut Random::of_part(self.seed, u64::MAX))
        });
        let (imu, clock, link, reboot) = match self.faults {
            FaultsName::None => (ImuFaults::NONE, ClockFaults::NONE, LinkFaults::NONE, 0.0),
            FaultsName::Light => (ImuFaults::CONSUMER, ClockFaults::ORDINARY, LinkFaults::LIGHT, 0.0),
            FaultsName::Heavy => (ImuFaults::CONSUMER, ClockFaults::ORDINARY, LinkFaults::HEAVY, 0.1),
        };
        let samples_per_packet = usize::from(self.packet_samples);
        let sensor =
            SensorPlan { rate: self.rate_hz, samples_per_packet, imu, clock, ..SensorPlan::default() };
        let bars = vec![BarPlan { sets, rest }; self.bars as usize];
        SessionPlan { seed: self.seed, bars, run, sensor, link, reboot }
    }

    fn set(&self) -> SetPlan {
        let ending = match self.ending {
            EndingName::Complete => Ending::Complete,
            EndingName::Failed => Ending::Failed,
            EndingName::Dropped => Ending::Dropped,
            EndingName::GivenUp => Ending::GivenUp,
        };
        SetPlan { ending, ..SetPlan::new(self.exercise, self.load_pct / 100.0, self.reps) }
    }

    fn write_traces(&self, plan: &SessionPlan, output: &Output) -> Result<(), CliError> {
        if self.run {
            return Err(usage("--run has no trace: a footpod sends no samples; use --format capture"));
        }
        if self.bars > 1 && !output.is_directory() {
            let message = "a trace has one sensor, so --bars with --format trace needs a directory for --out, such as sets/";
            return Err(usage(message));
        }
        for bar in 0..plan.bars.len() {
            let Some(mut trace) = Trace::new(plan, bar) else { continue };
            let of_bar = if self.bars > 1 { format!("-bar{}", bar + 1) } else { String::new() };
            let place = output.place(&of_bar, ".csv");
            place.write(|out| write_trace(&mut trace, out))?;
            place.write_truth(&trace.truth())?;
        }
        Ok(())
    }
}

fn usage(message: &str) -> CliError {
    CliError::Usage(message.to_owned())
}

/// A trace of the contract, with the truth in further columns.
fn write_trace(trace: &mut Trace, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s,")?;
    out.write_all(b"true_vertical_velocity_m_s,true_height_m,true_q_w,true_q_x,true_q_y,true_q_z\n")?;
    for TraceRow { t_s, sample, true_vertical_velocity_m_s, true_height_m, true_attitude } in trace {
        let [ax, ay, az] = sample.accel_m_s2;
        let [gx, gy, gz] = sample.gyro_rad_s;
        let [w, x, y, z] = true_attitude;
        write!(out, "{t_s:.6},{ax:.6},{ay:.6},{az:.6},{gx:.7},{gy:.7},{gz:.7},")?;
        writeln!(out, "{true_vertical_velocity_m_s:.6},{true_height_m:.6},{w:.7},{x:.7},{y:.7},{z:.7}")?;
    }
    Ok(())
}

fn write_capture(plan: &SessionPlan, place: &Place) -> Result<(), CliError> {
    let mut session = Session::new(plan);
    place.write(|out| {
        let header = CaptureHeader::new(format!("simulated-{}", plan.seed), Some(ANCHOR_UTC_NS));
        let mut capture = CaptureWriter::new(out, &header)?;
        session.by_ref().try_for_each(|input| capture.input(&input))
    })?;
    place.write_truth(&session.truth())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radio::capture::CaptureReader;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        simulate: Simulate,
    }

    fn parsed(line: &str) -> Result<Simulate, clap::Error> {
        Line::try_parse_from(line.split_whitespace()).map(|line| line.simulate)
    }

    #[test]
    fn options_make_the_plan() {
        let simulate =
            parsed("simulate --exercise deadlift --load-pct 90 --reps 2 --sets 3 --bars 2").unwrap();
        let plan = simulate.plan();
        assert_eq!(plan.bars.len(), 2);
        let Sets::Listed(sets) = &plan.bars[1].sets else { panic!("{plan:?}") };
        assert_eq!((sets.len(), sets[0].lift.id, sets[0].reps), (3, "deadlift", 2));
        assert!((sets[0].load_share - 0.9).abs() < 1e-12);
        let plan = parsed("simulate --minutes 2 --run --rate-hz 100").unwrap().plan();
        assert_eq!(plan.bars[0].sets, Sets::DrawnUntil(120.0));
        assert!(plan.run.is_some() && plan.sensor.rate == SampleRate::Hz100);
    }

    #[test]
    fn bad_options_are_told_with_a_way_out() {
        for (line, word) in [
            ("simulate --exercise back_sqat", "back_squat"),
            ("simulate --load-pct 300", "105"),
            ("simulate --load-pct heavy", "not a number"),
            ("simulate --load-pct NaN", "not between"),
            ("simulate --reps 0", "1..=60"),
            ("simulate --rate-hz 123", "800"),
            ("simulate --minutes 5 --reps 3", "cannot be used with"),
        ] {
            let error = parsed(line).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
        let two = parsed("simulate --bars 2 --format trace").unwrap().run().unwrap_err();
        assert_eq!((two.exit_code(), two.to_string().contains("directory")), (2, true));
        let foot = parsed("simulate --run --format trace").unwrap().run().unwrap_err();
        assert_eq!((foot.exit_code(), foot.to_string().contains("capture")), (2, true));
    }

    #[test]
    fn an_unwritable_output_is_told_with_its_path() {
        // below a plain file there is no place for anyone, whatever the rights
        for format in ["trace", "capture", "summary"] {
            for out in ["Cargo.toml/all.csv", "Cargo.toml/all/"] {
                let line = format!("simulate --reps 1 --format {format} --out {out}");
                let error = parsed(&line).unwrap().run().unwrap_err();
                assert_eq!(error.exit_code(), 1);
                assert!(error.to_string().contains(out), "{error}");
            }
        }
    }

    #[test]
    fn only_a_directory_that_is_named_as_one_is_made() {
        let folder = std::env::temp_dir().join(format!("ironstride-simulate-{}", std::process::id()));
        let out = |name: &str| folder.join(name).display().to_string();
        let file = parsed(&format!("simulate --reps 1 --out {}", out("new/set.txt"))).unwrap();
        assert_eq!(file.run().unwrap_err().exit_code(), 1);
        assert!(!folder.exists());
        parsed(&format!("simulate --reps 1 --out {}", out("new/"))).unwrap().run().unwrap();
        let made: Vec<_> = std::fs::read_dir(folder.join("new")).unwrap().collect();
        assert_eq!(made.len(), 1, "one file of a good name and nothing temporary: {made:?}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_capture_reads_back_as_the_session_it_was() {
        let plan = parsed("simulate --reps 1 --faults heavy --run").unwrap().plan();
        let mut bytes = Vec::new();
        let header = CaptureHeader::new("simulated-1", Some(ANCHOR_UTC_NS));
        let mut capture = CaptureWriter::new(&mut bytes, &header).unwrap();
        for input in Session::new(&plan) {
            capture.input(&input).unwrap();
        }
        let read: Result<Vec<_>, _> = CaptureReader::new(bytes.as_slice()).unwrap().collect();
        assert_eq!(read.unwrap(), Session::new(&plan).collect::<Vec<_>>());
    }

    #[test]
    fn a_trace_has_the_columns_of_the_contract_first_and_as_many_in_each_line() {
        let plan = parsed("simulate --reps 1").unwrap().plan();
        let mut bytes = Vec::new();
        write_trace(&mut Trace::new(&plan, 0).unwrap(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s,true_"));
        assert!(text.lines().count() > 2000);
        assert!(text.lines().all(|line| line.split(',').count() == 13));
        assert!(
            text.lines().skip(1).flat_map(|line| line.split(',')).all(|field| field.parse::<f64>().is_ok())
        );
    }
}
