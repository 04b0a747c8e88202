//! The room as a whole, on scripted motions: what counts, what does not, and with which numbers.

use super::prior::MovementPrior;
use super::script::Script;
use super::{Found, LiftingParams, analyze, movement, strokes};
use crate::model::RejectReason::{Failed, Rerack, TooSmall, Unrack};
use crate::model::{ConcentricDirection, DeviceTime, PhaseOrder, RejectReason};
use crate::motion::track::{Motion, TrackParams, VerticalSample};
use proptest::prelude::*;
use std::f64::consts::TAU;

fn squat() -> MovementPrior {
    MovementPrior { order: Some(PhaseOrder::EccentricFirst), min_rom_m: 0.25, ..MovementPrior::unknown() }
}

fn deadlift() -> MovementPrior {
    let order = Some(PhaseOrder::ConcentricFirst);
    MovementPrior { order, min_rom_m: 0.3, closure: 0.3, ..MovementPrior::unknown() }
}

fn found(samples: &[VerticalSample], prior: &MovementPrior) -> Vec<Found> {
    analyze(&Motion::from_inertial(samples, &TrackParams::default()), prior, &LiftingParams::default())
}

fn run(script: &Script, prior: &MovementPrior) -> Vec<Found> {
    found(&script.samples(50.0), prior)
}

fn accepted(found: &[Found]) -> Vec<&Found> {
    found.iter().filter(|f| f.reject_reason.is_none()).collect()
}

fn reasons(found: &[Found]) -> Vec<Option<RejectReason>> {
    found.iter().map(|f| f.reject_reason).collect()
}

fn near(got: Option<f64>, truth: f64, tolerance: f64) -> bool {
    got.is_some_and(|x| (x - truth).abs() <= tolerance)
}

fn at(t_s: f64) -> DeviceTime {
    DeviceTime(0).plus_seconds(t_s)
}

#[test]
fn touch_and_go_needs_no_rest_between_repetitions() {
    let script = Script::new().squats(6, 0.6, 1.0, 0.9, 0.0).rest(3.0).noisy(0.3, 0.1);
    let all = run(&script, &squat());
    let reps = accepted(&all);
    assert_eq!(reps.len(), 6, "{all:#?}");
    for rep in &reps[1..5] {
        assert!(near(rep.metrics.mean_velocity_m_s, 0.6 / 0.9, 0.04), "{rep:#?}");
        assert!(near(rep.metrics.range_of_motion_m, 0.6, 0.05), "{rep:#?}");
        assert!(near(rep.metrics.peak_velocity_m_s, 1.875 * 0.6 / 0.9, 0.06), "{rep:#?}");
    }
}

#[test]
fn a_pause_at_the_bottom_is_measured_and_the_durations_add_up_exactly() {
    let mut script = Script::new();
    for _ in 0..4 {
        script = script.go(1.2, -0.5).rest(1.5).go(0.9, 0.5).rest(1.5);
    }
    let all = run(&script.noisy(0.05, 0.0), &squat());
    let reps = accepted(&all);
    assert_eq!(reps.len(), 4, "{all:#?}");
    for rep in reps {
        assert!(near(rep.metrics.pause_s, 1.5, 0.4), "{rep:#?}");
        let before = rep.eccentric_start.map(|t| rep.start.seconds_since(t));
        let parts = rep.metrics.eccentric_duration_s.zip(rep.metrics.pause_s).map(|(e, p)| e + p);
        assert!(before.zip(parts).is_some_and(|(b, p)| (b - p).abs() < 1e-9), "{rep:#?}");
    }
}

#[test]
fn a_sticking_point_does_not_split_a_repetition() {
    let mut script = Script::new().squats(2, 0.5, 1.2, 0.9, 1.0);
    script = script.go(1.2, -0.5).go(0.7, 0.25).rest(1.0).go(0.7, 0.25).rest(2.0);
    let all = run(&script.noisy(0.05, 0.0), &squat());
    let reps = accepted(&all);
    assert_eq!(reps.len(), 3, "{all:#?}");
    assert!(near(reps[2].metrics.concentric_duration_s, 2.4, 0.25), "{:#?}", reps[2]);
    assert!(near(reps[2].metrics.range_of_motion_m, 0.5, 0.06), "{:#?}", reps[2]);
}

#[test]
fn a_long_stand_in_mid_range_does_not_split_a_repetition() {
    let mut script = Script::new().squats(3, 0.6, 1.2, 0.9, 1.0);
    script = script.go(1.4, -0.6).go(1.1, 0.3).rest(1.5).go(1.1, 0.3).rest(2.0);
    let all = run(&script.noisy(0.05, 0.0), &squat());
    let reps = accepted(&all);
    assert_eq!(reps.len(), 4, "{all:#?}");
    assert!(near(reps[3].metrics.concentric_duration_s, 3.7, 0.4), "{:#?}", reps[3]);
    assert!(near(reps[3].metrics.range_of_motion_m, 0.6, 0.1), "{:#?}", reps[3]);
}

#[test]
fn two_small_repetitions_are_not_taken_for_one_that_stuck() {
    let script = Script::new().squats(6, 0.3, 0.8, 0.7, 0.3).rest(2.0).noisy(0.05, 0.0);
    assert_eq!(accepted(&run(&script, &squat())).len(), 6);
}

/// A hand that hardly rises while the forearm turns by 35° and back, `count` times once in `cycle_s`, and rests between;
/// it wipes a forehead first.
fn rows_at_a_cable(count: usize, cycle_s: f64) -> Vec<VerticalSample> {
    let end = 6.0 + cycle_s * count as f64;
    let turned = |t: f64| {
        let inside = t >= 4.0 && t < end - 2.0;
        if inside { 0.15 * (1.0 - (TAU * (t - 4.0) / cycle_s).cos()).powi(2) } else { 0.0 }
    };
    let wiped = |t: f64| if (1.0..2.0).contains(&t) { 0.6 - 0.6 * (TAU * t).cos() } else { 0.0 };
    let script = Script::default().rest(end + 4.0).noisy(0.05, 0.0);
    let up = |s: &VerticalSample| {
        let t = s.time.seconds_since(at(0.0));
        let (angle, aside) = (turned(t), wiped(t));
        [angle.sin(), angle.cos() * aside.sin(), angle.cos() * aside.cos()]
    };
    script.samples(50.0).iter().map(|s| VerticalSample { up: up(s), ..*s }).collect()
}

#[test]
fn repetitions_that_turn_a_worn_sensor_without_lifting_it_count() {
    let worn = MovementPrior { worn: true, ..MovementPrior::unknown() };
    let samples = rows_at_a_cable(8, 3.0);
    let all = found(&samples, &worn);
    let reps = accepted(&all);
    assert_eq!(reps.len(), 8, "{all:#?}");
    for (k, rep) in reps.iter().enumerate() {
        assert!(rep.start.seconds_since(at(4.0 + 3.0 * k as f64)).abs() < 0.5, "{rep:#?}");
        assert_eq!(rep.metrics.mean_velocity_m_s, None, "nobody knows how fast");
        assert!(rep.metrics.concentric_duration_s.is_some());
    }
    let on_a_bar = MovementPrior::unknown();
    assert!(accepted(&found(&samples, &on_a_bar)).is_empty(), "a bar spins as it likes");
}

#[test]
fn arms_that_swing_in_walking_are_no_set() {
    let worn = MovementPrior { worn: true, ..MovementPrior::unknown() };
    let all = found(&rows_at_a_cable(12, 1.05), &worn);
    assert!(accepted(&all).is_empty(), "{all:#?}");
}

#[test]
fn a_pair_of_movements_on_the_wrist_makes_no_set_of_an_unknown_exercise() {
    let worn = MovementPrior { worn: true, ..MovementPrior::unknown() };
    let all = run(&Script::new().pulls(2, 0.5, 0.9, 1.0, 0.8).rest(3.0), &worn);
    assert!(!all.is_empty() && accepted(&all).is_empty(), "{all:#?}");
    assert!(all.iter().all(|f| f.reject_reason.is_some()));
}

#[test]
fn unracking_and_walking_out_are_kept_but_do_not_count() {
    let walk_out = Script::new().go(0.6, 0.12).rest(1.0).go(0.3, -0.1).go(0.3, 0.1).rest(1.0).go(0.3, -0.1);
    let script = walk_out.go(0.3, 0.1).rest(2.0).squats(5, 0.6, 1.2, 0.9, 1.0).rest(2.0).noisy(0.1, 0.0);
    let all = run(&script, &squat());
    assert_eq!(accepted(&all).len(), 5, "{all:#?}");
    let before: Vec<_> = reasons(&all).into_iter().take_while(Option::is_some).flatten().collect();
    assert!(!before.is_empty() && before.iter().all(|r| [Unrack, TooSmall].contains(r)), "{before:?}");
}

#[test]
fn putting_the_bar_back_is_no_repetition() {
    let script =
        Script::new().squats(5, 0.6, 1.2, 0.9, 1.0).rest(2.0).go(0.5, -0.05).go(0.6, 0.2).go(0.5, -0.2);
    let all = run(&script.rest(2.0).noisy(0.1, 0.0), &squat());
    assert_eq!(accepted(&all).len(), 5, "{all:#?}");
    assert!(matches!(all.last().and_then(|f| f.reject_reason), Some(Rerack | Failed | TooSmall)), "{all:#?}");
}

#[test]
fn pulls_from_the_floor_start_with_the_concentric_phase() {
    let script = Script::new().pulls(5, 0.55, 0.9, 1.0, 1.0).rest(2.0).noisy(0.1, 0.05);
    let all = run(&script, &deadlift());
    let reps = accepted(&all);
    assert_eq!(reps.len(), 5, "{all:#?}");
    for (k, rep) in reps.iter().enumerate() {
        assert_eq!(rep.eccentric_start, None);
        let truth = 2.0 + 2.9 * k as f64;
        assert!(rep.start.seconds_since(at(truth)).abs() < 0.15, "{rep:#?}");
        assert!(near(rep.metrics.mean_velocity_m_s, 0.55 / 0.9, 0.06), "{rep:#?}");
    }
}

#[test]
fn a_failed_repetition_is_kept_with_its_reason() {
    let script =
        Script::new().pulls(4, 0.55, 0.9, 1.0, 1.0).go(1.2, 0.2).go(0.8, -0.2).rest(3.0).noisy(0.05, 0.0);
    let all = run(&script, &deadlift());
    assert_eq!(accepted(&all).len(), 4, "{all:#?}");
    assert_eq!(all.last().and_then(|f| f.reject_reason), Some(Failed), "{all:#?}");
}

#[test]
fn a_bar_picked_up_and_held_before_the_set_does_not_count() {
    let script = Script::new().go(0.7, 0.4).rest(2.2).pulls(5, 0.4, 0.7, 0.9, 0.4).rest(2.0).noisy(0.04, 0.1);
    // nobody touches it in the first two seconds
    let touched = |s: &VerticalSample| if s.time < at(2.0) { 0.0 } else { s.turn_rate_rad_s };
    let samples: Vec<VerticalSample> =
        script.samples(100.0).iter().map(|s| VerticalSample { turn_rate_rad_s: touched(s), ..*s }).collect();
    let all = found(&samples, &deadlift());
    assert_eq!(accepted(&all).len(), 5, "{all:#?}");
    assert_eq!(all.first().and_then(|f| f.reject_reason), Some(Unrack), "{all:#?}");
}

#[test]
fn a_first_repetition_counts_though_the_recording_began_within_it() {
    let script =
        Script::default().go(0.4, 0.22).go(1.0, -0.55).rest(0.4).pulls(5, 0.55, 0.9, 1.0, 0.4).rest(2.0);
    let all = run(&script.noisy(0.05, 0.0), &MovementPrior { min_rom_m: 0.2, ..deadlift() });
    assert_eq!(accepted(&all).len(), 6, "{all:#?}");
}

#[test]
fn an_integral_beyond_the_exercise_gives_way_to_the_smoothed_motion() {
    let script = Script::new().pulls(1, 0.5, 1.0, 1.0, 0.0).rest(2.0);
    let mut motion = Motion::from_inertial(&script.samples(100.0), &TrackParams::default());
    let strokes = strokes::strokes(&motion.points, 0.08);
    let way = |motion: &Motion| {
        let candidates = movement::candidates(motion, &strokes, &deadlift());
        let phases = movement::phases(motion, &candidates[0], PhaseOrder::ConcentricFirst, &deadlift());
        (candidates[0].astray, phases.concentric.displacement_m(), phases.astray_m)
    };
    let (astray, integrated_m, off_m) = way(&motion);
    assert!(!astray && (integrated_m - 0.5).abs() < 0.05 && off_m == 0.0, "{integrated_m} {off_m}");
    motion.points.iter_mut().for_each(|p| p.acceleration_m_s2 *= 6.0);
    let (astray, smoothed_m, off_m) = way(&motion);
    assert!(astray && (0.2..0.7).contains(&smoothed_m) && off_m > 1.0, "{smoothed_m} {off_m}");
}

#[test]
fn one_heavy_repetition_alone_counts() {
    let script = Script::new().go(1.8, -0.55).go(2.4, 0.55).rest(4.0).noisy(0.05, 0.0);
    let all = run(&script, &squat());
    assert_eq!(accepted(&all).len(), 1, "{all:#?}");
    assert!(near(accepted(&all)[0].metrics.mean_velocity_m_s, 0.55 / 2.4, 0.05), "{all:#?}");
}

#[test]
fn the_order_is_found_when_nobody_said_what_was_lifted() {
    let down_first = run(&Script::new().squats(5, 0.6, 1.2, 0.9, 1.0).rest(2.0), &MovementPrior::unknown());
    assert_eq!(accepted(&down_first).len(), 5);
    assert!(accepted(&down_first).iter().all(|f| f.eccentric_start.is_some()));
    let up_first = run(&Script::new().pulls(5, 0.55, 0.9, 1.0, 1.0).rest(2.0), &MovementPrior::unknown());
    assert_eq!(accepted(&up_first).len(), 5);
    assert!(accepted(&up_first).iter().all(|f| f.eccentric_start.is_none()));
}

#[test]
fn a_concentric_phase_may_go_down() {
    let prior = MovementPrior { concentric: ConcentricDirection::Down, ..deadlift() };
    let all = run(&Script::new().squats(4, 0.5, 0.8, 1.2, 1.0).rest(2.0), &prior);
    assert_eq!(accepted(&all).len(), 4, "{all:#?}");
    assert!(accepted(&all).iter().all(|f| near(f.metrics.mean_velocity_m_s, 0.5 / 0.8, 0.06)), "{all:#?}");
}

#[test]
fn a_bar_at_rest_does_nothing() {
    let all = run(&Script::new().rest(60.0).noisy(0.2, 0.2), &MovementPrior::unknown());
    assert!(accepted(&all).is_empty(), "{all:#?}");
}

#[test]
fn holes_cost_quality_but_no_repetition() {
    let script = Script::new().squats(8, 0.6, 1.2, 0.9, 0.6).rest(2.0).noisy(0.1, 0.0);
    let mut samples = script.samples(50.0);
    let whole = accepted(&found(&samples, &squat()))[3].metrics.quality;
    // 0.4 s are lost in the middle of every second way up
    samples.retain(|s| (s.time.seconds_since(at(3.45)) % 5.4).rem_euclid(5.4) > 0.4 || s.time < at(3.4));
    let all = found(&samples, &squat());
    assert_eq!(accepted(&all).len(), 8, "{all:#?}");
    let worst = accepted(&all).iter().filter_map(|f| f.metrics.quality).fold(1.0, f64::min);
    assert!(whole.is_some_and(|q| worst < q), "{worst} {whole:?}");
}

#[test]
fn a_repetition_most_of_which_is_missing_is_rejected_for_the_gap() {
    let script = Script::new().squats(6, 0.6, 1.2, 0.9, 0.6).rest(2.0).noisy(0.05, 0.0);
    let mut samples = script.samples(50.0);
    // from the middle of the third lowering until after the lift
    let lost = at(2.0 + 2.0 * 2.7 + 0.5)..at(2.0 + 2.0 * 2.7 + 2.3);
    samples.retain(|s| !lost.contains(&s.time));
    let all = found(&samples, &squat());
    let within: Vec<_> = all.iter().filter(|f| f.start < lost.end && f.end > lost.start).collect();
    assert!(within.iter().any(|f| f.reject_reason == Some(RejectReason::Gap)), "{all:#?}");
    assert_eq!(accepted(&all).len(), 5, "{all:#?}");
}

#[test]
fn a_measured_track_is_taken_as_it_is() {
    let rows = Script::new().squats(5, 0.6, 1.2, 0.9, 1.0).rest(2.0).rows(30.0);
    let all = analyze(&Motion::from_measured(&rows), &squat(), &LiftingParams::default());
    assert_eq!(accepted(&all).len(), 5, "{all:#?}");
    for rep in accepted(&all) {
        assert!(near(rep.metrics.mean_velocity_m_s, 0.6 / 0.9, 0.1), "{rep:#?}");
        assert!(near(rep.metrics.range_of_motion_m, 0.6, 0.01), "{rep:#?}");
    }
}

#[test]
fn nothing_breaks_on_nothing() {
    assert!(found(&[], &squat()).is_empty());
    let one = VerticalSample::default();
    assert!(found(&[one], &squat()).is_empty());
    assert!(analyze(&Motion::from_measured(&[]), &squat(), &LiftingParams::default()).is_empty());
}

fn any_script() -> impl Strategy<Value = Script> {
    let part = (0.4_f64..2.5, -0.7_f64..0.7, 0.0_f64..2.0);
    prop::collection::vec(part, 3..12).prop_map(|parts| {
        let script = parts.iter().fold(Script::new(), |s, &(t, way, rest)| s.go(t, way).rest(rest));
        script.rest(3.0).noisy(0.2, 0.05)
    })
}

proptest! {
    /// What is settled stays, to the bit, whatever comes later; only the verdict may change.
    #[test]
    fn later_samples_never_move_settled_movements(script in any_script(), share in 0.3_f64..0.95) {
        let samples = script.samples(50.0);
        let seen = (samples.len() as f64 * share) as usize;
        let before = found(&samples[..seen], &deadlift());
        let after = found(&samples, &deadlift());
        for (old, new) in before.iter().zip(&after).filter(|(old, _)| old.settled) {
            prop_assert_eq!((old.start, old.end, &old.metrics), (new.start, new.end, &new.metrics));
        }
    }

    /// Numbers are numbers.
    #[test]
    fn nothing_is_ever_not_a_number(script in any_script()) {
        for rep in run(&script, &squat()) {
            let m = rep.metrics;
            for x in [m.mean_velocity_m_s, m.mean_propulsive_velocity_m_s, m.peak_velocity_m_s, m.quality,
                m.mean_velocity_sd_m_s, m.pause_s, m.eccentric_duration_s].into_iter().flatten() {
                prop_assert!(x.is_finite());
            }
            prop_assert!(rep.start <= rep.end);
        }
    }
}
