//! What a set is meant to be: exercise, load, repetitions and how it ends.

use super::lift::{LIFTS, Lift, Support};
use super::random::Random;

/// What an athlete sets out to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SetPlan {
    /// The lift.
    pub lift: &'static Lift,
    /// The athlete's one-repetition maximum, kg.
    pub one_rm_kg: f64,
    /// Share of it on the bar, 0.2 to 1.05.
    pub load_share: f64,
    /// Repetitions intended, at least 1. More than the load allows end in a failed one.
    pub reps: u32,
    /// How it ends, unless strength ends before.
    pub ending: Ending,
    /// Whether the bottom is passed without a pause; `None` draws it.
    pub touch_and_go: Option<bool>,
    /// Called off after so many repetitions, at least 1. What comes before is the same as without.
    pub called_off_after: Option<u32>,
}

/// How a set ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All repetitions, and the bar is put back.
    Complete,
    /// One repetition more fails.
    Failed,
    /// The bar is let go after the last repetition.
    Dropped,
    /// Put back when only about half of the repetitions are done.
    GivenUp,
}

impl SetPlan {
    /// A set at this share of 1RM that goes as planned.
    #[must_use]
    pub fn new(lift: &'static Lift, load_share: f64, reps: u32) -> Self {
        let load_share = load_share.clamp(0.2, 1.05);
        Self {
            lift,
            one_rm_kg: lift.one_rm_kg,
            load_share,
            reps,
            ending: Ending::Complete,
            touch_and_go: None,
            called_off_after: None,
        }
    }

    /// Any set: any lift, 40 to 100 % of 1RM, as many repetitions as leave one or more in reserve for the most part;
    /// one in seven ends otherwise than planned.
    #[must_use]
    pub fn drawn(random: &mut Random) -> Self {
        let lift = &LIFTS[random.below(LIFTS.len() as u32) as usize];
        Self::drawn_of(lift, random)
    }

    /// Any set of one lift; see [`drawn`](Self::drawn).
    #[must_use]
    pub fn drawn_of(lift: &'static Lift, random: &mut Random) -> Self {
        let load_share = if random.chance(0.1) { 1.0 } else { random.between(0.4, 0.97) };
        let most = (Lift::possible_reps(load_share) * random.between(0.4, 0.95)).clamp(1.0, 12.0);
        let reps = 1 + random.below(most as u32);
        let one_rm_kg = lift.one_rm_kg * random.between(0.6, 1.3);
        let chance = random.unit();
        let ending = if chance < 0.06 {
            Ending::Failed
        } else if chance < 0.11 {
            Ending::Dropped
        } else if chance < 0.15 {
            Ending::GivenUp
        } else {
            Ending::Complete
        };
        Self { one_rm_kg, reps, ending, ..Self::new(lift, load_share, reps) }
    }

    /// Load on the bar in steps of 0.5 kg.
    #[must_use]
    pub fn load_kg(&self) -> f64 {
        (self.one_rm_kg * self.load_share * 2.0).round() / 2.0
    }

    /// Repetitions that succeed, and whether one more fails.
    #[must_use]
    pub fn outcome(&self) -> (u32, bool) {
        let possible = Lift::possible_reps(self.load_share) as u32;
        let reps = self.reps.max(1);
        match self.ending {
            Ending::GivenUp => (reps.div_ceil(2).min(possible), false),
            Ending::Failed => (reps.min(possible), true),
            Ending::Complete | Ending::Dropped => (reps.min(possible), reps > possible),
        }
    }

    /// Whether a bar may be let go after this lift without hurting anybody: not onto a chest, lap or thighs.
    #[must_use]
    pub fn can_be_dropped(&self) -> bool {
        self.lift.id != "bench_press" && self.lift.support != Support::Lap
    }

    /// Mean velocity of each successful repetition, m/s.
    ///
    /// It falls along a straight line from the fresh velocity of this load to the velocity at failure over the
    /// repetitions that the load allows (training.md §3.3: velocities at a number of repetitions in reserve don't depend
    /// on the load), with 2 % of scatter; in half of the sets the first repetition is a little slower than the second
    /// (training.md §1.3: the fastest is the second in 40 % of sets).
    #[must_use]
    pub fn velocities_m_s(&self, random: &mut Random) -> Vec<f64> {
        let lift = self.lift;
        // a day's form shifts the whole set
        let fresh = lift.fresh_velocity_m_s(self.load_share) * (1.0 + random.spread(0.04));
        let failing = (lift.v1rm_m_s * (1.0 + random.spread(0.1))).min(fresh);
        let possible = Lift::possible_reps(self.load_share);
        let careful = if random.chance(0.5) { random.between(0.0, 0.06) } else { 0.0 };
        let reps = self.outcome().0;
        (0..reps)
            .map(|k| {
                let spent = if possible > 1.5 { f64::from(k) / (possible - 1.0) } else { 0.0 };
                let slow_start = if k == 0 && reps > 1 { careful } else { 0.0 };
                let v = (fresh + (failing - fresh) * spent) * (1.0 - slow_start + random.spread(0.02));
                v.max(0.6 * lift.v1rm_m_s).max(0.08)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_follow_strength_and_ending() {
        let squat = Lift::of("back_squat").unwrap();
        assert_eq!(SetPlan::new(squat, 0.8, 5).outcome(), (5, false));
        assert_eq!(SetPlan::new(squat, 1.0, 3).outcome(), (1, true));
        assert_eq!(SetPlan { ending: Ending::GivenUp, ..SetPlan::new(squat, 0.7, 8) }.outcome(), (4, false));
        assert_eq!(SetPlan { ending: Ending::Failed, ..SetPlan::new(squat, 0.9, 2) }.outcome(), (2, true));
    }

    #[test]
    fn velocity_falls_over_a_set_and_reaches_the_failing_one() {
        let squat = Lift::of("back_squat").unwrap();
        let (mut first, mut last) = (0.0, 0.0);
        for seed in 0..200 {
            let velocities = SetPlan::new(squat, 0.8, 8).velocities_m_s(&mut Random::new(seed));
            assert_eq!(velocities.len(), 8);
            first += velocities[1] / 200.0;
            last += velocities[7] / 200.0;
        }
        assert!((first - 0.46).abs() < 0.03, "{first}");
        assert!((last - 0.29).abs() < 0.03, "{last}");
    }

    #[test]
    fn draws_cover_everything() {
        let mut random = Random::new(5);
        let plans: Vec<SetPlan> = (0..2000).map(|_| SetPlan::drawn(&mut random)).collect();
        for lift in &LIFTS {
            assert!(plans.iter().any(|plan| plan.lift == lift));
        }
        for ending in [Ending::Complete, Ending::Failed, Ending::Dropped, Ending::GivenUp] {
            assert!(plans.iter().any(|plan| plan.ending == ending));
        }
        assert!(plans.iter().all(|plan| plan.reps >= 1 && plan.load_kg() > 0.0));
    }
}
