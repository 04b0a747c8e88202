//! What must hold in every story.

use super::*;
use proptest::prelude::*;

/// One step of a random story, in the order of the samples' time.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Movement {
        gap_s: f64,
        reject: Option<RejectReason>,
    },
    Say {
        gap_s: f64,
        load_kg: f64,
        bob: bool,
    },
    EndSet {
        gap_s: f64,
    },
    /// Of one of the sets that there are by then.
    Label {
        gap_s: f64,
        set: usize,
        context: StationContext,
    },
}

/// A step of which nothing depends on when it arrives.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let gap = prop_oneof![4 => 1.5..6.0f64, 1 => 20.0..60.0f64];
    let reject = prop_oneof![6 => Just(None), 1 => Just(Some(RejectReason::TooSmall)), 1 => Just(Some(RejectReason::Rerack))];
    prop_oneof![
        10 => (gap.clone(), reject).prop_map(|(gap_s, reject)| Step::Movement { gap_s, reject }),
        1 => (gap.clone(), 0..3u8, any::<bool>())
            .prop_map(|(gap_s, n, bob)| Step::Say { gap_s, load_kg: 50.0 * f64::from(n), bob }),
        1 => gap.prop_map(|gap_s| Step::EndSet { gap_s }),
    ]
}

/// Labels of their own mean the set that there is when they come, open or closed.
pub(super) fn step_or_label() -> impl Strategy<Value = Step> {
    let label = (1.5..60.0f64, any::<usize>(), labels());
    prop_oneof![
        12 => step(),
        2 => label.prop_map(|(gap_s, set, context)| Step::Label { gap_s, set, context }),
    ]
}

/// Labels, whole or with something unsaid.
pub(super) fn labels() -> impl Strategy<Value = StationContext> {
    let name = |names: [&'static str; 2]| prop::option::of(prop::sample::select(names.to_vec()));
    let load = prop::option::of(prop::sample::select(vec![0.0, 50.0, 100.0]));
    (name(["ada", "bob"]), name(["back_squat", "jump_squat"]), load).prop_map(
        |(athlete, exercise, load_kg)| StationContext {
            athlete: athlete.map(AthleteId::from),
            exercise: exercise.map(ExerciseId::from),
            load_kg,
            ..StationContext::default()
        },
    )
}

/// What happens at one host time.
enum Happening {
    Sight(Box<Sighting>),
    Order(Order),
    Label(usize, StationContext),
    Data(f64),
}

/// How the same story reaches the host.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// From the end of a movement to its final sighting, s.
    lag_s: f64,
    /// The live lane sees it first.
    live: bool,
    /// The live lane imagines a movement after each real one.
    ghosts: bool,
    /// Time is told so often in between, s.
    ticks_s: Option<f64>,
}

pub(super) fn play(story: &[Step], way: Way) -> Hall {
    play_in(Hall::new(), story, way)
}

/// Plays a story to its end in a hall that may know something already.
pub(super) fn play_in(mut hall: Hall, story: &[Step], way: Way) -> Hall {
    let mut happenings: Vec<(f64, Happening)> = Vec::new();
    let (mut t, mut ordinal, mut starts) = (0.0, 0, Vec::new());
    for step in story {
        match step {
            Step::Movement { gap_s, reject } => {
                t += gap_s;
                ordinal += 1;
                starts.push(t);
                let seen = |stage, reject| sighting(ordinal, t, stage, reject);
                if way.live {
                    happenings
                        .push((t + 1.05, Happening::Sight(Box::new(seen(RepStage::Provisional, None)))));
                }
                happenings
                    .push((t + 1.1 + way.lag_s, Happening::Sight(Box::new(seen(RepStage::Final, *reject)))));
                if way.ghosts {
                    let ghost = |stage, reject| sighting(1000 + ordinal, t + 1.2, stage, reject);
                    happenings
                        .push((t + 2.2, Happening::Sight(Box::new(ghost(RepStage::Provisional, None)))));
                    let gone = ghost(RepStage::Final, Some(RejectReason::Withdrawn));
                    happenings.push((t + 2.3 + way.lag_s, Happening::Sight(Box::new(gone))));
                }
                t += 1.0;
            }
            Step::Say { gap_s, load_kg, bob } => {
                t += gap_s;
                let context = context(if *bob { "bob" } else { "ada" }, "back_squat", *load_kg);
                happenings.push((t, Happening::Order(Order::SetStation { station: rack(), context })));
            }
            Step::EndSet { gap_s } => {
                t += gap_s;
                happenings.push((t, Happening::Order(Order::EndSet { station: rack() })));
            }
            Step::Label { gap_s, set, context } => {
                t += gap_s;
                happenings.push((t, Happening::Label(*set, context.clone())));
            }
        }
    }
    let mut settled = 0.0;
    while settled < t + 60.0 {
        settled += 0.7;
        // a movement is final once the samples a little after its end are settled, and holds them back until then
        let under_way = starts.iter().copied().find(|start| (*start..start + 1.15).contains(&settled));
        happenings.push((settled + way.lag_s + 1e-3, Happening::Data(under_way.unwrap_or(settled) - 1e-3)));
    }
    happenings.sort_by(|a, b| a.0.total_cmp(&b.0));

    let mut tick = 0.0;
    for (when, happening) in happenings {
        while let Some(every) = way.ticks_s.filter(|every| tick + every < when) {
            tick += every;
            hall.advance(at(tick));
        }
        hall.advance(at(when));
        match happening {
            Happening::Sight(seen) => hall.see(when, *seen),
            Happening::Order(order) => hall.order(when, &order),
            Happening::Label(n, context) => {
                let sets = hall.sets();
                if let Some(set) = sets.get(n % sets.len().max(1)) {
                    hall.label(when, set.id, context);
                }
            }
            Happening::Data(until) => hall.data(until),
        }
        hall.collect();
    }
    hall.finish(t + 100.0);
    hall
}

/// What a set came to, without numbers and revisions, which count what the live lane imagined too.
type Outcome =
    (HostTime, Option<HostTime>, Option<SetEnd>, Option<f64>, Option<AthleteId>, Vec<(u32, bool, RepStage)>);

fn outcome(hall: &Hall) -> Vec<Outcome> {
    let reps = hall.reps();
    let real = |rep: &&Rep| rep.reject_reason != Some(RejectReason::Withdrawn);
    let sets = hall.sets().into_iter().map(|set| {
        let members = reps.iter().filter(|rep| rep.set == Some(set.id)).filter(real);
        let mut members: Vec<_> = members.map(|r| (r.movement.ordinal, r.accepted, r.stage)).collect();
        members.sort_by_key(|member| member.0);
        (set.started_at, set.ended_at, set.end, set.load_kg, set.athlete, members)
    });
    sets.filter(|set| !set.5.is_empty()).collect()
}

pub(super) const PLAIN: Way = Way { lag_s: 0.3, live: true, ghosts: false, ticks_s: None };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn telling_the_time_more_often_changes_nothing(
        story in prop::collection::vec(step_or_label(), 1..40),
        every in 0.3..20.0f64,
    ) {
        let rarely = play(&story, PLAIN);
        let often = play(&story, Way { ticks_s: Some(every), ..PLAIN });
        prop_assert_eq!(rarely.events, often.events);
    }

    #[test]
    fn sets_depend_on_the_samples_and_not_on_their_arrival(
        story in prop::collection::vec(step(), 1..40),
        lag_s in 0.0..2.0f64,
        live: bool,
        ghosts: bool,
    ) {
        let one = outcome(&play(&story, PLAIN));
        let other = outcome(&play(&story, Way { lag_s, live, ghosts, ticks_s: None }));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn the_books_are_straight(
        story in prop::collection::vec(step_or_label(), 1..60),
        lag_s in 0.0..2.0f64,
        ghosts: bool,
    ) {
        let hall = play(&story, Way { lag_s, ghosts, ..PLAIN });
        let mut revisions: BTreeMap<(u8, u64), u32> = BTreeMap::new();
        let mut kinds: BTreeMap<u64, u8> = BTreeMap::new();
        let mut known_sets = std::collections::BTreeSet::new();
        for event in &hall.events {
            let (kind, id, revision) = match event {
                Event::Rep(rep) => {
                    prop_assert!(rep.set.is_none_or(|set| known_sets.contains(&set)), "set before its reps");
                    (0, rep.id.0, rep.revision)
                }
                Event::Set(set) => {
                    known_sets.insert(set.id);
                    (1, set.id.0, set.revision)
                }
                Event::Session(session) => (2, session.id.0, session.revision),
                _ => continue,
            };
            let before = revisions.insert((kind, id), revision);
            prop_assert_eq!(revision, before.unwrap_or(0) + 1, "revisions rise one by one");
            prop_assert_eq!(*kinds.entry(id).or_insert(kind), kind, "one number, one thing");
        }
        let (reps, sets) = (hall.reps(), hall.sets());
        for rep in &reps {
            let homes: Vec<_> = sets.iter().filter(|set| set.reps.contains(&rep.id)).map(|set| set.id).collect();
            prop_assert_eq!(rep.set.into_iter().collect::<Vec<_>>(), homes);
            prop_assert!(rep.set.is_some() || !rep.accepted);
        }
        for set in &sets {
            let accepted = reps.iter().filter(|rep| rep.set == Some(set.id) && rep.accepted).count();
            let counted: u32 = set.summaries.iter().map(|summary| summary.reps).sum();
            prop_assert_eq!(counted as usize, accepted);
            prop_assert!(set.end.is_some() && set.ended_at.is_some());
        }
        for session in hall.trainings() {
            prop_assert!(session.ended_at.is_some_and(|end| end >= session.started_at));
            let of_session = || sets.iter().filter(|set| set.session == session.id);
            prop_assert!(of_session().all(|set| set.started_at <= set.ended_at.unwrap()));
            let last_end = of_session().filter_map(|set| set.ended_at).max();
            prop_assert!(last_end.is_none_or(|end| session.ended_at == Some(end)), "{:?}", session);
            prop_assert!(of_session().all(|set| set.athlete == session.athlete), "{:?}", session);
        }
    }
}
