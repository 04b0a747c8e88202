//! What goes wrong around a daemon is said, and nothing is lost.

use super::process::Daemon;
use super::recording::{reps, squats, store};
use crate::program::{file, folder, ironstride};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// Starts a daemon that cannot start; what it said.
fn refused(arguments: &[&str], code: i32) -> String {
    let ran = ironstride(arguments);
    assert_eq!(ran.code, code, "{ran:?}");
    ran.stderr
}

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let place = store("port_in_use");
    let said = refused(&["run", "--listen", &address, "--data", &place], 1);
    says(&said, &[&address, "in use", "--listen"]);
}

#[test]
fn a_second_daemon_on_one_store() {
    let place = store("two_daemons");
    let first = Daemon::start(&["run", "--data", &place]);
    let said = refused(&["run", "--listen", "127.0.0.1:0", "--data", &place], 1);
    says(&said, &[&place, "another"]);
    assert!(first.terminate().success());
}

#[test]
fn a_store_of_a_newer_version() {
    let place = store("newer_store");
    assert!(Daemon::start(&["run", "--data", &place]).terminate().success());
    let path = Path::new(&place).join("ironstride.db");
    // the version stands in the file's header, big-endian at byte 60 (SQLite file format, 1.3)
    let mut bytes = fs::read(&path).expect("a store");
    bytes[60..64].copy_from_slice(&9999_u32.to_be_bytes());
    fs::write(&path, &bytes).expect("a place");
    let said = refused(&["run", "--listen", "127.0.0.1:0", "--data", &place], 1);
    says(&said, &["ironstride.db", "9999", "newer"]);
    assert_eq!(fs::read(&path).expect("a store"), bytes, "it was touched");
}

#[test]
fn a_damaged_store() {
    let capture = squats("damaged", 1, 3, 40.0);
    let place = store("damaged_store");
    let daemon = Daemon::start(&["replay", &capture, "--speed", "max", "--data", &place]);
    assert!(daemon.wait().0.success());
    let path = Path::new(&place).join("ironstride.db");
    let mut bytes = fs::read(&path).expect("a store");
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xA5);
    fs::write(&path, &bytes).expect("a place");
    let said = refused(&["run", "--listen", "127.0.0.1:0", "--data", &place], 1);
    says(&said, &["ironstride.db", "damaged", "backup"]);
    assert_eq!(fs::read(&path).expect("a store"), bytes, "it was touched");

    fs::write(&path, b"This is a shopping list, not a database.").expect("a place");
    let said = refused(&["run", "--listen", "127.0.0.1:0", "--data", &place], 1);
    says(&said, &["ironstride.db"]);
}

#[test]
fn a_named_configuration_that_is_missing() {
    let said = refused(&["run", "--config", "/nowhere/ironstride.toml"], 2);
    says(&said, &["/nowhere/ironstride.toml"]);
}

#[test]
fn a_time_zone_that_is_none() {
    let folder = folder("wrong_time_zone");
    let text = "config_version = 1\n\n[gym]\ntime_zone = \"Europe/Berlim\"\n";
    let config = file(&folder, "ironstride.toml", text);
    let said = refused(&["run", "--config", &config], 2);
    says(&said, &["ironstride.toml:4:", "Europe/Berlim", "Europe/Berlin", "^^^"]);
}

#[test]
fn a_full_store_keeps_every_repetition() {
    let capture = squats("full_store", 10, 4, 240.0);
    let whole = {
        let place = store("full_store_not");
        let daemon = Daemon::start(&["replay", &capture, "--speed", "max", "--data", &place, "--stay"]);
        daemon.source_is_over();
        reps(&daemon)
    };
    let folder = folder("full_store_config");
    let config = file(&folder, "ironstride.toml", "config_version = 1\n\n[store]\nmax_size = \"2 MB\"\n");
    let place = store("full_store_small");
    let daemon = Daemon::start(&[
        "replay", &capture, "--speed", "max", "--data", &place, "--config", &config, "--stay",
    ]);
    daemon.source_is_over();
    let status = daemon.read("/api/v1/status");
    // the run that begins after the recording may have found room already
    assert!(status["store"]["raw_dropped"].as_u64() > Some(0), "{status}");
    says(&status["notices"].to_string(), &["store_full", "max_size"]);
    assert_eq!(reps(&daemon), whole);
}

/// The wall clock as the daemon sees it, by a library that stands between it and the system.
fn fake_clock() -> Option<String> {
    let machines = fs::read_dir("/usr/lib").ok()?.flatten();
    let libraries = machines.map(|machine| machine.path().join("faketime/libfaketime.so.1"));
    let library = libraries.into_iter().find(|library| library.exists())?;
    library.to_str().map(str::to_owned)
}

#[test]
fn a_wall_clock_that_jumps_by_years() {
    let Some(fake_clock) = fake_clock() else {
        println!("skipped: needs libfaketime (Debian's package `faketime`)");
        return;
    };
    let folder = folder("clock_jump");
    let wall = file(&folder, "wall", "@2017-01-01 00:00:00\n");
    let daemon = Daemon::start_with(
        &["demo", "--seconds", "600", "--data", &store("clock_jump_store")],
        &[
            ("LD_PRELOAD", &fake_clock),
            ("FAKETIME_TIMESTAMP_FILE", &wall),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("FAKETIME_NO_CACHE", "1"),
        ],
    );
    let mut stream = daemon.stream("", None);
    let mut rep = || stream.find(|message| message.event == "rep" && message.data["stage"] == "final");
    let first = rep().expect("a repetition").data;
    assert_eq!(first["time_certain"], false, "{first}");
    file(&folder, "wall", "@2026-05-04 10:00:00\n");
    let mut later = rep().expect("a repetition").data;
    while later["time_certain"] != true || later["id"] == first["id"] {
        later = rep().expect("a repetition").data;
    }
    assert!(later["ended_at"].as_str().expect("a time").starts_with("2026-05-04T"), "{later}");
    let first_now = daemon.read(&format!("/api/v1/reps/{}", first["id"]));
    assert_eq!(first_now["time_certain"], true, "{first_now}");
    assert!(order(&first_now) < order(&later), "{first_now} {later}");
    assert!(first_now["ended_at"].as_str().expect("a time").starts_with("2026-05-04T"), "{first_now}");
}

fn order(rep: &Value) -> &str {
    rep["ended_at"].as_str().expect("a time")
}

#[test]
fn ended_in_two_seconds_with_the_port_closed() {
    let daemon = Daemon::start(&["demo", "--seconds", "600"]);
    let address = daemon.address().to_owned();
    let _listening = daemon.stream("", None);
    let took = Command::new("timeout")
        .args(["2", "tail", "--pid", &daemon.pid().to_string(), "-f", "/dev/null"])
        .spawn();
    assert!(daemon.terminate().success());
    assert!(took.expect("timeout(1) is there").wait().expect("it ends").success(), "more than 2 s");
    assert!(TcpListener::bind(&address).is_ok(), "the port is still taken");
}
