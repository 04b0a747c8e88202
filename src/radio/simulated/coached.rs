//! A simulated athlete who does what the coach says: racks the bar at the cue to stop, and lifts the advised load next.

use crate::model::{Advice, AdviceAction, AthleteId, Goal, Order, SetRole, StationContext, StationId};
use crate::simulate::lift::Lift;
use crate::simulate::plan::SetPlan;
use crate::simulate::session::Session;
use tokio::sync::mpsc;

/// Repetitions that the athlete would do if nobody stopped the set.
const INTENDED_REPS: u32 = 12;
/// Planned rest after a set, s: short enough to be worth watching.
const REST_S: f64 = 25.0;
/// Rest of it before going to the bar again, s; long enough for the coach to have judged the set.
const AWAY_S: f64 = 15.0;
/// So long does the athlete wait whether the coach takes a cue to stop back, s.
const BELIEF_S: f64 = 1.2;
/// After so many sets the story begins anew, whatever the coach says.
const MOST_SETS: u32 = 8;
/// The bar that is lifted.
const BAR: usize = 0;

/// Somebody who lifts by advice.
#[derive(Debug)]
pub struct Coached {
    advice: mpsc::Receiver<Advice>,
    station: StationId,
    athlete: AthleteId,
    lift: &'static Lift,
    one_rm_kg: f64,
    first_load_kg: f64,
    target_velocity_m_s: f64,
    load_kg: f64,
    /// When a cue to stop is followed, s.
    stop_s: Option<f64>,
    /// What the coach said of the latest set.
    next: Option<Next>,
    sets: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Has not said yet who lifts.
    New,
    Resting {
        until_s: f64,
    },
    Lifting,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Load(f64),
    /// The load is right: the story has come to its end.
    Hold,
}

impl Coached {
    /// Squats at `station` and hears the coach by `advice`.
    #[must_use]
    pub fn squatting(
        station: StationId,
        athlete: AthleteId,
        lift: &'static Lift,
        advice: mpsc::Receiver<Advice>,
    ) -> Self {
        let first_load_kg = 70.0;
        Self {
            advice,
            station,
            athlete,
            lift,
            one_rm_kg: 120.0,
            first_load_kg,
            target_velocity_m_s: 0.5,
            load_kg: first_load_kg,
            stop_s: None,
            next: None,
            sets: 0,
            state: State::New,
        }
    }

    /// Goes on to `now_s`: hears what the coach has said, lifts and rests. What is said at the station.
    pub fn go_on(&mut self, now_s: f64, session: &mut Session) -> Vec<Order> {
        while let Ok(advice) = self.advice.try_recv() {
            if advice.station == self.station {
                self.hear(&advice.action, now_s);
            }
        }
        if self.stop_s.take_if(|stop_s| *stop_s <= now_s).is_some() {
            session.call_off(BAR, now_s);
        }
        match self.state {
            State::New => {
                self.begin_set(now_s, session);
                vec![self.order()]
            }
            State::Lifting => {
                if let Some(end_s) = session.set_end_s(BAR).filter(|end_s| *end_s <= now_s) {
                    self.state = State::Resting { until_s: end_s + AWAY_S };
                }
                Vec::new()
            }
            State::Resting { until_s } if until_s <= now_s => self.next_set(now_s, session),
            State::Resting { .. } => Vec::new(),
        }
    }

    fn hear(&mut self, action: &AdviceAction, now_s: f64) {
        match action {
            AdviceAction::StopSet => self.stop_s = Some(now_s + BELIEF_S),
            AdviceAction::ContinueSet => self.stop_s = None,
            AdviceAction::NextLoad { load_kg, .. } => self.next = Some(Next::Load(*load_kg)),
            AdviceAction::HoldLoad | AdviceAction::ChangeReps { .. } => self.next = Some(Next::Hold),
        }
    }

    fn next_set(&mut self, now_s: f64, session: &mut Session) -> Vec<Order> {
        let mut said = Vec::new();
        match self.next.take() {
            Some(Next::Load(load_kg)) if self.sets < MOST_SETS => self.load_kg = load_kg,
            None if self.sets < MOST_SETS => {}
            Some(_) | None => {
                said.push(Order::EndSession { station: self.station.clone() });
                self.load_kg = self.first_load_kg;
                self.sets = 0;
            }
        }
        said.push(self.order());
        self.begin_set(now_s, session);
        said
    }

    fn begin_set(&mut self, now_s: f64, session: &mut Session) {
        let share = self.load_kg / self.one_rm_kg;
        let plan = SetPlan { one_rm_kg: self.one_rm_kg, ..SetPlan::new(self.lift, share, INTENDED_REPS) };
        if session.call(BAR, &plan, now_s) {
            self.sets += 1;
            self.stop_s = None;
            self.state = State::Lifting;
        }
    }

    fn order(&self) -> Order {
        let context = StationContext {
            athlete: Some(self.athlete.clone()),
            exercise: Some(self.lift.exercise()),
            load_kg: Some(self.load_kg),
            goal: Some(Goal::StrengthInSeason),
            role: Some(SetRole::Work),
            target_velocity_m_s: Some(self.target_velocity_m_s),
            planned_reps: None,
            planned_rest_s: Some(REST_S),
        };
        Order::SetStation { station: self.station.clone(), context }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AdviceId, Confidence, SetId, seconds_from_nanos};
    use crate::simulate::session::{BarPlan, Rest, SessionPlan, Sets};

    fn said(action: AdviceAction) -> Advice {
        Advice {
            id: AdviceId(1),
            at: crate::model::HostTime(0),
            station: "rack".into(),
            athlete: None,
            exercise: None,
            set: SetId(1),
            action,
            reason: String::new(),
            inputs: Vec::new(),
            threshold: crate::model::AdviceInput { name: String::new(), value: 0.0 },
            rule: String::new(),
            source: String::new(),
            confidence: Confidence::Low,
            supersedes: None,
        }
    }

    /// Goes on until `until` is so; what was said at the station.
    fn go_on(
        athlete: &mut Coached,
        session: &mut Session,
        until: impl Fn(f64, &Session) -> bool,
    ) -> Vec<Order> {
        let mut said = Vec::new();
        for _ in 0..20_000 {
            let Some(input) = session.next() else { break };
            let now_s = seconds_from_nanos(input.at().0);
            said.extend(athlete.go_on(now_s, session));
            if until(now_s, session) {
                return said;
            }
        }
        panic!("it did not come so far");
    }

    fn loads(orders: &[Order]) -> Vec<Option<f64>> {
        let loads = orders.iter().map(|order| match order {
            Order::SetStation { context, .. } => context.load_kg,
            _ => None,
        });
        loads.collect()
    }

    #[test]
    fn the_athlete_racks_at_the_cue_lifts_what_is_advised_and_begins_anew_when_the_load_is_right() {
        let (coach, advice) = mpsc::channel(8);
        let lift = Lift::of("back_squat").unwrap();
        let mut athlete = Coached::squatting("rack".into(), "demo".into(), lift, advice);
        let bar = BarPlan { sets: Sets::Called, rest: Rest::Seconds(0.0) };
        let mut session = Session::new(&SessionPlan { bars: vec![bar], ..SessionPlan::sets(7, Vec::new()) });
        let reps =
            |session: &Session, set: usize| session.truth().bars[0].sets.get(set).map(|s| s.reps().count());
        let orders = go_on(&mut athlete, &mut session, |now_s, session| {
            let truth = session.truth();
            truth.bars[0]
                .sets
                .first()
                .and_then(|set| set.reps().nth(3))
                .is_some_and(|rep| rep.1.end_s < now_s)
        });
        assert_eq!(loads(&orders), [Some(70.0)]);
        assert_eq!(reps(&session, 0), Some(12));
        for action in [AdviceAction::StopSet, AdviceAction::ContinueSet, AdviceAction::StopSet] {
            coach.try_send(said(action)).unwrap();
        }
        let next = AdviceAction::NextLoad { load_kg: 77.5, plates_per_side_kg: Vec::new() };
        let orders = go_on(&mut athlete, &mut session, |_, session| {
            // the cue comes after the fourth; the fifth may be under way before it is believed
            if reps(session, 0).is_some_and(|reps| (4..=5).contains(&reps)) {
                // said once; a full desk is no harm
                let _ = coach.try_send(said(next.clone()));
            }
            reps(session, 1).is_some()
        });
        assert_eq!(loads(&orders), [Some(77.5)]);
        coach.try_send(said(AdviceAction::StopSet)).unwrap();
        let orders = go_on(&mut athlete, &mut session, |_, session| {
            let _ = coach.try_send(said(AdviceAction::HoldLoad));
            reps(session, 2).is_some()
        });
        assert_eq!(orders[0], Order::EndSession { station: "rack".into() });
        assert_eq!(loads(&orders[1..]), [Some(70.0)]);
    }
}
