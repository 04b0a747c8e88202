//! When two sightings are of the same movement.

/// Start and end of a concentric phase, ns on the sensor's clock.
pub type Phase = (i64, i64);

/// Smallest common time of two sightings of one movement, as a share of the shorter (design invariant 6).
const SAME_MOVEMENT: f64 = 0.5;

/// The number of the phase among `phases` that shares most with `phase`, if it is the same movement.
pub fn same_movement(phases: impl Iterator<Item = (usize, Phase)>, phase: Phase) -> Option<usize> {
    let shares = phases.map(|(number, other)| (number, common_share(other, phase)));
    let best = shares.max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, share)| *share >= SAME_MOVEMENT).map(|(number, _)| number)
}

/// Common time of two phases over the duration of the shorter; negative when they are apart.
fn common_share(a: Phase, b: Phase) -> f64 {
    let common = a.1.min(b.1).saturating_sub(a.0.max(b.0));
    let shorter = (a.1 - a.0).min(b.1 - b.0).max(1);
    common as f64 / shorter as f64
}
