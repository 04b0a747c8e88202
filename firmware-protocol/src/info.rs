use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::frame::{self, Frame, Kind, Prefix};
use crate::{AccelRange, EncodeError, GyroRange, ParseError, SampleRate, Set};

/// What the sensor is and can do; the host reads it before it asks for anything.
///
/// The protocol's version needs no field: [`Version::from_byte`](crate::Version::from_byte) of the first byte tells it,
/// and a major that the reader doesn't know is a [`ParseError::UnsupportedMajor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// What runs on the sensor.
    pub firmware: FirmwareVersion,
    /// Revision of the board, counted from 1.
    pub hardware_revision: u8,
    /// Unique among sensors; shown as 16 hexadecimal digits.
    pub serial: u64,
    /// What it can do beyond streaming.
    pub capabilities: Set<Capability>,
    /// Samples that the resend buffer holds.
    pub buffer_samples: u32,
    /// Rates it can start with.
    pub rates: Set<SampleRate>,
    /// Accelerometer ranges it can start with.
    pub accel_ranges: Set<AccelRange>,
    /// Gyroscope ranges it can start with.
    pub gyro_ranges: Set<GyroRange>,
}

/// Version of the firmware, by the rules of semantic versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FirmwareVersion {
    /// Raised by an incompatible change.
    pub major: u8,
    /// Raised by an addition.
    pub minor: u8,
    /// Raised by a repair.
    pub patch: u8,
}

codes! {
    /// What a sensor may have or lack. Without a bit the requests that need it are answered
    /// [`Unsupported`](crate::Status::Unsupported).
    Capability {
        /// Keeps samples and sends them again.
        Resend = 0,
        /// Answers time requests.
        TimeSync = 1,
        /// Has a light to blink.
        Identify = 2,
        /// Keeps settings through a loss of power.
        Configure = 3,
        /// Finds repetitions by itself.
        RepSummary = 4,
        /// Has a button.
        Button = 5,
        /// Can use the 2 Mbit/s radio.
        Phy2M = 6,
    }
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct InfoBytes {
    prefix: Prefix,
    hardware_revision: u8,
    firmware_major: u8,
    firmware_minor: u8,
    firmware_patch: u8,
    rates: u8,
    serial: U64,
    buffer_samples: U32,
    capabilities: U16,
    accel_ranges: u8,
    gyro_ranges: u8,
    reserved: [u8; 4],
}
const _: () = assert!(size_of::<InfoBytes>() == 28);

impl Info {
    /// Reads the description, as the host does.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let frame = Frame::open(bytes)?;
        frame.require_kind(Kind::Info)?;
        let info = frame.header::<InfoBytes>()?;
        frame.require_reserved(&info.reserved)?;
        Ok(Self {
            firmware: FirmwareVersion {
                major: info.firmware_major,
                minor: info.firmware_minor,
                patch: info.firmware_patch,
            },
            hardware_revision: info.hardware_revision,
            serial: info.serial.get(),
            capabilities: frame.set(info.capabilities.get(), "capabilities")?,
            buffer_samples: info.buffer_samples.get(),
            rates: frame.set(info.rates.into(), "rates")?,
            accel_ranges: frame.set(info.accel_ranges.into(), "accel_ranges")?,
            gyro_ranges: frame.set(info.gyro_ranges.into(), "gyro_ranges")?,
        })
    }

    /// Writes the description, as the sensor does; returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let info = InfoBytes {
            prefix: Prefix::of::<InfoBytes>(Kind::Info),
            hardware_revision: self.hardware_revision,
            firmware_major: self.firmware.major,
            firmware_minor: self.firmware.minor,
            firmware_patch: self.firmware.patch,
            rates: self.rates.bits() as u8,
            serial: self.serial.into(),
            buffer_samples: self.buffer_samples.into(),
            capabilities: self.capabilities.bits().into(),
            accel_ranges: self.accel_ranges.bits() as u8,
            gyro_ranges: self.gyro_ranges.bits() as u8,
            reserved: [0; 4],
        };
        frame::write(&info, &[], out)
    }
}
