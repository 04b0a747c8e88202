//! Stop the set when its last repetition is slower than its best by the cap of its goal (training.md §3.4).
//!
//! The best repetition of the same set is the reference, not the first: in long sets the second or third is often the
//! fastest. Where sides work in turn, each has its own reference and its own end. A rejected or failed repetition
//! says nothing.
//!
//! The cue is given on provisional numbers: the final ones come up to two seconds after a repetition, when the next
//! one is already under way. If the final numbers disagree, the cue is taken back.

use super::{Decision, VelocityLossCaps, input, is_trusted};
use crate::lifting::set::summarize;
use crate::model::{
    AdviceAction, Confidence, ExerciseKind, PrimaryVelocity, Rep, RepId, RepMetrics, RepStage, SetSummary,
    Side, Sides, StopLine,
};
use crate::session::SetView;

/// The rule's name.
pub const RULE: &str = "velocity_loss_stop";

const SOURCE: &str = "best rep of the set as reference: Pareja-Blanco 2017, García-Ramos 2021 (×4); caps up to 25 %: \
                      Hickmott 2022, Sports Med-Open 8:9 (×4); the cap of each goal: coaches' opinion";

/// Repetitions that a loss needs: one has lost nothing.
const LEAST_REPS: u32 = 2;

/// What the rule sees of one side of a set.
pub(super) struct Loss<'a> {
    side: Option<Side>,
    summary: SetSummary,
    cap_pct: f64,
    goal: &'static str,
    each_side: bool,
    labelled: bool,
    reps: Vec<&'a Rep>,
}

impl<'a> Loss<'a> {
    /// The loss of one side, up to and with the repetition `until` or the last.
    pub(super) fn of(
        view: &'a SetView,
        side: Option<Side>,
        until: Option<RepId>,
        caps: &VelocityLossCaps,
    ) -> Self {
        let end = until.and_then(|id| view.reps.iter().position(|rep| rep.id == id));
        let seen = &view.reps[..end.map_or(view.reps.len(), |end| end + 1)];
        let reps: Vec<&Rep> = seen.iter().filter(|rep| rep.accepted && rep.side == side).collect();
        let exercise = view.exercise.as_ref();
        let primary = exercise.map_or(PrimaryVelocity::Mean, |exercise| exercise.primary_velocity);
        let metrics = reps.iter().map(|rep| -> &RepMetrics { &rep.metrics });
        let (cap_pct, goal) = caps.of(view.record.goal);
        Self {
            side,
            summary: summarize(metrics, primary, side),
            cap_pct,
            goal,
            each_side: exercise.is_some_and(|exercise| exercise.sides == Sides::Each),
            labelled: exercise.is_some() && view.record.goal.is_some(),
            reps,
        }
    }

    /// The repetition that was judged.
    pub(super) fn last(&self) -> Option<&'a Rep> {
        self.reps.last().copied()
    }

    /// Whether the cap is reached.
    pub(super) fn reached(&self) -> bool {
        // a hair below the cap is the cap: 100·(0.70 − 0.595)/0.70 is 15 on paper only
        let reached = |loss: f64| loss >= self.cap_pct - 1e-9;
        self.summary.reps >= LEAST_REPS && self.summary.velocity_loss_best_pct.is_some_and(reached)
    }

    /// The velocity at which the cap is reached.
    pub(super) fn line(&self) -> Option<StopLine> {
        let best = self.summary.best_velocity_m_s.filter(|best| *best > 0.0)?;
        let velocity_m_s = best * (1.0 - self.cap_pct / 100.0);
        Some(StopLine { velocity_loss_cap_pct: self.cap_pct, velocity_m_s })
    }

    /// The cue to stop.
    pub(super) fn stop(&self) -> Decision {
        let done = if self.each_side && self.side.is_some() { "This side is done." } else { "Rack it." };
        let Self { cap_pct, goal, .. } = self;
        self.decision(
            AdviceAction::StopSet,
            format!("{}, cap {cap_pct:.0} % ({goal}). {done}", self.numbers()),
        )
    }

    /// The cue to carry on, after a cue to stop that did not hold.
    pub(super) fn carry_on(&self) -> Decision {
        let numbers = if self.summary.reps < LEAST_REPS {
            "Checked again: the last movement does not count".to_owned()
        } else {
            format!("Checked again. {}, below the cap of {:.0} %", self.numbers(), self.cap_pct)
        };
        self.decision(AdviceAction::ContinueSet, format!("{numbers}. Carry on."))
    }

    fn numbers(&self) -> String {
        let SetSummary { best_velocity_m_s, last_velocity_m_s, velocity_loss_best_pct, .. } = self.summary;
        let side = match self.side {
            Some(Side::Left) => "Left: best",
            Some(Side::Right) => "Right: best",
            None => "Best",
        };
        let [best, last, loss] =
            [best_velocity_m_s, last_velocity_m_s, velocity_loss_best_pct].map(Option::unwrap_or_default);
        format!("{side} rep {best:.2} m/s, last {last:.2}: {loss:.0} % slower")
    }

    fn decision(&self, action: AdviceAction, reason: String) -> Decision {
        let numbers = [
            ("best_velocity_m_s", self.summary.best_velocity_m_s),
            ("last_velocity_m_s", self.summary.last_velocity_m_s),
            ("velocity_loss_best_pct", self.summary.velocity_loss_best_pct),
            ("reps", Some(f64::from(self.summary.reps))),
        ];
        let sure = self.labelled
            && self.reps.iter().all(|rep| is_trusted(rep))
            && self.last().is_some_and(|rep| rep.stage > RepStage::Provisional);
        Decision {
            action,
            reason,
            inputs: numbers.into_iter().filter_map(|(name, value)| Some(input(name, value?))).collect(),
            threshold: input("velocity_loss_cap_pct", self.cap_pct),
            rule: RULE,
            source: SOURCE,
            confidence: if sure { Confidence::Medium } else { Confidence::Low },
        }
    }
}

/// Whether velocity says anything of this exercise; where none is chosen, it is taken to.
pub(super) fn applies(view: &SetView) -> bool {
    let kind = view.exercise.as_ref().map(|exercise| exercise.kind);
    matches!(kind, None | Some(ExerciseKind::Velocity | ExerciseKind::Jump))
}
