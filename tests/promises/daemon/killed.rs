//! Whatever the stream has sent is there after a kill, once, and the open set goes on.

use super::process::{Daemon, Message};
use super::recording::{reps, squats, store};
use ironstride::simulate::random::Random;
use ironstride::store::Reader;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const KILLS: u32 = 30;
/// Every second of these is aimed at the moment between a commit and its sending.
const AIMED_EVERY: u32 = 2;
/// Fast enough for a test, slow enough that a kill falls between repetitions.
const SPEED: &str = "25";

/// What a listener knew of each repetition when its daemon was killed.
type Heard = BTreeMap<u64, Value>;

/// What a client of the stream has heard, over all its daemons.
#[derive(Default)]
struct Listener {
    heard: Heard,
    last: Option<u64>,
}

impl Listener {
    fn hear(&mut self, message: Message) {
        self.last = message.id.or(self.last);
        if message.event == "rep" {
            self.heard.insert(message.data["id"].as_u64().expect("a number"), message.data);
        }
    }

    /// Listens until so many messages have come; whether the replay has come to its end instead.
    fn listen(&mut self, daemon: &Daemon, messages: u32) -> bool {
        let mut stream = daemon.stream("?station=rack-1", self.last);
        for _ in 0..messages {
            let Some(message) = stream.find(|message: &Message| message.event != "trace") else {
                return false;
            };
            self.hear(message);
            if daemon.is_source_over() {
                return true;
            }
        }
        false
    }

    /// Kills as soon as a commit is seen in the journal; whether not all that it kept had been sent by then.
    fn kill_at_commit(&mut self, daemon: Daemon, journal: &Path) -> bool {
        let stream = daemon.stream("", self.last);
        let journal = Reader::open(journal).expect("the daemon's store");
        let last_seq = || journal.last_seq().expect("a journal");
        let before = last_seq();
        let mut looks = 0_u32;
        while last_seq() == before {
            looks += 1;
            assert!(!looks.is_multiple_of(10_000) || !daemon.is_source_over(), "the capture is too short");
        }
        daemon.kill();
        // what is on its way has been sent
        stream.for_each(|message| self.hear(message));
        self.last.is_none_or(|last| last < last_seq())
    }
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
    let (mut listener, mut in_sets, mut before_sending) = (Listener::default(), 0, 0);
    for kill in 0..KILLS {
        let daemon = Daemon::start(&arguments);
        check(&listener.heard, &reps(&daemon));
        if kill % AIMED_EVERY == 0 {
            before_sending +=
                u32::from(listener.kill_at_commit(daemon, &Path::new(&place).join("ironstride.db")));
            continue;
        }
        let is_over = listener.listen(&daemon, 1 + random.below(6));
        assert!(!is_over, "the capture is too short for so many kills");
        in_sets += u32::from(daemon.read("/api/v1/stations/rack-1")["set"]["open"] == true);
        daemon.kill();
    }
    let daemon = Daemon::start(&arguments);
    check(&listener.heard, &reps(&daemon));
    daemon.source_is_over();
    println!(
        "figure: kill -9 at {KILLS} points, {in_sets} of them within a set, {before_sending} between commit and send: every rep sent is there once"
    );
    assert_eq!(reps(&daemon), whole, "the same as without a kill");
}
