use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::frame::{self, Frame, Kind, Prefix};
use crate::{Code, EncodeError, ParseError};

/// Something that happened at the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The sensor found a repetition.
    Rep(RepSummary),
    /// Someone pressed the button.
    Button(ButtonEvent),
}

/// A repetition as the sensor measured it: what is left of a set when the link was lost, and a second opinion when not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepSummary {
    /// The stream in which it happened.
    pub stream_id: u16,
    /// Counts from 1 in each stream, so that a lost summary shows.
    pub rep_number: u16,
    /// First sample of the concentric phase.
    pub start_sample: u32,
    /// One past the last sample of the concentric phase; greater than the first.
    pub end_sample: u32,
    /// Mean vertical velocity of the concentric phase, in mm/s.
    pub mean_velocity_mm_s: u16,
    /// Highest vertical velocity of the concentric phase, in mm/s.
    pub peak_velocity_mm_s: u16,
    /// Vertical way of the concentric phase, in mm.
    pub range_of_motion_mm: u16,
    /// Duration of the eccentric phase before it, in ms, less than 65535; `None` if there was none or it was not seen.
    pub eccentric_duration_ms: Option<u16>,
}

/// A press of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ButtonEvent {
    /// How it was pressed.
    pub press: ButtonPress,
    /// The sensor's clock when it was, in µs since it booted.
    pub device_time_us: u64,
}

codes! {
    /// How the button was pressed.
    ButtonPress {
        /// Once, for less than a second.
        Short = 0,
        /// Twice within half a second.
        Double = 1,
        /// Held for a second or more.
        Long = 2,
    }
}

/// Stands for an unknown duration, because zero would be a duration.
const UNKNOWN_MS: u16 = u16::MAX;

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct RepBytes {
    prefix: Prefix,
    reserved: u8,
    stream_id: U16,
    rep_number: U16,
    start_sample: U32,
    end_sample: U32,
    mean_velocity_mm_s: U16,
    peak_velocity_mm_s: U16,
    range_of_motion_mm: U16,
    eccentric_duration_ms: U16,
}
const _: () = assert!(size_of::<RepBytes>() == 24);

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct ButtonBytes {
    prefix: Prefix,
    press: u8,
    device_time_us: U64,
}
const _: () = assert!(size_of::<ButtonBytes>() == 12);

impl Event {
    /// Reads an event, as the host does.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let frame = Frame::open(bytes)?;
        match frame.kind()? {
            Kind::Rep => {
                let rep = frame.header::<RepBytes>()?;
                frame.require_reserved(&[rep.reserved])?;
                let eccentric_ms = rep.eccentric_duration_ms.get();
                let rep = RepSummary {
                    stream_id: rep.stream_id.get(),
                    rep_number: rep.rep_number.get(),
                    start_sample: rep.start_sample.get(),
                    end_sample: rep.end_sample.get(),
                    mean_velocity_mm_s: rep.mean_velocity_mm_s.get(),
                    peak_velocity_mm_s: rep.peak_velocity_mm_s.get(),
                    range_of_motion_mm: rep.range_of_motion_mm.get(),
                    eccentric_duration_ms: (eccentric_ms != UNKNOWN_MS).then_some(eccentric_ms),
                };
                match rep.forbidden_field() {
                    Some(name) => Err(ParseError::Field { name }),
                    None => Ok(Self::Rep(rep)),
                }
            }
            Kind::Button => {
                let button = frame.header::<ButtonBytes>()?;
                let press = frame::code(button.press, "press")?;
                Ok(Self::Button(ButtonEvent { press, device_time_us: button.device_time_us.get() }))
            }
            _ => Err(frame.unexpected_kind()),
        }
    }

    /// Writes the event, as the sensor does; returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self {
            Self::Rep(rep) => {
                if let Some(name) = rep.forbidden_field() {
                    return Err(EncodeError::Field { name });
                }
                let bytes = RepBytes {
                    prefix: Prefix::of::<RepBytes>(Kind::Rep),
                    reserved: 0,
                    stream_id: rep.stream_id.into(),
                    rep_number: rep.rep_number.into(),
                    start_sample: rep.start_sample.into(),
                    end_sample: rep.end_sample.into(),
                    mean_velocity_mm_s: rep.mean_velocity_mm_s.into(),
                    peak_velocity_mm_s: rep.peak_velocity_mm_s.into(),
                    range_of_motion_mm: rep.range_of_motion_mm.into(),
                    eccentric_duration_ms: rep.eccentric_duration_ms.unwrap_or(UNKNOWN_MS).into(),
                };
                frame::write(&bytes, &[], out)
            }
            Self::Button(button) => {
                let bytes = ButtonBytes {
                    prefix: Prefix::of::<ButtonBytes>(Kind::Button),
                    press: button.press.code(),
                    device_time_us: button.device_time_us.into(),
                };
                frame::write(&bytes, &[], out)
            }
        }
    }
}

impl RepSummary {
    fn forbidden_field(&self) -> Option<&'static str> {
        if self.end_sample <= self.start_sample {
            Some("end_sample")
        } else if self.eccentric_duration_ms == Some(UNKNOWN_MS) {
            Some("eccentric_duration_ms")
        } else {
            None
        }
    }
}
