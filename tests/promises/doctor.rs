//! The doctor sees what is wrong with a machine before the daemon does, and says what to do.

use crate::kept::{empty, training};
use crate::program::{Ran, command, file, folder, ironstride_with};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Runs the doctor and gives its findings: place, verdict, what was found.
fn findings(arguments: &[&str]) -> (Ran, Vec<(String, String, String)>) {
    let all = [&["doctor", "--format", "json"], arguments].concat();
    let ran = ironstride_with(&[("TZ", "UTC")], &all);
    let said: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("a word").to_owned();
    let found = said["findings"].as_array().expect("findings").iter();
    let found = found.map(|f| (text(f, "check"), text(f, "verdict"), text(f, "found"))).collect();
    (ran, found)
}

/// The verdict on one place, and the words.
fn on<'a>(found: &'a [(String, String, String)], check: &str) -> (&'a str, &'a str) {
    let (_, verdict, words) = found.iter().find(|(place, ..)| place == check).expect("it was looked at");
    (verdict, words)
}

/// A port where nobody listens.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

#[test]
fn a_sound_store_is_found_sound() {
    let kept = training("doctor");
    let (ran, found) = findings(&["--data", kept.directory(), "--listen", &free_port()]);
    for check in ["configuration", "store", "size", "port"] {
        assert_eq!(on(&found, check).0, "ok", "{ran:?}");
    }
    assert_eq!(on(&found, "time zone"), ("warn", "UTC, because nobody has said another"));
    assert!(on(&found, "store").1.contains("whole"), "{ran:?}");
    // how full the disk and how right the clock of this machine is, only the machine knows
    let failed = found.iter().filter(|(_, verdict, _)| verdict == "fail").count();
    assert_eq!(ran.code, i32::from(failed > 0), "{ran:?}");
    let text =
        ironstride_with(&[("TZ", "UTC")], &["doctor", "--data", kept.directory(), "--listen", &free_port()]);
    let zone = "warn  time zone      UTC, because nobody has said another\n                     → set gym.time_zone, ";
    assert!(text.stdout.contains(zone), "{}", text.stdout);
}

#[test]
fn a_wrong_configuration_fails_and_the_rest_is_not_guessed() {
    let wrong =
        file(&folder("doctor-configuration"), "wrong.toml", "config_version = 1\n[web]\nlisten = 1\n");
    let (ran, found) = findings(&["--config", &wrong]);
    assert_eq!((ran.code, on(&found, "configuration").0), (1, "fail"), "{ran:?}");
    assert!(on(&found, "configuration").1.contains("wrong.toml:3:10"), "{ran:?}");
    assert!(!found.iter().any(|(check, ..)| check == "store"), "{ran:?}");
}

#[test]
fn a_store_that_is_missing_foreign_or_damaged_is_told() {
    let kept = training("doctor-store");
    let port = free_port();
    let look = || {
        let (ran, found) = findings(&["--data", kept.directory(), "--listen", &port]);
        (ran.code, found)
    };
    let database = kept.options().path;
    let copy = kept.directory.join("copy.db");
    ironstride::store::backup(&database, &copy).expect("a copy");
    let mut damaged = fs::read(&copy).expect("the copy");
    let middle = damaged.len() / 2;
    damaged[middle..].iter_mut().for_each(|byte| *byte ^= 0x5A);
    for (content, words) in [
        (damaged, "this store is damaged"),
        ("eggs\n".repeat(1000).into_bytes(), "not a store of ironstride"),
    ] {
        fs::remove_dir_all(&kept.directory).expect("the folder goes");
        fs::create_dir_all(&kept.directory).expect("the folder comes");
        fs::write(&database, &content).expect("a file");
        let (code, found) = look();
        assert_eq!((code, on(&found, "store").0), (1, "fail"), "{found:?}");
        assert!(on(&found, "store").1.contains(words), "{found:?}");
        assert_eq!(fs::read(&database).expect("the file"), content, "looking changes nothing");
    }
    fs::remove_dir_all(&kept.directory).expect("the folder goes");
    let (_, found) = look();
    assert_eq!(on(&found, "store").0, "ok", "{found:?}");
    assert!(on(&found, "store").1.contains("not there yet") && !kept.directory.exists(), "{found:?}");
}

#[test]
fn another_program_at_the_port_is_told_from_ours() {
    let data = folder("doctor-port").join("none");
    let data = data.to_str().expect("a printable path");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let answers = thread::spawn(move || {
        let (mut stream, _) = other.accept().expect("a visitor");
        let mut request = [0; 512];
        let _ = stream.read(&mut request);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    });
    let (ran, found) = findings(&["--data", data, "--listen", &address]);
    answers.join().expect("it answered");
    assert_eq!((ran.code, on(&found, "port").0), (1, "fail"), "{ran:?}");
    assert!(on(&found, "port").1.contains("another program answers"), "{ran:?}");

    let (ran, found) = findings(&["--data", data, "--listen", "192.0.2.1:8480"]);
    assert_eq!((ran.code, on(&found, "port").0), (1, "fail"), "no machine has this address: {ran:?}");
}

/// Ends a daemon whatever happens.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_running_daemon_is_recognised_and_its_store_read() {
    let directory = empty("doctor-daemon");
    let data = directory.to_str().expect("a printable path").to_owned();
    let mut run: Command = command(&["run", "--data", &data, "--listen", "127.0.0.1:0"]);
    let mut daemon =
        Ended(run.env_clear().env("TZ", "UTC").stderr(Stdio::null()).spawn().expect("the daemon starts"));
    let mut ready = String::new();
    let out = daemon.0.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut ready).expect("the ready line");
    let address = ready.split("http://").nth(1).and_then(|rest| rest.split(['/', ' ']).next());
    let port = address.and_then(|address| address.rsplit(':').next()).expect(&ready).trim().to_owned();
    let listen = format!("127.0.0.1:{port}");
    assert!(TcpStream::connect(&listen).is_ok(), "{ready}");
    let (ran, found) = findings(&["--data", &data, "--listen", &listen]);
    assert_eq!(on(&found, "port").0, "ok", "{ran:?}");
    assert!(on(&found, "port").1.contains("ironstride 0."), "{ran:?}");
    assert_eq!(on(&found, "store").0, "ok", "{ran:?}");
}
