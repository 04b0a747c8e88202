//! Power in watts from the power per kilogram that the sensor saw, once a load is known (training.md §1.2).

use crate::model::RepMetrics;

/// Masses that move in a repetition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Masses {
    /// Load, kg; below 0 is assistance.
    pub(super) load_kg: Option<f64>,
    /// The athlete, kg.
    pub(super) body_mass_kg: Option<f64>,
    /// Share of body mass that moves with the bar.
    pub(super) body_mass_factor: Option<f64>,
}

/// `metrics` with its powers in watts; unknown where a mass is unknown.
///
/// Bar power is load × specific power. Assistance (a load below 0) is a force that helps, not a bar that moves, so
/// there is no bar power. System power is (load + k·body mass) × specific power, and there assistance may be
/// subtracted: it differs from a mass only by its inertia, and the mean of a·v over a phase from rest to rest is 0.
pub(super) fn with_power(metrics: &RepMetrics, masses: Masses) -> RepMetrics {
    let bar_kg = masses.load_kg.filter(|kg| *kg >= 0.0);
    let system_kg = system_mass_kg(masses).filter(|kg| *kg > 0.0);
    let watts = |specific: Option<f64>, kg: Option<f64>| Some(specific? * kg?);
    let mean_power_system_w = watts(metrics.mean_specific_power_w_kg, system_kg);
    RepMetrics {
        mean_power_bar_w: watts(metrics.mean_specific_power_w_kg, bar_kg),
        peak_power_bar_w: watts(metrics.peak_specific_power_w_kg, bar_kg),
        mean_power_system_w,
        body_mass_factor: mean_power_system_w.and(masses.body_mass_factor),
        ..*metrics
    }
}

/// Bar and moving share of the body; where no body mass moves with the bar, the body's mass need not be known.
fn system_mass_kg(masses: Masses) -> Option<f64> {
    let factor = masses.body_mass_factor?;
    let body = if factor == 0.0 { 0.0 } else { factor * masses.body_mass_kg? };
    Some(masses.load_kg? + body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> RepMetrics {
        let (mean, peak) = (Some(5.0), Some(9.0));
        RepMetrics { mean_specific_power_w_kg: mean, peak_specific_power_w_kg: peak, ..RepMetrics::default() }
    }

    fn powers(load: Option<f64>, body: Option<f64>, k: Option<f64>) -> [Option<f64>; 4] {
        let m = with_power(&seen(), Masses { load_kg: load, body_mass_kg: body, body_mass_factor: k });
        [m.mean_power_bar_w, m.peak_power_bar_w, m.mean_power_system_w, m.body_mass_factor]
    }

    #[test]
    fn bar_and_system_power_stand_apart() {
        // squat: 100 kg, 70 kg lifter, k 0.88: (100 + 61.6)·5
        let [mean, peak, system, k] = powers(Some(100.0), Some(70.0), Some(0.88));
        assert_eq!((mean, peak, k), (Some(500.0), Some(900.0), Some(0.88)));
        assert!((system.unwrap() - 808.0).abs() < 1e-9);
    }

    #[test]
    fn unknown_masses_leave_power_unknown() {
        assert_eq!(powers(None, Some(70.0), Some(0.88)), [None; 4]);
        assert_eq!(powers(Some(100.0), None, Some(0.88)), [Some(500.0), Some(900.0), None, None]);
        assert_eq!(powers(Some(100.0), Some(70.0), None), [Some(500.0), Some(900.0), None, None]);
        let nothing_seen =
            with_power(&RepMetrics::default(), Masses { load_kg: Some(100.0), ..Masses::default() });
        assert_eq!(nothing_seen.mean_power_bar_w, None);
    }

    #[test]
    fn a_bench_press_needs_no_body_mass() {
        assert_eq!(powers(Some(60.0), None, Some(0.0)), [Some(300.0), Some(540.0), Some(300.0), Some(0.0)]);
    }

    #[test]
    fn no_load_is_a_load_and_assistance_is_no_bar() {
        assert_eq!(powers(Some(0.0), Some(70.0), Some(1.0)), [Some(0.0), Some(0.0), Some(350.0), Some(1.0)]);
        assert_eq!(powers(Some(-20.0), Some(70.0), Some(1.0)), [None, None, Some(250.0), Some(1.0)]);
        assert_eq!(powers(Some(-80.0), Some(70.0), Some(1.0)), [None; 4]);
    }
}
