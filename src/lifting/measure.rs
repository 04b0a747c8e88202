//! The phases of a repetition, measured: where they begin and end, and the velocity in between.
//!
//! A repetition is measured together with its neighbours (see [`joint`]): all turn-rounds and rests of some seconds
//! before and after say what the accelerometer's error is, and how far integration can be believed. Turn-rounds and
//! velocities depend on each other, so both are found in turns: velocities from turn-rounds, turn-rounds from velocities.
//!
//! Conventions: concentric is up; a phase goes from where the bar begins to move to where it ends, at rest or at the
//! crossing of zero; velocities in m/s, upwards positive.

use super::movement::{self, Candidate, Phases};
use super::prior::MovementPrior;
use super::strokes::Stroke;
use crate::model::PhaseOrder;
use crate::motion::constrain::{Curve, CurvePoint};
use crate::motion::joint::{self, Closure, Integrals, Node, Solution};
use crate::motion::track::{Evidence, Motion, TrackParams};

/// So many strokes before and after are measured together.
const NEIGHBOURS: usize = 4;
/// Strokes that begin or end further away say nothing, s.
const NEAR_S: f64 = 12.0;
/// Velocities and turn-rounds are found at most so many times in turns, and until no turn-round moves by more than this, s:
/// an eighth of what is known of it.
const ROUNDS: usize = 3;
const MOVES_S: f64 = 0.001;
/// Standard deviation of the vertical velocity of the sensor where the bar turns round, m/s: it still rolls and tilts
/// (33 mm/s between collar and marker in training.md §4.1).
const TURN_SD_M_S: f64 = 0.03;
/// Standard deviation of a turn-round's time, s: as the smoothed height tells it, and as the velocity does.
const TURN_SD_S: (f64, f64) = (0.06, 0.008);
/// Standard deviation of the velocity with which a bar that was let go lands, m/s.
const LANDING_SD_M_S: f64 = 3.0;
/// Standard deviation of the height to which people come back, m, where `closure` is 1.
const RETURN_SD_M: f64 = 0.03;
/// The least that `closure` counts for a bar that was not let go (−69 mm for deadlifts in training.md §4.1).
const LEAST_CLOSURE: f64 = 0.4;
/// Phases whose ways differ by more than this share of the larger don't close.
const UNEQUAL: f64 = 0.5;
/// How far from where the smoothed height turns the end of a phase is looked for, s. Further off, what moves is no part
/// of the phase.
const SEARCH_S: f64 = 0.5;
/// Ends of neighbouring phases that are closer than this are one turn-round, s.
const ONE_TURN_S: f64 = 0.04;

/// The movements of one stretch, ready to be measured.
#[derive(Debug)]
pub struct Measure<'a> {
    motion: &'a Motion,
    strokes: &'a [Stroke],
    prior: &'a MovementPrior,
    integrals: Integrals,
}

/// A stroke with its ends put right.
#[derive(Clone, Copy, Debug)]
struct Phase {
    from: f64,
    to: f64,
    /// Its ends are looked for between these times.
    within: (f64, f64),
    up: bool,
    fell: bool,
    travel_m: f64,
}

impl Phase {
    fn sign(&self) -> f64 {
        if self.up { 1.0 } else { -1.0 }
    }
}

/// Phases with the nodes at their ends; which piece each is.
struct Nodes {
    nodes: Vec<Node>,
    pieces: Vec<usize>,
}

impl<'a> Measure<'a> {
    /// Of a motion whose concentric direction is up, with its strokes.
    #[must_use]
    pub fn of(motion: &'a Motion, strokes: &'a [Stroke], prior: &'a MovementPrior) -> Self {
        let points = match motion.evidence {
            Evidence::Inertial => motion.points.as_slice(),
            Evidence::Measured => &[],
        };
        Self { motion, strokes, prior, integrals: Integrals::of(points, &TrackParams::default()) }
    }

    /// The phases of a candidate.
    #[must_use]
    pub fn phases(&self, candidate: &Candidate, order: PhaseOrder) -> Phases {
        let simple = || movement::phases(self.motion, candidate, order, self.prior);
        if self.motion.evidence == Evidence::Measured {
            return simple();
        }
        let phases = self
            .strokes
            .iter()
            .position(|s| s.first == candidate.stroke.first)
            .and_then(|k| self.joint(k, candidate, order));
        phases
            .filter(|phases| {
                !movement::goes_astray(phases.concentric.displacement_m(), &candidate.stroke, self.prior)
            })
            .unwrap_or_else(simple)
    }

    /// Whether no later sample can be among what a candidate is measured with.
    #[must_use]
    pub fn is_final(&self, candidate: &Candidate) -> bool {
        let last = self.motion.points.get(candidate.stroke.last);
        let reach_s = if self.motion.evidence == Evidence::Measured { 0.0 } else { 2.0 * NEAR_S };
        last.is_some_and(|p| p.time.plus_seconds(reach_s) < self.motion.settled_until)
    }

    fn joint(&self, k: usize, candidate: &Candidate, order: PhaseOrder) -> Option<Phases> {
        let near = self.near(k);
        let mut phases: Vec<Phase> = self.strokes[near.clone()].iter().map(|s| self.phase(s)).collect();
        let this = k - near.start;
        let mut turn_sd_s = TURN_SD_S.0;
        for _ in 0..ROUNDS {
            let nodes = self.nodes(&phases, turn_sd_s);
            let solution = joint::solve(&self.integrals, &nodes.nodes, &self.closures(&phases, &nodes))?;
            let before = phases.clone();
            self.refine(&mut phases, &solution);
            if phases.iter().any(|phase| phase.to <= phase.from) {
                return None; // neighbours that leave a phase no time are no turn-rounds
            }
            turn_sd_s = TURN_SD_S.1;
            let moved = |(a, b): (&Phase, &Phase)| (a.from - b.from).abs().max((a.to - b.to).abs());
            if before.iter().zip(&phases).map(moved).fold(0.0, f64::max) <= MOVES_S {
                break;
            }
        }
        let nodes = self.nodes(&phases, turn_sd_s);
        let solution = joint::solve(&self.integrals, &nodes.nodes, &self.closures(&phases, &nodes))?;
        let concentric = self.curve(&nodes, nodes.pieces[this], &solution);
        let way = solution.way(&self.integrals, nodes.pieces[this]);
        let has_eccentric = order == PhaseOrder::EccentricFirst && candidate.before.is_some_and(|b| !b.fell);
        let eccentric = this
            .checked_sub(1)
            .filter(|_| has_eccentric)
            .map(|j| self.curve(&nodes, nodes.pieces[j], &solution));
        Some(Phases {
            eccentric,
            concentric,
            missing_m: None,
            spread: Some((way.way_sd_m, way.velocity_sd_m_s)),
            astray_m: 0.0,
        })
    }

    /// The strokes that are measured together with stroke `k`.
    fn near(&self, k: usize) -> std::ops::Range<usize> {
        let time = |i: usize| self.integrals.t(i);
        let (begin, end) = (time(self.strokes[k].first) - NEAR_S, time(self.strokes[k].last) + NEAR_S);
        let before =
            self.strokes[..k].iter().rev().take(NEIGHBOURS).take_while(|s| time(s.first) > begin).count();
        let after = self.strokes[k + 1..].iter().take(NEIGHBOURS).take_while(|s| time(s.last) < end).count();
        k - before..k + 1 + after
    }

    fn phase(&self, stroke: &Stroke) -> Phase {
        let (from, to) = (self.integrals.t(stroke.first), self.integrals.t(stroke.last));
        let within = (from - SEARCH_S, to + SEARCH_S);
        Phase { from, to, within, up: stroke.up, fell: stroke.fell, travel_m: stroke.travel_m }
    }

    fn nodes(&self, phases: &[Phase], turn_sd_s: f64) -> Nodes {
        let node = |t: f64, landed: bool| {
            let turning = turn_sd_s * self.integrals.measured(t);
            let velocity_sd_m_s = if landed { LANDING_SD_M_S } else { TURN_SD_M_S.hypot(turning) };
            Node { t, velocity_sd_m_s }
        };
        let (mut nodes, mut pieces): (Vec<Node>, _) = (Vec::new(), Vec::new());
        for phase in phases {
            if nodes.last().is_none_or(|last| phase.from > last.t) {
                nodes.push(node(phase.from, false));
            }
            pieces.push(nodes.len() - 1);
            nodes.push(node(phase.to, phase.fell));
        }
        Nodes { nodes, pieces }
    }

    fn closures(&self, phases: &[Phase], nodes: &Nodes) -> Vec<Closure> {
        let sd_m = RETURN_SD_M / self.prior.closure.max(LEAST_CLOSURE);
        let pairs = phases.windows(2).zip(nodes.pieces.windows(2));
        pairs
            .filter(|(pair, _)| closes(&pair[0], &pair[1]))
            .map(|(_, pieces)| Closure { pieces: [pieces[0], pieces[1]], sd_m })
            .collect()
    }

    /// Puts the ends of all phases where the velocity says that the bar begins and ends to move.
    fn refine(&self, phases: &mut [Phase], solution: &Solution) {
        let (Some(first), Some(last)) = (phases.first(), phases.last()) else { return };
        let begin = self.integrals.index(first.within.0);
        let end = self.integrals.index(last.within.1);
        let velocities = solution.velocities(&self.integrals, begin, end);
        let speed_at = |i: usize| (self.integrals.t(begin + i), velocities[i]);
        let peaks: Vec<usize> = phases
            .iter()
            .map(|phase| {
                let from = self.integrals.index(phase.from).clamp(begin, end - 1) - begin;
                let to = (self.integrals.index(phase.to).clamp(begin, end - 1) - begin).max(from);
                let speed = |i: &usize| phase.sign() * velocities[*i];
                (from..=to).max_by(|i, j| speed(i).total_cmp(&speed(j))).unwrap_or(from)
            })
            .collect();
        for (k, phase) in phases.iter_mut().enumerate() {
            let within = |t: f64| self.integrals.index(t).clamp(begin, end - 1) - begin;
            let from = k.checked_sub(1).map_or(0, |j| peaks[j]).max(within(phase.within.0));
            let to = peaks.get(k + 1).map_or(velocities.len() - 1, |p| *p).min(within(phase.within.1));
            let sign = phase.sign();
            let speeds: Vec<(f64, f64)> =
                (from..=to.max(from)).map(speed_at).map(|(t, v)| (t, sign * v)).collect();
            if let Some((from, to)) = ends(&speeds) {
                (phase.from, phase.to) = (from, to);
            }
        }
        join(phases);
    }

    fn curve(&self, nodes: &Nodes, piece: usize, solution: &Solution) -> Curve {
        let (from, to) = (nodes.nodes[piece].t, nodes.nodes[piece + 1].t);
        let inner = (self.integrals.index(from)..self.integrals.index(to)).map(|i| self.integrals.t(i));
        let times: Vec<f64> = std::iter::once(from).chain(inner.filter(|t| *t > from)).chain([to]).collect();
        let values = solution.curve(&self.integrals, piece, &times);
        let points = times.iter().zip(values).map(|(t, (velocity_m_s, acceleration_m_s2))| CurvePoint {
            t_s: t - from,
            velocity_m_s,
            acceleration_m_s2,
        });
        Curve { start: self.integrals.time(from), points: points.collect(), residual_m_s: 0.0 }
    }
}

fn closes(a: &Phase, b: &Phase) -> bool {
    a.up != b.up
        && !a.fell
        && !b.fell
        && (a.travel_m - b.travel_m).abs() <= UNEQUAL * a.travel_m.max(b.travel_m)
}

/// Makes one turn-round of ends that meet, and keeps the order of time.
fn join(phases: &mut [Phase]) {
    for k in 1..phases.len() {
        let (before, after) = phases.split_at_mut(k);
        let (a, b) = (&mut before[k - 1], &mut after[0]);
        if b.from - a.to < ONE_TURN_S {
            let turn = 0.5 * (a.to + b.from);
            (a.to, b.from) = (turn, turn);
        }
    }
}

/// Start and end of the movement in some speeds over time.
fn ends(speeds: &[(f64, f64)]) -> Option<(f64, f64)> {
    let reversed: Vec<(f64, f64)> = speeds.iter().rev().map(|&(t, v)| (-t, v)).collect();
    let (from, to) = (start(speeds)?, -start(&reversed)?);
    (to - from > 0.05).then_some((from, to))
}

/// What happens before this share of the way is done may be a prelude: a dip, a breath, the slack of the bar.
const PRELUDE: f64 = 0.1;
/// The lowest speed by which the beginning is told, as a share of the peak; and at least this, m/s.
const LOW: (f64, f64) = (0.06, 0.03);
/// A velocity grows more slowly than any power once it nears its peak, so the extrapolated foot is too short: by 0.83
/// where acceleration begins without a jerk, by 0.88 for the path of least jerk, as follows from their polynomials.
const BEND: f64 = 1.17;
/// Standard deviation of a foot as a share of its length, and at least this, s.
const FOOT_SD: f64 = 0.25;
const FOOT_SD_S: f64 = 0.004;
/// Standard deviation of the velocity near a turn-round, m/s.
const VELOCITY_SD_M_S: f64 = 0.02;
/// A crossing of zero and a foot are the same turn-round when they differ by no more than this many standard deviations.
const AGREEMENT: f64 = 3.0;
/// The foot of a velocity is no longer than this, s; a slow start is a movement.
const LONGEST_FOOT_S: f64 = 0.25;

/// Where the movement begins: a crossing of zero, or the foot of the velocity where the bar had stood still. Near its
/// foot the velocity grows as some power of time; from three levels, each twice the one before, the foot follows
/// whatever the power is (Aitken's extrapolation).
fn start(speeds: &[(f64, f64)]) -> Option<f64> {
    let peak = speeds.iter().map(|s| s.1).fold(0.0, f64::max);
    let low = (LOW.0 * peak).max(LOW.1).min(0.2 * peak);
    let under_way = onset(speeds, 2.0 * low)?;
    // what is left of drift in a pause before counts as none
    let before = speeds.partition_point(|s| s.0 < speeds[under_way].0 - LONGEST_FOOT_S);
    let slowest = |i: &usize, j: &usize| speeds[*i].1.total_cmp(&speeds[*j].1);
    let lowest = (before..=under_way).min_by(slowest)?;
    let drift = speeds[lowest].1.max(0.0);
    let i = if drift > low { lowest } else { onset(speeds, low)? };
    let drift = if drift > low { drift } else { 0.0 };
    let reached = |level: f64| {
        let j = (i..speeds.len() - 1).find(|&j| speeds[j + 1].1 > level + drift)?;
        Some(crossing(speeds[j], speeds[j + 1], level + drift))
    };
    let (a, b, c) = (reached(low)?, reached(2.0 * low)?, reached(4.0 * low)?);
    let bend = (c - b) - (b - a);
    let foot_s = if bend > 0.0 { (b - a) * (b - a) / bend } else { f64::MAX };
    let foot_s = (BEND * foot_s.clamp(b - a, 4.0 * (b - a))).min(LONGEST_FOOT_S);
    let foot = (a - foot_s, FOOT_SD * foot_s + FOOT_SD_S);
    let zero = (0..=i).rev().find(|&j| speeds[j].1 <= 0.0).map(|j| zero(speeds[j], speeds[j + 1]));
    let agreed = zero.filter(|zero| (zero.0 - foot.0).abs() <= AGREEMENT * zero.1.hypot(foot.1));
    Some(agreed.map_or(foot.0, |zero| mean(zero, foot)))
}

/// The last point no faster than `level` before the movement proper, which begins within the first tenth of the way.
fn onset(speeds: &[(f64, f64)], level: f64) -> Option<usize> {
    let step = |w: &[(f64, f64)]| {
        let speed = 0.5 * (w[0].1 + w[1].1);
        if speed > level { speed * (w[1].0 - w[0].0) } else { 0.0 }
    };
    let total: f64 = speeds.windows(2).map(step).sum();
    let mut way = 0.0;
    let mut slow = None;
    for (i, speed) in speeds.iter().enumerate() {
        if i > 0 {
            way += step(&speeds[i - 1..=i]);
        }
        if way > PRELUDE * total {
            break;
        }
        if speed.1 <= level {
            slow = Some(i);
        }
    }
    slow
}

/// The crossing of zero between two points and its standard deviation: the steeper, the surer.
fn zero(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let slope = (b.1 - a.1) / (b.0 - a.0);
    (crossing(a, b, 0.0), VELOCITY_SD_M_S / slope.max(1e-6))
}

/// Mean of two values, weighed by their standard deviations.
fn mean(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (p, q) = (a.1.powi(-2), b.1.powi(-2));
    (p * a.0 + q * b.0) / (p + q)
}

fn crossing(a: (f64, f64), b: (f64, f64), level: f64) -> f64 {
    let rise = b.1 - a.1;
    if rise > 0.0 { a.0 + (b.0 - a.0) * ((level - a.1) / rise).clamp(0.0, 1.0) } else { a.0 }
}
