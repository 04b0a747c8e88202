//! What to read.

use crate::model::{AthleteId, ExerciseId, SensorId, SessionId, SetId, StationId};

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Go on behind this number: higher ones, or lower ones when the newest come first.
    pub after: Option<u64>,
    /// At most so many.
    pub limit: u32,
    /// From the highest number down.
    pub newest_first: bool,
}

impl Default for Page {
    /// All, oldest first.
    fn default() -> Self {
        Self { after: None, limit: u32::MAX, newest_first: false }
    }
}

/// Which repetitions; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepFilter {
    /// Of this set.
    pub set: Option<SetId>,
    /// At this station.
    pub station: Option<StationId>,
    /// Of this athlete.
    pub athlete: Option<AthleteId>,
    /// In this exercise.
    pub exercise: Option<ExerciseId>,
    /// Which part, by number of the repetition.
    pub page: Page,
}

/// Which sets; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetFilter {
    /// Of this session.
    pub session: Option<SessionId>,
    /// At this station.
    pub station: Option<StationId>,
    /// Of this athlete.
    pub athlete: Option<AthleteId>,
    /// In this exercise.
    pub exercise: Option<ExerciseId>,
    /// Open (or closed).
    pub open: Option<bool>,
    /// Only those that wait for a label: closed, with a repetition, without an athlete, exercise or load.
    pub inbox: bool,
    /// Which part, by number of the set.
    pub page: Page,
}

/// Which sessions; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// At this station.
    pub station: Option<StationId>,
    /// Of this athlete.
    pub athlete: Option<AthleteId>,
    /// Open (or closed).
    pub open: Option<bool>,
    /// Which part, by number of the session.
    pub page: Page,
}

/// Which advice; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdviceFilter {
    /// After or within this set.
    pub set: Option<SetId>,
    /// At this station.
    pub station: Option<StationId>,
    /// To this athlete.
    pub athlete: Option<AthleteId>,
    /// Only advice that nothing has taken the place of.
    pub current: bool,
    /// Which part, by number of the advice.
    pub page: Page,
}

/// Which cadence; what is `None` doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CadenceFilter {
    /// Of this footpod.
    pub sensor: Option<SensorId>,
    /// Which part, by `seq`.
    pub page: Page,
}
