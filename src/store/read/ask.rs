//! Questions with conditions that may be left out.

use super::filter::Page;
use crate::store::row::int;
use rusqlite::ToSql;
use std::fmt::Write;

/// A `SELECT` that grows; values stay apart from the text.
pub(super) struct Ask {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Ask {
    /// Begins with a `SELECT … FROM … WHERE …` that has no parameters yet.
    pub(super) fn new(select: &str) -> Self {
        Self { sql: select.to_owned(), values: Vec::new() }
    }

    /// Only rows whose `column` has this value, when there is one.
    pub(super) fn equals<T: ToSql + 'static>(mut self, column: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            self.values.push(Box::new(value));
            let _ = write!(self.sql, " AND {column} = ?{}", self.values.len());
        }
        self
    }

    /// Only rows for which this holds, when asked.
    pub(super) fn only(mut self, condition: &str, asked: bool) -> Self {
        if asked {
            let _ = write!(self.sql, " AND {condition}");
        }
        self
    }

    /// The page of the list that is numbered by `column`.
    pub(super) fn page(mut self, column: &str, page: Page) -> Self {
        if let Some(after) = page.after {
            self.values.push(Box::new(int(after)));
            let beyond = if page.newest_first { '<' } else { '>' };
            let _ = write!(self.sql, " AND {column} {beyond} ?{}", self.values.len());
        }
        self.values.push(Box::new(page.limit));
        let order = if page.newest_first { "DESC" } else { "ASC" };
        let _ = write!(self.sql, " ORDER BY {column} {order} LIMIT ?{}", self.values.len());
        self
    }

    /// The text.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values, in order of their numbers.
    pub(super) fn values(&self) -> impl Iterator<Item = &dyn ToSql> {
        self.values.iter().map(AsRef::as_ref)
    }
}
