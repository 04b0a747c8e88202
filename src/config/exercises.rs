//! The exercise catalogue: the embedded file, and a user's file laid over it by `id`.

use super::suggest::{did_you_mean, most_similar};
use super::{Mistakes, exercise_file};
use crate::model::{Exercise, ExerciseId};
use std::collections::BTreeMap;

/// The catalogue that is part of the program.
const EMBEDDED: &str = include_str!("../../config/exercises.toml");
/// Its name in messages.
const EMBEDDED_FILE: &str = "config/exercises.toml";

/// All exercises that are known, by identifier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    exercises: BTreeMap<ExerciseId, Exercise>,
}

/// An exercise that the catalogue does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown exercise `{id}`{}", way_out(.nearest.as_ref()))]
pub struct UnknownExercise {
    /// What was asked for.
    pub id: String,
    /// The most similar that there is.
    pub nearest: Option<ExerciseId>,
}

fn way_out(nearest: Option<&ExerciseId>) -> String {
    match nearest {
        Some(id) => did_you_mean(Some(id.as_str())),
        None => format!("; the identifiers are those of {EMBEDDED_FILE}"),
    }
}

impl Catalogue {
    /// The catalogue that is part of the program.
    pub fn embedded() -> Result<Self, Mistakes> {
        Self::parse(EMBEDDED_FILE, EMBEDDED)
    }

    /// Reads a whole catalogue; `file` is its name for messages. All mistakes are reported, not only the first.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        Self::default().overlay(file, text)
    }

    /// Lays a user's file over this catalogue: an entry with a known `id` changes the keys it names, any other is new.
    pub fn overlay(mut self, file: &str, text: &str) -> Result<Self, Mistakes> {
        let read = exercise_file::read(file, text, &self.exercises)?;
        self.exercises.extend(read.into_iter().map(|exercise| (exercise.id.clone(), exercise)));
        Ok(self)
    }

    /// The exercise with this identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Exercise> {
        self.exercises.get(&ExerciseId::from(id))
    }

    /// The exercise with this identifier, or an error that suggests the nearest.
    pub fn find(&self, id: &str) -> Result<&Exercise, UnknownExercise> {
        self.get(id).ok_or_else(|| UnknownExercise { id: id.to_owned(), nearest: self.nearest(id).cloned() })
    }

    /// The exercise whose identifier, name or alias is most similar; `None` when nothing is.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<&ExerciseId> {
        let names = self.exercises.values().flat_map(|exercise| {
            let own = [exercise.id.as_str(), exercise.name.as_str()];
            own.into_iter()
                .chain(exercise.aliases.iter().map(String::as_str))
                .map(|name| (name, &exercise.id))
        });
        most_similar(id, names)
    }

    /// All exercises in the order of their identifiers.
    pub fn iter(&self) -> impl Iterator<Item = &Exercise> {
        self.exercises.values()
    }
}

impl From<Catalogue> for BTreeMap<ExerciseId, Exercise> {
    fn from(catalogue: Catalogue) -> Self {
        catalogue.exercises
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConcentricDirection, ExerciseKind, PhaseOrder, PrimaryVelocity, Sides};

    #[test]
    fn the_embedded_catalogue_is_without_mistakes() {
        let catalogue = Catalogue::embedded().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert!(catalogue.iter().count() >= 40);
    }

    #[test]
    fn the_embedded_catalogue_has_what_the_contract_and_the_rules_name() {
        let catalogue = Catalogue::embedded().unwrap();
        let contract = "back_squat front_squat bench_press deadlift romanian_deadlift overhead_press bent_over_row \
            hip_thrust biceps_curl";
        let squats = "air_squat goblet_squat step_up weighted_step_up lunge forward_lunge single_leg_squat";
        let hinges = "glute_bridge single_leg_romanian_deadlift snatch clean jerk";
        let upper =
            "push_up pull_up lat_pulldown upright_row lateral_raise triceps_extension barbell_pullover";
        let isolation = "leg_extension leg_curl toe_raise hip_abduction hip_adduction calf_raise";
        let core = "half_kneeling_anti_rotation_hold medicine_ball_rotational_throw dead_bug hanging_knee_raise \
            side_plank plank pallof_press sit_up crunch farmers_carry loaded_carry";
        for id in
            [contract, squats, hinges, upper, isolation, core].iter().flat_map(|ids| ids.split_whitespace())
        {
            assert!(catalogue.get(id).is_some(), "{id}");
        }
        for kind in [ExerciseKind::Hold, ExerciseKind::Carry, ExerciseKind::Jump, ExerciseKind::Counted] {
            assert!(catalogue.iter().any(|exercise| exercise.kind == kind), "{kind:?}");
        }
    }

    #[test]
    fn the_embedded_catalogue_says_what_the_sources_say() {
        let catalogue = Catalogue::embedded().unwrap();
        let squat = catalogue.get("back_squat").unwrap();
        assert_eq!((squat.body_mass_factor, squat.v1rm_m_s, squat.e1rm), (0.88, Some(0.28), false));
        let deadlift = catalogue.get("deadlift").unwrap();
        assert_eq!((deadlift.order, deadlift.closure), (PhaseOrder::ConcentricFirst, 0.0));
        assert_eq!(catalogue.get("romanian_deadlift").unwrap().v1rm_m_s, None);
        assert_eq!(catalogue.get("lat_pulldown").unwrap().concentric, ConcentricDirection::Down);
        assert_eq!(catalogue.get("split_squat").unwrap().sides, Sides::Each);
        for lift in ["snatch", "clean", "jerk"].map(|id| catalogue.get(id).unwrap()) {
            assert_eq!(
                (lift.primary_velocity, lift.e1rm, lift.optional),
                (PrimaryVelocity::Peak, false, true)
            );
        }
    }

    #[test]
    fn a_user_s_entry_changes_only_what_it_names() {
        let base = Catalogue::embedded().unwrap();
        let mut expected = base.get("back_squat").unwrap().clone();
        expected.rest_s = 240.0;
        let laid =
            base.clone().overlay("my.toml", "[[exercise]]\nid = \"back_squat\"\nrest_s = 240\n").unwrap();
        assert_eq!(laid.get("back_squat"), Some(&expected));
        assert_eq!(laid.iter().count(), base.iter().count());
        let own = toml::to_string(&expected).unwrap().replace("back_squat", "my_squat");
        let table =
            format!("[[exercise]]\n{}", own.replace("[range_of_motion]", "[exercise.range_of_motion]"));
        let laid = base.clone().overlay("my.toml", &table).unwrap();
        assert_eq!(laid.iter().count(), base.iter().count() + 1);
    }

    #[test]
    fn a_user_s_mistake_is_shown_in_the_user_s_file() {
        let base = Catalogue::embedded().unwrap();
        let overlay = |text| base.clone().overlay("my.toml", text).unwrap_err().to_string();
        let shown = overlay("[[exercise]]\nid = \"back_squat\"\nrest_s = -3\n");
        assert!(shown.starts_with("my.toml:3:10: -3 is not between"), "{shown}");
        let shown = overlay("[[exercise]]\nid = \"back_squat\"\nrest_s = \"x\"\n");
        assert!(shown.starts_with("my.toml:3:10: invalid type"), "{shown}");
        let shown = overlay("[[exercise]]\nid = \"bakc_squat\"\n");
        assert!(shown.starts_with("my.toml:1:1: missing field"), "{shown}");
    }

    #[test]
    fn every_embedded_entry_survives_being_laid_over_itself() {
        let base = Catalogue::embedded().unwrap();
        for exercise in base.iter() {
            let text = format!("[[exercise]]\nid = \"{}\"\n", exercise.id);
            assert_eq!(base.clone().overlay("my.toml", &text).as_ref(), Ok(&base), "{}", exercise.id);
        }
    }

    #[test]
    fn an_unknown_exercise_suggests_the_nearest() {
        let catalogue = Catalogue::embedded().unwrap();
        for (asked, nearest) in [
            ("back_sqat", Some("back_squat")),
            ("Bench Press", Some("bench_press")),
            ("rdl", Some("romanian_deadlift")),
            ("bicep_curls", Some("biceps_curl")),
            ("squat", Some("back_squat")),
            ("Back Squat", Some("back_squat")),
            ("xyzzy", None),
        ] {
            assert_eq!(catalogue.nearest(asked).map(ExerciseId::as_str), nearest, "{asked}");
        }
        let error = catalogue.find("back_sqat").unwrap_err();
        assert_eq!(error.to_string(), "unknown exercise `back_sqat`; did you mean `back_squat`?");
        assert!(catalogue.find("xyzzy").unwrap_err().to_string().contains("config/exercises.toml"));
        assert!(catalogue.find("back_squat").is_ok());
    }
}
