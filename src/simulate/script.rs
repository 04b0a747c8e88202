//! The sets of one bar, told one after the other as time goes on.

use super::bar::{Motion, Pose};
use super::plan::SetPlan;
use super::random::Random;
use super::session::{BarPlan, Rest, Sets};
use super::story::SetStory;
use super::truth::SetTruth;

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
}

/// The sets still to come.
#[derive(Clone, Debug)]
enum Coming {
    Listed(std::vec::IntoIter<SetPlan>),
    Drawn,
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
        };
        let motion = Motion::resting(0.0, &Pose::default(), &mut random);
        let told = Vec::new();
        let mut script = Self { random, coming, rest: plan.rest, motion, begin_s: 0.0, next_s, end_s, told };
        script.tell_next();
        script
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
        };
        let Some(plan) = plan else {
            (self.next_s, self.end_s) = (f64::MAX, self.next_s);
            return;
        };
        let first = self.told.is_empty();
        let pose = if first { SetStory::waiting_pose(plan.lift) } else { self.motion.end_pose() };
        self.begin_s = self.next_s;
        let SetStory { motion, truth } = SetStory::tell(&plan, self.begin_s, &pose, &mut self.random);
        let finish_s = motion.now_s();
        self.motion = motion;
        self.told.push(truth);
        let rest_s = match self.rest {
            Rest::Seconds(rest_s) => rest_s,
            Rest::MovingShare(share) => (finish_s - self.begin_s) * (1.0 / share.clamp(0.01, 1.0) - 1.0),
        };
        self.next_s = finish_s + rest_s * self.random.between(0.8, 1.2);
        if matches!(&self.coming, Coming::Listed(sets) if sets.len() == 0) {
            (self.next_s, self.end_s) = (f64::MAX, finish_s + 3.0);
        }
    }
}
