//! One transaction: everything that was sent since the last one, whole or not at all.

use super::chunk::{ChunkWriter, Numbered};
use super::clock::ClockAnchor;
use super::entry::{Entry, Step, StoredEvent, is_journalled};
use super::error::StoreError;
use super::journal::Write;
use super::outbox;
use super::project::{label, project};
use super::row::{Clocks, int, number, unreadable};
use super::run::{RunId, RunSource, RunStart};
use crate::model::{Change, HostTime, Input, Notification, SensorId};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Writes batches.
pub(super) struct Committer {
    path: PathBuf,
    connection: Connection,
    chunks: ChunkWriter,
    clocks: Clocks,
}

/// What a commit has done.
#[derive(Default)]
pub(super) struct Outcome {
    /// For those who listen.
    pub(super) entries: Vec<StoredEvent>,
    /// The latest `seq`.
    pub(super) last_seq: u64,
    /// For each step of the batch, the `seq` of its last entry, or the latest before it.
    pub(super) seqs: Vec<u64>,
    /// Bytes of chunks.
    pub(super) raw_bytes: u64,
    /// Bytes of the notifications' values in them.
    pub(super) raw_value_bytes: u64,
    /// Notifications that were not kept.
    pub(super) raw_dropped: u64,
    /// Bytes of entries.
    pub(super) event_bytes: u64,
    /// Size of the file after it, bytes.
    pub(super) database_bytes: u64,
    /// Pages in the write-ahead log after it.
    pub(super) wal_pages: u64,
}

/// A run as a batch changes it.
#[derive(Default)]
struct Draft<'a> {
    inputs: u64,
    source_inputs: u64,
    events: u64,
    last: HostTime,
    complete: bool,
    /// The first input of this batch.
    batch: u64,
    packets: BTreeMap<&'a SensorId, Vec<Numbered<&'a Notification>>>,
    others: Vec<Numbered<&'a Input>>,
}

impl Committer {
    pub(super) fn new(connection: Connection, path: PathBuf) -> Result<Self, StoreError> {
        let chunks =
            ChunkWriter::new().map_err(|error| StoreError::io(&path, "starting the compressor", &error))?;
        Ok(Self { path, connection, chunks, clocks: Clocks::default() })
    }

    /// Brings the write-ahead log into the file and empties it, so that the one file is all there is of a closed store.
    /// Whoever still reads may prevent it, and then nothing is lost either.
    pub(super) fn fold_log(&self) {
        let folded = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = folded {
            tracing::warn!(%error, "the write-ahead log stays beside the store");
        }
    }

    /// The latest `seq`, and the highest number of a run.
    pub(super) fn counters(&self) -> Result<(u64, RunId), StoreError> {
        let ask = "SELECT (SELECT coalesce(max(seq), 0) FROM event), (SELECT coalesce(max(id), 0) FROM run)";
        let counters =
            self.connection.query_row(ask, [], |row| Ok((number(row, 0)?, RunId(number(row, 1)?))));
        counters.map_err(|error| StoreError::sqlite(&self.path, "reading its counters", &error))
    }

    /// Size of the file, bytes.
    pub(super) fn database_bytes(&self) -> Result<u64, StoreError> {
        page_count(&self.connection)
            .map(|pages| pages * super::open::PAGE_BYTES)
            .map_err(|error| StoreError::sqlite(&self.path, "reading its size", &error))
    }

    /// Writes the batch; without `keep_raw` all but the notifications in it.
    pub(super) fn commit(&mut self, batch: &[Write], keep_raw: bool) -> Result<Outcome, StoreError> {
        let done = self.try_commit(batch, keep_raw);
        for write in batch {
            if let Write::Anchor(anchor) = write {
                self.clocks.forget(anchor.run);
            }
        }
        done.map_err(|error| StoreError::sqlite(&self.path, "committing", &error))
    }

    fn try_commit(&mut self, batch: &[Write], keep_raw: bool) -> rusqlite::Result<Outcome> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut work = Work {
            connection: &transaction,
            chunks: &mut self.chunks,
            clocks: &mut self.clocks,
            keep_raw,
            drafts: BTreeMap::new(),
            outcome: Outcome::default(),
        };
        work.outcome.last_seq = transaction
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?
            .query_row([], |row| number(row, 0))?;
        for write in batch {
            work.write(write)?;
        }
        work.finish_runs()?;
        let mut outcome = work.outcome;
        outcome.database_bytes = page_count(&transaction)? * super::open::PAGE_BYTES;
        transaction.commit()?;
        // it is committed: nothing from here on may look like a failure, or it would be committed again
        outcome.wal_pages = wal_pages(&self.connection).unwrap_or(0);
        Ok(outcome)
    }
}

/// A transaction under way.
struct Work<'a, 't> {
    connection: &'t Connection,
    chunks: &'t mut ChunkWriter,
    clocks: &'t mut Clocks,
    keep_raw: bool,
    drafts: BTreeMap<RunId, Draft<'a>>,
    outcome: Outcome,
}

impl<'a> Work<'a, '_> {
    fn write(&mut self, write: &'a Write) -> rusqlite::Result<()> {
        match write {
            Write::Begin(start) => begin(self.connection, start),
            Write::Anchor(anchor) => {
                self.clocks.forget(anchor.run);
                add_anchor(self.connection, anchor)
            }
            Write::Step(step) => self.step(step),
            Write::End { run, at } => {
                let draft = self.draft(*run)?;
                draft.last = draft.last.max(*at);
                end(self.connection, *run)
            }
            Write::Sent(progress, _) => outbox::keep(self.connection, progress),
            Write::Flush(_) | Write::Close(_) => Ok(()),
        }
    }

    fn step(&mut self, step: &'a Step) -> rusqlite::Result<()> {
        self.take_inputs(step)?;
        for change in changes_of(step) {
            self.add(step, Entry::Change(change.clone()))?;
        }
        let before = self.outcome.last_seq;
        for event in step.events.iter().filter(|event| is_journalled(event)) {
            self.add(step, Entry::Event(event.clone()))?;
        }
        let (last_seq, events) = (self.outcome.last_seq, self.outcome.last_seq - before);
        self.draft(step.run)?.events += events;
        self.outcome.seqs.push(last_seq);
        Ok(())
    }

    fn take_inputs(&mut self, step: &'a Step) -> rusqlite::Result<()> {
        let draft = self.draft(step.run)?;
        draft.last = draft.last.max(step.at);
        for sourced in &step.inputs {
            let (ordinal, from_source) = (draft.inputs, sourced.from_source);
            draft.inputs += 1;
            draft.source_inputs += u64::from(from_source);
            draft.last = draft.last.max(sourced.input.at());
            match &sourced.input {
                Input::Notification(what) => {
                    let packets = draft.packets.entry(&what.sensor).or_default();
                    packets.push(Numbered { ordinal, from_source, what });
                }
                what => draft.others.push(Numbered { ordinal, from_source, what }),
            }
        }
        Ok(())
    }

    /// One line of the journal.
    fn add(&mut self, step: &Step, entry: Entry) -> rusqlite::Result<()> {
        let seq = self.outcome.last_seq + 1;
        let axis = project(self.connection, seq, step.run, &entry)?;
        let payload = match &entry {
            Entry::Event(event) => serde_json::to_string(event),
            Entry::Change(change) => serde_json::to_string(change),
        }
        .map_err(|error| unreadable(0, error))?;
        let (kind, entity, revision) = label(&entry);
        let insert = "INSERT INTO event (seq, run, at_ns, axis, kind, entity, revision, payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.connection.prepare_cached(insert)?.execute(params![
            int(seq),
            int(step.run.0),
            step.at.0,
            int(axis.0),
            kind,
            entity,
            revision,
            payload
        ])?;
        if let (Entry::Change(_), Some(key)) = (&entry, &step.key) {
            let insert = "INSERT INTO request (key, seq) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
            self.connection.prepare_cached(insert)?.execute(params![key, int(seq)])?;
        }
        let clock = self.clocks.of(self.connection, axis)?;
        let utc = self.clocks.of(self.connection, step.run)?.utc(step.at);
        self.outcome.event_bytes += payload.len() as u64;
        self.outcome.last_seq = seq;
        self.outcome.entries.push(StoredEvent { seq, run: step.run, at: step.at, utc, axis, clock, entry });
        Ok(())
    }

    /// What is known of a run so far. One that nobody began is taken in rather than lost.
    fn draft(&mut self, run: RunId) -> rusqlite::Result<&mut Draft<'a>> {
        if !self.drafts.contains_key(&run) {
            let draft = if let Some(draft) = load(self.connection, run)? {
                draft
            } else {
                tracing::error!(%run, "steps of a run that was not begun; please report this");
                let start = RunStart { run, source: RunSource::Live, fingerprint: String::new() };
                begin(self.connection, &start)?;
                Draft { complete: true, ..Draft::default() }
            };
            self.drafts.insert(run, draft);
        }
        Ok(self.drafts.entry(run).or_default())
    }

    fn finish_runs(&mut self) -> rusqlite::Result<()> {
        for (run, draft) in std::mem::take(&mut self.drafts) {
            self.finish_run(run, draft)?;
        }
        Ok(())
    }

    fn finish_run(&mut self, run: RunId, mut draft: Draft<'a>) -> rusqlite::Result<()> {
        for (sensor, packets) in &draft.packets {
            if !self.keep_raw {
                self.outcome.raw_dropped += packets.len() as u64;
                draft.complete = false;
                continue;
            }
            let data = self.chunks.notifications(draft.batch, packets);
            let values = packets.iter().map(|packet| packet.what.value.len() as u64);
            self.outcome.raw_value_bytes += values.sum::<u64>();
            let times = packets.iter().map(|packet| packet.what.at);
            self.add_chunk(run, draft.batch, Some(sensor), &data, times)?;
        }
        if !draft.others.is_empty() {
            let data = self.chunks.others(&draft.others).map_err(|error| unreadable(0, error))?;
            let times = draft.others.iter().map(|input| input.what.at());
            self.add_chunk(run, draft.batch, None, &data, times)?;
        }
        let update = "UPDATE run SET inputs = ?2, source_inputs = ?3, events = ?4, last_ns = ?5,
            inputs_complete = ?6 WHERE id = ?1";
        self.connection.prepare_cached(update)?.execute(params![
            int(run.0),
            int(draft.inputs),
            int(draft.source_inputs),
            int(draft.events),
            draft.last.0,
            draft.complete,
        ])?;
        Ok(())
    }

    fn add_chunk(
        &mut self,
        run: RunId,
        batch: u64,
        sensor: Option<&SensorId>,
        data: &[u8],
        times: impl ExactSizeIterator<Item = HostTime> + Clone,
    ) -> rusqlite::Result<()> {
        let insert = "INSERT INTO chunk (run, batch, sensor, inputs, first_ns, last_ns, data)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.connection.prepare_cached(insert)?.execute(params![
            int(run.0),
            int(batch),
            sensor.map(SensorId::as_str),
            int(times.len() as u64),
            times.clone().min().unwrap_or_default().0,
            times.max().unwrap_or_default().0,
            data,
        ])?;
        self.outcome.raw_bytes += data.len() as u64;
        Ok(())
    }
}

/// What people changed in a step: the orders that entered the engine, a recording's too, and what else was changed.
fn changes_of(step: &Step) -> Vec<Change> {
    let orders = step.inputs.iter().filter_map(|sourced| match &sourced.input {
        Input::Command(command) => Some(Change::Order(command.order.clone())),
        _ => None,
    });
    let mut changes: Vec<Change> = orders.collect();
    for change in &step.changes {
        if !changes.contains(change) {
            changes.push(change.clone());
        }
    }
    changes
}

fn begin(connection: &Connection, start: &RunStart) -> rusqlite::Result<()> {
    let (source, sha256) = match &start.source {
        RunSource::Live => ("live", None),
        RunSource::Simulated => ("simulated", None),
        RunSource::Replay { sha256 } => ("replay", Some(sha256)),
    };
    let insert = "INSERT INTO run (id, source, source_sha256, fingerprint) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO NOTHING";
    connection.prepare_cached(insert)?.execute(params![
        int(start.run.0),
        source,
        sha256,
        start.fingerprint
    ])?;
    Ok(())
}

fn add_anchor(connection: &Connection, anchor: &ClockAnchor) -> rusqlite::Result<()> {
    let insert = "INSERT INTO clock_anchor (run, mono_ns, utc_ns, certain) VALUES (?1, ?2, ?3, ?4)";
    let values = params![int(anchor.run.0), anchor.mono.0, anchor.utc_ns, anchor.certain];
    connection.prepare_cached(insert)?.execute(values)?;
    Ok(())
}

fn end(connection: &Connection, run: RunId) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE run SET ended = 1 WHERE id = ?1")?.execute([int(run.0)])?;
    Ok(())
}

fn load<'a>(connection: &Connection, run: RunId) -> rusqlite::Result<Option<Draft<'a>>> {
    let ask = "SELECT inputs, source_inputs, events, last_ns, inputs_complete FROM run WHERE id = ?1";
    let found = connection.prepare_cached(ask)?.query_row([int(run.0)], |row| {
        let inputs = number(row, 0)?;
        Ok(Draft {
            inputs,
            source_inputs: number(row, 1)?,
            events: number(row, 2)?,
            last: HostTime(row.get(3)?),
            complete: row.get(4)?,
            batch: inputs,
            ..Draft::default()
        })
    });
    found.optional()
}

fn page_count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("PRAGMA page_count")?.query_row([], |row| number(row, 0))
}

/// Pages in the write-ahead log; it starts over now and then.
fn wal_pages(connection: &Connection) -> rusqlite::Result<u64> {
    let ask = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?.query_row([], |row| row.get(1));
    ask.map(|pages: i64| u64::try_from(pages).unwrap_or(0))
}
