//! A server of the v2 write API that can be told how to fail. It keeps points as InfluxDB does: the later value of a
//! field replaces the earlier.

use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the server does with a write.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Keeps it and says so.
    Keep,
    /// Says this status, these header lines and this body, and keeps nothing.
    Say(u16, &'static str, &'static str),
    /// Keeps the lines without this text and says 400, as InfluxDB does with a partial write.
    KeepWithout(&'static str),
    /// Hangs up in the middle of the request.
    Cut,
    /// Keeps it and never answers.
    KeepSilently,
}

/// Decides what becomes of the lines of a write.
pub(super) type Mind = Box<dyn FnMut(&[&str]) -> Act + Send>;

/// Fields by name, as they stand in a line.
type Fields = BTreeMap<String, String>;

/// What the server knows.
#[derive(Default)]
pub(super) struct Known {
    /// By measurement with tags, and time.
    pub(super) points: BTreeMap<(String, i64), Fields>,
    pub(super) writes: u32,
    /// `Authorization` of the last write.
    pub(super) token: String,
}

/// A running server; ends with the process.
pub(super) struct Mock {
    pub(super) url: String,
    known: Arc<Mutex<Known>>,
    mind: Arc<Mutex<Mind>>,
}

impl Mock {
    pub(super) fn start(mind: impl FnMut(&[&str]) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let known = Arc::new(Mutex::new(Known::default()));
        let mind: Arc<Mutex<Mind>> = Arc::new(Mutex::new(Box::new(mind)));
        let (kept, asked) = (Arc::clone(&known), Arc::clone(&mind));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (known, mind) = (Arc::clone(&kept), Arc::clone(&asked));
                std::thread::spawn(move || answer(&stream, &known, &mind));
            }
        });
        Self { url, known, mind }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it behaves so.
    pub(super) fn behave(&self, mind: impl FnMut(&[&str]) -> Act + Send + 'static) {
        *self.mind.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(mind);
    }
}

/// One request, after which the connection is closed; nobody listening any more is no trouble of a server.
fn answer(stream: &TcpStream, known: &Mutex<Known>, mind: &Mutex<Mind>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length, mut token) = (String::new(), 0, String::new());
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => value.clone_into(&mut token),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if first.contains(" /health ") {
        return say(stream, 200, "", r#"{"name":"influxdb","status":"pass","version":"v2.7.0"}"#);
    }
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if first.contains(" /api/v2/query") {
        return say(stream, 200, "", &csv(&known.points));
    }
    assert!(first.contains("precision=ms") && first.contains("bucket=train"), "{first}");
    known.token = token;
    let mut text = String::new();
    if !body.is_empty() {
        known.writes += 1;
        GzDecoder::new(&body[..]).read_to_string(&mut text).expect("gzip");
        assert!(text.ends_with('\n'), "a whole last line");
    }
    let lines: Vec<&str> = text.lines().collect();
    let act = mind.lock().unwrap_or_else(PoisonError::into_inner)(&lines);
    let keep = |known: &mut Known, without: &str| {
        for line in lines.iter().filter(|line| without.is_empty() || !line.contains(without)) {
            let (key, fields) = taken_apart(line);
            known.points.entry(key).or_default().extend(fields);
        }
    };
    match act {
        Act::KeepSilently => {
            keep(&mut known, "");
            drop(known);
            // until the other side has had enough
            let _ = reader.read(&mut [0]);
            return None;
        }
        Act::KeepWithout(bad) if lines.iter().any(|line| line.contains(bad)) => {
            keep(&mut known, bad);
            drop(known);
            return say(stream, 400, "", r#"{"code":"invalid","message":"partial write: bad line"}"#);
        }
        Act::Keep | Act::KeepWithout(_) => keep(&mut known, ""),
        Act::Say(status, headers, body) => return say(stream, status, headers, body),
        Act::Cut => return None,
    }
    drop(known);
    say(stream, 204, "", "")
}

fn say(mut stream: &TcpStream, status: u16, headers: &str, body: &str) -> Option<()> {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} So\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    );
    stream.write_all(text.as_bytes()).ok()
}

/// Splits at a separator that no backslash stands before and that is not in a text.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut in_text, mut escaped) = (vec![String::new()], false, false);
    for character in text.chars() {
        if character == separator && !escaped && !in_text {
            parts.push(String::new());
            continue;
        }
        in_text ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        parts.last_mut().expect("one at least").push(character);
    }
    parts
}

fn taken_apart(line: &str) -> ((String, i64), Fields) {
    let parts = split(line, ' ');
    let [series, fields, time] = parts.as_slice() else { panic!("three parts: {line}") };
    let fields = split(fields, ',').into_iter().map(|field| {
        let (name, value) = field.split_once('=').expect("a name and a value");
        (name.to_owned(), value.to_owned())
    });
    ((series.clone(), time.parse().expect("a time")), fields.collect())
}

/// All points as Flux's annotated CSV.
fn csv(points: &BTreeMap<(String, i64), Fields>) -> String {
    let mut text = String::new();
    let plain = |text: &str| text.replace("\\ ", " ").replace("\\,", ",").replace("\\=", "=");
    for ((series, t_ms), fields) in points {
        let mut tags = split(series, ',');
        let measurement = tags.remove(0);
        let (mut names, mut cells) = (String::new(), String::new());
        for tag in &tags {
            let (name, value) = tag.split_once('=').expect("a tag");
            let _ = write!(names, ",{name}");
            let _ = write!(cells, ",\"{}\"", plain(value).replace('"', "\"\""));
        }
        for (field, value) in fields {
            let text_value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let (kind, value) = match (text_value, value.strip_suffix('i')) {
                (Some(text), _) => {
                    ("string", text.replace("\\\"", "\"").replace("\\\\", "\\").replace('"', "\"\""))
                }
                (None, Some(whole)) => ("long", whole.to_owned()),
                _ if value == "true" || value == "false" => ("boolean", value.clone()),
                _ => ("double", value.clone()),
            };
            let strings = ",string".repeat(tags.len() + 2);
            let _ = write!(
                text,
                "#datatype,string,long,long,{kind}{strings}\r\n,result,table,_time,_value,_field,_measurement{names}\r\n\
                 ,_result,0,{},\"{value}\",{field},{measurement}{cells}\r\n\r\n",
                t_ms * 1_000_000
            );
        }
    }
    text
}
