//! Drives the engine on a thread of its own: what radios deliver and people wish goes in, in one order; what comes out
//! goes into the journal together with what went in.
//!
//! Live runs live on the daemon's clock, which lets deadlines strike while nothing is received. Replayed and simulated
//! ones have a time of their own that only their source tells, so that a pause of the machine changes nothing in them.

use super::clock::{HostClock, Moved};
use super::drive::{Drive, Panicked};
use super::opening;
use super::resume::{self, Lost, Resumed};
use super::run::Run;
use super::systemd::Beat;
use super::wishes;
use crate::config::StationSettings;
use crate::engine::EngineConfig;
use crate::model::{
    Change, HostTime, Input, LinkChange, NANOS_PER_SECOND, Request, SensorAssignment, TraceBlock,
    seconds_from_nanos,
};
use crate::radio::{Clock, Delivery};
use crate::store::{
    ClockAnchor, Closed, Journal, Reader, RunId, RunRecord, RunSource, Step, StoreError, Write,
};
use crate::web::{Ask, Refusal, Vitals};
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
    pub(super) stations: Vec<StationSettings>,
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
        if core.is_live() {
            core.after_absence()?;
        }
        Ok(core)
    }

    fn with(equipment: Equipment, reader: Reader, fingerprint: String, run: Run) -> Self {
        let next_look = HostTime(i64::MIN);
        Self { equipment, reader, fingerprint, run, next_look, pending: Arc::default() }
    }

    /// Says where the run's clock lies in the calendar, when somebody else knows: a recording's first line.
    pub(super) fn anchor(&self, mono: HostTime, utc_ns: i64, certain: bool) -> Result<(), CoreError> {
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
        self.anchor(reading.mono, reading.utc_ns, reading.certain)?;
        if let Some(jump_ns) = jump_ns.filter(|_| self.is_live()) {
            let jump_s = seconds_from_nanos(jump_ns);
            tracing::warn!("the wall clock has jumped by {jump_s:.1} s; what was recorded keeps its time");
        }
        Ok(())
    }

    fn feed(&mut self, input: Input, from_source: bool) -> Result<(), CoreError> {
        match self.run.handle(input, from_source) {
            Ok(()) => Ok(()),
            Err((input, Panicked(words))) => self.poisoned(input, from_source, &words),
        }
    }

    /// Sends what has gathered on its ways.
    fn send_step(&mut self) -> Result<(), CoreError> {
        let (step, told) = self.run.step();
        if let Some(step) = step {
            self.equipment.journal.send(Write::Step(step))?;
        }
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
        Ok(())
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
        self.send_step()?;
        for input in inputs {
            self.feed(input, false)?;
        }
        self.run.changed(change);
        let (step, told) = self.run.step();
        let Some(mut step) = step else { return Ok(()) };
        drop(told);
        let pending = Arc::clone(&self.pending);
        step.key.clone_from(&key);
        step.done = Some(Box::new(move |kept| {
            key.map(|key| lock(&pending).remove(&key));
            let _ = reply.send(kept.map_err(wishes::refused));
        }));
        Ok(self.equipment.journal.send(Write::Step(step))?)
    }

    /// The answer to a wish that was granted before; notes the key of a new one.
    fn answered(&self, change: &Change, key: Option<&str>) -> Option<Result<u64, Refusal>> {
        let key = key?;
        match self.reader.request(key) {
            Err(error) => return Some(Err(wishes::refused(error))),
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

/// Beginning, ending and losing runs.
impl Core {
    fn open(&mut self) -> Result<(), CoreError> {
        let at = if self.is_live() { self.equipment.clock.now() } else { HostTime(0) };
        for input in opening::inputs(&self.run.source, &self.equipment.stations, &self.reader, at)? {
            self.feed(input, false)?;
        }
        if self.is_live() {
            self.look_at_wall_clock()?;
        }
        self.send_step()
    }

    /// What an engine must be told that goes on after the daemon was away: links are gone, and plates may have changed.
    fn after_absence(&mut self) -> Result<(), CoreError> {
        let at = self.equipment.clock.now();
        let sensors: Vec<_> = self.run.drive.links().keys().cloned().collect();
        for sensor in sensors {
            let change = LinkChange::Down { reason: "the daemon was restarted".to_owned() };
            self.feed(Input::Link { at, sensor, change }, false)?;
        }
        let plates: Vec<_> = opening::plates(&self.equipment.stations).collect();
        for context in plates {
            self.feed(Input::Context { at, context }, false)?;
        }
        self.look_at_wall_clock()?;
        self.send_step()
    }

    /// Ends the run and begins another, so that no run grows without end. Links stay up.
    fn rotate(&mut self) -> Result<(), CoreError> {
        tracing::info!("nothing open and nothing received for a while: a new run begins");
        let links: Vec<Input> = self.run.drive.links().values().flatten().cloned().collect();
        self.end_run()?;
        self.begin_live(links)
    }

    /// The source has no more: closes what is open.
    fn finish_source(&mut self) -> Result<(), CoreError> {
        let at = self.run.drive.now();
        let sensors: Vec<_> = self.run.drive.links().keys().cloned().collect();
        for sensor in sensors {
            let change = LinkChange::Down { reason: "the source has ended".to_owned() };
            self.feed(Input::Link { at, sensor, change }, false)?;
        }
        self.end_run()?;
        // whoever waits for the end wants to read what was found
        self.equipment.journal.flush()?;
        Ok(())
    }

    fn end_run(&mut self) -> Result<(), CoreError> {
        if let Err(Panicked(words)) = self.run.drive.finish() {
            tracing::error!("the run could not be finished ({words}); what is open is closed as it stands");
            self.close_directly()?;
        }
        self.send_step()?;
        let at = self.run.drive.now().max(HostTime(0));
        Ok(self.equipment.journal.send(Write::End { run: self.run.id, at })?)
    }

    fn begin_live(&mut self, inputs: Vec<Input>) -> Result<(), CoreError> {
        // the next free number is asked of the store
        self.equipment.journal.flush()?;
        let id = self.equipment.journal.begin(RunSource::Live, &self.fingerprint)?;
        self.run = Run::new(id, RunSource::Live, Drive::new(self.equipment.config.clone()));
        self.open()?;
        let at = self.equipment.clock.now();
        for mut input in inputs {
            input.set_at(at);
            self.feed(input, false)?;
        }
        self.send_step()
    }

    /// The engine panicked on an input: it is built anew from the journal, and the input is kept beside it, told, and
    /// never let in again.
    fn poisoned(&mut self, input: Input, from_source: bool, words: &str) -> Result<(), CoreError> {
        let whose = input.sensor().map_or(String::new(), |sensor| format!(" from {sensor}"));
        tracing::error!(
            "an input{whose} made the engine fail ({words}); it is left out and kept in the journal"
        );
        self.send_step()?;
        let rebuilt = self.execute_again();
        let drive = match rebuilt {
            Ok(drive) => drive,
            Err(lost) => return self.abandon(&lost.to_string(), Some(input)),
        };
        self.run.drive = drive;
        let incident = incident(input.at(), whose, words, Some(input));
        match self.run.handle(incident, from_source) {
            Ok(()) => Ok(()),
            Err((_, Panicked(words))) => self.abandon(&words, None),
        }
    }

    fn execute_again(&self) -> Result<Drive, Lost> {
        self.equipment.journal.flush()?;
        let record = self.reader.run(self.run.id)?.ok_or(Lost::InputsMissing)?;
        let config = self.equipment.config.clone();
        Ok(resume::execute_again(&self.reader, &record, config, &self.fingerprint)?.drive)
    }

    /// The engine can't be saved: what is open is closed as it stands, and a new run begins.
    fn abandon(&mut self, words: &str, input: Option<Input>) -> Result<(), CoreError> {
        tracing::error!("the engine failed and could not be rebuilt ({words}); a new run begins");
        if !self.is_live() {
            return Err(CoreError::Recording(format!(
                "the engine failed on this recording ({words}); please report it with the file"
            )));
        }
        let links: Vec<Input> = self.run.drive.links().values().flatten().cloned().collect();
        self.send_step()?;
        self.close_directly()?;
        self.equipment
            .journal
            .send(Write::End { run: self.run.id, at: self.run.drive.now().max(HostTime(0)) })?;
        self.begin_live(links)?;
        self.feed(incident(self.equipment.clock.now(), String::new(), words, input), false)?;
        self.send_step()
    }

    fn close_directly(&mut self) -> Result<(), CoreError> {
        self.equipment.journal.flush()?;
        let record = self.reader.run(self.run.id)?;
        match record {
            Some(record) => close_directly(&self.equipment.journal, &self.reader, &record),
            None => Ok(()),
        }
    }
}

/// Closes in the journal what a run left open.
pub(super) fn close_directly(
    journal: &Journal,
    reader: &Reader,
    record: &RunRecord,
) -> Result<(), CoreError> {
    let events = resume::closing_events(reader, record)?;
    let step = Step { events, ..Step::new(record.id, record.last.max(HostTime(0))) };
    Ok(journal.send(Write::Step(step))?)
}

/// Ends a run that nobody goes on with: as its engine would, or as it stands.
pub(super) fn end_run_of_the_past(
    journal: &Journal,
    reader: &Reader,
    record: &RunRecord,
    config: &EngineConfig,
) -> Result<(), CoreError> {
    let fingerprint = opening::fingerprint(config);
    let finished =
        resume::execute_again(reader, record, config.clone(), &fingerprint).and_then(|mut resumed| {
            resumed.drive.finish()?;
            Ok(resumed.drive)
        });
    match finished {
        Ok(mut drive) => {
            let step = Step { events: drive.take().events, ..Step::new(record.id, drive.now()) };
            journal.send(Write::Step(step))?;
        }
        Err(lost) => {
            tracing::warn!("run {}: {lost}; what it left open is closed as it stands", record.id);
            close_directly(journal, reader, record)?;
        }
    }
    journal.send(Write::End { run: record.id, at: record.last.max(HostTime(0)) })?;
    // what comes next is numbered after it
    journal.flush()?;
    Ok(())
}

fn incident(at: HostTime, whose: String, words: &str, input: Option<Input>) -> Input {
    let message = format!(
        "the program failed on what came in{whose} ({words}); it was left out and the rest goes on: please report it"
    );
    Input::Incident { at, message, input: input.map(Box::new) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
