//! The C header reads and writes the same bytes as this crate.

use std::path::{Path, PathBuf};
use std::process::Command as Process;

use firmware_protocol::{Code, Command, DataHeader, Event, Reply, Sample};

use crate::message::Message;
use crate::versioning::{golden, hex, v1_0};

/// Compiles `tests/c/golden.c` against the header, as strictly as the language allows.
fn compile() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    let output = Process::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-I"])
        .arg(root.join("include"))
        .arg(root.join("tests/c/golden.c"))
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap_or_else(|error| {
            panic!("`cc` did not run ({error}): install a C compiler, as in `apt install gcc`")
        });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// A line for each field, named as in SPEC.md.
macro_rules! fields {
    ($($name:ident = $value:expr),* $(,)?) => { vec![$(format!("{}={}", stringify!($name), $value)),*] };
}

/// The message as `golden.c` prints it.
fn lines(message: &Message) -> Vec<String> {
    match message {
        Message::Info(info) => fields! {
            firmware_major = info.firmware.major,
            firmware_minor = info.firmware.minor,
            firmware_patch = info.firmware.patch,
            hardware_revision = info.hardware_revision,
            serial = info.serial,
            capabilities = info.capabilities.bits(),
            buffer_samples = info.buffer_samples,
            rates = info.rates.bits(),
            accel_ranges = info.accel_ranges.bits(),
            gyro_ranges = info.gyro_ranges.bits(),
        },
        Message::Data(header, samples) => data_lines(header, samples),
        Message::Request(request) => {
            [fields! { request_id = request.id }, command_lines(&request.command)].concat()
        }
        Message::Ack(ack) => {
            let status = fields! { request_id = ack.request_id, status = ack.status.code() };
            [status, reply_lines(&ack.reply)].concat()
        }
        Message::Event(Event::Rep(rep)) => fields! {
            stream_id = rep.stream_id,
            rep_number = rep.rep_number,
            start_sample = rep.start_sample,
            end_sample = rep.end_sample,
            mean_velocity_mm_s = rep.mean_velocity_mm_s,
            peak_velocity_mm_s = rep.peak_velocity_mm_s,
            range_of_motion_mm = rep.range_of_motion_mm,
            eccentric_duration_ms = rep.eccentric_duration_ms.unwrap_or(0xFFFF),
        },
        Message::Event(Event::Button(button)) => {
            fields! { press = button.press.code(), device_time_us = button.device_time_us }
        }
    }
}

fn data_lines(header: &DataHeader, samples: &[Sample]) -> Vec<String> {
    let mut lines = fields! {
        stream_id = header.stream_id,
        first_sample = header.first_sample,
        device_time_us = header.device_time_us,
        interval_ns = header.interval_ns,
        accel_range = header.accel_range.code(),
        gyro_range = header.gyro_range.code(),
        flags = header.flags.bits(),
    };
    for sample in samples {
        let ([ax, ay, az], [gx, gy, gz]) = (sample.accel(), sample.gyro());
        lines.push(format!("sample={ax} {ay} {az} {gx} {gy} {gz}"));
    }
    lines
}

fn command_lines(command: &Command) -> Vec<String> {
    match command {
        Command::Start(config) => fields! {
            rate = config.rate.code(),
            accel_range = config.accel_range.code(),
            gyro_range = config.gyro_range.code(),
            samples_per_packet = config.samples_per_packet,
        },
        Command::Stop => fields! {},
        Command::Configure(settings) => fields! {
            idle_timeout_s = settings.idle_timeout_s,
            wake_threshold_mg = settings.wake_threshold_mg,
            events = settings.events.bits(),
        },
        Command::Resend(range) => fields! {
            stream_id = range.stream_id,
            first_sample = range.first_sample,
            count = range.count,
        },
        Command::TimeSync { host_time_us } => fields! { host_time_us = host_time_us },
        Command::Identify { duration_s } => fields! { duration_s = duration_s },
    }
}

fn reply_lines(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Start { stream_id } => fields! { stream_id = stream_id },
        Reply::Stop { stream_id, sample_count } => {
            fields! { stream_id = stream_id, sample_count = sample_count }
        }
        Reply::Resend { stream_id, oldest_sample, end_sample } => {
            fields! { stream_id = stream_id, oldest_sample = oldest_sample, end_sample = end_sample }
        }
        Reply::TimeSync { host_time_us, received_us, sent_us } => {
            fields! { host_time_us = host_time_us, received_us = received_us, sent_us = sent_us }
        }
        Reply::Configure | Reply::Identify => fields! {},
    }
}

#[test]
fn c_reads_and_writes_the_golden_messages() {
    let program = compile();
    for (name, message) in v1_0::messages() {
        let bytes = golden("v1.0", name);
        let hex = hex(&bytes);
        let mut expected = lines(&message);
        expected.push(format!("bytes={hex}"));
        // every single bit and every shorter length
        expected.push(format!("refused={}", 9 * bytes.len()));

        let output = Process::new(&program).arg(&hex).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "{name}");
    }
}
