//! Results as a table that a person likes to read.

mod cadence;

use super::devices;
use super::drive::Settings;
use super::report::{BarReport, RepReport, Report, SetReport};
use crate::model::{ExerciseId, RejectReason, SensorId, Side};
use cadence::foot_table;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How to show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Escape sequences may be used.
    has_colour: bool,
    /// Every movement is shown, not only those that count.
    shows_all: bool,
}

impl Style {
    /// Colours for a person at a terminal who hasn't asked for none (<https://no-color.org>).
    pub(super) fn of_terminal(is_terminal: bool, shows_all: bool) -> Self {
        let is_colour_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { has_colour: is_terminal && !is_colour_refused, shows_all }
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.has_colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn grey(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }
}

/// A column of the table: two header lines and what stands in it.
struct Column {
    name: &'static str,
    unit: &'static str,
    decimals: usize,
    value: fn(&RepReport) -> Option<f64>,
}

const COLUMNS: [Column; 11] = [
    Column { name: "start", unit: "s", decimals: 2, value: |rep| Some(rep.start_s) },
    Column { name: "MV", unit: "m/s", decimals: 2, value: |rep| rep.mean_velocity_m_s },
    Column { name: "MPV", unit: "m/s", decimals: 2, value: |rep| rep.mean_propulsive_velocity_m_s },
    Column { name: "PV", unit: "m/s", decimals: 2, value: |rep| rep.peak_velocity_m_s },
    Column { name: "ROM", unit: "m", decimals: 2, value: |rep| rep.range_of_motion_m },
    Column { name: "eccentric", unit: "s", decimals: 2, value: |rep| rep.eccentric_duration_s },
    Column { name: "pause", unit: "s", decimals: 2, value: |rep| rep.pause_s },
    Column { name: "concentric", unit: "s", decimals: 2, value: |rep| rep.concentric_duration_s },
    Column { name: "bar power", unit: "W", decimals: 0, value: |rep| rep.mean_power_bar_w },
    Column { name: "system power", unit: "W", decimals: 0, value: |rep| rep.mean_power_system_w },
    Column {
        name: "quality",
        unit: "%",
        decimals: 0,
        value: |rep| rep.quality.map(|quality| 100.0 * quality),
    },
];

/// The report of one file as text, an empty line at its end.
pub(super) fn render(report: &Report, settings: &Settings, style: Style) -> String {
    let mut text = style.bold(&report.file);
    if let Some(bar) = &report.bar {
        text += &common(bar, settings);
    }
    text.push_str("\n\n");
    for warning in &report.warnings {
        line(&mut text, &format!("  ! {warning}"));
    }
    if !report.warnings.is_empty() {
        text.push('\n');
    }
    if let Some(bar) = &report.bar {
        bar_table(&mut text, bar, settings, style);
        text.push('\n');
    }
    if let Some(foot) = &report.foot {
        foot_table(&mut text, foot);
        text.push('\n');
    }
    for words in devices::summary(&report.devices) {
        line(&mut text, &words);
    }
    if !report.devices.is_empty() {
        text.push('\n');
    }
    text
}

fn line(text: &mut String, content: &str) {
    text.push_str(content.trim_end());
    text.push('\n');
}

/// What was lifted in all sets, or was looked for where there are none.
fn common(bar: &BarReport, settings: &Settings) -> String {
    let words = match bar.sets.as_slice() {
        [] => lifted(settings.exercise.as_ref(), settings.load_kg, settings),
        [first, ..] if is_common(bar) => lifted(first.exercise.as_ref(), first.load_kg, settings),
        _ => String::new(),
    };
    if words.is_empty() { words } else { format!("  {words}") }
}

/// Whether all sets are of one exercise and load.
fn is_common(bar: &BarReport) -> bool {
    bar.sets.windows(2).all(|pair| pair[0].exercise == pair[1].exercise && pair[0].load_kg == pair[1].load_kg)
}

fn lifted(exercise: Option<&ExerciseId>, load_kg: Option<f64>, settings: &Settings) -> String {
    let name =
        |id: &ExerciseId| settings.exercises.get(id).map_or_else(|| id.to_string(), |it| it.name.clone());
    let words: Vec<String> =
        exercise.map(name).into_iter().chain(load_kg.map(|kg| format!("{kg} kg"))).collect();
    words.join(", ")
}

fn bar_table(text: &mut String, bar: &BarReport, settings: &Settings, style: Style) {
    if bar.reps.is_empty() {
        return line(text, "  0 repetitions counted: no movement of a bar was found.");
    }
    let shown: Vec<&RepReport> = bar.reps.iter().filter(|rep| rep.accepted || style.shows_all).collect();
    if !shown.is_empty() {
        rep_rows(text, &shown, style);
        text.push('\n');
    }
    if !bar.reps.iter().any(|rep| rep.accepted) {
        line(text, "  0 repetitions counted");
    }
    for (number, set) in (1..).zip(&bar.sets) {
        let what =
            if is_common(bar) { String::new() } else { lifted(set.exercise.as_ref(), set.load_kg, settings) };
        set_line(text, number, set, &what);
        set.advice.iter().for_each(|advice| line(text, &format!("    → {advice}")));
    }
    if let Some(words) = not_counted(&bar.reps) {
        let hint = if style.shows_all { "" } else { " (--all shows each)" };
        line(text, &style.grey(&format!("  {words}{hint}")));
    }
}

/// One row for each movement; only those that count have a number, each bar's its own.
fn rep_rows(text: &mut String, reps: &[&RepReport], style: Style) {
    let columns: Vec<(&Column, Vec<String>)> = COLUMNS
        .iter()
        .filter(|column| reps.iter().any(|rep| (column.value)(rep).is_some()))
        .map(|column| (column, reps.iter().map(|rep| cell(column, rep)).collect()))
        .collect();
    let width = |(column, cells): &(&Column, Vec<String>)| {
        let widest = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(column.name.len()).max(column.unit.len())
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let row = |first: &str, cells: &mut dyn Iterator<Item = &str>| {
        cells.zip(&widths).fold(format!("{first:>5}"), |row, (cell, width)| format!("{row}  {cell:>width$}"))
    };
    line(text, &style.bold(&row("rep", &mut columns.iter().map(|(column, _)| column.name))));
    line(text, &style.grey(&row("", &mut columns.iter().map(|(column, _)| column.unit))));
    let mut counted: BTreeMap<Option<&SensorId>, u32> = BTreeMap::new();
    for (i, rep) in reps.iter().enumerate() {
        let number = counted.entry(rep.sensor.as_ref()).or_default();
        *number += u32::from(rep.accepted);
        let first = if rep.accepted { number.to_string() } else { "–".to_owned() };
        let mut content = row(&first, &mut columns.iter().map(|(_, cells)| cells[i].as_str()));
        if let Some(sensor) = &rep.sensor {
            let _ = write!(content, "  {sensor}");
        }
        if rep.accepted {
            line(text, &content);
        } else {
            let why = words(rep.reject_reason);
            line(text, &style.grey(&format!("{content}  not counted: {why}")));
        }
    }
}

fn cell(column: &Column, rep: &RepReport) -> String {
    (column.value)(rep).map_or_else(|| "–".to_owned(), |value| fixed(value, column.decimals))
}

/// So many decimals, and never `-0.00`.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if !zero.contains(|digit| matches!(digit, '1'..='9')) => zero.to_owned(),
        _ => text,
    }
}

/// How many movements don't count, by reason, the most frequent first.
fn not_counted(reps: &[RepReport]) -> Option<String> {
    let mut by_reason: BTreeMap<Option<RejectReason>, usize> = BTreeMap::new();
    for rep in reps.iter().filter(|rep| !rep.accepted) {
        *by_reason.entry(rep.reject_reason).or_default() += 1;
    }
    let mut reasons: Vec<(Option<RejectReason>, usize)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, count)| Reverse(*count));
    let all: usize = reasons.iter().map(|(_, count)| count).sum();
    let plural = if all == 1 { "" } else { "s" };
    let parts: Vec<String> =
        reasons.into_iter().map(|(reason, count)| format!("{count} {}", words(reason))).collect();
    (all > 0).then(|| format!("{all} movement{plural} not counted: {}", parts.join(", ")))
}

fn set_line(text: &mut String, number: usize, set: &SetReport, what: &str) {
    let plural = if set.reps == 1 { "" } else { "s" };
    let mut content =
        format!("  Set {number}: {} rep{plural}, {:.1}–{:.1} s", set.reps, set.start_s, set.end_s);
    if !what.is_empty() {
        let _ = write!(content, ", {what}");
    }
    if let Some(sensor) = &set.sensor {
        let _ = write!(content, ", {sensor}");
    }
    if let Some(side) = set.side {
        content += if side == Side::Left { ", left" } else { ", right" };
    }
    if let Some(best) = set.best_velocity_m_s {
        let _ = write!(content, ", best {} m/s", fixed(best, 2));
    }
    // one repetition loses nothing
    let loss = |pct: Option<f64>| pct.filter(|_| set.reps > 1);
    if let Some(pct) = loss(set.velocity_loss_best_pct) {
        let _ = write!(content, ", velocity loss {} % from the best", fixed(pct, 1));
    }
    match loss(set.velocity_loss_first_pct) {
        Some(pct) if pct < 0.0 => {
            let _ = write!(content, ", last {} % faster than the first", fixed(-pct, 1));
        }
        Some(pct) => {
            let _ = write!(content, ", {} % from the first", fixed(pct, 1));
        }
        None => {}
    }
    line(text, &content);
}

fn words(reason: Option<RejectReason>) -> &'static str {
    let Some(reason) = reason else { return "for an unknown reason" };
    match reason {
        RejectReason::TooSmall => "too short a way",
        RejectReason::TooLarge => "too long a way",
        RejectReason::TooShort => "over too soon",
        RejectReason::TooLong => "lasted too long",
        RejectReason::OutOfOrder => "phases in another order than the exercise's",
        RejectReason::UnlikeSet => "unlike the others of its set",
        RejectReason::Unrack => "un-racking or walking out",
        RejectReason::Rerack => "putting the bar back",
        RejectReason::Isolated => "alone, far from the set",
        RejectReason::Gap => "samples are missing in it",
        RejectReason::Failed => "failed",
        RejectReason::Dropped => "dropped",
        RejectReason::Withdrawn => "not confirmed",
        RejectReason::ByHand => "rejected by hand",
    }
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn nothing_is_minus_zero() {
        assert_eq!((fixed(-0.001, 2), fixed(-0.0, 0)), ("0.00".to_owned(), "0".to_owned()));
        assert_eq!((fixed(-0.01, 2), fixed(-10.0, 1)), ("-0.01".to_owned(), "-10.0".to_owned()));
    }
}
