//! Figures of a set over its accepted repetitions (training.md §1.3).

use crate::model::{PrimaryVelocity, RepMetrics, SetSummary, Side};

/// Summary of a set's accepted repetitions in order. Repetitions of unknown velocity count, but say nothing of
/// velocity; a rejected or failed one must not be among them.
#[must_use]
pub fn summarize<'a>(
    accepted: impl IntoIterator<Item = &'a RepMetrics>,
    primary: PrimaryVelocity,
    side: Option<Side>,
) -> SetSummary {
    let velocities: Vec<Option<f64>> = accepted
        .into_iter()
        .map(|m| match primary {
            PrimaryVelocity::Mean => m.mean_velocity_m_s,
            PrimaryVelocity::Peak => m.peak_velocity_m_s,
        })
        .collect();
    let known: Vec<f64> = velocities.iter().copied().flatten().collect();
    let mut falling = known.clone();
    falling.sort_by(|a, b| b.total_cmp(a));
    let best_two = &falling[..falling.len().min(2)];
    let best = falling.first().copied();
    let last = known.last().copied();
    SetSummary {
        side,
        reps: u32::try_from(velocities.len()).unwrap_or(u32::MAX),
        best_velocity_m_s: best,
        best_two_mean_velocity_m_s: best.map(|_| best_two.iter().sum::<f64>() / best_two.len() as f64),
        last_velocity_m_s: last,
        velocity_loss_best_pct: loss(best, last),
        velocity_loss_first_pct: loss(known.first().copied(), last),
    }
}

/// `100·(from − to)/from`.
fn loss(from: Option<f64>, to: Option<f64>) -> Option<f64> {
    from.zip(to).filter(|(from, _)| *from > 0.0).map(|(from, to)| 100.0 * (from - to) / from)
}
