//! `ironstride why`: one piece of advice, and everything that led to it.

use super::error::CliError;
use super::store_args::StoreArgs;
use crate::model::{Advice, AdviceAction, AdviceId, AdviceInput, Confidence, Rep};
use crate::store::{Calendar, Explained, Placed};
use clap::Args;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  Why the latest advice?
    ironstride why
  Why this one? Its number stands with it on the page and in the API:
    ironstride why 1234

Exit codes: 0 done, 1 there is no such advice or no store, 2 wrong usage or configuration.";

/// Explain a piece of advice: what went in, what decided, by which rule, from which source.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Why {
    /// Number of the advice [default: the latest]
    advice: Option<u64>,
    #[command(flatten)]
    store: StoreArgs,
}

impl Why {
    pub(super) fn run(self) -> Result<(), CliError> {
        let (in_force, reader) = self.store.open()?;
        let latest = reader.latest_advice()?.ok_or_else(|| {
            CliError::NotFound(
                "no advice has been given yet; it needs a set with an exercise and a load".to_owned(),
            )
        })?;
        let id = self.advice.map_or(latest, AdviceId);
        let explained = reader
            .explain(id)?
            .ok_or_else(|| CliError::NotFound(format!("there is no advice {id}; the latest is {latest}")))?;
        let calendar = Calendar::of(&in_force.settings.gym.time_zone);
        let text = words(&explained, &calendar).unwrap_or_default();
        io::stdout().write_all(text.as_bytes()).map_err(CliError::Output)
    }
}

/// The whole explanation.
fn words(explained: &Explained, calendar: &Calendar) -> Result<String, fmt::Error> {
    let Advice { id, action, reason, inputs, threshold, rule, source, confidence, .. } =
        &explained.advised.value.advice;
    let mut text = String::new();
    writeln!(text, "Advice {id}: {}\n", action_words(action))?;
    let given = explained.given().and_then(|given| calendar.words(given));
    writeln!(text, "given       {}", given.as_deref().unwrap_or("at a time that is not known yet"))?;
    writeln!(text, "about       {}", about(explained))?;
    writeln!(text, "reason      {reason}")?;
    writeln!(text, "threshold   {}", number(threshold))?;
    for (index, input) in inputs.iter().enumerate() {
        writeln!(text, "{}{}", if index == 0 { "inputs      " } else { "            " }, number(input))?;
    }
    writeln!(text, "rule        {rule}: docs/formulas.md explains it, src/coach/{rule}.rs is it")?;
    writeln!(text, "source      {source}")?;
    writeln!(text, "confidence  {}", confidence_words(*confidence))?;
    if let Some(old) = &explained.superseded {
        let advice = &old.value.advice;
        writeln!(text, "instead of  advice {}: {}", advice.id, action_words(&advice.action))?;
    }
    if let Some(newer) = explained.advised.value.superseded_by {
        writeln!(text, "superseded  by advice {newer}; this one no longer holds")?;
    }
    writeln!(text, "\nRepetitions that it saw, as they are now:")?;
    explained.reps.iter().try_for_each(|rep| writeln!(text, "  {}", rep_words(rep)))?;
    Ok(text)
}

/// What to do, with the plates that it takes.
fn action_words(action: &AdviceAction) -> String {
    let plates = match action {
        AdviceAction::NextLoad { plates_per_side_kg, .. } => plates_per_side_kg.as_slice(),
        _ => &[],
    };
    let plates: Vec<String> = plates.iter().map(f64::to_string).collect();
    let beside =
        if plates.is_empty() { String::new() } else { format!(", on each side {}", plates.join(" + ")) };
    action.headline() + &beside
}

/// Who, what, where, in which set.
fn about(explained: &Explained) -> String {
    let Advice { athlete, exercise, station, set, .. } = &explained.advised.value.advice;
    let athlete = athlete.as_ref().map_or("somebody", |athlete| athlete.as_str());
    let exercise = exercise.as_ref().map_or("an exercise that nobody has said", |exercise| exercise.as_str());
    let load = explained.set.as_ref().and_then(|set| set.value.load_kg);
    let load = load.map(|load| format!(", {load} kg")).unwrap_or_default();
    format!("{athlete}, {exercise}{load}, at {station}, set {set}")
}

fn number(input: &AdviceInput) -> String {
    format!("{} = {}", input.name, (input.value * 1e4).round() / 1e4)
}

fn confidence_words(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low: a default by opinion, or poor data in this case",
        Confidence::Medium => "medium: one trial, or several that disagree",
        Confidence::High => "high: several independent sources agree",
    }
}

fn rep_words(rep: &Placed<Rep>) -> String {
    let Rep { id, metrics, accepted, side, .. } = &rep.value;
    let side = side.map(|side| format!(" {side:?}").to_lowercase()).unwrap_or_default();
    let velocity = |name: &str, value: Option<f64>| match value {
        Some(value) => format!("{name} {value:.2} m/s"),
        None => format!("{name} unknown"),
    };
    let mean = velocity("mean", metrics.mean_velocity_m_s);
    let peak = velocity("peak", metrics.peak_velocity_m_s);
    let counts = if *accepted { "" } else { ", does not count" };
    format!("rep {id}{side}: {mean}, {peak}{counts}")
}
