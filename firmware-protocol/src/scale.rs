//! How fast and how widely the sensor measures, and what one count of it is worth.

use crate::code::codes;
use crate::{Code, ParseError, frame};

/// Standard gravity, exact by definition, in m/s².
pub const STANDARD_GRAVITY_M_S2: f64 = 9.806_65;

/// Counts at full scale. A power of two, so that dividing by it rounds nothing.
const FULL_SCALE_COUNTS: f64 = 32768.0;

codes! {
    /// The accelerometer's full-scale range.
    AccelRange {
        /// ±2 g.
        G2 = 0,
        /// ±4 g.
        G4 = 1,
        /// ±8 g.
        G8 = 2,
        /// ±16 g.
        G16 = 3,
    }
}

impl AccelRange {
    /// Full scale in units of standard gravity.
    #[must_use]
    pub const fn full_scale_g(self) -> f64 {
        (2_u8 << self as u8) as f64
    }

    /// What one count is worth, in m/s²: full scale · 9.80665 / 32768.
    #[must_use]
    pub const fn m_s2_per_count(self) -> f64 {
        self.full_scale_g() * STANDARD_GRAVITY_M_S2 / FULL_SCALE_COUNTS
    }
}

codes! {
    /// The gyroscope's full-scale range.
    GyroRange {
        /// ±250 °/s.
        Dps250 = 0,
        /// ±500 °/s.
        Dps500 = 1,
        /// ±1000 °/s.
        Dps1000 = 2,
        /// ±2000 °/s.
        Dps2000 = 3,
    }
}

impl GyroRange {
    /// Full scale in degrees per second.
    #[must_use]
    pub const fn full_scale_deg_s(self) -> f64 {
        (250_u16 << self as u8) as f64
    }

    /// What one count is worth, in rad/s: full scale · (π / 180) / 32768.
    #[must_use]
    pub const fn rad_s_per_count(self) -> f64 {
        self.full_scale_deg_s() * (core::f64::consts::PI / 180.0) / FULL_SCALE_COUNTS
    }
}

codes! {
    /// The nominal sample rate; the measured one is in each packet.
    SampleRate {
        /// 50 samples a second.
        Hz50 = 0,
        /// 100 samples a second.
        Hz100 = 1,
        /// 200 samples a second, the rate for up to eight sensors on one host.
        Hz200 = 2,
        /// 400 samples a second, for up to four sensors on one host.
        Hz400 = 3,
        /// 800 samples a second, for one sensor in a laboratory.
        Hz800 = 4,
    }
}

impl SampleRate {
    /// Samples per second.
    #[must_use]
    pub const fn hz(self) -> u16 {
        50 << self as u8
    }

    /// The nominal time between two samples, in ns.
    #[must_use]
    pub const fn interval_ns(self) -> u32 {
        1_000_000_000 / self.hz() as u32
    }
}

/// Both ranges in one byte: the accelerometer's code in the low nibble, the gyroscope's in the high one.
pub(crate) fn ranges_to_byte(accel: AccelRange, gyro: GyroRange) -> u8 {
    gyro.code() << 4 | accel.code()
}

pub(crate) fn ranges_from_byte(byte: u8) -> Result<(AccelRange, GyroRange), ParseError> {
    Ok((frame::code(byte & 0x0F, "ranges")?, frame::code(byte >> 4, "ranges")?))
}
