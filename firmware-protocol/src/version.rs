/// A version of the protocol, one byte on the wire: major in the high nibble, minor in the low one.
///
/// One byte leaves room for 15 majors, which is more than a protocol survives, and keeps the first byte of every
/// message in every version the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes when an older reader could no longer read the messages correctly. 1 to 15.
    pub major: u8,
    /// Changes when something is appended that an older reader may step over. 0 to 15.
    pub minor: u8,
}

/// The version that this crate writes, and the newest of which it knows every field.
pub const VERSION: Version = Version { major: 1, minor: 0 };

impl Version {
    /// The version that a message's first byte names.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Self {
        Self { major: byte >> 4, minor: byte & 0x0F }
    }

    /// The first byte of a message of this version.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        self.major << 4 | (self.minor & 0x0F)
    }
}

impl core::fmt::Display for Version {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
