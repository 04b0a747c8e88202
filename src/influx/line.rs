//! Line protocol: one point as one line of text, as every server that speaks InfluxDB's v2 write API reads it.
//!
//! `measurement,tag=value field=value timestamp` after
//! <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>. Where servers read the same bytes
//! differently, or a character can't be told at all, it is replaced: a backslash in a name or tag becomes `/`, a line
//! break or another control character a space. A number that is none, an empty name and an empty tag are left out.

use std::fmt::Write;

/// Significant digits of a number with decimals: below what any sensor can tell, and what every server gives back.
const DIGITS: i32 = 9;
/// Longest text in a field, characters; InfluxDB takes 64 KiB.
const LONGEST_TEXT: usize = 4096;

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// With decimals; kept to nine significant digits.
    Float(f64),
    /// Whole.
    Integer(i64),
    /// Text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

/// What was measured at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// What kind of thing it is.
    pub(super) measurement: &'static str,
    /// What it is filed under, by name; empty values are left out.
    pub(super) tags: Vec<(&'static str, String)>,
    /// What is known of it.
    pub(super) fields: Vec<(String, Value)>,
    /// When, ms since 1970-01-01 UTC.
    pub(super) t_ms: i64,
}

impl Point {
    /// Measurement and tags as they begin the line: what the server files the point under.
    #[must_use]
    pub(super) fn series(&self) -> String {
        series(self.measurement, self.tags.iter().map(|(key, value)| (*key, value.as_str())))
    }

    /// The fields as they stand in the line; empty when nothing is known.
    #[must_use]
    pub(super) fn content(&self) -> String {
        content(self.fields.iter().map(|(key, value)| (key.as_str(), value)))
    }
}

/// Measurement and tags, sorted by name as InfluxDB likes them.
pub(super) fn series<'a>(measurement: &str, tags: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut tags: Vec<_> = tags.filter(|(key, value)| !key.is_empty() && !value.is_empty()).collect();
    tags.sort_unstable();
    let mut out = escaped(measurement, &[',', ' ']);
    for (key, value) in tags {
        let special = [',', '=', ' '];
        let _ = write!(out, ",{}={}", escaped(key, &special), escaped(value, &special));
    }
    out
}

/// Fields in the order given.
pub(super) fn content<'a>(fields: impl Iterator<Item = (&'a str, &'a Value)>) -> String {
    let mut out = String::new();
    for (key, value) in fields.filter(|(key, _)| !key.is_empty()) {
        let Some(value) = written(value) else { continue };
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&escaped(key, &[',', '=', ' ']));
        out.push('=');
        out.push_str(&value);
    }
    out
}

/// A value in its own notation; `None` for a number that is none.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Float(number) => float(*number),
        Value::Integer(number) => Some(format!("{number}i")),
        Value::Flag(flag) => Some(if *flag { "true" } else { "false" }.to_owned()),
        Value::Text(text) => {
            let mut out = String::with_capacity(text.len() + 2);
            out.push('"');
            for character in text.chars().take(LONGEST_TEXT) {
                match character {
                    '"' | '\\' => out.extend(['\\', character]),
                    control if control.is_control() => out.push(' '),
                    other => out.push(other),
                }
            }
            out.push('"');
            Some(out)
        }
    }
}

fn float(number: f64) -> Option<String> {
    let rounded = significant(number)?;
    let size = rounded.abs();
    let plain = size == 0.0 || (1e-6..1e15).contains(&size);
    Some(if plain { format!("{rounded}") } else { format!("{rounded:e}") })
}

/// A number to the digits that leave; `None` for one that is none. Minus zero is zero.
pub(super) fn significant(number: f64) -> Option<f64> {
    if !number.is_finite() {
        return None;
    }
    if number == 0.0 {
        return Some(0.0);
    }
    let places = DIGITS - 1 - number.abs().log10().floor() as i32;
    // powers of ten are exact up to here, and so the quotient is the number nearest to its decimal notation
    if (0..=22).contains(&places) {
        let scale = 10_f64.powi(places);
        return Some((number * scale).round() / scale);
    }
    format!("{number:.*e}", DIGITS as usize - 1).parse().ok()
}

/// Names and tags: what is special behind a backslash, what can't be told replaced.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => out.push('/'),
            control if control.is_control() => out.push_str(if special.contains(&' ') { "\\ " } else { " " }),
            other => {
                if special.contains(&other) {
                    out.push('\\');
                }
                out.push(other);
            }
        }
    }
    out
}

#[cfg(test)]
pub(super) mod parser;
#[cfg(test)]
mod tests;
