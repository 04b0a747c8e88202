//! Lines on their way: halved until what a server won't take is found, and never sent for ever.

use super::answer::Answer;
use std::ops::Range;

/// A line and the journal's entry that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `seq` of the entry.
    pub seq: u64,
    /// The line, without its end.
    pub text: String,
}

/// A line that a server won't take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The line.
    pub line: Line,
    /// Why, in the server's words.
    pub reason: String,
}

/// So many lines refused one after the other, none taken between: then it isn't the lines.
const SUSPICIOUS: u32 = 50;

/// Lines that are sent together, as far as the server lets them.
#[derive(Debug)]
pub(super) struct Parcel {
    lines: Vec<Line>,
    /// What is still to be sent; the next one last.
    rest: Vec<Range<usize>>,
    aside: Vec<SetAside>,
    in_a_row: u32,
}

/// What stands in the way of a parcel.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Obstacle {
    /// See [`Answer::Busy`].
    Busy(String, Option<f64>),
    /// See [`Answer::Locked`].
    Locked(String),
}

impl Parcel {
    /// Of these lines, in order.
    #[must_use]
    pub(super) fn new(lines: Vec<Line>) -> Self {
        let rest = Some(0..lines.len()).filter(|all| !all.is_empty()).into_iter().collect();
        Self { lines, rest, aside: Vec::new(), in_a_row: 0 }
    }

    /// What to send next, each line with its end; `None` when nothing is left.
    #[must_use]
    pub(super) fn next(&self) -> Option<String> {
        let range = self.rest.last()?;
        let lines = &self.lines[range.clone()];
        let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
        for line in lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        Some(text)
    }

    /// The server's answer to [`Self::next`].
    pub(super) fn answered(&mut self, answer: Answer) -> Result<(), Obstacle> {
        match answer {
            Answer::Done => {
                self.in_a_row = 0;
                self.rest.pop();
            }
            Answer::Busy(words, wish) => return Err(Obstacle::Busy(words, wish)),
            Answer::Locked(words) => return Err(Obstacle::Locked(words)),
            Answer::TooLarge => self.divide("too large for the server".to_owned())?,
            Answer::Refused(words) if words.contains("retention") => self.outlived(&words),
            Answer::Refused(words) => self.divide(words)?,
        }
        Ok(())
    }

    /// Some of it is older than the server keeps things. It has taken the rest, and the old is no fault of a line.
    fn outlived(&mut self, words: &str) {
        let Some(first) = self.rest.pop().map(|range| &self.lines[range.start]) else { return };
        let reason = format!("with others of its time it is older than the server keeps things: {words}");
        self.aside.push(SetAside { line: first.clone(), reason });
        self.in_a_row = 0;
    }

    /// Halves what was sent last; a single line is set aside.
    fn divide(&mut self, reason: String) -> Result<(), Obstacle> {
        let Some(range) = self.rest.last().cloned() else { return Ok(()) };
        if range.len() == 1 {
            if self.in_a_row >= SUSPICIOUS {
                let words = format!("{SUSPICIOUS} lines in a row were refused, the last with {reason}");
                self.in_a_row = 0;
                return Err(Obstacle::Locked(words));
            }
            self.in_a_row += 1;
            self.rest.pop();
            self.aside.push(SetAside { line: self.lines[range.start].clone(), reason });
        } else {
            let middle = range.start + range.len() / 2;
            self.rest.pop();
            self.rest.extend([middle..range.end, range.start..middle]);
        }
        Ok(())
    }

    /// The lines, sent or not.
    #[must_use]
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What the server won't take.
    #[must_use]
    pub(super) fn aside(&self) -> &[SetAside] {
        &self.aside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parcel(lines: usize) -> Parcel {
        Parcel::new((0..lines).map(|n| Line { seq: n as u64, text: format!("m f={n}i") }).collect())
    }

    /// A server that keeps good lines of a bad batch too, as InfluxDB does, and takes so many lines at most.
    fn deliver(parcel: &mut Parcel, bad: &[usize], most: usize) -> (Vec<String>, u32) {
        let (mut kept, mut asked) = (Vec::new(), 0);
        while let Some(text) = parcel.next() {
            asked += 1;
            let is_bad = |line: &str| bad.iter().any(|n| line == format!("m f={n}i"));
            let answer = if text.lines().count() > most {
                Answer::TooLarge
            } else {
                kept.extend(text.lines().filter(|line| !is_bad(line)).map(str::to_owned));
                if text.lines().any(is_bad) { Answer::Refused("bad".to_owned()) } else { Answer::Done }
            };
            parcel.answered(answer).unwrap();
        }
        (kept, asked)
    }

    proptest! {
        #[test]
        fn good_lines_arrive_bad_ones_are_set_aside_once_and_it_ends(
            lines in 1_usize..300,
            bad in proptest::collection::btree_set(0_usize..300, 0..20),
            most in 1_usize..400,
        ) {
            let bad: Vec<usize> = bad.into_iter().filter(|n| *n < lines).collect();
            let mut parcel = parcel(lines);
            let (mut kept, asked) = deliver(&mut parcel, &bad, most);
            kept.sort();
            kept.dedup();
            prop_assert_eq!(kept.len(), lines - bad.len());
            let aside: Vec<usize> = parcel.aside().iter().map(|aside| aside.line.seq as usize).collect();
            prop_assert_eq!(aside, bad.clone());
            // a bad line costs its way down, two at each of nine halvings, and the limit what it must
            prop_assert!(asked as usize <= 1 + bad.len() * 18 + 4 * lines.div_ceil(most), "{}", asked);
        }
    }

    #[test]
    fn what_is_busy_or_locked_is_sent_again_unchanged() {
        let mut parcel = parcel(4);
        parcel.answered(Answer::Refused("bad".to_owned())).unwrap();
        let half = parcel.next().unwrap();
        assert_eq!(half, "m f=0i\nm f=1i\n");
        let busy = parcel.answered(Answer::Busy("later".to_owned(), Some(2.0)));
        assert_eq!(busy, Err(Obstacle::Busy("later".to_owned(), Some(2.0))));
        assert!(parcel.answered(Answer::Locked("no".to_owned())).is_err());
        assert_eq!(parcel.next().unwrap(), half);
    }

    #[test]
    fn what_is_older_than_the_server_keeps_is_not_looked_for_line_by_line() {
        let mut parcel = parcel(5_000);
        let words =
            "status 422: failure writing points: partial write: points beyond retention policy dropped=12";
        parcel.answered(Answer::Refused(words.to_owned())).unwrap();
        assert_eq!((parcel.next(), parcel.aside().len()), (None, 1));
    }

    #[test]
    fn a_server_that_refuses_everything_is_not_asked_line_by_line() {
        let mut parcel = parcel(5_000);
        let mut asked = 0;
        let obstacle = loop {
            asked += 1;
            if let Err(obstacle) = parcel.answered(Answer::Refused("no such column".to_owned())) {
                break obstacle;
            }
        };
        assert!(asked < 200, "{asked}");
        assert!(matches!(obstacle, Obstacle::Locked(words) if words.contains("no such column")));
        assert!(parcel.next().is_some(), "the rest waits");
    }
}
