//! The lifts that can be simulated, with the figures that decide how their bars move.

use crate::model::{ExerciseId, PhaseOrder};

/// One lift as a strong recreational athlete performs it.
///
/// Mean velocity falls linearly with load (training.md §2.1): `v = v1rm + slope · (1 − load/1RM)`. V1RM is §2.2's;
/// slopes are fitted to §2.3's table where it has the lift and are our assumption where it has not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// Identifier, as in `config/exercises.toml`.
    pub id: &'static str,
    /// Which phase of a repetition comes first.
    pub order: PhaseOrder,
    /// Mean velocity at one-repetition maximum, m/s.
    pub v1rm_m_s: f64,
    /// Gain of mean velocity when the load falls from 1RM to nothing, m/s.
    pub slope_m_s: f64,
    /// Usual range of motion, m.
    pub range_of_motion_m: f64,
    /// Spread of the range of motion between athletes, m.
    pub range_of_motion_sd_m: f64,
    /// One-repetition maximum when nobody says otherwise, kg.
    pub one_rm_kg: f64,
    /// Most that the bar wanders forth and back in a repetition, m.
    pub path_m: f64,
    /// Where the bar comes from and goes to.
    pub support: Support,
    /// How long one phase of lowering may take, s.
    pub lowering_s: (f64, f64),
    /// Share of athletes who turn round without a pause at the bottom.
    pub touch_and_go: f64,
    /// Most that the bar rolls about its own axis in a repetition, rad.
    pub roll_rad: f64,
}

/// Where a bar rests before and after a set. Heights are those of the bar's centre line above the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Support {
    /// In a rack: un-racked by a small lift, then carried.
    Rack {
        /// Height in the hooks, m.
        height_m: f64,
        /// Horizontal way from the hooks to where the repetitions happen, m; walked in steps when longer than 0.4 m.
        carry_m: f64,
    },
    /// On the floor, and each repetition starts there.
    Floor,
    /// On the floor; picked up to this height first, where the repetitions start.
    PickedUp {
        /// Height of the hanging bar, m.
        height_m: f64,
    },
    /// On the floor; rolled over the lap first, repetitions start there.
    Lap,
}

/// Height of a bar's centre line with full-size plates (450 mm) on the floor, m.
pub const FLOOR_HEIGHT_M: f64 = 0.225;

/// Elbow to grip in a curl, m.
pub const FOREARM_M: f64 = 0.33;

const SQUAT: Lift = Lift {
    id: "back_squat",
    order: PhaseOrder::EccentricFirst,
    v1rm_m_s: 0.28,
    slope_m_s: 1.05,
    range_of_motion_m: 0.58,
    range_of_motion_sd_m: 0.06,
    one_rm_kg: 140.0,
    path_m: 0.05,
    support: Support::Rack { height_m: 1.36, carry_m: 0.75 },
    lowering_s: (0.9, 2.8),
    touch_and_go: 0.75,
    roll_rad: 0.35,
};

const DEADLIFT: Lift = Lift {
    id: "deadlift",
    order: PhaseOrder::ConcentricFirst,
    v1rm_m_s: 0.17,
    slope_m_s: 1.25,
    range_of_motion_m: 0.50,
    range_of_motion_sd_m: 0.05,
    one_rm_kg: 180.0,
    path_m: 0.04,
    support: Support::Floor,
    lowering_s: (0.8, 1.8),
    touch_and_go: 0.4,
    roll_rad: 0.2,
};

/// All lifts.
pub const LIFTS: [Lift; 9] = [
    SQUAT,
    Lift {
        id: "front_squat",
        v1rm_m_s: 0.30,
        one_rm_kg: 115.0,
        support: Support::Rack { height_m: 1.30, carry_m: 0.65 },
        ..SQUAT
    },
    Lift {
        id: "bench_press",
        v1rm_m_s: 0.17,
        slope_m_s: 1.55,
        range_of_motion_m: 0.36,
        range_of_motion_sd_m: 0.05,
        one_rm_kg: 100.0,
        path_m: 0.09,
        support: Support::Rack { height_m: 1.02, carry_m: 0.2 },
        lowering_s: (0.8, 2.6),
        roll_rad: 0.3,
        ..SQUAT
    },
    DEADLIFT,
    Lift {
        id: "romanian_deadlift",
        order: PhaseOrder::EccentricFirst,
        v1rm_m_s: 0.30,
        slope_m_s: 0.9,
        range_of_motion_m: 0.45,
        one_rm_kg: 150.0,
        support: Support::PickedUp { height_m: 0.80 },
        lowering_s: (1.0, 2.8),
        touch_and_go: 0.8,
        ..DEADLIFT
    },
    Lift {
        id: "overhead_press",
        order: PhaseOrder::ConcentricFirst,
        v1rm_m_s: 0.20,
        slope_m_s: 1.3,
        range_of_motion_m: 0.50,
        range_of_motion_sd_m: 0.04,
        one_rm_kg: 65.0,
        path_m: 0.08,
        support: Support::Rack { height_m: 1.34, carry_m: 0.6 },
        lowering_s: (0.8, 1.8),
        touch_and_go: 0.5,
        roll_rad: 0.35,
    },
    Lift {
        id: "bent_over_row",
        v1rm_m_s: 0.45,
        slope_m_s: 1.25,
        range_of_motion_m: 0.36,
        range_of_motion_sd_m: 0.05,
        one_rm_kg: 95.0,
        path_m: 0.06,
        support: Support::PickedUp { height_m: 0.55 },
        lowering_s: (0.8, 1.6),
        touch_and_go: 0.6,
        roll_rad: 0.5,
        ..DEADLIFT
    },
    Lift {
        id: "hip_thrust",
        v1rm_m_s: 0.25,
        slope_m_s: 1.1,
        range_of_motion_m: 0.30,
        range_of_motion_sd_m: 0.04,
        one_rm_kg: 170.0,
        path_m: 0.05,
        support: Support::Lap,
        touch_and_go: 0.5,
        roll_rad: 0.3,
        ..DEADLIFT
    },
    Lift {
        id: "biceps_curl",
        v1rm_m_s: 0.18,
        slope_m_s: 0.5,
        // decided by the forearm's swing, see `story`
        range_of_motion_m: 0.56,
        range_of_motion_sd_m: 0.02,
        one_rm_kg: 50.0,
        path_m: 0.02,
        support: Support::PickedUp { height_m: 0.85 },
        lowering_s: (0.9, 2.2),
        touch_and_go: 0.7,
        roll_rad: 0.15,
        ..DEADLIFT
    },
];

impl Lift {
    /// The lift of an exercise; `None` when it can't be simulated.
    #[must_use]
    pub fn of(exercise: &str) -> Option<&'static Self> {
        LIFTS.iter().find(|lift| lift.id == exercise)
    }

    /// The exercise.
    #[must_use]
    pub fn exercise(&self) -> ExerciseId {
        self.id.into()
    }

    /// Whether the forearm's arc carries the bar.
    #[must_use]
    pub fn is_curl(&self) -> bool {
        self.id == "biceps_curl"
    }

    /// Mean velocity of a fresh repetition at this share of 1RM, m/s.
    #[must_use]
    pub fn fresh_velocity_m_s(&self, load_share: f64) -> f64 {
        self.v1rm_m_s + self.slope_m_s * (1.0 - load_share)
    }

    /// How heavy a repetition of this mean velocity feels: the share of 1RM at which it would be the fresh one.
    #[must_use]
    pub fn heaviness(&self, mean_velocity_m_s: f64) -> f64 {
        1.0 - (mean_velocity_m_s - self.v1rm_m_s) / self.slope_m_s
    }

    /// Repetitions until failure at this share of 1RM: Epley's formula turned round, at least 1, at most 60.
    #[must_use]
    pub fn possible_reps(load_share: f64) -> f64 {
        (1.0 + 30.0 * (1.0 / load_share.max(0.05) - 1.0)).clamp(1.0, 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocities_lie_near_the_measured_tables() {
        // training.md §2.3: free squat measured means; bench by its published equation
        let cases = [
            ("back_squat", 0.4, 0.904, 0.06),
            ("back_squat", 0.8, 0.505, 0.06),
            ("back_squat", 0.9, 0.406, 0.06),
            ("bench_press", 0.6, 0.78, 0.06),
            ("bench_press", 0.9, 0.32, 0.06),
            ("deadlift", 0.7, 0.69, 0.2),
        ];
        for (exercise, share, expected, tolerance) in cases {
            let lift = Lift::of(exercise).unwrap();
            let v = lift.fresh_velocity_m_s(share);
            assert!((v - expected).abs() < tolerance, "{exercise} at {share}: {v}");
            assert!((lift.heaviness(v) - share).abs() < 1e-12);
        }
    }

    #[test]
    fn heavier_means_fewer() {
        assert!((Lift::possible_reps(1.0) - 1.0).abs() < 1e-12);
        assert!(Lift::possible_reps(0.8) > 7.0 && Lift::possible_reps(0.8) < 10.0);
    }
}
