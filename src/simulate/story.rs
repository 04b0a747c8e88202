//! A whole set from the bar at rest to the bar at rest, as motion with the list of what happened.

mod reps;
mod support;
#[cfg(test)]
mod tests;

use super::bar::{Channel, Clank, Motion, Pose};
use super::lift::{FLOOR_HEIGHT_M, Lift, Support};
use super::plan::SetPlan;
use super::random::Random;
use super::truth::{Metrics, Movement, MovementKind, Phase, SetTruth};

/// A set's motion and truth.
#[derive(Clone, Debug)]
pub struct SetStory {
    /// The motion; the bar rests before and after it.
    pub motion: Motion,
    /// What happened.
    pub truth: SetTruth,
}

impl SetStory {
    /// Where a bar waits for a set of this lift.
    #[must_use]
    pub fn waiting_pose(lift: &Lift) -> Pose {
        let height_m = match lift.support {
            Support::Rack { height_m, .. } => height_m,
            Support::Floor | Support::PickedUp { .. } | Support::Lap => FLOOR_HEIGHT_M,
        };
        Pose { position_m: [0.0, 0.0, height_m], ..Pose::default() }
    }

    /// Tells a set that begins at `start_s` with the bar resting in `pose`. Where the bar is not where the lift needs
    /// it (it was dropped, or the last exercise was another), it is put there first.
    #[must_use]
    pub fn tell(plan: &SetPlan, start_s: f64, pose: &Pose, random: &mut Random) -> Self {
        let mut teller = Teller::new(plan, start_s, pose, random);
        teller.handle();
        teller.take();
        teller.perform();
        teller.finish()
    }
}

/// Tells a story: plans the motion and notes what happens.
struct Teller<'a> {
    plan: &'a SetPlan,
    random: &'a mut Random,
    motion: Motion,
    movements: Vec<Movement>,
    /// Channel that carries the repetitions: the height, or the swing of the forearms.
    carrier: Channel,
    touch_and_go: bool,
    range: f64,
    lowering_s: f64,
    heaviness: f64,
    dropped: bool,
}

impl<'a> Teller<'a> {
    fn new(plan: &'a SetPlan, start_s: f64, pose: &Pose, random: &'a mut Random) -> Self {
        let lift = plan.lift;
        let touch_and_go = plan.touch_and_go.unwrap_or_else(|| random.chance(lift.touch_and_go));
        let (carrier, range) = if lift.is_curl() {
            (Channel::Swing, random.between(2.0, 2.35))
        } else {
            let spread = random.spread(lift.range_of_motion_sd_m);
            (Channel::Up, lift.range_of_motion_m + spread)
        };
        let (fast, slow) = lift.lowering_s;
        Self {
            plan,
            motion: Motion::resting(start_s, pose, random),
            movements: Vec::new(),
            carrier,
            touch_and_go,
            range,
            lowering_s: random.between(fast, slow),
            heaviness: plan.load_share,
            dropped: false,
            random,
        }
    }

    fn lift(&self) -> &'static Lift {
        self.plan.lift
    }

    fn height(&self) -> f64 {
        self.motion.planned(Channel::Up)
    }

    /// A pause in which a person holds the bar still, but for a breath.
    fn stand(&mut self, shortest_s: f64, longest_s: f64) {
        let duration_s = self.random.between(shortest_s, longest_s);
        self.motion.meet();
        if duration_s > 1.2 {
            let breath_m = self.random.between(0.003, 0.008);
            self.motion.shift(Channel::Up, 0.1, duration_s * 0.45 - 0.1, breath_m);
            self.motion.shift(Channel::Up, 0.0, duration_s * 0.45, -breath_m);
            let used_s = duration_s * 0.9;
            self.motion.meet();
            self.motion.wait(duration_s - used_s);
        } else {
            self.motion.wait(duration_s);
        }
    }

    /// Notes a movement that lasted from `begin_s` until now, with its lifting phase, if it has one.
    fn note(
        &mut self,
        kind: MovementKind,
        begin_s: f64,
        eccentric: Option<Phase>,
        concentric: Option<Phase>,
    ) {
        self.motion.meet();
        let metrics = concentric.map(|phase| Metrics::of(&self.motion, phase));
        let finish_s = self.motion.now_s();
        self.movements.push(Movement { kind, begin_s, finish_s, eccentric, concentric, metrics });
    }

    fn clank(&mut self, at_s: f64, low_m_s2: f64, high_m_s2: f64) {
        let peak_m_s2 = self.random.between(low_m_s2, high_m_s2);
        let clank = Clank::drawn(self.random, at_s, peak_m_s2);
        self.motion.clank(clank);
    }

    fn grip(&mut self, held: bool) {
        let change = f64::from(u8::from(held)) - self.motion.planned(Channel::Held);
        if change != 0.0 {
            self.motion.shift(Channel::Held, 0.0, 0.5, change);
        }
    }

    /// Puts the bar where the lift begins, and loads plates: knocks that are no repetitions.
    fn handle(&mut self) {
        let wanted = SetStory::waiting_pose(self.lift());
        let begin_s = self.motion.now_s();
        let up = wanted.position_m[2] - self.height();
        if up.abs() > 0.02 {
            let duration_s = self.random.between(1.5, 3.0);
            for (channel, place) in [(Channel::Forward, 0), (Channel::Left, 1)] {
                let by = wanted.position_m[place] - self.motion.planned(channel);
                self.motion.shift(channel, 0.1, duration_s, by);
            }
            self.motion.shift(Channel::Up, 0.0, duration_s + 0.2, up);
            self.motion.meet();
            self.clank(self.motion.now_s(), 20.0, 80.0);
            self.note(MovementKind::Handling, begin_s, None, None);
        }
        self.motion.wait(self.random.between(0.5, 1.5));
        let begin_s = self.motion.now_s();
        for _ in 0..self.random.below(3) {
            self.motion.wait(self.random.between(0.6, 2.0));
            let nudge = self.random.spread(0.004);
            self.motion.shift(Channel::Left, 0.0, 0.25, nudge);
            let tilt = self.random.spread(0.004);
            self.motion.shift(Channel::Tilt, 0.0, 0.3, tilt);
            self.clank(self.motion.now_s() + 0.15, 5.0, 60.0);
            self.motion.meet();
        }
        if self.motion.now_s() > begin_s {
            self.note(MovementKind::Handling, begin_s, None, None);
        }
        self.motion.wait(self.random.between(2.0, 4.0));
    }

    /// Puts the bar back and closes the story.
    fn finish(mut self) -> SetStory {
        let in_hands = self.motion.end_pose().position_m[2] > FLOOR_HEIGHT_M + 0.1;
        if !self.dropped && in_hands && self.is_to_be_dropped() {
            self.let_go();
        }
        if !self.dropped {
            match self.lift().support {
                Support::Rack { .. } => self.rerack(),
                Support::PickedUp { .. } => self.put_down(),
                Support::Lap => {
                    self.motion.wait(0.5);
                    self.grip(false);
                    self.motion.meet();
                    self.roll(-0.6);
                }
                Support::Floor => self.grip(false),
            }
        }
        self.motion.wait(2.0);
        let truth = SetTruth {
            exercise: self.plan.lift.exercise(),
            load_kg: self.plan.load_kg(),
            load_pct: self.plan.load_share * 100.0,
            planned_reps: self.plan.reps,
            movements: self.movements,
        };
        SetStory { motion: self.motion, truth }
    }
}
