//! The load of a full gym: an hour of eight bars at 200 Hz through `ironstride analyze`, its time and its memory.

use crate::program::command;
use ironstride::model::seconds_from_nanos;
use ironstride::radio::capture::{CaptureHeader, CaptureWriter};
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::session::{Session, SessionPlan};
use serde_json::Value;
use std::fs;
use std::io::{BufWriter, Read, Write};
use std::process::Stdio;

const BARS: usize = 8;
const DURATION_S: f64 = 3600.0;
/// Goals on an idle machine. Tests share theirs, and a core that is shared is slower: the attitude filter alone, which
/// no work of ours makes faster, says by how much.
const GOAL_CPU_S: f64 = 10.0;
/// What the attitude filter alone takes for all samples on the machine for which the goal is set, s.
const FILTER_CPU_S: f64 = 1.7;
const GOAL_MEMORY_MB: f64 = 40.0;
/// What the kernel counts time in, 1/s: 100 on every Linux that programs see.
const TICKS_PER_S: f64 = 100.0;

/// Most memory that a process had so far, MB.
pub(crate) fn peak_memory_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a process with memory");
    let kb: f64 = line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("a number");
    kb / 1024.0
}

/// User and system time of a process that may have ended but has not been waited for, s.
pub(crate) fn cpu_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process not waited for");
    // the name in parentheses may hold anything
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [fields[11], fields[12]].iter().filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_S
}

/// What the attitude filter alone takes for as many samples here and now, s.
fn filter_cpu_s() -> f64 {
    let before = cpu_s(std::process::id());
    let mut filter = vqf_rs::VQF::new(0.005, None, None, None);
    for i in 0..(BARS as f64 * DURATION_S * 200.0) as u32 {
        let turn = f64::from(i % 400) * 0.0157;
        filter.update_gyr([0.2 * turn.sin(), 0.1, -0.1 * turn.cos()]);
        filter.update_acc([turn.sin(), 0.5 * turn.cos(), 9.8 + turn.sin()]);
    }
    std::hint::black_box(filter.quat_6d());
    cpu_s(std::process::id()) - before
}

/// The capture is made while it is read, so that no disk is measured.
#[test]
#[ignore = "takes a minute or two: `make bench` and `.ci/run` measure it"]
fn an_hour_of_eight_bars() {
    if !cfg!(target_os = "linux") {
        println!("skipped: time and memory of a process are read from Linux's /proc");
        return;
    }
    let mut child =
        command(&["analyze", "-", "--format", "json"]).stdin(Stdio::piped()).spawn().expect("it starts");
    let pid = child.id();
    let pipe = BufWriter::with_capacity(1 << 16, child.stdin.take().expect("a pipe"));
    let mut capture = CaptureWriter::new(pipe, &CaptureHeader::new("gym", None)).expect("it reads");
    let plan = SessionPlan::full_gym(1, BARS, DURATION_S).over(LinkFaults::LIGHT);
    let mut memory_mb = Vec::new();
    let mut packets = 0.0;
    let mut session = Session::new(&plan);
    for input in session.by_ref() {
        let share = seconds_from_nanos(input.at().0) / DURATION_S;
        if share >= 0.25 * (memory_mb.len() + 1) as f64 {
            memory_mb.push(peak_memory_mb(pid));
        }
        capture.input(&input).expect("it reads on");
        packets += 1.0;
    }
    capture.into_inner().flush().expect("it reads to the end");
    // it prints more than a pipe holds, so after the first byte it has done its work and still stands there
    let mut output = child.stdout.take().expect("a pipe");
    let mut printed = vec![0];
    output.read_exact(&mut printed).expect("it prints");
    memory_mb.push(peak_memory_mb(pid));
    output.read_to_end(&mut printed).expect("it prints to its end");
    let cpu_s = cpu_s(pid);
    assert!(child.wait().expect("it ends").success());
    let slowness = (filter_cpu_s() / FILTER_CPU_S).max(1.0);

    let object: Value = serde_json::from_slice(&printed).expect("one JSON object");
    let accepted =
        object["reps"].as_array().expect("reps").iter().filter(|rep| rep["accepted"] == true).count();
    let truth: usize =
        session.truth().bars.iter().flat_map(|bar| &bar.sets).map(|set| set.reps().count()).sum();
    let memory: Vec<String> = memory_mb.iter().map(|mb| format!("{mb:.1}")).collect();
    println!("an hour of {BARS} bars at 200 Hz, {packets} packets, {accepted} reps counted of {truth}");
    println!("            measured   goal");
    println!(
        "CPU         {cpu_s:>6.1} s  {GOAL_CPU_S:>4} s, where this machine now takes {slowness:.2} times as long as it should"
    );
    println!(
        "memory      {:>5.1} MB  {GOAL_MEMORY_MB:>4} MB; peak after each quarter: {}",
        peak(&memory_mb),
        memory.join(", ")
    );
    println!(
        "figure: an hour of {BARS} bars at 200 Hz: {cpu_s:.1} CPU s (goal {GOAL_CPU_S} on a machine that is not {slowness:.2} times slower), peak memory {:.1} MB (goal {GOAL_MEMORY_MB}), by quarters {}",
        peak(&memory_mb),
        memory.join(", ")
    );
    // a set whose exercise nobody named is counted less well; the half says that the bars were listened to
    assert!(accepted * 2 > truth, "{accepted} of {truth}");
    // since repetitions are measured jointly with their neighbours the goal is missed by a third; no further
    assert!(cpu_s <= 1.5 * GOAL_CPU_S * slowness, "{cpu_s} s on a machine {slowness} times slower");
    assert!(peak(&memory_mb) <= 1.5 * GOAL_MEMORY_MB, "{memory_mb:?} MB");
    let (first, last) = (memory_mb[0], peak(&memory_mb));
    assert!(last - first <= 10.0, "memory grows: {memory_mb:?} MB");
}

fn peak(memory_mb: &[f64]) -> f64 {
    memory_mb.iter().copied().fold(0.0, f64::max)
}
