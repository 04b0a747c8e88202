//! A reader of line protocol for tests, written from the specification and not from the encoder.

use std::collections::BTreeMap;

/// A field's value as its notation says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Read {
    Float(f64),
    Integer(i64),
    Text(String),
    Flag(bool),
}

/// A line, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) measurement: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) fields: BTreeMap<String, Read>,
    pub(crate) t_ms: Option<i64>,
}

/// Reads one line, or says at which rule it fails.
pub(crate) fn line(text: &str) -> Result<Line, String> {
    let mut at = Cursor { rest: text };
    let measurement = at.name(&[',', ' '])?;
    if measurement.is_empty() || measurement.starts_with('#') {
        return Err("no measurement".to_owned());
    }
    let mut tags = BTreeMap::new();
    while at.eat(',') {
        let key = at.name(&['=', ',', ' '])?;
        at.must('=')?;
        let value = at.name(&[',', ' ', '='])?;
        if key.is_empty() || value.is_empty() {
            return Err("an empty tag".to_owned());
        }
        if tags.insert(key, value).is_some() {
            return Err("a tag twice".to_owned());
        }
    }
    at.must(' ')?;
    let mut fields = BTreeMap::new();
    loop {
        let key = at.name(&['=', ',', ' '])?;
        at.must('=')?;
        if key.is_empty() || fields.insert(key, at.value()?).is_some() {
            return Err("an empty field or one twice".to_owned());
        }
        if !at.eat(',') {
            break;
        }
    }
    let t_ms = if at.eat(' ') { Some(at.rest.parse().map_err(|_| "no timestamp".to_owned())?) } else { None };
    if t_ms.is_none() && !at.rest.is_empty() {
        return Err(format!("left over: {}", at.rest));
    }
    Ok(Line { measurement, tags, fields, t_ms })
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn eat(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn must(&mut self, wanted: char) -> Result<(), String> {
        if self.eat(wanted) { Ok(()) } else { Err(format!("no {wanted:?} before {:?}", self.rest)) }
    }

    /// Until one of `end` that no backslash stands before.
    fn name(&mut self, end: &[char]) -> Result<String, String> {
        let mut out = String::new();
        let mut characters = self.rest.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            match character {
                '\n' | '\r' => return Err("a line break".to_owned()),
                '\\' if characters.peek().is_some_and(|(_, next)| [',', '=', ' '].contains(next)) => {
                    out.extend(characters.next().map(|(_, next)| next));
                }
                end_of_name if end.contains(&end_of_name) => {
                    self.rest = &self.rest[index..];
                    return Ok(out);
                }
                other => out.push(other),
            }
        }
        self.rest = "";
        Ok(out)
    }

    fn value(&mut self) -> Result<Read, String> {
        if self.eat('"') {
            return self.text();
        }
        let end = self.rest.find([',', ' ']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "t" | "T" | "true" | "True" | "TRUE" => Ok(Read::Flag(true)),
            "f" | "F" | "false" | "False" | "FALSE" => Ok(Read::Flag(false)),
            _ => match word.strip_suffix('i') {
                Some(whole) => whole.parse().map(Read::Integer).map_err(|_| format!("no integer: {word}")),
                None => match word.parse::<f64>() {
                    Ok(number) if number.is_finite() && !word.starts_with('+') => Ok(Read::Float(number)),
                    _ => Err(format!("no value: {word}")),
                },
            },
        }
    }

    fn text(&mut self) -> Result<Read, String> {
        let mut out = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((index, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[index + 1..];
                    return Ok(Read::Text(out));
                }
                '\\' => match characters.next() {
                    Some((_, quoted @ ('"' | '\\'))) => out.push(quoted),
                    Some((_, other)) => out.extend(['\\', other]),
                    None => break,
                },
                other => out.push(other),
            }
        }
        Err("a text without end".to_owned())
    }
}
