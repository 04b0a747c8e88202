//! Where moments lie on the axis of the output, in seconds: the one place that knows.
//!
//! **Trace.** The axis is the file's own `t_s`. Sensor and host have one clock, nanoseconds since the first usable
//! line, so a moment `t` is at `t_s of the first line + t`.
//!
//! **Capture.** Zero is the arrival of the capture's first notification. A sensor's first sample stands where that
//! sensor's first notification arrived, and from there on only the sensor's own clock counts:
//! `arrival of its first notification + (t − time of its first sample)`. For the sensor that sends first the arrival
//! is exactly 0, so its times depend neither on the radio's jitter nor on the cut into packets. Where a sensor starts
//! anew its clock does too; the first sample of the new stream then stands where it arrived.

use crate::model::{DeviceTime, HostTime, Rep, SensorId, StreamStart, seconds_from_nanos};
use std::collections::BTreeMap;

/// The axis of one file.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// A host time and its seconds.
    zero: Option<(HostTime, f64)>,
    /// Where each sensor's first notification arrived, s.
    arrivals: BTreeMap<SensorId, f64>,
    /// The first sample of each stream of each sensor.
    streams: BTreeMap<(SensorId, u32), Anchor>,
}

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    device: DeviceTime,
    seconds: f64,
}

impl Anchor {
    fn seconds(self, t: DeviceTime) -> f64 {
        // a division, because 1e-9 has no exact binary form and a product would be off in the last digit
        self.seconds + (t.0 - self.device.0) as f64 / 1e9
    }
}

impl Place {
    /// The axis of a trace whose first usable line is at `first_t_s`.
    pub(super) fn of_trace(sensor: SensorId, first_t_s: f64) -> Self {
        let anchor = Anchor { device: DeviceTime(0), seconds: first_t_s };
        Self {
            zero: Some((HostTime(0), first_t_s)),
            arrivals: BTreeMap::new(),
            streams: BTreeMap::from([((sensor, 1), anchor)]),
        }
    }

    /// A notification of `sensor` arrived at `at`.
    pub(super) fn arrived(&mut self, sensor: &SensorId, at: HostTime) {
        self.zero.get_or_insert((at, 0.0));
        if !self.arrivals.contains_key(sensor) {
            self.arrivals.insert(sensor.clone(), self.of_host(at));
        }
    }

    /// A stream's first sample is known.
    pub(super) fn begun(&mut self, start: &StreamStart) {
        let first_arrival = self.arrivals.get(&start.sensor).copied().filter(|_| start.stream == 1);
        let seconds = first_arrival.unwrap_or_else(|| self.of_host(start.at));
        let anchor = Anchor { device: start.first, seconds };
        self.streams.entry((start.sensor.clone(), start.stream)).or_insert(anchor);
    }

    /// A moment of a repetition.
    pub(super) fn of_rep(&self, rep: &Rep, t: DeviceTime) -> f64 {
        let anchor = self.streams.get(&(rep.movement.sensor.clone(), rep.movement.stream));
        let by_arrival = || Anchor { device: rep.end, seconds: self.of_host(rep.ended_at) };
        anchor.copied().unwrap_or_else(by_arrival).seconds(t)
    }

    /// A moment of a sensor's newest stream; `None` before that has begun.
    pub(super) fn of_sample(&self, sensor: &SensorId, t: DeviceTime) -> Option<f64> {
        let streams = (sensor.clone(), 0)..=(sensor.clone(), u32::MAX);
        Some(self.streams.range(streams).next_back()?.1.seconds(t))
    }

    /// A moment of the host.
    pub(super) fn of_host(&self, at: HostTime) -> f64 {
        let (zero, seconds) = self.zero.unwrap_or((at, 0.0));
        seconds + seconds_from_nanos(at.0.saturating_sub(zero.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_s_own_clock_counts_from_its_first_arrival() {
        let (first, second) = (SensorId::from("first"), SensorId::from("second"));
        let mut place = Place::default();
        place.arrived(&first, HostTime(5_000_000_000));
        place.arrived(&second, HostTime(7_000_000_000));
        place.arrived(&first, HostTime(9_000_000_000));
        assert_eq!(place.of_sample(&first, DeviceTime(0)), None);
        for (sensor, device_ns) in [(&first, 100), (&second, 200)] {
            let (at, first) = (HostTime(9_500_000_000), DeviceTime(device_ns));
            place.begun(&StreamStart { at, sensor: sensor.clone(), stream: 1, first });
        }
        assert_eq!(place.of_sample(&first, DeviceTime(500_000_100)), Some(0.5));
        assert_eq!(place.of_sample(&second, DeviceTime(500_000_200)), Some(2.5));
        let (at, sensor) = (HostTime(15_000_000_000), first.clone());
        place.begun(&StreamStart { at, sensor, stream: 2, first: DeviceTime(0) });
        assert_eq!(place.of_sample(&first, DeviceTime(0)), Some(10.0));
    }

    #[test]
    fn a_trace_keeps_its_own_time() {
        let place = Place::of_trace("trace".into(), 100.25);
        assert_eq!(place.of_sample(&"trace".into(), DeviceTime(1_500_000_000)), Some(101.75));
        assert!((place.of_host(HostTime(1_500_000_000)) - 101.75).abs() < 1e-9);
    }
}
