//! Traces of one inertial sensor: CSV with a header that names the columns.
//!
//! A reader of our own and not the `csv` crate, because that has no limit for the length of a line (an endless line
//! would fill the memory) and a trace is plain numbers between commas, so there is little left for it to do.
//!
//! **Time.** [`TraceSample::t_s`] is the file's own `t_s`. What goes into the engine is
//! [`TraceReader::nanos_since_first`], and [`TraceReader::file_time_s`] leads back from there.

mod columns;
mod error;
mod units;

pub use columns::LineFault;
pub use error::TraceError;
pub use units::UnitDoubt;

use super::lines::{Line, Lines};
use crate::model::{ImuSample, nanos_from_seconds};
use columns::Layout;
use std::collections::VecDeque;
use std::io::BufRead;
use units::Units;

/// A single line this far ahead of its neighbours, s, has a broken time; without this it would make all the lines
/// after it look late.
const LEAP_S: f64 = 60.0;
/// Longest time from the first line to any other, s: thirty years, and less than what motion's nanoseconds hold.
const SPAN_S: f64 = 1e9;

/// One usable line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceSample {
    /// Its number in the file, from 1.
    pub line: u64,
    /// The file's own time, s.
    pub t_s: f64,
    /// What was measured.
    pub sample: ImuSample,
}

/// An iterator over the samples of a trace, one for each usable line.
#[derive(Debug)]
pub struct TraceReader<R> {
    lines: Lines<R>,
    layout: Layout,
    /// Words about the file as a whole that are still to be said.
    notices: VecDeque<TraceError>,
    units: Units,
    /// Lines without a gyroscope's values in a file with its columns.
    without_gyroscope: u64,
    first_t_s: Option<f64>,
    /// Time of the last sample given out, s.
    given_t_s: Option<f64>,
    /// A good line that waits for the next one's time.
    held: Option<TraceSample>,
    bad: u64,
    first_fault: Option<String>,
    done: bool,
}

impl<R: BufRead> TraceReader<R> {
    /// Reads the header.
    pub fn new(reader: R) -> Result<Self, TraceError> {
        let mut lines = Lines::new(reader);
        let (layout, notice) = loop {
            let number = lines.number() + 1;
            let header = match lines.next_line()? {
                None => return Err(TraceError::Empty),
                Some(Line::Bytes(bytes)) => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
                Some(Line::TooLong) => b"(a line over the limit)",
            };
            let is_before = matches!(header.trim_ascii_start().first(), None | Some(b'#'));
            if !is_before {
                break Layout::of_header(number, header)?;
            }
        };
        let before = lines.number() - 1;
        let before = (before > 0).then_some(TraceError::BeforeHeader { lines: before });
        Ok(Self {
            lines,
            layout,
            notices: before.into_iter().chain(notice).collect(),
            units: Units::default(),
            without_gyroscope: 0,
            first_t_s: None,
            given_t_s: None,
            held: None,
            bad: 0,
            first_fault: None,
            done: false,
        })
    }

    /// Nanoseconds from the first usable line to `t_s`: host and device time in one, since a file has no link.
    #[must_use]
    pub fn nanos_since_first(&self, t_s: f64) -> i64 {
        nanos_from_seconds(t_s - self.first_t_s.unwrap_or(t_s))
    }

    /// The file's own time of a moment `nanos` after the first usable line, s; inverse of
    /// [`nanos_since_first`](Self::nanos_since_first) to the nanosecond.
    #[must_use]
    pub fn file_time_s(&self, nanos: i64) -> f64 {
        // a division, because 1e-9 has no exact binary form and a product would be off in the last digit
        self.first_t_s.unwrap_or(0.0) + nanos as f64 / 1e9
    }

    /// Reads one line; `None` when it leaves nothing to say yet.
    fn step(&mut self) -> Option<Result<TraceSample, TraceError>> {
        let parsed = match self.lines.next_line() {
            Err(error) => {
                self.done = true;
                return Some(Err(error.into()));
            }
            Ok(None) => return self.end(),
            Ok(Some(Line::Bytes(bytes))) if bytes.trim_ascii().is_empty() => return None,
            Ok(Some(Line::Bytes(bytes))) => self.layout.parse(bytes),
            Ok(Some(Line::TooLong)) => Err(LineFault::TooLong),
        };
        let line = self.lines.number();
        match parsed {
            Ok((t_s, sample)) => match self.first_t_s {
                Some(first_s) if t_s - first_s > SPAN_S => {
                    Some(Err(self.bad(line, LineFault::TooLate { first_s, t_s })))
                }
                _ => self.place(TraceSample { line, t_s, sample }),
            },
            Err(fault) => Some(Err(self.bad(line, fault))),
        }
    }

    /// Puts a good line in the order of time: holds it back and gives out the one held before.
    fn place(&mut self, new: TraceSample) -> Option<Result<TraceSample, TraceError>> {
        let Some(held) = self.held else {
            self.held = Some(new);
            return None;
        };
        if new.t_s >= held.t_s {
            self.held = Some(new);
            return Some(Ok(self.give(held)));
        }
        let held_is_wrong = held.t_s - new.t_s > LEAP_S && self.given_t_s.is_none_or(|t_s| new.t_s >= t_s);
        if held_is_wrong {
            self.held = Some(new);
            let fault = LineFault::TimeLeap { t_s: held.t_s, after_s: new.t_s };
            return Some(Err(self.bad(held.line, fault)));
        }
        Some(Err(self.bad(new.line, LineFault::TimeBack { before_s: held.t_s, t_s: new.t_s })))
    }

    fn give(&mut self, sample: TraceSample) -> TraceSample {
        self.first_t_s.get_or_insert(sample.t_s);
        self.units.see(sample.t_s, &sample.sample);
        self.without_gyroscope +=
            u64::from(self.layout.has_gyroscope() && sample.sample.gyro_rad_s.is_none());
        self.given_t_s = Some(sample.t_s);
        sample
    }

    fn bad(&mut self, line: u64, fault: LineFault) -> TraceError {
        self.bad += 1;
        let error = TraceError::BadLine { line, fault };
        self.first_fault.get_or_insert_with(|| error.to_string());
        error
    }

    fn end(&mut self) -> Option<Result<TraceSample, TraceError>> {
        self.done = true;
        let last = match (self.held.take(), self.given_t_s, self.first_fault.take()) {
            (Some(held), ..) => Some(Ok(self.give(held))),
            (None, Some(_), _) => None,
            (None, None, Some(first)) => Some(Err(TraceError::NothingUsable { bad: self.bad, first })),
            (None, None, None) => Some(Err(TraceError::HeaderOnly)),
        };
        let lines = self.without_gyroscope;
        self.notices.extend((lines > 0).then_some(TraceError::GyroscopeAbsent { lines }));
        self.notices.extend(self.units.doubts().map(TraceError::Unit));
        last
    }
}

impl<R: BufRead> Iterator for TraceReader<R> {
    type Item = Result<TraceSample, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(notice) = self.notices.pop_front() {
            return Some(Err(notice));
        }
        while !self.done {
            if let Some(item) = self.step() {
                return Some(item);
            }
        }
        self.notices.pop_front().map(Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = (Vec<TraceSample>, Vec<String>, Option<String>);

    /// Samples, warnings, and the error that ended the reading.
    fn read(text: &[u8]) -> Read {
        let (mut samples, mut warnings) = (Vec::new(), Vec::new());
        let reader = match TraceReader::new(text) {
            Ok(reader) => reader,
            Err(error) => return (samples, warnings, Some(error.to_string())),
        };
        for item in reader {
            match item {
                Ok(sample) => samples.push(sample),
                Err(error) if error.is_fatal() => return (samples, warnings, Some(error.to_string())),
                Err(error) => warnings.push(error.to_string()),
            }
        }
        (samples, warnings, None)
    }

    fn times(text: &str) -> (Vec<f64>, Vec<String>) {
        let (samples, warnings, error) = read(text.as_bytes());
        assert_eq!(error, None);
        (samples.iter().map(|sample| sample.t_s).collect(), warnings)
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_among_others() {
        let text = "\u{feff}note, az_m_s2 ,gz_rad_s,\"t_s\",gx_rad_s,gy_rad_s,ax_m_s2,ay_m_s2,more\r\n\
                    x, 9.81 ,3,0.5,1,2,-1,+2,,\r\n";
        let (samples, warnings, error) = read(text.as_bytes());
        assert_eq!((warnings.len(), error), (0, None));
        let sample = ImuSample { accel_m_s2: [-1.0, 2.0, 9.81], gyro_rad_s: Some([1.0, 2.0, 3.0]) };
        assert_eq!(samples, [TraceSample { line: 2, t_s: 0.5, sample }]);
    }

    #[test]
    fn the_gyroscope_is_optional_but_not_by_halves() {
        let (samples, warnings, _) = read(b"t_s,ax_m_s2,ay_m_s2,az_m_s2\n0,0,0,9.8\n");
        assert_eq!((samples[0].sample.gyro_rad_s, warnings.len()), (None, 0));
        let (samples, warnings, _) = read(b"t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s\n0,0,0,9.8,1\n");
        assert_eq!(samples[0].sample.gyro_rad_s, None);
        assert!(warnings[0].contains("gy_rad_s"), "{warnings:?}");
    }

    #[test]
    fn a_line_without_the_gyroscope_s_values_keeps_its_accelerometer() {
        let text = "t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s\n\
                    0,0,0,9.8,1,2,3\n1,0,0,9.8,,,\n2,0,0,9.8\n3,0,0,9.8,1,,3\n";
        let (samples, warnings, error) = read(text.as_bytes());
        let has: Vec<bool> = samples.iter().map(|sample| sample.sample.gyro_rad_s.is_some()).collect();
        assert_eq!((has, error), (vec![true, false, false, false], None));
        assert!(warnings.len() == 1 && warnings[0].starts_with("3 lines have no value"), "{warnings:?}");
    }

    #[test]
    fn what_stands_before_the_header_is_skipped_with_a_word() {
        let (times, warnings) =
            times("\u{feff}# made by hand\n\n t_s,ax_m_s2,ay_m_s2,az_m_s2\n0,0,0,9.8\nx,0,0,9.8\n");
        assert_eq!((times, warnings.len()), (vec![0.0], 2));
        assert!(warnings[0].starts_with("2 blank or comment lines before the header"), "{warnings:?}");
        assert!(warnings[1].starts_with("line 5: "), "{warnings:?}");
    }

    #[test]
    fn other_separators_and_decimal_commas_are_told() {
        for (text, word) in [
            ("t_s;ax_m_s2;ay_m_s2;az_m_s2\n0,0;0;0;9,8\n", "line 1: the separator is `;`: use `,`"),
            ("t_s\tax_m_s2\tay_m_s2\taz_m_s2\n", "the separator is a tab"),
            ("t_s,ax_m_s2,ay_m_s2,az_m_s2\n0,01,0,02,0,03,9,8\n", "decimal commas? Write `.`"),
        ] {
            let error = read(text.as_bytes()).2.unwrap();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_time_beyond_what_motion_can_hold_is_named() {
        let (times, warnings) = times("t_s,ax_m_s2,ay_m_s2,az_m_s2\n-3e9,0,0,9.8\n-3e9,0,0,9.8\n0,0,0,9.8\n");
        assert_eq!((times, warnings.len()), (vec![-3e9, -3e9], 1));
        assert!(warnings[0].starts_with("line 4: 0 s is too long after the first line"), "{warnings:?}");
    }

    #[test]
    fn each_bad_line_is_named_and_the_rest_is_kept() {
        let (times, warnings) = times(
            "t_s,ax_m_s2,ay_m_s2,az_m_s2\n0,0,0,9.8\n\n1,nan,0,9.8\n2,0,inf,9.8\n3,0,0\n4,0,zero,9.8\n\
             5e12,0,0,9.8\n6,0,0,2e4\n7,0,0,\n8,0,0,9.8\n",
        );
        assert_eq!(times, [0.0, 8.0]);
        let starts: Vec<&str> = warnings.iter().map(|w| w.split(';').next().unwrap()).collect();
        assert_eq!(
            starts,
            [
                "line 4: `ax_m_s2` is not finite",
                "line 5: `ay_m_s2` is not finite",
                "line 6: no value for `az_m_s2`",
                "line 7: `ay_m_s2` is not a number: `zero`",
                "line 8: `t_s` is out of range: 5e12 (at most 4e9)",
                "line 9: `az_m_s2` is out of range: 2e4 (at most 1e4)",
                "line 10: no value for `az_m_s2`",
            ]
        );
    }

    #[test]
    fn time_may_repeat_but_not_go_back_and_one_broken_time_spoils_one_line() {
        let line = |t: f64| format!("{t},0,0,9.8\n");
        let text = |ts: &[f64]| {
            ts.iter().fold("t_s,ax_m_s2,ay_m_s2,az_m_s2\n".to_owned(), |text, t| text + &line(*t))
        };
        assert_eq!(times(&text(&[0.0, 0.0, 1.0])), (vec![0.0, 0.0, 1.0], vec![]));
        let (kept, warnings) = times(&text(&[0.0, 2.0, 1.0, 3.0]));
        assert_eq!((kept, warnings.len()), (vec![0.0, 2.0, 3.0], 1));
        assert!(warnings[0].starts_with("line 4: time goes back"), "{warnings:?}");
        let (kept, warnings) = times(&text(&[0.0, 1.0, 1e6, 2.0, 3.0]));
        assert_eq!((kept, warnings.len()), (vec![0.0, 1.0, 2.0, 3.0], 1));
        assert!(warnings[0].starts_with("line 4: time leaps"), "{warnings:?}");
        let (kept, warnings) = times(&text(&[1e6, 2.0, 3.0]));
        assert_eq!((kept, warnings.len()), (vec![2.0, 3.0], 1));
    }

    #[test]
    fn what_is_no_trace_is_an_error_that_says_what_is_missing() {
        let error = |text: &[u8]| read(text).2.unwrap();
        assert!(error(b"").contains("empty"));
        assert!(error(b"once upon a time\n").contains("`t_s` is missing in `once upon a time`"));
        assert!(error(b"t_s,ax_m_s2,ay_m_s2\n0,0,0\n").contains("`az_m_s2` is missing"));
        assert!(error(b"\x7fELF\x00\x01").contains("\\u{7f}ELF"));
        assert!(error(b"t_s,ax_m_s2,ay_m_s2,az_m_s2\n").contains("nothing after the header"));
        let bad = error(b"t_s,ax_m_s2,ay_m_s2,az_m_s2\na,b,c,d\ne,f,g,h\n");
        assert!(bad.contains("2 bad lines") && bad.contains("line 2"), "{bad}");
    }

    #[test]
    fn device_time_leads_back_to_the_file_time() {
        let text = "t_s,ax_m_s2,ay_m_s2,az_m_s2\n-3.25,0,0,9\n12.345,0,0,9\n";
        let mut reader = TraceReader::new(text.as_bytes()).unwrap();
        let last = reader.by_ref().last().unwrap().unwrap();
        let nanos = reader.nanos_since_first(last.t_s);
        assert_eq!(nanos, 15_595_000_000);
        assert!((reader.file_time_s(nanos) - 12.345).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut text = b"t_s,ax_m_s2,ay_m_s2,az_m_s2\n".to_vec();
            text.extend_from_slice(&body);
            read(&text);
            read(&body);
        }

        #[test]
        fn every_line_is_a_sample_a_warning_or_blank(times in proptest::collection::vec(-100.0..100.0f64, 1..50)) {
            let line = |text: String, t: &f64| text + &t.to_string() + ",0,0,9.8\n";
            let text = times.iter().fold("t_s,ax_m_s2,ay_m_s2,az_m_s2\n".to_owned(), line);
            let (samples, warnings, error) = read(text.as_bytes());
            prop_assert_eq!(error, None);
            // words about the file as a whole name no line
            let bad = warnings.iter().filter(|warning| warning.starts_with("line ")).count();
            prop_assert_eq!(samples.len() + bad, times.len());
            prop_assert!(samples.windows(2).all(|pair| pair[0].t_s <= pair[1].t_s));
        }
    }
}
