//! What is sent when something is new or has changed.
//!
//! Not every server that speaks the write API puts a point in the place of another: VictoriaMetrics keeps both, and
//! which of them it later shows is not said. So nothing is ever written otherwise than it was. A thing that has changed
//! is written anew with the tag `edition` (2, 3, …), under its old time, after the old edition was marked by a field
//! that no living point has: `retired=1`. Sending anything twice changes nothing, in any order, on any server.

use super::line::{Point, Value};
use super::points::Record;
use crate::store::{Told, Utc};
use sha2::{Digest, Sha256};

/// What to send, and what to remember of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sending {
    /// Lines, in order.
    pub(super) lines: Vec<String>,
    /// What they take back, under the names that it had.
    pub(super) retired: Option<Told>,
    /// What they say instead, or first.
    pub(super) points: Vec<Point>,
    /// What the destination knows of the subject afterwards.
    pub(super) told: Told,
}

/// Compares a record with what was told of its subject before; `None` when there is nothing new in it.
pub(super) fn next(before: Option<&Told>, mut record: Record, utc: Utc) -> Option<Sending> {
    let t_ms = match before {
        // its first time stays its time
        Some(told) if record.is_thing => told.t_ms,
        _ => utc.ns.div_euclid(1_000_000),
    };
    // two readings of a sensor within a millisecond would have one name
    let replaced = before.filter(|told| told.t_ms == t_ms);
    if !utc.certain {
        for point in &mut record.points {
            point.fields.push(("time_uncertain".to_owned(), Value::Integer(1)));
        }
    }
    // every kind has a field that is always known, so there is a line for each point
    let mut said = said_of(&record.points);
    let content = digest(&said);
    if replaced.is_some_and(|told| told.content == content) {
        return None;
    }
    let edition = replaced.map_or(1, |told| told.edition.saturating_add(1));
    for point in &mut record.points {
        point.t_ms = t_ms;
        if edition > 1 {
            point.tags.push(("edition", edition.to_string()));
        }
    }
    if edition > 1 {
        said = said_of(&record.points);
    }
    let series: Vec<&str> = said.iter().map(|(series, _)| series.as_str()).collect();
    let series = series.join("\n");
    let points = said.iter().map(|(series, content)| format!("{series} {content} {t_ms}"));
    let lines = replaced.into_iter().flat_map(retirements).chain(points).collect();
    let told = Told { kind: record.kind.to_owned(), subject: record.subject, edition, t_ms, series, content };
    Some(Sending { lines, retired: replaced.cloned(), points: record.points, told })
}

/// Name and fields of each point, as they stand in lines.
fn said_of(points: &[Point]) -> Vec<(String, String)> {
    points.iter().map(|point| (point.series(), point.content())).collect()
}

/// The lines that take back what was told.
fn retirements(told: &Told) -> impl Iterator<Item = String> {
    // whoever only asks for `accepted` finds it gone too, where a server lets a point be replaced
    let mark = if told.kind == "rep" { "accepted=0i,retired=1i" } else { "retired=1i" };
    told.series.lines().map(move |head| format!("{head} {mark} {}", told.t_ms))
}

/// A number that stands for texts: their SHA-256, cut to what a column holds.
pub(super) fn digest(texts: &[(impl AsRef<[u8]>, impl AsRef<[u8]>)]) -> i64 {
    let mut hash = Sha256::new();
    for (one, other) in texts {
        hash.update(one);
        hash.update(b" ");
        hash.update(other);
        hash.update(b"\n");
    }
    hash.finalize().iter().take(8).fold(0_i64, |number, byte| number << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::line::parser;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn rep(athlete: &str, velocity: i64) -> Record {
        let tags = vec![("gym", "g".to_owned()), ("athlete", athlete.to_owned())];
        let fields = vec![("mean_velocity_m_s".to_owned(), Value::Integer(velocity))];
        let point = Point { measurement: "rep", tags, fields, t_ms: 0 };
        Record { kind: "rep", subject: "7".to_owned(), is_thing: true, utc: None, points: vec![point] }
    }

    fn at(ms: i64) -> Utc {
        Utc { ns: ms * 1_000_000 + 999, certain: true }
    }

    fn lines(sending: &Sending) -> &[String] {
        &sending.lines
    }

    #[test]
    fn a_change_retires_what_was_and_keeps_the_time() {
        let first = next(None, rep("ada", 1), at(5)).unwrap();
        assert_eq!(lines(&first), ["rep,athlete=ada,gym=g mean_velocity_m_s=1i 5"]);
        assert_eq!(next(Some(&first.told), rep("ada", 1), at(9)), None, "nothing new");
        let second = next(Some(&first.told), rep("bob", 1), at(9)).unwrap();
        assert_eq!(
            lines(&second),
            [
                "rep,athlete=ada,gym=g accepted=0i,retired=1i 5",
                "rep,athlete=bob,edition=2,gym=g mean_velocity_m_s=1i 5"
            ]
        );
        let third = next(Some(&second.told), rep("ada", 1), at(9)).unwrap();
        assert_eq!(
            lines(&third),
            [
                "rep,athlete=bob,edition=2,gym=g accepted=0i,retired=1i 5",
                "rep,athlete=ada,edition=3,gym=g mean_velocity_m_s=1i 5"
            ],
            "back to the first is no way back to its name"
        );
    }

    #[test]
    fn readings_share_a_name_only_within_a_millisecond() {
        let reading = |value| Record { is_thing: false, kind: "sensor", ..rep("x", value) };
        let first = next(None, reading(1), at(5)).unwrap();
        assert_eq!(next(Some(&first.told), reading(1), at(6)).unwrap().told.edition, 1);
        let second = next(Some(&first.told), reading(2), at(5)).unwrap();
        assert_eq!((second.told.edition, lines(&second).len()), (2, 2));
    }

    #[test]
    fn a_time_that_may_be_wrong_is_marked() {
        let sending = next(None, rep("ada", 1), Utc { certain: false, ..at(5) }).unwrap();
        assert!(lines(&sending)[0].contains(",time_uncertain=1i 5"), "{sending:?}");
    }

    proptest! {
        /// However often lines are sent and in whatever order they arrive: one living point, the last one told.
        #[test]
        fn one_edition_lives_whatever_the_server_makes_of_repetition(
            changes in proptest::collection::vec((0_u8..3, 0_i64..3), 1..8),
            order in proptest::collection::vec(any::<u16>(), 0..40),
        ) {
            let (mut told, mut lines): (Option<Told>, Vec<String>) = (None, Vec::new());
            for (athlete, velocity) in &changes {
                if let Some(sending) = next(told.as_ref(), rep(&format!("a{athlete}"), *velocity), at(5)) {
                    lines.extend(sending.lines);
                    told = Some(sending.told);
                }
            }
            let again = order.iter().map(|index| &lines[usize::from(*index) % lines.len()]);
            // a field of a point once said is never said otherwise
            let mut server: BTreeMap<String, BTreeMap<String, parser::Read>> = BTreeMap::new();
            for line in lines.iter().chain(again) {
                let read = parser::line(line).unwrap();
                let point = server.entry(format!("{:?}", read.tags)).or_default();
                for (key, value) in read.fields {
                    let was = point.insert(key.clone(), value.clone());
                    prop_assert!(was.is_none_or(|was| was == value || key == "accepted"), "{}", line);
                }
            }
            let living: Vec<_> = server.iter().filter(|(_, fields)| !fields.contains_key("retired")).collect();
            prop_assert_eq!(living.len(), 1);
            let (athlete, velocity) = changes.last().unwrap();
            let name = format!("a{athlete}");
            prop_assert!(living[0].0.contains(&name));
            prop_assert_eq!(&living[0].1["mean_velocity_m_s"], &parser::Read::Integer(*velocity));
        }
    }
}
