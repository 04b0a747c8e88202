//! What the families of inertial sensors have in common: units, and blocks whose samples are alike.

use crate::model::{ImuBlock, ImuSample, Reading, SampleClock, SampleFlags};
use firmware_protocol::STANDARD_GRAVITY_M_S2;

/// One sample of a packet, in SI, and which of the two sensors stood at the end of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    pub(super) sample: ImuSample,
    pub(super) clipped_accel: bool,
    pub(super) clipped_gyro: bool,
}

/// Multiples of standard gravity in m/s².
pub(super) fn from_g(axes: [f64; 3]) -> [f64; 3] {
    axes.map(|g| g * STANDARD_GRAVITY_M_S2)
}

/// Degrees in radians.
pub(super) fn from_degrees(axes: [f64; 3]) -> [f64; 3] {
    axes.map(f64::to_radians)
}

/// Whether an axis of 16 bits stands at the end of its range.
pub(super) fn is_clipped(raw: [i16; 3]) -> bool {
    raw.iter().any(|x| *x == i16::MIN || *x == i16::MAX)
}

/// Samples of a sensor without a clock as blocks, one for each run that is alike in clipping.
pub(super) fn nominal(interval_ns: u32, samples: &[Measured]) -> Vec<Reading> {
    let alike =
        |a: &Measured, b: &Measured| (a.clipped_accel, a.clipped_gyro) == (b.clipped_accel, b.clipped_gyro);
    let block = |run: &[Measured]| block(SampleClock::Nominal { interval_ns }, run);
    samples.chunk_by(alike).map(block).collect()
}

/// One sample with the sensor's time.
pub(super) fn stamped(device_time_ns: i64, sample: Measured) -> Reading {
    block(SampleClock::Stamped { device_time_ns: vec![device_time_ns] }, &[sample])
}

fn block(clock: SampleClock, run: &[Measured]) -> Reading {
    let flags = SampleFlags {
        clipped_accel: run.first().is_some_and(|first| first.clipped_accel),
        clipped_gyro: run.first().is_some_and(|first| first.clipped_gyro),
        ..SampleFlags::default()
    };
    Reading::Imu(ImuBlock { clock, flags, samples: run.iter().map(|measured| measured.sample).collect() })
}
