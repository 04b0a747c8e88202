//! Settled samples do not depend on how samples were cut into packets, nor on when and in which order those came.

use super::{assert_same, device_time_ns, moving, numbered, run_in_order};
use crate::model::{HostTime, RingRange, SampleClock};
use crate::motion::{MotionParams, Note, Output, Pipeline};
use proptest::prelude::*;

const MS: i64 = 1_000_000;

/// One packet's fate: how many samples, how late (ms), whether twice, whether first lost and sent again on request.
type Fate = (u32, i64, bool, bool);

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let late_ms = prop_oneof![4 => 0i64..5, 2 => 0i64..60, 1 => 0i64..400];
    prop::collection::vec((1u32..=18, late_ms, prop::bool::weighted(0.1), prop::bool::weighted(0.1)), 300)
}

/// The arrivals that follow from the fates, in order of time.
fn arrivals(total: u32, fates: &[Fate]) -> Vec<(i64, u32, u32)> {
    let (mut first, mut packets) = (0, Vec::new());
    for &(n, late_ms, twice, lost) in fates.iter().cycle() {
        if first == total {
            break;
        }
        // no packet straddles a change of the interval
        let n = n.min(total - first).min(4096 - first % 4096);
        let at = device_time_ns(first + n) + late_ms * MS + if lost { 300 * MS } else { 0 };
        packets.push((at, first, n));
        if twice {
            packets.push((at + 37 * MS, first, n));
        }
        first += n;
    }
    packets.sort_unstable();
    packets
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cuts_jitter_reorder_duplicates_and_resends_change_nothing(fates in fates(), begin in 0u32..5000, polls in 1i64..200) {
        // begin anywhere in the stream, so that runs over the change of interval at 4096 occur
        let all = moving(begin + 1200);
        let total = begin + 1200;
        let plain = run_in_order(&all);
        let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
        let mut now = 0;
        for (at, first, n) in arrivals(total, &fates) {
            while now + polls * MS < at {
                now += polls * MS;
                now = now.max(at - 3000 * MS);
                pipeline.advance(HostTime(now), &mut out);
            }
            pipeline.push(HostTime(at), &numbered(&all, 7, first, n), &mut out);
            now = at;
        }
        pipeline.flush(&mut out);
        assert_same(&out.settled, &plain.settled);
        prop_assert_eq!(pipeline.counters().lost, 0);
        prop_assert!(out.live.windows(2).all(|w| w[0].t < w[1].t));
    }

    #[test]
    fn a_snapshot_goes_on_as_the_original(fates in fates(), cut in 0usize..100) {
        let all = moving(1200);
        let arrivals = arrivals(1200, &fates);
        let mut pipeline = Pipeline::new(MotionParams::default());
        let mut out = Output::default();
        let cut = cut.min(arrivals.len());
        for &(at, first, n) in &arrivals[..cut] {
            pipeline.push(HostTime(at), &numbered(&all, 7, first, n), &mut out);
        }
        let mut copy = pipeline.clone();
        let (mut a, mut b) = (Output::default(), Output::default());
        for &(at, first, n) in &arrivals[cut..] {
            pipeline.push(HostTime(at), &numbered(&all, 7, first, n), &mut a);
            copy.push(HostTime(at), &numbered(&all, 7, first, n), &mut b);
        }
        pipeline.flush(&mut a);
        copy.flush(&mut b);
        assert_same(&a.settled, &b.settled);
        assert_same(&a.live, &b.live);
        prop_assert_eq!(a.missing, b.missing);
    }

    #[test]
    fn a_hole_is_lost_after_a_second_however_often_time_is_told(step_ms in 1i64..3000) {
        let all = moving(2000);
        let run = |step_ns: i64| {
            let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
            let mut now = device_time_ns(0);
            for first in (0..2000).step_by(10).filter(|first| !(300..360).contains(first)) {
                let at = device_time_ns(first + 10);
                while now + step_ns < at {
                    now += step_ns;
                    pipeline.advance(HostTime(now), &mut out);
                }
                pipeline.push(HostTime(at), &numbered(&all, 7, first, 10), &mut out);
            }
            pipeline.flush(&mut out);
            out
        };
        let (out, seldom) = (run(step_ms * MS), run(i64::MAX / 4));
        assert_same(&out.settled, &seldom.settled);
        prop_assert_eq!(&out.notes, &seldom.notes);
        prop_assert_eq!(&out.missing, &seldom.missing);
        let lost_at = HostTime(device_time_ns(370) + 1000 * MS);
        prop_assert_eq!(out.notes, vec![Note::Lost { at: lost_at, stream: 1, samples: 60 }]);
    }
}

#[test]
fn a_hole_is_asked_for_at_once_and_again_only_while_it_lasts() {
    let all = moving(400);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    let ms = |t: i64| HostTime(t * MS);
    pipeline.push(ms(0), &numbered(&all, 7, 0, 10), &mut out);
    pipeline.push(ms(100), &numbered(&all, 7, 20, 10), &mut out);
    let range = |first_sample, count| RingRange { stream_id: 7, first_sample, count };
    assert_eq!(out.missing, [range(10, 10)]);
    // a second hole waits for the first answer
    pipeline.push(ms(200), &numbered(&all, 7, 40, 10), &mut out);
    assert_eq!(out.missing.len(), 1);
    assert_eq!(pipeline.next_deadline(), Some(ms(500)));
    pipeline.push(ms(300), &numbered(&all, 7, 10, 10), &mut out);
    assert_eq!(out.missing[1..], [range(30, 10)]);
    pipeline.push(ms(310), &numbered(&all, 7, 30, 5), &mut out);
    pipeline.advance(ms(700), &mut out);
    assert_eq!(out.missing[2..], [range(35, 5)]);
    assert_eq!(out.settled.len(), 35);
    pipeline.push(ms(720), &numbered(&all, 7, 35, 5), &mut out);
    assert_eq!((out.settled.len(), pipeline.next_deadline()), (50, None));
    assert_eq!((pipeline.counters().lost, out.missing.len()), (0, 3));
    assert_same(&out.settled, &run_in_order(&all[..50]).settled);
}

#[test]
fn what_the_sensor_no_longer_holds_is_lost_at_once() {
    let all = moving(400);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    pipeline.push(HostTime(0), &numbered(&all, 7, 0, 10), &mut out);
    pipeline.push(HostTime(MS), &numbered(&all, 7, 100, 10), &mut out);
    let holds = |first_sample, count| RingRange { stream_id: 7, first_sample, count };
    pipeline.available(HostTime(2 * MS), RingRange { stream_id: 8, ..holds(90, 20) }, &mut out);
    assert_eq!(pipeline.counters().lost, 0);
    pipeline.available(HostTime(2 * MS), holds(90, 20), &mut out);
    assert_eq!((pipeline.counters().lost, out.settled.len()), (80, 10));
    // the rest is still on its way
    assert_eq!(out.missing, [holds(10, 90)]);
    pipeline.available(HostTime(3 * MS), holds(0, 0), &mut out);
    assert_eq!((pipeline.counters().lost, out.settled.len()), (90, 20));
    let bridged = out.settled[10];
    assert_eq!(bridged.t.0, 100 * 5_001_234);
    assert!((bridged.hole_s - 90.0 * 0.005_001_234).abs() < 1e-12);
    assert_eq!(pipeline.next_deadline(), None);
}

#[test]
fn the_live_lane_does_not_wait_and_takes_over_the_settled_state() {
    let all = moving(400);
    let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
    for first in [0, 10, 30, 40, 20, 50] {
        out.clear();
        let at = HostTime(i64::from(first) * MS);
        pipeline.push(at, &numbered(&all, 7, first, 10), &mut out);
        let expected = match first {
            30 | 40 => (10, 0),
            20 => (0, 30),
            _ => (10, 10),
        };
        assert_eq!((out.live.len(), out.settled.len()), expected, "after {first}");
    }
    assert_same(&out.live, &out.settled);
}

#[test]
fn sample_numbers_wrap() {
    let all = moving(64);
    let run = |base: u32| {
        let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
        for first in [0, 16, 48, 32] {
            let mut block = numbered(&all, 7, first, 16);
            if let SampleClock::Numbered { first_sample, .. } = &mut block.clock {
                *first_sample = base.wrapping_add(first);
            }
            pipeline.push(HostTime(i64::from(first) * MS), &block, &mut out);
        }
        out
    };
    let (plain, wrapped) = (run(100_000), run(u32::MAX - 39));
    assert_eq!(wrapped.settled.len(), 64);
    for (a, b) in plain.settled.iter().zip(&wrapped.settled) {
        assert_eq!((a.q, a.dt_s, a.hole_s), (b.q, b.dt_s, b.hole_s));
    }
    assert_eq!(wrapped.missing, [RingRange { stream_id: 7, first_sample: u32::MAX - 7, count: 16 }]);
}
