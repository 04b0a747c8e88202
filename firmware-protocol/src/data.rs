use zerocopy::little_endian::{I16, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::frame::{self, Frame, Kind, Prefix};
use crate::scale::{ranges_from_byte, ranges_to_byte};
use crate::{AccelRange, EncodeError, GyroRange, MAX_VALUE_LEN, ParseError, Set};

/// Bytes of one sample on the wire.
pub const SAMPLE_LEN: usize = size_of::<Sample>();

/// Samples that fit one packet: 18, which fill its 244 bytes to the last.
pub const MAX_SAMPLES: usize = (MAX_VALUE_LEN - size_of::<DataBytes>() - size_of::<U16>()) / SAMPLE_LEN;
const _: () = assert!(MAX_SAMPLES == 18);

/// Samples for which `interval_ns` stays the same: it changes only at multiples of this, and no packet straddles one.
///
/// So each sample has one interval however the stream was cut into packets, and a resent packet, cut elsewhere, puts
/// its samples at the same times as the lost ones.
pub const BLOCK_SAMPLES: u32 = 4096;

codes! {
    /// What is true of at least one sample of the packet.
    Flag {
        /// The accelerometer was at the end of its range.
        AccelClipped = 0,
        /// The gyroscope was at the end of its range.
        GyroClipped = 1,
        /// The answer to a resend request, not live.
        Resent = 2,
        /// The sensor's own motion detector saw movement.
        Moving = 3,
    }
}

/// What a packet says of its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataHeader {
    /// Another at each start, also at the first after a reboot, so that restarted numbers are not taken for old ones.
    pub stream_id: u16,
    /// The number of the first sample; the stream's first has 0.
    pub first_sample: u32,
    /// The sensor's clock at the first sample, in µs since it booted.
    pub device_time_us: u64,
    /// The measured time from each sample to the next, in ns; never 0, and the same throughout a
    /// [block](BLOCK_SAMPLES).
    pub interval_ns: u32,
    /// Scale of the accelerometer's counts.
    pub accel_range: AccelRange,
    /// Scale of the gyroscope's counts.
    pub gyro_range: GyroRange,
    /// What is true of at least one of the samples.
    pub flags: Set<Flag>,
}

/// Consecutive samples of one stream, borrowed from the bytes they came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPacket<'a> {
    /// What holds for all samples.
    pub header: DataHeader,
    /// 1 to [`MAX_SAMPLES`] samples, `header.interval_ns` apart.
    pub samples: &'a [Sample],
}

/// One sample in counts of its ranges, as it stands on the wire. Axes are those printed on the case, right-handed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Default, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(C)]
pub struct Sample {
    accel: [I16; 3],
    gyro: [I16; 3],
}

/// One sample in SI units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiSample {
    /// Specific force along x, y, z: at rest it points up and measures standard gravity.
    pub accel_m_s2: [f64; 3],
    /// Angular rate about x, y, z.
    pub gyro_rad_s: [f64; 3],
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct DataBytes {
    prefix: Prefix,
    count: u8,
    stream_id: U16,
    ranges: u8,
    flags: u8,
    first_sample: U32,
    interval_ns: U32,
    device_time_us: U64,
    reserved: [u8; 2],
}
const _: () = assert!(size_of::<DataBytes>() == 26);

impl Sample {
    /// A sample of these counts along and about x, y, z.
    #[must_use]
    pub fn new(accel: [i16; 3], gyro: [i16; 3]) -> Self {
        Self { accel: accel.map(I16::new), gyro: gyro.map(I16::new) }
    }

    /// The accelerometer's counts.
    #[inline]
    #[must_use]
    pub fn accel(&self) -> [i16; 3] {
        self.accel.map(I16::get)
    }

    /// The gyroscope's counts.
    #[inline]
    #[must_use]
    pub fn gyro(&self) -> [i16; 3] {
        self.gyro.map(I16::get)
    }

    /// Whether an axis of the accelerometer reads the end of its range.
    #[inline]
    #[must_use]
    pub fn accel_clipped(&self) -> bool {
        self.accel().iter().any(|&counts| is_clipped(counts))
    }

    /// Whether an axis of the gyroscope reads the end of its range.
    #[inline]
    #[must_use]
    pub fn gyro_clipped(&self) -> bool {
        self.gyro().iter().any(|&counts| is_clipped(counts))
    }

    /// The sample in SI units: counts times the range's worth of one count.
    #[inline]
    #[must_use]
    pub fn to_si(&self, accel_range: AccelRange, gyro_range: GyroRange) -> SiSample {
        let (accel_scale, gyro_scale) = (accel_range.m_s2_per_count(), gyro_range.rad_s_per_count());
        SiSample {
            accel_m_s2: self.accel().map(|counts| f64::from(counts) * accel_scale),
            gyro_rad_s: self.gyro().map(|counts| f64::from(counts) * gyro_scale),
        }
    }
}

/// Chips saturate at −32768 or, keeping symmetry, at −32767; both are the end.
#[inline]
fn is_clipped(counts: i16) -> bool {
    counts.unsigned_abs() >= i16::MAX.unsigned_abs()
}

impl<'a> DataPacket<'a> {
    /// Reads a packet; the samples stay where they are.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let frame = Frame::open(bytes)?;
        frame.require_kind(Kind::Data)?;
        let (data, payload) = frame.header_and_payload::<DataBytes>()?;
        let count = usize::from(data.count);
        frame.require_payload_len(payload, count * SAMPLE_LEN)?;
        if count == 0 || count > MAX_SAMPLES {
            return Err(ParseError::Field { name: "count" });
        }
        frame.require_reserved(&data.reserved)?;
        let (accel_range, gyro_range) = ranges_from_byte(data.ranges)?;
        let header = DataHeader {
            stream_id: data.stream_id.get(),
            first_sample: data.first_sample.get(),
            device_time_us: data.device_time_us.get(),
            interval_ns: data.interval_ns.get(),
            accel_range,
            gyro_range,
            flags: frame.set(data.flags.into(), "flags")?,
        };
        if let Some(name) = header.forbidden_field(count) {
            return Err(ParseError::Field { name });
        }
        let samples = <[Sample]>::ref_from_bytes(payload).map_err(|_| ParseError::Field { name: "count" })?;
        Ok(Self { header, samples })
    }

    /// Writes the packet; returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let count = self.samples.len();
        if count == 0 || count > MAX_SAMPLES {
            return Err(EncodeError::SampleCount { count });
        }
        if let Some(name) = self.header.forbidden_field(count) {
            return Err(EncodeError::Field { name });
        }
        let header = DataBytes {
            prefix: Prefix::of::<DataBytes>(Kind::Data),
            count: count as u8,
            stream_id: self.header.stream_id.into(),
            ranges: ranges_to_byte(self.header.accel_range, self.header.gyro_range),
            flags: self.header.flags.bits() as u8,
            first_sample: self.header.first_sample.into(),
            interval_ns: self.header.interval_ns.into(),
            device_time_us: self.header.device_time_us.into(),
            reserved: [0; 2],
        };
        frame::write(&header, self.samples.as_bytes(), out)
    }

    /// The samples in SI units.
    #[must_use]
    pub fn samples_si(&self) -> impl ExactSizeIterator<Item = SiSample> + 'a {
        let DataHeader { accel_range, gyro_range, .. } = self.header;
        self.samples.iter().map(move |sample| sample.to_si(accel_range, gyro_range))
    }
}

impl DataHeader {
    /// Samples from `first_sample` that fit one packet: [`MAX_SAMPLES`], or fewer where the block ends.
    #[must_use]
    pub const fn room(first_sample: u32) -> usize {
        let left_in_block = (BLOCK_SAMPLES - first_sample % BLOCK_SAMPLES) as usize;
        if left_in_block < MAX_SAMPLES { left_in_block } else { MAX_SAMPLES }
    }

    /// The field that contradicts the rules of timing, if one does.
    fn forbidden_field(&self, count: usize) -> Option<&'static str> {
        if self.interval_ns == 0 {
            Some("interval_ns")
        } else if count > Self::room(self.first_sample) {
            Some("first_sample")
        } else {
            None
        }
    }
}
