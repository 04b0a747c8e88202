//! Cadence as a table: one part for each footpod.

use super::line;
use crate::cli::analyze::report::{CadencePoint, FootReport, median_moving};
use std::collections::BTreeSet;

/// Rows that fit a screen; a longer run is told in longer steps.
const ROWS: f64 = 30.0;

pub(super) fn foot_table(text: &mut String, foot: &FootReport) {
    let sensors: BTreeSet<_> = foot.cadence.iter().map(|point| &point.sensor).collect();
    if sensors.is_empty() {
        line(text, "  Cadence: unknown, no footpod has sent one.");
    }
    for (part, sensor) in sensors.into_iter().enumerate() {
        let of_sensor = foot.cadence.iter().filter(|point| point.sensor == *sensor);
        let points: Vec<&CadencePoint> = of_sensor.collect();
        if part > 0 {
            text.push('\n');
        }
        if let Some(sensor) = sensor {
            line(text, &format!("  {sensor}"));
        }
        part_table(text, &points);
    }
}

fn part_table(text: &mut String, points: &[&CadencePoint]) {
    match median_moving(points.iter().filter_map(|point| point.steps_min)) {
        Some(median) => line(text, &format!("  Cadence: {median:.0} steps/min (median while moving)")),
        None => line(text, &format!("  Cadence: {}.", without_a_step(points))),
    }
    text.push('\n');
    line(text, "      from      to  cadence while moving");
    line(text, "         s       s  steps/min");
    let end_s = points.last().map_or(0.0, |point| point.t_s);
    let span_s = (end_s / ROWS / 10.0).ceil().max(1.0) * 10.0;
    let span = |point: &CadencePoint| (point.t_s / span_s).floor();
    for points in points.chunk_by(|a, b| span(a).total_cmp(&span(b)).is_eq()) {
        let Some(from_s) = points.first().map(|point| span(point) * span_s) else { continue };
        let cadence =
            mean_moving(points).map_or_else(|| without_a_step(points), |mean| format!("{mean:>9.1}"));
        line(text, &format!("  {from_s:>8.0} {:>7.0}  {cadence}", from_s + span_s));
    }
}

/// Mean of the known cadences without the stops, in which there is none.
fn mean_moving(points: &[&CadencePoint]) -> Option<f64> {
    let moving: Vec<f64> =
        points.iter().filter_map(|point| point.steps_min).filter(|steps| *steps > 0.0).collect();
    (!moving.is_empty()).then(|| moving.iter().sum::<f64>() / moving.len() as f64)
}

/// Why there is no cadence: nobody moved, or it is unknown, with the last reason.
fn without_a_step(points: &[&CadencePoint]) -> String {
    let because = points.iter().rev().find_map(|point| point.unknown_because.as_deref());
    because.map_or_else(|| "standing".to_owned(), |because| format!("unknown: {because}"))
}
