//! A process that ends at any moment leaves a prefix: some inputs and exactly their events.

use super::sample::{Scratch, copy_store, send, step, steps};
use crate::model::Event;
use crate::store::open::wal_of;
use crate::store::*;
use proptest::prelude::*;
use std::fs::{self, OpenOptions};
use std::sync::{Arc, Mutex};

/// What a store that was left behind holds of a run.
fn survivors(scratch: &Scratch) -> Option<(Vec<SourcedInput>, u64)> {
    let (journal, _thread) = scratch.open();
    let reader = journal.reader();
    let record = reader.unfinished_run().unwrap()?;
    let inputs: Vec<SourcedInput> = reader.inputs(record.id).unwrap().map(Result::unwrap).collect();
    let reps = reader.reps(&RepFilter::default()).unwrap();
    let ids: Vec<u64> = reps.iter().map(|rep| rep.value.id.0).collect();
    assert_eq!(ids, (1..=record.events).collect::<Vec<u64>>(), "each rep once");
    let entries = reader.events_after(0, u32::MAX).unwrap();
    let events = entries.iter().filter(|stored| matches!(stored.entry, Entry::Event(Event::Rep(_))));
    assert_eq!(events.count() as u64, record.events);
    assert_eq!(check(&scratch.path()).unwrap().faults, Vec::<String>::new());
    Some((inputs, record.events))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// The log is cut at any byte: in a page, between pages of one commit, between commits.
    #[test]
    fn any_prefix_of_the_log_is_a_prefix_of_what_happened(steps in steps(20), cut in 0.0..=1.0) {
        let scratch = Scratch::new();
        let (journal, thread) = scratch.open();
        let run = journal.begin(RunSource::Live, "f").unwrap();
        journal.flush().unwrap();
        // after each step: inputs and reps so far
        let (mut next, mut sent, mut marks) = (1, Vec::new(), vec![(0, 0)]);
        for (inputs, reps) in steps {
            sent.extend(inputs.iter().cloned());
            send(&journal, step(run, inputs, reps, &mut next));
            marks.push((sent.len(), next - 1));
            if sent.len() % 2 == 0 {
                journal.flush().unwrap();
            }
        }
        journal.flush().unwrap();
        let after = Scratch::new();
        copy_store(&scratch.path(), &after.path());
        drop(journal);
        thread.join();
        let log = OpenOptions::new().write(true).open(wal_of(&after.path())).unwrap();
        let length = log.metadata().unwrap().len();
        log.set_len((length as f64 * cut) as u64).unwrap();
        if let Some((inputs, events)) = survivors(&after) {
            prop_assert!(marks.contains(&(inputs.len(), events)), "{} inputs, {events} events", inputs.len());
            prop_assert_eq!(&inputs, &sent[..inputs.len()]);
        }
    }
}

#[test]
fn whatever_was_published_is_there_after_a_kill() {
    let scratch = Scratch::new();
    let left = Arc::new(Mutex::new(Vec::new()));
    let (path, kept) = (scratch.path(), Arc::clone(&left));
    let (journal, thread) = Journal::open(&scratch.options(), move |committed| {
        // the moment after the commit: this is what a kill leaves
        let after = Scratch::new();
        copy_store(&path, &after.path());
        kept.lock().unwrap().push((after, committed.last_seq));
    })
    .unwrap();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    let mut next = 1;
    for _ in 0..30 {
        send(&journal, step(run, vec![], 1, &mut next));
        journal.flush().unwrap();
    }
    journal.close().unwrap();
    thread.join();
    let left = left.lock().unwrap();
    assert_eq!(left.len(), 30);
    for (after, last_seq) in left.iter() {
        assert_eq!(survivors(after).map(|(_, events)| events), Some(*last_seq));
        assert!(fs::metadata(after.path()).is_ok());
    }
}
