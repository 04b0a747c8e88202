//! Names the computation that made a record, so that a later one can tell whether it would differ.

use super::BarParams;
use crate::model::{AlgorithmTag, Exercise, ExerciseId};
use crate::session::Algorithms;
use std::collections::BTreeMap;

/// Name of the computation from inertial samples to repetitions.
const NAME: &str = "bar";
/// Rises when the same samples and parameters may give other results.
const NUMBER: u32 = 3;

/// The tags of a bar's records, with and without an exercise.
pub(super) fn algorithms(params: &BarParams, exercises: &BTreeMap<ExerciseId, Exercise>) -> Algorithms {
    let by_exercise =
        exercises.iter().map(|(id, exercise)| (id.clone(), tag(params, Some(exercise)))).collect();
    Algorithms { unnamed: tag(params, None), by_exercise }
}

fn tag(params: &BarParams, exercise: Option<&Exercise>) -> AlgorithmTag {
    let parameters = format!("{:016x}", fnv1a(format!("{params:?}{exercise:?}").as_bytes()));
    AlgorithmTag { name: NAME.to_owned(), number: NUMBER, parameters }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): it need not resist anyone, only be the same everywhere and always.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn other_parameters_have_another_tag() {
        let mut params = BarParams::default();
        let before = tag(&params, None);
        params.lifting.stroke_m *= 2.0;
        assert_ne!(before, tag(&params, None));
    }
}
