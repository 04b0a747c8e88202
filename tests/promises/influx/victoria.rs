//! The real VictoriaMetrics of Debian on loopback.

use super::ground::{Ground, START_MS, cadence, rep, set_with_advice};
use crate::daemon::process::Daemon;
use crate::daemon::recording::{squats, store};
use crate::program::{file, folder, ironstride};
use ironstride::influx::{Exporter, Next};
use ironstride::model::Event;
use ironstride::simulate::random::Random;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian's package puts it.
const PROGRAM: &str = "/usr/bin/victoria-metrics";

/// A running server; killed when dropped.
struct Victoria {
    child: Child,
    url: String,
}

impl Victoria {
    /// Starts on an empty store; `None`, with a word, where it isn't installed.
    fn start(test: &str) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            println!("skipped: needs VictoriaMetrics (Debian's package `victoria-metrics`)");
            return None;
        }
        let place = folder(test).join("victoria");
        let _ = std::fs::remove_dir_all(&place);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let mut child = Command::new(PROGRAM)
            .arg(format!("-storageDataPath={}", place.display()))
            .arg(format!("-httpListenAddr={address}"))
            .args(["-retentionPeriod=100y", "-dedup.minScrapeInterval=1ms", "-memory.allowedBytes=256MB"])
            // a recording of another day is no news
            .arg("-search.latencyOffset=0s")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        loop {
            let mut line = String::new();
            assert_ne!(said.read_line(&mut line).expect("text"), 0, "VictoriaMetrics ended at once");
            if line.contains("started VictoriaMetrics") {
                break;
            }
        }
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Some(Self { child, url: format!("http://{address}") })
    }

    /// Shows what was taken a moment ago.
    fn flush(&self) {
        ureq::get(format!("{}/internal/force_flush", self.url)).call().expect("it flushes");
    }

    /// Flushes until something shows: series that are new are found some seconds after they were taken.
    #[allow(clippy::disallowed_methods, reason = "the server says nothing when it shows what it has")]
    fn shows(&self, shown: impl Fn() -> bool) -> bool {
        (0..100).any(|_| {
            self.flush();
            let is_shown = shown();
            if !is_shown {
                std::thread::sleep(Duration::from_millis(200));
            }
            is_shown
        })
    }

    /// The values of a MetricsQL query at a moment of the recording.
    fn query(&self, query: &str, t_ms: i64) -> Vec<Value> {
        let time = format!("{}.{:03}", t_ms / 1000, t_ms % 1000);
        let asked = ureq::get(format!("{}/api/v1/query", self.url))
            .query("query", query)
            .query("time", time)
            .query("step", "1s")
            .query("nocache", "1")
            .call();
        let answer: Value = asked.expect("an answer").body_mut().read_json().expect("JSON");
        answer["data"]["result"].as_array().expect("a vector").clone()
    }
}

impl Drop for Victoria {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_moved_set_is_none_of_the_old_and_all_of_the_new() {
    let Some(victoria) = Victoria::start("victoria_moved") else { return };
    let ground = Ground::new("victoria_moved", &victoria.url);
    ground.tell((1..=6).map(|id| rep(id, 1, Some("bob"))).chain((0..50).map(cadence)).collect());
    ground.tell_all(&mut ground.exporter());
    let living = |athlete: &str| {
        let query = format!("rep_mean_velocity_m_s{{athlete=\"{athlete}\"}} unless rep_retired");
        (1..=6_i64).filter(|id| !victoria.query(&query, START_MS + id * 3_000 + 1).is_empty()).count()
    };
    assert!(victoria.shows(|| (living("bob"), living("ada")) == (6, 0)));
    assert!(ground.reconcile().is_clean(), "{:?}", ground.reconcile());
    ground.tell((1..=6).map(|id| rep(id, 2, Some("ada"))).collect());
    ground.tell_all(&mut ground.exporter());
    assert!(
        victoria.shows(|| (living("bob"), living("ada")) == (0, 6)),
        "{} {}",
        living("bob"),
        living("ada")
    );
    // sent twice is there once
    let (carrier, reader) = (ground.carrier(), ground.journal.reader());
    let again = ironstride::influx::backfill(&carrier, &reader, None, |_| ());
    assert_eq!(ground.runtime.block_on(again).unwrap().0, 6 + 50 + 12);
    let result = ground.reconcile();
    assert!(result.is_clean() && result.alike == 62, "{result:?}");
    let (key, id) = (r#"rep_id{athlete="ada",edition="2"}"#, START_MS + 4 * 3_000 + 1);
    assert_eq!(victoria.query(key, id)[0]["value"][1], "4");
}

#[test]
fn every_panel_of_the_dashboard_has_data() {
    let Some(victoria) = Victoria::start("victoria_panels") else { return };
    let ground = Ground::new("victoria_panels", &victoria.url);
    let reps = (1..=6).map(|id| rep(id, 1, Some("ada")));
    ground.tell(reps.chain((0..50).map(cadence)).chain(set_with_advice("ada")).collect());
    ground.tell_all(&mut ground.exporter());
    assert!(ground.reconcile().is_clean(), "{:?}", ground.reconcile());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/grafana/victoriametrics.json");
    let board: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("a file")).expect("JSON");
    let panels = board["panels"].as_array().expect("panels").iter();
    let queries = panels.flat_map(|panel| panel["targets"].as_array().expect("queries"));
    let annotations = board["annotations"]["list"].as_array().expect("annotations").iter();
    let expressions: Vec<&str> =
        queries.chain(annotations).map(|query| query["expr"].as_str().expect("MetricsQL")).collect();
    assert_eq!(expressions.len(), 9);
    for expression in expressions {
        let everybody = ["$gym", "$athlete", "$exercise"].into_iter();
        let query = everybody.fold(expression.to_owned(), |query, name| query.replace(name, ".*"));
        let found = (0..40).any(|s| !victoria.query(&query, START_MS + s * 1_000 + 200).is_empty());
        assert!(found, "no data: {query}");
    }
}

/// Writes the configuration of a daemon that tells this server.
fn configured(test: &str, victoria: &Victoria) -> String {
    let text = format!(
        "config_version = 1\n[influx]\nurl = \"{}\"\ngym = \"test\"\ninterval_s = 0.1\n",
        victoria.url
    );
    file(&folder(test), "ironstride.toml", text)
}

/// Waits until all is told: the stream says something now and then, and each time the status is looked at.
fn all_is_told(daemon: &Daemon) {
    let is_told = || {
        let export = &daemon.read("/api/v1/status")["export"];
        export["state"] == "up_to_date" && export["lag_events"] == 0
    };
    for _ in 0..20_000 {
        if is_told() {
            return;
        }
    }
    panic!("it is never told: {}", daemon.read("/api/v1/status")["export"]);
}

fn killed_while_telling(test: &str, kills: u32, sets: usize) {
    let Some(victoria) = Victoria::start(test) else { return };
    let mut random = Random::new(20_261_122);
    let capture = squats(test, sets, 6, 45.0);
    let (config, place) = (configured(test, &victoria), store(test));
    let arguments = ["replay", &capture, "--speed", "25", "--config", &config, "--data", &place, "--stay"];
    let (mut killed, mut last) = (0, None);
    while killed < kills {
        let daemon = Daemon::start(&arguments);
        let mut stream = daemon.stream("?station=rack-1", last);
        for _ in 0..=random.below(8) {
            let Some(message) = stream.find(|message| message.event != "trace") else { break };
            last = message.id.or(last);
        }
        if daemon.is_source_over() {
            break;
        }
        daemon.kill();
        killed += 1;
    }
    assert_eq!(killed, kills, "the capture is too short for so many kills");
    let daemon = Daemon::start(&arguments);
    daemon.source_is_over();
    all_is_told(&daemon);
    let export = daemon.read("/api/v1/status")["export"].clone();
    let ran = ironstride(&["influx", "reconcile", "--config", &config, "--data", &place]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains(" 0 different, 0 refused by the server, 0 entries"), "{ran:?}");
    // against the journal's own list, not the exporter's
    let reps = daemon.list("/api/v1/reps");
    let settled =
        reps.iter().filter(|rep| ["settled", "corrected"].map(Value::from).contains(&rep["stage"])).count();
    victoria.flush();
    let samples = |of: &str| {
        let there = victoria.query(&format!("sum(count_over_time({of}[1d]))"), START_MS + 86_000_000);
        there.first().map_or(0, |sum| sum["value"][1].as_str().expect("a number").parse().expect("a number"))
    };
    let living: usize = samples("rep_id") - samples("rep_retired");
    assert!(settled > 0 && living == settled, "{living} there of {settled}");
    println!(
        "figure: kill -9 at {killed} points while VictoriaMetrics receives: {} points told in all, reconcile is clean: {}",
        export["points"],
        ran.stdout.lines().last().unwrap_or_default()
    );
}

#[test]
fn killed_ten_times_while_telling_both_sides_are_equal() {
    killed_while_telling("victoria_killed", 10, 4);
}

#[test]
#[ignore = "takes minutes: `make bench-export` measures it"]
fn killed_fifty_times_while_telling_both_sides_are_equal() {
    killed_while_telling("victoria_killed_often", 50, 14);
}

/// Sends a backlog and gives points a second, as received: the server has made them visible by the end.
fn drain(test: &str, readings: u32, reps: u64) -> Option<f64> {
    let victoria = Victoria::start(test)?;
    let ground = Ground::new(test, &victoria.url);
    for begin in (0..readings).step_by(5_000) {
        ground.tell((begin..readings.min(begin + 5_000)).map(cadence).collect());
    }
    for begin in (0..reps).step_by(1_000) {
        let block = begin + 1..=reps.min(begin + 1_000);
        ground.tell(block.map(|id| rep(id, 1, Some("ada"))).collect::<Vec<Event>>());
    }
    let mut exporter: Exporter = ground.exporter();
    #[expect(clippy::disallowed_methods, reason = "throughput is what is measured here")]
    let begun = Instant::now();
    while ground.step(&mut exporter) == Next::Again {}
    victoria.flush();
    let seconds = begun.elapsed().as_secs_f64();
    let points = exporter.standing().points;
    assert_eq!(points, u64::from(readings) + reps);
    let result = ground.reconcile();
    assert!(result.is_clean() && result.alike == points, "{result:?}");
    let rate = points as f64 / seconds;
    println!(
        "figure: a backlog of {points} points told to VictoriaMetrics in {seconds:.1} s: {rate:.0} points/s (goal 50000)"
    );
    Some(rate)
}

#[test]
fn a_backlog_is_told_in_order_and_whole() {
    drain("victoria_backlog", 20_000, 500);
}

#[test]
#[ignore = "takes minutes: `make bench-export` measures it"]
fn ten_hours_of_backlog_are_told_fast() {
    if let Some(rate) = drain("victoria_ten_hours", 980_000, 20_000) {
        assert!(rate >= 25_000.0, "half of the goal on a machine that others use too: {rate}");
    }
}
