//! What bytes mean, and which bytes start, stop and configure a sensor: one file a family, and the catalogue that
//! recognises them.
//!
//! Decoders hold what a conversation needs (request numbers, half-received messages) and judge nothing: a reading is
//! what the bytes say, in SI units.

pub mod battery;
mod bytes;
mod catalogue;
pub mod cycling_power;
pub mod device_information;
mod family;
pub mod heart_rate;
pub mod home_made;
mod inertial;
pub mod ironstride;
pub mod metamotion;
pub mod movella_dot;
pub mod openbarbell;
pub mod repone;
pub mod running_speed_cadence;
#[cfg(test)]
mod tests;
pub mod trace;
pub mod treadmill;
pub mod witmotion;

pub use catalogue::{Conversation, FAMILIES, recognise};
pub use family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
