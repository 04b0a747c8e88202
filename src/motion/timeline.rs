//! Samples placed in time: what the three kinds of timelines share.

use super::output::Counters;
use crate::model::{DeviceTime, ImuSample};

/// Specific force beyond this is a broken value, m/s² (no part measures 1000 g).
const ACCEL_LIMIT_M_S2: f64 = 1e4;
/// Turning beyond this is a broken value, rad/s.
const GYRO_LIMIT_RAD_S: f64 = 1e3;

/// A sample with its place in its stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// Place in the stream; rises strictly within a lane.
    pub(super) number: i64,
    /// The sensor's time; rises strictly within a lane.
    pub(super) t: DeviceTime,
    /// What was measured.
    pub(super) sample: ImuSample,
    /// Whether it was marked as clipped.
    pub(super) clipped: bool,
    /// Missing time just before, s.
    pub(super) hole_s: f64,
}

/// What a timeline has found ready; the pipeline hands it to the lanes and clears it.
#[derive(Clone, Debug, Default)]
pub(super) struct Placements {
    /// Samples in the sensor's order, nothing missing before them that could still come.
    pub(super) ready: Vec<Placed>,
    /// Samples beyond a hole, newer than any before: for the live lane only.
    pub(super) early: Vec<Placed>,
}

/// Whether a sample can have been measured by anything; what cannot is counted.
pub(super) fn is_sound(sample: &ImuSample, counters: &mut Counters) -> bool {
    let within = |values: &[f64; 3], limit: f64| values.iter().all(|x| x.abs() <= limit);
    let sound = within(&sample.accel_m_s2, ACCEL_LIMIT_M_S2)
        && sample.gyro_rad_s.is_none_or(|gyro| within(&gyro, GYRO_LIMIT_RAD_S));
    if !sound {
        counters.invalid += 1;
    }
    sound
}

/// A number of samples, to reckon with.
pub(super) fn count(samples: usize) -> i64 {
    i64::try_from(samples).unwrap_or(i64::MAX)
}
