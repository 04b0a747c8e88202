//! The load of a full gym through the whole daemon: an hour of eight bars at 200 Hz, played as fast as it goes.

use super::process::Daemon;
use super::recording::{capture, store};
use crate::load::{cpu_s, peak_memory_mb};
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::session::SessionPlan;
use serde_json::Value;

const BARS: usize = 8;
const DURATION_S: f64 = 3600.0;
/// Goals on an idle machine. Tests share theirs, so what is asserted is laxer.
const GOAL_CPU_S: f64 = 18.0;
const GOAL_MEMORY_MB: f64 = 60.0;

#[test]
#[ignore = "takes a minute or two: `make bench` and `.ci/run` measure it"]
fn an_hour_of_eight_bars_through_the_daemon() {
    if !cfg!(target_os = "linux") {
        println!("skipped: time and memory of a process are read from Linux's /proc");
        return;
    }
    let plan = SessionPlan::full_gym(1, BARS, DURATION_S).over(LinkFaults::LIGHT);
    let capture = capture("daemon_load", &plan);
    let daemon = Daemon::start(&[
        "replay",
        &capture,
        "--speed",
        "max",
        "--data",
        &store("daemon_load_store"),
        "--stay",
    ]);
    daemon.source_is_over();
    let (cpu_s, memory_mb) = (cpu_s(daemon.pid()), peak_memory_mb(daemon.pid()));
    let status = daemon.read("/api/v1/status");
    let written = |what: &str| status["store"][what].as_f64().expect("a number") / 1e6;
    let reps = daemon.list("/api/v1/reps").iter().filter(|rep: &&Value| rep["accepted"] == true).count();
    println!(
        "figure: an hour of {BARS} bars at 200 Hz through the daemon: {cpu_s:.1} CPU s (goal {GOAL_CPU_S}), peak memory {memory_mb:.1} MB (goal {GOAL_MEMORY_MB}), {reps} reps; written: raw {:.1} MB, events {:.1} MB, WAL {:.1} MB",
        written("raw_bytes_written"),
        written("event_bytes_written"),
        written("wal_bytes_written"),
    );
    assert!(reps > 500, "{reps}");
    assert!(cpu_s <= 2.0 * GOAL_CPU_S, "{cpu_s} s");
    assert!(memory_mb <= 1.5 * GOAL_MEMORY_MB, "{memory_mb} MB");
}
