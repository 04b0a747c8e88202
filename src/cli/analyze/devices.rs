//! What devices have said by themselves: heart rates, power, treadmills, and repetitions that they computed.

use super::place::Place;
use super::report::to_nanos;
use crate::model::{DeviceRecord, DeviceWord, SensorId};
use serde::Serialize;
use std::collections::BTreeMap;

/// One device's word at one time.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DevicePoint {
    sensor: SensorId,
    t_s: f64,
    #[serde(flatten)]
    word: DeviceWord,
}

/// All words in order of arrival.
pub(super) fn report(records: Vec<DeviceRecord>, place: &Place) -> Vec<DevicePoint> {
    let point = |record: DeviceRecord| DevicePoint {
        t_s: to_nanos(place.of_host(record.at)),
        sensor: record.sensor,
        word: record.word,
    };
    records.into_iter().map(point).collect()
}

/// For people: how much of what each device has said, and its mean.
pub(super) fn summary(points: &[DevicePoint]) -> Vec<String> {
    let mut figures: BTreeMap<(&SensorId, Figure), (usize, Vec<f64>)> = BTreeMap::new();
    for DevicePoint { sensor, word, .. } in points {
        let (figure, value) = match word {
            DeviceWord::HeartRate { heart_rate_bpm, .. } => (Figure::HeartRate, *heart_rate_bpm),
            DeviceWord::RunningPower(power) => (Figure::RunningPower, Some(power.power_w)),
            DeviceWord::Treadmill(treadmill) => (Figure::Treadmill, treadmill.speed_m_s),
            DeviceWord::Rep(rep) => (Figure::Rep, rep.mean_velocity_m_s),
        };
        let (records, values) = figures.entry((sensor, figure)).or_default();
        *records += 1;
        values.extend(value);
    }
    let line = |((sensor, figure), (records, values)): ((&SensorId, Figure), (usize, Vec<f64>))| {
        let (what, unit) = figure.words();
        let mean = match values.len() {
            0 => "unknown".to_owned(),
            known => format!("{:.2} {unit} on average", values.iter().sum::<f64>() / known as f64),
        };
        format!("  {sensor}: {records} × {what}, {mean}")
    };
    figures.into_iter().map(line).collect()
}

/// What is averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Figure {
    HeartRate,
    RunningPower,
    Treadmill,
    Rep,
}

impl Figure {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::HeartRate => ("heart rate", "beats/min"),
            Self::RunningPower => ("running power", "W"),
            Self::Treadmill => ("treadmill", "m/s"),
            Self::Rep => ("repetition computed by the device (in no set)", "m/s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostTime;

    #[test]
    fn each_device_has_a_line_and_what_is_unknown_is_left_out_of_the_mean() {
        let record = |at, heart_rate_bpm| DeviceRecord {
            at: HostTime(at),
            sensor: "strap".into(),
            athlete: None,
            word: DeviceWord::HeartRate { heart_rate_bpm, rr_s: vec![0.5] },
        };
        let points = report(
            vec![record(0, Some(120.0)), record(1_000_000_000, None), record(2_000_000_000, Some(121.0))],
            &Place::default(),
        );
        assert_eq!(summary(&points), ["  strap: 3 × heart rate, 120.50 beats/min on average"]);
        let json = serde_json::to_value(&points[0]).expect("JSON");
        assert_eq!((&json["word"], &json["rr_s"][0]), (&"heart_rate".into(), &0.5.into()));
    }
}
