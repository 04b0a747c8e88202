//! What entered an engine, again, in its order.

use super::Reader;
use crate::model::{Input, SensorId};
use crate::store::chunk::{ChunkReader, Numbered};
use crate::store::entry::SourcedInput;
use crate::store::error::StoreError;
use crate::store::row::{int, unreadable};
use crate::store::run::RunId;
use rusqlite::{OptionalExtension, params};
use std::collections::VecDeque;

/// The inputs of a run in the order in which they entered the engine, one commit's at a time from the file: memory
/// stays the same however long the run was. What is committed after the question was asked isn't among them.
///
/// A hole is an error, unless samples were dropped in this run for want of room.
pub struct Inputs {
    reader: Reader,
    chunks: ChunkReader,
    run: RunId,
    /// Where the next batch begins, at the earliest.
    from: u64,
    /// Where the run ended when the question was asked.
    end: u64,
    complete: bool,
    ready: VecDeque<Numbered<Input>>,
}

impl Reader {
    /// What entered the engine in a run.
    pub fn inputs(&self, run: RunId) -> Result<Inputs, StoreError> {
        let chunks = ChunkReader::new()
            .map_err(|error| StoreError::io(self.path(), "starting the decompressor", &error))?;
        let record = self.run(run)?;
        Ok(Inputs {
            reader: self.clone(),
            chunks,
            run,
            from: 0,
            end: record.as_ref().map_or(0, |record| record.inputs),
            complete: record.is_none_or(|record| record.inputs_complete),
            ready: VecDeque::new(),
        })
    }
}

impl Iterator for Inputs {
    type Item = Result<SourcedInput, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && self.from < self.end {
            match self.next_batch() {
                Ok(Some(batch)) => self.ready = batch.into(),
                Ok(None) if self.complete => return Some(Err(self.broken())),
                Ok(None) => self.from = self.end,
                Err(error) => {
                    self.from = self.end;
                    return Some(Err(error));
                }
            }
        }
        self.ready.pop_front().map(|numbered| Ok(numbered.into()))
    }
}

impl Inputs {
    fn next_batch(&mut self) -> Result<Option<Vec<Numbered<Input>>>, StoreError> {
        let first = "SELECT min(batch) FROM chunk WHERE run = ?1 AND batch >= ?2 AND batch < ?3";
        let select = "SELECT sensor, data FROM chunk WHERE run = ?1 AND batch = ?2 ORDER BY id";
        let (run, from, end) = (int(self.run.0), int(self.from), int(self.end));
        let chunks = &mut self.chunks;
        let found = self.reader.ask("reading inputs", |connection| {
            let mut statement = connection.prepare_cached(first)?;
            let batch =
                statement.query_row([run, from, end], |row| row.get::<_, Option<i64>>(0)).optional()?;
            let Some(batch) = batch.flatten().and_then(|batch| u64::try_from(batch).ok()) else {
                return Ok(None);
            };
            let mut statement = connection.prepare_cached(select)?;
            let mut rows = statement.query(params![run, int(batch)])?;
            let mut inputs = Vec::new();
            while let Some(row) = rows.next()? {
                let sensor: Option<String> = row.get(0)?;
                let data = row.get_ref(1)?.as_blob()?;
                let chunk = chunks.read(batch, sensor.map(SensorId).as_ref(), data);
                inputs.extend(chunk.map_err(|error| unreadable(1, error))?);
            }
            Ok(Some(inputs))
        })?;
        let Some(mut inputs) = found else { return Ok(None) };
        inputs.sort_by_key(|input| input.ordinal);
        let gapless = inputs.iter().zip(self.from..).all(|(input, expected)| input.ordinal == expected);
        if self.complete && !gapless {
            return Err(self.broken());
        }
        self.from = inputs.last().map_or(self.end, |last| last.ordinal.saturating_add(1));
        Ok(Some(inputs))
    }

    fn broken(&mut self) -> StoreError {
        self.from = self.end;
        let what = format!("inputs of run {} are missing", self.run);
        StoreError::Damaged { path: self.reader.path().to_owned(), what }
    }
}
