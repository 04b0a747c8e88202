//! What all messages share: the prefix, the checksum and the rule by which minor versions append.

use zerocopy::little_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::{Code, EncodeError, ParseError, Set, VERSION, Version, crc16};

/// The longest message, in bytes: what one notification holds at the MTU of 247 that fills one link-layer packet.
pub const MAX_VALUE_LEN: usize = 244;

const CRC_LEN: usize = size_of::<U16>();

codes! {
    /// What a message is: its second byte. The answer to a request has the request's number plus 0x80.
    Kind {
        /// [`Info`](crate::Info).
        Info = 0x01,
        /// [`DataPacket`](crate::DataPacket).
        Data = 0x10,
        /// [`Command::Start`](crate::Command::Start).
        Start = 0x20,
        /// [`Command::Stop`](crate::Command::Stop).
        Stop = 0x21,
        /// [`Command::Configure`](crate::Command::Configure).
        Configure = 0x22,
        /// [`Command::Resend`](crate::Command::Resend).
        Resend = 0x23,
        /// [`Command::TimeSync`](crate::Command::TimeSync).
        TimeSync = 0x24,
        /// [`Command::Identify`](crate::Command::Identify).
        Identify = 0x25,
        /// [`Event::Rep`](crate::Event::Rep).
        Rep = 0x30,
        /// [`Event::Button`](crate::Event::Button).
        Button = 0x31,
        /// [`Reply::Start`](crate::Reply::Start).
        StartAck = 0xA0,
        /// [`Reply::Stop`](crate::Reply::Stop).
        StopAck = 0xA1,
        /// [`Reply::Configure`](crate::Reply::Configure).
        ConfigureAck = 0xA2,
        /// [`Reply::Resend`](crate::Reply::Resend).
        ResendAck = 0xA3,
        /// [`Reply::TimeSync`](crate::Reply::TimeSync).
        TimeSyncAck = 0xA4,
        /// [`Reply::Identify`](crate::Reply::Identify).
        IdentifyAck = 0xA5,
    }
}

/// The first bytes of every message.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(crate) struct Prefix {
    version: u8,
    kind: u8,
    header_len: u8,
}

impl Prefix {
    /// The prefix of a message with the header `H`.
    pub(crate) const fn of<H>(kind: Kind) -> Self {
        Self { version: VERSION.to_byte(), kind: kind as u8, header_len: size_of::<H>() as u8 }
    }
}

/// Writes header, payload and checksum; returns the length of the message.
pub(crate) fn write<H: IntoBytes + Immutable>(
    header: &H,
    payload: &[u8],
    out: &mut [u8],
) -> Result<usize, EncodeError> {
    let header = header.as_bytes();
    let body_len = header.len() + payload.len();
    let needed = body_len + CRC_LEN;
    let too_small = EncodeError::BufferTooSmall { needed, len: out.len() };
    let (body, rest) = out.split_at_mut_checked(body_len).ok_or(too_small)?;
    let crc = rest.first_chunk_mut().ok_or(too_small)?;
    body[..header.len()].copy_from_slice(header);
    body[header.len()..].copy_from_slice(payload);
    *crc = crc16(body).to_le_bytes();
    Ok(needed)
}

/// A message whose version is readable and whose checksum fits.
pub(crate) struct Frame<'a> {
    kind: u8,
    /// A minor version that this crate doesn't know: it may have appended fields and given reserved bits a meaning.
    newer: bool,
    header_len: usize,
    body: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let truncated = ParseError::Truncated { len: bytes.len() };
        // the version comes first of all: another major may differ in everything but this byte
        let version = Version::from_byte(*bytes.first().ok_or(truncated)?);
        if version.major != VERSION.major {
            return Err(ParseError::UnsupportedMajor { major: version.major });
        }
        let (body, carried) = bytes.split_last_chunk().ok_or(truncated)?;
        let (prefix, _) = Prefix::ref_from_prefix(body).map_err(|_| truncated)?;
        let (computed, carried) = (crc16(body), u16::from_le_bytes(*carried));
        if computed != carried {
            return Err(ParseError::Crc { computed, carried });
        }
        let newer = version.minor > VERSION.minor;
        Ok(Self { kind: prefix.kind, newer, header_len: prefix.header_len.into(), body })
    }

    /// The kind, which must be one of this crate's.
    pub(crate) fn kind(&self) -> Result<Kind, ParseError> {
        Kind::from_code(self.kind).ok_or(self.unexpected_kind())
    }

    pub(crate) fn require_kind(&self, kind: Kind) -> Result<(), ParseError> {
        if self.kind()? == kind { Ok(()) } else { Err(self.unexpected_kind()) }
    }

    pub(crate) fn unexpected_kind(&self) -> ParseError {
        ParseError::UnexpectedKind { kind: self.kind }
    }

    /// The known part of the header, and what follows the whole header.
    pub(crate) fn header_and_payload<H>(&self) -> Result<(&'a H, &'a [u8]), ParseError>
    where
        H: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let wrong = ParseError::HeaderLength { expected: size_of::<H>(), found: self.header_len };
        if !self.newer && self.header_len != size_of::<H>() {
            return Err(wrong);
        }
        let (header, payload) = self.body.split_at_checked(self.header_len).ok_or(wrong)?;
        let (header, _appended) = H::ref_from_prefix(header).map_err(|_| wrong)?;
        Ok((header, payload))
    }

    /// The header of a message that has nothing behind it.
    pub(crate) fn header<H>(&self) -> Result<&'a H, ParseError>
    where
        H: FromBytes + KnownLayout + Immutable + Unaligned,
    {
        let (header, payload) = self.header_and_payload()?;
        self.require_payload_len(payload, 0)?;
        Ok(header)
    }

    pub(crate) fn require_payload_len(&self, payload: &[u8], expected: usize) -> Result<(), ParseError> {
        if payload.len() == expected {
            return Ok(());
        }
        Err(ParseError::Length {
            expected: self.header_len + expected + CRC_LEN,
            found: self.header_len + payload.len() + CRC_LEN,
        })
    }

    /// A set of which a newer minor version may use more bits.
    pub(crate) fn set<T: Code>(&self, bits: u16, name: &'static str) -> Result<Set<T>, ParseError> {
        let known = Set::from_bits(bits);
        if known.bits() == bits || self.newer { Ok(known) } else { Err(ParseError::Field { name }) }
    }

    /// Reserved bytes are zero, so that a newer minor version can tell its own meaning from an old sender's silence.
    pub(crate) fn require_reserved(&self, bytes: &[u8]) -> Result<(), ParseError> {
        let free = self.newer || bytes.iter().all(|&byte| byte == 0);
        if free { Ok(()) } else { Err(ParseError::Field { name: "reserved" }) }
    }

    /// What an unknown code means: an error, but of a newer minor version perhaps only something new.
    pub(crate) fn code_or<T: Code>(&self, code: u8, newer: T, name: &'static str) -> Result<T, ParseError> {
        match T::from_code(code) {
            Some(known) => Ok(known),
            None if self.newer => Ok(newer),
            None => Err(ParseError::Field { name }),
        }
    }
}

/// A code that must be known, whatever the minor version.
pub(crate) fn code<T: Code>(code: u8, name: &'static str) -> Result<T, ParseError> {
    T::from_code(code).ok_or(ParseError::Field { name })
}
