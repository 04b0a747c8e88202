//! What goes in comes out, in order and once.

use super::sample::{Scratch, cadence, order, packet, rep, send, squat, step, steps};
use crate::model::*;
use crate::store::*;
use proptest::prelude::*;
use std::sync::mpsc;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn inputs_come_back_in_their_order(steps in steps(12), flushes: u16) {
        let scratch = Scratch::new();
        let (journal, _thread) = scratch.open();
        let run = journal.begin(RunSource::Live, "f").unwrap();
        let mut next = 1;
        let mut sent = Vec::new();
        for (index, (inputs, reps)) in steps.into_iter().enumerate() {
            sent.extend(inputs.iter().cloned());
            send(&journal, step(run, inputs, reps, &mut next));
            if flushes >> (index % 16) & 1 == 1 {
                journal.flush().unwrap();
            }
        }
        journal.flush().unwrap();
        let reader = journal.reader();
        let back: Vec<SourcedInput> = reader.inputs(run).unwrap().map(Result::unwrap).collect();
        let record = reader.run(run).unwrap().unwrap();
        prop_assert_eq!(record.inputs, sent.len() as u64);
        prop_assert_eq!(record.source_inputs, sent.iter().filter(|input| input.from_source).count() as u64);
        prop_assert_eq!(record.events, next - 1);
        prop_assert_eq!(back, sent);
        prop_assert_eq!(check(&scratch.path()).unwrap().faults, Vec::<String>::new());
    }
}

#[test]
fn entries_are_published_after_their_commit_in_order_and_once() {
    let scratch = Scratch::new();
    let (tell, told) = mpsc::sync_channel(100);
    let path = scratch.path();
    let (journal, thread) = Journal::open(&scratch.options(), move |committed| {
        let seen = Reader::open(&path).unwrap().last_seq().unwrap();
        tell.send((seen, committed)).unwrap();
    })
    .unwrap();
    let run = journal.begin(RunSource::Simulated, "f").unwrap();
    let anchor = ClockAnchor { run, mono: HostTime(0), utc_ns: 1_000, certain: true };
    journal.send(Write::Anchor(anchor)).unwrap();
    for id in 1..=10 {
        send(
            &journal,
            Step { events: vec![rep(id, 1, 1, 3), cadence("pod", 4)], ..Step::new(run, HostTime(id as i64)) },
        );
    }
    journal.close().unwrap();
    thread.join();
    let mut seqs = Vec::new();
    for (seen, committed) in &told {
        assert_eq!(seen, committed.last_seq, "a reader sees it already");
        for stored in &committed.events {
            assert_eq!(stored.utc, Some(Utc { ns: 1_000 + stored.at.0, certain: true }));
            seqs.push(stored.seq);
        }
    }
    assert_eq!(seqs, (1..=20).collect::<Vec<u64>>());
}

#[test]
fn what_was_published_reads_the_same_later() {
    let scratch = Scratch::new();
    let (tell, told) = mpsc::sync_channel(100);
    let (journal, thread) =
        Journal::open(&scratch.options(), move |committed| tell.send(committed).unwrap()).unwrap();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    let set_station = Order::SetStation { station: "rack".into(), context: squat() };
    send(
        &journal,
        Step {
            inputs: vec![order(1, set_station)],
            events: vec![rep(1, 1, 1, 3)],
            ..Step::new(run, HostTime(1))
        },
    );
    journal.flush().unwrap();
    send(&journal, Step { events: vec![cadence("pod", 4), rep(1, 2, 1, 3)], ..Step::new(run, HostTime(2)) });
    journal.close().unwrap();
    thread.join();
    let live: Vec<StoredEvent> = told.iter().flat_map(|committed| committed.events.clone()).collect();
    let reader = Reader::open(&scratch.path()).unwrap();
    assert_eq!(reader.events_after(0, 100).unwrap(), live);
    assert_eq!(reader.events_after(2, 1).unwrap(), live[2..3]);
    assert_eq!(live.len(), 4);
}

#[test]
fn the_moment_s_events_are_not_kept() {
    let scratch = Scratch::new();
    let (journal, _thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    let block = TraceBlock { at: HostTime(0), sensor: "bar".into(), station: None, points: vec![] };
    let events = vec![Event::Trace(block.clone()), rep(1, 1, 1, 1), Event::SettledTrace(block)];
    send(&journal, Step { events, ..Step::new(run, HostTime(0)) });
    assert_eq!(journal.flush(), Ok(1));
    assert_eq!(journal.reader().run(run).unwrap().unwrap().events, 1);
}

#[test]
fn who_waits_is_told_the_seq_of_what_was_asked() {
    let scratch = Scratch::new();
    let (journal, _thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    let (tell, told) = mpsc::sync_channel(3);
    for id in 1..=3 {
        let tell = tell.clone();
        let done: Done = Box::new(move |answer| tell.send(answer.unwrap()).unwrap());
        let events = vec![rep(id, 1, 1, 1), rep(id, 2, 1, 1)];
        send(&journal, Step { events, done: Some(done), ..Step::new(run, HostTime(0)) });
    }
    assert_eq!(told.iter().take(3).collect::<Vec<_>>(), [2, 4, 6]);
}

#[test]
fn a_wish_is_found_by_its_key_and_an_order_is_kept_once() {
    let scratch = Scratch::new();
    let (journal, _thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    let reject = Order::RejectRep { rep: RepId(1) };
    let change = Change::Order(reject.clone());
    send(
        &journal,
        Step {
            inputs: vec![order(1, reject.clone())],
            changes: vec![change.clone()],
            key: Some("k1".to_owned()),
            ..Step::new(run, HostTime(1))
        },
    );
    journal.flush().unwrap();
    let reader = journal.reader();
    assert_eq!(reader.last_seq(), Ok(1), "the command and the change are one");
    assert_eq!(reader.request("k1").unwrap(), Some(Answered { seq: 1, change }));
    assert_eq!(reader.request("k2").unwrap(), None);
    assert_eq!(reader.rep_corrections(RepId(1)).unwrap(), [Correction { seq: 1, order: reject }]);
    assert_eq!(reader.set_corrections(SetId(1)).unwrap(), []);
}

#[test]
fn runs_go_on_where_they_were_after_a_restart() {
    let scratch = Scratch::new();
    let (journal, thread) = scratch.open();
    let replay = RunSource::Replay { sha256: "abc".to_owned() };
    let ended = journal.begin(RunSource::Live, "f").unwrap();
    let run = journal.begin(replay.clone(), "f").unwrap();
    journal.send(Write::End { run: ended, at: HostTime(9) }).unwrap();
    send(
        &journal,
        Step {
            inputs: vec![packet("bar", 5, vec![1; 40])],
            events: vec![rep(1, 1, 1, 5)],
            ..Step::new(run, HostTime(8))
        },
    );
    journal.close().unwrap();
    thread.join();
    let (journal, _thread) = scratch.open();
    let reader = journal.reader();
    let record = reader.unfinished_run().unwrap().unwrap();
    assert_eq!((record.id, record.inputs, record.source_inputs, record.events), (run, 1, 1, 1));
    assert_eq!((record.last, record.last_utc, record.inputs_complete), (HostTime(8), None, true));
    assert_eq!(reader.run_of_replay("abc").unwrap().unwrap(), record);
    assert_eq!(reader.run_of_replay("abd").unwrap(), None);
    send(&journal, Step { inputs: vec![packet("bar", 6, vec![2; 50])], ..Step::new(run, HostTime(10)) });
    journal.flush().unwrap();
    let times: Vec<i64> = reader.inputs(run).unwrap().map(|input| input.unwrap().input.at().0).collect();
    assert_eq!(times, [5, 6]);
    assert!(journal.begin(RunSource::Live, "f").unwrap() > run, "numbers of runs go on too");
    assert_eq!(reader.unfinished_runs().unwrap().len(), 1);
}

#[test]
fn the_writer_ends_with_its_last_handle_and_keeps_all() {
    let scratch = Scratch::new();
    let (journal, thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    send(&journal, Step { inputs: vec![packet("bar", 5, vec![1; 40])], ..Step::new(run, HostTime(5)) });
    drop(journal);
    thread.join();
    assert_eq!(Reader::open(&scratch.path()).unwrap().run(run).unwrap().unwrap().inputs, 1);
}

#[test]
fn a_closed_journal_says_so() {
    let scratch = Scratch::new();
    let (journal, thread) = scratch.open();
    journal.close().unwrap();
    thread.join();
    assert_eq!(journal.begin(RunSource::Live, "f"), Err(Closed));
    assert_eq!(journal.flush(), Err(StoreError::Closed));
}
