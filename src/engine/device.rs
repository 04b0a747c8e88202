//! What devices measure and compute by themselves: their word, for the record and the screen. It never becomes a
//! repetition, a set or a cadence of ours.

use super::sensor::Sensor;
use crate::model::{DeviceRecord, DeviceWord, HostTime, Reading};

/// Slowest and fastest heart, beats a minute; what is outside is a strap that slips.
const HEART_RATES_BPM: (f64, f64) = (20.0, 250.0);

/// The record that a reading makes; `None` for readings that others take.
pub(super) fn record(at: HostTime, sensor: &Sensor, reading: Reading) -> Option<DeviceRecord> {
    let word = match reading {
        Reading::HeartRate(reading) => {
            let rate = f64::from(reading.heart_rate_bpm);
            let (slowest, fastest) = HEART_RATES_BPM;
            let is_heart = reading.contact != Some(false) && (slowest..=fastest).contains(&rate);
            DeviceWord::HeartRate { heart_rate_bpm: is_heart.then_some(rate), rr_s: reading.rr_s }
        }
        Reading::Power(reading) => DeviceWord::RunningPower(reading),
        Reading::Treadmill(reading) => DeviceWord::Treadmill(reading),
        Reading::DeviceRep(reading) => DeviceWord::Rep(reading),
        _ => return None,
    };
    Some(DeviceRecord { at, sensor: sensor.id().clone(), athlete: sensor.athlete().cloned(), word })
}
