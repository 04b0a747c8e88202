//! Loads that can really be put on the bar.

use std::collections::BTreeMap;

/// A load and how to make it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// Bar and all plates, kg.
    pub load_kg: f64,
    /// Plates of one side, heaviest first, kg.
    pub plates_per_side_kg: Vec<f64>,
}

/// All loads up to `up_to_kg` that a bar and its plates can make, lightest first, each with as few plates as possible.
///
/// Sums are kept in whole grams, so that 1.25 and 2.5 kg add up exactly.
#[must_use]
pub fn loadable(bar_kg: f64, plates_per_side_kg: &[f64], up_to_kg: f64) -> Vec<Loading> {
    let grams = |kg: f64| (kg * 1000.0).round() as i64;
    let bar = grams(bar_kg);
    let most = (grams(up_to_kg) - bar) / 2;
    let mut plates: Vec<i64> = plates_per_side_kg.iter().map(|kg| grams(*kg)).collect();
    plates.sort_unstable_by(|a, b| b.cmp(a));
    let mut sides: BTreeMap<i64, Vec<i64>> = BTreeMap::from([(0, Vec::new())]);
    for plate in plates {
        // each plate is there once: build only on sums without it
        for (sum, side) in sides.clone().into_iter().filter(|(sum, _)| sum + plate <= most) {
            let with_plate = [side, vec![plate]].concat();
            let known = sides.entry(sum + plate).or_insert_with(|| with_plate.clone());
            if with_plate.len() < known.len() {
                *known = with_plate;
            }
        }
    }
    let kg = |grams: i64| grams as f64 / 1000.0;
    let loading = |(sum, side): (i64, Vec<i64>)| Loading {
        load_kg: kg(bar + 2 * sum),
        plates_per_side_kg: side.into_iter().map(kg).collect(),
    };
    sides.into_iter().map(loading).collect()
}

/// Loads in steps of `step_kg` up to `up_to_kg`, where nobody knows the plates.
#[must_use]
pub fn stepped(step_kg: f64, up_to_kg: f64) -> Vec<Loading> {
    let steps = if step_kg > 0.0 { (up_to_kg / step_kg).floor() as u32 } else { 0 };
    let loading = |n: u32| Loading { load_kg: f64::from(n) * step_kg, plates_per_side_kg: Vec::new() };
    (0..=steps).map(loading).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_common_gym_loads_in_steps_of_its_smallest_pair() {
        let plates = [25.0, 20.0, 15.0, 10.0, 5.0, 2.5, 1.25];
        let loads = loadable(20.0, &plates, 200.0);
        let by_load = |kg: f64| {
            loads.iter().find(|l| (l.load_kg - kg).abs() < 1e-9).map(|l| l.plates_per_side_kg.clone())
        };
        assert_eq!(by_load(20.0), Some(vec![]));
        assert_eq!(by_load(102.5), Some(vec![25.0, 15.0, 1.25]));
        assert_eq!(by_load(101.0), None);
        assert!(loads.is_sorted_by(|a, b| a.load_kg < b.load_kg) && loads.last().unwrap().load_kg <= 177.5);
    }

    #[test]
    fn a_bar_heavier_than_the_limit_is_all_there_is() {
        assert_eq!(loadable(20.0, &[5.0], 10.0).len(), 1);
        assert_eq!(stepped(2.5, 7.0).iter().map(|l| l.load_kg).collect::<Vec<_>>(), [0.0, 2.5, 5.0]);
        assert_eq!(stepped(0.0, 7.0).len(), 1);
    }

    proptest! {
        #[test]
        fn every_choice_of_plates_is_found_with_the_fewest(
            plates in prop::collection::vec(prop::sample::select(vec![0.5, 1.25, 2.5, 5.0, 7.5, 10.0, 20.0]), 0..11),
        ) {
            let mut fewest: BTreeMap<i64, u32> = BTreeMap::new();
            for choice in 0u32..1 << plates.len() {
                let chosen = plates.iter().enumerate().filter(|(i, _)| choice >> i & 1 == 1);
                let sum: f64 = chosen.map(|(_, kg)| kg).sum();
                let count = fewest.entry((2000.0 * sum) as i64).or_insert(u32::MAX);
                *count = (*count).min(choice.count_ones());
            }
            let found: BTreeMap<i64, u32> = loadable(20.0, &plates, 1000.0)
                .iter()
                .map(|l| (((l.load_kg - 20.0) * 1000.0).round() as i64, l.plates_per_side_kg.len() as u32))
                .collect();
            prop_assert_eq!(found, fewest);
            for load in loadable(20.0, &plates, 1000.0) {
                let mut left = plates.clone();
                for plate in &load.plates_per_side_kg {
                    let place = left.iter().position(|kg| (kg - plate).abs() < 1e-9);
                    prop_assert!(place.is_some(), "a plate used that is not there");
                    left.remove(place.unwrap());
                }
                let sum: f64 = load.plates_per_side_kg.iter().sum();
                prop_assert!((20.0 + 2.0 * sum - load.load_kg).abs() < 1e-9);
                prop_assert!(load.plates_per_side_kg.is_sorted_by(|a, b| a >= b));
            }
        }
    }
}
