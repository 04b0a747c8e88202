//! A store at its limit: samples go first, loudly; events wait and are not lost.

use super::sample::{Scratch, packet, rep, send};
use crate::model::*;
use crate::store::*;
use std::sync::mpsc;

const LIMIT: u64 = 800 << 10;

/// Bytes that can't be compressed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| byte()).collect()
}

fn open_limited(scratch: &Scratch, max_bytes: u64) -> (Journal, WriterThread) {
    Journal::open(&StoreOptions { max_bytes: Some(max_bytes), ..scratch.options() }, |_| ()).unwrap()
}

/// Samples until they are not kept any more.
fn fill_with_samples(journal: &Journal, run: RunId) {
    for at in 0..200 {
        let inputs = vec![packet("bar", at, noise(at as u64 + 1, 20_000))];
        send(journal, Step { inputs, ..Step::new(run, HostTime(at)) });
        journal.flush().unwrap();
        if journal.stats().raw_stopped {
            return;
        }
    }
    panic!("samples were kept beyond the limit");
}

#[test]
fn samples_stop_first_and_say_so() {
    let scratch = Scratch::new();
    let (journal, _thread) = open_limited(&scratch, LIMIT);
    let run = journal.begin(RunSource::Live, "f").unwrap();
    fill_with_samples(&journal, run);
    send(&journal, Step { events: vec![rep(1, 1, 1, 1)], ..Step::new(run, HostTime(999)) });
    journal.flush().unwrap();
    let stats = journal.stats();
    assert!(stats.raw_stopped && stats.raw_dropped > 0 && stats.database_bytes <= LIMIT, "{stats:?}");
    let reader = journal.reader();
    assert!(reader.rep(RepId(1)).unwrap().is_some(), "events go on");
    let notices = reader.notices(9).unwrap();
    assert_eq!(notices.len(), 1, "said once");
    assert_eq!(notices[0].value.kind, NoticeKind::StoreFull);
    assert!(!reader.run(run).unwrap().unwrap().inputs_complete, "such a run is never taken for a whole one");
    assert!(reader.inputs(run).unwrap().all(|input| input.is_ok()), "what there is can be read");
    assert_eq!(check(&scratch.path()).unwrap().faults, Vec::<String>::new());
}

#[test]
fn with_more_room_the_next_run_is_whole_again() {
    let scratch = Scratch::new();
    let (journal, thread) = open_limited(&scratch, LIMIT);
    let first = journal.begin(RunSource::Live, "f").unwrap();
    fill_with_samples(&journal, first);
    let second = journal.begin(RunSource::Live, "f").unwrap();
    send(
        &journal,
        Step { inputs: vec![packet("bar", 1, noise(1, 100_000))], ..Step::new(second, HostTime(1)) },
    );
    journal.close().unwrap();
    thread.join();
    drop(journal);
    assert!(!Reader::open(&scratch.path()).unwrap().run(second).unwrap().unwrap().inputs_complete);
    let (journal, _thread) = open_limited(&scratch, 4 * LIMIT);
    let third = journal.begin(RunSource::Live, "f").unwrap();
    send(
        &journal,
        Step { inputs: vec![packet("bar", 1, noise(1, 100_000))], ..Step::new(third, HostTime(1)) },
    );
    journal.flush().unwrap();
    assert!(!journal.stats().raw_stopped);
    assert!(journal.reader().run(third).unwrap().unwrap().inputs_complete);
}

#[test]
fn events_beyond_the_limit_wait_and_who_waits_for_them_is_told() {
    let scratch = Scratch::new();
    let (journal, thread) = open_limited(&scratch, LIMIT);
    let run = journal.begin(RunSource::Live, "f").unwrap();
    send(&journal, Step { inputs: vec![packet("bar", 1, noise(1, 100_000))], ..Step::new(run, HostTime(1)) });
    let (mut id, mut told) = (0, Vec::new());
    while told.last().is_none_or(Result::is_ok) {
        let (tell, answer) = mpsc::sync_channel(1);
        let events = (0..50)
            .map(|_| {
                id += 1;
                rep(id, 1, 1, 1)
            })
            .collect();
        let done: Done = Box::new(move |answer| tell.send(answer).unwrap());
        send(&journal, Step { events, done: Some(done), ..Step::new(run, HostTime(1)) });
        told.push(answer.recv().unwrap());
    }
    assert!(matches!(told.pop(), Some(Err(StoreError::Full { .. }))));
    let kept = journal.reader().last_seq().unwrap();
    assert_eq!(kept, 50 * told.len() as u64, "all before it is kept");
    let stats = journal.stats();
    assert!(matches!(stats.last_error, Some(StoreError::Full { .. })), "{stats:?}");
    // room is made behind its back, as somebody deleting files would
    let connection = rusqlite::Connection::open(scratch.path()).unwrap();
    connection.execute_batch("DELETE FROM chunk").unwrap();
    drop(connection);
    let kept = journal.close().unwrap();
    thread.join();
    assert_eq!(kept, id + 1, "what waited is kept now, and the notice that samples had to stop");
}

#[test]
fn a_store_that_takes_nothing_any_more_can_still_be_closed() {
    let scratch = Scratch::new();
    let (journal, thread) = open_limited(&scratch, 1);
    let run = journal.begin(RunSource::Live, "f").unwrap();
    // more than the writer holds in memory, less than it and its queue hold together
    for id in 1..=600 {
        let inputs = vec![packet("bar", 1, noise(id, 20_000))];
        send(&journal, Step { inputs, events: vec![rep(id, 1, 1, 1)], ..Step::new(run, HostTime(1)) });
    }
    assert!(matches!(journal.close(), Err(StoreError::Full { .. })));
    thread.join();
    let kept = Reader::open(&scratch.path()).unwrap().last_seq().unwrap();
    assert!(kept < 600, "so much does not fit, and was said");
}
