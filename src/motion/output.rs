//! What comes out of a [`Pipeline`](super::Pipeline).

use crate::model::{DeviceTime, HostTime, RingRange};

/// Attitude and vertical motion at one sample of one sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MotionSample {
    /// Which stream of this sensor in the run, from 1; rises at each restart.
    pub stream: u32,
    /// The sensor's time within the stream.
    pub t: DeviceTime,
    /// Seconds since the lane's previous sample; 0 at a stream's first.
    pub dt_s: f64,
    /// Seconds of missing data bridged just before this sample; 0 normally.
    pub hole_s: f64,
    /// Attitude, scalar first, sensor to world (z up).
    pub q: [f64; 4],
    /// Attitude by the gyroscope alone, its bias removed, sensor to a frame that drifts slowly and is another one after
    /// a long hole; `None` without a gyroscope.
    pub strapdown: Option<[f64; 4]>,
    /// Specific force in the sensor's axes as measured, m/s².
    pub force_m_s2: [f64; 3],
    /// Acceleration of the sensor along world z, m/s², up positive, gravity removed; the accelerometer's learned error
    /// is *not* removed, so that a later pass can judge it over the whole movement.
    pub vertical_acceleration_m_s2: f64,
    /// Magnitude of turning, rad/s, learned bias removed; `None` without a gyroscope.
    pub turn_rate_rad_s: Option<f64>,
    /// Causal estimate of vertical velocity, m/s, up positive.
    pub vertical_velocity_m_s: f64,
    /// Causal estimate of height above where the movement began, m; it leaks towards 0 within seconds.
    pub vertical_displacement_m: f64,
    /// Whether the sensor has been still for a while.
    pub still: bool,
    /// Whether the sensor said that an axis stood at the end of its range.
    pub clipped: bool,
}

impl MotionSample {
    /// Where up is in the sensor's own axes, a unit vector: the last row of the rotation that `q` stands for.
    #[must_use]
    pub fn up(&self) -> [f64; 3] {
        let [w, x, y, z] = self.q;
        [2.0 * (x * z - w * y), 2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y)]
    }
}

/// What a call has found out. Calls append; the caller takes and clears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// Samples as they arrived.
    pub live: Vec<MotionSample>,
    /// Samples in the sensor's order.
    pub settled: Vec<MotionSample>,
    /// Samples the sensor should send again.
    pub missing: Vec<RingRange>,
    /// What a person should know.
    pub notes: Vec<Note>,
}

impl Output {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.live.clear();
        self.settled.clear();
        self.missing.clear();
        self.notes.clear();
    }
}

/// Something a person should know of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Samples are gone for good.
    Lost {
        /// When they were given up.
        at: HostTime,
        /// In which stream, from 1.
        stream: u32,
        /// How many.
        samples: u64,
    },
    /// The sensor started anew in mid-stream.
    Restarted {
        /// When that was seen.
        at: HostTime,
        /// The new stream, from 2.
        stream: u32,
    },
}

/// What became of everything that went in, over the pipeline's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Samples received, whatever became of them.
    pub received: u64,
    /// Samples that came out of the settled lane.
    pub settled: u64,
    /// Samples given up.
    pub lost: u64,
    /// Samples dropped because they were there already, or had been given up.
    pub duplicates: u64,
    /// Samples dropped because all six values repeat the one before.
    pub repeated: u64,
    /// Samples dropped because their time is not after the one before.
    pub backwards: u64,
    /// Samples dropped because a value is not finite, not of this world, or a time is missing.
    pub invalid: u64,
    /// Samples dropped because they belong to a stream that has ended.
    pub of_old_stream: u64,
    /// Restarts.
    pub restarts: u32,
}
