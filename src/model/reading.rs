//! What a sensor's bytes mean, in SI units, before any of it is believed.

use serde::{Deserialize, Serialize};

/// One meaning found in a notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reading", rename_all = "snake_case")]
pub enum Reading {
    /// Inertial samples.
    Imu(ImuBlock),
    /// A footpod's own speed and cadence.
    Running(RunningReading),
    /// A battery's charge.
    Battery(BatteryReading),
    /// What a device says of itself; only the fields just learned are set.
    Device(DeviceInformation),
    /// Samples a sensor can still send again, the answer to a resend request.
    Available(RingRange),
    /// The sensor refused what was asked of it.
    Refused {
        /// Why, and what to do.
        why: String,
    },
    /// A heart rate and the beats behind it.
    HeartRate(HeartRateReading),
    /// Mechanical power of a runner or rider, as the device estimates it.
    Power(PowerReading),
    /// A treadmill's own figures; what it did not send is `None`.
    Treadmill(TreadmillReading),
    /// A device's own summary of a repetition, kept apart from ours.
    DeviceRep(DeviceRepReading),
}

/// Consecutive samples of one notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImuBlock {
    /// How the samples are placed in time.
    pub clock: SampleClock,
    /// What the sensor said of the block.
    pub flags: SampleFlags,
    /// The samples, oldest first.
    pub samples: Vec<ImuSample>,
}

/// Three axes of acceleration and, when there is a gyroscope, of turning, in the sensor's own frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImuSample {
    /// Specific force, m/s²: at rest it points up and measures +g.
    pub accel_m_s2: [f64; 3],
    /// Turning rate, rad/s, right-handed.
    pub gyro_rad_s: Option<[f64; 3]>,
}

/// What a sensor can say of the time of its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "clock", rename_all = "snake_case")]
pub enum SampleClock {
    /// Numbered samples at a measured interval: holes are seen, and can be filled later.
    Numbered {
        /// Changes at each start of the sensor, which tells a reboot from a wrap.
        stream_id: u16,
        /// Number of the first sample in its stream.
        first_sample: u32,
        /// The sensor's clock at the first sample, ns.
        device_time_ns: i64,
        /// Time between samples, ns, as the sensor measured it.
        interval_ns: u32,
    },
    /// Each sample carries the sensor's time; holes are seen but can't be filled.
    Stamped {
        /// The sensor's clock at each sample, ns; as many as there are samples.
        device_time_ns: Vec<i64>,
    },
    /// No clock at all: arrival and the nominal rate are all there is.
    Nominal {
        /// Time between samples, ns, by the sensor's configuration.
        interval_ns: u32,
    },
}

/// What a sensor said of a block of samples; it holds for each of them.
///
/// Where samples of one notification differ in clipping, the decoder makes several blocks, so that what is known of a
/// sample does not depend on how the stream was cut into packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are the flag bits of a packet, each with a meaning of its own"
)]
pub struct SampleFlags {
    /// An accelerometer axis stood at the end of its range.
    pub clipped_accel: bool,
    /// A gyroscope axis stood at the end of its range.
    pub clipped_gyro: bool,
    /// Sent on request, out of turn.
    pub resent: bool,
    /// The sensor believes it is moving.
    pub moving: bool,
}

/// Running speed and cadence as the device reports them, the cadence's unit still unjudged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningReading {
    /// Speed, m/s.
    pub speed_m_s: f64,
    /// The cadence byte: strides or steps a minute, depending on the vendor.
    pub cadence_raw: u8,
    /// Stride (or step) length, m, when sent.
    pub stride_length_m: Option<f64>,
    /// The device's odometer, m, when sent; only differences mean anything.
    pub total_distance_m: Option<f64>,
    /// The device's own judgement whether this is running.
    pub running: bool,
}

/// A heart rate and the beats behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeartRateReading {
    /// Beats a minute; 0 where the strap has found no heart yet.
    pub heart_rate_bpm: u16,
    /// Whether the strap touches skin, where it can tell.
    pub contact: Option<bool>,
    /// Energy since it was last reset, J, when sent.
    pub energy_j: Option<f64>,
    /// Times between beats since the notification before, s, oldest first.
    pub rr_s: Vec<f64>,
}

/// Mechanical power as a device estimates it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PowerReading {
    /// Power, W.
    pub power_w: f64,
}

/// A treadmill's own figures; what it did not send, or calls unavailable, is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TreadmillReading {
    /// Speed of the belt, m/s.
    pub speed_m_s: Option<f64>,
    /// Mean speed of the session, m/s.
    pub average_speed_m_s: Option<f64>,
    /// Way of the session, or of the machine's life, m; only differences mean anything.
    pub total_distance_m: Option<f64>,
    /// Rise over run, %.
    pub incline_pct: Option<f64>,
    /// Angle of the deck, °.
    pub ramp_deg: Option<f64>,
    /// Height climbed, m.
    pub climbed_m: Option<f64>,
    /// Height descended, m.
    pub descended_m: Option<f64>,
    /// Energy of the session, J.
    pub energy_j: Option<f64>,
    /// Heart rate, beats a minute, of a strap that the treadmill hears or of its grips.
    pub heart_rate_bpm: Option<f64>,
    /// Time of the session, s.
    pub elapsed_s: Option<f64>,
    /// Force on the belt, N.
    pub belt_force_n: Option<f64>,
    /// Power, W.
    pub power_w: Option<f64>,
}

/// A repetition as a device computed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceRepReading {
    /// The device's own number of it.
    pub number: Option<u32>,
    /// Mean concentric velocity, m/s.
    pub mean_velocity_m_s: Option<f64>,
    /// Peak concentric velocity, m/s.
    pub peak_velocity_m_s: Option<f64>,
    /// Range of motion, m.
    pub range_of_motion_m: Option<f64>,
    /// Duration of the concentric phase, s.
    pub concentric_duration_s: Option<f64>,
}

/// A battery's charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatteryReading {
    /// Percent of full, 0 to 100.
    pub percent: u8,
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInformation {
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Hardware revision.
    pub hardware: Option<String>,
    /// Firmware revision.
    pub firmware: Option<String>,
    /// Software revision.
    pub software: Option<String>,
}

/// Samples of a stream that a sensor still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingRange {
    /// The stream.
    pub stream_id: u16,
    /// Oldest sample still held.
    pub first_sample: u32,
    /// How many from there on.
    pub count: u32,
}
