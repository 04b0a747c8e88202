//! Whose file it is, which version, and who else writes it.

use super::sample::{Scratch, rep, send};
use crate::model::HostTime;
use crate::store::open::wal_of;
use crate::store::*;
use rusqlite::Connection;
use std::fs;

fn refused(scratch: &Scratch) -> StoreError {
    Journal::open(&scratch.options(), |_| ()).map(|_| ()).unwrap_err()
}

/// A store with one rep, closed, all in its one file.
fn store(scratch: &Scratch) {
    let (journal, thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    send(&journal, Step { events: vec![rep(1, 1, 1, 1)], ..Step::new(run, HostTime(1)) });
    journal.close().unwrap();
    drop(journal);
    thread.join();
    let connection = Connection::open(scratch.path()).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

#[test]
fn a_store_of_version_1_opens_and_keeps_what_it_has() {
    let scratch = Scratch::new();
    let connection = Connection::open(scratch.path()).unwrap();
    connection.execute_batch(include_str!("../migrations/0001_journal.sql")).unwrap();
    connection.execute_batch("PRAGMA application_id = 1230197842; PRAGMA user_version = 1").unwrap();
    let run = "INSERT INTO run (id, source, fingerprint, events) VALUES (1, 'live', 'old', 1)";
    connection.execute(run, []).unwrap();
    let payload = serde_json::to_string(&rep(7, 2, 3, 4)).unwrap();
    let event = "INSERT INTO event VALUES (1, 1, 5, 1, 'rep', 7, 2, ?1)";
    connection.execute(event, [payload]).unwrap();
    let row = "INSERT INTO rep VALUES (7, 1, 1, 4, 3, 'rack', NULL, NULL, 1)";
    connection.execute(row, []).unwrap();
    drop(connection);
    let (journal, _thread) = scratch.open();
    let reader = journal.reader();
    assert_eq!(Entry::Event(rep(7, 2, 3, 4)), reader.events_after(0, 10).unwrap()[0].entry);
    assert_eq!(reader.next_id(), Ok(8));
    assert_eq!(check(&scratch.path()).unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    store(&scratch);
    let connection = Connection::open(scratch.path()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(scratch.path()).unwrap();
    let error = refused(&scratch);
    assert_eq!(error, StoreError::Newer { path: scratch.path(), found: 99, known: 2 });
    assert!(error.to_string().contains("newer ironstride"), "{error}");
    assert_eq!(fs::read(scratch.path()).unwrap(), before);
    assert!(matches!(Reader::open(&scratch.path()), Err(StoreError::Newer { .. })));
}

#[test]
fn a_foreign_file_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    fs::write(scratch.path(), "my diary, chapter one; ".repeat(500)).unwrap();
    let before = fs::read(scratch.path()).unwrap();
    assert_eq!(refused(&scratch), StoreError::NotOurs { path: scratch.path() });
    assert_eq!(fs::read(scratch.path()).unwrap(), before);
}

#[test]
fn a_foreign_database_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    Connection::open(scratch.path()).unwrap().execute_batch("CREATE TABLE recipe (id)").unwrap();
    let before = fs::read(scratch.path()).unwrap();
    assert_eq!(refused(&scratch), StoreError::NotOurs { path: scratch.path() });
    assert_eq!(fs::read(scratch.path()).unwrap(), before);
}

#[test]
fn a_damaged_store_is_named_as_such() {
    let scratch = Scratch::new();
    store(&scratch);
    let mut bytes = fs::read(scratch.path()).unwrap();
    let end = bytes.len();
    bytes[100..end.min(4096)].fill(0x5A);
    fs::write(scratch.path(), &bytes).unwrap();
    assert!(matches!(refused(&scratch), StoreError::Damaged { .. }), "{:?}", refused(&scratch));
}

#[test]
fn a_store_without_one_of_its_tables_is_damaged() {
    let scratch = Scratch::new();
    store(&scratch);
    Connection::open(scratch.path()).unwrap().execute_batch("DROP TABLE advice").unwrap();
    let what = "without its own advice, advice_of_set".to_owned();
    assert_eq!(refused(&scratch), StoreError::Damaged { path: scratch.path(), what });
}

#[test]
fn check_finds_a_page_that_is_not_what_it_was() {
    let scratch = Scratch::new();
    store(&scratch);
    assert_eq!(check(&scratch.path()).unwrap(), CheckReport { version: 2, faults: vec![] });
    Connection::open(scratch.path()).unwrap().execute_batch("DELETE FROM event").unwrap();
    let faults = check(&scratch.path()).unwrap().faults;
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn a_second_writer_is_told_who_is_first() {
    let scratch = Scratch::new();
    let (journal, thread) = scratch.open();
    let who = format!(" (process {})", std::process::id());
    assert_eq!(refused(&scratch), StoreError::Locked { path: scratch.path(), who });
    journal.close().unwrap();
    thread.join();
    let (_journal, _thread) = scratch.open();
}

#[test]
fn a_store_that_is_not_there_can_be_made_but_not_read() {
    let scratch = Scratch::new();
    assert_eq!(Reader::open(&scratch.path()).map(|_| ()), Err(StoreError::Missing { path: scratch.path() }));
    assert!(!scratch.path().exists());
    let deep = StoreOptions { path: scratch.path().join("a/b.db"), max_bytes: None };
    Journal::open(&deep, |_| ()).map(|_| ()).unwrap();
}

#[test]
fn a_backup_is_a_whole_store_of_its_own() {
    let scratch = Scratch::new();
    let (journal, _thread) = scratch.open();
    let run = journal.begin(RunSource::Live, "f").unwrap();
    send(&journal, Step { events: vec![rep(1, 1, 1, 1)], ..Step::new(run, HostTime(1)) });
    journal.flush().unwrap();
    let copy = scratch.path().with_file_name("copy.db");
    backup(&scratch.path(), &copy).unwrap();
    assert!(!wal_of(&copy).exists());
    assert_eq!(check(&copy).unwrap().faults, Vec::<String>::new());
    let copied = Reader::open(&copy).unwrap().events_after(0, 9).unwrap();
    assert_eq!(copied, journal.reader().events_after(0, 9).unwrap());
    assert!(matches!(backup(&scratch.path(), &copy), Err(StoreError::Exists { .. })), "never over a file");
}
