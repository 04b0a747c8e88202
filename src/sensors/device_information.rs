//! Device Information Service (0x180A): what a device says of itself, all of it optional, all of it read once.

use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{Characteristic, DeviceInformation as Information, Reading};
use uuid::Uuid;

const MODEL: Characteristic = sig(0x180a, 0x2a24);
const SERIAL: Characteristic = sig(0x180a, 0x2a25);
const FIRMWARE: Characteristic = sig(0x180a, 0x2a26);
const HARDWARE: Characteristic = sig(0x180a, 0x2a27);
const SOFTWARE: Characteristic = sig(0x180a, 0x2a28);
const MANUFACTURER: Characteristic = sig(0x180a, 0x2a29);
const STRINGS: [Characteristic; 6] = [MANUFACTURER, MODEL, SERIAL, HARDWARE, FIRMWARE, SOFTWARE];

/// The family.
#[derive(Debug)]
pub struct DeviceInformation;

impl Family for DeviceInformation {
    fn name(&self) -> &'static str {
        "device information"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x180a))
    }

    fn sources(&self) -> &[Characteristic] {
        &STRINGS
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(DeviceInformationDecoder)
    }
}

#[derive(Clone, Debug)]
struct DeviceInformationDecoder;

impl Decoder for DeviceInformationDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        STRINGS.iter().filter(|c| found.contains(c)).map(|c| Ask::read(*c, "device information")).collect()
    }

    fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        // Vendors pad with zeros and send broken UTF-8; a name with a replacement character is better than none.
        let text = String::from_utf8_lossy(value).trim_end_matches('\0').trim().to_owned();
        let mut information = Information::default();
        let field = match source {
            MANUFACTURER => &mut information.manufacturer,
            MODEL => &mut information.model,
            SERIAL => &mut information.serial,
            HARDWARE => &mut information.hardware,
            FIRMWARE => &mut information.firmware,
            SOFTWARE => &mut information.software,
            _ => return Err(DecodeError::UnknownCharacteristic(source.characteristic)),
        };
        *field = (!text.is_empty()).then_some(text);
        Ok(vec![Reading::Device(information)])
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_lose_their_padding() {
        let mut decoder = DeviceInformation.decoder();
        let readings = decoder.decode(FIRMWARE, b"1.4.0\0\0");
        let expected = Information { firmware: Some("1.4.0".to_owned()), ..Information::default() };
        assert_eq!(readings, Ok(vec![Reading::Device(expected)]));
    }

    #[test]
    fn only_what_was_found_is_read() {
        let asks = DeviceInformation.decoder().start(&[SERIAL, sig(0x180f, 0x2a19)]);
        assert_eq!(asks, vec![Ask::read(SERIAL, "device information")]);
    }
}
