//! Labels may come later: a set that was lifted with nothing said gets its power, its stop line and its advice when it
//! gets its labels, at hand or read back from the store. And the stop line is always that of what is published.

use crate::gym::{engine_for, listen, past_sets};
use ironstride::coach::{NEXT_LOAD, VelocityLossCaps};
use ironstride::config::Catalogue;
use ironstride::engine::Engine;
use ironstride::model::{
    Advice, Athlete, Command, Context, Event, Exercise, ExerciseId, Goal, HostTime, Input, Order,
    PrimaryVelocity, Rep, RepId, RepStage, SetId, SetRecord, SetRole, StationContext, StopLine,
};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::session::SessionPlan;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Two sets over a link that makes the live lane guess.
static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let squat = Lift::of("back_squat").expect("a simulated lift");
    let sets = vec![SetPlan::new(squat, 0.85, 5), SetPlan::new(squat, 0.8, 4)];
    let plan = SessionPlan::sets(7, sets).over(LinkFaults::HEAVY);
    listen(engine_for(&StationContext::default()), &plan, Some).inputs
});

/// Long after the session.
const LATER: HostTime = HostTime(20_000_000_000_000);

fn labels() -> StationContext {
    StationContext {
        athlete: Some("anna".into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(82.5),
        goal: Some(Goal::StrengthInSeason),
        role: Some(SetRole::Work),
        target_velocity_m_s: Some(0.3),
        ..StationContext::default()
    }
}

fn take(engine: &mut Engine, input: &Input) -> Vec<Event> {
    engine.handle(input);
    std::iter::from_fn(|| engine.poll()).collect()
}

fn order(at: HostTime, order: Order) -> Input {
    Input::Command(Command { at, order })
}

fn tell(context: Context) -> Input {
    Input::Context { at: LATER, context }
}

fn anna() -> Input {
    tell(Context::Athlete(Athlete { id: "anna".into(), body_mass_kg: Some(61.0) }))
}

/// An engine that has heard the session out with nothing said, and what came of it.
fn unlabelled() -> (Engine, Vec<Event>) {
    let mut engine = engine_for(&StationContext::default());
    INPUTS.iter().for_each(|input| engine.handle(input));
    engine.finish(INPUTS.last().expect("a session has inputs").at());
    engine.handle(&anna());
    let events = std::iter::from_fn(|| engine.poll()).collect();
    (engine, events)
}

/// What was said of sets, their movements, and what to do next.
fn words(events: &[Event]) -> (Vec<&SetRecord>, Vec<&Rep>, Vec<&Advice>) {
    let (mut sets, mut reps, mut advice) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Set(set) => sets.push(&**set),
            Event::Rep(rep) => reps.push(&**rep),
            Event::Advice(news) => advice.push(&**news),
            _ => {}
        }
    }
    (sets, reps, advice)
}

#[test]
fn a_set_gets_power_stop_line_and_advice_with_its_labels() {
    let (mut engine, events) = unlabelled();
    assert!(words(&events).1.iter().all(|rep| rep.metrics.mean_power_bar_w.is_none()));
    let past = past_sets(&events);
    assert_eq!(past.len(), 2);
    for past in &past {
        let set = past.record.id;
        let no_target = StationContext { target_velocity_m_s: None, ..labels() };
        let events = take(&mut engine, &order(LATER, Order::LabelSet { set, context: no_target }));
        let (sets, reps, advice) = words(&events);
        assert_eq!((sets.len(), sets[0].id, sets[0].load_kg), (1, set, Some(82.5)));
        assert_eq!(sets[0].stop_line.map(|line| line.velocity_loss_cap_pct), Some(15.0));
        assert_eq!(reps.len(), past.reps.len());
        for (rep, before) in reps.iter().zip(&past.reps) {
            assert_eq!((rep.id, rep.accepted, rep.stage), (before.id, before.accepted, RepStage::Settled));
            assert_eq!(
                rep.metrics.mean_power_bar_w.is_some(),
                rep.metrics.mean_specific_power_w_kg.is_some()
            );
        }
        assert_eq!(
            advice,
            Vec::<&Advice>::new(),
            "no cue to stop comes after the set, and no load without a target"
        );
        // a target changes no record, and yet it is news for the coach, once
        let aim = order(LATER, Order::LabelSet { set, context: labels() });
        let events = take(&mut engine, &aim);
        let (_, _, advice) = words(&events);
        assert_eq!((events.len(), advice[0].rule.as_str(), advice[0].set), (1, NEXT_LOAD, set));
        assert_eq!(take(&mut engine, &aim), []);
    }
}

#[test]
fn a_set_from_the_store_gets_the_same() {
    let (mut original, events) = unlabelled();
    let mut fresh = engine_for(&StationContext::default());
    fresh.handle(&anna());
    fresh.handle(&tell(Context::Ids { next: 1000 }));
    assert!(fresh.poll().is_none());
    for past in past_sets(&events) {
        let (set, rep) = (past.record.id, past.record.reps[0]);
        let line = serde_json::to_string(&tell(Context::PastSet(Box::new(past)))).expect("an input is data");
        let past: Input = serde_json::from_str(&line).expect("its own line");
        assert_eq!(take(&mut fresh, &past), []);
        for word in
            [Order::LabelSet { set, context: labels() }, Order::RejectRep { rep }, Order::RestoreRep { rep }]
        {
            let input = order(LATER, word);
            let (one, other) = (take(&mut original, &input), take(&mut fresh, &input));
            let (one, other) = (words(&one), words(&other));
            assert!(!one.1.is_empty());
            assert_eq!((&one.0, &one.1), (&other.0, &other.1));
            let actions = |advice: &[&Advice]| advice.iter().map(|a| a.action.clone()).collect::<Vec<_>>();
            assert_eq!(actions(&one.2), actions(&other.2));
        }
    }
}

/// What is known to whoever reads all events.
struct Reader {
    sets: BTreeMap<SetId, SetRecord>,
    reps: BTreeMap<RepId, Rep>,
    exercises: BTreeMap<ExerciseId, Exercise>,
}

impl Reader {
    fn read(&mut self, events: Vec<Event>) {
        for event in events {
            match event {
                Event::Set(set) => drop(self.sets.insert(set.id, *set)),
                Event::Rep(rep) => drop(self.reps.insert(rep.id, *rep)),
                _ => {}
            }
        }
    }

    /// The best repetition of a set and its velocity, m/s.
    fn best(&self, set: &SetRecord) -> Option<(RepId, f64)> {
        let primary = set.exercise.as_ref().map(|id| self.exercises[id].primary_velocity);
        let reps = set.reps.iter().map(|id| &self.reps[id]).filter(|rep| rep.accepted);
        let velocities = reps.filter_map(|rep| match primary.unwrap_or_default() {
            PrimaryVelocity::Mean => Some((rep.id, rep.metrics.mean_velocity_m_s?)),
            PrimaryVelocity::Peak => Some((rep.id, rep.metrics.peak_velocity_m_s?)),
        });
        velocities.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Where `docs/formulas.md` says that a set should stop.
    fn stop_line(&self, set: &SetRecord) -> Option<StopLine> {
        let velocity_loss_cap_pct = VelocityLossCaps::default().of(set.goal).0;
        let velocity_m_s = self.best(set)?.1 * (1.0 - velocity_loss_cap_pct / 100.0);
        Some(StopLine { velocity_loss_cap_pct, velocity_m_s })
    }
}

#[test]
fn the_stop_line_is_that_of_what_is_published() {
    let exercises = Catalogue::embedded().expect("the embedded catalogue is valid").into();
    let mut reader = Reader { sets: BTreeMap::new(), reps: BTreeMap::new(), exercises };
    let mut engine = engine_for(&StationContext::default());
    let mut lines = Vec::new();
    let mut words = Vec::new();
    for input in INPUTS.iter() {
        let mut inputs = vec![input.clone()];
        // once three repetitions are there, somebody says what they are for, and that the best was none
        if let Some(set) =
            reader.sets.values().find(|set| set.summaries[0].reps == 3).filter(|_| words.is_empty())
        {
            words.push(Order::LabelSet { set: set.id, context: labels() });
            words.extend(reader.best(set).map(|(rep, _)| Order::RejectRep { rep }));
            inputs.extend(words.iter().map(|word| order(input.at(), word.clone())));
        }
        for input in &inputs {
            reader.read(take(&mut engine, input));
            for set in reader.sets.values() {
                assert_eq!(set.stop_line, reader.stop_line(set), "{set:?}");
                lines.push(set.stop_line.map(|line| line.velocity_m_s.to_bits()));
            }
        }
    }
    lines.sort_unstable();
    lines.dedup();
    assert!(words.len() == 2 && lines.len() > 6, "{words:?}, {} lines", lines.len());
}
