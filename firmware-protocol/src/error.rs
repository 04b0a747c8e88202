use core::error::Error;
use core::fmt;

/// Why bytes are not a message.
///
/// The version is looked at first, then the checksum. So all but the first three variants mean that the bytes arrived
/// as they were sent and the sender is at fault, not the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Fewer bytes than the shortest message has.
    Truncated {
        /// Bytes that were given.
        len: usize,
    },
    /// Another generation of the protocol: tell the user which, and that an update is needed.
    UnsupportedMajor {
        /// The major version of the message.
        major: u8,
    },
    /// The checksum does not fit: the message was damaged or cut.
    Crc {
        /// What the bytes before it amount to.
        computed: u16,
        /// What the message carries.
        carried: u16,
    },
    /// Not a kind that belongs on this characteristic.
    UnexpectedKind {
        /// The kind's number, see [`Kind`](crate::Kind).
        kind: u8,
    },
    /// `header_len` contradicts the version.
    HeaderLength {
        /// Bytes of the header that this version fixes, or the least that a newer minor version may have.
        expected: usize,
        /// What the message says.
        found: usize,
    },
    /// The message is longer or shorter than its own fields say.
    Length {
        /// Bytes of the message by its fields.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A field holds what this version forbids: an unknown code, a reserved bit, an impossible number.
    Field {
        /// The field's name in `SPEC.md`.
        name: &'static str,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { len } => write!(f, "{len} bytes are too few for a message"),
            Self::UnsupportedMajor { major } => {
                write!(
                    f,
                    "the sensor speaks protocol version {major}, this side version {}",
                    crate::VERSION.major
                )
            }
            Self::Crc { computed, carried } => {
                write!(f, "damaged message: its bytes give CRC {computed:#06x}, it carries {carried:#06x}")
            }
            Self::UnexpectedKind { kind } => write!(f, "messages of kind {kind:#04x} do not belong here"),
            Self::HeaderLength { expected, found } => {
                write!(f, "a header of {found} bytes, where this kind has {expected}")
            }
            Self::Length { expected, found } => {
                write!(f, "{found} bytes, where the message's fields say {expected}")
            }
            Self::Field { name } => write!(f, "field {name} holds a value that is not allowed"),
        }
    }
}

impl Error for ParseError {}

/// Why a message can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The buffer is too short; [`MAX_VALUE_LEN`](crate::MAX_VALUE_LEN) always suffices.
    BufferTooSmall {
        /// Bytes of the message.
        needed: usize,
        /// Bytes of the buffer.
        len: usize,
    },
    /// No samples, or more than [`MAX_SAMPLES`](crate::MAX_SAMPLES).
    SampleCount {
        /// Samples that were given.
        count: usize,
    },
    /// A field holds what the protocol forbids.
    Field {
        /// The field's name in `SPEC.md`.
        name: &'static str,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed, len } => {
                write!(f, "the message takes {needed} bytes, the buffer has {len}")
            }
            Self::SampleCount { count } => {
                write!(f, "{count} samples, where a packet holds 1 to {}", crate::MAX_SAMPLES)
            }
            Self::Field { name } => write!(f, "field {name} holds a value that is not allowed"),
        }
    }
}

impl Error for EncodeError {}
