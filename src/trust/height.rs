//! Lifts between two stops a known height apart: does a metre measure a metre?
//!
//! Velocity and way of a repetition come from the same integral, so an error of scale in the way is the same error in
//! every velocity. Two pins of a rack and a tape measure are all it takes to see it.

use super::student::{Interval, Summary};

/// Fewest lifts that a verdict needs: with four or more degrees of freedom the interval is less than three standard
/// errors to a side.
pub const LEAST_LIFTS: usize = 5;

/// Largest scale error that passes, %.
///
/// 5 % of a working velocity of 0.6 m/s is 0.03 m/s: half of the smallest change of mean velocity that can be told from
/// a lifter's own scatter in the squat (0.06 to 0.08 m/s: Weakley et al. 2021, Strength and Conditioning Journal 43(2)),
/// and the deviation up to which the coach leaves a load as it is.
pub const LIMIT_PCT: f64 = 5.0;

/// Heights that the test can be made with, m: lower ones drown in the error of the ends, higher ones nobody lifts.
pub const HEIGHTS_M: std::ops::RangeInclusive<f64> = 0.15..=2.0;

/// A scale error beyond this is no sensor's, %: the height was another one, or the lifts did not go from stop to stop.
const ABSURD_PCT: f64 = 25.0;

/// What lifts over a known height say of the scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeightCheck {
    /// The known height, m.
    pub height_m: f64,
    /// The ranges that were measured, m.
    pub ranges_m: Summary,
    /// By how much the mean range is too large, %.
    pub scale_error_pct: f64,
    /// Where the true scale error is, %, with 95 % confidence.
    pub scale_error_interval_pct: Interval,
    /// What it comes to.
    pub verdict: Verdict,
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The scale error is smaller than the limit, as far as so many lifts can tell: its whole interval is within.
    Pass,
    /// The scale is off.
    OffScale,
    /// The lifts scatter too much to tell.
    Scattered,
    /// No sensor is so wrong: something else is.
    Absurd,
}

impl HeightCheck {
    /// Judges ranges measured over `height_m`; `None` for fewer than two.
    ///
    /// It passes when the 95 % interval of the mean scale error lies within ±[`LIMIT_PCT`], which is equivalence as two
    /// one-sided tests show it at 2.5 % each (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15): few or scattered lifts
    /// can't pass by luck.
    #[must_use]
    pub fn of(ranges_m: &[f64], height_m: f64) -> Option<Self> {
        let ranges = Summary::of(ranges_m)?;
        let percent = |range_m: f64| 100.0 * (range_m / height_m - 1.0);
        let (error, ends) = (percent(ranges.mean), ranges.interval());
        let interval = Interval { low: percent(ends.low), high: percent(ends.high) };
        let verdict = if error.abs() > ABSURD_PCT {
            Verdict::Absurd
        } else if interval.is_within(LIMIT_PCT) {
            Verdict::Pass
        } else if error.abs() >= LIMIT_PCT || !interval.holds(0.0) {
            Verdict::OffScale
        } else {
            Verdict::Scattered
        };
        Some(Self {
            height_m,
            ranges_m: ranges,
            scale_error_pct: error,
            scale_error_interval_pct: interval,
            verdict,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(ranges_m: &[f64]) -> Verdict {
        HeightCheck::of(ranges_m, 0.5).unwrap().verdict
    }

    #[test]
    fn a_true_scale_passes_and_a_wrong_one_does_not() {
        let true_ones = [0.498, 0.503, 0.507, 0.495, 0.501];
        let check = HeightCheck::of(&true_ones, 0.5).unwrap();
        assert_eq!(check.verdict, Verdict::Pass);
        assert!((check.scale_error_pct - 0.16).abs() < 0.01, "{check:?}");
        // SD 4.6 mm, t 2.776: ± 1.15 %
        assert!((check.scale_error_interval_pct.high - 1.31).abs() < 0.05, "{check:?}");
        assert_eq!(verdict(&true_ones.map(|x| 1.06 * x)), Verdict::OffScale);
        assert_eq!(verdict(&true_ones.map(|x| 0.93 * x)), Verdict::OffScale);
        assert_eq!(verdict(&true_ones.map(|x| 1.40 * x)), Verdict::Absurd);
    }

    #[test]
    fn scatter_does_not_pass_by_luck() {
        assert_eq!(verdict(&[0.45, 0.55, 0.52, 0.47, 0.51]), Verdict::Scattered);
        assert_eq!(HeightCheck::of(&[0.5], 0.5), None);
    }
}
