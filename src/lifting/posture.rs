//! How the sensor is held during a movement: where up is in its own axes.
//!
//! A hand or a hip takes the same way through the same postures in every repetition of a set, and others when it picks
//! things up, wipes a forehead or walks. A bar says nothing of the kind: it spins in the lifter's hands.

use crate::motion::track::Kinematic;

/// Direction of up at the start, the middle and the end of a movement, in the sensor's axes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Posture([[f64; 3]; 3]);

impl Posture {
    /// Of the movement from one point to another.
    pub(super) fn during(points: &[Kinematic], first: usize, last: usize) -> Self {
        Self([first, first.midpoint(last), last].map(|i| points[i].up))
    }

    /// Mean of postures by their weights; not of unit length, which tells how much they differ.
    pub(super) fn mean(weighed: impl Iterator<Item = (f64, Self)>) -> Self {
        let (mut sum, mut total) = (Self::default(), 0.0);
        for (weight, posture) in weighed {
            total += weight;
            sum.each(&posture, |sum, x| *sum += weight * x);
        }
        if total > 0.0 {
            sum.each(&Self::default(), |sum, _| *sum /= total);
        }
        sum
    }

    /// Root mean square angle between two postures, rad; chords stand for angles.
    pub(super) fn apart_rad(&self, other: &Self) -> f64 {
        let mut squares = 0.0;
        let mut difference = *self;
        difference.each(other, |a, b| squares += (*a - b).powi(2));
        (squares / 3.0).sqrt()
    }

    fn each(&mut self, other: &Self, mut act: impl FnMut(&mut f64, f64)) {
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            mine.iter_mut().zip(others).for_each(|(a, b)| act(a, *b));
        }
    }
}
