//! What each stage costs, as a table: `make bench`. Times of a shared machine mean little alone, so each is also told as
//! a multiple of what the attitude filter alone takes in the same run, and in instructions where valgrind is at hand,
//! which are the same on a busy machine.
//!
//! The program measures times itself. For instructions it calls itself under valgrind's callgrind, one stage at a time,
//! and callgrind collects only while [`counted`] runs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that fails has no result")]

use ironstride::config::Catalogue;
use ironstride::engine::{Engine, EngineConfig};
use ironstride::lifting::prior::MovementPrior;
use ironstride::lifting::{LiftingParams, analyze};
use ironstride::model::{HostTime, ImuBlock, ImuSample, Input, Reading};
use ironstride::motion::track::{Motion, TrackParams, VerticalSample};
use ironstride::motion::{MotionParams, MotionSample, Output, Pipeline};
use ironstride::radio::capture::{CaptureHeader, CaptureReader, CaptureWriter};
use ironstride::sensors::Conversation;
use ironstride::simulate::session::{Session, SessionPlan};
use std::hint::black_box;
use std::process::Command;

/// Length of the recording that stages are timed with, s.
const TIMED_S: f64 = 300.0;
/// The same under valgrind, which is some fifty times slower.
const COUNTED_S: f64 = 120.0;
/// Length of the session that the lanes are timed with, s.
const SESSION_S: f64 = 3600.0;
/// The lanes of that session may cost so many times the attitude filter alone.
const SESSION_GOAL: f64 = 4.0;
/// Length of the activity that a look goes through, s: a set of ten with its un-rack.
const LOOK_S: f64 = 45.0;
const STEP_S: f64 = 0.005;
/// Each stage runs so often, and the fastest counts: what disturbs only slows.
const RUNS: usize = 7;
/// The same for the whole session.
const SESSION_RUNS: usize = 3;

/// The part of the program that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Attitude,
    Simulator,
    Decoding,
    Motion,
    Engine,
    Capture,
    Look,
}

/// Each with its name.
const STAGES: [(Stage, &str); 7] = [
    (Stage::Attitude, "attitude, vqf-rs alone"),
    (Stage::Simulator, "simulator"),
    (Stage::Decoding, "bytes to readings"),
    (Stage::Motion, "motion, both lanes"),
    (Stage::Engine, "engine, whole"),
    (Stage::Capture, "capture, reading"),
    (Stage::Look, "one look at 45 s"),
];

/// What the stages work on: one bar that moves for 30 % of the time.
struct Recording {
    plan: SessionPlan,
    inputs: Vec<Input>,
    blocks: Vec<(HostTime, ImuBlock)>,
    samples: Vec<ImuSample>,
    capture: Vec<u8>,
    activity: Vec<VerticalSample>,
}

impl Recording {
    fn of(duration_s: f64) -> Self {
        let plan = SessionPlan::full_gym(1, 1, duration_s);
        let inputs: Vec<Input> = Session::new(&plan).collect();
        let blocks = blocks(&inputs);
        let samples = blocks.iter().flat_map(|(_, block)| block.samples.iter().copied()).collect();
        Self { capture: capture(&inputs), activity: activity(&blocks), plan, inputs, blocks, samples }
    }

    /// Runs a stage once; what it gives only keeps the compiler from leaving it out.
    fn run(&self, stage: Stage) -> f64 {
        match stage {
            Stage::Attitude => attitude(&self.samples),
            Stage::Simulator => Session::new(&self.plan).count() as f64,
            Stage::Decoding => blocks(&self.inputs).len() as f64,
            Stage::Motion => {
                let mut settled = 0.0;
                motion(&self.blocks, |_| settled += 1.0);
                settled
            }
            Stage::Engine => engine(&self.inputs) as f64,
            Stage::Capture => CaptureReader::new(self.capture.as_slice()).expect("a capture").count() as f64,
            Stage::Look => {
                let motion = Motion::from_inertial(&self.activity, &TrackParams::default());
                analyze(&motion, &MovementPrior::unknown(), &LiftingParams::default()).len() as f64
            }
        }
    }

    /// What a stage's cost is told by: samples, or the look as a whole.
    fn units(&self, stage: Stage) -> f64 {
        if stage == Stage::Look { 1.0 } else { self.samples.len() as f64 }
    }
}

/// The only thing that callgrind counts.
#[inline(never)]
fn counted(recording: &Recording, stage: Stage) -> f64 {
    black_box(recording.run(stage))
}

/// Nanoseconds of the fastest of so many runs.
fn fastest_ns(runs: usize, mut stage: impl FnMut() -> f64) -> f64 {
    let mut run = || {
        #[allow(clippy::disallowed_methods, reason = "measuring is what this program is for")]
        let began = std::time::Instant::now();
        black_box(stage());
        began.elapsed().as_nanos() as f64
    };
    (0..runs).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Instructions of one run of a stage and how many units it worked on, counted by callgrind in a process of its own.
fn instructions(stage: Stage) -> Result<(f64, f64), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*counted*")
        .arg(program)
        .arg(format!("--count={stage:?}"))
        .output()
        .map_err(|error| format!("valgrind: {error}; on Debian `sudo apt-get install valgrind`"))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let collected = said.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok());
    let units = String::from_utf8_lossy(&ran.stdout).trim().parse().ok();
    match (collected, units) {
        (Some(collected), Some(units)) if collected > 0.0 && ran.status.success() => Ok((collected, units)),
        _ => Err(format!("valgrind counted nothing: {}", said.lines().last().unwrap_or_default())),
    }
}

/// In the process under valgrind: the stage once, and the number of its units for the one who asked.
fn count(name: &str) {
    let stage = STAGES.iter().map(|(stage, _)| *stage).find(|stage| format!("{stage:?}") == name);
    let (recording, stage) = (Recording::of(COUNTED_S), stage.expect("a stage of the table"));
    black_box(counted(&recording, stage));
    println!("{}", recording.units(stage));
}

fn blocks(inputs: &[Input]) -> Vec<(HostTime, ImuBlock)> {
    let mut conversation = Conversation::default();
    let mut blocks = Vec::new();
    for input in inputs {
        let Input::Notification(notification) = input else { continue };
        let readings =
            conversation.decode(notification.source, &notification.value).expect("simulated bytes");
        blocks.extend(readings.into_iter().filter_map(|reading| match reading {
            Reading::Imu(block) => Some((notification.at, block)),
            _ => None,
        }));
    }
    blocks
}

fn attitude(samples: &[ImuSample]) -> f64 {
    let mut vqf = vqf_rs::VQF::new(STEP_S, None, None, None);
    let mut sum = 0.0;
    for sample in samples {
        vqf.update_gyr(sample.gyro_rad_s.expect("a simulated bar has a gyroscope"));
        vqf.update_acc(sample.accel_m_s2);
        sum += vqf.quat_6d().0;
    }
    sum
}

fn motion(blocks: &[(HostTime, ImuBlock)], mut each: impl FnMut(&MotionSample)) {
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    for (at, block) in blocks {
        pipeline.push(*at, block, &mut out);
        out.settled.iter().for_each(&mut each);
        out.clear();
    }
}

fn engine(inputs: &[Input]) -> usize {
    let exercises = Catalogue::embedded().expect("the embedded catalogue is valid").into();
    let mut engine = Engine::new(EngineConfig { exercises, ..EngineConfig::default() });
    let mut events = 0;
    for input in inputs {
        engine.handle(input);
        events += std::iter::from_fn(|| engine.poll()).count();
    }
    events
}

fn capture(inputs: &[Input]) -> Vec<u8> {
    let mut writer = CaptureWriter::new(Vec::new(), &CaptureHeader::new("bench", None)).expect("in memory");
    for input in inputs {
        writer.input(input).expect("in memory");
    }
    writer.into_inner()
}

/// Vertical motion of a set's length from the middle of the recording, at the 100 Hz that the engine looks at.
fn activity(blocks: &[(HostTime, ImuBlock)]) -> Vec<VerticalSample> {
    let mut vertical = Vec::new();
    let mut number = 0;
    motion(blocks, |sample| {
        if number % 2 == 0 {
            vertical.push(VerticalSample {
                time: sample.t,
                acceleration_m_s2: sample.vertical_acceleration_m_s2,
                turn_rate_rad_s: sample.turn_rate_rad_s.unwrap_or(0.0),
                up: sample.up(),
                clipped: sample.clipped,
            });
        }
        number += 1;
    });
    let length = (0.5 * LOOK_S / STEP_S) as usize;
    let middle = (vertical.len() / 2).min(vertical.len().saturating_sub(length));
    vertical[middle..vertical.len().min(middle + length)].to_vec()
}

/// What a stage costs for each unit that it works on.
struct Cost {
    stage: Stage,
    name: &'static str,
    ns: f64,
    instructions: Result<f64, String>,
}

/// Costs of all stages, that of the attitude filter first.
fn costs() -> Vec<Cost> {
    let recording = Recording::of(TIMED_S);
    let cost = |(stage, name)| Cost {
        stage,
        name,
        ns: fastest_ns(RUNS, || recording.run(stage)) / recording.units(stage),
        instructions: instructions(stage).map(|(all, units)| all / units),
    };
    STAGES.into_iter().map(cost).collect()
}

/// Instructions of a stage as a multiple of the attitude filter's.
fn times_alone(costs: &[Cost], stage: Stage) -> Option<f64> {
    let instructions =
        |stage| costs.iter().find(|cost| cost.stage == stage)?.instructions.as_ref().ok().copied();
    Some(instructions(stage)? / instructions(Stage::Attitude)?)
}

/// The table of all stages: time, and instructions where they can be counted.
fn print(costs: &[Cost]) {
    println!(
        "{:<26} {:>10} {:>9} {:>14} {:>9}",
        "stage, a sample", "ns", "× vqf-rs", "instructions", "× vqf-rs"
    );
    for Cost { stage, name, ns, instructions } in costs {
        let counted = instructions.as_ref().map_or("-".to_owned(), |count| format!("{count:.0}"));
        let times = times_alone(costs, *stage).map_or("-".to_owned(), |times| format!("{times:.1}"));
        println!("{name:<26} {ns:>10.0} {:>9.1} {counted:>14} {times:>9}", ns / costs[0].ns);
    }
    if let Some(why) = costs.iter().find_map(|cost| cost.instructions.as_ref().err()) {
        println!("instructions were not counted: {why}");
    }
    if let (Some(motion), Some(engine)) =
        (times_alone(costs, Stage::Motion), times_alone(costs, Stage::Engine))
    {
        println!(
            "figure: instructions against vqf-rs alone: motion {motion:.2} ×, whole engine {engine:.2} ×"
        );
    }
}

/// An hour of session: both lanes with all that is found and judged in them, against the attitude filter alone.
fn session() {
    let recording = Recording::of(SESSION_S);
    let seconds = |stage| 1e-9 * fastest_ns(SESSION_RUNS, || recording.run(stage));
    let (alone, decoding, whole) =
        (seconds(Stage::Attitude), seconds(Stage::Decoding), seconds(Stage::Engine));
    println!(
        "figure: one hour of a bar at 200 Hz, moving 30 % of it, one core: lanes {:.2} s ({whole:.2} with decoding), vqf-rs alone \
        {alone:.2} s: {:.1} × (goal {SESSION_GOAL})",
        whole - decoding,
        (whole - decoding) / alone
    );
}

fn main() {
    // `cargo bench` gives `--bench`, which means nothing here
    let counts = std::env::args().find_map(|argument| argument.strip_prefix("--count=").map(str::to_owned));
    if let Some(stage) = counts {
        count(&stage);
    } else {
        print(&costs());
        session();
    }
}
