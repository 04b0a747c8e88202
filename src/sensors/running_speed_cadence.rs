//! Running Speed and Cadence (0x1814), the profile that footpods speak.
//!
//! RSC Measurement (0x2A53), little-endian:
//!
//! | offset | field | unit |
//! |---|---|---|
//! | 0 | u8 flags: bit 0 stride length follows, bit 1 total distance follows, bit 2 running (else walking) | |
//! | 1 | u16 speed | 1/256 m/s |
//! | 3 | u8 cadence: strides a minute by the profile, steps a minute by some vendors | 1/min |
//! | 4 | u16 stride length, if bit 0 | cm |
//! | 4 or 6 | u32 total distance, if bit 1 | dm |
//!
//! There is neither time nor number in it, so arrival is all that places it. What the cadence byte counts is judged in
//! [`crate::running`], not here.

use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{Characteristic, Reading, RunningReading};
use uuid::Uuid;

/// RSC Measurement.
pub const MEASUREMENT: Characteristic = sig(0x1814, 0x2a53);

/// The family.
#[derive(Debug)]
pub struct RunningSpeedCadence;

impl Family for RunningSpeedCadence {
    fn name(&self) -> &'static str {
        "running speed and cadence"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x1814))
    }

    fn sources(&self) -> &[Characteristic] {
        &[MEASUREMENT]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(RunningDecoder)
    }
}

#[derive(Clone, Debug)]
struct RunningDecoder;

impl Decoder for RunningDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let there = found.contains(&MEASUREMENT);
        there.then(|| Ask::subscribe(MEASUREMENT, "speed and cadence")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        decode(value).map(|reading| vec![Reading::Running(reading)])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

/// Decodes an RSC Measurement; bytes after its last field are left for later versions of the profile.
pub fn decode(value: &[u8]) -> Result<RunningReading, DecodeError> {
    let too_short = |needed| DecodeError::TooShort { what: "running measurement", needed, got: value.len() };
    let (&[flags, speed_low, speed_high, cadence_raw], mut rest) =
        value.split_first_chunk::<4>().ok_or(too_short(4))?;
    let has_stride = flags & 0b001 != 0;
    let has_distance = flags & 0b010 != 0;
    let needed = 4 + 2 * usize::from(has_stride) + 4 * usize::from(has_distance);

    let mut stride_length_m = None;
    if has_stride {
        let (bytes, after) = rest.split_first_chunk::<2>().ok_or(too_short(needed))?;
        stride_length_m = Some(f64::from(u16::from_le_bytes(*bytes)) / 100.0);
        rest = after;
    }
    let mut total_distance_m = None;
    if has_distance {
        let (bytes, _) = rest.split_first_chunk::<4>().ok_or(too_short(needed))?;
        total_distance_m = Some(f64::from(u32::from_le_bytes(*bytes)) / 10.0);
    }
    Ok(RunningReading {
        speed_m_s: f64::from(u16::from_le_bytes([speed_low, speed_high])) / 256.0,
        cadence_raw,
        stride_length_m,
        total_distance_m,
        running: flags & 0b100 != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Golden vectors: published test bytes of phone software that talks to real footpods, and two of our own.
    #[test]
    fn golden_vectors() {
        let reading = |speed_m_s, cadence_raw, stride_length_m, total_distance_m, running| RunningReading {
            speed_m_s,
            cadence_raw,
            stride_length_m,
            total_distance_m,
            running,
        };
        let cases: [(&[u8], RunningReading); 5] = [
            (
                &[0x07, 0x34, 0x12, 0x56, 0x89, 0x07, 0x04, 0x03, 0x02, 0x01],
                reading(18.203_125, 86, Some(19.29), Some(1_690_906.0), true),
            ),
            (&[0x00, 0x0a, 0x00, 0x14], reading(0.039_062_5, 20, None, None, false)),
            (
                &[0x02, 0x00, 0x05, 0x50, 0xff, 0xff, 0x00, 0x01],
                reading(5.0, 80, None, Some(1_684_275.1), false),
            ),
            (
                &[0x07, 0x80, 0x03, 0x58, 0xef, 0x00, 0x40, 0xe2, 0x01, 0x00],
                reading(3.5, 88, Some(2.39), Some(12_345.6), true),
            ),
            (&[0x00, 0x40, 0x01, 0x37], reading(1.25, 55, None, None, false)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes), Ok(expected), "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_reading_or_an_error(value in proptest::collection::vec(any::<u8>(), 0..24)) {
            let needed = value.first().map_or(4, |f| 4 + 2 * usize::from(f & 1) + 2 * usize::from(f & 2));
            prop_assert_eq!(decode(&value).is_ok(), value.len() >= needed);
        }
    }
}
