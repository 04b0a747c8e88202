//! How far two devices that measured the same repetitions agree.
//!
//! Sources: J. M. Bland and D. G. Altman, "Statistical methods for assessing agreement between two methods of clinical
//! measurement", The Lancet 327 (1986) 307–310 (bias, limits of agreement, and why correlation is no agreement); the
//! same, "Measuring agreement in method comparison studies", Statistical Methods in Medical Research 8 (1999) 135–160
//! (the limits' variance in section 3.1, regression of differences on means in section 3.2).

use super::student::{Interval, Summary, t_quantile};

/// 95 % of a normal distribution are within so many standard deviations.
const NORMAL_95: f64 = 1.96;

/// Fewest pairs that say anything: a slope with its scatter needs three.
pub const LEAST_PAIRS: usize = 3;

/// Agreement of ours with theirs; differences are ours − theirs. All in the unit of the values but slope and
/// correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The differences.
    pub differences: Summary,
    /// Where the true bias is, with 95 % confidence.
    pub bias_interval: Interval,
    /// `bias ± 1.96·SD`: 95 % of the differences are expected between them.
    pub limits: Interval,
    /// Where the true lower limit is.
    pub low_limit_interval: Interval,
    /// Where the true upper limit is.
    pub high_limit_interval: Interval,
    /// Root of the mean squared difference.
    pub rmse: f64,
    /// Pearson's r. Says whether both rise together, not whether they agree; `None` where one side is constant.
    pub correlation: Option<f64>,
    /// Change of the difference for each unit of the mean of both, with its 95 % interval: 0 when the bias is the same
    /// for slow and fast; `None` where all means are the same.
    pub proportional_bias: Option<(f64, Interval)>,
}

impl Agreement {
    /// Of pairs (ours, theirs); `None` for fewer than [`LEAST_PAIRS`].
    #[must_use]
    pub fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        if pairs.len() < LEAST_PAIRS {
            return None;
        }
        let difference: Vec<f64> = pairs.iter().map(|(ours, theirs)| ours - theirs).collect();
        let differences = Summary::of(&difference)?;
        let Summary { mean: bias, sd, .. } = differences;
        let n = pairs.len() as f64;
        let limits = Interval::around(bias, NORMAL_95 * sd);
        // Bland and Altman 1999, 3.1: Var(d̄ ± 1.96 s) = s²·(1/n + 1.96²/(2(n − 1)))
        let limit_se = sd * (n.recip() + NORMAL_95 * NORMAL_95 / (2.0 * (n - 1.0))).sqrt();
        let of_limit = |limit| Interval::around(limit, t_quantile(pairs.len() - 1) * limit_se);
        Some(Self {
            differences,
            bias_interval: differences.interval(),
            limits,
            low_limit_interval: of_limit(limits.low),
            high_limit_interval: of_limit(limits.high),
            rmse: (difference.iter().map(|d| d * d).sum::<f64>() / n).sqrt(),
            correlation: correlation(pairs),
            proportional_bias: slope(pairs),
        })
    }
}

/// Sums of squares and products about the means of (x, y).
fn moments(points: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64, f64) {
    let (n, sx, sy) = points.clone().fold((0.0, 0.0, 0.0), |(n, sx, sy), (x, y)| (n + 1.0, sx + x, sy + y));
    let (mx, my) = (sx / n, sy / n);
    points.fold((0.0, 0.0, 0.0), |(xx, xy, yy), (x, y)| {
        (xx + (x - mx).powi(2), xy + (x - mx) * (y - my), yy + (y - my).powi(2))
    })
}

/// Below this share of a value's square a sum of squares is rounding, not scatter.
const ROUNDING: f64 = 1e-20;

fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (xx, xy, yy) = moments(pairs.iter().copied());
    (xx > ROUNDING && yy > ROUNDING).then(|| xy / (xx * yy).sqrt())
}

/// Slope of ours − theirs on the mean of both by least squares, and its interval.
fn slope(pairs: &[(f64, f64)]) -> Option<(f64, Interval)> {
    let points = pairs.iter().map(|(ours, theirs)| (f64::midpoint(*ours, *theirs), ours - theirs));
    let (xx, xy, yy) = moments(points);
    if xx <= ROUNDING {
        return None;
    }
    let (slope, degrees) = (xy / xx, pairs.len() - 2);
    let unexplained = (yy - slope * xy).max(0.0);
    let se = (unexplained / degrees as f64 / xx).sqrt();
    Some((slope, Interval::around(slope, t_quantile(degrees) * se)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Bland and Altman 1986: peak expiratory flow of 17 people with two meters, first readings, l/min.
    const WRIGHT: [f64; 17] = [
        494.0, 395.0, 516.0, 434.0, 476.0, 557.0, 413.0, 442.0, 650.0, 433.0, 417.0, 656.0, 267.0, 478.0,
        178.0, 423.0, 427.0,
    ];
    const MINI: [f64; 17] = [
        512.0, 430.0, 520.0, 428.0, 500.0, 600.0, 364.0, 380.0, 658.0, 445.0, 432.0, 626.0, 260.0, 477.0,
        259.0, 350.0, 451.0,
    ];

    #[test]
    fn the_published_example_comes_out_as_published() {
        let pairs: Vec<(f64, f64)> = WRIGHT.into_iter().zip(MINI).collect();
        let agreement = Agreement::of(&pairs).unwrap();
        // bias −2.1, SD 38.8, limits −78 and 74 (printed: with two SD −79.7 and 75.5), bias −22.0 to 17.8, r 0.94
        assert!((agreement.differences.mean + 2.1).abs() < 0.05, "{agreement:?}");
        assert!((agreement.differences.sd - 38.8).abs() < 0.05);
        assert!(
            (agreement.bias_interval.low + 22.0).abs() < 0.1
                && (agreement.bias_interval.high - 17.8).abs() < 0.1
        );
        assert!((agreement.correlation.unwrap() - 0.94).abs() < 0.005);
        assert!((agreement.limits.low - (-2.12 - 1.96 * 38.77)).abs() < 0.1);
        let half = 0.5 * (agreement.low_limit_interval.high - agreement.low_limit_interval.low);
        // 2.120 · 38.77 · √(1/17 + 1.96²/32)
        assert!((half - 34.8).abs() < 0.3, "{half}");
        assert!((agreement.rmse - 37.67).abs() < 0.05, "{}", agreement.rmse);
    }

    #[test]
    fn a_device_that_stretches_shows_proportional_bias_and_perfect_correlation() {
        let pairs: Vec<(f64, f64)> = (2..12).map(|i| (0.11 * f64::from(i), 0.1 * f64::from(i))).collect();
        let agreement = Agreement::of(&pairs).unwrap();
        assert!((agreement.correlation.unwrap() - 1.0).abs() < 1e-9, "no disagreement shows in r");
        let (slope, interval) = agreement.proportional_bias.unwrap();
        assert!((slope - 0.01 / 0.105).abs() < 1e-9 && interval.low > 0.0, "{slope}");
    }

    #[test]
    fn what_is_not_there_is_unknown() {
        assert_eq!(Agreement::of(&[(1.0, 1.0), (2.0, 2.0)]), None);
        let flat = Agreement::of(&[(0.5, 0.4); 4]).unwrap();
        assert_eq!((flat.correlation, flat.proportional_bias), (None, None));
        assert!((flat.rmse - 0.1).abs() < 1e-12);
    }
}
