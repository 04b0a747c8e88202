//! The API on a real port: many clients of which some don't read, live motion, and the end.

use super::document::Asker;
use super::ground::{Gym, notice, rep, seconds};
use ironstride::model::{
    Change, DeviceTime, Event, HostTime, Notice, SensorProfile, SensorRole, TraceBlock, TracePoint,
};
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

/// A client that the stream has greeted: what is committed from here on, it gets. It reads no further.
fn greeted(mut stream: TcpStream) -> TcpStream {
    let (mut answer, mut byte) = (Vec::new(), [0]);
    while !answer.ends_with(b"retry: 1000\n\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    stream
}

/// The events of a stream, one by one, with their data as text.
fn events(stream: TcpStream) -> impl Iterator<Item = (String, String)> {
    let mut lines = BufReader::new(stream).lines();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?.ok()?;
            let Some(event) = line.strip_prefix("event: ").map(str::to_owned) else { continue };
            let data = lines.next()?.ok()?;
            return Some((event, data.strip_prefix("data: ")?.to_owned()));
        }
    })
}

/// The repetitions of a stream by number, and 0 for a snapshot.
fn reps(stream: TcpStream) -> impl Iterator<Item = u64> {
    events(stream).filter_map(|(event, data)| match event.as_str() {
        "rep" => json(&data)["id"].as_u64(),
        "snapshot" => Some(0),
        _ => None,
    })
}

fn json(data: &str) -> Value {
    serde_json::from_str(data).unwrap()
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

/// Reads a stream and tells when it saw each of its repetitions.
fn watch(stream: TcpStream, seen: SyncSender<(u64, Instant)>) {
    thread::spawn(move || {
        for rep in reps(stream) {
            if seen.send((rep, now())).is_err() {
                return;
            }
        }
    });
}

/// Says that other tests run at the same time.
const BESIDE_OTHERS: &str = "IRONSTRIDE_TEST_BESIDE_OTHERS";

/// In a process of its own: other tests' memory is not the stream's.
#[test]
fn clients_that_stop_reading_cost_the_others_nothing() {
    let alone = ["api::wire::fifty_clients_of_which_ten_stop_reading", "--exact", "--ignored", "--nocapture"];
    let program = std::env::current_exe().unwrap();
    let ended = std::process::Command::new(program).args(alone).env(BESIDE_OTHERS, "1").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    let figures = said.lines().find(|line| line.contains("readers"));
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    println!("{}", figures.expect("the test has run"));
}

#[test]
#[ignore = "run by the test above, alone"]
fn fifty_clients_of_which_ten_stop_reading() {
    const READERS: usize = 40;
    const STALLED: usize = 10;
    const REPS: u64 = 100;
    let gym = Gym::new(true);
    let served = Served::new(&gym);
    let (seen, sightings) = sync_channel(READERS);
    // the stalled ones listen to the whole gym, and get far more than sockets and buffers hold
    let mut stalled: Vec<TcpStream> = (0..STALLED).map(|_| greeted(served.ask("/api/v1/stream"))).collect();
    (0..READERS).for_each(|_| watch(served.ask("/api/v1/stream?station=rack"), seen.clone()));
    (0..READERS).for_each(|_| assert_eq!(sightings.recv_timeout(PATIENCE).unwrap().0, 0, "a snapshot"));
    assert_eq!(gym.hub.clients(), (READERS + STALLED) as u64);
    let elsewhere = SensorRole::Bar { station: "platform".into(), mount: None, side: None };
    let profile =
        SensorProfile { sensor: "bar 2".into(), name: None, role: Some(elsewhere), cadence_unit: None };
    gym.step(seconds(61.0), Vec::new(), vec![Change::Sensor(profile)]);
    let ballast = Notice { sensor: Some("bar 2".into()), ..notice(&"x".repeat(32 << 10)) };
    let mut slowest = Duration::ZERO;
    let mut half = 0;
    for n in 0..REPS {
        if n == REPS / 2 {
            half = resident();
        }
        let flood = (0..4).map(|_| Event::Notice(ballast.clone())).collect();
        gym.step(seconds(62.0), flood, Vec::new());
        gym.hub.trace(&trace(n as i64));
        let published = now();
        gym.step(seconds(62.0), vec![Event::Rep(Box::new(rep(100 + n, None, true)))], Vec::new());
        for _ in 0..READERS {
            let (rep, at) = sightings.recv_timeout(PATIENCE).unwrap();
            assert_eq!(rep, 100 + n, "each rep once at each client, in order");
            slowest = slowest.max(at.duration_since(published));
        }
    }
    let grown = resident().saturating_sub(half);
    let unread = (ballast.message.len() as u64 * 4 * REPS) >> 20;
    println!(
        "{READERS} readers, {STALLED} that left {unread} MiB unread each, {REPS} reps: the slowest came after \
         {slowest:?}; the second half took {} KiB more memory",
        grown >> 10
    );
    // beside other tests the processor is theirs too; `make bench` runs this alone
    let most_s = if std::env::var_os(BESIDE_OTHERS).is_some() { 5.0 } else { 0.5 };
    assert!(slowest.as_secs_f64() < most_s, "{slowest:?} from the step to the last client");
    assert!(grown < 8 << 20, "{grown} bytes more");
    let late: Vec<u64> = reps(stalled.remove(0)).take(REPS as usize).collect();
    assert_eq!(late, (100..100 + REPS).collect::<Vec<_>>(), "who reads again has lost nothing");
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
            let data = json(&data);
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
