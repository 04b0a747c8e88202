//! The samples of a recording, sensor by sensor, as they were read: nothing corrected, nothing filled.

use super::analyze::{AnalyzeError, Source};
use super::progress::Progress;
use crate::model::{
    HostTime, ImuBlock, ImuSample, Input, Reading, SampleClock, SensorId, nanos_from_seconds,
    seconds_from_nanos,
};
use crate::sensors::Conversation;
use std::collections::BTreeMap;
use std::path::Path;

/// Each sample of a sensor with its time on the sensor's own clock, s, in order.
pub(super) type Samples = Vec<(f64, ImuSample)>;

/// What the sensor of a trace is called, which has no name.
pub(super) const TRACE_SENSOR: &str = "trace";

/// All samples of a recording, and what was wrong with it.
pub(super) fn read(file: &Path) -> Result<(BTreeMap<SensorId, Samples>, Vec<String>), AnalyzeError> {
    let progress = Progress::new(None);
    let mut warnings = Vec::new();
    let mut sensors: BTreeMap<SensorId, Samples> = BTreeMap::new();
    match Source::open(file, &progress)? {
        Source::Trace(reader) => {
            let samples = sensors.entry(TRACE_SENSOR.into()).or_default();
            for item in reader {
                match item {
                    Ok(line) => samples.push((line.t_s, line.sample)),
                    Err(error) if error.is_fatal() => return Err(error.into()),
                    Err(warning) => warnings.push(warning.to_string()),
                }
            }
        }
        Source::Capture(reader) => {
            let mut conversations: BTreeMap<SensorId, Conversation> = BTreeMap::new();
            for item in reader {
                let notification = match item {
                    Ok(Input::Notification(notification)) => notification,
                    Ok(_) => continue,
                    Err(error) if error.is_fatal() => return Err(error.into()),
                    Err(warning) => {
                        warnings.push(warning.to_string());
                        continue;
                    }
                };
                let conversation = conversations.entry(notification.sensor.clone()).or_default();
                for reading in
                    conversation.decode(notification.source, &notification.value).unwrap_or_default()
                {
                    if let Reading::Imu(block) = reading {
                        let samples = sensors.entry(notification.sensor.clone()).or_default();
                        samples.extend(timed(notification.at, &block));
                    }
                }
            }
        }
    }
    for samples in sensors.values_mut() {
        // resent samples come late
        samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Ok((sensors, warnings))
}

/// The samples of a block with their times, s.
fn timed(at: HostTime, block: &ImuBlock) -> impl Iterator<Item = (f64, ImuSample)> {
    let time = move |index: usize| match &block.clock {
        SampleClock::Numbered { device_time_ns, interval_ns, .. } => {
            device_time_ns.saturating_add(index as i64 * i64::from(*interval_ns))
        }
        SampleClock::Stamped { device_time_ns } => device_time_ns.get(index).copied().unwrap_or_default(),
        SampleClock::Nominal { interval_ns } => {
            let to_last =
                (block.samples.len() - 1 - index) as f64 * seconds_from_nanos(i64::from(*interval_ns));
            at.0.saturating_sub(nanos_from_seconds(to_last))
        }
    };
    block.samples.iter().enumerate().map(move |(index, sample)| (seconds_from_nanos(time(index)), *sample))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SampleFlags;

    fn times(clock: SampleClock) -> Vec<f64> {
        let sample = ImuSample { accel_m_s2: [0.0; 3], gyro_rad_s: None };
        let block = ImuBlock { clock, flags: SampleFlags::default(), samples: vec![sample; 3] };
        timed(HostTime(7_000_000_000), &block).map(|(t, _)| t).collect()
    }

    #[test]
    fn samples_have_the_time_of_their_clock_whatever_it_is() {
        let interval_ns = 500_000_000;
        let numbered = SampleClock::Numbered {
            stream_id: 1,
            first_sample: 9,
            device_time_ns: 2_000_000_000,
            interval_ns,
        };
        assert_eq!(times(numbered), [2.0, 2.5, 3.0]);
        let stamped =
            SampleClock::Stamped { device_time_ns: vec![1_000_000_000, 1_250_000_000, 4_000_000_000] };
        assert_eq!(times(stamped), [1.0, 1.25, 4.0]);
        assert_eq!(times(SampleClock::Nominal { interval_ns }), [6.0, 6.5, 7.0]);
    }
}
