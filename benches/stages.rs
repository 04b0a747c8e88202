//! What each stage costs, as a table: `make bench`. Times of a shared machine mean little alone, so each is also told as
//! a multiple of what the attitude filter alone takes in the same run.
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

/// Length of the recording, s.
const DURATION_S: f64 = 300.0;
/// Length of the activity that a look goes through, s: a set of ten with its un-rack.
const LOOK_S: f64 = 45.0;
const STEP_S: f64 = 0.005;
/// Each stage runs so often, and the fastest counts: what disturbs only slows.
const RUNS: usize = 7;

/// Nanoseconds of the fastest run.
fn fastest_ns<T>(mut stage: impl FnMut() -> T) -> f64 {
    let mut run = || {
        #[allow(clippy::disallowed_methods, reason = "measuring is what this program is for")]
        let began = std::time::Instant::now();
        black_box(stage());
        began.elapsed().as_nanos() as f64
    };
    (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min)
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

fn main() {
    let plan = SessionPlan::full_gym(1, 1, DURATION_S);
    let inputs: Vec<Input> = Session::new(&plan).collect();
    let blocks = blocks(&inputs);
    let samples: Vec<ImuSample> =
        blocks.iter().flat_map(|(_, block)| block.samples.iter().copied()).collect();
    let count = samples.len() as f64;
    let text = capture(&inputs);

    let alone_ns = fastest_ns(|| attitude(&samples)) / count;
    println!("{:<34} {:>12} {:>9}", "stage", "", "× vqf-rs");
    let per_sample = |name: &str, ns: f64| println!("{name:<34} {ns:>6.0} ns/sample {:>6.1}", ns / alone_ns);
    per_sample("attitude, vqf-rs alone", alone_ns);
    per_sample("simulator", fastest_ns(|| Session::new(&plan).count()) / count);
    per_sample("bytes to readings", fastest_ns(|| self::blocks(&inputs).len()) / count);
    per_sample("motion, both lanes", fastest_ns(|| motion(&blocks, |_| ())) / count);
    per_sample("engine, whole", fastest_ns(|| engine(&inputs)) / count);
    let read_ns = fastest_ns(|| CaptureReader::new(text.as_slice()).expect("a capture").count());
    per_sample("capture, reading", read_ns / count);
    println!("{:<34} {:>6.0} MB/s", "", 1e3 * text.len() as f64 / read_ns);

    let mut vertical = Vec::new();
    let mut number = 0;
    motion(&blocks, |sample| {
        // the engine looks at 100 Hz
        if number % 2 == 0 {
            vertical.push(VerticalSample {
                time: sample.t,
                acceleration_m_s2: sample.vertical_acceleration_m_s2,
                turn_rate_rad_s: sample.turn_rate_rad_s.unwrap_or(0.0),
                clipped: sample.clipped,
            });
        }
        number += 1;
    });
    let middle = vertical.len() / 2;
    let stretch = &vertical[middle..vertical.len().min(middle + (0.5 * LOOK_S / STEP_S) as usize)];
    let track_ns = fastest_ns(|| Motion::from_inertial(stretch, &TrackParams::default()).points.len());
    let look_ns = fastest_ns(|| {
        let motion = Motion::from_inertial(stretch, &TrackParams::default());
        analyze(&motion, &MovementPrior::unknown(), &LiftingParams::default()).len()
    });
    println!(
        "{:<34} {:>6.0} µs, of which smoothing {:.0} µs",
        format!("look at {LOOK_S} s"),
        look_ns / 1e3,
        track_ns / 1e3
    );
}
