//! The UUIDs of the service and its characteristics.
//!
//! One random base in which only bytes 3 and 4 of the text form vary, so that they can't collide with another
//! vendor's and are told apart at a glance.

/// Bytes 3 and 4 zero; never used by itself.
const BASE: u128 = 0x240d_0000_7d95_4a04_852e_8f2b_feea_b599;

const fn with_short(short: u16) -> u128 {
    BASE | (short as u128) << 96
}

/// `240d0001-7d95-4a04-852e-8f2bfeeab599`: the service, the one UUID that is advertised.
pub const SERVICE: u128 = with_short(0x0001);
/// `240d0002-7d95-4a04-852e-8f2bfeeab599`: read, an [`Info`](crate::Info).
pub const INFO: u128 = with_short(0x0002);
/// `240d0003-7d95-4a04-852e-8f2bfeeab599`: write a [`Request`](crate::Request), indicates an [`Ack`](crate::Ack).
pub const CONTROL: u128 = with_short(0x0003);
/// `240d0004-7d95-4a04-852e-8f2bfeeab599`: notifies [`DataPacket`](crate::DataPacket)s.
pub const DATA: u128 = with_short(0x0004);
/// `240d0005-7d95-4a04-852e-8f2bfeeab599`: notifies [`Event`](crate::Event)s.
pub const EVENTS: u128 = with_short(0x0005);
