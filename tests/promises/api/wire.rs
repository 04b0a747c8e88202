//! The API on a real port: many clients of which some don't read, live motion, and the end.

use super::document::Asker;
use super::ground::{Gym, notice, rep, seconds};
use ironstride::model::{DeviceTime, Event, HostTime, TraceBlock, TracePoint};
use ironstride::web::serve;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Nothing here takes as long; what does has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a port of its own; the clients of these tests are threads outside of its runtime.
struct Served {
    runtime: Runtime,
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<io::Result<()>>,
}

impl Served {
    fn new(gym: &Gym) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let server = runtime.spawn(serve(listener, gym.web.clone(), stop.clone()));
        Self { runtime, address, stop, server }
    }

    /// Stops it; within two seconds the port is closed, whoever hangs on.
    fn end(self) {
        self.stop.cancel();
        let ended =
            self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(2), self.server).await });
        ended.expect("stopping takes less than 2 s").unwrap().unwrap();
        assert!(TcpStream::connect(self.address).is_err(), "the port is closed");
    }

    /// A client that has asked and has read nothing yet.
    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }
}

/// The events of a stream, one by one.
fn events(stream: TcpStream) -> impl Iterator<Item = (String, Value)> {
    let mut lines = BufReader::new(stream).lines();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?.ok()?;
            let Some(event) = line.strip_prefix("event: ").map(str::to_owned) else { continue };
            let data = lines.next()?.ok()?;
            return Some((event, serde_json::from_str(data.strip_prefix("data: ")?).unwrap()));
        }
    })
}

#[allow(clippy::disallowed_methods, reason = "the promise is one of milliseconds on a real port")]
fn now() -> Instant {
    Instant::now()
}

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Reads a stream and tells when it saw each repetition.
fn watch(stream: TcpStream, seen: SyncSender<(u64, Instant)>) {
    thread::spawn(move || {
        for (event, data) in events(stream) {
            if event == "rep" && seen.send((data["id"].as_u64().unwrap(), now())).is_err() {
                return;
            }
        }
    });
}

#[test]
fn clients_that_stop_reading_cost_the_others_nothing() {
    const READERS: usize = 40;
    const STALLED: usize = 10;
    const REPS: usize = 40;
    let gym = Gym::new(true);
    let served = Served::new(&gym);
    let (seen, sightings) = sync_channel(READERS * REPS);
    let stalled: Vec<TcpStream> = (0..STALLED).map(|_| served.ask("/api/v1/stream?station=rack")).collect();
    (0..READERS).for_each(|_| watch(served.ask("/api/v1/stream?station=rack"), seen.clone()));
    while gym.hub.clients() < (READERS + STALLED) as u64 {
        thread::yield_now();
    }
    let before = resident();
    // what the stalled ones don't read: far more than sockets and buffers hold
    let ballast = "x".repeat(16 << 10);
    let mut published = Vec::new();
    let mut slowest = Duration::ZERO;
    for n in 0..REPS {
        let flood = (0..24).map(|_| Event::Notice(notice(&ballast))).collect();
        gym.step(seconds(62.0), flood, Vec::new());
        gym.hub.trace(&trace(n as i64));
        published.push(now());
        gym.step(seconds(62.0), vec![Event::Rep(Box::new(rep(100 + n as u64, None, true)))], Vec::new());
        for _ in 0..READERS {
            let (id, at) = sightings.recv_timeout(PATIENCE).unwrap();
            assert_eq!(id, 100 + n as u64, "each rep once at each client, in order");
            slowest = slowest.max(at.duration_since(published[n]));
        }
    }
    let grown = resident().saturating_sub(before);
    println!(
        "{READERS} readers, {STALLED} stalled, {REPS} reps among {} MiB: slowest {slowest:?}, {} KiB more memory",
        (ballast.len() * 24 * REPS) >> 20,
        grown >> 10
    );
    assert!(slowest < Duration::from_millis(500), "{slowest:?} from the step to the last client");
    assert!(grown < 32 << 20, "{grown} bytes more");
    served.end();
    drop(stalled);
}

fn trace(n: i64) -> TraceBlock {
    let point = |k: i64| TracePoint {
        t: DeviceTime((n * 20 + k) * 5_000_000),
        q: [1.0, 0.0, 0.0, 0.0],
        vertical_velocity_m_s: 0.5,
        vertical_displacement_m: 0.1,
    };
    TraceBlock {
        at: HostTime(0),
        sensor: "bar".into(),
        station: Some("rack".into()),
        points: (0..20).map(point).collect(),
    }
}

#[test]
fn live_motion_reaches_a_reading_client_without_gaps() {
    let gym = Gym::new(true);
    let ask = Asker::new(gym.web.clone());
    let served = Served::new(&gym);
    let mut events = events(served.ask("/api/v1/stream?station=rack"));
    assert_eq!(events.next().unwrap().0, "snapshot");
    let mut times: Vec<f64> = Vec::new();
    for n in 0..6 {
        gym.hub.trace(&trace(n));
        // one or two blocks at a time, so that some travel together
        while n % 2 == 1 && times.len() < (n as usize + 1) * 20 {
            let (event, data) = events.next().unwrap();
            ask.hold_event(&event, &data);
            times.extend(data["t_s"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()));
        }
    }
    assert_eq!(times.len(), 120);
    assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 0.005).abs() < 1e-9), "{times:?}");
    served.end();
}

#[test]
fn pages_have_their_place_and_nothing_else_is_there() {
    let gym = Gym::new(true);
    let served = Served::new(&gym);
    for (path, wanted) in [("/station/rack", "text/html"), ("/no/such/thing", "application/problem+json")] {
        let mut answer = String::new();
        served.ask(path).read_to_string(&mut answer).unwrap();
        assert!(answer.contains(&format!("content-type: {wanted}")), "{answer}");
    }
    served.end();
}
