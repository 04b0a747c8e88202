//! Bars that meet the floor: set down hard, or dropped.

use super::bar::GRAVITY_M_S2;
use super::random::Random;
use super::track::Knot;

/// A lowering phase that ends on the floor: the bar arrives with some speed and stops within some 40 ms.
///
/// Returns the knots and the time from their beginning to the contact, s. Way and duration are kept exactly.
#[must_use]
pub fn set_down(random: &mut Random, range_m: f64, duration_s: f64) -> (Vec<Knot>, f64) {
    let contact_s = random.between(0.025, 0.05);
    let arrival = random.between(0.15, 0.6);
    let accelerate = random.between(0.3, 0.4) * duration_s;
    let brake = random.between(0.2, 0.3) * duration_s;
    let cruise = duration_s - accelerate - brake - contact_s;
    // way per unit of peak velocity, with the arrival as a share of it
    let unit = accelerate / 2.0 + cruise + brake * (1.0 + arrival) / 2.0 + contact_s * arrival / 2.0;
    let peak = range_m / unit;
    let knots = vec![
        Knot::level(accelerate, -peak),
        Knot::level(cruise, -peak),
        Knot::level(brake, -peak * arrival),
        Knot::level(contact_s, 0.0),
    ];
    (knots, duration_s - contact_s)
}

/// A bar that is let go: its knots, and when and how hard it hits the floor.
#[derive(Clone, Debug)]
pub struct Fall {
    /// Knots from rest in the hands to rest on the floor.
    pub knots: Vec<Knot>,
    /// Each contact: time since the release, s, and speed, m/s.
    pub contacts: Vec<(f64, f64)>,
}

/// Time in which opening hands stop carrying, s.
const RELEASE_S: f64 = 0.04;

impl Fall {
    /// Falls by `height_m`, bounces on rubber plates and comes to rest exactly there.
    #[must_use]
    pub fn from(random: &mut Random, height_m: f64) -> Self {
        let restitution = random.between(0.2, 0.4);
        let contact_s = random.between(0.010, 0.018);
        let released = -GRAVITY_M_S2 * RELEASE_S / 2.0;
        let release = Knot { after_s: RELEASE_S, rate: released, acceleration: -GRAVITY_M_S2 };
        let release_m = release.displacement_from(0.0, 0.0);
        // the plates give way by some millimetres, which depends on the speed of impact: solved by repetition, and
        // quickly, since that is little against the height
        let mut bounces = Vec::new();
        let mut impact = (2.0 * GRAVITY_M_S2 * height_m).sqrt();
        for _ in 0..40 {
            bounces = Self::bounces(impact, restitution, contact_s);
            let give_m = displacement(&bounces, -impact, -GRAVITY_M_S2);
            let fall_m = (height_m + release_m + give_m).max(0.0);
            impact = (released * released + 2.0 * GRAVITY_M_S2 * fall_m).sqrt();
        }
        let fall_s = (impact + released) / GRAVITY_M_S2;
        let mut knots = vec![release, Knot { after_s: fall_s, rate: -impact, acceleration: -GRAVITY_M_S2 }];
        let mut contacts = Vec::new();
        let mut t_s = RELEASE_S + fall_s;
        let mut speed = impact;
        for (i, knot) in bounces.iter().enumerate() {
            // contacts and flights take turns
            if i % 2 == 0 {
                contacts.push((t_s, speed));
                speed *= restitution;
            }
            t_s += knot.after_s;
        }
        knots.extend(bounces);
        Self { knots, contacts }
    }

    /// Contact, flight, contact, flight, … until the last contact stops the bar.
    fn bounces(impact: f64, restitution: f64, contact_s: f64) -> Vec<Knot> {
        let (mut knots, mut speed) = (Vec::new(), impact * restitution);
        while speed > 0.15 {
            knots.push(Knot { after_s: contact_s, rate: speed, acceleration: -GRAVITY_M_S2 });
            let flight_s = 2.0 * speed / GRAVITY_M_S2;
            knots.push(Knot { after_s: flight_s, rate: -speed, acceleration: -GRAVITY_M_S2 });
            speed *= restitution;
        }
        knots.push(Knot::level(2.0 * contact_s, 0.0));
        knots
    }
}

fn displacement(knots: &[Knot], mut rate: f64, mut acceleration: f64) -> f64 {
    let mut way = 0.0;
    for knot in knots {
        way += knot.displacement_from(rate, acceleration);
        (rate, acceleration) = (knot.rate, knot.acceleration);
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::track::Track;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fall_obeys_gravity_and_ends_on_the_floor(seed: u64, height in 0.2..2.2f64) {
            let fall = Fall::from(&mut Random::new(seed), height);
            let mut track = Track::resting(0.0, height);
            track.along(&fall.knots);
            prop_assert!(track.value().abs() < 1e-9);
            let (impact_s, impact) = fall.contacts[0];
            prop_assert!((impact - (2.0 * GRAVITY_M_S2 * height).sqrt()).abs() < 0.35);
            let mut t = RELEASE_S;
            while t < impact_s {
                prop_assert!((track.at(t, &mut 0).acceleration + GRAVITY_M_S2).abs() < 1e-6);
                t += 0.01;
            }
        }

        #[test]
        fn setting_down_keeps_way_and_time(seed: u64, range in 0.3..0.9f64, duration in 0.8..2.0f64) {
            let (knots, contact_s) = set_down(&mut Random::new(seed), range, duration);
            let mut track = Track::resting(0.0, range);
            track.along(&knots);
            prop_assert!(track.value().abs() < 1e-9);
            prop_assert!((track.now_s() - duration).abs() < 1e-9);
            prop_assert!(track.at(contact_s, &mut 0).rate < -0.02);
        }
    }
}
