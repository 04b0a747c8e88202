//! Any message, so that each promise can be tested for all of them alike, and how to make arbitrary ones.

use std::fmt::Debug;

use firmware_protocol::{
    AccelRange, Ack, ButtonEvent, ButtonPress, Code, Command, DataHeader, DataPacket, EncodeError, Event,
    FirmwareVersion, GyroRange, Info, MAX_VALUE_LEN, RepSummary, Reply, Request, Sample, SampleRange,
    SampleRate, Set, Settings, Status, StreamConfig,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    Info(Info),
    Data(DataHeader, Vec<Sample>),
    Request(Request),
    Ack(Ack),
    Event(Event),
}

impl Message {
    pub(crate) fn encode_into(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self {
            Self::Info(info) => info.encode(out),
            Self::Data(header, samples) => DataPacket { header: *header, samples }.encode(out),
            Self::Request(request) => request.encode(out),
            Self::Ack(ack) => ack.encode(out),
            Self::Event(event) => event.encode(out),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0xEE; MAX_VALUE_LEN];
        let len = self.encode_into(&mut bytes).unwrap();
        bytes.truncate(len);
        bytes
    }
}

/// What the bytes are to the readers of each characteristic: at most one should take them.
pub(crate) fn parse_everywhere(bytes: &[u8]) -> Vec<Message> {
    [
        Info::parse(bytes).ok().map(Message::Info),
        DataPacket::parse(bytes).ok().map(|packet| Message::Data(packet.header, packet.samples.to_vec())),
        Request::parse(bytes).ok().map(Message::Request),
        Ack::parse(bytes).ok().map(Message::Ack),
        Event::parse(bytes).ok().map(Message::Event),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(crate) fn any_message() -> impl Strategy<Value = Message> {
    prop_oneof![
        any_info().prop_map(Message::Info),
        any_data(),
        (any::<u8>(), any_command()).prop_map(|(id, command)| Message::Request(Request { id, command })),
        (any::<u8>(), any_code(), any_reply()).prop_map(|(request_id, status, reply)| Message::Ack(Ack {
            request_id,
            status,
            reply
        })),
        any_event().prop_map(Message::Event),
    ]
}

fn any_code<T: Code + Debug>() -> impl Strategy<Value = T> {
    proptest::sample::select(T::ALL)
}

fn any_set<T: Code + Debug>() -> impl Strategy<Value = Set<T>> {
    any::<u16>().prop_map(Set::from_bits)
}

fn any_info() -> impl Strategy<Value = Info> {
    let able = (any_set(), any_set::<SampleRate>(), any_set::<AccelRange>(), any_set::<GyroRange>());
    (any::<[u8; 4]>(), any::<u64>(), any::<u32>(), able).prop_map(
        |(revisions, serial, buffer_samples, able)| {
            let [major, minor, patch, hardware_revision] = revisions;
            let (capabilities, rates, accel_ranges, gyro_ranges) = able;
            let firmware = FirmwareVersion { major, minor, patch };
            Info {
                firmware,
                hardware_revision,
                serial,
                capabilities,
                buffer_samples,
                rates,
                accel_ranges,
                gyro_ranges,
            }
        },
    )
}

fn any_data() -> impl Strategy<Value = Message> {
    let sample = any::<([i16; 3], [i16; 3])>().prop_map(|(accel, gyro)| Sample::new(accel, gyro));
    let header = (
        any::<u16>(),
        any::<u32>(),
        any::<u64>(),
        1..=u32::MAX,
        any_code(),
        any_code(),
        any_set(),
        vec(sample, 1..=18),
    );
    header.prop_map(
        |(
            stream_id,
            first_sample,
            device_time_us,
            interval_ns,
            accel_range,
            gyro_range,
            flags,
            mut samples,
        )| {
            samples.truncate(DataHeader::room(first_sample));
            let header = DataHeader {
                stream_id,
                first_sample,
                device_time_us,
                interval_ns,
                accel_range,
                gyro_range,
                flags,
            };
            Message::Data(header, samples)
        },
    )
}

fn any_command() -> impl Strategy<Value = Command> {
    let config = (any_code(), any_code(), any_code(), 0..=18_u8).prop_map(
        |(rate, accel_range, gyro_range, samples_per_packet)| {
            Command::Start(StreamConfig { rate, accel_range, gyro_range, samples_per_packet })
        },
    );
    let settings =
        (any::<u16>(), any::<u16>(), any_set()).prop_map(|(idle_timeout_s, wake_threshold_mg, events)| {
            Command::Configure(Settings { idle_timeout_s, wake_threshold_mg, events })
        });
    let range = (any::<u16>(), any::<u32>(), 1..=u16::MAX).prop_map(|(stream_id, first_sample, count)| {
        Command::Resend(SampleRange { stream_id, first_sample, count })
    });
    prop_oneof![
        config,
        Just(Command::Stop),
        settings,
        range,
        any::<u64>().prop_map(|host_time_us| Command::TimeSync { host_time_us }),
        any::<u8>().prop_map(|duration_s| Command::Identify { duration_s }),
    ]
}

fn any_reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        any::<u16>().prop_map(|stream_id| Reply::Start { stream_id }),
        any::<(u16, u32)>().prop_map(|(stream_id, sample_count)| Reply::Stop { stream_id, sample_count }),
        Just(Reply::Configure),
        any::<(u16, u32, u32)>().prop_map(|(stream_id, oldest_sample, end_sample)| Reply::Resend {
            stream_id,
            oldest_sample,
            end_sample
        }),
        any::<[u64; 3]>().prop_map(|[host_time_us, received_us, sent_us]| Reply::TimeSync {
            host_time_us,
            received_us,
            sent_us
        }),
        Just(Reply::Identify),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let rep = (any::<[u16; 5]>(), 0..u32::MAX, 1..=u32::MAX, proptest::option::of(0..u16::MAX)).prop_map(
        |(numbers, start_sample, duration, eccentric_duration_ms)| {
            let [stream_id, rep_number, mean_velocity_mm_s, peak_velocity_mm_s, range_of_motion_mm] = numbers;
            let end_sample = start_sample.saturating_add(duration);
            Event::Rep(RepSummary {
                stream_id,
                rep_number,
                start_sample,
                end_sample,
                mean_velocity_mm_s,
                peak_velocity_mm_s,
                range_of_motion_mm,
                eccentric_duration_ms,
            })
        },
    );
    let button = (any_code::<ButtonPress>(), any::<u64>())
        .prop_map(|(press, device_time_us)| Event::Button(ButtonEvent { press, device_time_us }));
    prop_oneof![rep, button]
}

#[test]
fn codes_that_stand_in_sets_have_a_bit() {
    assert_eq!(Set::<SampleRate>::of(SampleRate::ALL).bits(), 0b1_1111);
    assert_eq!(Set::<firmware_protocol::Capability>::from_bits(u16::MAX).bits(), 0b111_1111);
    assert_eq!(Set::<firmware_protocol::Flag>::from_bits(u16::MAX).iter().count(), 4);
    assert_eq!(Status::from_code(200), None);
}
