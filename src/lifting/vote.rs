//! The last word on a set: three looks through slightly different drift filters, and the majority counts.
//!
//! Over a bad link, whether the smallest handling at a set's end looks like a repetition hangs on details of the drift
//! filter, and each filter errs elsewhere. A movement that is a repetition is one through each of them. Boundaries and
//! numbers are those of the middle filter.

use super::overlap::same_movement;
use super::{Found, LiftingParams, analyze, glance};
use crate::lifting::prior::MovementPrior;
use crate::model::RejectReason;
use crate::motion::track::{Motion, TrackParams};

/// The other filters' cut-offs, as shares of the middle one. Further apart, a filter would see drift or lose slow
/// repetitions; closer together, the three would err alike.
const OTHER_CUTOFFS: [f64; 2] = [0.8, 1.25];

/// Finds, measures and judges the movements of a closed set, whose motion came through `track`, oldest first.
#[must_use]
pub fn settle(
    motion: &Motion,
    track: &TrackParams,
    prior: &MovementPrior,
    params: &LiftingParams,
) -> Vec<Found> {
    let mut found = analyze(motion, prior, params);
    let others = motion.through(OTHER_CUTOFFS.map(|share| share * track.drift_cutoff_hz), track);
    let others = others.map(|motion| glance(&motion, prior, params));
    for movement in &mut found {
        let opinions = others.each_ref().map(|other| opinion(other, movement));
        movement.reject_reason = majority(movement.reject_reason, opinions);
    }
    found
}

/// What another look says of a movement: why it does not count, or `None` when it does.
fn opinion(other: &[Found], movement: &Found) -> Option<RejectReason> {
    let phases = other.iter().map(|found| (found.start.0, found.end.0)).enumerate();
    match same_movement(phases, (movement.start.0, movement.end.0)) {
        Some(index) => other[index].reject_reason,
        None => Some(RejectReason::UnlikeSet),
    }
}

/// The verdict of two or three; the middle filter's reason is told when it has one.
fn majority(middle: Option<RejectReason>, others: [Option<RejectReason>; 2]) -> Option<RejectReason> {
    match (middle, others) {
        (None, [Some(reason), Some(_)]) => Some(reason),
        (Some(_), [None, None]) => None,
        _ => middle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_decide() {
        let (no, other) = (Some(RejectReason::Unrack), Some(RejectReason::Rerack));
        assert_eq!(majority(None, [None, no]), None);
        assert_eq!(majority(None, [no, other]), no);
        assert_eq!(majority(no, [None, None]), None);
        assert_eq!(majority(no, [None, other]), no);
    }
}
