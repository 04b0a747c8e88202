//! What really happened: the list against which algorithms are judged.

use super::bar::{Cursor, GRAVITY_M_S2, Motion};
use crate::model::ExerciseId;
use serde::Serialize;

/// One movement of a bar, a repetition or not, in the order in which they happened.
///
/// All times are true time in seconds, which is the host's monotonic clock. All velocities are those of the bar's
/// centre line at its middle, not of the sensor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Movement {
    /// What it was.
    pub kind: MovementKind,
    /// First motion, s.
    pub begin_s: f64,
    /// Last motion, s.
    pub finish_s: f64,
    /// The lowering that belongs to a repetition: before its lifting, or after it where the exercise lifts first.
    pub eccentric: Option<Phase>,
    /// The lifting, from one zero of the vertical velocity to the next.
    pub concentric: Option<Phase>,
    /// Figures of the lifting.
    pub metrics: Option<Metrics>,
}

/// Beginning and end of a phase, true time, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Phase {
    /// Beginning.
    pub start_s: f64,
    /// End.
    pub end_s: f64,
}

/// Figures of a lifting phase by training.md §1.1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// Displacement over duration between the zeros of velocity, m/s.
    pub mean_velocity_m_s: f64,
    /// Displacement over duration until the acceleration first falls below −g, m/s.
    pub mean_propulsive_velocity_m_s: f64,
    /// Greatest velocity, m/s.
    pub peak_velocity_m_s: f64,
    /// From the beginning to the greatest velocity, s.
    pub time_to_peak_s: f64,
    /// Displacement, m.
    pub range_of_motion_m: f64,
    /// Duration, s.
    pub duration_s: f64,
    /// Mean of (a + g)·v, W for each kg moved.
    pub mean_specific_power_w_kg: f64,
}

/// Kinds of movements. Only [`Rep`](Self::Rep) counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// A completed repetition.
    Rep,
    /// A repetition that got part of the way up and came back.
    FailedRep,
    /// Out of the hooks.
    Unrack,
    /// From the rack to where the repetitions happen.
    WalkOut,
    /// Back to the rack.
    WalkIn,
    /// Into the hooks.
    Rerack,
    /// From the floor to where the repetitions start.
    PickUp,
    /// Back to the floor, in hands.
    PutDown,
    /// Rolled along the floor.
    Roll,
    /// Let go, to the floor.
    Drop,
    /// Moved between sets: loading plates, putting a fallen bar back.
    Handling,
}

/// One set as it really was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SetTruth {
    /// The exercise.
    pub exercise: ExerciseId,
    /// Load on the bar, the bar included, kg.
    pub load_kg: f64,
    /// Load as a percentage of the athlete's one-repetition maximum.
    pub load_pct: f64,
    /// Repetitions that were intended.
    pub planned_reps: u32,
    /// All movements.
    pub movements: Vec<Movement>,
}

impl SetTruth {
    /// The repetitions that count, with their figures.
    pub fn reps(&self) -> impl Iterator<Item = (&Movement, Phase, Metrics)> {
        self.movements.iter().filter(|movement| movement.kind == MovementKind::Rep).filter_map(|movement| {
            let (concentric, metrics) = (movement.concentric?, movement.metrics?);
            Some((movement, concentric, metrics))
        })
    }

    /// Relative velocity loss from the best to the last repetition, %; `None` without repetitions.
    #[must_use]
    pub fn velocity_loss_best_pct(&self) -> Option<f64> {
        let velocities: Vec<f64> = self.reps().map(|(_, _, metrics)| metrics.mean_velocity_m_s).collect();
        let best = velocities.iter().copied().fold(f64::MIN, f64::max);
        velocities.last().map(|last| 100.0 * (best - last) / best)
    }
}

/// Time between the points at which a lifting phase is searched, s.
const SEARCH_STEP_S: f64 = 0.001;

impl Metrics {
    /// Measures a lifting phase in a motion. Displacements are exact; the peak and the end of propulsion are found
    /// to a microsecond; the power is a trapezoid over milliseconds.
    #[must_use]
    pub fn of(motion: &Motion, phase: Phase) -> Self {
        let cursor = &mut Cursor::default();
        let Phase { start_s, end_s } = phase;
        let duration_s = end_s - start_s;
        let bottom = motion.vertical(start_s, cursor).value;
        let range_of_motion_m = motion.vertical(end_s, cursor).value - bottom;
        let steps = (duration_s / SEARCH_STEP_S).ceil().max(2.0);
        let step_s = duration_s / steps;
        let (mut peak, mut peak_s, mut braking_s, mut work) = (0.0, start_s, None, 0.0);
        let mut power_before = 0.0;
        for i in 0..=steps as u32 {
            let t = start_s + f64::from(i) * step_s;
            let point = motion.vertical(t, cursor);
            if point.rate > peak {
                (peak, peak_s) = (point.rate, t);
            }
            if braking_s.is_none() && point.acceleration < -GRAVITY_M_S2 {
                braking_s = Some(t);
            }
            let power = (point.acceleration + GRAVITY_M_S2) * point.rate;
            work += f64::midpoint(power_before, power) * step_s;
            power_before = power;
        }
        let refined_s = falling_through(motion, peak_s, step_s, 0.0);
        let refined = motion.vertical(refined_s, cursor).rate;
        if refined > peak {
            (peak, peak_s) = (refined, refined_s);
        }
        let propulsion_end_s = braking_s.map_or(end_s, |t| falling_through(motion, t, step_s, -GRAVITY_M_S2));
        let propelled_m = motion.vertical(propulsion_end_s, cursor).value - bottom;
        Self {
            mean_velocity_m_s: range_of_motion_m / duration_s,
            mean_propulsive_velocity_m_s: propelled_m / (propulsion_end_s - start_s),
            peak_velocity_m_s: peak,
            time_to_peak_s: peak_s - start_s,
            range_of_motion_m,
            duration_s,
            mean_specific_power_w_kg: work / duration_s,
        }
    }
}

/// Where within a step of `near_s` the vertical acceleration falls through `level`, by bisection.
fn falling_through(motion: &Motion, near_s: f64, step_s: f64, level: f64) -> f64 {
    let (mut before, mut after) = (near_s - step_s, near_s + step_s);
    for _ in 0..12 {
        let middle = f64::midpoint(before, after);
        if motion.vertical(middle, &mut Cursor::default()).acceleration > level {
            before = middle;
        } else {
            after = middle;
        }
    }
    f64::midpoint(before, after)
}
