//! The open wire format of the Ironstride bar sensor, shared by firmware and host.
//!
//! The whole protocol, version 1.0. `SPEC.md` beside this crate says the same with every offset and reason, and
//! `include/ironstride_protocol.h` says it in C99.
//!
//! | characteristic | UUID | direction | message | bytes | rate |
//! |---|---|---|---|---|---|
//! | service | `240d0001-7d95-4a04-852e-8f2bfeeab599` | advertised | [`Advert`] | 6 | every 100–1000 ms while unconnected |
//! | info | `240d0002-…` | read | [`Info`] | 30 | once a connection |
//! | control | `240d0003-…` | write | [`Request`]: start | 10 | once a stream |
//! | | | write | stop | 6 | once a stream |
//! | | | write | configure | 12 | when a setting changes |
//! | | | write | resend | 14 | after a loss, one at a time |
//! | | | write | time sync | 14 | every 5 s, where arrival is not exact enough |
//! | | | write | identify | 7 | when a person asks |
//! | | | indicate | [`Ack`]: start, stop, configure, resend, time sync, identify | 10, 14, 8, 18, 32, 8 | one a request |
//! | data | `240d0004-…` | notify | [`DataPacket`] of 1 to 18 samples | 28 + 12 a sample | 12.5 a second (200 Hz, 16 samples) |
//! | events | `240d0005-…` | notify | [`Event`]: repetition | 26 | at the end of each repetition |
//! | | | notify | button | 14 | when pressed |
//!
//! Every message on a characteristic is `version, kind, header_len, fields…, samples…, CRC-16`, little-endian, and fits
//! one value of 244 bytes. A newer minor version appends fields to the header, which `header_len` lets an older reader
//! step over; an unknown major version is [`ParseError::UnsupportedMajor`], which carries the number.
//!
//! Each message is a plain value with `encode` into a caller's buffer and `parse` from bytes. Nothing allocates, panics
//! or needs the standard library.
//!
//! ```
//! use firmware_protocol::{AccelRange, Command, GyroRange, Request, SampleRate, StreamConfig};
//!
//! let request = Request {
//!     id: 7,
//!     command: Command::Start(StreamConfig {
//!         rate: SampleRate::Hz200,
//!         accel_range: AccelRange::G16,
//!         gyro_range: GyroRange::Dps2000,
//!         samples_per_packet: 16,
//!     }),
//! };
//! let mut buffer = [0; firmware_protocol::MAX_VALUE_LEN];
//! let len = request.encode(&mut buffer)?;
//! assert_eq!(Request::parse(&buffer[..len]), Ok(request));
//! # Ok::<(), firmware_protocol::EncodeError>(())
//! ```
#![no_std]

mod ack;
mod advert;
mod code;
mod crc;
mod data;
mod error;
mod event;
mod frame;
mod info;
mod request;
mod scale;
pub mod uuid;
mod version;

pub use ack::{Ack, Reply, Status};
pub use advert::Advert;
pub use code::{Code, Set};
pub use crc::crc16;
pub use data::{BLOCK_SAMPLES, DataHeader, DataPacket, Flag, MAX_SAMPLES, SAMPLE_LEN, Sample, SiSample};
pub use error::{EncodeError, ParseError};
pub use event::{ButtonEvent, ButtonPress, Event, RepSummary};
pub use frame::{Kind, MAX_VALUE_LEN};
pub use info::{Capability, FirmwareVersion, Info};
pub use request::{Command, EventKind, Request, SampleRange, Settings, StreamConfig};
pub use scale::{AccelRange, GyroRange, STANDARD_GRAVITY_M_S2, SampleRate};
pub use version::{VERSION, Version};
