//! Reads TOML to the end although it has mistakes: each is reported where it is, left out, and the rest is read.

use super::suggest::{did_you_mean, most_similar};
use super::{Mistake, Mistakes};
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable as Table, DeValue, ValueDeserializer};

/// One file being read, and what was found wrong with it.
pub(super) struct Reader<'i> {
    file: &'i str,
    text: &'i str,
    mistakes: Vec<Mistake>,
}

/// A key that was wrong and has been left out.
struct Wrong {
    /// Where the table stands that it was in.
    table: Range<usize>,
    /// It, or what it was meant to be.
    names: Vec<String>,
}

impl<'i> Reader<'i> {
    /// A file by its name for messages, and what is in it.
    pub(super) fn new(file: &'i str, text: &'i str) -> Self {
        Self { file, text, mistakes: Vec::new() }
    }

    /// Whether no mistake has been found so far.
    pub(super) fn is_clean(&self) -> bool {
        self.mistakes.is_empty()
    }

    pub(super) fn report(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(self.file, self.text, span, message));
    }

    /// All mistakes in the order of lines, if there are any.
    pub(super) fn finish(mut self) -> Result<(), Mistakes> {
        self.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        if self.mistakes.is_empty() { Ok(()) } else { Err(Mistakes(self.mistakes)) }
    }

    /// The whole document; empty when it is no TOML, since what is left of a broken document would be reported for
    /// keys that a person did write.
    pub(super) fn document(&mut self) -> Spanned<Table<'i>> {
        let (document, errors) = Table::parse_recoverable(self.text);
        for error in &errors {
            self.report(error.span().unwrap_or(0..0), error.message().to_owned());
        }
        if errors.is_empty() { document } else { Spanned::new(0..0, Table::default()) }
    }

    /// Reads a table, leaving out one wrong value after another, until it can be read or there is nothing left to blame.
    ///
    /// Keys of the table for which `stands_here` is false come from elsewhere and are never blamed.
    pub(super) fn read<T: DeserializeOwned>(
        &mut self,
        table: Spanned<Table<'_>>,
        stands_here: impl Fn(&str) -> bool,
    ) -> Option<T> {
        let span = table.span();
        let mut table = table.into_inner();
        let mut wrong: Vec<Wrong> = Vec::new();
        loop {
            let value = Spanned::new(span.clone(), DeValue::Table(table.clone()));
            let error = match T::deserialize(ValueDeserializer::from(value)) {
                Ok(read) => return wrong.is_empty().then_some(read),
                Err(error) => error,
            };
            let at = error.span().unwrap_or(span.clone());
            let known = wrong.iter().any(|wrong| {
                wrong.table == at
                    && wrong.names.iter().any(|key| error.message().contains(&format!("`{key}`")))
            });
            let meant = suggestion(error.message());
            let mistake = Mistake::new(self.file, self.text, at.clone(), plain(error.message(), meant));
            // a key that is missing because it was wrong has been reported, and so may have been the value here
            let place = (mistake.line, mistake.column);
            if !known && !self.mistakes.iter().any(|other| (other.line, other.column) == place) {
                self.mistakes.push(mistake);
            }
            let mut blamed = take(&mut table, &span, &at, &stands_here)?;
            blamed.names.extend(meant.map(str::to_owned));
            wrong.push(blamed);
        }
    }
}

/// Takes the innermost thing that stands `at` out of a table.
fn take(
    table: &mut Table<'_>,
    span: &Range<usize>,
    at: &Range<usize>,
    stands_here: &impl Fn(&str) -> bool,
) -> Option<Wrong> {
    let here = |key: &str| stands_here(key);
    let inner =
        table.iter_mut().filter(|(key, _)| here(key.get_ref())).find_map(|(_, value)| take_within(value, at));
    if inner.is_some() {
        return inner;
    }
    let (key, _) = table
        .iter()
        .find(|(key, value)| here(key.get_ref()) && (covers(&key.span(), at) || covers(&value.span(), at)))?;
    let name = key.get_ref().to_string();
    table.remove(name.as_str());
    Some(Wrong { table: span.clone(), names: vec![name] })
}

/// Takes the innermost thing that stands `at` out of a value; `None` when it is the value itself, or elsewhere.
fn take_within(value: &mut Spanned<DeValue<'_>>, at: &Range<usize>) -> Option<Wrong> {
    let span = value.span();
    match value.get_mut() {
        DeValue::Table(table) => take(table, &span, at, &|_: &str| true),
        DeValue::Array(values) => {
            let inner = values.iter_mut().find_map(|value| take_within(value, at));
            inner.or_else(|| {
                let index = values.iter().position(|value| covers(&value.span(), at))?;
                let others = values.iter().enumerate().filter(|(other, _)| *other != index);
                *values = others.map(|(_, value)| value.clone()).collect();
                Some(Wrong { table: span, names: Vec::new() })
            })
        }
        _ => None,
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The most similar of what was expected, in serde's "unknown variant `x`, expected one of `a`, `b`".
fn suggestion(message: &str) -> Option<&str> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let wrong = quoted.next().filter(|_| message.starts_with("unknown "))?;
    most_similar(wrong, quoted.map(|name| (name, name)))
}

/// The message in people's words, with its suggestion in place of all that was expected.
fn plain(message: &str, meant: Option<&str>) -> String {
    match message.split_once(", expected ") {
        Some((what, _)) if meant.is_some() => format!("{what}{}", did_you_mean(meant)),
        Some((what, expected)) => format!("{what}, expected {}", kind(expected)),
        None => message.to_owned(),
    }
}

/// What serde expected, for people who don't know Rust.
fn kind(expected: &str) -> &str {
    match expected {
        "f64" => "a number",
        "u32" | "usize" => "a whole number that is not negative",
        "a string" => "text in quotes",
        "a sequence" => "a list in brackets",
        "a boolean" => "true or false",
        _ if expected.starts_with("struct ") => "a table of keys",
        _ => expected,
    }
}
