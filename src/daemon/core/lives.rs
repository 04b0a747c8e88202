//! Beginning, ending and losing runs.

use super::{Core, CoreError};
use crate::daemon::drive::{Drive, Panicked};
use crate::daemon::opening;
use crate::daemon::resume::{self, Lost};
use crate::daemon::run::{Poison, Run};
use crate::engine::EngineConfig;
use crate::model::{HostTime, Input, LinkChange, SensorId};
use crate::radio::Clock;
use crate::store::{Journal, Reader, RunRecord, RunSource, Step, Write};

impl Core {
    pub(super) fn open(&mut self) -> Result<(), CoreError> {
        let at = if self.is_live() { self.equipment.clock.now() } else { HostTime(0) };
        for input in opening::inputs(&self.run.source, &self.equipment.known, &self.reader, at)? {
            self.feed(input, false)?;
        }
        if self.is_live() {
            self.look_at_wall_clock()?;
        }
        self.send_step()
    }

    /// What an engine must be told that goes on after the daemon was away: links are gone, and the configuration may
    /// have changed.
    pub(super) fn after_absence(&mut self) -> Result<(), CoreError> {
        let at = self.equipment.clock.now();
        for mut input in links_down(&self.run, "the daemon was restarted") {
            input.set_at(at);
            self.feed(input, false)?;
        }
        for context in self.equipment.known.clone() {
            self.feed(Input::Context { at, context }, false)?;
        }
        self.look_at_wall_clock()?;
        self.send_step()
    }

    /// Ends the run and begins another, so that no run grows without end. Links stay up.
    pub(super) fn rotate(&mut self) -> Result<(), CoreError> {
        tracing::info!("nothing open and nothing received for a while: a new run begins");
        let links: Vec<Input> = self.run.drive.links().values().flatten().cloned().collect();
        self.end_run()?;
        self.begin_live(links)
    }

    /// The source has no more: closes what is open.
    pub(super) fn finish_source(&mut self) -> Result<(), CoreError> {
        for input in links_down(&self.run, "the source has ended") {
            self.feed(input, false)?;
        }
        tracing::info!("the source has ended");
        self.end_run()?;
        // whoever waits for the end wants to read what was found
        self.equipment.journal.flush()?;
        self.equipment.vitals.source_over();
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

    pub(super) fn begin_live(&mut self, inputs: Vec<Input>) -> Result<(), CoreError> {
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
    pub(super) fn poisoned(&mut self, poison: Poison, from_source: bool) -> Result<(), CoreError> {
        let Poison { input, panicked: Panicked(words) } = poison;
        let whose = input.sensor().map_or(String::new(), |sensor| format!(" from {sensor}"));
        tracing::error!(
            "an input{whose} made the engine fail ({words}); it is left out and kept in the journal"
        );
        self.send_step()?;
        match self.execute_again() {
            Ok(drive) => self.run.drive = drive,
            Err(lost) => return self.abandon(&lost.to_string(), Some(input)),
        }
        let incident = incident(input.at(), &whose, &words, Some(input));
        let told = self.run.handle(incident, from_source);
        told.or_else(|poison| self.abandon(&poison.panicked.0, None))
    }

    fn execute_again(&self) -> Result<Drive, Lost> {
        self.equipment.journal.flush()?;
        let record = self.reader.run(self.run.id)?.ok_or(Lost::InputsMissing)?;
        let config = self.equipment.config.clone();
        Ok(resume::execute_again(&self.reader, &record, config, &self.fingerprint)?.drive)
    }

    /// The engine can't be saved: what is open is closed as it stands, and a new run begins.
    pub(super) fn abandon(&mut self, words: &str, input: Option<Input>) -> Result<(), CoreError> {
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
        self.feed(incident(self.equipment.clock.now(), "", words, input), false)?;
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
pub(in crate::daemon) fn close_directly(
    journal: &Journal,
    reader: &Reader,
    record: &RunRecord,
) -> Result<(), CoreError> {
    let events = resume::closing_events(reader, record)?;
    let step = Step { events, ..Step::new(record.id, record.last.max(HostTime(0))) };
    Ok(journal.send(Write::Step(step))?)
}

/// Ends a run that nobody goes on with: as its engine would, or as it stands.
pub(in crate::daemon) fn end_run_of_the_past(
    journal: &Journal,
    reader: &Reader,
    record: &RunRecord,
    config: &EngineConfig,
) -> Result<(), CoreError> {
    let fingerprint = opening::fingerprint(config);
    let finished = resume::execute_again(reader, record, config.clone(), &fingerprint).and_then(|resumed| {
        let mut run = Run::new(record.id, record.source.clone(), resumed.drive);
        for input in links_down(&run, "the daemon was restarted") {
            run.handle(input, false).map_err(|poison| poison.panicked)?;
        }
        run.drive.finish()?;
        Ok(run)
    });
    match finished {
        Ok(mut run) => {
            if let Some(step) = run.step().0 {
                journal.send(Write::Step(step))?;
            }
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

/// All links of a run go down.
fn links_down(run: &Run, reason: &str) -> Vec<Input> {
    let at = run.drive.now();
    let down = |sensor: &SensorId| Input::Link {
        at,
        sensor: sensor.clone(),
        change: LinkChange::Down { reason: reason.to_owned() },
    };
    run.drive.links().keys().map(down).collect()
}

fn incident(at: HostTime, whose: &str, words: &str, input: Option<Input>) -> Input {
    let message = format!(
        "the program failed on what came in{whose} ({words}); it was left out and the rest goes on: please report it"
    );
    Input::Incident { at, message, input: input.map(Box::new) }
}
