//! Decisions with reasons: one file a rule.
//!
//! | rule | when | file |
//! |---|---|---|
//! | stop the set at the velocity-loss cap | while a set is open | `velocity_loss_stop.rs` |
//! | load of the next work set | once a set is closed | `next_load.rs` |
//!
//! [`plates`] knows what can be put on a bar, [`CoachParams`] all numbers.

mod next_load;
mod params;
pub mod plates;
#[cfg(test)]
mod tests;
mod velocity_loss_stop;

pub use next_load::RULE as NEXT_LOAD;
pub use params::{CoachParams, NextLoadParams, VelocityLossCaps};
pub use velocity_loss_stop::RULE as VELOCITY_LOSS_STOP;

use crate::model::{
    Advice, AdviceAction, AdviceId, AdviceInput, Confidence, HostTime, Rep, RepId, SetId, Side, StopLine,
};
use crate::session::{Ids, SetView};
use std::collections::BTreeMap;
use velocity_loss_stop::Loss;

/// Sets whose advice is remembered, so that a correction can supersede it.
const REMEMBERED_SETS: usize = 256;
/// Repetitions of lower quality make advice uncertain.
const LEAST_QUALITY: f64 = 0.5;

/// Gives advice on sets; remembers what it said, so as to say nothing twice and to take back what did not hold.
#[derive(Clone, Debug, Default)]
pub struct Coach {
    params: CoachParams,
    said: BTreeMap<SetId, Said>,
}

/// What was said of one set.
#[derive(Clone, Debug, Default)]
struct Said {
    /// Standing cues to stop, and the repetition each was given for.
    stops: BTreeMap<Option<Side>, (AdviceId, RepId)>,
    /// The latest advice on the next load.
    next: Option<(AdviceId, AdviceAction)>,
}

/// Advice before it has a number and an address.
#[derive(Clone, Debug, PartialEq)]
struct Decision {
    action: AdviceAction,
    reason: String,
    inputs: Vec<AdviceInput>,
    threshold: AdviceInput,
    rule: &'static str,
    source: &'static str,
    confidence: Confidence,
}

impl Coach {
    /// A coach who has said nothing yet.
    #[must_use]
    pub fn new(params: CoachParams) -> Self {
        Self { params, said: BTreeMap::new() }
    }

    /// Looks at a set that is new or has changed; may be asked as often as one likes, and says nothing twice.
    pub fn consider(&mut self, at: HostTime, view: &SetView, ids: &mut Ids) -> Vec<Advice> {
        let mut said = self.said.remove(&view.record.id).unwrap_or_default();
        let advice = if view.record.end.is_none() {
            self.stop(at, view, &mut said, ids)
        } else {
            self.next_load(at, view, &mut said, ids).into_iter().collect()
        };
        self.said.insert(view.record.id, said);
        if self.said.len() > REMEMBERED_SETS {
            self.said.pop_first();
        }
        advice
    }

    /// The velocity at which the set is over by the rule `velocity_loss_stop`, once a repetition has set the measure;
    /// where sides work in turn, that of the side that moved last.
    ///
    /// It follows from the set's goal, its summaries and the order of its repetitions, and from nothing else that
    /// changes; so whenever the line is another, the set's record is another too.
    #[must_use]
    pub fn stop_line(&self, view: &SetView) -> Option<StopLine> {
        let last =
            view.reps.iter().rfind(|rep| rep.accepted).filter(|_| velocity_loss_stop::applies(view))?;
        Loss::of(view, last.side, None, &self.params.velocity_loss_caps).line()
    }

    fn stop(&self, at: HostTime, view: &SetView, said: &mut Said, ids: &mut Ids) -> Vec<Advice> {
        if !velocity_loss_stop::applies(view) {
            return Vec::new();
        }
        let caps = &self.params.velocity_loss_caps;
        let mut sides: Vec<Option<Side>> = view.record.summaries.iter().map(|summary| summary.side).collect();
        sides.extend(said.stops.keys());
        sides.sort_unstable();
        sides.dedup();
        let mut advice = Vec::new();
        for side in sides {
            let standing = said.stops.get(&side).copied();
            if standing.is_some_and(|(_, rep)| stands(view, side, rep, caps)) {
                continue;
            }
            let loss = Loss::of(view, side, None, caps);
            let decision = match standing {
                _ if loss.reached() => loss.stop(),
                Some(_) => loss.carry_on(),
                None => continue,
            };
            let id = AdviceId(ids.take());
            said.stops.remove(&side);
            if let Some(rep) = loss.last().filter(|_| loss.reached()) {
                said.stops.insert(side, (id, rep.id));
            }
            advice.push(decision.signed(id, at, view, standing.map(|(id, _)| id)));
        }
        advice
    }

    fn next_load(&self, at: HostTime, view: &SetView, said: &mut Said, ids: &mut Ids) -> Option<Advice> {
        let decision = next_load::next_load(view, &self.params)?;
        let (before, same) = match &said.next {
            Some((id, action)) => (Some(*id), *action == decision.action),
            None => (None, false),
        };
        if same {
            return None;
        }
        let id = AdviceId(ids.take());
        said.next = Some((id, decision.action.clone()));
        Some(decision.signed(id, at, view, before))
    }
}

/// Whether a cue to stop that was given for `rep` still holds on what is known of that repetition now. What is lifted
/// after it does not unsay it.
fn stands(view: &SetView, side: Option<Side>, rep: RepId, caps: &VelocityLossCaps) -> bool {
    let then = Loss::of(view, side, Some(rep), caps);
    then.last().is_some_and(|last| last.id == rep) && then.reached()
}

impl Decision {
    fn signed(self, id: AdviceId, at: HostTime, view: &SetView, supersedes: Option<AdviceId>) -> Advice {
        Advice {
            id,
            at,
            station: view.record.station.clone(),
            athlete: view.record.athlete.clone(),
            exercise: view.record.exercise.clone(),
            set: view.record.id,
            action: self.action,
            reason: self.reason,
            inputs: self.inputs,
            threshold: self.threshold,
            rule: self.rule.to_owned(),
            source: self.source.to_owned(),
            confidence: self.confidence,
            supersedes,
        }
    }
}

fn input(name: &str, value: f64) -> AdviceInput {
    AdviceInput { name: name.to_owned(), value }
}

/// Whether a repetition's numbers are good enough to build on.
fn is_trusted(rep: &Rep) -> bool {
    rep.metrics.quality.is_none_or(|quality| quality >= LEAST_QUALITY)
}
