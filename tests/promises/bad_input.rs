//! Bad input: a clear message, the documented exit code, and nothing lost in silence.

use crate::program::{Ran, command, file, folder, ironstride, ironstride_reading};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::{fs, path::Path};

const HEADER: &str = "t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s\n";
const CAPTURE: &str = "{\"capture\":1,\"run\":\"test\",\"anchor_utc_ns\":null}\n";

fn analyze(path: &str) -> Ran {
    ironstride(&["analyze", path, "--format", "json"])
}

/// The file is unusable: exit 1 and one object with this in its error.
fn assert_unusable(name: &str, content: impl AsRef<[u8]>, words: &[&str]) {
    let path = file(&folder("bad_input"), name, content);
    let ran = analyze(&path);
    assert_eq!(ran.code, 1, "{ran:?}");
    let object = ran.object();
    assert_eq!(
        (object["file"].as_str(), object.as_object().map(serde_json::Map::len)),
        (Some(path.as_str()), Some(2))
    );
    let error = object["error"].as_str().expect("an error in words");
    for word in words {
        assert!(error.contains(word), "{word}: {error}");
    }
    let table = ironstride(&["analyze", &path]);
    assert_eq!((table.code, table.stdout.as_str()), (1, ""));
    assert!(table.stderr.contains(error) && table.stderr.contains(&path), "{}", table.stderr);
}

/// The file can be used: exit 0, nothing counted, and these warnings begin so.
fn assert_warned(name: &str, content: &str, warnings: &[&str]) {
    let ran = analyze(&file(&folder("bad_input"), name, content));
    assert_eq!(ran.code, 0, "{ran:?}");
    let object = ran.object();
    let reps = object["reps"].as_array().expect("reps");
    assert!(reps.iter().all(|rep| rep["accepted"] == false), "{reps:?}");
    let found: Vec<&str> = object["warnings"]
        .as_array()
        .expect("warnings")
        .iter()
        .filter_map(|warning| warning.as_str())
        .collect();
    for warning in warnings {
        assert!(found.iter().any(|found| found.starts_with(warning)), "{warning}: {found:?}");
    }
    assert!(!ran.stdout.contains("NaN"));
}

fn still(lines: usize) -> String {
    (0..lines).fold(HEADER.to_owned(), |mut text, i| {
        let _ = writeln!(text, "{:.2},0,0,9.81,0,0,0", i as f64 / 100.0);
        text
    })
}

#[test]
fn an_empty_file() {
    assert_unusable("empty.csv", "", &["empty", "t_s,ax_m_s2"]);
    assert_unusable("empty.capture.jsonl", "", &["empty", "\"capture\":1"]);
    assert_unusable("header_only.csv", HEADER, &["no usable line"]);
}

#[test]
fn text_and_binary() {
    assert_unusable(
        "text.csv",
        "Once upon a time\nthere was a bar.\n",
        &["line 1", "`t_s` is missing", "Once upon"],
    );
    assert_unusable(
        "binary.csv",
        [0x7f, b'E', b'L', b'F', 0, 1, 2, 0xff, 0xfe, b'\n', 0],
        &["line 1", "header"],
    );
    assert_unusable("other.csv", "time,x,y,z\n0,0,0,9.8\n", &["`t_s` is missing", "time,x,y,z"]);
    assert_unusable(
        "letters.csv",
        format!("{HEADER}a,b,c,d,e,f,g\n"),
        &["no usable line", "line 2", "not a number"],
    );
    assert_unusable("other.jsonl", "{\"run\":1}\n", &["line 1", "capture"]);
    assert_unusable("newer.jsonl", "{\"capture\":9}\n", &["version 9", "version 1"]);
}

#[test]
fn a_file_that_is_not_there_or_is_a_folder() {
    let folder = folder("bad_input");
    for path in [folder.join("nowhere.csv"), folder.clone()] {
        let ran = analyze(path.to_str().expect("a printable path"));
        assert_eq!(ran.code, 1);
        assert!(ran.object()["error"].as_str().expect("words").contains("cannot read"), "{ran:?}");
    }
}

#[test]
fn nan_and_infinity() {
    let text = still(3)
        + "0.03,NaN,0,9.8,0,0,0\n0.04,0,inf,9.8,0,0,0\n0.05,0,0,9.8,0,-Infinity,0\n0.06,0,0,9.8,0,0,0\n";
    let starts =
        ["line 5: `ax_m_s2` is not finite", "line 6: `ay_m_s2` is not", "line 7: `gy_rad_s` is not finite"];
    assert_warned("nan.csv", &text, &starts);
}

#[test]
fn time_backwards() {
    let text = still(3) + "0.01,0,0,9.8,0,0,0\n0.03,0,0,9.8,0,0,0\n";
    assert_warned("back.csv", &text, &["line 5: time goes back, from 0.02 s to 0.01 s"]);
}

#[test]
fn one_sample() {
    assert_warned("one.csv", &still(1), &[]);
}

#[test]
fn constant_zeros() {
    assert_warned("zeros.csv", &still(1000).replace(",9.81,", ",0,"), &[]);
    let all_zero = HEADER.to_owned() + &"0,0,0,0,0,0,0\n".repeat(1000);
    assert_warned("all_zeros.csv", &all_zero, &[]);
}

#[test]
fn more_bad_lines_than_anyone_reads_are_counted() {
    let text = still(3) + &"x\n".repeat(5000);
    assert_warned("many.csv", &text, &["line 5: `t_s` is not a number: `x`", "and 4900 more"]);
}

/// Peak memory of a running process, MB (`VmHWM` in kB).
fn peak_mb(child: &Child) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("the process runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak memory");
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes / 1000.0
}

/// Pours `start` and then 10 GB of zero bytes into the program; returns what it said and how many MB it took.
fn pour_zeros(start: &[u8]) -> (Ran, f64) {
    const BEFORE_THE_LIMIT: usize = 15;
    let mut child = command(&["analyze", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let megabyte = vec![0; 1 << 20];
    pipe.write_all(start).expect("the program reads");
    let mut poured: usize = 0;
    while poured < 10_000 && pipe.write_all(&megabyte).is_ok() {
        poured += 1;
        if poured == BEFORE_THE_LIMIT {
            let peak = peak_mb(&child);
            println!("peak memory at {poured} MB without a line end: {peak:.1} MB");
            assert!(peak < 60.0, "{peak} MB");
        }
    }
    drop(pipe);
    let mut text = [String::new(), String::new()];
    child.stdout.take().expect("a pipe").read_to_string(&mut text[0]).expect("text");
    child.stderr.take().expect("a pipe").read_to_string(&mut text[1]).expect("text");
    let code = child.wait().expect("the program ends").code().expect("by itself");
    let [stdout, stderr] = text;
    (Ran { code, stdout, stderr }, poured as f64)
}

#[test]
#[cfg(target_os = "linux")]
fn ten_gigabytes_without_a_line_end() {
    for start in ["", HEADER, CAPTURE] {
        let (ran, poured_mb) = pour_zeros(start.as_bytes());
        assert_eq!(ran.code, 1, "{ran:?}");
        let error = ran.object()["error"].as_str().expect("words").to_owned();
        assert!(error.contains("line limit") && error.contains("no end within 16 MiB"), "{error}");
        assert!(poured_mb < 20.0, "stops early, not after {poured_mb} MB");
    }
}

#[test]
fn one_overlong_line_among_good_ones() {
    let text = still(3) + &"9".repeat(3 << 20) + "\n0.5,0,0,9.8,0,0,0\n";
    assert_warned("long_line.csv", &text, &["line 5: longer than 1024 KiB"]);
}

#[test]
fn a_capture_without_anything_usable() {
    assert_unusable("silent.jsonl", CAPTURE, &["no notification"]);
    let corrupt = "{\"t_ns\":0,\"type\":\"notify\",\"sensor\":\"s\",\"service\":\"1814\",\"characteristic\":\"2a53\",\
                   \"value_hex\":\"0g\"}\n";
    assert_unusable(
        "corrupt.jsonl",
        format!("{CAPTURE}{corrupt}"),
        &["no notification", "line 2: `value_hex` is corrupt at its character 2: `g`"],
    );
}

#[test]
fn a_sensor_that_nobody_knows() {
    let line = |t: u32| {
        format!(
            "{{\"t_ns\":{t},\"type\":\"notify\",\"sensor\":\"stranger\",\"service\":\"fff0\",\
             \"characteristic\":\"fff1\",\"value_hex\":\"0102\"}}\n"
        )
    };
    let text = CAPTURE.to_owned() + &line(0) + &line(1);
    assert_unusable("stranger.jsonl", text, &["nothing to measure", "2 notifications", "stranger"]);
}

#[test]
fn an_exercise_that_nobody_knows() {
    let path = file(&folder("bad_input"), "fine.csv", still(3));
    let ran = ironstride(&["analyze", &path, "--exercise", "back_sqat"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("back_sqat") && ran.stderr.contains("did you mean `back_squat`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_output_that_can_not_be_written() {
    let path = file(&folder("bad_input"), "fine.csv", still(3));
    let nowhere = folder("bad_input").join("no/such/folder/out.csv");
    for option in ["--series", "--series-live"] {
        let ran = ironstride(&["analyze", &path, option, nowhere.to_str().expect("a printable path")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert!(
            ran.stderr.contains("no/such/folder/out.csv") && ran.stderr.contains("No such file"),
            "{ran:?}"
        );
    }
    if Path::new("/dev/full").exists() {
        let ran = ironstride(&["analyze", &path, "--series", "/dev/full", "--format", "json"]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.object()["error"].as_str().expect("words").contains("cannot write the series"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_failure_leaves_an_earlier_series_as_it_was() {
    let folder = folder("bad_input_series");
    let earlier = file(&folder, "earlier.csv", "from before");
    let broken = file(&folder, "broken.csv", "no trace");
    let nowhere = folder.join("nowhere.csv");
    for input in [broken.as_str(), nowhere.to_str().expect("a printable path")] {
        assert_eq!(ironstride(&["analyze", input, "--series", &earlier]).code, 1);
        assert_eq!(fs::read_to_string(&earlier).expect("still there"), "from before");
    }
    let fine = file(&folder, "fine.csv", still(3));
    assert_eq!(ironstride(&["analyze", &fine, "--series", &earlier]).code, 0);
    assert_eq!(fs::read_to_string(&earlier).expect("a series").lines().count(), 4);
    let files = fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(files, 3, "nothing temporary is left");
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let path = file(&folder("bad_input"), "fine.csv", still(3));
    let mut child = command(&["analyze", &path]).spawn().expect("the program starts");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn options_that_make_no_sense() {
    let folder = folder("bad_input");
    let (a, b) = (file(&folder, "a.csv", still(3)), file(&folder, "b.csv", still(3)));
    let out = folder.join("out.csv");
    let out = out.to_str().expect("a printable path");
    let cases: &[(&[&str], &str)] = &[
        (&["analyze"], "<FILE>"),
        (&["analyze", &a, "--load-kg", "heavy"], "invalid value"),
        (&["analyze", &a, "--load-kg", "nan"], "--load-kg"),
        (&["analyze", &a, "--body-mass-kg", "0"], "--body-mass-kg"),
        (&["analyze", &a, "--mount", "ceiling"], "shaft"),
        (&["analyze", &a, "--format", "xml"], "json"),
        (&["analyze", &a, &b, "--series", out], "one FILE"),
        (&["analyze", &a, "--series", out, "--series-live", out], "two different files"),
        (&["analyze", &a, "--series", &a], "overwritten"),
        (&["analyze", "-", "-"], "only once"),
        (&["analyze", &a, "--kind", "foot", "--exercise", "deadlift"], "--kind foot"),
        (&["lift"], "unrecognized subcommand"),
    ];
    for (arguments, words) in cases {
        let ran = ironstride(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?} {ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(&a).expect("still there"), still(3));
}

#[test]
fn standard_input_is_a_file_like_others() {
    let ran = ironstride_reading(&["analyze", "-", "--format", "json"], still(10).as_bytes());
    assert_eq!((ran.code, ran.object()["file"].as_str()), (0, Some("-")));
}
