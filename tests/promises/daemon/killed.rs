//! Whatever the stream has sent is there after a kill, once, and the open set goes on.

use super::process::{Daemon, Message};
use super::recording::{reps, squats, store};
use ironstride::simulate::random::Random;
use serde_json::Value;
use std::collections::BTreeMap;

const KILLS: u32 = 30;
/// Fast enough for a test, slow enough that a kill falls between repetitions.
const SPEED: &str = "25";

/// What a listener knew of each repetition when its daemon was killed.
type Heard = BTreeMap<u64, Value>;

/// Listens from `last` on until the message that decides the kill; whether the replay has come to its end instead.
fn listen(daemon: &Daemon, last: &mut Option<u64>, messages: u32, heard: &mut Heard) -> bool {
    let mut stream = daemon.stream("?station=rack-1", *last);
    for _ in 0..messages {
        let Some(message) = stream.find(|message: &Message| message.event != "trace") else { return false };
        *last = message.id.or(*last);
        if message.event == "rep" {
            heard.insert(message.data["id"].as_u64().expect("a number"), message.data);
        }
        if daemon.is_source_over() {
            return true;
        }
    }
    false
}

/// A repetition is the same or has only got on in life.
fn check(heard: &Heard, now: &BTreeMap<u64, Value>) {
    for (id, rep) in heard {
        let known = now.get(id).unwrap_or_else(|| panic!("rep {id} was sent and is gone"));
        assert!(known["revision"].as_u64() >= rep["revision"].as_u64(), "{known} is older than {rep}");
        assert_eq!(known["ended_at"], rep["ended_at"], "rep {id} has moved");
    }
}

#[test]
fn killed_thirty_times_nothing_is_lost() {
    let seed = 20_260_504;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let capture = squats("killed", 8, 6, 45.0);
    let whole = {
        let daemon =
            Daemon::start(&["replay", &capture, "--speed", "max", "--data", &store("killed_not"), "--stay"]);
        daemon.source_is_over();
        reps(&daemon)
    };
    assert!(whole.values().filter(|rep| rep["accepted"] == true).count() >= 40, "{}", whole.len());

    let place = store("killed_often");
    let arguments = ["replay", &capture, "--speed", SPEED, "--data", &place, "--stay"];
    let (mut heard, mut last, mut kills, mut in_sets) = (Heard::new(), None, 0, 0);
    while kills < KILLS {
        let daemon = Daemon::start(&arguments);
        check(&heard, &reps(&daemon));
        if listen(&daemon, &mut last, 1 + random.below(6), &mut heard) {
            break;
        }
        in_sets += u32::from(daemon.read("/api/v1/stations/rack-1")["set"]["open"] == true);
        daemon.kill();
        kills += 1;
    }
    assert_eq!(kills, KILLS, "the capture is too short for so many kills");
    let daemon = Daemon::start(&arguments);
    check(&heard, &reps(&daemon));
    daemon.source_is_over();
    println!(
        "figure: kill -9 at {KILLS} points, {in_sets} of them within a set: every rep sent is there once"
    );
    assert_eq!(reps(&daemon), whole, "the same as without a kill");
}
