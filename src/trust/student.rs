//! Means of few values and how far they can be trusted: Student's t distribution.

use std::f64::consts::PI;

/// Share of intervals that hold the true value.
pub const CONFIDENCE: f64 = 0.95;

/// Mean and scatter of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Standard deviation, with `count − 1`.
    pub sd: f64,
}

/// From here to there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// So far to both sides of a value.
    #[must_use]
    pub fn around(centre: f64, half_width: f64) -> Self {
        Self { low: centre - half_width, high: centre + half_width }
    }

    /// Whether all of it is nearer to zero than `limit`.
    #[must_use]
    pub fn is_within(&self, limit: f64) -> bool {
        self.low > -limit && self.high < limit
    }

    /// Whether `x` is in it.
    #[must_use]
    pub fn holds(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&x)
    }
}

impl Summary {
    /// Of values; `None` for fewer than two, which have no scatter.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count < 2 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        Some(Self { count, mean, sd: (squares / (count - 1) as f64).sqrt() })
    }

    /// The interval that holds the true mean at [`CONFIDENCE`], for values that scatter normally.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::around(self.mean, t_quantile(self.count - 1) * self.sd / (self.count as f64).sqrt())
    }
}

/// `t` with `P(|T| ≤ t) =` [`CONFIDENCE`] for so many degrees of freedom (at least 1).
#[must_use]
pub fn t_quantile(degrees: usize) -> f64 {
    let degrees = degrees.max(1);
    // the quantile falls with the degrees: 12.7 for one, 1.96 for very many
    let (mut low, mut high) = (1.9, 13.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if probability_within(middle, degrees) < CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// `P(|T| ≤ t)`: the finite series for whole degrees of freedom (Abramowitz and Stegun, "Handbook of Mathematical
/// Functions", 1964, 26.7.3 and 26.7.4).
fn probability_within(t: f64, degrees: usize) -> f64 {
    let theta = (t / (degrees as f64).sqrt()).atan();
    let (sin, cos) = theta.sin_cos();
    let is_odd = degrees % 2 == 1;
    let (mut term, mut k) = if is_odd { (cos, 1.0) } else { (1.0, 0.0) };
    let mut sum = 0.0;
    for _ in 0..(degrees / 2) {
        sum += term;
        k += 2.0;
        term *= cos * cos * (k - 1.0) / k;
    }
    if is_odd { 2.0 / PI * (theta + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_printed_tables() {
        let table = [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (9, 2.262),
            (30, 2.042),
            (120, 1.980),
            (9999, 1.960),
        ];
        for (degrees, t) in table {
            assert!((t_quantile(degrees) - t).abs() < 6e-4, "{degrees}: {}", t_quantile(degrees));
        }
    }

    #[test]
    fn a_summary_is_mean_scatter_and_interval() {
        let summary = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert!((summary.mean - 5.0).abs() < 1e-12 && (summary.sd - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
        let interval = summary.interval();
        // 2.3646 · 2.1381 / √8
        assert!((interval.high - 6.7875).abs() < 1e-3 && interval.holds(4.0) && !interval.is_within(6.0));
        assert_eq!(Summary::of(&[1.0]), None);
    }
}
