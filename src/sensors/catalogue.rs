//! The catalogue: which families there are, and one sensor's conversations with those that it speaks.

use super::battery::Battery;
use super::device_information::DeviceInformation;
use super::family::{Ask, DecodeError, Decoder, Family};
use super::ironstride::Ironstride;
use super::running_speed_cadence::RunningSpeedCadence;
use super::trace::Trace;
use crate::model::{Characteristic, Reading, RingRange};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Every family. A new one is a new file and a line here.
pub static FAMILIES: &[&dyn Family] =
    &[&Ironstride, &RunningSpeedCadence, &Battery, &DeviceInformation, &Trace];

/// Names of the families that an advertisement looks like, likeliest first.
#[must_use]
pub fn recognise(name: Option<&str>, services: &[Uuid]) -> Vec<&'static str> {
    FAMILIES.iter().filter(|f| f.advertised(name, services)).map(|f| f.name()).collect()
}

/// One sensor's conversations, one for each family it speaks.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// By the family's place in [`FAMILIES`].
    decoders: BTreeMap<usize, Box<dyn Decoder>>,
}

impl Conversation {
    /// Service discovery is complete: starts every family that speaks from what was found. A conversation goes on
    /// over a broken link, so that a request never has the number of an earlier one.
    pub fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (index, family) in FAMILIES.iter().enumerate() {
            if found.iter().any(|c| family.speaks(*c)) {
                asks.extend(self.decoder(index).start(found));
            }
        }
        asks
    }

    /// What must be asked before the sensor is left alone.
    pub fn stop(&mut self) -> Vec<Ask> {
        self.decoders.values_mut().flat_map(|decoder| decoder.stop()).collect()
    }

    /// The meaning of a value. A capture may begin in mid-stream, so a family is also recognised by what it sends.
    pub fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let index = FAMILIES
            .iter()
            .position(|family| family.speaks(source))
            .ok_or(DecodeError::UnknownCharacteristic(source.characteristic))?;
        self.decoder(index).decode(source, value)
    }

    /// How to ask for samples again, when the sensor can do that.
    pub fn resend(&mut self, missing: RingRange) -> Option<Ask> {
        self.decoders.values_mut().find_map(|decoder| decoder.resend(missing))
    }

    /// Names of the families spoken so far.
    #[must_use]
    pub fn families(&self) -> Vec<&'static str> {
        self.decoders.keys().filter_map(|&index| FAMILIES.get(index)).map(|family| family.name()).collect()
    }

    fn decoder(&mut self, index: usize) -> &mut Box<dyn Decoder> {
        self.decoders.entry(index).or_insert_with(|| FAMILIES[index].decoder())
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::sig;
    use super::*;
    use crate::model::RequestAction;

    #[test]
    fn a_footpod_is_recognised_and_started() {
        let rsc = sig(0x1814, 0x2a53);
        let level = sig(0x180f, 0x2a19);
        assert_eq!(recognise(Some("Pod"), &[rsc.service]), ["running speed and cadence"]);
        let mut conversation = Conversation::default();
        let asks = conversation.start(&[rsc, level]);
        assert!(asks.contains(&Ask::subscribe(rsc, "speed and cadence")));
        assert!(asks.iter().any(|ask| ask.action == RequestAction::Read && ask.target == level));
        assert_eq!(conversation.families(), ["running speed and cadence", "battery"]);
    }

    #[test]
    fn a_capture_without_discovery_is_understood_and_strangers_are_named() {
        let mut conversation = Conversation::default();
        assert!(conversation.decode(sig(0x1814, 0x2a53), &[0, 0x40, 1, 0x37]).is_ok());
        let stranger = sig(0xfff0, 0xfff1);
        assert_eq!(
            conversation.decode(stranger, &[1, 2, 3]),
            Err(DecodeError::UnknownCharacteristic(stranger.characteristic))
        );
    }

    #[test]
    fn every_characteristic_has_one_family() {
        for source in [
            sig(0x1814, 0x2a53),
            sig(0x180f, 0x2a19),
            sig(0x180a, 0x2a24),
            super::super::trace::CHARACTERISTIC,
        ] {
            assert_eq!(FAMILIES.iter().filter(|f| f.speaks(source)).count(), 1, "{source:?}");
        }
    }
}
