//! Whether what people send can be: names that exist, numbers of this world.

use super::super::problem::Problem;
use super::super::state::Web;
use crate::model::{AthleteId, ExerciseId, StationId};

impl Web {
    /// An athlete that exists.
    pub(super) fn known_athlete(&self, id: Option<String>) -> Result<Option<AthleteId>, Problem> {
        let Some(id) = id.map(AthleteId) else { return Ok(None) };
        if self.athlete(&id)?.is_none() {
            let hint = "GET /api/v1/athletes lists them; PUT /api/v1/athletes/ID adds one";
            return Err(Problem::field("athlete", format!("there is no athlete {:?}", id.as_str()), hint));
        }
        Ok(Some(id))
    }

    /// An exercise of the catalogue.
    pub(super) fn known_exercise(&self, id: Option<String>) -> Result<Option<ExerciseId>, Problem> {
        let Some(id) = id.map(ExerciseId) else { return Ok(None) };
        if self.exercise(&id).is_none() {
            let hint = "GET /api/v1/exercises?q=WORD finds the identifier by a word of its names";
            return Err(Problem::field("exercise", format!("there is no exercise {:?}", id.as_str()), hint));
        }
        Ok(Some(id))
    }

    /// A configured station.
    pub(super) fn known_station(&self, id: &str) -> Result<(), Problem> {
        let found = self.station(&StationId::from(id));
        found.map(|_| ()).map_err(|_| {
            let hint = "GET /api/v1/stations lists them; they are set up in ironstride.toml";
            Problem::field("station", format!("there is no station {id:?}"), hint)
        })
    }
}

/// A number within bounds; JSON can't say NaN, but it can say 1e999.
pub(super) fn within(field: &str, value: Option<f64>, least: f64, most: f64) -> Result<Option<f64>, Problem> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            let hint = "look at unit and decimal point; leave it out when it is unknown";
            Err(Problem::field(field, format!("{value} is not between {least} and {most}"), hint))
        }
        value => Ok(value),
    }
}

/// A load: 0 is a weight, below 0 is assistance.
pub(super) fn load(load_kg: Option<f64>) -> Result<Option<f64>, Problem> {
    within("load_kg", load_kg, -300.0, 1000.0)
}

/// A target of mean velocity.
pub(super) fn target_velocity(velocity_m_s: Option<f64>) -> Result<Option<f64>, Problem> {
    within("target_velocity_m_s", velocity_m_s, 0.01, 10.0)
}

/// A name for people.
pub(super) fn name(field: &str, name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 80 || name.chars().any(char::is_control) {
        let hint = "send 1 to 80 characters on one line";
        return Err(Problem::field(field, "is empty, too long or has control characters", hint));
    }
    Ok(name.to_owned())
}

/// An identifier that a person chooses.
pub(super) fn slug(field: &str, id: &str) -> Result<(), Problem> {
    let fits = id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
    if id.is_empty() || id.len() > 40 || !fits {
        let hint =
            "take 1 to 40 small letters, digits, `_` and `-`, such as `anna`; the name may have any signs";
        return Err(Problem::field(field, format!("{id:?} can't be an identifier"), hint));
    }
    Ok(())
}
