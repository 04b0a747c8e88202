//! The rules on worked numbers.

use super::*;
use crate::lifting::set::summarize;
use crate::model::{
    AlgorithmTag, DeviceTime, Goal, MovementKey, PrimaryVelocity, RejectReason, RepMetrics, RepSource,
    RepStage, SensorId, SessionId, SetEnd, SetRecord, SetRole, StationContext, StationId,
};
use crate::session::BarAndPlates;

fn rep(n: usize, velocity: f64, side: Option<Side>) -> Rep {
    Rep {
        id: RepId(100 + n as u64),
        revision: 1,
        stage: RepStage::Final,
        accepted: true,
        reject_reason: None,
        set: Some(SetId(1)),
        station: StationId::from("rack"),
        athlete: None,
        exercise: None,
        load_kg: None,
        side,
        movement: MovementKey { sensor: SensorId::from("bar"), stream: 1, ordinal: n as u32 },
        ended_at: HostTime(0),
        eccentric_start: None,
        start: DeviceTime(0),
        end: DeviceTime(0),
        metrics: RepMetrics {
            mean_velocity_m_s: Some(velocity),
            quality: Some(0.9),
            ..RepMetrics::default()
        },
        source: RepSource::Inertial,
        algorithm: tag(),
    }
}

fn tag() -> AlgorithmTag {
    AlgorithmTag { name: "bar".to_owned(), number: 1, parameters: String::new() }
}

fn view(reps: Vec<Rep>) -> SetView {
    let record = SetRecord {
        id: SetId(1),
        revision: 1,
        session: SessionId(1),
        station: StationId::from("rack"),
        athlete: None,
        exercise: None,
        load_kg: None,
        goal: None,
        role: None,
        started_at: HostTime(0),
        ended_at: None,
        end: None,
        reps: Vec::new(),
        summaries: Vec::new(),
        stop_line: None,
        algorithm: tag(),
    };
    let mut view = SetView { record, reps, context: StationContext::default(), exercise: None, plates: None };
    sum_up(&mut view);
    view
}

fn both_sides(velocities: &[f64]) -> SetView {
    view(velocities.iter().enumerate().map(|(n, v)| rep(n, *v, None)).collect())
}

fn sum_up(view: &mut SetView) {
    let mut sides: BTreeMap<Option<Side>, Vec<&RepMetrics>> = BTreeMap::new();
    for rep in view.reps.iter().filter(|rep| rep.accepted) {
        sides.entry(rep.side).or_default().push(&rep.metrics);
    }
    let sum = |(side, reps): (Option<Side>, Vec<&RepMetrics>)| summarize(reps, PrimaryVelocity::Mean, side);
    view.record.summaries = sides.into_iter().map(sum).collect();
}

fn consider(coach: &mut Coach, view: &SetView) -> Vec<Advice> {
    coach.consider(HostTime(5), view, &mut Ids::default())
}

fn stops(velocities: &[f64], goal: Option<Goal>) -> bool {
    let mut view = both_sides(velocities);
    view.record.goal = goal;
    let advice = consider(&mut Coach::default(), &view);
    assert!(advice.len() <= 1);
    advice.iter().any(|advice| advice.action == AdviceAction::StopSet)
}

#[test]
fn each_goal_has_its_cap() {
    // best 1.00, so that the last velocity reads as the loss
    let table = [
        (Some(Goal::Technique), 0.851, 0.85),
        (Some(Goal::Power), 0.901, 0.90),
        (Some(Goal::StrengthInSeason), 0.851, 0.85),
        (Some(Goal::StrengthOffSeason), 0.801, 0.80),
        (Some(Goal::Hypertrophy), 0.751, 0.75),
        (Some(Goal::Taper), 0.901, 0.90),
        (None, 0.801, 0.80),
    ];
    for (goal, above, at_cap) in table {
        assert!(!stops(&[1.0, above], goal), "{goal:?} stops too early");
        assert!(stops(&[1.0, at_cap], goal), "{goal:?} does not stop");
    }
}

#[test]
fn the_best_rep_is_the_reference_and_one_rep_loses_nothing() {
    assert!(!stops(&[0.4], Some(Goal::Power)));
    assert!(!stops(&[0.60, 0.70, 0.60], Some(Goal::StrengthInSeason)), "14.3 % is under 15");
    assert!(stops(&[0.60, 0.70, 0.595], Some(Goal::StrengthInSeason)), "against the first it would be 0.8 %");
    assert!(
        !stops(&[0.70, 0.50, 0.66], Some(Goal::StrengthInSeason)),
        "the last rep counts, not the slowest"
    );
}

#[test]
fn the_reason_reads_between_sets() {
    let mut view = both_sides(&[0.66, 0.70, 0.58]);
    view.record.goal = Some(Goal::StrengthInSeason);
    let advice = consider(&mut Coach::default(), &view).remove(0);
    assert_eq!(
        advice.reason,
        "Best rep 0.70 m/s, last 0.58: 17 % slower, cap 15 % (strength in season). Rack it."
    );
    assert_eq!((advice.threshold.value, advice.rule.as_str()), (15.0, VELOCITY_LOSS_STOP));
    assert!(advice.source.contains("×4") && advice.inputs.iter().any(|i| i.name == "velocity_loss_best_pct"));
    assert_eq!(advice.confidence, Confidence::Low, "no exercise chosen");
}

#[test]
fn a_failed_or_rejected_rep_says_nothing() {
    let mut view = both_sides(&[0.70, 0.68, 0.10]);
    view.reps[2].accepted = false;
    view.reps[2].reject_reason = Some(RejectReason::Failed);
    sum_up(&mut view);
    assert_eq!(consider(&mut Coach::default(), &view), []);
}

#[test]
fn the_cue_is_given_once_and_taken_back_when_the_final_numbers_disagree() {
    let mut coach = Coach::default();
    let mut ids = Ids::default();
    let mut seen = both_sides(&[0.70, 0.54]);
    seen.reps[1].stage = RepStage::Provisional;
    let first = coach.consider(HostTime(1), &seen, &mut ids).remove(0);
    assert_eq!((first.action, first.confidence), (AdviceAction::StopSet, Confidence::Low));
    assert_eq!(coach.consider(HostTime(2), &seen, &mut ids), []);

    let corrected = both_sides(&[0.70, 0.60]);
    let second = coach.consider(HostTime(3), &corrected, &mut ids).remove(0);
    assert_eq!((second.action, second.supersedes), (AdviceAction::ContinueSet, Some(first.id)));
    assert_eq!(
        second.reason,
        "Checked again. Best rep 0.70 m/s, last 0.60: 14 % slower, below the cap of 20 %. Carry on."
    );
    assert_eq!(coach.consider(HostTime(4), &corrected, &mut ids), []);

    let slower = both_sides(&[0.70, 0.60, 0.55]);
    assert_eq!(coach.consider(HostTime(5), &slower, &mut ids)[0].supersedes, None);
}

#[test]
fn who_lifts_on_after_the_cue_hears_nothing_more() {
    let mut coach = Coach::default();
    let mut ids = Ids::default();
    assert_eq!(coach.consider(HostTime(1), &both_sides(&[0.70, 0.54]), &mut ids).len(), 1);
    assert_eq!(coach.consider(HostTime(2), &both_sides(&[0.70, 0.54, 0.69]), &mut ids), []);
    assert_eq!(coach.consider(HostTime(3), &both_sides(&[0.70, 0.54, 0.69, 0.40]), &mut ids), []);
}

#[test]
fn a_withdrawn_rep_takes_its_cue_along() {
    let mut coach = Coach::default();
    let mut ids = Ids::default();
    let mut view = both_sides(&[0.70, 0.30]);
    assert_eq!(coach.consider(HostTime(1), &view, &mut ids).len(), 1);
    view.reps[1].accepted = false;
    sum_up(&mut view);
    let advice = coach.consider(HostTime(2), &view, &mut ids).remove(0);
    assert_eq!(advice.reason, "Checked again: the last movement does not count. Carry on.");
}

#[test]
fn the_stop_line_is_where_the_cue_is_given() {
    let coach = Coach::default();
    for (goal, cap) in [(None, 20.0), (Some(Goal::Power), 10.0), (Some(Goal::Hypertrophy), 25.0)] {
        let with_last = |last: f64| {
            let mut view = both_sides(&[0.66, 0.70, last]);
            view.record.goal = goal;
            view
        };
        let line = coach.stop_line(&with_last(0.68)).unwrap();
        assert_eq!((line.velocity_loss_cap_pct, line.velocity_m_s), (cap, 0.70 * (1.0 - cap / 100.0)));
        assert_eq!(consider(&mut Coach::default(), &with_last(line.velocity_m_s + 1e-6)), []);
        assert_eq!(consider(&mut Coach::default(), &with_last(line.velocity_m_s)).len(), 1);
    }
}

#[test]
fn the_stop_line_is_of_the_side_that_moved_last_and_of_nothing_unknown() {
    let coach = Coach::default();
    let (left, right) = (Some(Side::Left), Some(Side::Right));
    let mut sides = view(vec![rep(0, 0.70, left), rep(1, 0.50, right)]);
    assert_eq!(coach.stop_line(&sides).map(|line| line.velocity_m_s), Some(0.50 * 0.8));
    sides.reps[1].accepted = false;
    assert_eq!(coach.stop_line(&sides).map(|line| line.velocity_m_s), Some(0.70 * 0.8));
    sides.reps[0].metrics.mean_velocity_m_s = None;
    assert_eq!(coach.stop_line(&sides), None);
    assert_eq!(coach.stop_line(&both_sides(&[])), None);
    let mut plank = both_sides(&[0.7]);
    plank.exercise = Some(crate::session::tests::exercise("plank", "mean"));
    assert!(coach.stop_line(&plank).is_some());
    plank.exercise.as_mut().unwrap().kind = crate::model::ExerciseKind::Hold;
    assert_eq!(coach.stop_line(&plank), None);
}

#[test]
fn each_side_is_judged_by_itself() {
    let (left, right) = (Some(Side::Left), Some(Side::Right));
    // across the sides 0.50 against 0.70 would be 29 %
    let mut view =
        view(vec![rep(0, 0.70, left), rep(1, 0.52, right), rep(2, 0.68, left), rep(3, 0.50, right)]);
    assert_eq!(consider(&mut Coach::default(), &view), []);
    view.reps.push(rep(4, 0.55, left));
    sum_up(&mut view);
    let advice = consider(&mut Coach::default(), &view);
    assert_eq!(advice.len(), 1);
    assert!(
        advice[0].reason.starts_with("Left: best rep 0.70 m/s, last 0.55: 21 % slower"),
        "{}",
        advice[0].reason
    );
}

/// A settled set whose best two repetitions average `mean`, with a target of 0.50 m/s.
fn settled(mean: f64, load_kg: f64) -> SetView {
    let mut view = both_sides(&[mean + 0.01, mean - 0.01, mean - 0.03]);
    view.reps.iter_mut().for_each(|rep| rep.stage = RepStage::Settled);
    view.record.end = Some(SetEnd::Rerack);
    view.record.load_kg = Some(load_kg);
    view.context.target_velocity_m_s = Some(0.50);
    view.plates = Some(BarAndPlates {
        bar_kg: 20.0,
        plates_per_side_kg: vec![25.0, 20.0, 15.0, 10.0, 10.0, 5.0, 2.5, 1.25],
    });
    view
}

fn next(view: &SetView) -> Option<Advice> {
    consider(&mut Coach::default(), view).pop()
}

fn load_of(advice: Option<Advice>) -> Option<f64> {
    match advice?.action {
        AdviceAction::NextLoad { load_kg, .. } => Some(load_kg),
        _ => None,
    }
}

#[test]
fn the_load_follows_the_velocity() {
    // (mean of best two, load now, load next); 5 % for 0.06 m/s, in 2.5 kg steps
    let table = [
        (0.56, 100.0, 105.0),  // +0.06: +5.00 %
        (0.44, 100.0, 95.0),   // −0.06: −5.00 %
        (0.54, 100.0, 102.5),  // +0.04: +3.33 kg, nearer to 102.5
        (0.545, 100.0, 102.5), // +0.045: +3.75 kg lies just between, so the lighter
        (0.65, 100.0, 110.0),  // +0.15: 12.5 % is cut to 10
        (0.20, 100.0, 90.0),   // −0.30: 25 % is cut to 10
        (0.60, 60.0, 65.0),    // +0.10: +8.33 % = 5.0 kg
        (0.65, 62.0, 67.5),    // 10 % of a load that no plates make
    ];
    for (mean, load, expected) in table {
        assert_eq!(load_of(next(&settled(mean, load))), Some(expected), "{mean} m/s at {load} kg");
    }
}

#[test]
fn the_next_load_comes_with_its_plates_and_reason() {
    let advice = next(&settled(0.56, 100.0)).unwrap();
    let plates_per_side_kg = vec![25.0, 15.0, 2.5];
    assert_eq!(advice.action, AdviceAction::NextLoad { load_kg: 105.0, plates_per_side_kg });
    assert_eq!(
        advice.reason,
        "Best two reps averaged 0.56 m/s, 0.06 above the target 0.50. Next set 105 kg (+5.0 %, nearest the plates allow)."
    );
    assert_eq!((advice.threshold.value, advice.confidence), (0.03, Confidence::Medium));
    assert_eq!(advice.rule, NEXT_LOAD);
}

#[test]
fn noise_changes_nothing() {
    for mean in [0.47, 0.48, 0.50, 0.53] {
        let advice = next(&settled(mean, 100.0)).unwrap();
        assert_eq!(advice.action, AdviceAction::HoldLoad, "{}", advice.reason);
    }
}

#[test]
fn a_step_larger_than_the_change_changes_the_reps() {
    let coarse = |mean: f64, load: f64| {
        let mut view = settled(mean, load);
        view.plates = Some(BarAndPlates { bar_kg: 20.0, plates_per_side_kg: vec![20.0, 10.0, 5.0, 5.0] });
        view
    };
    let up = next(&coarse(0.56, 50.0)).unwrap();
    assert_eq!(up.action, AdviceAction::ChangeReps { reps: 1 });
    assert_eq!(
        up.reason,
        "Best two reps averaged 0.56 m/s, 0.06 above the target 0.50: worth 2.5 kg, but the smallest step is 10 kg. \
         Stay at 50 kg and add a rep."
    );
    assert_eq!(next(&coarse(0.44, 50.0)).unwrap().action, AdviceAction::ChangeReps { reps: -1 });
    // a step of exactly the change is taken
    assert_eq!(load_of(next(&coarse(0.62, 100.0))), None, "all plates are on already");
    assert_eq!(load_of(next(&coarse(0.38, 100.0))), Some(90.0));
}

#[test]
fn a_single_is_not_cut_to_nothing_and_a_tired_set_gets_no_rep_more() {
    let no_step = Some(BarAndPlates { bar_kg: 20.0, plates_per_side_kg: vec![15.0, 25.0] });
    let mut single = settled(0.44, 50.0);
    single.plates.clone_from(&no_step);
    single.context.planned_reps = Some(1);
    assert_eq!(next(&single).unwrap().action, AdviceAction::HoldLoad);
    let mut tired = settled(0.56, 50.0);
    tired.plates = no_step;
    tired.reps.push(Rep { stage: RepStage::Settled, ..rep(9, 0.40, None) });
    sum_up(&mut tired);
    assert_eq!(next(&tired).unwrap().action, AdviceAction::HoldLoad);
}

#[test]
fn without_plates_the_load_goes_in_documented_steps() {
    let mut view = settled(0.56, 100.0);
    view.plates = None;
    let advice = next(&view).unwrap();
    assert_eq!(advice.action, AdviceAction::NextLoad { load_kg: 105.0, plates_per_side_kg: Vec::new() });
    assert!(advice.reason.contains("plates unknown"), "{}", advice.reason);
}

#[test]
fn nothing_is_invented() {
    let good = settled(0.60, 100.0);
    assert!(next(&good).is_some());
    let without = |change: fn(&mut SetView)| {
        let mut view = good.clone();
        change(&mut view);
        sum_up(&mut view);
        next(&view)
    };
    assert_eq!(without(|v| v.context.target_velocity_m_s = None), None);
    assert_eq!(without(|v| v.record.load_kg = None), None);
    assert_eq!(without(|v| v.record.load_kg = Some(0.0)), None);
    assert_eq!(without(|v| v.record.load_kg = Some(-20.0)), None);
    assert_eq!(without(|v| v.record.role = Some(SetRole::WarmUp)), None);
    assert_eq!(without(|v| v.record.end = None), None);
    assert_eq!(without(|v| v.reps[0].stage = RepStage::Final), None);
    assert_eq!(without(|v| v.reps.iter_mut().for_each(|rep| rep.accepted = false)), None);
}

#[test]
fn the_slower_side_decides() {
    let mut view = settled(0.60, 40.0);
    view.reps = vec![rep(0, 0.60, Some(Side::Left)), rep(1, 0.51, Some(Side::Right))];
    view.reps.iter_mut().for_each(|rep| rep.stage = RepStage::Settled);
    sum_up(&mut view);
    let advice = next(&view).unwrap();
    assert_eq!((advice.action, advice.confidence), (AdviceAction::HoldLoad, Confidence::Low));
    assert!(advice.reason.starts_with("The only rep had 0.51 m/s"), "{}", advice.reason);
}

#[test]
fn a_correction_supersedes_the_advice_and_no_change_says_nothing() {
    let mut coach = Coach::default();
    let mut ids = Ids::default();
    let first = coach.consider(HostTime(1), &settled(0.56, 100.0), &mut ids).remove(0);
    assert_eq!(coach.consider(HostTime(2), &settled(0.56, 100.0), &mut ids), []);
    let second = coach.consider(HostTime(3), &settled(0.50, 100.0), &mut ids).remove(0);
    assert_eq!((second.action, second.supersedes), (AdviceAction::HoldLoad, Some(first.id)));
}

#[test]
fn an_exercise_without_velocity_is_left_alone() {
    let mut view = both_sides(&[0.7, 0.3]);
    view.exercise = Some(crate::session::tests::exercise("plank", "mean"));
    assert_eq!(consider(&mut Coach::default(), &view).len(), 1);
    view.exercise.as_mut().unwrap().kind = crate::model::ExerciseKind::Hold;
    assert_eq!(consider(&mut Coach::default(), &view), []);
}
