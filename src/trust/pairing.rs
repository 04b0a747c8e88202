//! Which repetition of one device is which of another's.
//!
//! Each device has its own clock, misses repetitions and counts ghosts. What both have in common is the rhythm: the
//! times between repetitions and sets. So the clocks' offset is the difference of times that most pairs share, and given
//! it the sequences are aligned like words (Needleman and Wunsch 1970, J. Mol. Biol. 48), where a pair costs the square
//! of its distance and a repetition left alone costs as much as a pair at the tolerance.
//!
//! Velocities play no part: pairing what looks alike would flatter the agreement that is to be judged.

/// Repetitions of one device that can be handled; the table of all pairs grows with the square.
pub const MOST: usize = 2000;

/// How many offsets of the clocks are tried in full.
const OFFSETS_TRIED: usize = 5;

/// Another offset that pairs nearly as many repetitions makes the pairing doubtful: this share of the best one's.
const DOUBTFUL_SHARE: f64 = 0.9;

/// Repetitions of two devices, paired.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairing {
    /// Indices (ours, theirs), in order.
    pub pairs: Vec<(usize, usize)>,
    /// Our clock minus theirs, s.
    pub offset_s: f64,
    /// Another offset that would pair nearly as many, s.
    pub rival_offset_s: Option<f64>,
}

impl Pairing {
    /// Pairs by order alone; for lists of the same length without times.
    #[must_use]
    pub fn in_order(count: usize) -> Self {
        Self { pairs: (0..count).map(|i| (i, i)).collect(), ..Self::default() }
    }

    /// Pairs by time: each rising, s, on a clock of its own. Pairs are nearer than `tolerance_s`, which is above 0.
    #[must_use]
    pub fn by_time(ours_s: &[f64], theirs_s: &[f64], tolerance_s: f64) -> Self {
        let tried = likely_offsets(ours_s, theirs_s, tolerance_s).into_iter().map(|offset_s| {
            let first = align(ours_s, theirs_s, offset_s, tolerance_s);
            // the middle of what the pairs say is nearer to the truth than the window's
            let offset_s =
                median(first.pairs.iter().map(|(i, j)| ours_s[*i] - theirs_s[*j])).unwrap_or(offset_s);
            (align(ours_s, theirs_s, offset_s, tolerance_s), offset_s)
        });
        let mut tried: Vec<(Alignment, f64)> = tried.collect();
        tried.sort_by(|a, b| a.0.cost.total_cmp(&b.0.cost).then(a.1.abs().total_cmp(&b.1.abs())));
        let mut tried = tried.into_iter();
        let Some((best, offset_s)) = tried.next() else { return Self::default() };
        let is_rival = |(other, other_s): &(Alignment, f64)| {
            (other_s - offset_s).abs() > tolerance_s
                && other.pairs.len() as f64 >= DOUBTFUL_SHARE * best.pairs.len() as f64
        };
        let rival_offset_s = tried.find(is_rival).map(|(_, other_s)| other_s);
        Self { pairs: best.pairs, offset_s, rival_offset_s }
    }
}

/// The differences of times that most pairs share, best first, each further than the tolerance from the others.
fn likely_offsets(ours_s: &[f64], theirs_s: &[f64], tolerance_s: f64) -> Vec<f64> {
    let mut differences: Vec<f64> =
        ours_s.iter().flat_map(|ours| theirs_s.iter().map(move |theirs| ours - theirs)).collect();
    differences.sort_by(f64::total_cmp);
    // for each difference how many are at most the tolerance above it
    let mut end = 0;
    let mut windows: Vec<(usize, f64)> = Vec::with_capacity(differences.len());
    for (begin, first) in differences.iter().enumerate() {
        while end < differences.len() && differences[end] - first <= tolerance_s {
            end += 1;
        }
        windows.push((end - begin, differences[usize::midpoint(begin, end - 1)]));
    }
    windows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.abs().total_cmp(&b.1.abs())));
    let mut chosen: Vec<f64> = Vec::new();
    for (_, offset_s) in windows {
        if chosen.len() == OFFSETS_TRIED {
            break;
        }
        if chosen.iter().all(|other| (other - offset_s).abs() > tolerance_s) {
            chosen.push(offset_s);
        }
    }
    chosen
}

struct Alignment {
    pairs: Vec<(usize, usize)>,
    cost: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Pair,
    OnlyOurs,
    OnlyTheirs,
}

/// The cheapest alignment under one offset.
fn align(ours_s: &[f64], theirs_s: &[f64], offset_s: f64, tolerance_s: f64) -> Alignment {
    let width = theirs_s.len() + 1;
    let mut steps = vec![Step::OnlyTheirs; (ours_s.len() + 1) * width];
    let mut above: Vec<f64> = (0..width).map(|j| j as f64).collect();
    for (i, ours) in ours_s.iter().enumerate() {
        let mut row = vec![above[0] + 1.0; width];
        steps[(i + 1) * width] = Step::OnlyOurs;
        for (j, theirs) in theirs_s.iter().enumerate() {
            let distance = (ours - theirs - offset_s) / tolerance_s;
            // two left alone cost 2, a pair at the tolerance 1
            let pair = if distance.abs() <= 1.0 { above[j] + distance * distance } else { f64::INFINITY };
            let choices =
                [(pair, Step::Pair), (above[j + 1] + 1.0, Step::OnlyOurs), (row[j] + 1.0, Step::OnlyTheirs)];
            let (cost, step) = choices.into_iter().fold(choices[0], |a, b| if b.0 < a.0 { b } else { a });
            row[j + 1] = cost;
            steps[(i + 1) * width + j + 1] = step;
        }
        above = row;
    }
    let (mut i, mut j) = (ours_s.len(), theirs_s.len());
    let mut pairs = Vec::new();
    while i > 0 || j > 0 {
        match steps[i * width + j] {
            Step::Pair => {
                (i, j) = (i - 1, j - 1);
                pairs.push((i, j));
            }
            Step::OnlyOurs => i -= 1,
            Step::OnlyTheirs => j -= 1,
        }
    }
    pairs.reverse();
    Alignment { pairs, cost: above[theirs_s.len()] }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Four sets of six with rests of a person.
    fn training() -> Vec<f64> {
        let starts = [10.0, 161.0, 330.0, 541.0];
        let rep = |set: f64, i: u32| set + 3.1 * f64::from(i) + 0.3 * f64::from(i * i % 5);
        starts.iter().flat_map(|set| (0..6).map(|i| rep(*set, i))).collect()
    }

    #[test]
    fn missing_and_extra_repetitions_stay_alone() {
        let truth = training();
        let ours: Vec<f64> =
            truth.iter().enumerate().filter(|(i, _)| ![0, 13].contains(i)).map(|(_, t)| *t).collect();
        let mut theirs: Vec<f64> =
            truth.iter().enumerate().filter(|(i, _)| *i != 7).map(|(_, t)| t - 912.4).collect();
        theirs.push(700.0 - 912.4);
        let pairing = Pairing::by_time(&ours, &theirs, 1.5);
        assert_eq!(pairing.pairs.len(), truth.len() - 3, "{pairing:?}");
        assert!((pairing.offset_s - 912.4).abs() < 1e-6 && pairing.rival_offset_s.is_none());
        assert!(pairing.pairs.iter().all(|(i, j)| (ours[*i] - theirs[*j] - 912.4).abs() < 1e-6));
    }

    #[test]
    fn an_even_rhythm_with_one_more_is_said_to_be_doubtful() {
        let ours: Vec<f64> = (0..12).map(|i| 3.0 * f64::from(i)).collect();
        let theirs: Vec<f64> = (0..11).map(|i| 100.0 + 3.0 * f64::from(i)).collect();
        let pairing = Pairing::by_time(&ours, &theirs, 1.4);
        assert_eq!(pairing.pairs.len(), 11);
        assert!(pairing.rival_offset_s.is_some(), "{pairing:?}");
    }

    #[test]
    fn nothing_pairs_with_nothing() {
        assert_eq!(Pairing::by_time(&[], &[], 1.0), Pairing::default());
        assert_eq!(Pairing::by_time(&[1.0], &[], 1.0).pairs, []);
    }

    proptest! {
        #[test]
        fn pairs_rise_on_both_sides_and_are_near(
            mut ours in proptest::collection::vec(0.0..500.0_f64, 0..30),
            mut theirs in proptest::collection::vec(0.0..500.0_f64, 0..30),
        ) {
            ours.sort_by(f64::total_cmp);
            theirs.sort_by(f64::total_cmp);
            let pairing = Pairing::by_time(&ours, &theirs, 1.5);
            for pair in pairing.pairs.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1);
            }
            for (i, j) in &pairing.pairs {
                prop_assert!((ours[*i] - theirs[*j] - pairing.offset_s).abs() <= 1.5);
            }
        }
    }
}
