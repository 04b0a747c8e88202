//! One capture gives the same repetitions however it is played.

use super::process::Daemon;
use super::recording::{reps, squats, store};
use crate::program::ironstride;
use serde_json::Value;
use std::collections::BTreeMap;

/// Plays a capture to its end and hands over what is then known.
fn replayed(capture: &str, store: &str, speed: &str) -> BTreeMap<u64, Value> {
    let daemon = Daemon::start(&["replay", capture, "--speed", speed, "--data", store, "--stay"]);
    daemon.source_is_over();
    reps(&daemon)
}

#[test]
fn any_speed_gives_what_analyze_gives() {
    let capture = squats("replay_speeds", 2, 3, 40.0);
    let fast = replayed(&capture, &store("replay_fast"), "max");
    let slow = replayed(&capture, &store("replay_slow"), "1");
    assert_eq!(fast, slow);

    let offline = ironstride(&["analyze", &capture, "--format", "json"]).object();
    let offline = offline["reps"].as_array().expect("reps");
    let online: Vec<&Value> = fast.values().filter(|rep| rep["reject_reason"] != "withdrawn").collect();
    assert_eq!(online.len(), offline.len());
    assert!(online.iter().filter(|rep| rep["accepted"] == true).count() >= 4);
    for (online, offline) in online.iter().zip(offline) {
        assert_eq!(online["accepted"], offline["accepted"], "{online} {offline}");
        for same in ["mean_velocity_m_s", "peak_velocity_m_s", "range_of_motion_m"] {
            // an analysis prints six decimals
            let printed = online[same].as_f64().map(|value| (value * 1e6).round() / 1e6);
            assert_eq!(printed, offline[same].as_f64(), "{same} of {online}");
        }
    }
}

#[test]
fn a_replay_is_done_once() {
    let capture = squats("replay_once", 1, 3, 40.0);
    let place = store("replay_once_store");
    let first = replayed(&capture, &place, "max");
    let again =
        ironstride(&["replay", &capture, "--speed", "max", "--data", &place, "--listen", "127.0.0.1:0"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stdout.contains("replayed already"), "{again:?}");
    assert_eq!(replayed(&capture, &place, "max"), first);
}
