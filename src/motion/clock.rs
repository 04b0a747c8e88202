//! The sensor's time on the host's clock.
//!
//! Every packet arrives late, none early. So arrival minus sensor time, over sensor time, is a cloud above a line: the
//! true offset and drift plus the shortest delay. The line is found as the edge of the cloud's lower convex hull above
//! its middle, which is the line below all points with the least total distance to them. Only the fastest arrival of
//! each span is remembered, so memory is bounded.

use super::params::ClockParams;
use crate::model::{DeviceTime, HostTime, nanos_from_seconds, seconds_from_nanos};
use std::collections::VecDeque;

/// The fastest arrival of one span.
#[derive(Clone, Copy, Debug)]
struct Fastest {
    /// Sensor time, ns.
    t: i64,
    /// Arrival minus sensor time, ns.
    delay: i64,
}

/// Map from one stream's device time to host time, learned online.
#[derive(Clone, Debug)]
pub(super) struct SensorClock {
    params: ClockParams,
    fastest: VecDeque<Fastest>,
    /// The lower hull of all of them but the last, which still changes.
    hull: Vec<Fastest>,
    /// A point of the line.
    origin: Fastest,
    /// Slope of the line: seconds the host gains on the sensor in a sensor's second.
    drift: f64,
}

impl SensorClock {
    pub(super) fn new(params: &ClockParams) -> Self {
        Self {
            params: params.clone(),
            fastest: VecDeque::new(),
            hull: Vec::new(),
            origin: Fastest { t: 0, delay: 0 },
            drift: 0.0,
        }
    }

    /// A sample taken at `t` arrived at `at`.
    pub(super) fn observe(&mut self, t: DeviceTime, at: HostTime) {
        let span = nanos_from_seconds(self.params.span_s).max(1);
        let new = Fastest { t: t.0, delay: at.0.saturating_sub(t.0) };
        match self.fastest.back_mut() {
            Some(last) if t.0.div_euclid(span) <= last.t.div_euclid(span) => {
                if new.delay >= last.delay {
                    return;
                }
                // the time stays ordered even when a late sample of an earlier span turns out to be faster
                *last = Fastest { t: new.t.max(last.t), ..new };
            }
            _ => self.begin_span(new),
        }
        self.fit();
    }

    /// The last span's fastest arrival is certain now, and a new span begins.
    fn begin_span(&mut self, new: Fastest) {
        if let Some(&last) = self.fastest.back() {
            add_to_hull(&mut self.hull, last);
        }
        if self.fastest.len() >= self.params.spans.max(2) {
            self.fastest.pop_front();
            // what stood behind the oldest may be an edge now
            self.hull.clear();
            for &p in &self.fastest {
                add_to_hull(&mut self.hull, p);
            }
        }
        self.fastest.push_back(new);
    }

    /// Host time at which a sample of time `t` could have arrived at the earliest; rises with `t`.
    pub(super) fn host_time(&self, t: DeviceTime) -> HostTime {
        let since = t.0.saturating_sub(self.origin.t);
        let gained = (self.drift * since as f64).round() as i64;
        HostTime(t.0.saturating_add(self.origin.delay).saturating_add(gained))
    }

    /// Seconds the host gains on the sensor in each of the sensor's seconds.
    pub(super) fn drift(&self) -> f64 {
        self.drift
    }

    fn fit(&mut self) {
        let (Some(first), Some(last)) = (self.fastest.front(), self.fastest.back()) else { return };
        let (start, observed) = (first.t, last.t.saturating_sub(first.t));
        if observed > 0 {
            let (a, b) = self.hull_edge_over(start.saturating_add(observed / 2), *last);
            let slope = (b.delay.saturating_sub(a.delay)) as f64 / (b.t.saturating_sub(a.t)).max(1) as f64;
            // the error of the slope falls with the time observed, so belief in it grows
            let in_halves = seconds_from_nanos(observed) / self.params.drift_after_s;
            let belief = 1.0 / (1.0 + in_halves.powi(-2));
            self.drift = belief * slope.clamp(-self.params.max_drift, self.params.max_drift);
        }
        // whatever the slope, the line touches the cloud from below
        let above = |p: &Fastest| p.delay as f64 - self.drift * (p.t - start) as f64;
        if let Some(touch) = self.fastest.iter().min_by(|a, b| above(a).total_cmp(&above(b))) {
            self.origin = *touch;
        }
    }

    /// The edge of the lower convex hull that spans time `middle`; `last` is the point not yet in it.
    fn hull_edge_over(&self, middle: i64, last: Fastest) -> (Fastest, Fastest) {
        let mut hull = self.hull.clone();
        add_to_hull(&mut hull, last);
        let at = hull.partition_point(|p| p.t <= middle).clamp(1, hull.len().max(2) - 1);
        (hull[at - 1], hull[at])
    }
}

/// Adds a point to the right of a lower convex hull (monotone chain).
fn add_to_hull(hull: &mut Vec<Fastest>, p: Fastest) {
    while let [.., a, b] = hull[..] {
        let wide = |later: i64, earlier: i64| i128::from(later) - i128::from(earlier);
        let turn = wide(b.t, a.t) * wide(p.delay, a.delay) - wide(p.t, a.t) * wide(b.delay, a.delay);
        if turn > 0 {
            break;
        }
        hull.pop();
    }
    hull.push(p);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: f64 = 1e-3;

    /// Arrivals of a sensor that counts from 1000 s and drifts. Its packets of uneven size wait for connection events
    /// behind an exponential queue.
    fn arrivals(
        drift_ppm: f64,
        event_s: f64,
        mean_delay_s: f64,
        seed: u64,
        seconds: u32,
    ) -> Vec<(DeviceTime, HostTime)> {
        let mut state = seed | 1;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..seconds * 12)
            .map(|i| {
                let taken = (f64::from(i) + uniform()) / 12.0;
                let queued = taken + -mean_delay_s * (1.0 - uniform()).ln();
                let arrived = (queued / event_s).ceil() * event_s;
                let device = 1000.0 + taken * (1.0 - drift_ppm * 1e-6);
                (DeviceTime(nanos_from_seconds(device)), HostTime(nanos_from_seconds(arrived)))
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn offset_and_drift_are_found(
            drift_ppm in -50.0..50.0, event_ms in 30.0..50.0, delay_ms in 0.5..8.0, seed in any::<u64>(),
        ) {
            let mut clock = SensorClock::new(&ClockParams::default());
            for (t, at) in arrivals(drift_ppm, event_ms * MS, delay_ms * MS, seed, 300) {
                clock.observe(t, at);
                let true_s = t.seconds_since(DeviceTime(1_000_000_000_000)) / (1.0 - drift_ppm * 1e-6);
                let error_s = clock.host_time(t).seconds_since(HostTime(nanos_from_seconds(true_s)));
                // while drift is not yet believed it adds up to 3 ms
                let bound_s = if true_s > 90.0 { 0.005 } else { 0.008 };
                prop_assert!(true_s < 30.0 || error_s.abs() < bound_s, "{error_s} at {true_s}");
                prop_assert!(at.seconds_since(clock.host_time(t)) > -1e-6, "nothing arrives early");
                let later = clock.host_time(DeviceTime(t.0 + 1_000_000));
                prop_assert!(later > clock.host_time(t));
            }
            prop_assert!(clock.fastest.len() <= clock.params.spans);
        }
    }

    #[test]
    fn a_pause_of_the_link_moves_nothing() {
        let mut clock = SensorClock::new(&ClockParams::default());
        for (t, at) in arrivals(20.0, 0.03, 0.002, 5, 60) {
            clock.observe(t, at);
        }
        let t = DeviceTime(1_060_000_000_000);
        let before = clock.host_time(t);
        for i in 0..24 {
            clock.observe(DeviceTime(t.0 + i * 83_000_000), HostTime(before.0 + 2_000_000_000));
        }
        assert!(clock.host_time(t).seconds_since(before).abs() < 0.001);
    }
}
