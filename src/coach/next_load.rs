//! Load of the next work set, from how far the best two repetitions of this one were off their target
//! (training.md §3.5, rule 3).
//!
//! ±5 % of the load for each 0.06 m/s, in proportion; deviations up to 0.03 m/s are noise; never more than ±10 %.
//! The load is the nearest that the plates allow. Where even the smallest step is larger than the change that is
//! wanted, the load stays and the repetitions change by one: up when too fast (first the repetitions, then the load:
//! double progression), down when too slow.
//!
//! No advice without a target velocity and a load above 0 (a percentage of nothing or of assistance means nothing),
//! after a warm-up, or before the set is settled. Where sides work in turn, the slower one decides, since both lift
//! the same.

use super::plates::{Loading, loadable, stepped};
use super::{CoachParams, Decision, input, is_trusted};
use crate::model::{AdviceAction, AdviceInput, Confidence, Implement, Rep, RepStage, SetRole, SetSummary};
use crate::session::SetView;

/// The rule's name.
pub const RULE: &str = "next_load";

const SOURCE: &str = "±5 % for 0.06 m/s off target: Banyard 2021 in Hickmott 2022, Sports Med-Open 8:9 (×1 trial); \
                      ±0.03 m/s as a match: Galiano, same review (×2); at most ±10 %: our choice";

/// What the next set should be, or `None` where nothing can be said.
pub(super) fn next_load(view: &SetView, params: &CoachParams) -> Option<Decision> {
    let target = view.context.target_velocity_m_s.filter(|target| *target > 0.0)?;
    let load = view.record.load_kg.filter(|load| *load > 0.0)?;
    let accepted: Vec<&Rep> = view.reps.iter().filter(|rep| rep.accepted).collect();
    let settled = view.record.end.is_some() && accepted.iter().all(|rep| rep.stage >= RepStage::Settled);
    if view.record.role == Some(SetRole::WarmUp) || !settled {
        return None;
    }
    let slower = view.record.summaries.iter().filter(|s| s.best_two_mean_velocity_m_s.is_some());
    let slower = slower.min_by(|a, b| {
        let [a, b] = [a, b].map(|s| s.best_two_mean_velocity_m_s.unwrap_or_default());
        a.total_cmp(&b)
    })?;
    let set = Set { view, params, summary: *slower, mean: slower.best_two_mean_velocity_m_s?, target, load };
    let (action, reason) = set.decide();
    let sure = slower.reps >= 2 && accepted.iter().all(|rep| is_trusted(rep));
    Some(Decision {
        action,
        reason,
        inputs: set.inputs(),
        threshold: input("dead_band_m_s", params.next_load.dead_band_m_s),
        rule: RULE,
        source: SOURCE,
        confidence: if sure { Confidence::Medium } else { Confidence::Low },
    })
}

/// The numbers of a set that was lifted.
struct Set<'a> {
    view: &'a SetView,
    params: &'a CoachParams,
    summary: SetSummary,
    /// Mean of the best two repetitions, m/s.
    mean: f64,
    target: f64,
    load: f64,
}

impl Set<'_> {
    fn decide(&self) -> (AdviceAction, String) {
        let rule = &self.params.next_load;
        let off = self.mean - self.target;
        let load = kg(self.load);
        let best = if self.summary.reps >= 2 {
            format!("Best two reps averaged {:.2} m/s", self.mean)
        } else {
            format!("The only rep had {:.2} m/s", self.mean)
        };
        if off.abs() <= rule.dead_band_m_s + 1e-9 {
            let band = rule.dead_band_m_s;
            let reason =
                format!("{best}, within {band:.2} of the target {:.2}. Stay at {load} kg.", self.target);
            return (AdviceAction::HoldLoad, reason);
        }
        let side = if off > 0.0 { "above" } else { "below" };
        let found = format!("{best}, {:.2} {side} the target {:.2}", off.abs(), self.target);
        let change = self.wanted_change_kg();
        let loads = self.loads();
        let Some(step) = self.smallest_step_kg(&loads, change) else {
            let reason = format!("{found}, but there is nothing to change on the bar. Stay at {load} kg.");
            return (AdviceAction::HoldLoad, reason);
        };
        if step > change.abs() + 1e-9 {
            let why =
                format!("{found}: worth {} kg, but the smallest step is {} kg", kg(change.abs()), kg(step));
            return self.change_reps(off, &why);
        }
        let next = nearest(&loads, self.load + change, self.load * rule.max_change_pct / 100.0, self.load);
        let how = match self.plates() {
            Some(_) => "nearest the plates allow",
            None => "plates unknown, so in steps",
        };
        let change_pct = 100.0 * (next.load_kg - self.load) / self.load;
        let reason = format!("{found}. Next set {} kg ({change_pct:+.1} %, {how}).", kg(next.load_kg));
        let plates_per_side_kg = next.plates_per_side_kg;
        (AdviceAction::NextLoad { load_kg: next.load_kg, plates_per_side_kg }, reason)
    }

    /// Keeps the load; one repetition more or less where that makes sense.
    fn change_reps(&self, off: f64, why: &str) -> (AdviceAction, String) {
        let load = kg(self.load);
        let planned = self.view.context.planned_reps.unwrap_or(self.summary.reps);
        let cap_pct = self.params.velocity_loss_caps.of(self.view.record.goal).0;
        let tired = self.summary.velocity_loss_best_pct.is_some_and(|loss| loss >= cap_pct);
        if off > 0.0 && !tired {
            let reason = format!("{why}. Stay at {load} kg and add a rep.");
            (AdviceAction::ChangeReps { reps: 1 }, reason)
        } else if off < 0.0 && planned > 1 {
            let reason = format!("{why}. Stay at {load} kg and leave out a rep.");
            (AdviceAction::ChangeReps { reps: -1 }, reason)
        } else {
            (AdviceAction::HoldLoad, format!("{why}. Stay at {load} kg."))
        }
    }

    /// The change of load that the velocity asks for, kg.
    fn wanted_change_kg(&self) -> f64 {
        let rule = &self.params.next_load;
        let pct = rule.change_pct * (self.mean - self.target) / rule.per_velocity_m_s;
        self.load * pct.clamp(-rule.max_change_pct, rule.max_change_pct) / 100.0
    }

    /// A station's plates are those of its straight bar; other implements have their own.
    fn plates(&self) -> Option<&crate::session::BarAndPlates> {
        let implement = self.view.exercise.as_ref().map(|exercise| exercise.implement);
        self.view.plates.as_ref().filter(|_| matches!(implement, None | Some(Implement::Barbell)))
    }

    fn loads(&self) -> Vec<Loading> {
        // far enough to name the next step even where it is too large to take
        let up_to_kg = 2.0 * self.load + 50.0;
        match self.plates() {
            Some(plates) => loadable(plates.bar_kg, &plates.plates_per_side_kg, up_to_kg),
            None => stepped(self.params.next_load.step_without_plates_kg, up_to_kg),
        }
    }

    /// The distance to the next load in the direction of `change`, kg.
    fn smallest_step_kg(&self, loads: &[Loading], change: f64) -> Option<f64> {
        let steps = loads.iter().map(|loading| (loading.load_kg - self.load) * change.signum());
        steps.filter(|step| *step > 1e-6).min_by(f64::total_cmp)
    }

    fn inputs(&self) -> Vec<AdviceInput> {
        let numbers = [
            ("best_two_mean_velocity_m_s", Some(self.mean)),
            ("target_velocity_m_s", Some(self.target)),
            ("off_target_m_s", Some(self.mean - self.target)),
            ("load_kg", Some(self.load)),
            ("wanted_change_kg", Some(self.wanted_change_kg())),
            ("max_change_pct", Some(self.params.next_load.max_change_pct)),
            ("reps", Some(f64::from(self.summary.reps))),
            ("planned_reps", self.view.context.planned_reps.map(f64::from)),
            ("bar_kg", self.plates().map(|plates| plates.bar_kg)),
        ];
        numbers.into_iter().filter_map(|(name, value)| Some(input(name, value?))).collect()
    }
}

/// The load nearest to `wanted` no further than `most` from `load`; of two the lighter.
fn nearest(loads: &[Loading], wanted: f64, most: f64, load: f64) -> Loading {
    let allowed = loads.iter().filter(|loading| (loading.load_kg - load).abs() <= most + 1e-9);
    let nearest = allowed.min_by_key(|loading| (1000.0 * (loading.load_kg - wanted).abs()).round() as i64);
    nearest.cloned().unwrap_or(Loading { load_kg: load, plates_per_side_kg: Vec::new() })
}

/// Mass as lifters say it: no more digits than needed.
fn kg(mass_kg: f64) -> String {
    let text = format!("{mass_kg:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
