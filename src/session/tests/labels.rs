//! Labels that come late, to sets open, closed and long past.

use super::properties::{PLAIN, Step, labels, play, play_in, step, step_or_label};
use super::*;
use proptest::prelude::*;

fn unlabelled(hall: &Hall) -> SetId {
    hall.sets().into_iter().rfind(|set| set.athlete.is_none()).unwrap().id
}

#[test]
fn labels_of_the_open_set_are_its_own() {
    let mut hall = Hall::new();
    hall.athlete(0.0, "ada", 70.0);
    hall.lift(1, 1.0, None);
    hall.label(3.0, unlabelled(&hall), context("ada", "back_squat", 100.0));
    assert_eq!(hall.sessions.exercise(&rack()).map(|exercise| exercise.id.as_str()), Some("back_squat"));
    hall.lift(2, 5.0, None);
    let power: Vec<_> = hall.reps().iter().map(|rep| rep.metrics.mean_power_bar_w).collect();
    assert_eq!(power, [Some(500.0); 2]);
    hall.lift(3, 60.0, None);
    let sets = hall.sets();
    assert_eq!((sets.len(), sets[0].load_kg, sets[0].end), (2, Some(100.0), Some(SetEnd::Timeout)));
    assert_eq!((sets[1].load_kg, sets[1].athlete.clone()), (None, None), "nothing was said of the station");
    assert_eq!(hall.sessions.exercise(&rack()), None);
}

#[test]
fn what_is_said_of_the_station_after_them_adds_to_labels_or_ends_the_set() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "back_squat", 100.0));
    hall.lift(1, 1.0, None);
    let set = hall.sets()[0].id;
    hall.say(3.0, StationContext { planned_reps: Some(5), ..context("ada", "back_squat", 100.0) });
    hall.label(3.0, set, context("ada", "back_squat", 105.0));
    assert_eq!(hall.sets()[0].load_kg, Some(105.0), "said after, if only by a breath");
    let goal = Some(crate::model::Goal::Power);
    hall.say(4.0, StationContext { goal, ..context("ada", "back_squat", 105.0) });
    hall.lift(2, 5.0, None);
    let sets = hall.sets();
    assert_eq!((sets.len(), sets[0].load_kg, sets[0].goal, sets[0].end), (1, Some(105.0), goal, None));
    hall.say(7.0, context("ada", "back_squat", 100.0));
    hall.lift(3, 9.0, None);
    let sets = hall.sets();
    assert_eq!((sets[0].load_kg, sets[0].end), (Some(105.0), Some(SetEnd::Context)));
    assert_eq!(sets[1].load_kg, Some(100.0));
}

#[test]
fn a_closed_set_gets_its_power_and_its_session_the_name() {
    let mut hall = Hall::new();
    hall.athlete(0.0, "ada", 70.0);
    hall.lift(1, 0.0, None);
    hall.lift(2, 3.0, Some(RejectReason::TooSmall));
    hall.data(40.0);
    let (set, before) = (hall.sets().remove(0), hall.reps());
    hall.label(50.0, set.id, context("ada", "back_squat", 100.0));
    let (labelled, after) = (hall.sets().remove(0), hall.reps());
    assert_eq!((labelled.revision, labelled.algorithm.clone()), (set.revision + 1, tag("squat")));
    assert_eq!((labelled.started_at, labelled.ended_at), (set.started_at, set.ended_at));
    assert_eq!(after[0].metrics.mean_power_system_w, Some((100.0 + 0.88 * 70.0) * 5.0));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(after.revision, before.revision + 1);
        assert_eq!(
            (after.stage, after.accepted),
            (RepStage::Settled, before.accepted),
            "nobody judged again"
        );
    }
    let trainings = hall.trainings();
    assert_eq!((trainings.len(), labelled.session), (1, trainings[0].id));
    assert_eq!((trainings[0].athlete.clone(), trainings[0].ended_at), (labelled.athlete, None));
    // said twice is no news
    let events = hall.events.len();
    hall.label(51.0, set.id, context("ada", "back_squat", 100.0));
    assert_eq!(hall.events.len(), events);
}

#[test]
fn a_closed_set_moves_to_its_athletes_session_and_sessions_follow_their_sets() {
    let mut hall = Hall::new();
    for (ordinal, start_s) in [(1, 0.0), (2, 100.0), (3, 200.0)] {
        hall.lift(ordinal, start_s, None);
        hall.data(start_s + 40.0);
    }
    let sets = hall.sets();
    assert_eq!(hall.trainings().len(), 1);
    hall.label(300.0, sets[2].id, context("ada", "back_squat", 100.0));
    hall.label(301.0, sets[0].id, context("ada", "back_squat", 100.0));
    let sessions: Vec<_> = hall.sets().iter().map(|set| set.session).collect();
    let trainings = hall.trainings();
    assert_eq!(sessions, [trainings[1].id, trainings[0].id, trainings[1].id]);
    assert_eq!((trainings[0].athlete.clone(), trainings[0].started_at), (None, at(100.0)));
    assert_eq!((trainings[1].athlete.clone(), trainings[1].started_at), (Some("ada".into()), at(0.0)));
    // by time without a set, each after its own last one
    hall.advance(at(5501.0));
    let ends: Vec<_> = hall.trainings().iter().map(|session| session.ended_at).collect();
    assert_eq!(ends, [Some(at(101.0)), None]);
    // what is over keeps its sets
    hall.label(5502.0, sets[1].id, context("ada", "back_squat", 100.0));
    assert_eq!((hall.sets()[1].session, hall.sets()[1].load_kg), (trainings[0].id, Some(100.0)));
}

#[test]
fn a_session_that_ends_takes_along_the_set_that_is_found_to_be_anothers() {
    let mut hall = Hall::new();
    hall.say(0.0, context("ada", "back_squat", 100.0));
    hall.lift(1, 1.0, None);
    hall.data(40.0);
    hall.lift(2, 50.0, None);
    hall.order(52.0, &Order::EndSession { station: rack() });
    hall.label(52.1, hall.sets()[1].id, context("bob", "back_squat", 100.0));
    hall.data(60.0);
    let trainings = hall.trainings();
    assert_eq!(trainings.len(), 2);
    assert!(trainings.iter().all(|session| session.ended_at.is_some()), "{trainings:?}");
}

#[test]
fn labels_without_a_plan_leave_the_plan_to_who_made_it() {
    let mut hall = Hall::new();
    let planned = StationContext {
        target_velocity_m_s: Some(0.5),
        planned_reps: Some(3),
        ..context("ada", "back_squat", 100.0)
    };
    hall.say(0.0, planned);
    hall.lift(1, 1.0, None);
    hall.data(50.0);
    let set = hall.sets()[0].id;
    let target = |hall: &Hall| hall.sessions.view(set).unwrap().context.target_velocity_m_s;
    hall.label(51.0, set, context("ada", "back_squat", 90.0));
    assert_eq!(target(&hall), Some(0.5));
    hall.label(52.0, set, context("ada", "jump_squat", 90.0));
    assert_eq!(target(&hall), None, "made for the squat");
}

#[test]
fn labels_that_cannot_be_are_told() {
    let mut hall = Hall::new();
    hall.lift(1, 1.0, None);
    hall.label(2.0, SetId(77), context("ada", "no_such_thing", f64::NAN));
    assert_eq!(hall.notices(), 1, "of a set that is not there the rest does not matter");
    hall.label(2.0, hall.sets()[0].id, context("ada", "no_such_thing", f64::NAN));
    assert_eq!(hall.notices(), 3);
    let set = hall.sets().remove(0);
    assert_eq!((set.athlete, set.exercise, set.load_kg), (Some("ada".into()), None, None));
}

/// A hall of yesterday with one closed set of one repetition and one movement that was none.
fn yesterday() -> Hall {
    let mut hall = Hall::new();
    hall.lift(1, 1.0, None);
    hall.lift(2, 4.0, Some(RejectReason::TooSmall));
    hall.finish(60.0);
    hall
}

#[test]
fn a_set_of_the_past_has_nothing_to_do_with_the_sets_of_today() {
    let past = yesterday().stored(SetId(2));
    let mut today = Hall::new();
    assert!(today.sessions.ids().continue_at(100));
    today.tell(0.5, &Context::PastSet(Box::new(past.clone())));
    assert_eq!((today.events.len(), today.sessions.next_deadline()), (0, None));
    // the sensor's first movement bears the same key and is another
    today.lift(1, 1.0, None);
    assert_eq!(today.sets()[0].reps.len(), 1);
    today.label(2.0, past.record.id, context("ada", "back_squat", 100.0));
    let labelled = today.sets().remove(0);
    assert_eq!((labelled.id, labelled.revision), (past.record.id, past.record.revision + 1));
    assert_eq!(labelled.session, past.record.session, "over long ago");
    // at hand already: what was said of it stays
    today.tell(3.0, &Context::PastSet(Box::new(past.clone())));
    assert_eq!(today.sessions.view(past.record.id).unwrap().record, labelled);
    assert_eq!(today.trainings().len(), 1);
}

#[test]
fn sets_of_the_past_push_out_only_each_other() {
    let past = yesterday().stored(SetId(2));
    let mut today = Hall::new();
    assert!(today.sessions.ids().continue_at(10_000));
    today.lift(1, 1.0, None);
    today.data(50.0);
    for n in 100..140 {
        let mut past = past.clone();
        past.record.id = SetId(n);
        past.reps.iter_mut().for_each(|rep| rep.set = Some(SetId(n)));
        today.tell(60.0, &Context::PastSet(Box::new(past)));
    }
    let kept = |n| today.sessions.view(SetId(n)).is_some();
    assert_eq!((100..140).filter(|n| kept(*n)).count(), SessionParams::default().kept_sets);
    assert!(kept(139) && today.sessions.view(today.sets()[0].id).is_some());
}

#[test]
fn a_set_of_the_past_that_is_not_whole_is_left_alone() {
    let past = yesterday().stored(SetId(2));
    let spoilt: [fn(&mut PastSet); 3] =
        [|past| past.reps.truncate(1), |past| past.reps[0].set = None, |past| past.record.end = None];
    for spoil in spoilt {
        let mut past = past.clone();
        spoil(&mut past);
        let mut today = Hall::new();
        today.tell(1.0, &Context::PastSet(Box::new(past)));
        assert_eq!((today.notices(), today.sessions.view(SetId(2))), (1, None));
    }
}

#[test]
fn labels_do_not_claim_what_another_computation_made() {
    let mut past = yesterday().stored(SetId(2));
    past.record.algorithm = tag("of last year");
    past.reps.iter_mut().for_each(|rep| rep.algorithm = tag("of last year"));
    let mut today = Hall::new();
    today.tell(1.0, &Context::PastSet(Box::new(past)));
    for load_kg in [80.0, 85.0] {
        today.label(2.0, SetId(2), context("ada", "back_squat", load_kg));
    }
    assert_eq!(today.sets()[0].algorithm, tag("of last year"));
    assert_eq!(today.reps()[0].metrics.mean_power_bar_w, Some(425.0));
}

#[test]
fn a_side_that_a_person_says_is_laid_over_what_the_sensor_says() {
    let mut hall = Hall::new();
    for ordinal in 1..=4 {
        hall.lift(ordinal, 3.0 * f64::from(ordinal), None);
    }
    let said = |hall: &mut Hall, t, n: usize, side| {
        let rep = hall.reps()[n].id;
        hall.order(t, &Order::SideRep { rep, side });
    };
    let sides = |hall: &Hall| -> Vec<_> {
        hall.sets()[0].summaries.iter().map(|summary| (summary.side, summary.reps)).collect()
    };
    assert_eq!(sides(&hall), [(None, 4)]);
    let before = hall.reps();
    for (n, side) in [(0, Side::Left), (1, Side::Right), (2, Side::Left), (3, Side::Right)] {
        said(&mut hall, 14.0, n, Some(side));
    }
    assert_eq!(sides(&hall), [(Some(Side::Left), 2), (Some(Side::Right), 2)]);
    for (before, after) in before.iter().zip(&hall.reps()) {
        assert_eq!((after.stage, after.metrics), (RepStage::Corrected, before.metrics), "as it was measured");
    }
    hall.data(50.0);
    // closed, and read back from the store
    said(&mut hall, 60.0, 3, Some(Side::Left));
    assert_eq!(sides(&hall), [(Some(Side::Left), 3), (Some(Side::Right), 1)]);
    let mut today = Hall::new();
    today.tell(1.0, &Context::PastSet(Box::new(hall.stored(hall.sets()[0].id))));
    let rep = hall.reps()[1].id;
    today.order(2.0, &Order::SideRep { rep, side: None });
    assert_eq!(sides(&today), [(None, 1), (Some(Side::Left), 3)]);
    assert!(today.reps()[0].accepted);
}

#[test]
fn of_which_side_a_movement_was_does_not_say_that_it_counts() {
    let mut hall = Hall::new();
    hall.lift(1, 1.0, Some(RejectReason::TooSmall));
    let rep = hall.reps()[0].id;
    hall.order(3.0, &Order::SideRep { rep, side: Some(Side::Left) });
    let rep = hall.reps().remove(0);
    assert_eq!((rep.side, rep.accepted, rep.stage), (Some(Side::Left), false, RepStage::Corrected));
    assert_eq!(hall.sets(), [], "nothing was lifted");
}

/// What people may do with what is closed.
#[derive(Clone, Debug)]
enum Correction {
    Label(usize, StationContext),
    Decide(usize, bool),
}

fn correction() -> impl Strategy<Value = Correction> {
    prop_oneof![
        (any::<usize>(), labels()).prop_map(|(set, context)| Correction::Label(set, context)),
        (any::<usize>(), any::<bool>()).prop_map(|(rep, accepted)| Correction::Decide(rep, accepted)),
    ]
}

/// Values of all sets and their movements, without numbers and revisions.
fn values(hall: &Hall) -> Vec<(SetRecord, Vec<Rep>)> {
    let reps = hall.reps();
    let of_set = |set: SetRecord| {
        let bare = |rep: &Rep| Rep { id: RepId(0), revision: 0, set: None, ..rep.clone() };
        let members = set.reps.iter().map(|id| bare(reps.iter().find(|rep| rep.id == *id).unwrap()));
        let members: Vec<Rep> = members.collect();
        let set = SetRecord { id: SetId(0), revision: 0, reps: Vec::new(), session: SESSION, ..set };
        (set, members)
    };
    hall.sets().into_iter().map(of_set).collect()
}

const SESSION: crate::model::SessionId = crate::model::SessionId(0);

fn lifter_of_70_kg() -> Hall {
    let mut hall = Hall::new();
    hall.athlete(0.0, "ada", 70.0);
    hall
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn labels_give_late_what_they_would_have_given_before(
        movements in prop::collection::vec(step(), 1..40),
        said in labels(),
    ) {
        let story: Vec<Step> = movements.into_iter().filter(|s| !matches!(s, Step::Say { .. })).collect();
        let mut before = lifter_of_70_kg();
        before.say(0.0, said.clone());
        let before = play_in(before, &story, PLAIN);
        let mut late = play_in(lifter_of_70_kg(), &story, PLAIN);
        for set in late.sets() {
            late.label(1e4, set.id, said.clone());
        }
        prop_assert_eq!(values(&late), values(&before));
    }

    #[test]
    fn a_set_from_the_store_takes_corrections_as_one_at_hand(
        story in prop::collection::vec(step_or_label(), 1..30),
        first in prop::collection::vec(correction(), 0..6),
        then in prop::collection::vec(correction(), 1..6),
    ) {
        let mut original = play_in(lifter_of_70_kg(), &story, PLAIN);
        let (sets, reps) = (original.sets(), original.reps());
        let reps: Vec<&Rep> = reps.iter().filter(|rep| rep.set.is_some()).collect();
        prop_assume!(!reps.is_empty());
        let correct = |hall: &mut Hall, corrections: &[Correction]| {
            for correction in corrections {
                let order = match correction {
                    Correction::Label(n, context) => {
                        Order::LabelSet { set: sets[n % sets.len()].id, context: context.clone() }
                    }
                    Correction::Decide(n, true) => Order::RestoreRep { rep: reps[n % reps.len()].id },
                    Correction::Decide(n, false) => Order::RejectRep { rep: reps[n % reps.len()].id },
                };
                hall.order(1e4, &order);
            }
        };
        correct(&mut original, &first);
        // her mass is another by now, and what nobody labels anew must not notice
        original.athlete(1e4, "ada", 75.0);
        let mut fresh = Hall::new();
        fresh.athlete(0.0, "ada", 75.0);
        for set in original.sets() {
            fresh.tell(1.0, &Context::PastSet(Box::new(original.stored(set.id))));
        }
        prop_assert_eq!(fresh.events.len(), 0);
        original.events.clear();
        correct(&mut original, &then);
        correct(&mut fresh, &then);
        prop_assert_eq!(fresh.events, original.events);
    }

    #[test]
    fn a_copy_goes_on_as_the_original(
        story in prop::collection::vec(step_or_label(), 1..30),
        then in prop::collection::vec(step_or_label(), 1..10),
    ) {
        let hall = play(&story, PLAIN);
        let copy = Hall { sessions: hall.sessions.clone(), events: hall.events.clone() };
        prop_assert_eq!(play_in(copy, &then, PLAIN).events, play_in(hall, &then, PLAIN).events);
    }
}
