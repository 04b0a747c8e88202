//! Live traces: what came within a tenth of a second is one message, and the latest win.

use super::frame::frame;
use crate::model::{DeviceTime, SensorId, StationId, TraceBlock, TracePoint};
use crate::web::views::sensor::Trace;
use axum::body::Bytes;
use std::collections::{BTreeMap, VecDeque};

/// Messages kept for a station: a client that is later than a second skips to the newest.
const KEPT: usize = 10;
/// Points of one sensor that wait for the next beat at most; in a replay without pauses there are many more.
const MAX_POINTS: usize = 512;

/// Traces of all stations.
#[derive(Debug, Default)]
pub(super) struct Traces {
    waiting: BTreeMap<(StationId, SensorId), Vec<TracePoint>>,
    axes: BTreeMap<SensorId, Axis>,
    recent: BTreeMap<StationId, VecDeque<(u64, Bytes)>>,
    newest: u64,
}

/// Where a sensor's time began and how far it has come.
#[derive(Debug)]
struct Axis {
    first: DeviceTime,
    last: DeviceTime,
}

impl Traces {
    /// Takes points in.
    pub(super) fn add(&mut self, block: &TraceBlock) {
        let Some(station) = &block.station else { return };
        let waiting = self.waiting.entry((station.clone(), block.sensor.clone())).or_default();
        waiting.extend(&block.points);
        waiting.drain(..waiting.len().saturating_sub(MAX_POINTS));
    }

    /// Makes messages of what has come since the last beat; whether there are any.
    pub(super) fn beat(&mut self) -> bool {
        let waiting = std::mem::take(&mut self.waiting);
        for ((station, sensor), points) in waiting.iter().filter(|(_, points)| !points.is_empty()) {
            let trace = self.trace(station, sensor, points);
            self.newest += 1;
            let recent = self.recent.entry(station.clone()).or_default();
            recent.push_back((self.newest, frame(None, "trace", &trace)));
            while recent.len() > KEPT {
                recent.pop_front();
            }
        }
        !waiting.is_empty()
    }

    /// Forgets what is recent, because nobody looks.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.recent.clear();
    }

    /// What a client at `cursor` gets, and its new cursor. One that is too late gets the newest only.
    pub(super) fn after(&self, station: &StationId, cursor: u64) -> (Vec<Bytes>, u64) {
        let Some(recent) = self.recent.get(station) else { return (Vec::new(), self.newest) };
        let late = recent.front().is_some_and(|(oldest, _)| recent.len() == KEPT && cursor + 1 < *oldest);
        let start =
            if late { recent.len() - 1 } else { recent.partition_point(|(number, _)| *number <= cursor) };
        (recent.range(start..).map(|(_, message)| message.clone()).collect(), self.newest)
    }

    /// The newest message's number: where a new client begins.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    fn trace(&mut self, station: &StationId, sensor: &SensorId, points: &[TracePoint]) -> Trace {
        let first = points.first().map_or(DeviceTime::default(), |point| point.t);
        let axis = self.axes.entry(sensor.clone()).or_insert(Axis { first, last: first });
        if first < axis.last {
            *axis = Axis { first, last: first };
        }
        axis.last = points.last().map_or(first, |point| point.t);
        // a screen has no use for more digits, and the message is half as long
        let digits = |value: f64| (value * 1e4).round() / 1e4;
        Trace {
            station: station.to_string(),
            sensor: sensor.to_string(),
            t_s: points.iter().map(|point| digits(point.t.seconds_since(axis.first))).collect(),
            velocity_m_s: points.iter().map(|point| digits(point.vertical_velocity_m_s)).collect(),
            height_m: points.iter().map(|point| digits(point.vertical_displacement_m)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostTime;

    fn block(milliseconds: impl IntoIterator<Item = i64>) -> TraceBlock {
        let point = |t: i64| TracePoint {
            t: DeviceTime(t * 1_000_000),
            q: [1.0, 0.0, 0.0, 0.0],
            vertical_velocity_m_s: 0.123_456,
            vertical_displacement_m: t as f64 * 1e-3,
        };
        TraceBlock {
            at: HostTime(0),
            sensor: "bar".into(),
            station: Some("rack".into()),
            points: milliseconds.into_iter().map(point).collect(),
        }
    }

    fn times(messages: &[Bytes]) -> Vec<f64> {
        let times = messages.iter().flat_map(|message| {
            let text = std::str::from_utf8(message).unwrap();
            let data = text.split("data: ").nth(1).unwrap();
            let data: serde_json::Value = serde_json::from_str(data).unwrap();
            data["t_s"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect::<Vec<_>>()
        });
        times.collect()
    }

    #[test]
    fn a_reading_client_gets_every_point_and_a_late_one_the_newest() {
        let mut traces = Traces::default();
        let rack = StationId::from("rack");
        let (mut cursor, mut got) = (0, Vec::new());
        for beat in 0..50 {
            traces.add(&block([1000 + beat * 10, 1005 + beat * 10]));
            assert!(traces.beat());
            // every third beat only: still within the second that is kept
            if beat % 3 == 0 {
                let (messages, newest) = traces.after(&rack, cursor);
                got.extend(times(&messages));
                cursor = newest;
            }
        }
        assert_eq!(got.len(), 98, "49 beats were read, 2 points each; one is still there");
        assert!(got.windows(2).all(|pair| (pair[1] - pair[0] - 0.005).abs() < 1e-9));
        assert_eq!(times(&traces.after(&rack, 3).0), [0.49, 0.495]);
        assert!(!traces.beat(), "nothing came");
        assert!(traces.after(&"other".into(), 0).0.is_empty());
    }

    #[test]
    fn a_new_stream_begins_at_its_own_start() {
        let mut traces = Traces::default();
        traces.add(&block([5000, 5100]));
        traces.beat();
        traces.add(&block([0, 100]));
        traces.beat();
        assert_eq!(times(&traces.after(&"rack".into(), 0).0), [0.0, 0.1, 0.0, 0.1]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut traces = Traces::default();
        traces.add(&block(0..100_000));
        traces.beat();
        assert_eq!(times(&traces.after(&"rack".into(), 0).0).len(), MAX_POINTS);
    }
}
