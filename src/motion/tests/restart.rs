//! Streams that end and begin.

use super::{assert_same, moving, numbered, run_in_order, stamped};
use crate::model::{DeviceTime, HostTime, ImuSample, SampleClock};
use crate::motion::{MotionParams, Note, Output, Pipeline};

const MS: i64 = 1_000_000;

#[test]
fn a_new_stream_ends_the_old_one_and_begins_from_nothing() {
    let all = moving(400);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    pipeline.push(HostTime(0), &numbered(&all, 7, 0, 10), &mut out);
    pipeline.push(HostTime(MS), &numbered(&all, 7, 20, 10), &mut out);
    pipeline.push(HostTime(2 * MS), &numbered(&all, 8, 0, 16), &mut out);
    pipeline.push(HostTime(3 * MS), &numbered(&all, 7, 10, 10), &mut out);
    assert_eq!(
        out.notes,
        [
            Note::Lost { at: HostTime(2 * MS), stream: 1, samples: 10 },
            Note::Restarted { at: HostTime(2 * MS), stream: 2 },
        ]
    );
    assert_eq!(pipeline.counters().of_old_stream, 10);
    let of_new: Vec<_> = out
        .settled
        .iter()
        .filter(|s| s.stream == 2)
        .map(|s| super::MotionSample { stream: 1, ..*s })
        .collect();
    assert_eq!(out.settled.len() - of_new.len(), 20);
    assert_same(&of_new, &run_in_order(&all[..16]).settled);
    assert!(pipeline.host_time(1, DeviceTime(0)).is_some() && pipeline.host_time(3, DeviceTime(0)).is_none());
}

#[test]
fn a_sensor_that_uses_its_stream_id_again_is_told_by_its_clock() {
    let all = moving(400);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    pipeline.push(HostTime(0), &numbered(&all, 7, 0, 16), &mut out);
    let mut again = numbered(&all, 7, 0, 16);
    if let SampleClock::Numbered { device_time_ns, .. } = &mut again.clock {
        *device_time_ns = 1_000 * MS;
    }
    pipeline.push(HostTime(20_000 * MS), &again, &mut out);
    assert_eq!(out.settled.iter().map(|s| s.stream).max(), Some(2));
    assert_eq!(pipeline.counters().duplicates, 0);
}

#[test]
fn the_beginning_of_a_stream_may_come_late() {
    let all = moving(100);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    pipeline.push(HostTime(0), &numbered(&all, 7, 50, 50), &mut out);
    assert!(out.settled.is_empty() && out.missing.len() == 1);
    pipeline.push(HostTime(MS), &numbered(&all, 7, 0, 50), &mut out);
    assert_same(&out.settled, &run_in_order(&all).settled);
}

#[test]
fn a_clock_set_back_begins_a_new_stream_and_a_wrong_time_does_not() {
    let all = moving(200);
    let at = |i: i64, offset: i64| (i * 5 * MS + offset, all[i as usize]);
    let mut samples: Vec<(i64, ImuSample)> = (0..100).map(|i| at(i, 60_000 * MS)).collect();
    samples.insert(50, at(3, 0));
    samples.insert(60, samples[59]);
    samples.extend((100..200).map(|i| at(i, 0)));
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    for (i, chunk) in (0..).zip(samples.chunks(7)) {
        pipeline.push(HostTime(i), &stamped(chunk), &mut out);
    }
    pipeline.flush(&mut out);
    let of = |stream| out.settled.iter().filter(|s| s.stream == stream).count();
    assert_eq!((of(1), of(2)), (100, 100));
    assert_eq!(pipeline.counters().backwards, 2);
}

#[test]
fn echoes_of_a_bad_link_are_dropped_and_a_constant_signal_is_not() {
    let all = moving(100);
    let doubled: Vec<_> =
        (0..100i64).flat_map(|i| [0, 3].map(|d| ((i * 20 + d) * MS, all[i as usize]))).collect();
    let once: Vec<_> = (0..100i64).map(|i| (i * 20 * MS, all[i as usize])).collect();
    assert_same(&super::run_stamped(&doubled).settled, &super::run_stamped(&once).settled);
    let constant: Vec<_> = (0..1000i64).map(|i| (i * 10 * MS, all[0])).collect();
    let kept = super::run_stamped(&constant).settled;
    assert!(kept.len() > 150 && kept.iter().all(|s| s.dt_s < 0.07), "{}", kept.len());
}
