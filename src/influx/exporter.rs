//! From the cursor to the end of the journal, batch by batch.

use super::answer::Patience;
use super::carrier::Carrier;
use super::editions::{self, Sending};
use super::parcel::{Line, Obstacle, Parcel};
use super::points::record;
use crate::store::{Journal, Progress, Reader, Refused, RunId, StoreError, StoredEvent, Told};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::{JoinHandle, spawn_blocking};

/// Lines of a batch at most; one entry may go over it by a few.
const LINES: usize = 5_000;
/// Their bytes at most.
const BYTES: usize = 2 << 20;
/// Entries read at a time.
const PAGE: u32 = 1_000;
/// Entries looked through for one batch at most: most of a journal is not settled yet when it is written.
const LOOKED_AT: u64 = 50_000;
/// So many entries without anything to send are worth a word in the journal.
const WORTH_KEEPING: u64 = 10_000;

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// There is more.
    Again,
    /// All is told; look again after the usual while.
    Idle,
    /// Not before so many seconds.
    Wait(f64),
}

/// How an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Word {
    /// All is told.
    #[default]
    UpToDate,
    /// More is under way.
    Sending,
    /// The server is busy or can't be reached.
    Waiting,
    /// The server won't take anything until somebody changes something.
    Paused,
    /// The machine's clock must be right first.
    ClockUnset,
}

/// How an export is, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Where it goes.
    pub destination: String,
    /// How it is.
    pub word: Word,
    /// All entries of the journal up to here are told.
    pub seq: u64,
    /// The latest entry of the journal when it was last looked at.
    pub last_seq: u64,
    /// When the oldest entry that waits became known, ns since 1970 UTC.
    pub waiting_since_ns: Option<i64>,
    /// Lines taken since the beginning.
    pub points: u64,
    /// Lines refused since the beginning.
    pub refused: u64,
    /// What went wrong last; `None` once something went well.
    pub last_error: Option<String>,
}

/// Tells one destination what is in the journal.
#[derive(Debug)]
pub struct Exporter {
    carrier: Arc<Carrier>,
    journal: Journal,
    reader: Reader,
    patience: Patience,
    standing: Standing,
    /// How far the journal knows that we are.
    kept: u64,
    batch: Option<Batch>,
    ahead: Option<Ahead>,
}

/// The next batch, gathered while this one is sent.
#[derive(Debug)]
struct Ahead {
    after: u64,
    gathered: JoinHandle<Result<Gathered, StoreError>>,
}

/// A batch, and the latest entry of the journal.
type Gathered = (Batch, u64);

/// What was told of kinds' subjects.
type Knowledge = BTreeMap<(String, String), Told>;

/// What is sent and kept together.
#[derive(Debug)]
struct Batch {
    parcel: Parcel,
    told: Knowledge,
    refused: Vec<Refused>,
    upto: u64,
    more: bool,
    clock_unset: bool,
    oldest_ns: Option<i64>,
}

impl Exporter {
    /// Goes on where the journal says that it was. Blocks for the reading.
    pub fn new(carrier: Carrier, journal: Journal, seed: u64) -> Result<Self, StoreError> {
        let (reader, destination) = (journal.reader(), carrier.destination());
        let state = reader.outbox(&destination)?;
        let standing = Standing {
            destination,
            seq: state.seq,
            last_seq: reader.last_seq()?,
            points: state.points,
            refused: state.refused,
            ..Standing::default()
        };
        let patience = Patience::new(seed);
        Ok(Self {
            carrier: Arc::new(carrier),
            journal,
            reader,
            patience,
            standing,
            kept: state.seq,
            batch: None,
            ahead: None,
        })
    }

    /// How it is.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Sends the next batch, as far as the server lets it.
    pub async fn step(&mut self) -> Result<Next, StoreError> {
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.gather().await?,
        };
        self.standing.waiting_since_ns = batch.oldest_ns;
        while let Some(text) = batch.parcel.next() {
            self.standing.word = Word::Sending;
            let answer = self.carrier.write(&text).await;
            if let Err(obstacle) = batch.parcel.answered(answer) {
                self.batch = Some(batch);
                return Ok(Next::Wait(self.hindered(obstacle)));
            }
            self.patience.reward();
            self.standing.last_error = None;
        }
        self.arrived(batch).await
    }

    /// How long to wait before an obstacle, s.
    fn hindered(&mut self, obstacle: Obstacle) -> f64 {
        let (word, words, pause_s) = match obstacle {
            Obstacle::Busy(words, wish_s) => (Word::Waiting, words, self.patience.next_s(wish_s)),
            Obstacle::Locked(words) => (Word::Paused, words, self.patience.locked_s()),
        };
        tracing::warn!(destination = self.standing.destination, "{words}; tried again in {pause_s:.0} s");
        (self.standing.word, self.standing.last_error) = (word, Some(words));
        pause_s
    }

    async fn arrived(&mut self, batch: Batch) -> Result<Next, StoreError> {
        let Batch { parcel, told, mut refused, upto, more, clock_unset, .. } = batch;
        refused.extend(parcel.aside().iter().map(|aside| {
            let (line, reason) = (aside.line.text.clone(), aside.reason.clone());
            tracing::warn!(line, "the server will not take this line: {reason}");
            Refused { seq: aside.line.seq, line, reason }
        }));
        let points = (parcel.lines().len() - parcel.aside().len()) as u64;
        let refused_now = refused.len() as u64;
        if points > 0 || refused_now > 0 || upto >= self.kept + WORTH_KEEPING {
            let (destination, told) = (self.standing.destination.clone(), told.into_values().collect());
            let progress = Progress { destination, seq: upto, points, told, refused, more };
            let journal = self.journal.clone();
            blocking(move || journal.sent(progress)).await?;
            self.kept = upto;
        }
        self.standing.seq = upto;
        self.standing.points += points;
        self.standing.refused += refused_now;
        if more {
            return Ok(Next::Again);
        }
        self.standing.word = if clock_unset { Word::ClockUnset } else { Word::UpToDate };
        if !clock_unset {
            self.standing.waiting_since_ns = None;
        }
        Ok(Next::Idle)
    }

    /// The batch after what has arrived. When there is more behind it, that is gathered while this one is sent.
    async fn gather(&mut self) -> Result<Batch, StoreError> {
        let after = self.standing.seq;
        let ahead = self.ahead.take().filter(|ahead| ahead.after == after);
        let gathered = match ahead {
            Some(ahead) => ahead.gathered,
            None => self.gathering(after, BTreeMap::new()),
        };
        let (batch, last_seq) = gathered.await.unwrap_or(Err(StoreError::Closed))?;
        self.standing.last_seq = last_seq;
        if batch.more {
            let gathered = self.gathering(batch.upto, batch.told.clone());
            self.ahead = Some(Ahead { after: batch.upto, gathered });
        }
        Ok(batch)
    }

    /// `known` is what will have been told by then, and isn't in the journal yet.
    fn gathering(&self, after: u64, known: Knowledge) -> JoinHandle<Result<Gathered, StoreError>> {
        let reader = self.reader.clone();
        let (destination, gym) = (self.standing.destination.clone(), self.carrier.gym().to_owned());
        spawn_blocking(move || {
            let batch = Batch::gather(&reader, &destination, &gym, after, &known)?;
            Ok((batch, reader.last_seq()?))
        })
    }
}

/// Asks the store where waiting holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.unwrap_or(Err(StoreError::Closed))
}

impl Batch {
    fn gather(
        reader: &Reader,
        destination: &str,
        gym: &str,
        after: u64,
        known: &Knowledge,
    ) -> Result<Self, StoreError> {
        let mut batch = Self {
            parcel: Parcel::new(Vec::new()),
            told: BTreeMap::new(),
            refused: Vec::new(),
            upto: after,
            more: true,
            clock_unset: false,
            oldest_ns: None,
        };
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let mut runs = Runs::default();
        'full: while batch.upto - after < LOOKED_AT {
            let page = reader.events_after(batch.upto, PAGE)?;
            batch.more = page.len() == PAGE as usize;
            for stored in &page {
                let told = &batch.told;
                let before = |kind: &str, subject: &str| {
                    let name = (kind.to_owned(), subject.to_owned());
                    match told.get(&name).or_else(|| known.get(&name)) {
                        Some(told) => Ok(Some(told.clone())),
                        None => reader.told(destination, kind, subject),
                    }
                };
                let found = look(reader, &mut runs, stored, gym, before)?;
                if !matches!(found, Found::Nothing) && batch.oldest_ns.is_none() {
                    batch.oldest_ns = stored.utc.map(|utc| utc.ns);
                }
                match found {
                    Found::Nothing => {}
                    Found::NotYet => {
                        (batch.clock_unset, batch.more) = (true, false);
                        break 'full;
                    }
                    Found::Timeless(line) => {
                        let reason = "its time is not known: the machine's clock was never set".to_owned();
                        batch.refused.push(Refused { seq: stored.seq, line, reason });
                    }
                    Found::New(sending) => {
                        for text in sending.lines {
                            bytes += text.len();
                            lines.push(Line { seq: stored.seq, text });
                        }
                        let told = sending.told;
                        batch.told.insert((told.kind.clone(), told.subject.clone()), told);
                    }
                }
                batch.upto = stored.seq;
                if lines.len() >= LINES || bytes >= BYTES {
                    batch.more = true;
                    break 'full;
                }
            }
            if !batch.more {
                break;
            }
        }
        batch.parcel = Parcel::new(lines);
        Ok(batch)
    }
}

/// What an entry means for a destination.
pub(super) enum Found {
    /// Nothing that it is told, or nothing new.
    Nothing,
    /// This.
    New(Box<Sending>),
    /// Its time will be known when the machine's clock is.
    NotYet,
    /// Its time will never be known. What it is.
    Timeless(String),
}

/// Which runs are over, each asked once.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<RunId, bool>);

/// Looks at an entry. `before` tells what the destination knew of a kind's subject.
pub(super) fn look(
    reader: &Reader,
    runs: &mut Runs,
    stored: &StoredEvent,
    gym: &str,
    before: impl FnOnce(&str, &str) -> Result<Option<Told>, StoreError>,
) -> Result<Found, StoreError> {
    let Some(record) = record(stored, gym) else { return Ok(Found::Nothing) };
    let certain = record.utc.filter(|utc| utc.certain);
    if certain.is_none() && !runs.is_over(reader, stored.axis)? {
        return Ok(Found::NotYet);
    }
    let Some(utc) = certain.or(record.utc) else {
        return Ok(Found::Timeless(format!("{} {}", record.kind, record.subject)));
    };
    let before = before(record.kind, &record.subject)?;
    Ok(editions::next(before.as_ref(), record, utc).map_or(Found::Nothing, |new| Found::New(Box::new(new))))
}

impl Runs {
    fn is_over(&mut self, reader: &Reader, run: RunId) -> Result<bool, StoreError> {
        if let Some(over) = self.0.get(&run) {
            return Ok(*over);
        }
        let over = reader.run(run)?.is_none_or(|run| run.ended);
        self.0.insert(run, over);
        Ok(over)
    }
}
