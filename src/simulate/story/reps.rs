//! The repetitions of a set, and the one that fails.

use super::Teller;
use crate::model::PhaseOrder;
use crate::simulate::bar::{Channel, swing_height_m};
use crate::simulate::fall::set_down;
use crate::simulate::lift::{FOREARM_M, Support};
use crate::simulate::plan::Ending;
use crate::simulate::profile::{Turn, failing, lifting, lowering};
use crate::simulate::track::{Knot, duration_of};
use crate::simulate::truth::{Metrics, Movement, MovementKind, Phase};

/// One planned repetition: knots of its lifting, of height or of the forearm's swing.
struct RepPlan {
    up: Vec<Knot>,
    range: f64,
}

impl RepPlan {
    /// Acceleration with which the lifting begins.
    fn start_acceleration(&self) -> f64 {
        self.up.first().map_or(0.0, |knot| knot.acceleration)
    }
}

impl Teller<'_> {
    /// The repetitions.
    pub(super) fn perform(&mut self) {
        let mut velocities = self.plan.velocities_m_s(self.random);
        let most = self.plan.called_off_after.map_or(usize::MAX, |most| most.max(1) as usize);
        let fails = self.plan.outcome().1 && most > velocities.len();
        velocities.truncate(most);
        match self.lift().order {
            PhaseOrder::EccentricFirst => {
                for mean in velocities {
                    self.lower_then_lift(mean);
                }
                if fails {
                    self.lower_and_fail();
                }
            }
            PhaseOrder::ConcentricFirst => {
                self.grip(true);
                self.lift_and_lower_all(&velocities, fails);
                if fails && !self.dropped {
                    self.fail_from_below();
                }
            }
        }
    }

    /// A repetition's lifting by its mean vertical velocity.
    fn plan_rep(&mut self, mean_m_s: f64, turn: Turn) -> RepPlan {
        self.heaviness = self.lift().heaviness(mean_m_s);
        let range = self.range * (1.0 + self.random.spread(0.02));
        let way_m = if self.carrier == Channel::Swing { swing_height_m(range) } else { range };
        // a mean velocity of the carrier that takes as long as the vertical one
        let carrier_mean = mean_m_s * range / way_m;
        RepPlan { up: lifting(self.random, range, carrier_mean, self.heaviness, turn), range }
    }

    fn turn(&self) -> Turn {
        if self.touch_and_go { Turn::TouchAndGo } else { Turn::Pause }
    }

    fn next_lowering_s(&mut self) -> f64 {
        let (fast, slow) = self.lift().lowering_s;
        (self.lowering_s * (1.0 + self.random.spread(0.08))).clamp(fast, slow)
    }

    fn pause_below_s(&mut self) -> f64 {
        let longest = if self.lift().support == Support::Floor { 2.0 } else { 1.2 };
        if self.touch_and_go { 0.0 } else { self.random.between(0.15, longest) }
    }

    /// Stands at the top: the harder, the longer the breath between repetitions.
    fn stand_above(&mut self) {
        let breath_s = 2.3 * (self.heaviness - 0.4).clamp(0.0, 0.6) / 0.6;
        self.stand(0.1, 0.5 + breath_s);
    }

    /// Path and roll of a repetition of two phases; the roll turns round at another moment than the height.
    fn wander(&mut self, first_s: f64, second_s: f64) {
        let path = self.random.between(0.3, 1.0) * self.lift().path_m * self.random.sign();
        self.motion.shift(Channel::Forward, 0.0, first_s, path);
        self.motion.shift(Channel::Forward, 0.0, second_s, -path);
        let roll = self.random.between(0.2, 1.0) * self.lift().roll_rad * self.random.sign();
        let late = self.random.between(0.05, 0.25) * first_s;
        self.motion.shift(Channel::Roll, late, first_s, roll);
        self.motion.shift(
            Channel::Roll,
            0.0,
            (second_s - late).max(0.4),
            -roll * self.random.between(0.8, 1.1),
        );
    }

    fn lower_then_lift(&mut self, mean_m_s: f64) {
        let turn = self.turn();
        let rep = self.plan_rep(mean_m_s, turn);
        let begin_s = self.motion.now_s();
        let (lowering_s, pause_s) = (self.next_lowering_s(), self.pause_below_s());
        let down = lowering(self.random, rep.range, lowering_s, rep.start_acceleration());
        let lifting_s = duration_of(&rep.up);
        self.wander(lowering_s + pause_s, lifting_s);
        self.motion.along(Channel::Up, &down);
        let eccentric = Phase { start_s: begin_s, end_s: begin_s + lowering_s };
        let start_s = eccentric.end_s + pause_s;
        if pause_s > 0.0 {
            self.motion.rest(Channel::Up, pause_s);
        }
        self.motion.extend(Channel::Up, &rep.up);
        let concentric = Phase { start_s, end_s: start_s + lifting_s };
        self.note(MovementKind::Rep, begin_s, Some(eccentric), Some(concentric));
        self.stand_above();
    }

    /// Concentric-first repetitions: each lowering must know with what acceleration the next lifting begins.
    fn lift_and_lower_all(&mut self, velocities: &[f64], fails: bool) {
        let Some((&first, rest)) = velocities.split_first() else { return };
        let mut rep = self.plan_rep(first, Turn::Pause);
        for next in rest.iter().copied().map(Some).chain([None]) {
            let turn = self.turn();
            let next_rep = next.map(|mean| self.plan_rep(mean, turn));
            let drops = next.is_none() && !fails && self.is_to_be_dropped();
            self.lift_then_lower(&rep, next_rep.as_ref(), drops);
            match next_rep {
                Some(next_rep) => rep = next_rep,
                None => return,
            }
        }
    }

    fn lift_then_lower(&mut self, rep: &RepPlan, next: Option<&RepPlan>, drops: bool) {
        let begin_s = self.motion.now_s();
        let lifting_s = duration_of(&rep.up);
        let concentric = Phase { start_s: begin_s, end_s: begin_s + lifting_s };
        let hold_s = self.random.between(0.1, 0.6);
        self.motion.along(self.carrier, &rep.up);
        if drops {
            self.note(MovementKind::Rep, begin_s, None, Some(concentric));
            self.motion.wait(hold_s);
            self.let_go();
            return;
        }
        let lowering_s = self.next_lowering_s();
        self.wander(lifting_s + hold_s, lowering_s);
        self.motion.rest(self.carrier, hold_s);
        let start_s = concentric.end_s + hold_s;
        let eccentric = Phase { start_s, end_s: start_s + lowering_s };
        let to_floor = self.lift().support == Support::Floor;
        let acceleration = next.map_or(0.0, RepPlan::start_acceleration);
        if to_floor && acceleration == 0.0 {
            let (down, contact_s) = set_down(self.random, rep.range, lowering_s);
            self.clank(start_s + contact_s, 30.0, 220.0);
            self.motion.extend(self.carrier, &down);
        } else {
            if to_floor {
                self.clank(eccentric.end_s - 0.03, 20.0, 150.0);
            }
            let down = lowering(self.random, rep.range, lowering_s, acceleration);
            self.motion.extend(self.carrier, &down);
        }
        let touch_and_go = acceleration > 0.0;
        if touch_and_go {
            // the next lifting goes on where this lowering ends: nothing may be waited for in between
            self.motion.follow(self.carrier);
        } else {
            self.motion.meet();
        }
        let metrics = Some(Metrics::of(&self.motion, concentric));
        self.movements.push(Movement {
            kind: MovementKind::Rep,
            begin_s,
            finish_s: eccentric.end_s,
            eccentric: Some(eccentric),
            concentric: Some(concentric),
            metrics,
        });
        if !touch_and_go {
            let pause_s = self.pause_below_s().max(0.2);
            self.motion.wait(pause_s);
        }
    }

    fn lower_and_fail(&mut self) {
        let begin_s = self.motion.now_s();
        let lowering_s = self.next_lowering_s();
        let down = lowering(self.random, self.range, lowering_s, 0.0);
        let reached = self.range * self.random.between(0.25, 0.6);
        let attempt = failing(self.random, reached, 1.0);
        let pause_s = 0.2;
        self.motion.along(Channel::Up, &down);
        self.motion.rest(Channel::Up, pause_s);
        self.motion.extend(Channel::Up, &attempt);
        let start_s = begin_s + lowering_s + pause_s;
        let eccentric = Phase { start_s: begin_s, end_s: begin_s + lowering_s };
        self.note(MovementKind::FailedRep, begin_s, Some(eccentric), rising(start_s, &attempt));
        if self.plan.ending == Ending::Dropped && self.plan.can_be_dropped() {
            self.let_go();
            return;
        }
        // onto the safety pins
        let begin_s = self.motion.now_s();
        let sink = self.random.between(0.02, 0.05);
        let (knots, contact_s) = set_down(self.random, sink, 0.5);
        self.clank(begin_s + contact_s, 20.0, 120.0);
        self.motion.along(Channel::Up, &knots);
        self.motion.meet();
        self.grip(false);
        self.note(MovementKind::PutDown, begin_s, None, None);
        self.dropped = true;
    }

    fn fail_from_below(&mut self) {
        let begin_s = self.motion.now_s();
        let reached = self.range * self.random.between(0.2, 0.6);
        let unit_m = if self.carrier == Channel::Swing { FOREARM_M } else { 1.0 };
        let mut attempt = failing(self.random, reached * unit_m, 0.9);
        for knot in &mut attempt {
            knot.rate /= unit_m;
        }
        self.motion.along(self.carrier, &attempt);
        self.note(MovementKind::FailedRep, begin_s, None, rising(begin_s, &attempt));
    }
}

/// The rising part of a failed attempt.
fn rising(start_s: f64, attempt: &[Knot]) -> Option<Phase> {
    let up: f64 = attempt.iter().take_while(|knot| knot.rate > 0.0).map(|knot| knot.after_s).sum();
    let stop = attempt.iter().find(|knot| knot.rate <= 0.0)?.after_s;
    Some(Phase { start_s, end_s: start_s + up + stop })
}
