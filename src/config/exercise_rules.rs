//! What an exercise must fulfil beyond having the right keys and types.

use crate::model::{Category, Exercise, ExerciseKind, PrimaryVelocity};

/// Longest way a barbell can go, with a margin: floor to overhead of the tallest.
const LONGEST_WAY_M: f64 = 3.0;
/// No lift's last possible repetition is faster.
const FASTEST_V1RM_M_S: f64 = 2.0;
/// Longer is no rest between sets but another session.
const LONGEST_REST_S: f64 = 3600.0;

/// A broken rule: the key to point at and what is wrong with it.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) key: &'static str,
    pub(super) message: String,
}

/// All rules that `exercise` breaks; `says` tells whether the file has a key.
pub(super) fn broken(exercise: &Exercise, says: impl Fn(&str) -> bool) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut need = |holds: bool, key: &'static str, message: &dyn Fn() -> String| {
        if !holds {
            found.push(Broken { key, message: message() });
        }
    };
    let e = exercise;
    let moves = matches!(e.kind, ExerciseKind::Velocity | ExerciseKind::Counted | ExerciseKind::Jump);

    need(is_snake_case(e.id.as_str()), "id", &|| {
        format!("`{}` is no snake_case identifier; write it like `back_squat`", e.id)
    });
    need(!e.name.trim().is_empty(), "name", &|| "the name is empty; people read it on the screen".into());
    need(e.aliases.iter().all(|alias| !alias.trim().is_empty()), "aliases", &|| "an alias is empty".into());
    need(!moves || says("order"), "order", &|| {
        "`order` is missing: `eccentric_first` (squat) or `concentric_first` (deadlift)".into()
    });

    match e.range_of_motion {
        Some(range) => {
            need(moves, "range_of_motion", &|| "a hold or a carry has no range of motion; remove it".into());
            need(range.min_m > 0.0 && range.min_m < range.max_m, "range_of_motion", &|| {
                format!("min_m = {} must be above 0 and below max_m = {}", range.min_m, range.max_m)
            });
            need(range.max_m <= LONGEST_WAY_M, "range_of_motion", &|| {
                format!("max_m = {} is more than {LONGEST_WAY_M} m; is it in metres?", range.max_m)
            });
        }
        None => need(e.kind != ExerciseKind::Velocity, "range_of_motion", &|| {
            "`range_of_motion` is missing, and without it nothing tells a repetition from a walk-out".into()
        }),
    }
    need((0.0..=1.0).contains(&e.closure), "closure", &|| format!("{} is not between 0 and 1", e.closure));
    need((0.0..=1.0).contains(&e.body_mass_factor), "body_mass_factor", &|| {
        format!("{} is not between 0 and 1; it is a share of body mass", e.body_mass_factor)
    });

    need(e.v1rm_m_s.is_none_or(|v| v > 0.0 && v <= FASTEST_V1RM_M_S), "v1rm_m_s", &|| {
        format!("must be above 0 and at most {FASTEST_V1RM_M_S} m/s; leave it out when nobody measured it")
    });
    need(!e.e1rm || e.v1rm_m_s.is_some(), "e1rm", &|| {
        "an estimated maximum needs `v1rm_m_s`; give it or remove `e1rm`".into()
    });
    need(!e.e1rm || e.primary_velocity == PrimaryVelocity::Mean, "e1rm", &|| {
        "a lift that is coached by peak velocity has no estimated maximum; remove `e1rm`".into()
    });

    need((0.0..=LONGEST_REST_S).contains(&e.rest_s), "rest_s", &|| {
        format!("{} is not between 0 and {LONGEST_REST_S} s", e.rest_s)
    });
    need(e.set_timeout_s > 0.0 && e.set_timeout_s.is_finite(), "set_timeout_s", &|| {
        format!("{} is not above 0 s", e.set_timeout_s)
    });
    need(!(e.set_timeout_s > e.rest_s && e.rest_s >= 0.0), "set_timeout_s", &|| {
        let Exercise { set_timeout_s, rest_s, .. } = e;
        format!(
            "a time-out of {set_timeout_s} s would join sets that are {rest_s} s apart; make it at most `rest_s`"
        )
    });

    need(!e.muscles.is_empty(), "muscles", &|| "name at least one muscle group".into());
    need(!e.categories.is_empty(), "categories", &|| "name at least one category".into());
    let plyometric = e.categories.contains(&Category::Plyometric);
    need(plyometric == (e.foot_contacts_per_rep > 0), "foot_contacts_per_rep", &|| {
        "plyometric exercises, and no others, have foot contacts; set both or neither".into()
    });
    found
}

fn is_snake_case(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.split('_').all(|word| !word.is_empty())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::is_snake_case;

    #[test]
    fn identifiers_are_snake_case() {
        for good in ["back_squat", "squat", "press_2", "a1_b2"] {
            assert!(is_snake_case(good), "{good}");
        }
        for bad in [
            "",
            "Back_squat",
            "back squat",
            "back-squat",
            "_squat",
            "squat_",
            "back__squat",
            "1_press",
            "kniebüge",
        ] {
            assert!(!is_snake_case(bad), "{bad}");
        }
    }
}
