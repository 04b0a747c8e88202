//! Battery Service (0x180F): one byte, percent of full.

use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{BatteryReading, Characteristic, Reading};
use uuid::Uuid;

/// Battery Level.
pub const LEVEL: Characteristic = sig(0x180f, 0x2a19);

/// The family.
#[derive(Debug)]
pub struct Battery;

impl Family for Battery {
    fn name(&self) -> &'static str {
        "battery"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x180f))
    }

    fn sources(&self) -> &[Characteristic] {
        &[LEVEL]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(BatteryDecoder)
    }
}

#[derive(Clone, Debug)]
struct BatteryDecoder;

impl Decoder for BatteryDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        if found.contains(&LEVEL) {
            // Read first: many sensors notify only when the level changes, which may take hours.
            vec![Ask::read(LEVEL, "battery level"), Ask::subscribe(LEVEL, "battery level")]
        } else {
            Vec::new()
        }
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        match value.first() {
            None => Err(DecodeError::TooShort { what: "battery level", needed: 1, got: 0 }),
            Some(&percent) if percent > 100 => {
                Err(DecodeError::Impossible { what: "battery level", value: format!("{percent} %") })
            }
            Some(&percent) => Ok(vec![Reading::Battery(BatteryReading { percent })]),
        }
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_and_nonsense_refused() {
        let mut decoder = Battery.decoder();
        assert_eq!(
            decoder.decode(LEVEL, &[0x57]),
            Ok(vec![Reading::Battery(BatteryReading { percent: 87 })])
        );
        assert!(matches!(decoder.decode(LEVEL, &[101]), Err(DecodeError::Impossible { .. })));
        assert!(matches!(decoder.decode(LEVEL, &[]), Err(DecodeError::TooShort { .. })));
    }
}
