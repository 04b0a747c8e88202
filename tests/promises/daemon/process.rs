//! A daemon as a real process, asked over HTTP.

use crate::program::command;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

/// No answer takes so long unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running daemon; killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    base: String,
    said: Option<JoinHandle<String>>,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Daemon {
    /// Starts `ironstride` with these arguments on a free port of the loopback, and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same with these variables in its environment.
    pub(crate) fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut all = arguments.to_vec();
        all.extend(["--listen", "127.0.0.1:0"]);
        let mut child = command(&all).envs(environment.iter().copied()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut errors = child.stderr.take().expect("a pipe");
        let said = std::thread::spawn(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            said
        });
        let base = loop {
            let mut line = String::new();
            if out.read_line(&mut line).expect("the program prints text") == 0 {
                let status = child.wait();
                panic!("{all:?} never became ready: {status:?}: {}", said.join().unwrap_or_default());
            }
            if let Some(address) = line.strip_prefix("ready: ") {
                break address.split_whitespace().next().expect("an address").to_owned();
            }
        };
        // whoever stops reading a pipe stops its writer
        std::thread::spawn(move || out.read_to_end(&mut Vec::new()));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .build()
            .into();
        Self { child, base, said: Some(said), agent }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn address(&self) -> &str {
        self.base.strip_prefix("http://").expect("an address")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(self.agent.get(format!("{}{path}", self.base)).call())
    }

    /// The body of a successful answer.
    pub(crate) fn read(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// All items of a list, page by page.
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = self.read(&format!("{path}{joint}limit=200{after}"));
            items.extend(page["items"].as_array().expect("a list").iter().cloned());
            match page["next_after"].as_u64() {
                Some(id) => after = format!("&after={id}"),
                None => return items,
            }
        }
    }

    /// Waits until its recording has been played to the end: looks when a session changes, as sessions do at the end,
    /// and when the stream says that it lives.
    pub(crate) fn source_is_over(&self) {
        let mut stream = self.stream("", None);
        let mut line = String::new();
        while !self.is_source_over() {
            while !line.starts_with("event: session") && !line.starts_with(':') {
                line.clear();
                assert_ne!(stream.lines.read_line(&mut line).expect("the daemon lives"), 0, "it has ended");
            }
            line.clear();
        }
    }

    pub(crate) fn is_source_over(&self) -> bool {
        self.read("/api/v1/status")["source_over"] == true
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.agent.put(format!("{}{path}", self.base)).send_json(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.agent.patch(format!("{}{path}", self.base)).send_json(body))
    }

    /// The live stream, from `last` on.
    pub(crate) fn stream(&self, query: &str, last: Option<u64>) -> Stream {
        let mut request = self.agent.get(format!("{}/api/v1/stream{query}", self.base));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last.to_string());
        }
        let body = request.call().expect("a stream").into_body().into_reader();
        Stream { lines: BufReader::new(Box::new(body)) }
    }

    /// As a power cut would, but for the disk.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a running process");
        self.child.wait().expect("a dead process");
    }

    /// Asks it to end, as systemd does.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).stdin(Stdio::null()).status();
        assert!(told.is_ok_and(|status| status.success()), "kill(1) is there");
        self.child.wait().expect("it ends")
    }

    /// Waits for it to end by itself; how, and what it said on standard error.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("it ends");
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        (status, said)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = result.expect("an answer");
    let text = response.body_mut().read_to_string().expect("a text");
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(text.into()) };
    Answer { status: response.status().as_u16(), body }
}

/// A message of the live stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) event: String,
    pub(crate) id: Option<u64>,
    pub(crate) data: Value,
}

/// The messages of a live stream; ends where the connection does.
pub(crate) struct Stream {
    lines: BufReader<Box<dyn Read + Send>>,
}

impl Iterator for Stream {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let mut message = Message { event: String::new(), id: None, data: Value::Null };
        loop {
            let mut line = String::new();
            // a killed daemon cuts a line in the middle: what is not whole was never sent
            if !matches!(self.lines.read_line(&mut line), Ok(1..)) || !line.ends_with('\n') {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", event)) => event.clone_into(&mut message.event),
                Some(("id", id)) => message.id = Some(id.parse().expect("a number")),
                Some(("data", data)) => message.data = serde_json::from_str(data).expect("JSON"),
                _ if line.trim_end().is_empty() && !message.event.is_empty() => return Some(message),
                _ => {}
            }
        }
    }
}
