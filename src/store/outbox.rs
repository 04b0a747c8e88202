//! How far each place outside has come that is told what is in the journal.
//!
//! The sender reads entries after its cursor, sends them, and says so with [`Journal::sent`]; the cursor moves in the
//! commit that keeps what it was told. A sender that is killed between sends again what it has sent.

use super::error::StoreError;
use super::journal::{Journal, Write};
use super::read::Reader;
use super::row::{int, number};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Refused lines that are kept of each destination; the others are only counted.
const KEPT_REFUSED: u64 = 10_000;

/// What a destination was last told of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The kind of thing.
    pub kind: String,
    /// Which.
    pub subject: String,
    /// How often it was told anew under this time, from 1.
    pub edition: u32,
    /// Its time, ms since 1970-01-01 UTC.
    pub t_ms: i64,
    /// The names under which it is filed there, one a line.
    pub series: String,
    /// Stands for all that was said of it.
    pub content: i64,
}

/// A line that a destination will not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `seq` of the entry that it comes from.
    pub seq: u64,
    /// The line.
    pub line: String,
    /// Why, in the destination's words.
    pub reason: String,
}

/// What has arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Where.
    pub destination: String,
    /// All entries up to here are settled there: taken or refused.
    pub seq: u64,
    /// How many lines were taken.
    pub points: u64,
    /// What it knows now that it didn't.
    pub told: Vec<Told>,
    /// What it will not take.
    pub refused: Vec<Refused>,
    /// Whether the sender has more and waits; else the commit may wait for company.
    pub more: bool,
}

/// How far a destination has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// All entries up to here have arrived; 0 for a place that nothing was sent to.
    pub seq: u64,
    /// Lines taken so far.
    pub points: u64,
    /// Lines refused so far.
    pub refused: u64,
    /// The latest of them.
    pub last_refused: Option<Refused>,
}

impl Journal {
    /// Keeps what has arrived, and waits for the commit. On an error it is tried again and may still be kept.
    pub fn sent(&self, progress: Progress) -> Result<(), StoreError> {
        self.ask(|done| Write::Sent(Box::new(progress), done)).map(drop)
    }
}

impl Reader {
    /// How far a destination has come.
    pub fn outbox(&self, destination: &str) -> Result<OutboxState, StoreError> {
        let select = "SELECT seq, points, refused, id FROM outbox WHERE destination = ?1";
        self.ask("reading how far an export is", |connection| {
            let mut ask = connection.prepare_cached(select)?;
            let found = ask.query_row([destination], |row| {
                let last_refused = last_refused(connection, row.get(3)?)?;
                let (seq, points, refused) = (number(row, 0)?, number(row, 1)?, number(row, 2)?);
                Ok(OutboxState { seq, points, refused, last_refused })
            });
            Ok(found.optional()?.unwrap_or_default())
        })
    }

    /// What a destination was last told of a thing.
    pub fn told(&self, destination: &str, kind: &str, subject: &str) -> Result<Option<Told>, StoreError> {
        let select = "SELECT t.kind, t.subject, t.edition, t.t_ms, t.series, t.content FROM outbox_told t
            JOIN outbox o ON o.id = t.outbox WHERE o.destination = ?1 AND t.kind = ?2 AND t.subject = ?3";
        self.ask("reading what was exported", |connection| {
            let mut ask = connection.prepare_cached(select)?;
            ask.query_row([destination, kind, subject], told).optional()
        })
    }

    /// `seq`s of the entries of which a destination refused lines, as far as they are kept.
    pub fn refused(&self, destination: &str) -> Result<Vec<Refused>, StoreError> {
        let select = "SELECT r.seq, r.line, r.reason FROM outbox_refused r JOIN outbox o ON o.id = r.outbox
            WHERE o.destination = ?1 ORDER BY r.id";
        self.ask("reading what was refused", |connection| {
            connection.prepare_cached(select)?.query_map([destination], refused)?.collect()
        })
    }
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    Ok(Told {
        kind: row.get(0)?,
        subject: row.get(1)?,
        edition: row.get(2)?,
        t_ms: row.get(3)?,
        series: row.get(4)?,
        content: row.get(5)?,
    })
}

fn refused(row: &Row<'_>) -> rusqlite::Result<Refused> {
    Ok(Refused { seq: number(row, 0)?, line: row.get(1)?, reason: row.get(2)? })
}

fn last_refused(connection: &Connection, outbox: i64) -> rusqlite::Result<Option<Refused>> {
    let select = "SELECT seq, line, reason FROM outbox_refused WHERE outbox = ?1 ORDER BY id DESC LIMIT 1";
    connection.prepare_cached(select)?.query_row([outbox], refused).optional()
}

/// Writes it down; the cursor never goes back.
pub(super) fn keep(connection: &Connection, progress: &Progress) -> rusqlite::Result<()> {
    let cursor = "INSERT INTO outbox (destination, seq, points, refused) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (destination) DO UPDATE SET seq = max(seq, excluded.seq),
            points = points + excluded.points, refused = refused + excluded.refused RETURNING id, refused";
    let refused_now = progress.refused.len() as u64;
    let values = params![progress.destination, int(progress.seq), int(progress.points), int(refused_now)];
    let (outbox, refused): (i64, u64) =
        connection.prepare_cached(cursor)?.query_row(values, |row| Ok((row.get(0)?, number(row, 1)?)))?;
    let upsert = "INSERT INTO outbox_told (outbox, kind, subject, edition, t_ms, series, content)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (outbox, kind, subject) DO UPDATE SET edition = excluded.edition, t_ms = excluded.t_ms,
            series = excluded.series, content = excluded.content";
    let mut upsert = connection.prepare_cached(upsert)?;
    for told in &progress.told {
        let Told { kind, subject, edition, t_ms, series, content } = told;
        upsert.execute(params![outbox, kind, subject, edition, t_ms, series, content])?;
    }
    let room = KEPT_REFUSED.saturating_sub(refused - refused_now.min(refused));
    let insert = "INSERT INTO outbox_refused (outbox, seq, line, reason) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = connection.prepare_cached(insert)?;
    for Refused { seq, line, reason } in progress.refused.iter().take(usize::try_from(room).unwrap_or(0)) {
        insert.execute(params![outbox, int(*seq), line, reason])?;
    }
    Ok(())
}
