use firmware_protocol::{
    AccelRange, Ack, ButtonEvent, ButtonPress, Capability, Code, Command, DataHeader, Event, EventKind,
    FirmwareVersion, Flag, GyroRange, Info, RepSummary, Reply, Request, Sample, SampleRange, SampleRate, Set,
    Settings, Status, StreamConfig,
};

use super::assert_golden;
use crate::message::Message;

#[test]
fn bytes_are_those_of_version_1_0() {
    assert_golden("v1.0", &messages());
}

pub(crate) fn data_header() -> DataHeader {
    DataHeader {
        stream_id: 0xBEEF,
        first_sample: 4080,
        device_time_us: 81_234_567,
        interval_ns: 4_998_750,
        accel_range: AccelRange::G16,
        gyro_range: GyroRange::Dps2000,
        flags: Set::of(&[Flag::AccelClipped, Flag::Moving]),
    }
}

/// Each kind of message once, by the name of its golden file.
pub(crate) fn messages() -> Vec<(&'static str, Message)> {
    let samples =
        vec![Sample::new([1, -2, 2048], [300, -400, 0]), Sample::new([32767, -32768, 2051], [-1, 0, 500])];
    let full = DataHeader {
        stream_id: 1,
        first_sample: 0,
        device_time_us: u64::from(u32::MAX) + 1,
        interval_ns: 5_000_000,
        accel_range: AccelRange::G2,
        gyro_range: GyroRange::Dps250,
        flags: Set::EMPTY,
    };
    let full_samples = (0..18).map(|n| Sample::new([n, n + 1, n + 2], [-n, -n - 1, -n - 2])).collect();
    let info = Info {
        firmware: FirmwareVersion { major: 1, minor: 4, patch: 2 },
        hardware_revision: 3,
        serial: 0x0123_4567_89AB_CDEF,
        capabilities: Set::of(Capability::ALL),
        buffer_samples: 4000,
        rates: Set::of(&[SampleRate::Hz100, SampleRate::Hz200, SampleRate::Hz400]),
        accel_ranges: Set::of(AccelRange::ALL),
        gyro_ranges: Set::of(&[GyroRange::Dps1000, GyroRange::Dps2000]),
    };
    let rep = RepSummary {
        stream_id: 0xBEEF,
        rep_number: 3,
        start_sample: 4100,
        end_sample: 4290,
        mean_velocity_mm_s: 512,
        peak_velocity_mm_s: 893,
        range_of_motion_mm: 487,
        eccentric_duration_ms: Some(1240),
    };
    let button = ButtonEvent { press: ButtonPress::Double, device_time_us: 81_234_567 };
    vec![
        ("info", Message::Info(info)),
        ("data", Message::Data(data_header(), samples)),
        ("data_full", Message::Data(full, full_samples)),
        ("start", request(7, Command::Start(stream_config()))),
        ("stop", request(8, Command::Stop)),
        ("configure", request(9, Command::Configure(settings()))),
        ("resend", request(10, Command::Resend(sample_range()))),
        ("time_sync", request(11, Command::TimeSync { host_time_us: 1_234_567_890_123 })),
        ("identify", request(255, Command::Identify { duration_s: 5 })),
        ("start_ack", ack(7, Status::Done, Reply::Start { stream_id: 0xBEEF })),
        ("stop_ack", ack(8, Status::Done, Reply::Stop { stream_id: 0xBEEF, sample_count: 123_456 })),
        ("configure_ack", ack(9, Status::Refused, Reply::Configure)),
        ("resend_ack", ack(10, Status::NotBuffered, resend_reply())),
        ("time_sync_ack", ack(11, Status::Done, time_sync_reply())),
        ("identify_ack", ack(255, Status::Unsupported, Reply::Identify)),
        ("rep", Message::Event(Event::Rep(rep))),
        (
            "rep_without_eccentric",
            Message::Event(Event::Rep(RepSummary { eccentric_duration_ms: None, ..rep })),
        ),
        ("button", Message::Event(Event::Button(button))),
    ]
}

fn request(id: u8, command: Command) -> Message {
    Message::Request(Request { id, command })
}

fn ack(request_id: u8, status: Status, reply: Reply) -> Message {
    Message::Ack(Ack { request_id, status, reply })
}

fn stream_config() -> StreamConfig {
    StreamConfig {
        rate: SampleRate::Hz200,
        accel_range: AccelRange::G16,
        gyro_range: GyroRange::Dps2000,
        samples_per_packet: 16,
    }
}

fn settings() -> Settings {
    Settings {
        idle_timeout_s: 600,
        wake_threshold_mg: 80,
        events: Set::of(&[EventKind::Reps, EventKind::Button]),
    }
}

fn sample_range() -> SampleRange {
    SampleRange { stream_id: 0xBEEF, first_sample: 4096, count: 48 }
}

fn resend_reply() -> Reply {
    Reply::Resend { stream_id: 0xBEEF, oldest_sample: 5000, end_sample: 9000 }
}

fn time_sync_reply() -> Reply {
    Reply::TimeSync { host_time_us: 1_234_567_890_123, received_us: 81_300_000, sent_us: 81_300_412 }
}
