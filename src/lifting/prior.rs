//! What is known of an exercise's repetitions before looking at any.

use crate::model::{ConcentricDirection, Exercise, Mount, PhaseOrder};

/// What the repetitions of an exercise look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MovementPrior {
    /// Which phase comes first; `None`: find out from the recording.
    pub order: Option<PhaseOrder>,
    /// Where the implement goes in the concentric phase.
    pub concentric: ConcentricDirection,
    /// Shortest range of motion of a repetition, m. Half of it is still a candidate, since a bad link shrinks it.
    pub min_rom_m: f64,
    /// Longest range of motion of a repetition, m. Half as much again is still a candidate.
    pub max_rom_m: f64,
    /// Shortest concentric phase, s.
    pub min_concentric_s: f64,
    /// Longest concentric phase, s; generous, because a grinding repetition counts.
    pub max_concentric_s: f64,
    /// Highest peak velocity, m/s.
    pub max_velocity_m_s: f64,
    /// How surely the implement comes back to its height within a repetition: 0 (a dropped deadlift) to 1.
    pub closure: f64,
    /// The sensor is worn: it cannot spin, so repetitions go through the same postures.
    pub worn: bool,
    /// Heights stand for the turning of a worn sensor, and steady heights for how far it is lifted meanwhile.
    pub swings: bool,
}

impl MovementPrior {
    /// For a recording of which nobody has said what was lifted.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            order: None,
            concentric: ConcentricDirection::Up,
            min_rom_m: 0.2,
            max_rom_m: 1.2,
            min_concentric_s: 0.15,
            max_concentric_s: 8.0,
            max_velocity_m_s: 4.0,
            closure: 0.8,
            worn: false,
            swings: false,
        }
    }

    /// From the exercise's entry in the catalogue.
    #[must_use]
    pub fn of(exercise: &Exercise) -> Self {
        let unknown = Self::unknown();
        Self {
            order: Some(exercise.order),
            concentric: exercise.concentric,
            min_rom_m: exercise.range_of_motion.map_or(unknown.min_rom_m, |range| range.min_m),
            max_rom_m: exercise.range_of_motion.map_or(unknown.max_rom_m, |range| range.max_m),
            closure: exercise.closure,
            ..unknown
        }
    }

    /// The same with the sensor where it is.
    #[must_use]
    pub fn at(self, mount: Option<Mount>) -> Self {
        Self { worn: matches!(mount, Some(Mount::Wrist | Mount::Belt)), ..self }
    }
}
