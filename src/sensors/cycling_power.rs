//! Cycling Power (0x1818), by which footpods send running power (Bluetooth SIG, Cycling Power Service 1.1).
//!
//! Cycling Power Measurement (0x2A63) begins, little-endian, with u16 flags and s16 power in W; what follows by the
//! flags (balance of the pedals, torque, turns of wheel and crank) means nothing on a shoe and is not looked at, so a
//! value that ends within it is as good as a whole one.
//!
//! Once a second by custom; no time and no number, so arrival places it. Turning notifications on is all it takes, and
//! disconnecting ends it. Evidence: two programs that show the running power of such pods read just this.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{Characteristic, PowerReading, Reading};
use uuid::Uuid;

/// Cycling Power Measurement.
pub const MEASUREMENT: Characteristic = sig(0x1818, 0x2a63);

/// The family.
#[derive(Debug)]
pub struct CyclingPower;

impl Family for CyclingPower {
    fn name(&self) -> &'static str {
        "cycling power"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x1818))
    }

    fn sources(&self) -> &[Characteristic] {
        &[MEASUREMENT]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(PowerDecoder)
    }
}

#[derive(Clone, Debug)]
struct PowerDecoder;

impl Decoder for PowerDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let there = found.contains(&MEASUREMENT);
        there.then(|| Ask::subscribe(MEASUREMENT, "power")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let mut fields = Fields::of("power measurement", value);
        let _flags = fields.u16()?;
        let power_w = f64::from(fields.i16()?);
        Ok(vec![Reading::Power(PowerReading { power_w })])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_a_signed_number_of_watts_whatever_follows() {
        let mut decoder = CyclingPower.decoder();
        let mut power = |value: &[u8]| decoder.decode(MEASUREMENT, value);
        let watts = |power_w| Ok(vec![Reading::Power(PowerReading { power_w })]);
        assert_eq!(power(&[0x00, 0x00, 0xf5, 0x00]), watts(245.0));
        assert_eq!(power(&[0x30, 0x00, 0xf5, 0x00, 0x01, 0x02]), watts(245.0));
        assert_eq!(power(&[0x00, 0x00, 0xff, 0xff]), watts(-1.0));
        let short = DecodeError::TooShort { what: "power measurement", needed: 4, got: 3 };
        assert_eq!(power(&[0x00, 0x00, 0xf5]), Err(short));
    }
}
