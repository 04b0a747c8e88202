//! Everything that may leave the engine.

use super::{
    Advice, AthleteId, BatteryReading, Characteristic, DeviceInformation, DeviceRepReading, DeviceTime,
    HostTime, PowerReading, Rep, SensorId, SessionRecord, SetRecord, StationId, TreadmillReading,
};
use serde::{Deserialize, Serialize};

/// One thing that the engine found out or wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A repetition is new or has changed.
    Rep(Box<Rep>),
    /// A set is new or has changed.
    Set(Box<SetRecord>),
    /// A session is new or has changed.
    Session(SessionRecord),
    /// New advice.
    Advice(Box<Advice>),
    /// A runner's cadence.
    Cadence(CadenceRecord),
    /// What a device has measured or computed by itself.
    Device(DeviceRecord),
    /// A sensor's state has changed.
    Sensor(Box<SensorStatus>),
    /// A sensor's stream of samples has begun.
    Stream(StreamStart),
    /// Vertical motion as it happens, for the screen.
    Trace(TraceBlock),
    /// Vertical motion as it was, for records and `analyze --series`.
    SettledTrace(TraceBlock),
    /// Something that must be asked of a sensor; the driver carries it.
    Request(Request),
    /// Something a person should know.
    Notice(Notice),
}

/// Cadence in steps a minute, both feet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CadenceRecord {
    /// When it arrived.
    pub at: HostTime,
    /// The footpod.
    pub sensor: SensorId,
    /// The runner, when known.
    pub athlete: Option<AthleteId>,
    /// Steps a minute, both feet; `None` until the footpod's unit is settled.
    pub cadence_steps_min: Option<f64>,
    /// Why the cadence is unknown.
    pub unknown_because: Option<String>,
    /// The byte as the footpod sent it.
    pub cadence_raw: u8,
    /// Speed, m/s.
    pub speed_m_s: f64,
    /// The footpod's own word for running against walking.
    pub running: bool,
}

/// What a device has measured or computed by itself: its word, apart from what is computed here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// When it arrived.
    pub at: HostTime,
    /// The device.
    pub sensor: SensorId,
    /// Whose it is, when known.
    pub athlete: Option<AthleteId>,
    /// What it says.
    #[serde(flatten)]
    pub word: DeviceWord,
}

/// What a device can say by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "snake_case")]
pub enum DeviceWord {
    /// A heart rate.
    HeartRate {
        /// Beats a minute; `None` while the strap has no skin or no heart.
        heart_rate_bpm: Option<f64>,
        /// Times between beats since the record before, s, oldest first.
        rr_s: Vec<f64>,
    },
    /// Running power.
    RunningPower(PowerReading),
    /// A treadmill's figures.
    Treadmill(TreadmillReading),
    /// A repetition that the device computed. It belongs to no set of ours and counts in none.
    Rep(DeviceRepReading),
}

/// The state of one sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorStatus {
    /// When it was seen.
    pub at: HostTime,
    /// The sensor.
    pub sensor: SensorId,
    /// Families of protocols it speaks, such as `ironstride` and `battery`.
    pub families: Vec<String>,
    /// The link.
    pub link: LinkState,
    /// Battery, when told.
    pub battery: Option<BatteryReading>,
    /// What it says of itself.
    pub device: DeviceInformation,
    /// Samples received so far.
    pub samples: u64,
    /// Samples declared lost so far.
    pub lost_samples: u64,
    /// Notifications that could not be decoded so far.
    pub undecoded: u64,
    /// Measured sample rate, Hz, when known.
    pub sample_rate_hz: Option<f64>,
    /// It sends fewer samples a second than it was asked for, so its movements can't be trusted.
    #[serde(default)]
    pub slow: bool,
}

/// The state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Never connected, or the connection is gone.
    Down,
    /// Connected.
    Up,
    /// Sending.
    Streaming,
    /// Connected and silent for too long.
    Stalled,
}

/// The first sample of a stream in the sensor's order, which fixes where the sensor's time lies on any other axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamStart {
    /// When it became known.
    pub at: HostTime,
    /// The sensor.
    pub sensor: SensorId,
    /// Which of the sensor's streams in this run, from 1.
    pub stream: u32,
    /// The sensor's time at the stream's first sample.
    pub first: DeviceTime,
}

/// Consecutive points of one sensor's vertical motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceBlock {
    /// When the block became known.
    pub at: HostTime,
    /// The sensor.
    pub sensor: SensorId,
    /// Where the sensor belongs, when known.
    pub station: Option<StationId>,
    /// The points, oldest first.
    pub points: Vec<TracePoint>,
}

/// Attitude and vertical motion at one sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TracePoint {
    /// The sensor's time.
    pub t: DeviceTime,
    /// Attitude, scalar first, sensor to world (z up).
    pub q: [f64; 4],
    /// Vertical velocity, m/s, up positive.
    pub vertical_velocity_m_s: f64,
    /// Height above where the movement began, m.
    pub vertical_displacement_m: f64,
}

/// Something asked of a sensor: the core decides, the driver carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// When it was decided.
    pub at: HostTime,
    /// The receiver.
    pub sensor: SensorId,
    /// Of which characteristic.
    #[serde(flatten)]
    pub target: Characteristic,
    /// What is asked.
    #[serde(flatten)]
    pub action: RequestAction,
    /// How long the sensor needs peace after the request before, ms.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after_ms: u32,
    /// Why, in a few words for the log.
    pub purpose: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(ms: &u32) -> bool {
    *ms == 0
}

/// What can be asked of a characteristic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum RequestAction {
    /// Turn its notifications or indications on.
    Subscribe,
    /// Read its value; the answer comes in as a notification.
    Read,
    /// Write these bytes.
    Write {
        /// The bytes.
        value: Vec<u8>,
    },
}

/// Something a person should know, counted and shown, never silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: HostTime,
    /// About which sensor, if one.
    pub sensor: Option<SensorId>,
    /// What kind.
    pub kind: NoticeKind,
    /// What happened and what to do.
    pub message: String,
}

/// Kinds of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A notification could not be decoded.
    Undecoded,
    /// A sensor that no family recognises.
    UnknownSensor,
    /// Samples were lost for good.
    SamplesLost,
    /// A sensor started anew in mid-stream.
    Restarted,
    /// An exercise, athlete or rep that was named does not exist.
    UnknownName,
    /// A value that cannot be, such as a plate of negative mass; it was left out.
    BadValue,
    /// A sensor refused what was asked of it.
    Refused,
    /// Samples were dropped because their values or times cannot be.
    BadSamples,
    /// A battery is low.
    BatteryLow,
    /// A sensor sends fewer samples a second than it was asked for.
    SensorSlow,
    /// Something went wrong in the program around the core.
    Incident,
    /// The store has no room for samples any more.
    StoreFull,
}
