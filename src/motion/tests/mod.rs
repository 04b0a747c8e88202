//! Tests of the whole room; what needs only one file is tested beside it.

mod absurd;
mod order;
mod restart;

use super::{MotionParams, MotionSample, Output, Pipeline};
use crate::model::{HostTime, ImuBlock, ImuSample, SampleClock, SampleFlags};

/// A block of stamped samples.
fn stamped(samples: &[(i64, ImuSample)]) -> ImuBlock {
    ImuBlock {
        clock: SampleClock::Stamped { device_time_ns: samples.iter().map(|(t, _)| *t).collect() },
        flags: SampleFlags::default(),
        samples: samples.iter().map(|(_, sample)| *sample).collect(),
    }
}

/// All stamped samples through a fresh pipeline, each arriving at its own time.
fn run_stamped(samples: &[(i64, ImuSample)]) -> Output {
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    for chunk in samples.chunks(10) {
        let at = chunk.last().map_or(0, |(t, _)| *t);
        pipeline.push(HostTime(at), &stamped(chunk), &mut out);
    }
    pipeline.flush(&mut out);
    out
}

/// Samples at 200 Hz of something that moves all the time, and never twice the same.
fn moving(n: u32) -> Vec<ImuSample> {
    (0..n)
        .map(|i| {
            let t = f64::from(i) * 0.005;
            ImuSample {
                accel_m_s2: [(3.0 * t).sin(), 0.4 * (5.1 * t).cos(), 9.8 + 2.0 * (4.4 * t).sin()],
                gyro_rad_s: Some([0.3 * (1.7 * t).sin(), 0.2, 0.5 * (2.9 * t).cos()]),
            }
        })
        .collect()
}

/// Time between the samples of [`numbered`] streams; it changes at sample 4096 as a sensor's does.
fn interval_ns(number: u32) -> u32 {
    if number < 4096 { 5_001_234 } else { 5_000_987 }
}

/// The sensor's clock at a sample of [`numbered`] streams.
fn device_time_ns(number: u32) -> i64 {
    let (before, after) = (number.min(4096), number.saturating_sub(4096));
    77_000_000_000
        + i64::from(before) * i64::from(interval_ns(0))
        + i64::from(after) * i64::from(interval_ns(4096))
}

/// A packet of samples `first..first + n` out of `all`.
fn numbered(all: &[ImuSample], stream_id: u16, first: u32, n: u32) -> ImuBlock {
    ImuBlock {
        clock: SampleClock::Numbered {
            stream_id,
            first_sample: first,
            device_time_ns: device_time_ns(first),
            interval_ns: interval_ns(first),
        },
        flags: SampleFlags::default(),
        samples: all[first as usize..(first + n) as usize].to_vec(),
    }
}

/// Everything of `numbered` in order and in time, in packets of 16.
fn run_in_order(all: &[ImuSample]) -> Output {
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    for first in (0..all.len() as u32).step_by(16) {
        let n = 16.min(all.len() as u32 - first);
        let at = device_time_ns(first + n);
        pipeline.push(HostTime(at), &numbered(all, 7, first, n), &mut out);
    }
    pipeline.flush(&mut out);
    out
}

/// Equal to the last bit.
fn assert_same(a: &[MotionSample], b: &[MotionSample]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a, b);
        let bits = |s: &MotionSample| {
            s.q.map(f64::to_bits).into_iter().chain([s.vertical_velocity_m_s.to_bits()]).collect::<Vec<_>>()
        };
        assert_eq!(bits(a), bits(b));
    }
}
