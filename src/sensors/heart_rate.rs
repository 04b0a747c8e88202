//! Heart Rate (0x180D), the profile of chest straps and watches (Bluetooth SIG, Heart Rate Service 1.0).
//!
//! Heart Rate Measurement (0x2A37), little-endian:
//!
//! | field | unit |
//! |---|---|
//! | u8 flags: bit 0 rate is u16; bit 1 skin contact, if bit 2 says that contact is sensed; bit 3 energy follows; bit 4 beats follow | |
//! | u8 or u16 heart rate | 1/min |
//! | u16 energy since its last reset, if bit 3 | kJ |
//! | u16 times between beats, oldest first, to the end of the value, if bit 4 | 1/1024 s |
//!
//! Once a second by custom; no time and no number, so arrival places it. Turning notifications on is all it takes, and
//! disconnecting ends it. Evidence: the published test bytes of two phone programs and of a strap vendor's library.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{Characteristic, HeartRateReading, Reading};
use uuid::Uuid;

/// Heart Rate Measurement.
pub const MEASUREMENT: Characteristic = sig(0x180d, 0x2a37);

/// The family.
#[derive(Debug)]
pub struct HeartRate;

impl Family for HeartRate {
    fn name(&self) -> &'static str {
        "heart rate"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x180d))
    }

    fn sources(&self) -> &[Characteristic] {
        &[MEASUREMENT]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(HeartRateDecoder)
    }
}

#[derive(Clone, Debug)]
struct HeartRateDecoder;

impl Decoder for HeartRateDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let there = found.contains(&MEASUREMENT);
        there.then(|| Ask::subscribe(MEASUREMENT, "heart rate")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        decode(value).map(|reading| vec![Reading::HeartRate(reading)])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

/// Decodes a Heart Rate Measurement.
pub fn decode(value: &[u8]) -> Result<HeartRateReading, DecodeError> {
    let mut fields = Fields::of("heart rate measurement", value);
    let flags = fields.u8()?;
    let has = |bit: u8| flags & (1 << bit) != 0;
    let heart_rate_bpm = if has(0) { fields.u16()? } else { u16::from(fields.u8()?) };
    let energy_j = if has(3) { Some(f64::from(fields.u16()?) * 1000.0) } else { None };
    let (beats, _) = fields.rest().as_chunks::<2>();
    let rr_s = beats.iter().filter(|_| has(4)).map(|raw| f64::from(u16::from_le_bytes(*raw)) / 1024.0);
    Ok(HeartRateReading { heart_rate_bpm, contact: has(2).then(|| has(1)), energy_j, rr_s: rr_s.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading(
        heart_rate_bpm: u16,
        contact: Option<bool>,
        energy_kj: Option<f64>,
        beats: &[u16],
    ) -> HeartRateReading {
        let rr_s = beats.iter().map(|raw| f64::from(*raw) / 1024.0).collect();
        HeartRateReading { heart_rate_bpm, contact, energy_j: energy_kj.map(|kj| kj * 1000.0), rr_s }
    }

    /// Golden vectors: published test bytes of software that talks to real straps, and one of our own.
    #[test]
    fn golden_vectors() {
        let cases: [(&[u8], HeartRateReading); 14] = [
            (&[0x00, 0xff], reading(255, None, None, &[])),
            (&[0x01, 0x80, 0x80], reading(32_896, None, None, &[])),
            (&[0x02, 0x3c], reading(60, None, None, &[])),
            (&[0x01, 0x01, 0x01], reading(257, None, None, &[])),
            (&[0x06, 0x00], reading(0, Some(true), None, &[])),
            (&[0x04, 0x00], reading(0, Some(false), None, &[])),
            (&[0x02, 0x00], reading(0, None, None, &[])),
            (&[0x09, 0x00, 0x00, 0xff, 0xff], reading(0, None, Some(65_535.0), &[])),
            (&[0x08, 0x00, 0x7f, 0x80], reading(0, None, Some(32_895.0), &[])),
            (&[0x10, 0x43, 0x72, 0x03], reading(67, None, None, &[882])),
            (&[0x10, 0x67, 0x72, 0x03, 0x8a, 0x03, 0x95, 0x04], reading(103, None, None, &[882, 906, 1173])),
            (&[0x18, 0x43, 0xd0, 0x07, 0x72, 0x03], reading(67, None, Some(2000.0), &[882])),
            (&[0x10, 0x00, 0xff, 0xff], reading(0, None, None, &[65_535])),
            (&[0x16, 0x48, 0x55, 0x03, 0x5d, 0x03], reading(72, Some(true), None, &[853, 861])),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode(bytes), Ok(expected), "{bytes:02x?}");
        }
        let beats = decode(&[0x16, 0x48, 0x55, 0x03, 0x5d, 0x03]).map(|reading| reading.rr_s);
        assert!(beats.is_ok_and(|rr| (rr[0] - 0.8330).abs() < 5e-5 && (rr[1] - 0.8408).abs() < 5e-5));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_reading_or_an_error(value in proptest::collection::vec(any::<u8>(), 0..24)) {
            let flags = value.first().copied().unwrap_or(0);
            let needed = 2 + usize::from(flags & 1) + 2 * usize::from(flags >> 3 & 1);
            prop_assert_eq!(decode(&value).is_ok(), value.len() >= needed);
        }
    }
}
