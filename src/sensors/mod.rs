//! What bytes mean, and which bytes start, stop and configure a sensor: one file a family, and the catalogue that
//! recognises them.
//!
//! Decoders hold what a conversation needs (request numbers, half-received messages) and judge nothing: a reading is
//! what the bytes say, in SI units.

pub mod battery;
mod catalogue;
pub mod device_information;
mod family;
pub mod ironstride;
pub mod running_speed_cadence;
pub mod trace;

pub use catalogue::{Conversation, FAMILIES, recognise};
pub use family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
