//! Stories hold together and are true.

use super::*;
use crate::simulate::bar::{Cursor, GRAVITY_M_S2};
use crate::simulate::lift::FLOOR_HEIGHT_M;
use crate::simulate::lift::LIFTS;
use crate::simulate::plan::Ending;
use nalgebra::Vector3;

fn told(plan: &SetPlan, seed: u64) -> SetStory {
    SetStory::tell(plan, 10.0, &SetStory::waiting_pose(plan.lift), &mut Random::new(seed))
}

fn drawn(seed: u64) -> (SetPlan, SetStory) {
    let plan = SetPlan::drawn(&mut Random::of_part(seed, 1));
    (plan, told(&plan, seed))
}

#[test]
fn every_planned_repetition_is_in_the_truth_in_order() {
    for seed in 0..400 {
        let (plan, story) = drawn(seed);
        let (done, failed) = plan.outcome();
        let count = |kind| story.truth.movements.iter().filter(|m| m.kind == kind).count();
        assert_eq!(count(MovementKind::Rep), done as usize, "{plan:?}");
        assert_eq!(story.truth.reps().count(), done as usize);
        assert_eq!(count(MovementKind::FailedRep), usize::from(failed), "{plan:?}");
        for pair in story.truth.movements.windows(2) {
            assert!(pair[1].begin_s >= pair[0].begin_s, "{plan:?} {pair:?}");
            assert!(pair[1].begin_s > pair[0].finish_s - 0.7, "{plan:?} {pair:?}");
        }
        assert!(
            story.truth.movements.iter().all(|m| m.begin_s >= 10.0 && m.finish_s <= story.motion.now_s())
        );
    }
}

#[test]
fn lifting_phases_lie_between_zeros_of_velocity_and_figures_fit_each_other() {
    for seed in 0..400 {
        let (plan, story) = drawn(seed);
        let at = |t: f64| story.motion.vertical(t, &mut Cursor::default());
        for (movement, phase, metrics) in story.truth.reps() {
            assert!(at(phase.start_s).rate.abs() < 1e-9 && at(phase.end_s).rate.abs() < 1e-9, "{plan:?}");
            let inside =
                (1..500).map(|i| phase.start_s + (phase.end_s - phase.start_s) * f64::from(i) / 500.0);
            assert!(inside.clone().all(|t| at(t).rate > 0.0), "{plan:?}");
            let rise = at(phase.end_s).value - at(phase.start_s).value;
            assert!((metrics.mean_velocity_m_s * metrics.duration_s - rise).abs() < 1e-12);
            assert!(metrics.mean_propulsive_velocity_m_s >= metrics.mean_velocity_m_s - 1e-12);
            let peak = inside.map(|t| at(t).rate).fold(0.0, f64::max);
            assert!(metrics.peak_velocity_m_s > peak - 1e-5 && metrics.peak_velocity_m_s < peak + 0.01);
            // power without a load: kinetic energy cancels from rest to rest
            let lifted = GRAVITY_M_S2 * metrics.mean_velocity_m_s;
            let power = metrics.mean_specific_power_w_kg;
            assert!((power - lifted).abs() < 1e-3 * lifted, "{power} not {lifted} in {plan:?}");
            let lowered = movement.eccentric.filter(|e| at(e.end_s).rate.abs() < 1e-9);
            assert!(movement.eccentric.is_none() || lowered.is_some());
        }
    }
}

#[test]
fn velocity_is_the_derivative_of_height_and_acceleration_that_of_velocity() {
    for seed in 0..40 {
        let (plan, story) = drawn(seed);
        let (mut cursor, h) = (Cursor::default(), 1e-5);
        let mut t = 10.0;
        while t < story.motion.now_s() {
            let [a, b, c] = [t - h, t, t + h].map(|t| story.motion.vertical(t, &mut cursor));
            assert!(((c.value - a.value) / (2.0 * h) - b.rate).abs() < 1e-4, "{plan:?} at {t}");
            assert!((c.rate - a.rate).abs() < 2.0 * h * 1500.0, "velocity jumps in {plan:?} at {t}");
            t += 0.00137;
        }
    }
}

#[test]
fn mean_velocities_are_those_of_the_load() {
    for lift in &LIFTS {
        let (mut mean, mut n) = (0.0, 0.0);
        for seed in 0..60 {
            let story = told(&SetPlan::new(lift, 0.7, 1), seed);
            for (_, _, metrics) in story.truth.reps() {
                mean += metrics.mean_velocity_m_s;
                n += 1.0;
            }
        }
        let expected = lift.fresh_velocity_m_s(0.7);
        assert!((mean / n / expected - 1.0).abs() < 0.04, "{}: {} not {expected}", lift.id, mean / n);
    }
}

#[test]
fn a_dropped_bar_falls_freely_and_lies_on_the_floor() {
    let plan = SetPlan { ending: Ending::Dropped, ..SetPlan::new(Lift::of("deadlift").unwrap(), 0.8, 3) };
    for seed in 0..20 {
        let story = told(&plan, seed);
        let drop = story.truth.movements.iter().find(|m| m.kind == MovementKind::Drop).unwrap();
        let impact_s = story.motion.clanks().iter().find(|c| c.at_s > drop.begin_s).unwrap().at_s;
        assert!(impact_s - drop.begin_s > 0.2);
        let mut t = drop.begin_s + 0.05;
        while t < impact_s {
            let point = story.motion.vertical(t, &mut Cursor::default());
            assert!((point.acceleration + GRAVITY_M_S2).abs() < 1e-6);
            t += 0.01;
        }
        assert!((story.motion.end_pose().position_m[2] - FLOOR_HEIGHT_M).abs() < 1e-9);
    }
}

#[test]
fn bars_go_back_to_where_they_came_from() {
    for lift in &LIFTS {
        for seed in 0..30 {
            let pose = told(&SetPlan::new(lift, 0.6, 3), seed).motion.end_pose();
            let wanted = SetStory::waiting_pose(lift);
            let off = Vector3::from(pose.position_m) - Vector3::from(wanted.position_m);
            assert!(off.z.abs() < 1e-9, "{} {pose:?}", lift.id);
            assert!(off.norm() < 0.7, "{} {pose:?}", lift.id);
        }
    }
}

#[test]
fn a_curl_turns_fast_and_a_squat_keeps_turning_at_its_turning_points() {
    let mut fastest = Vec::new();
    let mut at_turns = Vec::new();
    for seed in 0..60 {
        let story = told(&SetPlan::new(Lift::of("biceps_curl").unwrap(), 0.7, 5), seed);
        let (_, phase, _) = story.truth.reps().next().unwrap();
        let turning = (0..200).map(|i| {
            let t = phase.start_s + (phase.end_s - phase.start_s) * f64::from(i) / 200.0;
            story.motion.at(t, &mut Cursor::default()).turning_rad_s.norm().to_degrees()
        });
        fastest.push(turning.fold(0.0, f64::max));
        let story = told(&SetPlan::new(Lift::of("back_squat").unwrap(), 0.7, 5), seed);
        for (_, phase, _) in story.truth.reps() {
            let state = story.motion.at(phase.start_s, &mut Cursor::default());
            at_turns.push(state.turning_rad_s.norm().to_degrees());
        }
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    // training.md §4.1: 150 °/s in curls; 14 °/s in the median at the boundaries of repetitions
    let (curl, squat) = (median(&mut fastest), median(&mut at_turns));
    assert!(curl > 110.0 && curl < 200.0, "{curl}");
    assert!(squat > 9.0 && squat < 25.0, "{squat}");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    assert_eq!(drawn(11).1.truth, drawn(11).1.truth);
    assert_ne!(drawn(11).1.truth, drawn(12).1.truth);
}

#[test]
fn a_bar_that_failed_on_the_floor_is_not_dropped() {
    let plan = SetPlan { ending: Ending::Dropped, ..SetPlan::new(Lift::of("deadlift").unwrap(), 0.95, 6) };
    for seed in 0..10 {
        let story = told(&plan, seed);
        assert!(story.truth.movements.iter().any(|m| m.kind == MovementKind::FailedRep));
        assert!(story.truth.movements.iter().all(|m| m.kind != MovementKind::Drop));
    }
}
