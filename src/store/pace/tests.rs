use super::super::run::RunId;
use super::*;
use crate::model::{Characteristic, HostTime, Notice, NoticeKind, Notification, sig_uuid};
use crate::store::entry::SourcedInput;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn step() -> Step {
    Step::new(RunId(1), HostTime(0))
}

fn samples(bytes: usize) -> Write {
    let source = Characteristic { service: sig_uuid(1), characteristic: sig_uuid(2) };
    let what = Notification { at: HostTime(0), sensor: "bar".into(), source, value: vec![0; bytes] };
    let input = SourcedInput { input: Input::Notification(what), from_source: true };
    Write::Step(Step { inputs: vec![input], ..step() })
}

fn notice() -> Write {
    let notice =
        Notice { at: HostTime(0), sensor: None, kind: NoticeKind::BatteryLow, message: "low".to_owned() };
    Write::Step(Step { events: vec![Event::Notice(notice)], ..step() })
}

fn end() -> Write {
    Write::End { run: RunId(1), at: HostTime(0) }
}

#[test]
fn what_nobody_waits_for_waits_for_its_second_and_its_five() {
    let mut pace = Pace::default();
    assert_eq!(pace.idle(ms(0)), None);
    pace.add(ms(0), &samples(100));
    assert!(!pace.is_commit_due(ms(4_400)) && pace.is_commit_due(ms(5_000)));
    pace.add(ms(1_000), &notice());
    assert!(!pace.is_commit_due(ms(1_800)) && pace.is_commit_due(ms(2_000)));
    assert_eq!(pace.idle(ms(1_000)), Some(SOON));
}

#[test]
fn a_repetition_is_committed_at_once_and_synced_within_two_seconds() {
    let mut pace = Pace::default();
    pace.add(ms(10), &samples(100));
    pace.add(ms(20), &end());
    assert!(pace.is_commit_due(ms(20)));
    pace.committed(ms(21));
    assert_eq!(pace.idle(ms(21)), Some(SYNC));
    // one that follows shares the sync and does not put it off
    pace.add(ms(900), &end());
    pace.committed(ms(901));
    assert!(pace.is_sync_due(ms(1_021)));
    pace.synced(ms(1_030), true);
    assert_eq!(pace.idle(ms(1_030)), None);
}

#[test]
fn samples_alone_are_not_synced() {
    let mut pace = Pace::default();
    pace.add(ms(0), &samples(100));
    pace.committed(ms(4_500));
    assert_eq!(pace.idle(ms(4_500)), None);
}

#[test]
fn commits_in_a_row_are_held_apart_a_little() {
    let mut pace = Pace::default();
    pace.add(ms(0), &end());
    pace.committed(ms(1));
    pace.add(ms(2), &end());
    assert!(!pace.is_commit_due(ms(20)) && pace.is_commit_due(ms(21)));
}

#[test]
fn much_is_committed_without_waiting() {
    let mut pace = Pace::default();
    pace.add(ms(0), &samples(LARGE));
    assert!(pace.is_commit_due(ms(0)));
}

#[test]
fn a_failing_disk_is_asked_less_and_less_often() {
    let mut pace = Pace::default();
    pace.add(ms(0), &end());
    pace.failed(ms(0));
    assert!(!pace.is_commit_due(ms(249)) && pace.is_commit_due(ms(250)));
    pace.failed(ms(250));
    pace.add(ms(260), &end());
    assert!(!pace.is_commit_due(ms(749)), "a new write does not hurry it");
    assert!(pace.is_commit_due(ms(750)));
    for _ in 0..100 {
        pace.failed(ms(1_000));
    }
    assert_eq!(pace.idle(ms(1_000)), Some(LONGEST_RETRY));
    pace.committed(ms(20_000));
    pace.add(ms(30_000), &end());
    assert!(pace.is_commit_due(ms(30_000)), "one success and all is as before");
}

#[test]
fn a_failing_disk_fills_the_memory_only_so_far() {
    let mut pace = Pace::default();
    pace.add(ms(0), &samples(9 * LARGE));
    assert!(!pace.is_blocked(), "a large batch alone is no reason to stop");
    pace.failed(ms(0));
    assert!(pace.is_blocked());
}
