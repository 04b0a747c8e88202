//! The catalogue: which families there are, and one sensor's conversations with those that it speaks.

use super::battery::Battery;
use super::cycling_power::CyclingPower;
use super::device_information::DeviceInformation;
use super::family::{Ask, DecodeError, Decoder, Family};
use super::heart_rate::HeartRate;
use super::home_made::HomeMadeFamily;
use super::ironstride::Ironstride;
use super::metamotion::MetaMotion;
use super::movella_dot::MovellaDot;
use super::openbarbell::OpenBarbell;
use super::repone::RepOne;
use super::running_speed_cadence::RunningSpeedCadence;
use super::trace::Trace;
use super::treadmill::Treadmill;
use super::witmotion::WitMotion;
use crate::model::{Characteristic, Reading, RingRange};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Every family. A new one is a new file and a line here.
pub static FAMILIES: &[&dyn Family] = &[
    &Ironstride,
    &WitMotion,
    &MovellaDot,
    &MetaMotion,
    &RepOne,
    &OpenBarbell,
    &RunningSpeedCadence,
    &CyclingPower,
    &Treadmill,
    &HeartRate,
    &Battery,
    &DeviceInformation,
    &Trace,
];

/// Names of the families that an advertisement looks like, likeliest first.
#[must_use]
pub fn recognise(name: Option<&str>, services: &[Uuid]) -> Vec<&'static str> {
    FAMILIES.iter().filter(|f| f.advertised(name, services)).map(|f| f.name()).collect()
}

/// One sensor's conversations, one for each family it speaks.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    home_made: Arc<[HomeMadeFamily]>,
    /// By the family's place in [`FAMILIES`], and after those among the home-made ones.
    decoders: BTreeMap<usize, Box<dyn Decoder>>,
}

impl Conversation {
    /// A conversation with a sensor that may also be of one of these families.
    #[must_use]
    pub fn new(home_made: Arc<[HomeMadeFamily]>) -> Self {
        Self { home_made, decoders: BTreeMap::new() }
    }

    /// Service discovery is complete: starts every family that speaks from what was found. A conversation goes on
    /// over a broken link, so that a request never has the number of an earlier one.
    pub fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        let mut asks = Vec::new();
        let spoken: Vec<usize> = self
            .known()
            .enumerate()
            .filter(|(_, family)| found.iter().any(|c| family.sources().contains(c)))
            .map(|(index, _)| index)
            .collect();
        for index in spoken {
            asks.extend(self.decoder(index).map(|decoder| decoder.start(found)).unwrap_or_default());
        }
        asks
    }

    /// What must be asked before the sensor is left alone.
    pub fn stop(&mut self) -> Vec<Ask> {
        self.decoders.values_mut().flat_map(|decoder| decoder.stop()).collect()
    }

    /// The meaning of a value. A capture may begin in mid-stream, so a family is also recognised by what it sends.
    pub fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let index = self.known().position(|family| family.sources().contains(&source));
        let decoder = index.and_then(|index| self.decoder(index));
        decoder.ok_or(DecodeError::UnknownCharacteristic(source.characteristic))?.decode(source, value)
    }

    /// What the values decoded since the last call have made necessary to ask.
    pub fn asks(&mut self) -> Vec<Ask> {
        self.decoders.values_mut().flat_map(|decoder| decoder.asks()).collect()
    }

    /// Samples a second that the sensor was asked for, where it might give fewer without a word.
    #[must_use]
    pub fn rate_hz(&self) -> Option<f64> {
        self.decoders.values().find_map(|decoder| decoder.rate_hz())
    }

    /// How to ask for samples again, when the sensor can do that.
    pub fn resend(&mut self, missing: RingRange) -> Option<Ask> {
        self.decoders.values_mut().find_map(|decoder| decoder.resend(missing))
    }

    /// Names of the families spoken so far.
    #[must_use]
    pub fn families(&self) -> Vec<&str> {
        let spoken = self.known().enumerate().filter(|(index, _)| self.decoders.contains_key(index));
        spoken.map(|(_, family)| family.name()).collect()
    }

    fn known(&self) -> impl Iterator<Item = &dyn Family> {
        let home_made = self.home_made.iter().map(|family| family as &dyn Family);
        FAMILIES.iter().copied().map(|family| family as &dyn Family).chain(home_made)
    }

    fn decoder(&mut self, index: usize) -> Option<&mut dyn Decoder> {
        if !self.decoders.contains_key(&index) {
            let decoder = self.known().nth(index)?.decoder();
            self.decoders.insert(index, decoder);
        }
        Some(self.decoders.get_mut(&index)?.as_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::sig;
    use super::super::home_made::Form;
    use super::super::home_made::tests::layout;
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
    fn a_home_made_sensor_is_recognised_by_its_configured_characteristic() {
        let layout = layout(Form::Text, &["accel_x 0 1", "accel_y 1 1", "accel_z 2 1"]);
        let source = layout.source();
        let mut conversation = Conversation::new(Arc::from([layout.into()]));
        assert_eq!(conversation.start(&[source]), [Ask::subscribe(source, "samples")]);
        assert_eq!((conversation.families(), conversation.rate_hz()), (vec!["my sensor"], Some(100.0)));
        assert!(conversation.decode(source, b"\n1,2,3\n").is_ok_and(|readings| readings.len() == 1));
        assert!(Conversation::default().decode(source, b"\n1,2,3\n").is_err());
    }

    #[test]
    fn every_characteristic_has_one_family() {
        let mut sources: Vec<_> = FAMILIES.iter().flat_map(|family| family.sources()).collect();
        let all = sources.len();
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), all);
    }
}
