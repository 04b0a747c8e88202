//! Comma-separated values as in RFC 4180, with a line feed at the end of a line.

use std::io::{self, Write};

/// A value of a table. What is unknown is empty, never zero.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Integer(u64),
    Truth(bool),
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number.filter(|number| number.is_finite()).map_or(Self::Empty, Self::Number)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

/// Writes one line.
pub(super) fn write_line(out: &mut dyn Write, cells: impl Iterator<Item = Cell>) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => write_text(out, &text)?,
            Cell::Number(number) => write!(out, "{number}")?,
            Cell::Integer(integer) => write!(out, "{integer}")?,
            Cell::Truth(truth) => write!(out, "{truth}")?,
        }
    }
    out.write_all(b"\n")
}

/// Text that could be taken for more than one value, or for none, stands in quotes.
fn write_text(out: &mut dyn Write, text: &str) -> io::Result<()> {
    if text.is_empty() || text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[Cell]) -> String {
        let mut out = Vec::new();
        write_line(&mut out, cells.iter().cloned()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_plain_and_unknown_ones_empty() {
        let cells = [
            Cell::Integer(7),
            Cell::from(Some(0.25)),
            Cell::from(Some(f64::NAN)),
            Cell::Truth(true),
            Cell::Empty,
        ];
        assert_eq!(line(&cells), "7,0.25,,true,\n");
    }

    #[test]
    fn text_that_would_break_the_table_is_quoted() {
        for (text, written) in [
            ("Anna", "Anna\n"),
            ("-5 Ann", "-5 Ann\n"),
            ("a, b", "\"a, b\"\n"),
            ("5\" plate", "\"5\"\" plate\"\n"),
            ("two\nlines", "\"two\nlines\"\n"),
            (" room ", "\" room \"\n"),
            ("", "\"\"\n"),
        ] {
            assert_eq!(line(&[Cell::Text(text.to_owned())]), written);
        }
    }
}
