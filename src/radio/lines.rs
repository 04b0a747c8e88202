//! Lines of bounded length from anything that can be read, in constant memory.

use std::io::{self, BufRead};
use thiserror::Error;

/// Longest line that is kept, bytes; longer ones are skipped. A capture's longest honest line, a list of
/// characteristics, has a few kilobytes.
pub const LINE_LIMIT: usize = 1 << 20;

/// Bytes without a line end after which a file is taken for something else than text.
pub const ENDLESS_LIMIT: usize = 16 << 20;

/// The file can't be read on.
#[derive(Debug, Error)]
pub enum LineError {
    /// The system says no.
    #[error("cannot read line {line}: {source}")]
    Io {
        /// Line that was being read, from 1.
        line: u64,
        /// The system's word.
        source: io::Error,
    },
    /// No end of line within [`ENDLESS_LIMIT`].
    #[error(
        "line {line} has no end within {} MiB, the line limit: this is not a text file; give a trace CSV or a capture",
        ENDLESS_LIMIT >> 20
    )]
    Endless {
        /// The line, from 1.
        line: u64,
    },
}

/// One line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// The bytes of the line, without `\n` or `\r\n`.
    Bytes(&'a [u8]),
    /// Longer than [`LINE_LIMIT`]: skipped.
    TooLong,
}

/// A reader of lines that counts them.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Lines of `reader`.
    pub fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// Number of the line read last, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line, or `None` at the end.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, LineError> {
        self.number += 1;
        if self.read_up_to(LINE_LIMIT)? == 0 {
            return Ok(None);
        }
        if self.line.len() == LINE_LIMIT && !self.line.ends_with(b"\n") {
            return self.skip_rest().map(|()| Some(Line::TooLong));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        Ok(Some(Line::Bytes(line.strip_suffix(b"\r").unwrap_or(line))))
    }

    fn skip_rest(&mut self) -> Result<(), LineError> {
        for _ in 1..ENDLESS_LIMIT / LINE_LIMIT {
            if self.read_up_to(LINE_LIMIT)? < LINE_LIMIT || self.line.ends_with(b"\n") {
                return Ok(());
            }
        }
        Err(LineError::Endless { line: self.number })
    }

    /// Replaces `self.line` by the bytes up to and with the next line end, at most `limit`; returns how many.
    fn read_up_to(&mut self, limit: usize) -> Result<usize, LineError> {
        self.line.clear();
        io::Read::take(&mut self.reader, limit as u64)
            .read_until(b'\n', &mut self.line)
            .map_err(|source| LineError::Io { line: self.number, source })
    }
}

/// The start of a piece of outside text, made fit for a message: at most 40 characters, control characters escaped.
#[must_use]
pub fn excerpt(bytes: &[u8]) -> String {
    const CHARS: usize = 40;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * CHARS)]);
    let mut shown = String::new();
    for (i, char) in text.chars().enumerate() {
        match char {
            _ if i == CHARS => {
                shown.push('…');
                break;
            }
            char if char.is_control() => shown.extend(char.escape_default()),
            char => shown.push(char),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(text);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push(match line {
                Line::Bytes(bytes) => Some(bytes.to_vec()),
                Line::TooLong => None,
            });
        }
        found
    }

    #[test]
    fn ends_of_lines_are_taken_off_and_a_last_line_needs_none() {
        assert_eq!(all(b"a\r\n\nb"), [Some(b"a".to_vec()), Some(vec![]), Some(b"b".to_vec())]);
        assert!(all(b"").is_empty());
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_and_the_next_is_read() {
        let mut text = vec![b'x'; LINE_LIMIT + 5];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(all(&text), [None, Some(b"next".to_vec())]);
        let mut exact = vec![b'x'; LINE_LIMIT - 1];
        exact.extend_from_slice(b"\nnext");
        assert_eq!(all(&exact), [Some(vec![b'x'; LINE_LIMIT - 1]), Some(b"next".to_vec())]);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut lines = Lines::new(io::BufReader::new(io::repeat(0)));
        assert!(matches!(lines.next_line(), Err(LineError::Endless { line: 1 })));
    }

    #[test]
    fn excerpts_are_short_and_printable() {
        assert_eq!(excerpt(b"\"t\"\tax\x00"), "\"t\"\\tax\\u{0}");
        assert_eq!(excerpt(&[b'x'; 100]).chars().count(), 41);
    }
}
