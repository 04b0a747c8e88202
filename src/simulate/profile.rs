//! How the velocity of a repetition goes: acceleration, sticking region, terminal deceleration; lowering, and how the
//! two meet.

use super::random::Random;
use super::track::Knot;

/// How the bar turns round at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It stops there.
    Pause,
    /// It goes straight from one direction to the other, with acceleration where the velocity is zero.
    TouchAndGo,
}

/// A lifting phase of the given range of motion and mean velocity: knots from rest to rest.
///
/// `heaviness` is the share of 1RM that the repetition feels like. Light ones have one long peak and a hard terminal
/// deceleration (below −g when ballistic); from 60 % on a dip appears after the first peak, deeper and longer with the
/// load, until at 100 % the bar nearly stands for up to 1.5 s (training.md §4.4: the sticking point must not split a
/// repetition). The knots' displacement is exactly the range of motion in exactly `range / mean velocity` seconds,
/// and the velocity never reaches zero inside.
#[must_use]
pub fn lifting(random: &mut Random, range_m: f64, mean_m_s: f64, heaviness: f64, turn: Turn) -> Vec<Knot> {
    let total_s = range_m / mean_m_s;
    let heavy = ((heaviness - 0.6) / 0.4).clamp(0.0, 1.0);
    let grinding = ((heaviness - 0.85) / 0.15).clamp(0.0, 1.0);
    let deepest = (0.97 * heavy * random.between(0.8, 1.1)).min(0.97);
    let mut hold_s = (total_s * 0.4 * grinding * random.between(0.4, 1.0)).min(1.5);
    if hold_s < 0.1 {
        hold_s = 0.0;
    }
    let free = 1.0 - hold_s / total_s;
    // shares of the remaining time: rise, fall into the sticking region, rise out of it, brake
    let rise = free * random.between(0.27, 0.36);
    let brake = free * (random.between(0.30, 0.37) - 0.10 * heavy);
    let between = free - rise - brake;
    let fall = between * random.between(0.4, 0.6);
    // a short lift dips less: nobody pulls a bar down in the middle of a lift, so it slows at about g/2 at most (1.875 is
    // the peak of a bell over its mean, 1.75 about the first peak over the mean velocity)
    let dip = deepest.min(5.0 * fall * total_s / (1.875 * 1.75 * mean_m_s));
    let crawl = random.between(0.8, 1.1);
    let (sticking, second) = (1.0 - dip, random.between(0.85, 1.15) + 0.15 * heavy * random.unit());
    let held = if hold_s > 0.0 { sticking * crawl } else { sticking };
    let knots = [
        Knot::level(rise, 1.0),
        Knot::level(fall, sticking),
        Knot::level(hold_s / total_s, held),
        Knot::level(between - fall, second),
        Knot::level(brake, 0.0),
    ];
    let start = match turn {
        Turn::Pause => 0.0,
        Turn::TouchAndGo => random.between(0.9, 1.7) / rise,
    };
    scaled(&knots, start, total_s, range_m)
}

/// Stretches knots of unit time to a duration and a displacement. A first knot of no duration carries the
/// acceleration at the start, when there is one.
fn scaled(knots: &[Knot], start_acceleration: f64, duration_s: f64, displacement_m: f64) -> Vec<Knot> {
    let (mut rate, mut acceleration, mut way) = (0.0, start_acceleration, 0.0);
    for knot in knots {
        way += knot.displacement_from(rate, acceleration);
        (rate, acceleration) = (knot.rate, knot.acceleration);
    }
    let velocity = displacement_m / (way * duration_s);
    let first = Knot { after_s: 0.0, rate: 0.0, acceleration: start_acceleration };
    std::iter::once(&first)
        .chain(knots)
        .map(|knot| Knot {
            after_s: knot.after_s * duration_s,
            rate: knot.rate * velocity,
            acceleration: knot.acceleration * velocity / duration_s,
        })
        .collect()
}

/// A lowering phase: knots from rest to the bottom, where the acceleration is `end_acceleration_m_s2` (that of the
/// lifting phase which follows without a pause, or 0). `duration_s` is kept exactly, and so is the way.
#[must_use]
pub fn lowering(random: &mut Random, range_m: f64, duration_s: f64, end_acceleration_m_s2: f64) -> Vec<Knot> {
    let accelerate = random.between(0.25, 0.4) * duration_s;
    let typical = 1.6 * range_m / duration_s;
    let mut brake = random.between(0.25, 0.4) * duration_s;
    if end_acceleration_m_s2 > 0.0 {
        // beyond a slope of about 2.4 the quintic would cross zero before the bottom
        brake = brake.min(1.6 * typical / end_acceleration_m_s2);
    }
    let cruise = duration_s - accelerate - brake;
    let second = random.between(0.8, 1.1);
    // way = peak · unit + part of the end's acceleration; solved for the peak
    let unit = accelerate / 2.0 + cruise * (1.0 + second) / 2.0 + brake * second / 2.0;
    let peak = (range_m - brake * brake * end_acceleration_m_s2 / 10.0) / unit;
    vec![
        Knot::level(accelerate, -peak),
        Knot::level(cruise, -peak * second),
        Knot { after_s: brake, rate: 0.0, acceleration: end_acceleration_m_s2 },
    ]
}

/// An attempt that fails: up to `reached_m`, a struggle there, and back down in `lowering_s`.
#[must_use]
pub fn failing(random: &mut Random, reached_m: f64, lowering_s: f64) -> Vec<Knot> {
    let rise_s = reached_m / random.between(0.16, 0.28);
    let struggle_s = random.between(0.4, 1.5);
    // nearly all of the way is made before the struggle, whose last centimetre takes its whole time
    let crawl = 0.01_f64.min(0.1 * reached_m);
    let crawl_m_s = crawl / struggle_s;
    let (up, slow) = (0.45 * rise_s, 0.55 * rise_s);
    let peak = (reached_m - crawl - slow * crawl_m_s / 2.0) / f64::midpoint(up, slow);
    let mut knots = vec![
        Knot::level(up, peak),
        Knot::level(slow, crawl_m_s),
        Knot::level(struggle_s * 0.5, crawl_m_s),
        Knot::level(struggle_s, 0.0),
    ];
    knots.extend(lowering(random, reached_m, lowering_s, 0.0));
    knots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::track::{Point, Track};
    use proptest::prelude::*;

    fn track(knots: &[Knot], before: f64) -> Track {
        let mut track = Track::resting(0.0, 0.0);
        // comes into the first knot with whatever rate and acceleration it says
        track.to(Knot { after_s: before, ..knots[0] });
        track.along(&knots[1..]);
        track
    }

    fn points(track: &Track, from: f64, to: f64) -> impl Iterator<Item = Point> + '_ {
        let mut hint = 0;
        (1..2000).map(move |i| track.at(from + (to - from) * f64::from(i) / 2000.0, &mut hint))
    }

    proptest! {
        #[test]
        fn lifting_keeps_its_promises(seed: u64, range in 0.2..0.7f64, heaviness in 0.2..1.05f64,
                mean in 0.1..1.4f64, touch_and_go: bool) {
            let turn = if touch_and_go { Turn::TouchAndGo } else { Turn::Pause };
            let knots = lifting(&mut Random::new(seed), range, mean, heaviness, turn);
            let time: f64 = knots.iter().map(|k| k.after_s).sum();
            prop_assert!((time - range / mean).abs() < 1e-9);
            let lift = track(&knots, 1.0);
            let end = lift.now_s();
            let bottom = lift.at(end - time, &mut 0).value;
            prop_assert!((lift.value() - bottom - range).abs() < 1e-9);
            prop_assert!(points(&lift, end - time, end).all(|p| p.rate > 0.0));
            let peak = points(&lift, end - time, end).map(|p| p.rate).fold(0.0, f64::max);
            prop_assert!(peak / mean > 1.2 && peak / mean < 3.6, "peak over mean {}", peak / mean);
        }

        #[test]
        fn lowering_keeps_its_promises(seed: u64, range in 0.2..0.7f64, duration in 0.8..3.0f64, end in 0.0..15.0f64) {
            let knots = lowering(&mut Random::new(seed), range, duration, end);
            let mut lower = Track::resting(0.0, 0.0);
            lower.along(&knots);
            prop_assert!((lower.now_s() - duration).abs() < 1e-9);
            prop_assert!((lower.value() + range).abs() < 1e-9);
            prop_assert!(points(&lower, 0.0, duration).all(|p| p.rate < 1e-12));
        }

        #[test]
        fn a_failed_attempt_rises_struggles_and_comes_back(seed: u64, reached in 0.08..0.4f64, down in 0.8..2.0f64) {
            let mut attempt = Track::resting(0.0, 0.0);
            attempt.along(&failing(&mut Random::new(seed), reached, down));
            let end = attempt.now_s();
            let top = points(&attempt, 0.0, end).map(|p| p.value).fold(0.0, f64::max);
            prop_assert!((top - reached).abs() < 0.02, "{top}");
            prop_assert!(attempt.value().abs() < 0.02);
        }
    }

    #[test]
    fn heavier_is_stickier_and_only_light_is_ballistic() {
        // means over many repetitions: slowest velocity in the middle over the mean one, hardest deceleration
        let least = |mean: f64, heaviness| {
            let (mut slowest, mut hardest) = (0.0, 0.0);
            for seed in 0..50 {
                let lift = track(&lifting(&mut Random::new(seed), 0.55, mean, heaviness, Turn::Pause), 1.0);
                let (from, to) = (1.0, lift.now_s());
                let middle = points(&lift, from + (to - from) * 0.25, to - (to - from) * 0.25);
                slowest += middle.map(|p| p.rate).fold(f64::MAX, f64::min) / mean / 50.0;
                hardest += points(&lift, from, to).map(|p| p.acceleration).fold(0.0, f64::min) / 50.0;
            }
            (slowest, hardest)
        };
        let (light, heavy, maximal) = (least(1.2, 0.3), least(0.5, 0.8), least(0.28, 1.0));
        assert!(light.0 > heavy.0 && heavy.0 > maximal.0, "{light:?} {heavy:?} {maximal:?}");
        assert!(light.1 < -9.81 && heavy.1 > -9.81);
        assert!(maximal.0 < 0.3);
    }
}
