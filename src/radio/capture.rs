//! Captures, `.capture.jsonl`: everything that reached the host, one JSON object a line.
//!
//! ```json
//! {"capture":1,"run":"2026-05-04-1","anchor_utc_ns":1777888800000000000}
//! {"t_ns":120,"type":"link","sensor":"bar-1","state":"up"}
//! {"t_ns":250,"type":"notify","sensor":"bar-1","service":"…","characteristic":"2a53","value_hex":"0102"}
//! ```
//!
//! | type | fields besides `t_ns`, `type`, `sensor` |
//! |---|---|
//! | `notify` | `service`, `characteristic`, `value_hex` |
//! | `advert` | `name`, `services`, `rssi_dbm`, each optional |
//! | `link` | `state` (`up` or `down`), `reason` optional |
//! | `characteristics` | `found`: a list of `service` and `characteristic` |
//! | `write` | as `notify`; what was sent out, so the reader passes over it |
//! | `command` | no `sensor`; what a person asked, an [`Order`](crate::model::Order) (`"order": …`), or what the host knew, a [`Context`](crate::model::Context) (`"context": …`) |
//!
//! UUIDs may be written in the 16-bit short form. `t_ns` never decreases; a line that breaks this keeps its bytes and
//! gets the time of the line before, because samples carry their sensor's own time and are worth more than their
//! arrival. A single line more than an hour ahead of the next is skipped, since all the lines after it would get its
//! time. A line that can't be understood is skipped with a warning: a capture cut off in mid-write, or one of a
//! later version with more types, is still worth reading.

mod error;
mod line;
mod writer;

pub use error::CaptureError;
pub use line::CaptureFault;
pub use writer::CaptureWriter;

use super::lines::{Line, Lines, excerpt};
use crate::model::{HostTime, Input};
use line::{input, reason};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::BufRead;

/// A single line this far ahead of the next, ns, has a broken time: one hour.
const LEAP_NS: i64 = 3_600_000_000_000;

/// The version of the format that is read and written.
pub const VERSION: u32 = 1;

/// The first line of a capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureHeader {
    /// Version of the format.
    pub capture: u32,
    /// Name of the run whose monotonic clock `t_ns` counts on.
    pub run: String,
    /// UTC at `t_ns` = 0, ns since 1970; `None` while the host didn't know the time.
    pub anchor_utc_ns: Option<i64>,
}

impl CaptureHeader {
    /// A header of this version.
    pub fn new(run: impl Into<String>, anchor_utc_ns: Option<i64>) -> Self {
        Self { capture: VERSION, run: run.into(), anchor_utc_ns }
    }
}

/// An iterator over the inputs of a capture.
#[derive(Debug)]
pub struct CaptureReader<R> {
    lines: Lines<R>,
    header: CaptureHeader,
    /// Time of the last line given out, ns.
    given_ns: i64,
    /// A good line that waits for the next one's time.
    held: Option<Held>,
    /// What is ready to be given out.
    ready: VecDeque<Result<Input, CaptureError>>,
    done: bool,
}

/// A line that was understood; no input where it tells what the host did.
#[derive(Debug)]
struct Held {
    line: u64,
    t_ns: i64,
    input: Option<Input>,
}

impl<R: BufRead> CaptureReader<R> {
    /// Reads the header.
    pub fn new(reader: R) -> Result<Self, CaptureError> {
        let mut lines = Lines::new(reader);
        let header = match lines.next_line()? {
            None => return Err(CaptureError::Empty),
            Some(Line::Bytes(bytes)) => read_header(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?,
            Some(Line::TooLong) => return Err(header_error("too long", b"")),
        };
        Ok(Self { lines, header, given_ns: i64::MIN, held: None, ready: VecDeque::new(), done: false })
    }

    /// The first line.
    #[must_use]
    pub fn header(&self) -> &CaptureHeader {
        &self.header
    }

    /// Reads one line.
    fn step(&mut self) {
        let parsed = match self.lines.next_line() {
            Ok(None) => return self.end(None),
            Err(error) => return self.end(Some(error.into())),
            Ok(Some(Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => return,
            Ok(Some(Line::Bytes(bytes))) => input(bytes),
            Ok(Some(Line::TooLong)) => Err(CaptureFault::TooLong),
        };
        let line = self.lines.number();
        match parsed {
            Ok((t_ns, input)) => self.place(Held { line, t_ns, input }),
            Err(fault) => self.ready.push_back(Err(CaptureError::BadLine { line, fault })),
        }
    }

    /// Puts a line in the order of time: holds it back and gives out the one held before.
    fn place(&mut self, mut new: Held) {
        let Some(held) = self.held.take() else {
            self.held = Some(new);
            return;
        };
        let (before_ns, t_ns) = (held.t_ns, new.t_ns);
        if before_ns.saturating_sub(t_ns) > LEAP_NS && t_ns >= self.given_ns {
            let fault = CaptureFault::TimeLeap { t_ns: before_ns, after_ns: t_ns };
            self.ready.push_back(Err(CaptureError::BadLine { line: held.line, fault }));
        } else {
            self.give(held);
            if t_ns < before_ns {
                self.ready.push_back(Err(CaptureError::TimeBack { line: new.line, before_ns, t_ns }));
                new.t_ns = before_ns;
                new.input.iter_mut().for_each(|input| input.set_at(HostTime(before_ns)));
            }
        }
        self.held = Some(new);
    }

    fn give(&mut self, held: Held) {
        self.given_ns = held.t_ns;
        self.ready.extend(held.input.map(Ok));
    }

    fn end(&mut self, error: Option<CaptureError>) {
        self.done = true;
        if let Some(held) = self.held.take() {
            self.give(held);
        }
        self.ready.extend(error.map(Err));
    }
}

impl<R: BufRead> Iterator for CaptureReader<R> {
    type Item = Result<Input, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !self.done {
            self.step();
        }
        self.ready.pop_front()
    }
}

fn header_error(reason: &str, line: &[u8]) -> CaptureError {
    CaptureError::Header { reason: reason.to_owned(), found: excerpt(line) }
}

fn read_header(line: &[u8]) -> Result<CaptureHeader, CaptureError> {
    /// Only the version, so that a header of another shape still tells it.
    #[derive(Deserialize)]
    struct Version {
        capture: u64,
    }
    let version: Version = serde_json::from_slice(line).map_err(|e| header_error(&reason(&e), line))?;
    if version.capture != u64::from(VERSION) {
        return Err(CaptureError::Version { found: version.capture });
    }
    serde_json::from_slice(line).map_err(|e| header_error(&reason(&e), line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Characteristic, Command, Context, LinkChange, Notification, Order, Request, RequestAction,
        SensorAssignment, SensorId, SensorRole, StationContext, sig_uuid,
    };
    use proptest::prelude::*;

    const HEADER: &str = r#"{"capture":1,"run":"test","anchor_utc_ns":null}"#;

    /// Inputs and messages, in order, each message marked when it ends the reading.
    fn read(text: &[u8]) -> (Vec<Input>, Vec<String>) {
        let (mut inputs, mut messages) = (Vec::new(), Vec::new());
        match CaptureReader::new(text) {
            Err(error) => messages.push(format!("fatal {error}")),
            Ok(reader) => {
                for item in reader {
                    match item {
                        Ok(input) => inputs.push(input),
                        Err(error) if error.is_fatal() => messages.push(format!("fatal {error}")),
                        Err(error) => messages.push(error.to_string()),
                    }
                }
            }
        }
        (inputs, messages)
    }

    fn read_lines(lines: &[&str]) -> (Vec<Input>, Vec<String>) {
        read([&[HEADER], lines].concat().join("\n").as_bytes())
    }

    fn written(inputs: &[Input]) -> Vec<u8> {
        let header = CaptureHeader::new("test", Some(5));
        let mut writer = CaptureWriter::new(Vec::new(), &header).unwrap();
        for input in inputs {
            writer.input(input).unwrap();
        }
        writer.into_inner()
    }

    fn rsc() -> Characteristic {
        Characteristic { service: sig_uuid(0x1814), characteristic: sig_uuid(0x2a53) }
    }

    fn notification(at: i64, value: &[u8]) -> Input {
        Input::Notification(Notification {
            at: HostTime(at),
            sensor: "foot \"1\"".into(),
            source: rsc(),
            value: value.to_vec(),
        })
    }

    #[test]
    fn every_kind_of_input_comes_back_as_written() {
        let (at, sensor) = (HostTime(7), SensorId::from("bar-1"));
        let link = |change| Input::Link { at, sensor: sensor.clone(), change };
        let role = SensorRole::Bar { station: "rack".into(), mount: None, side: None };
        let context = StationContext { load_kg: Some(100.0), ..StationContext::default() };
        let inputs = [
            notification(-3, &[]),
            link(LinkChange::Up),
            link(LinkChange::Down { reason: "out of reach".to_owned() }),
            link(LinkChange::Advert {
                name: Some("Bar é".to_owned()),
                services: vec![sig_uuid(0x180f)],
                rssi_dbm: Some(-60),
            }),
            link(LinkChange::Characteristics { found: vec![rsc()] }),
            Input::Command(Command { at, order: Order::SetStation { station: "rack".into(), context } }),
            Input::Context {
                at,
                context: Context::Sensor(SensorAssignment { sensor: sensor.clone(), role }),
            },
            notification(8, &[0x00, 0xff]),
        ];
        assert_eq!(read(&written(&inputs)), (inputs.to_vec(), vec![]));
    }

    #[test]
    fn what_went_out_is_written_and_passed_over() {
        let mut writer = CaptureWriter::new(Vec::new(), &CaptureHeader::new("test", None)).unwrap();
        let request = Request {
            after_ms: 0,
            at: HostTime(1),
            sensor: "bar-1".into(),
            target: rsc(),
            action: RequestAction::Write { value: vec![1] },
            purpose: "start".to_owned(),
        };
        writer.request(&request).unwrap();
        assert!(writer.input(&notification(0, &[])).is_err(), "time can't go back");
        writer.input(&notification(1, &[])).unwrap();
        assert_eq!(read(&writer.into_inner()), (vec![notification(1, &[])], vec![]));
    }

    #[test]
    fn bad_lines_are_named_and_the_rest_is_read() {
        let (inputs, messages) = read_lines(&[
            r#"{"t_ns":1,"type":"notify","sensor":"s","service":"1814","characteristic":"2a53","value_hex":"0x"}"#,
            r#"{"t_ns":2,"type":"telepathy","sensor":"s"}"#,
            "garbage",
            r#"{"t_ns":3,"type":"notify","service":"1814","characteristic":"2a53","value_hex":"00"}"#,
            r#"{"t_ns":4,"type":"notify","sensor":"s","service":"x","characteristic":"2a53","value_hex":"00"}"#,
            "",
            r#"{"t_ns":5,"type":"command","order":"dance"}"#,
            r#"{"t_ns":9,"type":"link","sensor":"s","state":"up","since":"ever"}"#,
            r#"{"t_ns":10,"type":"notify","sens"#,
        ]);
        assert_eq!(inputs.len(), 1, "{inputs:?}");
        let expected = [
            "line 2: `value_hex` is corrupt at its character 2",
            "line 3: unknown type `telepathy`",
            "line 4: not a line of a capture (expected value)",
            "line 5: `sensor` is missing",
            "line 6: not a line of a capture (`x` is not a UUID)",
            "line 8: not a line of a capture (unknown variant `dance`",
            "line 10: not a line of a capture (EOF while parsing",
        ];
        assert_eq!(messages.len(), expected.len(), "{messages:#?}");
        for (message, start) in messages.iter().zip(expected) {
            assert!(message.starts_with(start), "{message}");
        }
    }

    #[test]
    fn a_line_whose_time_goes_back_is_kept_at_the_time_before() {
        let (inputs, messages) = read_lines(&[
            r#"{"t_ns":10,"type":"link","sensor":"s","state":"up"}"#,
            r#"{"t_ns":4,"type":"link","sensor":"s","state":"down"}"#,
            r#"{"t_ns":11,"type":"link","sensor":"s","state":"up"}"#,
        ]);
        assert_eq!(inputs.iter().map(|input| input.at().0).collect::<Vec<_>>(), [10, 10, 11]);
        assert!(messages.len() == 1 && messages[0].starts_with("line 3: t_ns goes back from 10 to 4"));
    }

    #[test]
    fn a_single_line_far_ahead_costs_only_itself() {
        let up = |t_ns: i64| format!(r#"{{"t_ns":{t_ns},"type":"link","sensor":"s","state":"up"}}"#);
        let read_at = |times: &[i64]| {
            let lines: Vec<String> = times.iter().map(|t_ns| up(*t_ns)).collect();
            let (inputs, messages) = read_lines(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            (inputs.iter().map(|input| input.at().0).collect::<Vec<_>>(), messages)
        };
        let far = 2 * LEAP_NS;
        for (times, kept, line) in
            [(&[10, far, 20, 30][..], vec![10, 20, 30], 3), (&[i64::MAX, 10, 20], vec![10, 20], 2)]
        {
            let (found, messages) = read_at(times);
            assert_eq!((found, messages.len()), (kept, 1), "{messages:?}");
            assert!(messages[0].starts_with(&format!("line {line}: t_ns leaps to ")), "{messages:?}");
        }
        assert_eq!(read_at(&[10, far, far + 1]), (vec![10, far, far + 1], vec![]));
    }

    #[test]
    fn what_is_no_capture_is_an_error_that_says_why() {
        let error = |text: &str| {
            let (inputs, messages) = read(text.as_bytes());
            assert_eq!((inputs.len(), messages.len()), (0, 1), "{messages:?}");
            messages[0].clone()
        };
        assert!(error("").starts_with("fatal the file is empty"));
        assert!(error("{\"run\":\"x\"}").contains("missing field `capture`"));
        assert!(error("t_s,ax").contains("not the header of a capture"));
        assert!(error("{\"capture\":2,\"start\":1}").contains("version 2 is not known"));
    }

    proptest! {
        #[test]
        fn any_notification_comes_back(value in proptest::collection::vec(any::<u8>(), 0..300), at in 0..i64::MAX) {
            let input = [notification(at, &value)];
            prop_assert_eq!(read(&written(&input)), (input.to_vec(), vec![]));
        }

        #[test]
        fn any_bytes_end_without_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            read(&body);
            read(&[HEADER.as_bytes(), b"\n", &body].concat());
        }
    }
}
