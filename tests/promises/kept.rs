//! A store with a training session in it, as the daemon would have kept it.

use crate::gym::{STATION, engine_for, introduction, listen};
use crate::program::folder;
use ironstride::model::{Advice, Event, Goal, HostTime, Rep, SessionRecord, SetRecord, StationContext};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::session::SessionPlan;
use ironstride::store::{
    ClockAnchor, Journal, RunSource, SourcedInput, Step, StoreOptions, Write, WriterThread,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// 2026-03-01T17:30:00Z, when the recording begins.
pub(crate) const BEGIN_UTC_NS: i64 = 1_772_386_200 * 1_000_000_000;
/// Who lifts; nobody is called so, but somebody could be.
pub(crate) const ATHLETE: &str = "anna, \"the bar\"";

/// A store and what the engine had said, latest word on each thing.
pub(crate) struct Kept {
    pub(crate) directory: PathBuf,
    pub(crate) reps: Vec<Rep>,
    pub(crate) sets: Vec<SetRecord>,
    pub(crate) sessions: Vec<SessionRecord>,
    pub(crate) advice: Vec<Advice>,
}

impl Kept {
    pub(crate) fn directory(&self) -> &str {
        self.directory.to_str().expect("a printable path")
    }

    pub(crate) fn options(&self) -> StoreOptions {
        options(&self.directory)
    }
}

/// An empty folder for the store of one test.
pub(crate) fn empty(test: &str) -> PathBuf {
    let directory = folder(test).join("store");
    // what an earlier run of the test left there
    let _ = fs::remove_dir_all(&directory);
    directory
}

pub(crate) fn options(directory: &Path) -> StoreOptions {
    StoreOptions { path: directory.join("ironstride.db"), max_bytes: None }
}

pub(crate) fn open(options: &StoreOptions) -> (Journal, WriterThread) {
    Journal::open(options, |_| ()).expect("the store opens")
}

/// Two squat sets to the end of strength, so that there is something to advise.
pub(crate) fn training(test: &str) -> Kept {
    let context = StationContext {
        athlete: Some(ATHLETE.into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(100.0),
        goal: Some(Goal::Power),
        target_velocity_m_s: Some(0.8),
        ..StationContext::default()
    };
    let squat = Lift::of("back_squat").expect("a simulated lift");
    let plan = SessionPlan::sets(3, vec![SetPlan::new(squat, 0.75, 7); 2]);
    let recording = listen(engine_for(&context), &plan, Some);
    let directory = empty(test);
    let (journal, writer) = open(&options(&directory));
    let run = journal.begin(RunSource::Simulated, "test").expect("a run");
    let anchor = ClockAnchor { run, mono: HostTime(0), utc_ns: BEGIN_UTC_NS, certain: true };
    journal.send(Write::Anchor(anchor)).expect("the writer lives");
    let at = recording.inputs.last().expect("there are inputs").at();
    let own = introduction(&context).map(|input| SourcedInput { input, from_source: false });
    let heard = recording.inputs.iter().cloned().map(|input| SourcedInput { input, from_source: true });
    let inputs = own.into_iter().chain(heard).collect();
    journal
        .send(Write::Step(Step { inputs, events: recording.events.clone(), ..Step::new(run, at) }))
        .expect("the writer lives");
    journal.send(Write::End { run, at }).expect("the writer lives");
    journal.close().expect("all is kept");
    writer.join();
    kept(directory, recording.events)
}

fn kept(directory: PathBuf, events: Vec<Event>) -> Kept {
    let (mut reps, mut sets, mut sessions, mut advice) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
    for event in events {
        match event {
            Event::Rep(rep) => drop(reps.insert(rep.id, *rep)),
            Event::Set(set) => drop(sets.insert(set.id, *set)),
            Event::Session(session) => drop(sessions.insert(session.id, session)),
            Event::Advice(given) => advice.push(*given),
            _ => {}
        }
    }
    let kept = Kept {
        directory,
        reps: reps.into_values().collect(),
        sets: sets.into_values().collect(),
        sessions: sessions.into_values().collect(),
        advice,
    };
    assert!(
        kept.reps.len() >= 10 && kept.sets.len() == 2 && kept.sessions.len() == 1 && kept.advice.len() >= 2
    );
    assert!(kept.reps.iter().all(|rep| rep.station.as_str() == STATION));
    kept
}
