//! The way of a bar between its support and the repetitions.

use super::Teller;
use crate::simulate::bar::Channel;
use crate::simulate::fall::{Fall, set_down};
use crate::simulate::lift::{FLOOR_HEIGHT_M, Support};
use crate::simulate::plan::Ending;
use crate::simulate::profile::{Turn, lifting};
use crate::simulate::track::duration_of;
use crate::simulate::truth::{MovementKind, Phase};

impl Teller<'_> {
    /// From the support to where the repetitions start.
    pub(super) fn take(&mut self) {
        match self.lift().support {
            Support::Rack { carry_m, .. } => {
                self.unrack();
                self.carry(-carry_m, MovementKind::WalkOut);
                self.stand(0.8, 3.0);
            }
            Support::Floor => {}
            Support::PickedUp { height_m } => {
                let way = height_m + self.random.spread(0.03) - self.height();
                self.pick_up(way);
                self.stand(1.0, 2.5);
            }
            Support::Lap => {
                self.roll(0.6);
                self.motion.wait(self.random.between(1.0, 3.0));
            }
        }
    }

    fn unrack(&mut self) {
        let begin_s = self.motion.now_s();
        self.grip(true);
        let (duration_s, way) = (self.random.between(0.5, 0.9), self.random.between(0.03, 0.08));
        self.clank(begin_s + 0.05, 3.0, 15.0);
        self.motion.shift(Channel::Up, 0.0, duration_s, way);
        self.motion.shift(Channel::Forward, duration_s * 0.6, 0.5, -0.10);
        let tilt = self.random.spread(0.02);
        self.motion.shift(Channel::Tilt, 0.1, duration_s, tilt);
        let lifted = Phase { start_s: begin_s, end_s: begin_s + duration_s };
        self.note(MovementKind::Unrack, begin_s, None, Some(lifted));
    }

    /// Carries the bar horizontally: in steps that bounce it, or in one go of the arms where the way is short.
    fn carry(&mut self, way: f64, kind: MovementKind) {
        self.motion.wait(self.random.between(0.1, 0.6));
        let begin_s = self.motion.now_s();
        if way.abs() <= 0.4 {
            let duration_s = self.random.between(0.7, 1.3);
            self.motion.shift(Channel::Forward, 0.0, duration_s, way);
            let sink = -self.random.between(0.0, 0.015);
            self.motion.shift(Channel::Up, 0.1, duration_s, sink);
        } else {
            let steps = 2 + self.random.below(3);
            for step in 0..steps {
                let step_s = self.random.between(0.45, 0.75);
                let side = if step % 2 == 0 { 0.02 } else { -0.02 };
                self.motion.shift(Channel::Forward, 0.0, step_s, way / f64::from(steps));
                self.motion.shift(Channel::Left, 0.0, step_s, side + self.random.spread(0.006));
                let bounce = self.random.between(0.01, 0.03);
                self.motion.shift(Channel::Up, 0.0, step_s * 0.5, bounce);
                self.motion.shift(Channel::Up, 0.0, step_s * 0.5, -bounce + self.random.spread(0.002));
                let sway = self.random.spread(0.012);
                self.motion.shift(
                    Channel::Tilt,
                    0.0,
                    step_s,
                    sway - self.motion.planned(Channel::Tilt) * 0.5,
                );
                self.motion.meet();
            }
        }
        self.note(kind, begin_s, None, None);
    }

    pub(super) fn rerack(&mut self) {
        let Support::Rack { height_m, carry_m } = self.lift().support else { return };
        self.stand(0.4, 2.0);
        self.carry(carry_m, MovementKind::WalkIn);
        let begin_s = self.motion.now_s();
        // up over the hooks, against the uprights, down
        let over = height_m + self.random.between(0.02, 0.05) - self.height();
        self.motion.shift(Channel::Up, 0.0, 0.4, over);
        self.motion.shift(Channel::Forward, 0.2, 0.5, -self.motion.planned(Channel::Forward));
        self.motion.meet();
        self.clank(self.motion.now_s(), 20.0, 120.0);
        let (knots, contact_s) = set_down(self.random, self.height() - height_m, 0.5);
        self.clank(self.motion.now_s() + contact_s, 20.0, 160.0);
        self.motion.along(Channel::Up, &knots);
        self.motion.shift(Channel::Left, 0.0, 0.4, -self.motion.planned(Channel::Left));
        self.motion.shift(Channel::Tilt, 0.0, 0.4, -self.motion.planned(Channel::Tilt));
        self.motion.meet();
        self.grip(false);
        self.note(MovementKind::Rerack, begin_s, None, None);
    }

    fn pick_up(&mut self, way: f64) {
        let begin_s = self.motion.now_s();
        self.grip(true);
        let mean = self.random.between(0.45, 0.75);
        let knots = lifting(self.random, way, mean, 0.5, Turn::Pause);
        let lifted = Phase { start_s: begin_s, end_s: begin_s + duration_of(&knots) };
        self.clank(begin_s + 0.1, 3.0, 15.0);
        self.motion.along(Channel::Up, &knots);
        let back = -self.random.between(0.02, 0.15);
        self.motion.shift(Channel::Forward, 0.2, 0.9, back);
        self.note(MovementKind::PickUp, begin_s, None, Some(lifted));
    }

    pub(super) fn put_down(&mut self) {
        self.stand(0.4, 1.5);
        let begin_s = self.motion.now_s();
        let (knots, contact_s) = set_down(self.random, self.height() - FLOOR_HEIGHT_M, 1.4);
        self.clank(begin_s + contact_s, 30.0, 220.0);
        self.motion.along(Channel::Up, &knots);
        self.motion.meet();
        self.grip(false);
        self.note(MovementKind::PutDown, begin_s, None, None);
    }

    /// Rolls the bar along the floor without slipping.
    pub(super) fn roll(&mut self, way: f64) {
        let begin_s = self.motion.now_s();
        let duration_s = self.random.between(1.8, 3.0);
        self.motion.shift(Channel::Forward, 0.0, duration_s, way);
        self.motion.shift(Channel::Roll, 0.0, duration_s, way / FLOOR_HEIGHT_M);
        self.note(MovementKind::Roll, begin_s, None, None);
    }

    pub(super) fn is_to_be_dropped(&self) -> bool {
        self.plan.ending == Ending::Dropped && self.plan.can_be_dropped()
    }

    /// Lets the bar fall to the floor.
    pub(super) fn let_go(&mut self) {
        self.motion.meet();
        let begin_s = self.motion.now_s();
        // arms that let go of a curl stop swinging; the bar falls from where it is
        let height = self.motion.end_pose().position_m[2] - FLOOR_HEIGHT_M;
        let fall = Fall::from(self.random, height);
        for (after_s, speed) in &fall.contacts {
            self.clank(begin_s + after_s, 40.0 * speed, 90.0 * speed);
        }
        self.motion.along(Channel::Up, &fall.knots);
        self.motion.shift(Channel::Held, 0.0, 0.1, -self.motion.planned(Channel::Held));
        let (away, roll) = (self.random.spread(0.15), self.random.spread(0.4));
        self.motion.shift(Channel::Forward, 0.0, 1.5, away);
        self.motion.shift(Channel::Roll, 0.0, 1.5, roll);
        self.note(MovementKind::Drop, begin_s, None, None);
        self.dropped = true;
    }
}
