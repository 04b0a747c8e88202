//! Whatever comes in, nothing panics and nothing that is not a number comes out.

use crate::model::{HostTime, ImuBlock, ImuSample, RingRange, SampleClock, SampleFlags};
use crate::motion::{MotionParams, Output, Pipeline};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -50.0..50.0, 1 => any::<f64>(), 1 => Just(0.0), 1 => Just(9.9e3)]
}

fn clock() -> impl Strategy<Value = SampleClock> {
    let number = prop_oneof![0u32..100, any::<u32>()];
    let interval_ns = prop_oneof![3 => Just(5_000_000u32), 1 => any::<u32>()];
    let time = prop_oneof![2 => 0i64..2_000_000_000, 1 => any::<i64>()];
    prop_oneof![
        (0u16..3, number, time.clone(), interval_ns.clone()).prop_map(
            |(stream_id, first_sample, device_time_ns, interval_ns)| {
                SampleClock::Numbered { stream_id, first_sample, device_time_ns, interval_ns }
            }
        ),
        prop::collection::vec(time, 0..20).prop_map(|device_time_ns| SampleClock::Stamped { device_time_ns }),
        interval_ns.prop_map(|interval_ns| SampleClock::Nominal { interval_ns }),
    ]
}

fn block() -> impl Strategy<Value = ImuBlock> {
    let sample =
        (prop::array::uniform3(value()), prop::option::weighted(0.8, prop::array::uniform3(value())))
            .prop_map(|(accel_m_s2, gyro_rad_s)| ImuSample { accel_m_s2, gyro_rad_s });
    (clock(), prop::collection::vec(sample, 0..20), any::<bool>()).prop_map(|(clock, samples, resent)| {
        ImuBlock { clock, flags: SampleFlags { resent, ..SampleFlags::default() }, samples }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics(
        blocks in prop::collection::vec((prop_oneof![4 => 0i64..5_000_000_000, 1 => any::<i64>()], block()), 1..60),
        holds in (0u16..3, any::<u32>(), any::<u32>()),
        in_order in prop::bool::weighted(0.7),
    ) {
        let (mut pipeline, mut out) = (Pipeline::new(MotionParams::default()), Output::default());
        let mut blocks = blocks;
        if in_order {
            blocks.sort_by_key(|(at, _)| *at);
        }
        let total: usize = blocks.iter().map(|(_, block)| block.samples.len()).sum();
        for (at, block) in &blocks {
            pipeline.push(HostTime(*at), block, &mut out);
            let (stream_id, first_sample, count) = holds;
            pipeline.available(HostTime(*at), RingRange { stream_id, first_sample, count }, &mut out);
        }
        pipeline.flush(&mut out);
        for s in out.live.iter().chain(&out.settled) {
            let numbers = [s.dt_s, s.hole_s, s.vertical_acceleration_m_s2, s.vertical_velocity_m_s, s.vertical_displacement_m];
            prop_assert!(numbers.iter().chain(&s.q).all(|x| x.is_finite()), "{s:?}");
            let norm: f64 = s.q.iter().map(|x| x * x).sum();
            prop_assert!((norm - 1.0).abs() < 1e-6);
        }
        // nothing is lost silently
        let c = pipeline.counters();
        prop_assert_eq!(c.received, total as u64);
        let dropped = c.duplicates + c.repeated + c.backwards + c.invalid + c.of_old_stream;
        prop_assert_eq!(c.received, c.settled + dropped, "{:?}", c);
        prop_assert_eq!(c.settled, out.settled.len() as u64);
    }
}
