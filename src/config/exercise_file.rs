//! Reads a file of `[[exercise]]` tables over what is known already, and finds all its mistakes.

use super::Mistakes;
use super::exercise_rules::broken;
use super::recover::Reader;
use crate::model::{Exercise, ExerciseId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable as Table, DeValue};

/// The only key at the top of the file: `[[exercise]]`.
const TOP_KEY: &str = "exercise";

/// The exercises of `text`: an entry whose `id` is in `base` changes the keys it names, any other must be whole.
pub(super) fn read(
    file: &str,
    text: &str,
    base: &BTreeMap<ExerciseId, Exercise>,
) -> Result<Vec<Exercise>, Mistakes> {
    let mut reader = Reader::new(file, text);
    let mut seen = BTreeSet::new();
    let mut exercises = Vec::new();
    for entry in entries(&mut reader) {
        // as text, since tables borrow from what they were read from
        let known = id_of(&entry)
            .and_then(|(id, _)| base.get(&ExerciseId::from(id)))
            .map(toml::to_string)
            .and_then(Result::ok)
            .unwrap_or_default();
        let Some(exercise) = exercise(&mut reader, &entry, &known) else { continue };
        if !seen.insert(exercise.id.clone()) {
            let at = id_of(&entry).map_or(entry.span(), |(_, span)| span);
            reader.report(at, format!("`{}` is in this file twice; remove one", exercise.id));
        }
        exercises.push(exercise);
    }
    reader.finish().map(|()| exercises)
}

type Entry<'i> = Spanned<DeValue<'i>>;

/// The `[[exercise]]` tables of the file.
fn entries<'i>(reader: &mut Reader<'i>) -> Vec<Entry<'i>> {
    let mut entries = Vec::new();
    for (key, value) in reader.document().into_inner() {
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(tables) if key.get_ref() == TOP_KEY => entries.extend(tables),
            _ => reader.report(
                if key.get_ref() == TOP_KEY { span } else { key.span() },
                format!(
                    "`{}` is not expected here; each exercise begins with `[[{TOP_KEY}]]`",
                    key.get_ref()
                ),
            ),
        }
    }
    entries
}

/// One exercise: the keys of `entry` over those of `base`, checked; `None` when it can't even be read.
fn exercise(reader: &mut Reader<'_>, entry: &Entry<'_>, base: &str) -> Option<Exercise> {
    let DeValue::Table(own) = entry.get_ref() else {
        reader.report(entry.span(), format!("an exercise is a table; begin it with `[[{TOP_KEY}]]`"));
        return None;
    };
    let mut table = Table::parse(base).map(Spanned::into_inner).unwrap_or_default();
    for (key, value) in own {
        table.remove(key.get_ref().as_ref());
        table.insert(key.clone(), value.clone());
    }
    let exercise = reader.read(Spanned::new(entry.span(), table.clone()), |key| own.contains_key(key))?;
    for rule in broken(&exercise, |key| table.contains_key(key)) {
        let at = own.get(rule.key).map_or(entry.span(), Spanned::span);
        reader.report(at, rule.message);
    }
    Some(exercise)
}

/// The identifier of an entry and where it stands.
fn id_of<'a>(entry: &'a Entry<'_>) -> Option<(&'a str, Range<usize>)> {
    let id = entry.get_ref().as_table()?.get("id")?;
    Some((id.get_ref().as_str()?, id.span()))
}

#[cfg(test)]
mod tests {
    use crate::config::{Catalogue, Mistakes};

    const GOOD: &str = r#"
[[exercise]]
id = "test_squat"
name = "Test squat"
kind = "velocity"
sides = "both"
implement = "barbell"
mount = "shaft"
order = "eccentric_first"
range_of_motion = { min_m = 0.2, max_m = 0.9 }
rest_s = 180
muscles = ["glutes"]
categories = ["strength"]
"#;

    /// The mistakes in [`GOOD`] after `from` has become `to`.
    fn mistakes(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        Catalogue::parse("my.toml", &GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_good_entry_has_the_documented_defaults() {
        let catalogue = Catalogue::parse("my.toml", GOOD).unwrap();
        let exercise = catalogue.get("test_squat").unwrap();
        assert_eq!((exercise.closure, exercise.body_mass_factor, exercise.set_timeout_s), (1.0, 0.0, 30.0));
        assert!(!exercise.e1rm && !exercise.optional);
    }

    #[test]
    fn the_mistake_is_shown_with_file_line_and_caret() {
        assert_eq!(
            mistakes("\"velocity\"", "\"veloctiy\""),
            "my.toml:5:8: unknown variant `veloctiy`; did you mean `velocity`?\n  |\n5 | kind = \"veloctiy\"\n  |        ^^^^^^^^^^"
        );
    }

    #[test]
    fn each_kind_of_mistake_is_found_where_it_is() {
        for (from, to, place, words) in [
            ("rest_s", "rests_s", "11:1", "did you mean `rest_s`?"),
            ("180", "\"long\"", "11:10", "invalid type: string"),
            ("180", "-1", "11:10", "-1 is not between"),
            ("180", "nan", "11:10", "NaN is not between"),
            ("180", "20", "2:1", "would join sets"),
            ("rest_s = 180", "", "2:1", "missing field `rest_s`"),
            ("min_m = 0.2", "min_m = 0.9", "10:19", "must be above 0 and below"),
            ("max_m = 0.9", "max_m = 90", "10:19", "is it in metres?"),
            ("min_m", "min_cm", "10:21", "did you mean `min_m`?"),
            ("range_of_motion", "#", "2:1", "`range_of_motion` is missing"),
            ("order = \"eccentric_first\"", "", "2:1", "`order` is missing"),
            ("\"test_squat\"", "\"Test squat\"", "3:6", "no snake_case identifier"),
            ("\"Test squat\"", "\" \"", "4:8", "the name is empty"),
            ("\"glutes\"", "\"glute\"", "12:12", "did you mean `glutes`?"),
            ("[\"strength\"]", "[]", "13:14", "at least one category"),
            ("[\"strength\"]", "[\"plyometric\"]", "2:1", "foot contacts"),
            ("rest_s = 180", "rest_s = 180\ne1rm = true", "12:8", "needs `v1rm_m_s`"),
            ("rest_s = 180", "rest_s = 180\nclosure = 2", "12:11", "not between 0 and 1"),
            ("\"velocity\"", "\"hold\"", "10:19", "has no range of motion"),
            ("[[exercise]]", "[exercise]", "2:1", "begins with `[[exercise]]`"),
            ("[[exercise]]", "[[exercises]]", "2:3", "begins with `[[exercise]]`"),
            ("rest_s = 180", "rest_s =", "11:9", "value"),
        ] {
            let shown = mistakes(from, to);
            assert!(
                shown.starts_with(&format!("my.toml:{place}: ")) && shown.contains(words),
                "{from} → {to}\n{shown}"
            );
            assert_eq!(shown.matches("my.toml").count(), 1, "{from} → {to}\n{shown}");
        }
    }

    #[test]
    fn all_mistakes_are_shown_at_once_in_the_order_of_lines() {
        let text = GOOD.replace("180", "-1").replace("\"both\"", "2").replace("\"shaft\"", "\"shafft\"");
        let Mistakes(found) = Catalogue::parse("my.toml", &text).unwrap_err();
        assert_eq!(found.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [6, 8]);
        let text = GOOD.replace("180", "-1").replace("Test squat", "");
        let Mistakes(found) = Catalogue::parse("my.toml", &text).unwrap_err();
        assert_eq!(found.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [4, 11]);
    }

    #[test]
    fn an_identifier_may_stand_in_a_file_once() {
        let text = GOOD.repeat(2);
        let shown = Catalogue::parse("my.toml", &text).unwrap_err().to_string();
        assert!(shown.starts_with("my.toml:16:6: `test_squat` is in this file twice"), "{shown}");
    }

    #[test]
    fn rubbish_is_an_error_and_never_a_panic() {
        for text in ["\0", "[[exercise]]", "[[exercise]]\nid = 3", "exercise = [1]", "é = ", "[[[["] {
            assert!(Catalogue::parse("my.toml", text).is_err(), "{text:?}");
        }
        assert_eq!(Catalogue::parse("my.toml", ""), Ok(Catalogue::default()));
    }
}
