//! Captures: what came over the air gives the same repetitions however it came.

use crate::movement::{RATE_HZ, tiring};
use crate::program::{Ran, file, folder, ironstride};
use firmware_protocol::{
    AccelRange, DataHeader, DataPacket, GyroRange, MAX_SAMPLES, MAX_VALUE_LEN, Sample, Set,
};
use ironstride::model::{
    Characteristic, Context, HostTime, Input, LinkChange, Notification, SensorAssignment, SensorId,
    SensorRole,
};
use ironstride::radio::capture::{CaptureHeader, CaptureWriter};
use ironstride::sensors::{
    battery, cycling_power, heart_rate, ironstride as own, repone, running_speed_cadence, treadmill,
};
use serde_json::Value;

/// When the first packet arrives, ns.
const FIRST_NS: i64 = 40_000_000_000;

fn notification(at_ns: i64, sensor: &str, source: Characteristic, value: Vec<u8>) -> Input {
    Input::Notification(Notification { at: HostTime(at_ns), sensor: sensor.into(), source, value })
}

/// The squats as packets of so many samples of the bar sensor, each arriving with its last sample.
fn packets(samples_each: usize) -> Vec<Input> {
    let accel_range = AccelRange::G16;
    let gyro_range = GyroRange::Dps2000;
    let counts_per_m_s2 = 32768.0 / (16.0 * 9.806_65);
    let samples: Vec<Sample> = tiring()
        .samples
        .iter()
        .map(|(_, acceleration)| {
            Sample::new([0, 0, ((9.806_65 + acceleration) * counts_per_m_s2).round() as i16], [0; 3])
        })
        .collect();
    let interval_ns = (1e9 / RATE_HZ) as u32;
    let packets = samples.chunks(samples_each).scan(0_u32, |next, chunk| {
        let first_sample = *next;
        *next += chunk.len() as u32;
        let header = DataHeader {
            stream_id: 7,
            first_sample,
            device_time_us: 5_000_000 + u64::from(first_sample) * u64::from(interval_ns) / 1000,
            interval_ns,
            accel_range,
            gyro_range,
            flags: Set::default(),
        };
        let mut value = [0; MAX_VALUE_LEN];
        let length = DataPacket { header, samples: chunk }.encode(&mut value).expect("it fits");
        let newest_ns = i64::from(*next - 1) * i64::from(interval_ns);
        Some(notification(FIRST_NS + newest_ns, "bar-1", own::DATA, value[..length].to_vec()))
    });
    packets.collect()
}

fn capture(inputs: &[Input]) -> Vec<u8> {
    let mut writer = CaptureWriter::new(Vec::new(), &CaptureHeader::new("test", None)).expect("in memory");
    for input in inputs {
        writer.input(input).expect("time never goes back");
    }
    writer.into_inner()
}

fn analyze(name: &str, content: impl AsRef<[u8]>, options: &[&str]) -> Ran {
    let path = file(&folder("captures"), name, content);
    ironstride(&[&["analyze", &path, "--format", "json"], options].concat())
}

/// The repetitions and sets, exit 0.
fn results(name: &str, content: impl AsRef<[u8]>) -> (Value, Value) {
    let ran = analyze(name, content, &["--exercise", "back_squat"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let object = ran.object();
    (object["reps"].clone(), object["sets"].clone())
}

fn accepted(reps: &Value) -> Vec<&Value> {
    reps.as_array().expect("reps").iter().filter(|rep| rep["accepted"] == true).collect()
}

/// The same inputs with each arrival put off a little, by the same amounts each time; order stays.
fn late(inputs: &[Input]) -> Vec<Input> {
    let mut chance: u64 = 1;
    let mut newest = 0;
    let delayed = inputs.iter().map(|input| {
        let mut input = input.clone();
        if let Input::Notification(notification) = &mut input {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            newest = newest.max(notification.at.0 + (chance >> 38).cast_signed());
            notification.at = HostTime(newest);
        }
        input
    });
    delayed.collect()
}

#[test]
fn seconds_count_from_the_first_notification() {
    let (reps, _) = results("plain.capture.jsonl", capture(&packets(10)));
    let (reps, truth) = (accepted(&reps), tiring().truth);
    assert_eq!(reps.len(), truth.len(), "{reps:#?}");
    for (rep, truth) in reps.iter().zip(truth) {
        let start_s = rep["start_s"].as_f64().expect("a time");
        assert!((start_s - truth.start_s).abs() < 0.15, "{start_s} {truth:?}");
    }
}

#[test]
fn neither_packets_nor_arrival_change_a_digit() {
    let plain = results("as_is.capture.jsonl", capture(&packets(10)));
    for samples_each in [1, 7, MAX_SAMPLES] {
        let packets = packets(samples_each);
        assert_eq!(
            results("recut.capture.jsonl", capture(&packets)),
            plain,
            "{samples_each} samples a packet"
        );
        assert_eq!(
            results("late.capture.jsonl", capture(&late(&packets))),
            plain,
            "late, {samples_each} samples"
        );
    }
}

#[test]
fn a_damaged_capture_loses_only_the_damage_and_names_it() {
    let whole = String::from_utf8(capture(&packets(10))).expect("text");
    let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
    lines.insert(5, "{\"t_ns\":40000000000,\"type\":\"telepathy\",\"sensor\":\"bar-1\"}".to_owned());
    lines[20] = lines[20].replace("\"value_hex\":\"", "\"value_hex\":\"xy");
    let last = lines.last_mut().expect("lines");
    last.truncate(last.len() / 2);
    let ran = analyze("damaged.capture.jsonl", lines.join("\n"), &["--exercise", "back_squat"]);
    let object = ran.object();
    let warnings: Vec<&str> =
        object["warnings"].as_array().expect("warnings").iter().filter_map(Value::as_str).collect();
    let bad_lines: Vec<&&str> = warnings.iter().filter(|warning| warning.starts_with("line ")).collect();
    assert_eq!((ran.code, bad_lines.len()), (0, 3), "{warnings:?}");
    assert!(bad_lines[0].starts_with("line 6: unknown type `telepathy`"), "{warnings:?}");
    assert!(bad_lines[1].starts_with("line 21: `value_hex` is corrupt at its character 1"), "{warnings:?}");
    assert!(
        bad_lines[2].starts_with(&format!("line {}: not a line of a capture", lines.len())),
        "{warnings:?}"
    );
    assert_eq!(accepted(&object["reps"]).len(), tiring().truth.len());
}

#[test]
fn each_of_several_bars_is_told_apart() {
    let mut inputs = Vec::new();
    for input in packets(10) {
        let Input::Notification(mut other) = input.clone() else { continue };
        other.sensor = "bar-2".into();
        inputs.extend([input, Input::Notification(other)]);
    }
    let ran = analyze("two_bars.capture.jsonl", capture(&inputs), &["--exercise", "back_squat"]);
    let object = ran.object();
    for bar in ["bar-1", "bar-2"] {
        let of_bar = accepted(&object["reps"]).iter().filter(|rep| rep["sensor"] == bar).count();
        assert_eq!(of_bar, tiring().truth.len(), "{bar}");
    }
    assert_eq!(object["sets"].as_array().map(Vec::len), Some(2));
}

#[test]
fn options_hold_where_the_capture_names_only_the_sensor() {
    let role = SensorRole::Bar { station: "rack".into(), mount: None, side: None };
    let context = Context::Sensor(SensorAssignment { sensor: "bar-1".into(), role });
    let mut inputs = vec![Input::Context { at: HostTime(FIRST_NS - 1), context }];
    inputs.extend(packets(10));
    let options = ["--exercise", "back_squat", "--load-kg", "100", "--body-mass-kg", "70"];
    let object = analyze("sensor_named.capture.jsonl", capture(&inputs), &options).object();
    let reps = accepted(&object["reps"]);
    assert_eq!(reps.len(), tiring().truth.len());
    for rep in reps {
        assert!(rep["mean_power_bar_w"].is_f64() && rep["mean_power_system_w"].is_f64(), "{rep}");
        assert_eq!(rep["body_mass_factor"], 0.88);
    }
}

/// A footpod's message each second; its byte counts strides.
fn footpod(seconds: i64, strides_min: u8) -> Vec<Input> {
    let sensor = SensorId::from("pod");
    let mut inputs = vec![
        Input::Link { at: HostTime(FIRST_NS), sensor: sensor.clone(), change: LinkChange::Up },
        notification(FIRST_NS, "pod", battery::LEVEL, vec![90]),
    ];
    let speed = 768_u16.to_le_bytes();
    inputs.extend((0..seconds).map(|second| {
        let value = vec![0b100, speed[0], speed[1], strides_min];
        notification(FIRST_NS + second * 1_000_000_000, "pod", running_speed_cadence::MEASUREMENT, value)
    }));
    inputs
}

#[test]
fn a_footpod_gives_cadence() {
    for options in [&["--kind", "foot"][..], &[]] {
        let ran = analyze("run.capture.jsonl", capture(&footpod(60, 84)), options);
        assert_eq!(ran.code, 0, "{ran:?}");
        let object = ran.object();
        assert_eq!(object["cadence_steps_min"], 168.0);
        let cadence = object["cadence"].as_array().expect("cadence");
        assert_eq!((cadence.len(), &cadence[10]["t_s"]), (60, &Value::from(10.0)));
        assert!(cadence.iter().rev().take(20).all(|point| point["steps_min"] == 168.0), "{cadence:?}");
        assert!(object["strides"].is_array() && object["contacts"].is_array());
        assert!(object["reps"].is_null(), "no bar, no repetitions");
    }
    let table = file(&folder("captures"), "run_table.capture.jsonl", capture(&footpod(60, 84)));
    assert!(ironstride(&["analyze", &table]).stdout.contains("Cadence: 168 steps/min"));
}

#[test]
fn two_footpods_are_told_apart_and_stops_are_not_averaged_in() {
    let mut inputs = Vec::new();
    let standing = footpod(30, 0).into_iter().skip(2);
    for (mut input, mut other) in footpod(60, 84).into_iter().skip(2).zip(footpod(60, 80).into_iter().skip(2))
    {
        if let (Input::Notification(left), Input::Notification(right)) = (&mut input, &mut other) {
            right.sensor = "pod-2".into();
            inputs.extend([Input::Notification(left.clone()), Input::Notification(right.clone())]);
        }
    }
    for mut input in standing {
        input.set_at(HostTime(input.at().0 + 60_000_000_000));
        inputs.push(input);
    }
    let path = file(&folder("captures"), "two_pods.capture.jsonl", capture(&inputs));
    let object = ironstride(&["analyze", &path, "--format", "json"]).object();
    let cadence = object["cadence"].as_array().expect("cadence");
    assert!(cadence.iter().all(|point| point["sensor"] == "pod" || point["sensor"] == "pod-2"));
    let table = ironstride(&["analyze", &path]).stdout;
    for words in ["Cadence: 168 steps/min", "Cadence: 160 steps/min", "standing"] {
        assert!(table.contains(words), "{words}: {table}");
    }
}

#[test]
fn the_kind_that_is_not_there_is_named() {
    let bar_only = analyze("bar_only.capture.jsonl", capture(&packets(10)), &["--kind", "foot"]);
    let error = bar_only.object()["error"].as_str().expect("words").to_owned();
    assert_eq!(
        (bar_only.code, error.contains("no footpod") && error.contains("--kind bar")),
        (1, true),
        "{error}"
    );
    let foot_only = analyze("foot_only.capture.jsonl", capture(&footpod(5, 84)), &["--kind", "bar"]);
    let error = foot_only.object()["error"].as_str().expect("words").to_owned();
    assert_eq!((foot_only.code, error.contains("no bar sensor")), (1, true), "{error}");
}

#[test]
fn what_devices_say_by_themselves_is_told_beside_and_counts_in_no_set() {
    let second = |n: i64| FIRST_NS + n * 1_000_000_000;
    let summary = [2_u16, 7, 1014, 932, 1609, 565, 919].iter().flat_map(|x| x.to_le_bytes()).collect();
    let inputs = [
        notification(second(0), "strap", heart_rate::MEASUREMENT, vec![0x16, 0x48, 0x55, 0x03, 0x5d, 0x03]),
        notification(second(1), "strap", heart_rate::MEASUREMENT, vec![0x04, 0x00]),
        notification(second(2), "pod", cycling_power::MEASUREMENT, vec![0, 0, 0xf5, 0]),
        notification(second(3), "belt", treadmill::DATA, vec![0x09, 0, 0x0a, 0, 0, 0]),
        notification(second(4), "belt", treadmill::DATA, vec![0, 0, 0xe8, 0x03]),
        notification(second(5), "tether", repone::SUMMARY, summary),
    ];
    let object = analyze("devices.capture.jsonl", capture(&inputs), &[]).object();
    let devices = object["devices"].as_array().expect("devices");
    let words: Vec<_> = devices.iter().map(|said| (said["sensor"].as_str(), said["word"].as_str())).collect();
    let expected = [
        ("strap", "heart_rate"),
        ("strap", "heart_rate"),
        ("pod", "running_power"),
        ("belt", "treadmill"),
        ("tether", "rep"),
    ];
    assert_eq!(words, expected.map(|(sensor, word)| (Some(sensor), Some(word))));
    assert_eq!((&devices[0]["heart_rate_bpm"], &devices[1]["heart_rate_bpm"]), (&72.0.into(), &Value::Null));
    assert_eq!(devices[0]["rr_s"][0], 853.0 / 1024.0);
    assert_eq!(devices[2]["power_w"], 245.0);
    assert_eq!((&devices[3]["incline_pct"], &devices[3]["t_s"]), (&1.0.into(), &4.0.into()));
    assert_eq!(devices[4]["mean_velocity_m_s"], 1.014);
    assert!(object["reps"].as_array().is_none_or(Vec::is_empty), "{object}");
    let path = file(&folder("captures"), "devices_table.capture.jsonl", capture(&inputs));
    assert!(ironstride(&["analyze", &path]).stdout.contains("pod: 1 × running power, 245.00 W on average"));
}
