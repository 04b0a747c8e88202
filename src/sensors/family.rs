//! What every family of sensors can do.

use crate::model::{Characteristic, Reading, RequestAction, RingRange};
use std::fmt::Debug;
use thiserror::Error;
use uuid::Uuid;

pub use crate::model::sig_uuid;

/// A protocol that some sensors speak: how to know it, and a decoder for each sensor that speaks it.
pub trait Family: Debug + Sync {
    /// Short name for logs and screens.
    fn name(&self) -> &str;

    /// Whether an advertisement is likely to come from such a sensor. The characteristics decide in the end, because
    /// vendors reuse each other's service numbers.
    fn advertised(&self, name: Option<&str>, services: &[Uuid]) -> bool;

    /// The characteristics whose values this family decodes; by them a sensor is recognised.
    fn sources(&self) -> &[Characteristic];

    /// A decoder for one sensor, in its state after connecting.
    fn decoder(&self) -> Box<dyn Decoder>;
}

/// One family's conversation with one sensor.
pub trait Decoder: Debug + Send + Sync {
    /// What must be asked of a sensor just connected, in order.
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask>;

    /// What must be asked before the sensor is left alone.
    fn stop(&mut self) -> Vec<Ask> {
        Vec::new()
    }

    /// The meaning of a value; none, one or several readings.
    fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError>;

    /// What the values decoded since the last call have made necessary to ask.
    fn asks(&mut self) -> Vec<Ask> {
        Vec::new()
    }

    /// Samples a second that the sensor was asked for, where it might give fewer without a word.
    fn rate_hz(&self) -> Option<f64> {
        None
    }

    /// How to ask for samples again; `None` when the sensor can't do that.
    fn resend(&mut self, _missing: RingRange) -> Option<Ask> {
        None
    }

    /// A copy, so that the engine's state can be copied.
    fn boxed_clone(&self) -> Box<dyn Decoder>;
}

impl Clone for Box<dyn Decoder> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// Something to ask of the sensor, still without time and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Of which characteristic.
    pub target: Characteristic,
    /// What.
    pub action: RequestAction,
    /// How long the sensor needs peace after the request before, ms.
    pub after_ms: u32,
    /// Why, for the log.
    pub purpose: &'static str,
}

impl Ask {
    /// Turn notifications on.
    #[must_use]
    pub fn subscribe(target: Characteristic, purpose: &'static str) -> Self {
        Self { target, action: RequestAction::Subscribe, after_ms: 0, purpose }
    }

    /// Read a value once.
    #[must_use]
    pub fn read(target: Characteristic, purpose: &'static str) -> Self {
        Self { target, action: RequestAction::Read, after_ms: 0, purpose }
    }

    /// Write a value.
    #[must_use]
    pub fn write(target: Characteristic, value: Vec<u8>, purpose: &'static str) -> Self {
        Self { target, action: RequestAction::Write { value }, after_ms: 0, purpose }
    }

    /// The same, once the sensor has had its peace for `ms`.
    #[must_use]
    pub fn after_ms(self, ms: u32) -> Self {
        Self { after_ms: ms, ..self }
    }
}

/// Why bytes have no meaning.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// No family knows the characteristic.
    #[error(
        "no known sensor family sends from characteristic {0}; if the sensor is home-made, configure its layout"
    )]
    UnknownCharacteristic(Uuid),
    /// Fewer bytes than the flags promise.
    #[error("{what} has {got} bytes where its layout needs {needed}; the packet is skipped")]
    TooShort {
        /// What was being read.
        what: &'static str,
        /// Bytes needed.
        needed: usize,
        /// Bytes there.
        got: usize,
    },
    /// A value no sensor can mean.
    #[error("{what} reads {value}, which can't be; the packet is skipped")]
    Impossible {
        /// What was being read.
        what: &'static str,
        /// The value as text.
        value: String,
    },
    /// Bytes that break the bar sensor's protocol, or are of another generation of it.
    #[error("bar sensor: {0}; if this repeats, update the older of sensor and host")]
    Protocol(#[from] firmware_protocol::ParseError),
}

/// The characteristic `characteristic` of the service `service`, both 16-bit numbers of the Bluetooth SIG.
#[must_use]
pub const fn sig(service: u16, characteristic: u16) -> Characteristic {
    Characteristic { service: sig_uuid(service), characteristic: sig_uuid(characteristic) }
}
