//! RepOne, a tether that computes repetitions by itself, after the source of the vendor's own app.
//!
//! Service A5183278-CA65-45B7-B6C3-A68552F2026D. A finished repetition is one notification of F20273: u16
//! little-endian in the order id, number, mean velocity mm/s, range of motion mm, peak velocity mm/s, height of the
//! peak (its unit is unclear, so it is not read), duration ms; newer firmware appends more. 65535 stands for "not
//! available". The same id sent again is the same repetition. There is no clock; arrival, a moment after the
//! repetition, places it.
//!
//! Turning notifications on is all it takes, and disconnecting ends it. The samples behind a repetition (F20274) are
//! left in the device. Other models of the vendor (Kratos) report by another characteristic whose units are unknown.
//!
//! Evidence: the vendor's app and an independent one. The name is only a hint, but some firmware advertises nothing else.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family};
use crate::model::{Characteristic, DeviceRepReading, Reading};
use uuid::Uuid;

const fn of(short: u128) -> Characteristic {
    const BASE: u128 = 0xa518_3278_ca65_45b7_b6c3_a685_52f0_0000;
    Characteristic {
        service: Uuid::from_u128(BASE | 0x2_026d),
        characteristic: Uuid::from_u128(BASE | short),
    }
}

/// Finished repetitions.
pub const SUMMARY: Characteristic = of(0x2_0273);

/// The family.
#[derive(Debug)]
pub struct RepOne;

impl Family for RepOne {
    fn name(&self) -> &'static str {
        "RepOne"
    }

    fn advertised(&self, name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&SUMMARY.service) || name.is_some_and(|name| name.starts_with("RepOne"))
    }

    fn sources(&self) -> &[Characteristic] {
        &[SUMMARY]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(RepOneDecoder::default())
    }
}

#[derive(Clone, Debug, Default)]
struct RepOneDecoder {
    /// The last repetition: id, number, mean velocity.
    last: Option<[u16; 3]>,
}

impl Decoder for RepOneDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let there = found.contains(&SUMMARY);
        there.then(|| Ask::subscribe(SUMMARY, "the device's repetitions")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let mut fields = Fields::of("RepOne summary", value);
        let (id, number, mean) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let (range_of_motion, peak) = (fields.u16()?, fields.u16()?);
        let _height_of_the_peak = fields.u16()?;
        let duration = fields.u16()?;
        if self.last.replace([id, number, mean]) == Some([id, number, mean]) {
            return Ok(Vec::new());
        }
        let thousandths = |raw: u16| (raw != u16::MAX).then(|| f64::from(raw) / 1000.0);
        Ok(vec![Reading::DeviceRep(DeviceRepReading {
            number: Some(u32::from(number)),
            mean_velocity_m_s: thousandths(mean),
            peak_velocity_m_s: thousandths(peak),
            range_of_motion_m: thousandths(range_of_motion),
            concentric_duration_s: thousandths(duration),
        })])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample record of the vendor's app.
    const REP: [u8; 20] = [
        0x02, 0x00, 0x07, 0x00, 0xf6, 0x03, 0xa4, 0x03, 0x49, 0x06, 0x35, 0x02, 0x97, 0x03, 0x6c, 0x01, 0xff,
        0xff, 0xff, 0xff,
    ];

    #[test]
    fn a_repetition_is_read_once() {
        let expected = DeviceRepReading {
            number: Some(7),
            mean_velocity_m_s: Some(1.014),
            peak_velocity_m_s: Some(1.609),
            range_of_motion_m: Some(0.932),
            concentric_duration_s: Some(0.919),
        };
        let mut decoder = RepOne.decoder();
        assert_eq!(decoder.decode(SUMMARY, &REP), Ok(vec![Reading::DeviceRep(expected)]));
        assert_eq!(decoder.decode(SUMMARY, &REP), Ok(Vec::new()));
        let next = [&[3, 0, 8], &REP[3..14]].concat();
        let next_expected = DeviceRepReading { number: Some(8), ..expected };
        assert_eq!(decoder.decode(SUMMARY, &next), Ok(vec![Reading::DeviceRep(next_expected)]));
        assert!(matches!(decoder.decode(SUMMARY, &REP[..13]), Err(DecodeError::TooShort { .. })));
    }

    #[test]
    fn what_is_not_available_is_unknown() {
        let mut value = REP;
        value[6..8].copy_from_slice(&[0xff, 0xff]);
        let readings = RepOne.decoder().decode(SUMMARY, &value).expect("a repetition");
        assert!(matches!(
            readings.as_slice(),
            [Reading::DeviceRep(DeviceRepReading {
                range_of_motion_m: None,
                mean_velocity_m_s: Some(_),
                ..
            })]
        ));
    }

    #[test]
    fn the_name_is_enough_for_a_hint() {
        assert!(RepOne.advertised(Some("RepOne 1234"), &[]) && !RepOne.advertised(Some("OB 1234"), &[]));
    }
}
