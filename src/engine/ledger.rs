//! Movements keep their names while they are seen again and again, by either lane, with refined boundaries.
//!
//! Two sightings are the same movement when their concentric phases overlap by at least half of the shorter one
//! (design invariant 6); each name is given away once, and a movement that was gone and is seen again has its own back.

use crate::lifting::overlap::{Phase, same_movement};
use crate::model::{MovementKey, SensorId};

/// The names given to the movements of one sensor's stream.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    sensor: SensorId,
    stream: u32,
    next_ordinal: u32,
    /// Movements that may be seen again.
    open: Vec<Entry>,
}

/// A named movement.
#[derive(Clone, Debug)]
struct Entry {
    key: MovementKey,
    phase: Phase,
    /// The latest look did not see it.
    gone: bool,
}

impl Entry {
    /// Whether it ended by `until` and was not gone before.
    fn is_over(&self, until: i64) -> bool {
        !self.gone && self.phase.1 <= until
    }
}

impl Ledger {
    pub(super) fn new(sensor: SensorId, stream: u32) -> Self {
        Self { sensor, stream, next_ordinal: 1, open: Vec::new() }
    }

    /// Names one movement seen alone, which says nothing about the others.
    pub(super) fn name_one(&mut self, phase: Phase) -> MovementKey {
        let best = same_movement(self.phases(), phase);
        self.take(best, phase)
    }

    /// Names those of all movements seen together that ended by `until`, which come first. Returns their keys, and those
    /// of earlier sightings that are gone. What ended later has no name yet, but an earlier sighting of it stays.
    pub(super) fn name_all(&mut self, phases: &[Phase], until: i64) -> (Vec<MovementKey>, Vec<MovementKey>) {
        let mut taken: Vec<bool> = vec![false; self.open.len()];
        let matches: Vec<Option<usize>> = phases
            .iter()
            .map(|&phase| {
                let best = same_movement(self.phases().filter(|(i, _)| !taken[*i]), phase);
                if let Some(i) = best {
                    taken[i] = true;
                }
                best
            })
            .collect();
        let mut gone = Vec::new();
        for (entry, _) in
            self.open.iter_mut().zip(&taken).filter(|(entry, taken)| entry.is_over(until) && !**taken)
        {
            gone.push(entry.key.clone());
            entry.gone = true;
        }
        let ended = matches.into_iter().zip(phases).take_while(|(_, phase)| phase.1 <= until);
        let keys = ended.map(|(best, &phase)| self.take(best, phase)).collect();
        (keys, gone)
    }

    /// Forgets movements that ended before `t`: they will not be seen again.
    pub(super) fn forget_before(&mut self, t: i64) {
        self.open.retain(|entry| entry.phase.1 >= t);
    }

    fn phases(&self) -> impl Iterator<Item = (usize, Phase)> {
        self.open.iter().map(|entry| entry.phase).enumerate()
    }

    fn take(&mut self, best: Option<usize>, phase: Phase) -> MovementKey {
        if let Some(entry) = best.and_then(|i| self.open.get_mut(i)) {
            (entry.phase, entry.gone) = (phase, false);
            return entry.key.clone();
        }
        let key =
            MovementKey { sensor: self.sensor.clone(), stream: self.stream, ordinal: self.next_ordinal };
        self.next_ordinal += 1;
        self.open.push(Entry { key: key.clone(), phase, gone: false });
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        Ledger::new(SensorId::from("bar"), 1)
    }

    #[test]
    fn a_refined_movement_keeps_its_name() {
        let mut ledger = ledger();
        let provisional = ledger.name_one((100, 200));
        let (keys, gone) = ledger.name_all(&[(95, 210), (400, 500)], 1000);
        assert_eq!(keys[0], provisional);
        assert_eq!(keys[1].ordinal, 2);
        assert!(gone.is_empty());
    }

    #[test]
    fn what_is_not_confirmed_is_gone_once_and_its_name_is_its_own() {
        let mut ledger = ledger();
        let ghost = ledger.name_one((100, 200));
        let (keys, gone) = ledger.name_all(&[(300, 400)], 1000);
        assert_eq!(gone, std::slice::from_ref(&ghost));
        assert_eq!(keys[0].ordinal, 2);
        assert_eq!(ledger.name_all(&[(300, 400)], 1000).1, []);
        assert_eq!(ledger.name_one((100, 200)), ghost);
        assert_eq!(ledger.name_one((600, 700)).ordinal, 3);
    }

    #[test]
    fn what_was_not_looked_at_is_not_gone() {
        let mut ledger = ledger();
        ledger.name_one((100, 200));
        assert_eq!(ledger.name_all(&[], 150).1, []);
    }

    #[test]
    fn what_is_seen_to_go_on_is_not_gone() {
        let mut ledger = ledger();
        let provisional = ledger.name_one((100, 200));
        assert_eq!(ledger.name_all(&[(100, 230)], 210), (vec![], vec![]));
        assert_eq!(ledger.name_all(&[(100, 230)], 1000), (vec![provisional], vec![]));
    }

    #[test]
    fn of_two_halves_only_the_better_keeps_the_name() {
        let mut ledger = ledger();
        let whole = ledger.name_one((0, 100));
        let (keys, gone) = ledger.name_all(&[(0, 55), (60, 100)], 1000);
        assert_eq!(keys[0], whole);
        assert_ne!(keys[1], whole);
        assert!(gone.is_empty());
    }

    #[test]
    fn a_forgotten_movement_is_not_reported_gone() {
        let mut ledger = ledger();
        ledger.name_one((0, 100));
        ledger.forget_before(101);
        assert_eq!(ledger.name_all(&[], 1000).1, []);
    }
}
