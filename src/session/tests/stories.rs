//! Stories of a station.

use super::*;

#[test]
fn a_set_takes_its_unrack_along_and_times_out_in_the_samples_time() {
    let mut hall = Hall::new();
    hall.lift(1, 10.0, Some(RejectReason::Unrack));
    assert!(hall.sets().is_empty());
    assert_eq!(hall.reps()[0].set, None);
    hall.lift(2, 15.0, None);
    hall.lift(3, 18.0, None);
    let set = &hall.sets()[0];
    assert_eq!((set.reps.len(), set.summaries[0].reps, set.ended_at), (3, 2, None));
    assert_eq!((set.started_at, hall.reps()[0].set), (at(10.0), Some(set.id)));
    hall.data(48.9);
    assert_eq!(hall.sets()[0].end, None);
    hall.data(49.0);
    let set = &hall.sets()[0];
    assert_eq!((set.end, set.ended_at), (Some(SetEnd::Timeout), Some(at(19.0))));
    assert!(hall.reps().iter().all(|rep| rep.stage == RepStage::Settled && rep.set == Some(set.id)));
    assert!(set.summaries[0].velocity_loss_best_pct.unwrap() > 1.0);
}

#[test]
fn a_silent_sensor_lets_the_host_close_the_set_a_grace_later() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    hall.advance(at(38.9));
    assert_eq!(hall.sets()[0].end, None);
    hall.advance(at(39.0));
    assert_eq!(hall.sets()[0].end, Some(SetEnd::Timeout));
}

#[test]
fn a_rerack_ends_the_set_once_it_has_stayed_quiet() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    hall.lift(2, 3.0, Some(RejectReason::Rerack));
    hall.data(13.9);
    assert_eq!(hall.sets()[0].end, None);
    hall.data(14.0);
    assert_eq!(hall.sets()[0].end, Some(SetEnd::Rerack));
}

#[test]
fn later_labels_name_the_open_set_and_give_it_power() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    let first = hall.reps().remove(0);
    assert_eq!((first.metrics.mean_power_bar_w, first.athlete.clone()), (None, None));
    hall.athlete(2.0, "ada", 70.0);
    hall.say(3.0, context("ada", "back_squat", 100.0));
    let rep = hall.reps().remove(0);
    assert_eq!((rep.id, rep.revision), (first.id, first.revision + 1));
    assert_eq!((rep.metrics.mean_power_bar_w, rep.load_kg), (Some(500.0), Some(100.0)));
    assert!((rep.metrics.mean_power_system_w.unwrap() - 808.0).abs() < 1e-9);
    assert_eq!(rep.algorithm.parameters, "squat");
    let (sets, trainings) = (hall.sets(), hall.trainings());
    assert_eq!((sets.len(), sets[0].end, trainings.len()), (1, None, 1));
    assert_eq!(trainings[0].athlete, Some(AthleteId::from("ada")));
}

#[test]
fn another_load_ends_the_set_and_names_only_what_follows() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "back_squat", 100.0));
    hall.lift(1, 1.0, None);
    hall.say(5.0, context("ada", "back_squat", 105.0));
    hall.lift(2, 8.0, None);
    let sets = hall.sets();
    assert_eq!(
        (sets[0].end, sets[0].load_kg, sets[1].load_kg),
        (Some(SetEnd::Context), Some(100.0), Some(105.0))
    );
    assert_eq!(sets[0].session, sets[1].session);
}

#[test]
fn goal_and_plan_may_change_without_ending_the_set() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "back_squat", 100.0));
    hall.lift(1, 1.0, None);
    let power = StationContext {
        goal: Some(crate::model::Goal::Power),
        planned_rest_s: Some(20.0),
        ..context("ada", "back_squat", 100.0)
    };
    hall.say(5.0, power);
    assert_eq!((hall.sets()[0].end, hall.sets()[0].goal), (None, Some(crate::model::Goal::Power)));
    hall.data(12.0); // half of the rest that is now planned
    assert_eq!(hall.sets()[0].end, Some(SetEnd::Timeout));
}

#[test]
fn who_share_a_rack_keep_their_sessions() {
    let mut hall = Hall::new();
    for round in 0..4 {
        let (who, start) = (["ada", "bob"][round % 2], 120.0 * round as f64);
        hall.say(start, context(who, "back_squat", 100.0));
        hall.lift(round as u32, start + 5.0, None);
    }
    assert_eq!(hall.trainings().len(), 2);
    hall.order(600.0, &Order::EndSession { station: rack() });
    let ends: Vec<_> = hall.trainings().iter().map(|session| session.ended_at).collect();
    assert_eq!(ends, [Some(at(246.0)), Some(at(366.0))]);
    hall.lift(9, 700.0, None);
    assert_eq!(hall.trainings().len(), 3);
}

#[test]
fn a_session_ends_with_its_last_set_when_none_follows_for_long() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    hall.advance(at(5400.9));
    assert_eq!(hall.trainings()[0].ended_at, None);
    hall.advance(at(5401.0));
    assert_eq!(hall.trainings()[0].ended_at, Some(at(1.0)));
}

#[test]
fn a_persons_word_outlives_later_revisions_and_the_close() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    hall.lift(2, 3.0, Some(RejectReason::TooSmall));
    let ids: Vec<_> = hall.reps().iter().map(|rep| rep.id).collect();
    hall.order(5.0, &Order::RejectRep { rep: ids[0] });
    hall.order(5.0, &Order::RestoreRep { rep: ids[1] });
    hall.see(6.0, sighting(1, 0.1, RepStage::Final, None));
    hall.see(6.0, sighting(2, 3.1, RepStage::Settled, Some(RejectReason::UnlikeSet)));
    hall.data(60.0);
    let reps = hall.reps();
    assert_eq!((reps[0].accepted, reps[0].reject_reason), (false, Some(RejectReason::ByHand)));
    assert_eq!((reps[1].accepted, reps[1].reject_reason), (true, Some(RejectReason::UnlikeSet)));
    assert!(reps.iter().all(|rep| rep.stage == RepStage::Corrected));
    assert_eq!(reps[1].start, DeviceTime::default().plus_seconds(3.1));
    assert_eq!(reps[1].ended_at, at(4.0), "frozen as first published");
    // and a closed set still listens
    hall.order(100.0, &Order::RestoreRep { rep: ids[0] });
    assert_eq!(hall.sets()[0].summaries[0].reps, 2);
    assert!(hall.reps()[0].accepted);
}

#[test]
fn a_person_can_make_a_set_of_a_rejected_movement() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, Some(RejectReason::Isolated));
    hall.data(100.0);
    let id = hall.reps()[0].id;
    hall.order(100.0, &Order::RestoreRep { rep: id });
    assert_eq!(hall.sets()[0].end, Some(SetEnd::Timeout));
    assert_eq!(hall.reps()[0].set, Some(hall.sets()[0].id));
}

#[test]
fn what_the_settled_lane_did_not_confirm_is_withdrawn_and_never_deleted() {
    let mut hall = Hall::new();
    hall.see(1.0, sighting(1, 0.0, RepStage::Provisional, None));
    hall.see(3.0, sighting(2, 2.0, RepStage::Provisional, None));
    hall.see(4.0, sighting(2, 2.0, RepStage::Final, None));
    hall.see(4.0, sighting(2, 1.5, RepStage::Provisional, None));
    hall.data(40.0);
    let reps = hall.reps();
    assert_eq!((reps[0].accepted, reps[0].reject_reason), (false, Some(RejectReason::Withdrawn)));
    assert_eq!((reps[1].accepted, reps[1].start), (true, DeviceTime::default().plus_seconds(2.0)));
    let set = &hall.sets()[0];
    assert_eq!((set.reps.len(), set.started_at, set.summaries[0].reps), (2, at(2.0), 1));
}

#[test]
fn sides_are_summed_up_apart() {
    let mut hall = Hall::new();
    for (ordinal, side) in [(1, Side::Left), (2, Side::Right), (3, Side::Left)] {
        let mut seen = sighting(ordinal, 3.0 * f64::from(ordinal), RepStage::Final, None);
        seen.movement.key.sensor = SensorId::from(if side == Side::Left { "l" } else { "r" });
        hall.sessions.sight(at(12.0), &rack(), Some(side), &[seen]);
    }
    hall.collect();
    let sums = &hall.sets()[0].summaries;
    assert_eq!((sums[0].side, sums[0].reps), (Some(Side::Left), 2));
    assert_eq!((sums[1].side, sums[1].reps), (Some(Side::Right), 1));
    assert!(sums[0].velocity_loss_best_pct > sums[1].velocity_loss_best_pct);
}

#[test]
fn ballistic_exercises_are_judged_by_peak_velocity() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "jump_squat", 20.0));
    hall.lift(1, 1.0, None);
    assert_eq!(hall.sets()[0].summaries[0].best_velocity_m_s, Some(1.2));
}

#[test]
fn what_does_not_exist_is_said_and_breaks_nothing() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "bakc_squat", f64::NAN));
    hall.order(1.0, &Order::RejectRep { rep: RepId(77) });
    let plates = Context::Plates { station: rack(), bar_kg: 20.0, plates_per_side_kg: vec![20.0, -5.0] };
    hall.sessions.context(at(1.0), &plates);
    hall.collect();
    assert_eq!(hall.notices(), 4);
    hall.lift(1, 2.0, None);
    let view = hall.sessions.view(hall.sets()[0].id).unwrap();
    assert_eq!((view.record.exercise.clone(), view.record.load_kg), (None, None));
    assert_eq!(view.plates.unwrap().plates_per_side_kg, [20.0]);
    assert_eq!(view.reps.len(), 1);
}

#[test]
fn the_end_of_the_recording_closes_everything() {
    let mut hall = Hall::new();
    hall.lift(1, 0.0, None);
    hall.finish(2.0);
    assert_eq!(hall.sets()[0].end, Some(SetEnd::EndOfData));
    assert_eq!(hall.trainings()[0].ended_at, Some(at(1.0)));
    assert_eq!(hall.sessions.next_deadline(), None);
}
