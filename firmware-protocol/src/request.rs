use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::frame::{self, Frame, Kind, Prefix};
use crate::scale::{ranges_from_byte, ranges_to_byte};
use crate::{AccelRange, Code, EncodeError, GyroRange, ParseError, SampleRate, Set};

/// What the host asks of the sensor; the sensor answers each with one [`Ack`](crate::Ack) of the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the host, another for each request. A request repeated with its id is answered again, not done again.
    pub id: u8,
    /// What to do.
    pub command: Command,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin a new stream. Refused while one runs.
    Start(StreamConfig),
    /// End the stream. Its samples can still be resent until the next start.
    Stop,
    /// Keep these settings, also through a loss of power.
    Configure(Settings),
    /// Send these samples once more, after any that are live.
    Resend(SampleRange),
    /// Read the sensor's clock.
    TimeSync {
        /// The host's clock when it wrote the request, in µs from any origin; comes back unchanged.
        host_time_us: u64,
    },
    /// Blink, so that a person sees which sensor this is.
    Identify {
        /// For how long, in s; 0 ends it.
        duration_s: u8,
    },
}

/// How to measure; constant through a stream, so that nothing changes under a filter's feet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamConfig {
    /// Nominal sample rate.
    pub rate: SampleRate,
    /// Scale of the accelerometer.
    pub accel_range: AccelRange,
    /// Scale of the gyroscope.
    pub gyro_range: GyroRange,
    /// Samples to collect before a packet is sent, up to [`MAX_SAMPLES`](crate::MAX_SAMPLES): fewer are sooner, more
    /// spare the radio. 0 leaves it to the sensor.
    pub samples_per_packet: u8,
}

/// What the sensor remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Sleep after so long without movement, in s.
    pub idle_timeout_s: u16,
    /// Wake when acceleration changes by more than this, in thousandths of standard gravity.
    pub wake_threshold_mg: u16,
    /// Which events to send.
    pub events: Set<EventKind>,
}

codes! {
    /// What can be sent on the events characteristic.
    EventKind {
        /// [`Event::Rep`](crate::Event::Rep).
        Reps = 0,
        /// [`Event::Button`](crate::Event::Button).
        Button = 1,
    }
}

/// Consecutive samples of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleRange {
    /// The stream.
    pub stream_id: u16,
    /// Number of the first sample.
    pub first_sample: u32,
    /// How many samples; never 0.
    pub count: u16,
}

macro_rules! wire {
    ($($name:ident { $($field:ident: $type:ty),* } = $len:literal;)+) => {$(
        #[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
        #[repr(C)]
        struct $name { prefix: Prefix, request_id: u8, $($field: $type),* }
        const _: () = assert!(size_of::<$name>() == $len);
    )+};
}

wire! {
    StartBytes { rate: u8, ranges: u8, samples_per_packet: u8, reserved: u8 } = 8;
    StopBytes {} = 4;
    ConfigureBytes { idle_timeout_s: U16, wake_threshold_mg: U16, events: u8, reserved: u8 } = 10;
    ResendBytes { stream_id: U16, count: U16, first_sample: U32 } = 12;
    TimeSyncBytes { host_time_us: U64 } = 12;
    IdentifyBytes { duration_s: u8 } = 5;
}

impl Request {
    /// Reads a request, as the sensor does.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let frame = Frame::open(bytes)?;
        let (id, command) = match frame.kind()? {
            Kind::Start => {
                let start = frame.header::<StartBytes>()?;
                frame.require_reserved(&[start.reserved])?;
                let (accel_range, gyro_range) = ranges_from_byte(start.ranges)?;
                let config = StreamConfig {
                    rate: frame::code(start.rate, "rate")?,
                    accel_range,
                    gyro_range,
                    samples_per_packet: start.samples_per_packet,
                };
                (start.request_id, Command::Start(config))
            }
            Kind::Stop => (frame.header::<StopBytes>()?.request_id, Command::Stop),
            Kind::Configure => {
                let configure = frame.header::<ConfigureBytes>()?;
                frame.require_reserved(&[configure.reserved])?;
                let settings = Settings {
                    idle_timeout_s: configure.idle_timeout_s.get(),
                    wake_threshold_mg: configure.wake_threshold_mg.get(),
                    events: frame.set(configure.events.into(), "events")?,
                };
                (configure.request_id, Command::Configure(settings))
            }
            Kind::Resend => {
                let resend = frame.header::<ResendBytes>()?;
                let range = SampleRange {
                    stream_id: resend.stream_id.get(),
                    first_sample: resend.first_sample.get(),
                    count: resend.count.get(),
                };
                (resend.request_id, Command::Resend(range))
            }
            Kind::TimeSync => {
                let sync = frame.header::<TimeSyncBytes>()?;
                (sync.request_id, Command::TimeSync { host_time_us: sync.host_time_us.get() })
            }
            Kind::Identify => {
                let identify = frame.header::<IdentifyBytes>()?;
                (identify.request_id, Command::Identify { duration_s: identify.duration_s })
            }
            _ => return Err(frame.unexpected_kind()),
        };
        match command.forbidden_field() {
            Some(name) => Err(ParseError::Field { name }),
            None => Ok(Self { id, command }),
        }
    }

    /// Writes the request, as the host does; returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        if let Some(name) = self.command.forbidden_field() {
            return Err(EncodeError::Field { name });
        }
        let request_id = self.id;
        match self.command {
            Command::Start(config) => {
                let start = StartBytes {
                    prefix: Prefix::of::<StartBytes>(Kind::Start),
                    request_id,
                    rate: config.rate.code(),
                    ranges: ranges_to_byte(config.accel_range, config.gyro_range),
                    samples_per_packet: config.samples_per_packet,
                    reserved: 0,
                };
                frame::write(&start, &[], out)
            }
            Command::Stop => {
                let stop = StopBytes { prefix: Prefix::of::<StopBytes>(Kind::Stop), request_id };
                frame::write(&stop, &[], out)
            }
            Command::Configure(settings) => {
                let configure = ConfigureBytes {
                    prefix: Prefix::of::<ConfigureBytes>(Kind::Configure),
                    request_id,
                    idle_timeout_s: settings.idle_timeout_s.into(),
                    wake_threshold_mg: settings.wake_threshold_mg.into(),
                    events: settings.events.bits() as u8,
                    reserved: 0,
                };
                frame::write(&configure, &[], out)
            }
            Command::Resend(range) => {
                let resend = ResendBytes {
                    prefix: Prefix::of::<ResendBytes>(Kind::Resend),
                    request_id,
                    stream_id: range.stream_id.into(),
                    count: range.count.into(),
                    first_sample: range.first_sample.into(),
                };
                frame::write(&resend, &[], out)
            }
            Command::TimeSync { host_time_us } => {
                let sync = TimeSyncBytes {
                    prefix: Prefix::of::<TimeSyncBytes>(Kind::TimeSync),
                    request_id,
                    host_time_us: host_time_us.into(),
                };
                frame::write(&sync, &[], out)
            }
            Command::Identify { duration_s } => {
                let identify = IdentifyBytes {
                    prefix: Prefix::of::<IdentifyBytes>(Kind::Identify),
                    request_id,
                    duration_s,
                };
                frame::write(&identify, &[], out)
            }
        }
    }
}

impl Command {
    fn forbidden_field(&self) -> Option<&'static str> {
        match self {
            Self::Start(config) if usize::from(config.samples_per_packet) > crate::MAX_SAMPLES => {
                Some("samples_per_packet")
            }
            Self::Resend(range) if range.count == 0 => Some("count"),
            _ => None,
        }
    }
}
