//! The sets of one bar, told one after the other as time goes on.

use super::bar::{Motion, Pose};
use super::plan::SetPlan;
use super::random::Random;
use super::session::{BarPlan, Rest, Sets};
use super::story::SetStory;
use super::truth::{MovementKind, SetTruth};
use crate::model::PhaseOrder;

/// One bar's day: the motion that is going on, and what happened so far.
#[derive(Clone, Debug)]
pub struct Script {
    random: Random,
    coming: Coming,
    rest: Rest,
    motion: Motion,
    begin_s: f64,
    next_s: f64,
    end_s: f64,
    told: Vec<SetTruth>,
    /// How the last set was told, so that it can be told again with another end.
    telling: Option<Telling>,
}

#[derive(Clone, Debug)]
struct Telling {
    plan: SetPlan,
    pose: Pose,
    random: Random,
}

/// The sets still to come.
#[derive(Clone, Debug)]
enum Coming {
    Listed(std::vec::IntoIter<SetPlan>),
    Drawn,
    Called(Option<SetPlan>),
}

impl Script {
    /// Begins; the first set follows after some seconds, in a full gym within a minute.
    #[must_use]
    pub fn new(plan: &BarPlan, mut random: Random) -> Self {
        let mut next_s = random.between(3.0, 5.0);
        let (coming, end_s) = match &plan.sets {
            Sets::Listed(sets) => (Coming::Listed(sets.clone().into_iter()), f64::MAX),
            Sets::DrawnUntil(end_s) => {
                next_s += random.between(0.0, 60.0);
                (Coming::Drawn, *end_s)
            }
            Sets::Called => (Coming::Called(None), f64::MAX),
        };
        let motion = Motion::resting(0.0, &Pose::default(), &mut random);
        let told = Vec::new();
        let (rest, telling) = (plan.rest, None);
        let mut script = Self { random, coming, rest, motion, begin_s: 0.0, next_s, end_s, told, telling };
        match script.coming {
            Coming::Called(_) => script.next_s = f64::MAX,
            Coming::Listed(_) | Coming::Drawn => script.tell_next(),
        }
        script
    }

    /// Calls the next set; `false` when one is under way or sets are not called.
    pub fn call(&mut self, plan: &SetPlan, begin_s: f64) -> bool {
        let Coming::Called(coming) = &mut self.coming else { return false };
        let waits = coming.is_none() && self.motion.now_s() <= begin_s;
        if waits {
            *coming = Some(*plan);
            self.next_s = begin_s;
        }
        waits
    }

    /// When the last called set is over, s; `None` while it has not begun.
    #[must_use]
    pub fn called_end_s(&self) -> Option<f64> {
        matches!(self.coming, Coming::Called(None)).then(|| self.motion.now_s())
    }

    /// Calls off the set that is under way: the repetition that has begun at `t_s` is the last, and all until then
    /// stays as it is.
    pub fn call_off(&mut self, t_s: f64) {
        let (Some(telling), Some(truth)) = (self.telling.clone(), self.told.last()) else { return };
        let begun = truth
            .movements
            .iter()
            .filter(|movement| movement.kind == MovementKind::Rep && movement.begin_s <= t_s);
        // where the lifting comes first, the lowering is shaped by the repetition after it
        let shaped = u32::from(telling.plan.lift.order == PhaseOrder::ConcentricFirst);
        let called_off_after = Some(begun.count() as u32 + shaped);
        if called_off_after == Some(0) || self.motion.now_s() <= t_s {
            return;
        }
        let Telling { plan, pose, mut random } = telling;
        let plan = SetPlan { called_off_after, ..plan };
        let SetStory { motion, truth } = SetStory::tell(&plan, self.begin_s, &pose, &mut random);
        self.motion = motion;
        self.told.pop();
        self.told.push(truth);
    }

    /// The motion that is going on, or the last one.
    #[must_use]
    pub fn motion(&self) -> &Motion {
        &self.motion
    }

    /// When the last told set begins and ends, s.
    #[must_use]
    pub fn set_s(&self) -> (f64, f64) {
        (self.begin_s, self.motion.now_s())
    }

    /// When the day is over, s.
    #[must_use]
    pub fn end_s(&self) -> f64 {
        self.end_s
    }

    /// All sets told so far.
    #[must_use]
    pub fn told(&self) -> &[SetTruth] {
        &self.told
    }

    /// Goes on to `t_s`; whether another motion has begun.
    pub fn advance(&mut self, t_s: f64) -> bool {
        let due = t_s >= self.next_s;
        if due {
            self.tell_next();
        }
        due
    }

    /// All sets of the day.
    #[must_use]
    pub fn tell_all(mut self) -> Vec<SetTruth> {
        while self.next_s < self.end_s {
            self.tell_next();
        }
        self.told
    }

    fn tell_next(&mut self) {
        let plan = match &mut self.coming {
            Coming::Listed(sets) => sets.next(),
            Coming::Drawn => Some(SetPlan::drawn(&mut self.random)),
            Coming::Called(plan) => plan.take(),
        };
        let Some(plan) = plan else {
            (self.next_s, self.end_s) = (f64::MAX, self.next_s);
            return;
        };
        let first = self.told.is_empty();
        let pose = if first { SetStory::waiting_pose(plan.lift) } else { self.motion.end_pose() };
        self.begin_s = self.next_s;
        self.telling = Some(Telling { plan, pose, random: self.random.clone() });
        let SetStory { motion, truth } = SetStory::tell(&plan, self.begin_s, &pose, &mut self.random);
        let finish_s = motion.now_s();
        self.motion = motion;
        self.told.push(truth);
        let rest_s = match self.rest {
            Rest::Seconds(rest_s) => rest_s,
            Rest::MovingShare(share) => (finish_s - self.begin_s) * (1.0 / share.clamp(0.01, 1.0) - 1.0),
        };
        self.next_s = finish_s + rest_s * self.random.between(0.8, 1.2);
        match &self.coming {
            Coming::Listed(sets) if sets.len() == 0 => {
                (self.next_s, self.end_s) = (f64::MAX, finish_s + 3.0);
            }
            Coming::Called(_) => self.next_s = f64::MAX,
            Coming::Listed(_) | Coming::Drawn => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::bar::Cursor;
    use crate::simulate::lift::Lift;

    fn called() -> Script {
        let mut script =
            Script::new(&BarPlan { sets: Sets::Called, rest: Rest::Seconds(1.0) }, Random::new(4));
        let plan = SetPlan::new(Lift::of("back_squat").unwrap(), 0.6, 10);
        assert!(!script.advance(19.9), "nobody called a set");
        assert!(script.call(&plan, 20.0));
        assert!(!script.call(&plan, 30.0), "one is called already");
        assert!(script.advance(20.0));
        script
    }

    #[test]
    fn a_set_is_called_and_called_off_without_changing_what_was() {
        let whole = called();
        let reps = |script: &Script| script.told().last().unwrap().reps().count();
        let third = whole.told()[0].reps().nth(2).unwrap().1.end_s;
        let mut cut = whole.clone();
        cut.call_off(third + 0.05);
        assert_eq!((reps(&whole), reps(&cut), cut.told().len()), (10, 3, 1));
        let (mut a, mut b) = (Cursor::default(), Cursor::default());
        for i in 0..200 {
            let t_s = 20.0 + (third + 0.05 - 20.0) * f64::from(i) / 200.0;
            assert_eq!(whole.motion().at(t_s, &mut a), cut.motion().at(t_s, &mut b), "{t_s}");
        }
        assert!(cut.set_s().1 < whole.set_s().1 - 10.0);
        assert!(cut.call(&SetPlan::new(Lift::of("back_squat").unwrap(), 0.7, 2), cut.set_s().1 + 5.0));
    }
}
