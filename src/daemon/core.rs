//! Drives the engine on a thread of its own: what radios deliver and people wish goes in, in one order; what comes out
//! goes into the journal together with what went in.
//!
//! Live runs live on the daemon's clock, which lets deadlines strike while nothing is received. Replayed and simulated
//! ones have a time of their own that only their source tells, so that a pause of the machine changes nothing in them.

use super::clock::{HostClock, Moved, Reading};
use super::drive::{Drive, Panicked, Told};
use super::opening;
use super::resume::Resumed;
use super::run::Run;
use super::systemd::Beat;
use super::wishes;
use crate::engine::EngineConfig;
use crate::model::{
    Change, Context, HostTime, Input, NANOS_PER_SECOND, Request, SensorAssignment, TraceBlock,
    seconds_from_nanos,
};
use crate::radio::{Clock, Delivery};
use crate::store::{ClockAnchor, Closed, Journal, Reader, RunId, RunRecord, RunSource, StoreError, Write};
use crate::web::{Ask, Queue, Refusal, Vitals};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Most deliveries that are taken in one step.
const BATCH: usize = 128;
/// The longest sleep of the core, ns: so often it shows that it lives.
const BEAT_NS: i64 = NANOS_PER_SECOND;
/// How often the wall clock is looked at, ns.
const LOOK_NS: i64 = 3 * NANOS_PER_SECOND;

mod lives;

pub(super) use lives::{close_directly, end_run_of_the_past};

/// Why the core can't go on, and with it the daemon.
#[derive(Debug, Error)]
pub enum CoreError {
    /// Nobody writes the journal any more.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The store can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A recording can't be carried on.
    #[error("{0}")]
    Recording(String),
}

/// What the core works with.
pub(super) struct Equipment {
    pub(super) config: EngineConfig,
    /// What the configuration knows.
    pub(super) known: Vec<Context>,
    pub(super) journal: Journal,
    pub(super) clock: HostClock,
    pub(super) vitals: Vitals,
    pub(super) beat: Beat,
    /// Shows the moving bar.
    pub(super) on_trace: Box<dyn FnMut(&TraceBlock) + Send>,
    /// To the radio.
    pub(super) requests: mpsc::Sender<Request>,
}

/// What the core listens to.
pub(super) struct Ears {
    pub(super) deliveries: mpsc::Receiver<Delivery>,
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) stop: CancellationToken,
    /// Whether there is something to do when the source has ended.
    pub(super) stays: bool,
}

/// The engine with the run that it is in.
pub(super) struct Core {
    equipment: Equipment,
    reader: Reader,
    fingerprint: String,
    run: Run,
    next_look: HostTime,
    next_report: HostTime,
    /// Keys of wishes whose commit is awaited.
    pending: Arc<Mutex<BTreeSet<String>>>,
}

impl Core {
    /// Begins a run.
    pub(super) fn begin(equipment: Equipment, source: RunSource) -> Result<Self, CoreError> {
        let fingerprint = opening::fingerprint(&equipment.config);
        let reader = equipment.journal.reader();
        let id = equipment.journal.begin(source.clone(), &fingerprint)?;
        let run = Run::new(id, source, Drive::new(equipment.config.clone()));
        let mut core = Self::with(equipment, reader, fingerprint, run);
        core.open()?;
        Ok(core)
    }

    /// The run that it is in.
    pub(super) fn run_id(&self) -> RunId {
        self.run.id
    }

    /// Goes on with a run that was interrupted.
    pub(super) fn go_on(
        equipment: Equipment,
        record: &RunRecord,
        resumed: Resumed,
    ) -> Result<Self, CoreError> {
        let fingerprint = record.fingerprint.clone();
        let reader = equipment.journal.reader();
        let mut run = Run::new(record.id, record.source.clone(), resumed.drive);
        run.heard = Some(run.drive.now());
        let mut core = Self::with(equipment, reader, fingerprint, run);
        if record.inputs == 0 {
            // killed before it knew anything
            core.open()?;
        } else if core.is_live() {
            core.after_absence()?;
        }
        Ok(core)
    }

    fn with(equipment: Equipment, reader: Reader, fingerprint: String, run: Run) -> Self {
        let [next_look, next_report] = [HostTime(i64::MIN); 2];
        Self { equipment, reader, fingerprint, run, next_look, next_report, pending: Arc::default() }
    }

    /// Says where the clock of a run that has none yet lies in the calendar, when somebody else knows: a recording's
    /// first line.
    pub(super) fn anchor_once(&mut self, reading: Reading) -> Result<(), CoreError> {
        self.run.anchors.know(reading);
        let known = self.reader.clock(self.run.id)?.utc(reading.mono).is_some();
        if known { Ok(()) } else { self.anchor(reading) }
    }

    fn anchor(&self, Reading { mono, utc_ns, certain }: Reading) -> Result<(), CoreError> {
        let run = self.run.id;
        Ok(self.equipment.journal.send(Write::Anchor(ClockAnchor { run, mono, utc_ns, certain }))?)
    }

    /// Changes something as a person would.
    pub(super) fn change(&mut self, change: Change) -> Result<(), CoreError> {
        let at = self.now();
        // only orders about the past can be refused
        for input in wishes::inputs(&change, at, &self.reader).unwrap_or_default() {
            self.feed(input, false)?;
        }
        self.run.changed(change);
        self.send_step()
    }

    /// Roles of sensors that the engine knows.
    pub(super) fn roles(&self) -> Vec<SensorAssignment> {
        self.run.drive.roles().collect()
    }

    /// Works until it is told to stop, and then takes what has been delivered already; or until its source has ended,
    /// when nothing is to be done after that. Whether it was the latter.
    pub(super) async fn work(mut self, mut ears: Ears) -> Result<bool, CoreError> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut has_source = true;
        loop {
            self.equipment.beat.rise();
            let wake = self.wake_at();
            tokio::select! {
                biased;
                () = ears.stop.cancelled() => break,
                Some(ask) = ears.asks.recv() => self.ask(ask)?,
                taken = ears.deliveries.recv_many(&mut batch, BATCH), if has_source => {
                    has_source = taken > 0;
                    if self.deliver(&mut batch)? {
                        if !ears.stays {
                            return Ok(true);
                        }
                        self.begin_live(Vec::new())?;
                    }
                }
                () = self.equipment.clock.wait_until(wake) => {}
            }
            self.pass_time()?;
            let queue = Queue { length: ears.deliveries.len(), capacity: ears.deliveries.max_capacity() };
            self.report(queue);
        }
        while let Ok(delivery) = ears.deliveries.try_recv() {
            batch.push(delivery);
        }
        let ended = self.deliver(&mut batch)?;
        self.send_step()?;
        Ok(ended)
    }

    fn is_live(&self) -> bool {
        self.run.source == RunSource::Live
    }

    /// The run's time.
    fn now(&self) -> HostTime {
        if self.is_live() {
            self.equipment.clock.now().max(self.run.drive.now())
        } else {
            self.run.drive.now()
        }
    }

    fn wake_at(&self) -> HostTime {
        let beat = HostTime(self.equipment.clock.now().0.saturating_add(BEAT_NS));
        let due = self.run.drive.next_deadline().filter(|_| self.is_live());
        due.map_or(beat, |due| due.min(beat))
    }

    /// Takes deliveries; whether the source has come to its end.
    fn deliver(&mut self, batch: &mut Vec<Delivery>) -> Result<bool, CoreError> {
        let mut ended = false;
        let mut inputs = 0;
        for delivery in batch.drain(..) {
            match delivery {
                Delivery::Input(input) => {
                    inputs += 1;
                    self.feed(input, true)?;
                    // what was found out bears the time of what told it, not of the last of the batch
                    if self.run.drive.has_news() {
                        self.send_step()?;
                    }
                }
                Delivery::Time(t) => self.pass_until(t)?,
                Delivery::End => {
                    self.finish_source()?;
                    ended = true;
                }
            }
        }
        if inputs > 0 {
            self.equipment.vitals.inputs_received(inputs);
            if self.is_live() {
                let behind = self.equipment.clock.now().0.saturating_sub(self.run.drive.now().0);
                self.equipment.vitals.set_lag_s(seconds_from_nanos(behind));
            }
        }
        self.send_step()?;
        Ok(ended)
    }

    /// Lets time pass by the daemon's clock.
    fn pass_time(&mut self) -> Result<(), CoreError> {
        if self.is_live() {
            let now = self.equipment.clock.now();
            self.pass_until(now)?;
            self.send_step()?;
            if self.run.is_over(now) {
                self.rotate()?;
            }
        }
        if self.equipment.clock.now() >= self.next_look {
            self.next_look = HostTime(self.equipment.clock.now().0.saturating_add(LOOK_NS));
            self.look_at_wall_clock()?;
        }
        Ok(())
    }

    /// Says now and then how it is.
    fn report(&mut self, deliveries: Queue) {
        let now = self.equipment.clock.now();
        if now >= self.next_report {
            self.next_report = HostTime(now.0.saturating_add(BEAT_NS));
            self.equipment.vitals.set_queue("deliveries", deliveries);
        }
    }

    fn pass_until(&mut self, t: HostTime) -> Result<(), CoreError> {
        match self.run.drive.pass(t) {
            Ok(()) => Ok(()),
            Err(Panicked(words)) => self.abandon(&words, None),
        }
    }

    /// Adds a clock anchor when the wall clock has moved. A recording's calendar is its own.
    fn look_at_wall_clock(&mut self) -> Result<(), CoreError> {
        if matches!(self.run.source, RunSource::Replay { .. }) || self.now().0 < 0 {
            return Ok(());
        }
        let (now, ticks) = (self.now(), self.equipment.clock.ticks());
        let Some(Moved { reading, jump_ns }) = self.run.anchors.look(now, ticks) else { return Ok(()) };
        self.anchor(reading)?;
        if let Some(jump_ns) = jump_ns.filter(|_| self.is_live()) {
            let jump_s = seconds_from_nanos(jump_ns);
            tracing::warn!("the wall clock has jumped by {jump_s:.1} s; what was recorded keeps its time");
        }
        Ok(())
    }

    fn feed(&mut self, input: Input, from_source: bool) -> Result<(), CoreError> {
        self.run.handle(input, from_source).or_else(|poison| self.poisoned(*poison, from_source))
    }

    /// Sends what has gathered on its ways.
    fn send_step(&mut self) -> Result<(), CoreError> {
        let (step, told) = self.run.step();
        if let Some(step) = step {
            self.equipment.journal.send(Write::Step(step))?;
        }
        self.tell(told);
        Ok(())
    }

    /// What is for the moment goes on at once.
    fn tell(&mut self, told: Told) {
        for trace in &told.traces {
            (self.equipment.on_trace)(trace);
        }
        for request in told.requests {
            if let Err(error) = self.equipment.requests.try_send(request)
                && matches!(error, mpsc::error::TrySendError::Full(_))
            {
                tracing::warn!("the radio is busy; a request to a sensor was dropped: {error}");
            }
        }
    }

    /// Carries out a person's wish; the answer comes after the commit.
    fn ask(&mut self, ask: Ask) -> Result<(), CoreError> {
        let Ask { change, key, reply } = ask;
        if let Some(answer) = self.answered(&change, key.as_deref()) {
            // who has gone needs no answer
            let _ = reply.send(answer);
            return Ok(());
        }
        let inputs = match wishes::inputs(&change, self.now(), &self.reader) {
            Ok(inputs) => inputs,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return Ok(());
            }
        };
        // what is due by now is not of the wish's making
        self.pass_until(inputs.first().map_or(HostTime(i64::MIN), Input::at))?;
        self.send_step()?;
        for input in inputs {
            self.feed(input, false)?;
        }
        let refusal = wishes::refusal(self.run.drive.news());
        if refusal.is_none() {
            self.run.changed(change);
        }
        let (step, told) = self.run.step();
        let Some(mut step) = step else { return Ok(()) };
        self.tell(told);
        let pending = Arc::clone(&self.pending);
        // what was not granted may be asked again with the same key
        step.key = key.clone().filter(|_| refusal.is_none());
        step.done = Some(Box::new(move |kept| {
            key.map(|key| lock(&pending).remove(&key));
            let kept = kept.map_err(|error| wishes::refused(&error));
            let _ = reply.send(kept.and_then(|seq| refusal.map_or(Ok(seq), Err)));
        }));
        Ok(self.equipment.journal.send(Write::Step(step))?)
    }

    /// The answer to a wish that was granted before; notes the key of a new one.
    fn answered(&self, change: &Change, key: Option<&str>) -> Option<Result<u64, Refusal>> {
        let key = key?;
        match self.reader.request(key) {
            Err(error) => return Some(Err(wishes::refused(&error))),
            Ok(Some(before)) if before.change == *change => return Some(Ok(before.seq)),
            Ok(Some(_)) => {
                return Some(Err(Refusal::Conflict(
                    "this Idempotency-Key stood for another change".to_owned(),
                )));
            }
            Ok(None) => {}
        }
        let is_new = lock(&self.pending).insert(key.to_owned());
        (!is_new).then(|| Err(Refusal::Conflict("this change is being written; ask again".to_owned())))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
