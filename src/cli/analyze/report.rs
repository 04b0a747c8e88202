//! What is printed of one file: the words of the contract, in its units.

use super::devices::{self, DevicePoint};
use super::findings::Findings;
use super::place::Place;
use crate::model::{
    Advice, AdviceId, AlgorithmTag, CadenceRecord, DeviceTime, ExerciseId, RejectReason, Rep, RepId,
    RepStage, SensorId, SetId, SetRecord, SetSummary, Side,
};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A file that could not be analysed.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    pub(super) file: String,
    pub(super) error: String,
}

/// A file's results. Unknown is `null`; a part that wasn't asked for and isn't there is left out.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) file: String,
    /// Of the repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) algorithm: Option<AlgorithmTag>,
    pub(super) warnings: Vec<String>,
    #[serde(flatten)]
    pub(super) bar: Option<BarReport>,
    #[serde(flatten)]
    pub(super) foot: Option<FootReport>,
    /// What devices said by themselves; only where there is any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) devices: Vec<DevicePoint>,
}

/// Repetitions and sets.
#[derive(Debug, Serialize)]
pub(super) struct BarReport {
    pub(super) reps: Vec<RepReport>,
    pub(super) sets: Vec<SetReport>,
}

/// One movement. Times are seconds on the file's axis (see [`Place`]).
#[derive(Clone, Debug, Serialize)]
pub(super) struct RepReport {
    pub(super) index: usize,
    /// Only where several bars are in one capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sensor: Option<SensorId>,
    pub(super) eccentric_start_s: Option<f64>,
    pub(super) start_s: f64,
    pub(super) end_s: f64,
    pub(super) accepted: bool,
    pub(super) reject_reason: Option<RejectReason>,
    pub(super) mean_velocity_m_s: Option<f64>,
    pub(super) mean_propulsive_velocity_m_s: Option<f64>,
    pub(super) peak_velocity_m_s: Option<f64>,
    pub(super) time_to_peak_s: Option<f64>,
    pub(super) range_of_motion_m: Option<f64>,
    pub(super) eccentric_duration_s: Option<f64>,
    pub(super) pause_s: Option<f64>,
    pub(super) concentric_duration_s: Option<f64>,
    pub(super) mean_power_bar_w: Option<f64>,
    pub(super) peak_power_bar_w: Option<f64>,
    pub(super) mean_power_system_w: Option<f64>,
    pub(super) body_mass_factor: Option<f64>,
    pub(super) quality: Option<f64>,
    pub(super) mean_velocity_sd_m_s: Option<f64>,
    pub(super) peak_velocity_sd_m_s: Option<f64>,
    pub(super) range_of_motion_sd_m: Option<f64>,
}

/// One set, from the first to the last of its accepted repetitions.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SetReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sensor: Option<SensorId>,
    /// Only where sides are separate, with a line for each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) side: Option<Side>,
    /// What was lifted; not in the contract, for the table.
    #[serde(skip)]
    pub(super) exercise: Option<ExerciseId>,
    /// Load, kg; as `exercise`.
    #[serde(skip)]
    pub(super) load_kg: Option<f64>,
    /// What the coach says after it; as `exercise`.
    #[serde(skip)]
    pub(super) advice: Vec<String>,
    pub(super) start_s: f64,
    pub(super) end_s: f64,
    pub(super) reps: u32,
    pub(super) best_velocity_m_s: Option<f64>,
    pub(super) velocity_loss_best_pct: Option<f64>,
    pub(super) velocity_loss_first_pct: Option<f64>,
}

/// Cadence, and single strides and contacts where a sensor shows them.
#[derive(Debug, Serialize)]
pub(super) struct FootReport {
    /// Median of the known cadences while the feet move, of all footpods together.
    pub(super) cadence_steps_min: Option<f64>,
    pub(super) cadence: Vec<CadencePoint>,
    /// Always empty yet: a footpod's messages hold no single strides.
    pub(super) strides: [(); 0],
    /// Always empty yet: a footpod's messages hold no contacts.
    pub(super) contacts: [(); 0],
}

/// Cadence at one time.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CadencePoint {
    /// Only where several footpods are in one capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sensor: Option<SensorId>,
    pub(super) t_s: f64,
    pub(super) steps_min: Option<f64>,
    /// Why it is unknown; not in the contract, for the table.
    #[serde(skip)]
    pub(super) unknown_because: Option<String>,
}

impl Report {
    /// The report of a file's findings.
    pub(super) fn new(file: String, findings: Findings) -> Self {
        let Findings { algorithm, reps, sets, advice, cadence, devices, place, warnings, roles, tell } =
            findings;
        let bar = tell.bar.then(|| bar_report(&reps, &sets, &advice, &place, roles.bars().len() > 1));
        let foot = tell.foot.then(|| foot_report(cadence, &place, roles.feet().len() > 1));
        let devices = devices::report(devices, &place);
        let algorithm = algorithm.filter(|_| tell.bar);
        Self { file, algorithm, warnings: warnings.into_words(), bar, foot, devices }
    }
}

fn bar_report(
    reps: &BTreeMap<RepId, Rep>,
    sets: &BTreeMap<SetId, SetRecord>,
    advice: &BTreeMap<AdviceId, Advice>,
    place: &Place,
    is_sensor_told: bool,
) -> BarReport {
    let told = |sensor: &SensorId| is_sensor_told.then(|| sensor.clone());
    let mut lines: Vec<RepReport> = reps
        .values()
        .filter(|rep| is_final(rep))
        .map(|rep| rep_report(rep, place, told(&rep.movement.sensor)))
        .collect();
    lines.sort_by(|a, b| by_start((a.start_s, &a.sensor), (b.start_s, &b.sensor)));
    for (line, index) in lines.iter_mut().zip(1..) {
        line.index = index;
    }
    let mut set_lines: Vec<SetReport> = sets
        .values()
        .filter(|set| set.ended_at.is_some())
        .flat_map(|set| {
            let mut lines = set_reports(set, reps, place, told);
            if let Some(last) = lines.last_mut() {
                let of_set = advice.values().filter(|advice| advice.set == set.id);
                last.advice = of_set.map(|advice| advice.reason.clone()).collect();
            }
            lines
        })
        .collect();
    set_lines.sort_by(|a, b| by_start((a.start_s, &a.sensor), (b.start_s, &b.sensor)));
    BarReport { reps: lines, sets: set_lines }
}

fn by_start(a: (f64, &Option<SensorId>), b: (f64, &Option<SensorId>)) -> Ordering {
    a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1))
}

/// What only the live lane saw is left out: it depends on how the bytes arrived.
fn is_final(rep: &Rep) -> bool {
    rep.stage != RepStage::Provisional && rep.reject_reason != Some(RejectReason::Withdrawn)
}

fn rep_report(rep: &Rep, place: &Place, sensor: Option<SensorId>) -> RepReport {
    let seconds = |t: DeviceTime| to_nanos(place.of_rep(rep, t));
    let metrics = &rep.metrics;
    // with no eccentric phase its figures would be about nothing
    let eccentric = |x: Option<f64>| x.filter(|_| rep.eccentric_start.is_some()).map(to_nanos);
    RepReport {
        index: 0,
        sensor,
        eccentric_start_s: rep.eccentric_start.map(seconds),
        start_s: seconds(rep.start),
        end_s: seconds(rep.end),
        accepted: rep.accepted,
        reject_reason: rep.reject_reason,
        mean_velocity_m_s: to_micros(metrics.mean_velocity_m_s),
        mean_propulsive_velocity_m_s: to_micros(metrics.mean_propulsive_velocity_m_s),
        peak_velocity_m_s: to_micros(metrics.peak_velocity_m_s),
        time_to_peak_s: metrics.time_to_peak_s.map(to_nanos),
        range_of_motion_m: to_micros(metrics.range_of_motion_m),
        eccentric_duration_s: eccentric(metrics.eccentric_duration_s),
        pause_s: eccentric(metrics.pause_s),
        concentric_duration_s: metrics.concentric_duration_s.map(to_nanos),
        mean_power_bar_w: to_micros(metrics.mean_power_bar_w),
        peak_power_bar_w: to_micros(metrics.peak_power_bar_w),
        mean_power_system_w: to_micros(metrics.mean_power_system_w),
        body_mass_factor: to_micros(metrics.body_mass_factor),
        quality: to_micros(metrics.quality),
        mean_velocity_sd_m_s: to_micros(metrics.mean_velocity_sd_m_s),
        peak_velocity_sd_m_s: to_micros(metrics.peak_velocity_sd_m_s),
        range_of_motion_sd_m: to_micros(metrics.range_of_motion_sd_m),
    }
}

/// One line, or one for each side where sides are separate; none for a set without an accepted repetition.
fn set_reports(
    set: &SetRecord,
    reps: &BTreeMap<RepId, Rep>,
    place: &Place,
    told: impl Fn(&SensorId) -> Option<SensorId>,
) -> Vec<SetReport> {
    let line = |summary: &SetSummary| {
        let own = || {
            let members = set.reps.iter().filter_map(|id| reps.get(id));
            members.filter(|rep| rep.accepted && (summary.side.is_none() || rep.side == summary.side))
        };
        let begins = |rep: &Rep| place.of_rep(rep, rep.eccentric_start.unwrap_or(rep.start));
        Some(SetReport {
            sensor: own().next().and_then(|rep| told(&rep.movement.sensor)),
            side: summary.side,
            exercise: set.exercise.clone(),
            load_kg: set.load_kg,
            advice: Vec::new(),
            start_s: to_nanos(own().map(begins).min_by(f64::total_cmp)?),
            end_s: to_nanos(own().map(|rep| place.of_rep(rep, rep.end)).max_by(f64::total_cmp)?),
            reps: summary.reps,
            best_velocity_m_s: to_micros(summary.best_velocity_m_s),
            velocity_loss_best_pct: to_micros(summary.velocity_loss_best_pct),
            velocity_loss_first_pct: to_micros(summary.velocity_loss_first_pct),
        })
    };
    set.summaries.iter().filter_map(line).collect()
}

fn foot_report(cadence: Vec<CadenceRecord>, place: &Place, is_sensor_told: bool) -> FootReport {
    let median = median_moving(cadence.iter().filter_map(|record| record.cadence_steps_min));
    let points = cadence.into_iter().map(|record| CadencePoint {
        sensor: is_sensor_told.then_some(record.sensor),
        t_s: to_nanos(place.of_host(record.at)),
        steps_min: to_micros(record.cadence_steps_min),
        unknown_because: record.unknown_because,
    });
    FootReport { cadence_steps_min: to_micros(median), cadence: points.collect(), strides: [], contacts: [] }
}

/// Median of the cadences of who moves, steps/min; who stands takes no steps.
pub(super) fn median_moving(steps_min: impl Iterator<Item = f64>) -> Option<f64> {
    let mut moving: Vec<f64> = steps_min.filter(|steps| *steps > 0.0).collect();
    moving.sort_by(f64::total_cmp);
    let middle = moving.len() / 2;
    match moving.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(moving[middle - 1], moving[middle])),
        _ => Some(moving[middle]),
    }
}

/// Times to the nanosecond, the clocks' own grain, so that sums of printed durations still hold.
pub(super) fn to_nanos(seconds: f64) -> f64 {
    rounded(seconds, 1e9)
}

/// Figures to six decimals, far below what any of them means; not finite is unknown.
fn to_micros(figure: Option<f64>) -> Option<f64> {
    figure.filter(|x| x.is_finite()).map(|x| rounded(x, 1e6))
}

/// Rounded to one part in `grains`, and never `-0`.
fn rounded(x: f64, grains: f64) -> f64 {
    (x * grains).round() / grains + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_and_never_nan_or_minus_zero() {
        assert_eq!(to_micros(Some(f64::NAN)), None);
        assert_eq!(to_micros(Some(0.123_456_789)), Some(0.123_457));
        assert!(rounded(-1e-12, 1e9).is_sign_positive());
    }
}
