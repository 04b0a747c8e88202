//! The numbers that the rules go by (training.md §8); all of them can be configured.

use crate::model::Goal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of all rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CoachParams {
    /// When to stop a set.
    pub velocity_loss_caps: VelocityLossCaps,
    /// What to load next.
    pub next_load: NextLoadParams,
}

/// Velocity loss against the best repetition at which a set is over, percent, by goal.
///
/// That caps up to 25 % gain more strength than higher ones has four sources; which cap suits which goal is coaches'
/// opinion (training.md §3.2, §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VelocityLossCaps {
    /// Learning the movement.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub technique_pct: f64,
    /// Power and speed.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub power_pct: f64,
    /// Maximal strength within the running season.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub strength_in_season_pct: f64,
    /// Maximal strength out of season.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub strength_off_season_pct: f64,
    /// Muscle growth, accessories.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub hypertrophy_pct: f64,
    /// Race week.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub taper_pct: f64,
    /// No goal chosen: about half of the repetitions that were possible in a squat, the most that strength work asks.
    #[schemars(range(min = 1.0, max = 60.0))]
    pub no_goal_pct: f64,
}

impl Default for VelocityLossCaps {
    fn default() -> Self {
        Self {
            technique_pct: 15.0,
            power_pct: 10.0,
            strength_in_season_pct: 15.0,
            strength_off_season_pct: 20.0,
            hypertrophy_pct: 25.0,
            taper_pct: 10.0,
            no_goal_pct: 20.0,
        }
    }
}

impl VelocityLossCaps {
    /// The cap for a goal, percent, and what to call it.
    #[must_use]
    pub fn of(&self, goal: Option<Goal>) -> (f64, &'static str) {
        match goal {
            Some(Goal::Technique) => (self.technique_pct, "technique"),
            Some(Goal::Power) => (self.power_pct, "power"),
            Some(Goal::StrengthInSeason) => (self.strength_in_season_pct, "strength in season"),
            Some(Goal::StrengthOffSeason) => (self.strength_off_season_pct, "strength off season"),
            Some(Goal::Hypertrophy) => (self.hypertrophy_pct, "hypertrophy"),
            Some(Goal::Taper) => (self.taper_pct, "taper"),
            None => (self.no_goal_pct, "no goal chosen"),
        }
    }
}

/// How far the load follows the velocity (training.md §3.5, rule 3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NextLoadParams {
    /// Change of load, percent, for each `per_velocity_m_s` off target.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub change_pct: f64,
    /// Deviation that is worth `change_pct`, m/s: about the smallest that can be detected.
    #[schemars(range(min = 0.01, max = 0.5))]
    pub per_velocity_m_s: f64,
    /// Deviations up to here are noise, m/s.
    #[schemars(range(min = 0.0, max = 0.2))]
    pub dead_band_m_s: f64,
    /// Largest change, percent.
    #[schemars(range(min = 0.5, max = 50.0))]
    pub max_change_pct: f64,
    /// Step between loads where the plates are unknown, kg: a pair of the 1.25 kg plates that most gyms have.
    #[schemars(range(min = 0.1, max = 20.0))]
    pub step_without_plates_kg: f64,
}

impl Default for NextLoadParams {
    fn default() -> Self {
        Self {
            change_pct: 5.0,
            per_velocity_m_s: 0.06,
            dead_band_m_s: 0.03,
            max_change_pct: 10.0,
            step_without_plates_kg: 2.5,
        }
    }
}
