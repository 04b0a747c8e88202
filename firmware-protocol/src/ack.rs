use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::code::codes;
use crate::frame::{self, Frame, Kind, Prefix};
use crate::{Code, EncodeError, ParseError};

/// The sensor's answer to one [`Request`](crate::Request).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The id of the request that this answers.
    pub request_id: u8,
    /// Whether it was done, and else why not.
    pub status: Status,
    /// What the kind of request asked to know. Of a refused one it is zero, but for the range that a resend tells.
    pub reply: Reply,
}

codes! {
    /// How a request ended.
    Status {
        /// Done.
        Done = 0,
        /// Refused, for a reason that has no number here; also how a reader takes a newer version's reason.
        Refused = 1,
        /// A stream, or an earlier resend, is still running: stop it or wait.
        Busy = 2,
        /// The sensor lacks this rate, range or ability; [`Info`](crate::Info) says what it has.
        Unsupported = 3,
        /// Notifications of the data characteristic are off: enable them, then start.
        NotSubscribed = 4,
        /// No stream is running.
        NotStreaming = 5,
        /// Not the stream that the buffer holds: none of its samples will ever come.
        UnknownStream = 6,
        /// None of the samples is in the buffer any longer, or yet.
        NotBuffered = 7,
        /// Too little charge to stream.
        BatteryLow = 8,
        /// The sensor's own test failed: it needs repair.
        HardwareFault = 9,
    }
}

/// What an answer tells, by the request's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To [`Command::Start`](crate::Command::Start).
    Start {
        /// The new stream; packets of any other are stale.
        stream_id: u16,
    },
    /// To [`Command::Stop`](crate::Command::Stop).
    Stop {
        /// The stream that ended.
        stream_id: u16,
        /// How many samples it had, so that a lost end shows.
        sample_count: u32,
    },
    /// To [`Command::Configure`](crate::Command::Configure), after the settings are stored.
    Configure,
    /// To [`Command::Resend`](crate::Command::Resend). What was asked for and lies outside the range is lost for good.
    Resend {
        /// The stream that the buffer holds.
        stream_id: u16,
        /// The oldest sample in the buffer.
        oldest_sample: u32,
        /// One past the newest sample in the buffer; equal to the oldest when it is empty.
        end_sample: u32,
    },
    /// To [`Command::TimeSync`](crate::Command::TimeSync).
    TimeSync {
        /// As the request brought it.
        host_time_us: u64,
        /// The sensor's clock when the request arrived, in µs since it booted.
        received_us: u64,
        /// The sensor's clock when this answer was handed to the radio, in µs since it booted.
        sent_us: u64,
    },
    /// To [`Command::Identify`](crate::Command::Identify).
    Identify,
}

/// What all answers begin with.
#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct AckBytes {
    prefix: Prefix,
    request_id: u8,
    status: u8,
    reserved: u8,
}

macro_rules! wire {
    ($($name:ident { $($field:ident: $type:ty),* } = $len:literal;)+) => {$(
        #[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
        #[repr(C)]
        struct $name { ack: AckBytes, $($field: $type),* }
        const _: () = assert!(size_of::<$name>() == $len);
    )+};
}

wire! {
    PlainAck {} = 6;
    StartAck { stream_id: U16 } = 8;
    StopAck { stream_id: U16, sample_count: U32 } = 12;
    ResendAck { stream_id: U16, oldest_sample: U32, end_sample: U32 } = 16;
    TimeSyncAck { host_time_us: U64, received_us: U64, sent_us: U64 } = 30;
}

impl Ack {
    /// Reads an answer, as the host does.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let frame = Frame::open(bytes)?;
        let (ack, reply) = match frame.kind()? {
            Kind::StartAck => {
                let start = frame.header::<StartAck>()?;
                (&start.ack, Reply::Start { stream_id: start.stream_id.get() })
            }
            Kind::StopAck => {
                let stop = frame.header::<StopAck>()?;
                let reply =
                    Reply::Stop { stream_id: stop.stream_id.get(), sample_count: stop.sample_count.get() };
                (&stop.ack, reply)
            }
            Kind::ConfigureAck => (&frame.header::<PlainAck>()?.ack, Reply::Configure),
            Kind::ResendAck => {
                let resend = frame.header::<ResendAck>()?;
                let reply = Reply::Resend {
                    stream_id: resend.stream_id.get(),
                    oldest_sample: resend.oldest_sample.get(),
                    end_sample: resend.end_sample.get(),
                };
                (&resend.ack, reply)
            }
            Kind::TimeSyncAck => {
                let sync = frame.header::<TimeSyncAck>()?;
                let reply = Reply::TimeSync {
                    host_time_us: sync.host_time_us.get(),
                    received_us: sync.received_us.get(),
                    sent_us: sync.sent_us.get(),
                };
                (&sync.ack, reply)
            }
            Kind::IdentifyAck => (&frame.header::<PlainAck>()?.ack, Reply::Identify),
            _ => return Err(frame.unexpected_kind()),
        };
        frame.require_reserved(&[ack.reserved])?;
        let status = frame.code_or(ack.status, Status::Refused, "status")?;
        Ok(Self { request_id: ack.request_id, status, reply })
    }

    /// Writes the answer, as the sensor does; returns its length in bytes.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self.reply {
            Reply::Start { stream_id } => {
                let ack = self.begin::<StartAck>(Kind::StartAck);
                frame::write(&StartAck { ack, stream_id: stream_id.into() }, &[], out)
            }
            Reply::Stop { stream_id, sample_count } => {
                let ack = self.begin::<StopAck>(Kind::StopAck);
                let stop = StopAck { ack, stream_id: stream_id.into(), sample_count: sample_count.into() };
                frame::write(&stop, &[], out)
            }
            Reply::Configure => {
                let ack = self.begin::<PlainAck>(Kind::ConfigureAck);
                frame::write(&PlainAck { ack }, &[], out)
            }
            Reply::Resend { stream_id, oldest_sample, end_sample } => {
                let resend = ResendAck {
                    ack: self.begin::<ResendAck>(Kind::ResendAck),
                    stream_id: stream_id.into(),
                    oldest_sample: oldest_sample.into(),
                    end_sample: end_sample.into(),
                };
                frame::write(&resend, &[], out)
            }
            Reply::TimeSync { host_time_us, received_us, sent_us } => {
                let sync = TimeSyncAck {
                    ack: self.begin::<TimeSyncAck>(Kind::TimeSyncAck),
                    host_time_us: host_time_us.into(),
                    received_us: received_us.into(),
                    sent_us: sent_us.into(),
                };
                frame::write(&sync, &[], out)
            }
            Reply::Identify => {
                let ack = self.begin::<PlainAck>(Kind::IdentifyAck);
                frame::write(&PlainAck { ack }, &[], out)
            }
        }
    }

    fn begin<H>(&self, kind: Kind) -> AckBytes {
        AckBytes {
            prefix: Prefix::of::<H>(kind),
            request_id: self.request_id,
            status: self.status.code(),
            reserved: 0,
        }
    }
}
