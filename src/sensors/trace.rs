//! The family of recorded traces: a trace CSV enters the engine as notifications of this pretended sensor, so that
//! files and radio take one way.
//!
//! A value is a run of records of 56 bytes, little-endian: time in ns (i64), acceleration in m/s² (3 × f64),
//! turning in rad/s (3 × f64, all NaN when the file has no gyroscope).

use super::family::{Ask, DecodeError, Decoder, Family};
use crate::model::{Characteristic, ImuBlock, ImuSample, Reading, SampleClock, SampleFlags};
use uuid::Uuid;

/// Bytes of one record.
pub const RECORD_BYTES: usize = 56;

/// Where traces come from.
pub const CHARACTERISTIC: Characteristic = Characteristic {
    service: Uuid::from_u128(0x7f3c_0001_8a5e_4c1b_9d27_51e0_6b8f_a2c4),
    characteristic: Uuid::from_u128(0x7f3c_0002_8a5e_4c1b_9d27_51e0_6b8f_a2c4),
};

/// Samples with their times in ns as one notification value.
#[must_use]
pub fn encode(samples: &[(i64, ImuSample)]) -> Vec<u8> {
    let mut value = Vec::with_capacity(samples.len() * RECORD_BYTES);
    for (t_ns, sample) in samples {
        value.extend_from_slice(&t_ns.to_le_bytes());
        for x in sample.accel_m_s2.iter().chain(&sample.gyro_rad_s.unwrap_or([f64::NAN; 3])) {
            value.extend_from_slice(&x.to_le_bytes());
        }
    }
    value
}

/// The family.
#[derive(Debug)]
pub struct Trace;

impl Family for Trace {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn advertised(&self, _name: Option<&str>, _services: &[Uuid]) -> bool {
        false
    }

    fn sources(&self) -> &[Characteristic] {
        &[CHARACTERISTIC]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(TraceDecoder)
    }
}

#[derive(Clone, Debug)]
struct TraceDecoder;

impl Decoder for TraceDecoder {
    fn start(&mut self, _found: &[Characteristic]) -> Vec<Ask> {
        Vec::new()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let (records, rest) = value.as_chunks::<RECORD_BYTES>();
        if !rest.is_empty() {
            let needed = (records.len() + 1) * RECORD_BYTES;
            return Err(DecodeError::TooShort { what: "trace record", needed, got: value.len() });
        }
        let (device_time_ns, samples) = records.iter().map(decode_record).unzip();
        let clock = SampleClock::Stamped { device_time_ns };
        Ok(vec![Reading::Imu(ImuBlock { clock, flags: SampleFlags::default(), samples })])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

fn decode_record(record: &[u8; RECORD_BYTES]) -> (i64, ImuSample) {
    let word = |i: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&record[8 * i..8 * (i + 1)]);
        bytes
    };
    let number = |i| f64::from_le_bytes(word(i));
    let gyro = [number(4), number(5), number(6)];
    let gyro_rad_s = gyro.iter().all(|x| x.is_finite()).then_some(gyro);
    (i64::from_le_bytes(word(0)), ImuSample { accel_m_s2: [number(1), number(2), number(3)], gyro_rad_s })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> impl Strategy<Value = (i64, ImuSample)> {
        let axes = || proptest::array::uniform3(-160.0..160.0f64);
        (any::<i64>(), axes(), proptest::option::of(axes()))
            .prop_map(|(t, accel_m_s2, gyro_rad_s)| (t, ImuSample { accel_m_s2, gyro_rad_s }))
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(samples in proptest::collection::vec(sample(), 0..20), cut in 1usize..56) {
            let value = encode(&samples);
            let (device_time_ns, samples) = samples.into_iter().unzip();
            let block = ImuBlock { clock: SampleClock::Stamped { device_time_ns }, flags: SampleFlags::default(), samples };
            prop_assert_eq!(Trace.decoder().decode(CHARACTERISTIC, &value), Ok(vec![Reading::Imu(block)]));
            if let Some(truncated) = value.len().checked_sub(cut) {
                prop_assert!(Trace.decoder().decode(CHARACTERISTIC, &value[..truncated]).is_err());
            }
        }
    }
}
