//! Sensors, what they report of themselves, and their motion as it happens.

use super::time::{Moment, Moments};
use super::words::{CadenceUnit, LinkState, Mount, NoticeKind, Side};
use crate::model;
use crate::store::RunClock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sensor: what it says of itself and what people say it is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[allow(clippy::struct_field_names, reason = "the API's words")]
pub(crate) struct Sensor {
    /// Its address.
    pub(crate) sensor: String,
    /// Name for people.
    pub(crate) name: Option<String>,
    /// What it is for; `null` until somebody says.
    pub(crate) role: Option<SensorRole>,
    /// What a footpod's cadence byte counts, when a person has said it.
    pub(crate) cadence_unit: Option<CadenceUnit>,
    /// Families of protocols it speaks.
    pub(crate) families: Vec<String>,
    /// Its link.
    pub(crate) link: LinkState,
    /// Charge, percent of full.
    pub(crate) battery_pct: Option<u8>,
    /// Samples received in this run.
    pub(crate) samples: u64,
    /// Samples lost for good in this run.
    pub(crate) lost_samples: u64,
    /// Notifications of this run that could not be decoded.
    pub(crate) undecoded: u64,
    /// Measured sample rate, Hz.
    pub(crate) sample_rate_hz: Option<f64>,
    /// It sends fewer samples a second than it was asked for, so its velocities can't be trusted.
    pub(crate) slow: bool,
    /// What the device says of itself.
    pub(crate) device: Device,
    /// When it last reported, RFC 3339; `null` for a sensor that is known and was never seen.
    #[schema(format = DateTime)]
    pub(crate) seen_at: Option<String>,
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Device {
    /// Manufacturer.
    pub(crate) manufacturer: Option<String>,
    /// Model.
    pub(crate) model: Option<String>,
    /// Serial number.
    pub(crate) serial: Option<String>,
    /// Hardware revision.
    pub(crate) hardware: Option<String>,
    /// Firmware revision.
    pub(crate) firmware: Option<String>,
    /// Software revision.
    pub(crate) software: Option<String>,
}

/// What a sensor is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SensorRole {
    /// On a bar (or dumbbell, handle, wrist) of a station.
    Bar {
        /// The station.
        station: String,
        /// Where it is fixed; the exercise's usual mount when not said.
        mount: Option<Mount>,
        /// Which side, where each side has its own sensor.
        side: Option<Side>,
    },
    /// On a runner's shoe.
    Footpod {
        /// The runner.
        athlete: String,
        /// Which foot.
        foot: Option<Side>,
    },
    /// On an athlete's chest or wrist, for the heart rate.
    Strap {
        /// The athlete.
        athlete: String,
    },
    /// A treadmill.
    Treadmill {
        /// Who runs on it, when it is one athlete's.
        athlete: Option<String>,
    },
}

impl From<&model::SensorRole> for SensorRole {
    fn from(role: &model::SensorRole) -> Self {
        match role {
            model::SensorRole::Bar { station, mount, side } => Self::Bar {
                station: station.to_string(),
                mount: mount.map(Into::into),
                side: side.map(Into::into),
            },
            model::SensorRole::Footpod { athlete, foot } => {
                Self::Footpod { athlete: athlete.to_string(), foot: foot.map(Into::into) }
            }
            model::SensorRole::Strap { athlete } => Self::Strap { athlete: athlete.to_string() },
            model::SensorRole::Treadmill { athlete } => {
                Self::Treadmill { athlete: athlete.as_ref().map(ToString::to_string) }
            }
        }
    }
}

impl From<SensorRole> for model::SensorRole {
    fn from(role: SensorRole) -> Self {
        match role {
            SensorRole::Bar { station, mount, side } => Self::Bar {
                station: model::StationId(station),
                mount: mount.map(Into::into),
                side: side.map(Into::into),
            },
            SensorRole::Footpod { athlete, foot } => {
                Self::Footpod { athlete: model::AthleteId(athlete), foot: foot.map(Into::into) }
            }
            SensorRole::Strap { athlete } => Self::Strap { athlete: model::AthleteId(athlete) },
            SensorRole::Treadmill { athlete } => Self::Treadmill { athlete: athlete.map(model::AthleteId) },
        }
    }
}

impl Sensor {
    /// A sensor by what it reported last (with the calendar's time of that) and by what people said of it.
    pub(crate) fn of(
        sensor: &model::SensorId,
        reported: Option<(&model::SensorStatus, Moment)>,
        profile: Option<&model::SensorProfile>,
    ) -> Self {
        let (status, seen) = reported.unzip();
        Self {
            sensor: sensor.to_string(),
            name: profile.and_then(|profile| profile.name.clone()),
            role: profile.and_then(|profile| profile.role.as_ref()).map(Into::into),
            cadence_unit: profile.and_then(|profile| profile.cadence_unit).map(Into::into),
            families: status.map(|status| status.families.clone()).unwrap_or_default(),
            link: status.map_or(LinkState::Down, |status| status.link.into()),
            battery_pct: status.and_then(|status| status.battery).map(|battery| battery.percent),
            samples: status.map_or(0, |status| status.samples),
            lost_samples: status.map_or(0, |status| status.lost_samples),
            undecoded: status.map_or(0, |status| status.undecoded),
            sample_rate_hz: status.and_then(|status| status.sample_rate_hz),
            slow: status.is_some_and(|status| status.slow),
            device: status.map(|status| (&status.device).into()).unwrap_or_default(),
            seen_at: seen.and_then(|seen| seen.rfc3339),
        }
    }
}

impl From<&model::DeviceInformation> for Device {
    fn from(device: &model::DeviceInformation) -> Self {
        Self {
            manufacturer: device.manufacturer.clone(),
            model: device.model.clone(),
            serial: device.serial.clone(),
            hardware: device.hardware.clone(),
            firmware: device.firmware.clone(),
            software: device.software.clone(),
        }
    }
}

/// Something a person should know.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
    /// About which sensor.
    pub(crate) sensor: Option<String>,
    /// What kind.
    pub(crate) kind: NoticeKind,
    /// What happened and what to do.
    pub(crate) message: String,
}

impl Notice {
    pub(crate) fn of(notice: &model::Notice, clock: &RunClock) -> Self {
        Self {
            at: clock.moment(notice.at).rfc3339,
            sensor: notice.sensor.as_ref().map(ToString::to_string),
            kind: notice.kind.into(),
            message: notice.message.clone(),
        }
    }
}

/// Vertical motion of a bar as it happens. The three lists are equally long.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Trace {
    /// The station.
    pub(crate) station: String,
    /// The sensor.
    pub(crate) sensor: String,
    /// Seconds on the sensor's clock since its stream was first seen, ascending; a smaller one begins a new stream.
    pub(crate) t_s: Vec<f64>,
    /// Vertical velocity, m/s, up positive.
    pub(crate) velocity_m_s: Vec<f64>,
    /// Height above where the movement began, m.
    pub(crate) height_m: Vec<f64>,
}
