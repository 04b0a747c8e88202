//! What devices measure and compute by themselves.

use super::time::Moments;
use crate::model::{self, DeviceWord as Word};
use crate::store::RunClock;
use serde::Serialize;
use utoipa::ToSchema;

/// What a device speaks of that measures or computes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceWord {
    /// A heart rate.
    HeartRate,
    /// Running power.
    RunningPower,
    /// A treadmill's figures.
    Treadmill,
    /// A repetition.
    Rep,
}

/// What a device has measured or computed by itself; what the word does not bring is `null`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeviceRecord {
    /// When it arrived, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
    /// Whether the host's clock was synchronised for that time.
    pub(crate) time_certain: bool,
    /// The device.
    pub(crate) sensor: String,
    /// Whose it is.
    pub(crate) athlete: Option<String>,
    /// What it speaks of.
    pub(crate) word: DeviceWord,
    /// Heart rate, beats a minute.
    pub(crate) heart_rate_bpm: Option<f64>,
    /// Times between beats since the record before, s, oldest first.
    pub(crate) rr_s: Vec<f64>,
    /// Power, W.
    pub(crate) power_w: Option<f64>,
    /// Speed of the belt, m/s.
    pub(crate) speed_m_s: Option<f64>,
    /// Rise over run, %.
    pub(crate) incline_pct: Option<f64>,
    /// The treadmill's count of metres; only differences mean anything.
    pub(crate) total_distance_m: Option<f64>,
    /// A repetition that the device computed; it counts in no set.
    pub(crate) rep: Option<DeviceRep>,
}

/// A repetition as a device computed it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeviceRep {
    /// The device's own number of it.
    pub(crate) number: Option<u32>,
    /// Mean concentric velocity, m/s.
    pub(crate) mean_velocity_m_s: Option<f64>,
    /// Peak concentric velocity, m/s.
    pub(crate) peak_velocity_m_s: Option<f64>,
    /// Range of motion, m.
    pub(crate) range_of_motion_m: Option<f64>,
    /// Duration of the concentric phase, s.
    pub(crate) concentric_duration_s: Option<f64>,
}

impl DeviceRecord {
    pub(crate) fn of(record: &model::DeviceRecord, clock: &RunClock) -> Self {
        let at = clock.moment(record.at);
        let mut view = Self {
            at: at.rfc3339,
            time_certain: at.certain,
            sensor: record.sensor.to_string(),
            athlete: record.athlete.as_ref().map(ToString::to_string),
            word: DeviceWord::HeartRate,
            heart_rate_bpm: None,
            rr_s: Vec::new(),
            power_w: None,
            speed_m_s: None,
            incline_pct: None,
            total_distance_m: None,
            rep: None,
        };
        match &record.word {
            Word::HeartRate { heart_rate_bpm, rr_s } => {
                view.heart_rate_bpm = *heart_rate_bpm;
                view.rr_s.clone_from(rr_s);
            }
            Word::RunningPower(power) => {
                view.word = DeviceWord::RunningPower;
                view.power_w = Some(power.power_w);
            }
            Word::Treadmill(treadmill) => {
                view.word = DeviceWord::Treadmill;
                view.heart_rate_bpm = treadmill.heart_rate_bpm;
                view.power_w = treadmill.power_w;
                view.speed_m_s = treadmill.speed_m_s;
                view.incline_pct = treadmill.incline_pct;
                view.total_distance_m = treadmill.total_distance_m;
            }
            Word::Rep(rep) => {
                view.word = DeviceWord::Rep;
                view.rep = Some(rep.into());
            }
        }
        view
    }
}

impl From<&model::DeviceRepReading> for DeviceRep {
    fn from(rep: &model::DeviceRepReading) -> Self {
        Self {
            number: rep.number,
            mean_velocity_m_s: rep.mean_velocity_m_s,
            peak_velocity_m_s: rep.peak_velocity_m_s,
            range_of_motion_m: rep.range_of_motion_m,
            concentric_duration_s: rep.concentric_duration_s,
        }
    }
}
