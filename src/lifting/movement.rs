//! Candidates for repetitions: every stroke in the concentric direction, with its neighbours, and its phases cut to
//! the part that moves.

use super::judge::LARGEST_SHARE;
use super::pick_up;
use super::posture::Posture;
use super::prior::MovementPrior;
use super::strokes::Stroke;
use crate::model::{DeviceTime, PhaseOrder, RejectReason};
use crate::motion::constrain::{self, Curve};
use crate::motion::track::{Evidence, Kinematic, Motion};

/// A concentric stroke and what stands around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The concentric stroke.
    pub stroke: Stroke,
    /// The stroke before it, against the concentric direction.
    pub before: Option<Stroke>,
    /// The stroke after it, against the concentric direction.
    pub after: Option<Stroke>,
    /// Way of its moving part, integrated between its own ends, m.
    pub way_m: f64,
    /// That integral says nothing: [`way_m`](Self::way_m) is the smoothed one.
    pub astray: bool,
    /// Highest speed of its moving part, m/s.
    pub peak_m_s: f64,
    /// How the sensor is held during it.
    pub posture: Posture,
    /// Range of the steady height during it, m.
    pub lifted_m: f64,
    /// Start of the concentric stroke, s since the track's first point.
    pub at_s: f64,
    /// Duration of the concentric stroke, rests at its ends included, s.
    pub duration_s: f64,
    /// From the end of the stroke to the end of the track, s.
    pub to_end_s: f64,
    /// What its surroundings say it is instead of a repetition: the bouncing of a bar that was let go, or the way from
    /// where the bar lay to where the set begins.
    pub ruled_out: Option<RejectReason>,
    /// Rest around the upper and the lower turn-round, s.
    pub rest_s: (f64, f64),
    /// The recording ends within the stroke.
    pub cut: bool,
}

impl Candidate {
    /// The stroke that makes it a whole repetition.
    #[must_use]
    pub fn other_half(&self, order: PhaseOrder) -> Option<&Stroke> {
        match order {
            PhaseOrder::EccentricFirst => self.before.as_ref(),
            PhaseOrder::ConcentricFirst => self.after.as_ref(),
        }
    }
}

/// A bar that was let go bounces and rolls for this long, s.
const BOUNCE_S: f64 = 2.0;

/// A stroke still running this close to the end was cut by it, s.
const CUT_S: f64 = 0.1;

/// All candidates, oldest first. The strokes are those of a motion whose concentric direction is up.
#[must_use]
pub fn candidates(motion: &Motion, strokes: &[Stroke], prior: &MovementPrior) -> Vec<Candidate> {
    let points = &motion.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let at = |i: usize| points[i].time.seconds_since(first.time);
    let end_s = last.time.seconds_since(first.time);
    let is_up = |(_, stroke): &(usize, &Stroke)| stroke.up;
    strokes
        .iter()
        .enumerate()
        .filter(is_up)
        .map(|(k, &stroke)| {
            let before = k.checked_sub(1).map(|j| strokes[j]);
            let after = strokes.get(k + 1).copied();
            let moving = moving_part(motion, &upright_with(motion, stroke, before, after));
            let way_m = moving.displacement_m();
            let astray = goes_astray(way_m, &stroke, prior);
            let just_before = |s: &&Stroke| at(stroke.first) - at(s.last) < BOUNCE_S;
            let bounces = strokes[..k].iter().rev().take_while(just_before).any(|s| s.fell);
            let next = after.and(strokes.get(k + 2));
            let picked_up = next.is_some_and(|next| pick_up::stays_up(points, &stroke, next));
            Candidate {
                stroke,
                way_m: if astray { stroke.travel_m } else { way_m },
                astray,
                peak_m_s: moving.points.iter().map(|p| p.velocity_m_s).fold(0.0, f64::max),
                before,
                after,
                posture: Posture::during(points, stroke.first, stroke.last),
                lifted_m: range(points[stroke.first..=stroke.last].iter().map(|p| p.steady_height_m)),
                at_s: at(stroke.first),
                to_end_s: end_s - at(stroke.last),
                ruled_out: if bounces {
                    Some(RejectReason::Dropped)
                } else {
                    picked_up.then_some(RejectReason::Unrack)
                },
                duration_s: at(stroke.last) - at(stroke.first),
                rest_s: (
                    rest_around(points, stroke.last, stroke.peak_m_s),
                    rest_around(points, stroke.first, stroke.peak_m_s),
                ),
                cut: stroke.confirmed_by.is_none() && at(stroke.last) > end_s - CUT_S,
            }
        })
        .collect()
}

fn range(heights: impl Iterator<Item = f64>) -> f64 {
    let (low, high) = heights.fold((f64::MAX, f64::MIN), |(low, high), h| (low.min(h), high.max(h)));
    high - low
}

/// Whether the integrated way is longer than the exercise allows while the smoothed one is not: over a hole or an impact
/// the turn-rounds were missed. A way too short says no such thing, since the smoothed height invents movements.
pub(super) fn goes_astray(way_m: f64, stroke: &Stroke, prior: &MovementPrior) -> bool {
    let longest = LARGEST_SHARE * prior.max_rom_m;
    way_m > longest && stroke.travel_m <= longest
}

/// How long the bar stays slow around a point, s.
fn rest_around(points: &[Kinematic], turn: usize, peak_m_s: f64) -> f64 {
    let moves = |p: &Kinematic| p.velocity_m_s.abs() > BEGUN * peak_m_s;
    let before = points[..turn].iter().rev().find(|&p| moves(p));
    let after = points[turn..].iter().find(|&p| moves(p));
    before.zip(after).map_or(0.0, |(b, a)| a.time.seconds_since(b.time))
}

/// The measured phases of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Phases {
    /// The eccentric phase before the concentric, when the order has one. Velocities are negative.
    pub eccentric: Option<Curve>,
    /// The concentric phase.
    pub concentric: Curve,
    /// Height missing after the cycle before closure, m; `None` when there was no cycle to close.
    pub missing_m: Option<f64>,
    /// Standard deviations of the concentric way, m, and of the velocity in its middle, m/s, where they are known.
    pub spread: Option<(f64, f64)>,
    /// How far an integral that says nothing was from the smoothed way that is used instead, m; 0 when it is used.
    pub astray_m: f64,
}

impl Phases {
    /// Start of the concentric phase.
    #[must_use]
    pub fn start(&self) -> DeviceTime {
        self.concentric.start
    }

    /// End of the concentric phase.
    #[must_use]
    pub fn end(&self) -> DeviceTime {
        self.concentric.start.plus_seconds(self.concentric.duration_s())
    }
}

/// Standard deviation of the height to which people come back within a repetition, m, where `closure` is 1.
const RETURN_SD_M: f64 = 0.03;
/// Density of the velocity error within a phase, m²/s³: 0.04 m/s after a second, as published pipelines reach
/// (training.md §4.1: mean velocity RMSE 0.038 m/s).
pub(crate) const PHASE_NOISE_M2_S3: f64 = 0.02;
/// A cycle whose halves differ by more than this share of the larger is not one cycle.
const UNEQUAL: f64 = 0.5;

/// Integrates a candidate's phases from its own samples, whatever surrounds them; where the integral of the concentric
/// one goes astray over a hole, the smoothed motion stands for it.
#[must_use]
pub fn phases(motion: &Motion, candidate: &Candidate, order: PhaseOrder, prior: &MovementPrior) -> Phases {
    let integrated = integrated(motion, candidate, order, prior);
    let way = integrated.concentric.displacement_m();
    if !goes_astray(way, &candidate.stroke, prior) {
        return integrated;
    }
    let concentric = constrain::measured(&motion.points[candidate.stroke.first..=candidate.stroke.last]);
    let astray_m = (way - concentric.displacement_m()).abs();
    Phases { concentric, missing_m: None, astray_m, ..integrated }
}

fn integrated(motion: &Motion, candidate: &Candidate, order: PhaseOrder, prior: &MovementPrior) -> Phases {
    // a fall says nothing of where the bar was held
    let Some(other) = candidate.other_half(order).filter(|other| !other.fell) else {
        return Phases {
            eccentric: None,
            concentric: moving_part(motion, &candidate.stroke),
            missing_m: None,
            spread: None,
            astray_m: 0.0,
        };
    };
    let (mut concentric, mut other) = match order {
        PhaseOrder::EccentricFirst => {
            let (down, up) = upright(motion, *other, candidate.stroke);
            (moving_part(motion, &up), moving_part(motion, &down))
        }
        PhaseOrder::ConcentricFirst => {
            let (up, down) = upright(motion, candidate.stroke, *other);
            (moving_part(motion, &up), moving_part(motion, &down))
        }
    };
    let mut missing_m = None;
    if motion.evidence == Evidence::Inertial && equal(concentric.displacement_m(), -other.displacement_m()) {
        let drift = PHASE_NOISE_M2_S3 * (concentric.duration_s().powi(3) + other.duration_s().powi(3)) / 12.0;
        let spread = (RETURN_SD_M / prior.closure.max(1e-3)).powi(2);
        missing_m = Some(constrain::close(&mut concentric, &mut other, drift / (drift + spread)));
    }
    let eccentric = (order == PhaseOrder::EccentricFirst).then_some(other);
    Phases { eccentric, concentric, missing_m, spread: None, astray_m: 0.0 }
}

fn equal(way: f64, back: f64) -> bool {
    (way - back).abs() <= UNEQUAL * way.max(back)
}

/// How far around a turning point of the smoothed height the true one is looked for, s.
const TURN_SEARCH_S: f64 = 0.5;

/// Two strokes that make a cycle, with their turning points put right. When a set begins, the smoothed height sinks
/// to its new middle, which leans on the velocity; a cycle ends where it began, so its mean velocity *is* that lean.
fn upright(motion: &Motion, mut a: Stroke, mut b: Stroke) -> (Stroke, Stroke) {
    let points = &motion.points;
    let height = |i: usize| points[i].steady_height_m;
    let (way, back) = ((height(a.last) - height(a.first)).abs(), (height(b.last) - height(b.first)).abs());
    if motion.evidence == Evidence::Measured || !equal(way, back) {
        return (a, b);
    }
    let duration = points[b.last].time.seconds_since(points[a.first].time);
    let lean = (height(b.last) - height(a.first)) / duration;
    let outer = if a.up { 1.0 } else { -1.0 };
    let (top, bottom) = (fastest(points, &a), fastest(points, &b));
    let speeds = (a.peak_m_s, b.peak_m_s);
    let first = turn_near(points, a.first, lean, outer, (speeds.1, speeds.0), (None, Some(top))).1;
    let (down, up) = turn_near(points, b.first, lean, -outer, speeds, (Some(top), Some(bottom)));
    let last = turn_near(points, b.last, lean, outer, (speeds.1, speeds.0), (Some(bottom), None)).0;
    if first < down && up < last {
        (a.first, a.last, b.first, b.last) = (first, down, up, last);
    }
    (a, b)
}

/// Where a stroke is fastest.
fn fastest(points: &[Kinematic], stroke: &Stroke) -> usize {
    let speed = |i: &usize| points[*i].velocity_m_s.abs();
    (stroke.first..=stroke.last).max_by(|i, j| speed(i).total_cmp(&speed(j))).unwrap_or(stroke.first)
}

/// A rest between two strokes is looked through this far, s.
const LONGEST_REST_S: f64 = 5.0;
/// A stroke with its turning points put right by the neighbour that is more like it.
fn upright_with(motion: &Motion, stroke: Stroke, before: Option<Stroke>, after: Option<Stroke>) -> Stroke {
    let (before, after) = (before.filter(|s| !s.fell), after.filter(|s| !s.fell));
    let unlike = |other: Option<Stroke>| other.map_or(f64::MAX, |s| (s.travel_m - stroke.travel_m).abs());
    match (before, after) {
        (Some(down), _) if unlike(before) <= unlike(after) => upright(motion, down, stroke).1,
        (_, Some(down)) => upright(motion, stroke, down).0,
        _ => stroke,
    }
}

/// A turn-round is flat where the speed is below this share of its stroke's peak.
const FLAT: f64 = 0.1;

/// The turn-round near `turn`, to positive where `to` is: where the stroke before it ends and the one after it begins.
///
/// Both are one point between the last time the stroke before has a tenth of its peak speed and the first time the
/// stroke after has. A crossing of zero would be lost in a flat turn-round; this point is not. It divides the time as
/// the strokes' durations do, which for equal ways are as the inverse of their `peaks`. Where the bar rests in between,
/// each stroke keeps a little of the rest. `lean` is the velocity that counts as none.
/// `within` says where the strokes before and after are fastest, as far as they are known; nothing outside is looked at.
fn turn_near(
    points: &[Kinematic],
    turn: usize,
    lean: f64,
    to: f64,
    peaks: (f64, f64),
    within: (Option<usize>, Option<usize>),
) -> (usize, usize) {
    let over = |i: &usize| to * (points[*i].steady_velocity_m_s - lean);
    let at = |seconds: f64| {
        let time = points[turn].time.plus_seconds(seconds);
        points.partition_point(|p| p.time < time).min(points.len() - 1)
    };
    let level = FLAT * peaks.0.min(peaks.1);
    let coming = |from: usize, until: usize| (from..=until).rev().find(|i| over(i) < -level);
    let going = |from: usize, until: usize| (from..=until).find(|i| over(i) > level);
    let (begin, end) = (within.0.unwrap_or(0), within.1.unwrap_or(points.len() - 1));
    let (from, until) = (at(-TURN_SEARCH_S).max(begin), at(TURN_SEARCH_S).min(end));
    let (longest, latest) = (at(-LONGEST_REST_S).max(begin), at(LONGEST_REST_S).min(end));
    // from the stroke that is known outwards, so that a short one after the next turn-round is not taken for it
    let (coming, going) = if within.0.is_some() {
        let going = going(from, latest);
        (coming(longest, going.map_or(until, |g| g.min(until))), going)
    } else {
        let coming = coming(longest, until);
        (coming, going(coming.map_or(from, |c| c.max(from)), latest))
    };
    let time = |i: usize| points[i].time.seconds_since(points[turn].time);
    match (coming, going) {
        (Some(c), Some(g)) if time(g) - time(c) <= TURN_SEARCH_S => {
            let share = peaks.1 / (peaks.0 + peaks.1);
            let between = at(time(c) + share * (time(g) - time(c)) - HALF_STEP_S);
            (between, between)
        }
        (c, g) => {
            let end = c.map_or(turn, |c| at(time(c) + 0.5 * TURN_SEARCH_S));
            let start = g.map_or(turn, |g| at(time(g) - 0.5 * TURN_SEARCH_S));
            (end, start)
        }
    }
}

/// Half the usual step between points, s: the point nearest to a time is wanted, not the one after it.
const HALF_STEP_S: f64 = 0.005;

/// At this share of its peak speed a stroke is under way.
const BEGUN: f64 = 0.15;
/// What happens before this share of the way is done may be a prelude: a dip, a breath, the slack of the bar.
const PRELUDE: f64 = 0.1;
/// At most this fast is rest, m/s: above the drift of a phase, far below any repetition.
const REST_M_S: f64 = 0.02;
/// A turn-round this close to the foot is where the movement begins, s.
const TURN_S: f64 = 0.1;
/// And within this share of the movement: a sharp one is over while a slow one settles.
const TURN_SHARE: f64 = 0.1;
/// A foot is no longer than this, s; a slow start is a movement.
const LONGEST_FOOT_S: f64 = 0.2;

/// Rest belongs to a stroke up to this long before it has begun and after it is nearly over, s: enough to settle, too
/// short to drift.
const SETTLE_S: f64 = 0.4;

/// The part of a stroke that moves. The smoothed height turns somewhere in a rest; the phase starts where the bar does.
fn moving_part(motion: &Motion, stroke: &Stroke) -> Curve {
    let sign = if stroke.up { 1.0 } else { -1.0 };
    if motion.evidence == Evidence::Measured {
        // one point more on either side, so that a measured crossing of zero lies within
        let last = (stroke.last + 1).min(motion.points.len() - 1);
        let curve = constrain::measured(&motion.points[stroke.first.saturating_sub(1)..=last]);
        return feet(&curve, sign, motion.evidence).map_or(curve.clone(), |(from, to)| curve.cut(from, to));
    }
    let mut curve = constrain::integrate(&motion.points[stroke.first..=stroke.last]);
    if let Some((from, to)) = begun(&curve, sign) {
        curve = curve.cut((from - SETTLE_S).max(0.0), (to + SETTLE_S).min(curve.duration_s()));
        curve.pin_ends();
    }
    if let Some((from, to)) = feet(&curve, sign, motion.evidence) {
        curve = curve.cut(from, to);
        curve.pin_ends();
    }
    curve
}

/// Within a stroke, from where to where the speed stands above a share of its peak.
fn begun(curve: &Curve, sign: f64) -> Option<(f64, f64)> {
    let peak = curve.points.iter().map(|p| sign * p.velocity_m_s).fold(0.0, f64::max);
    both_ends(curve, sign, |speeds| onset(speeds, BEGUN * peak).map(|i| speeds[i].0))
}

/// Start and end of the movement within a stroke.
fn feet(curve: &Curve, sign: f64, evidence: Evidence) -> Option<(f64, f64)> {
    both_ends(curve, sign, |speeds| foot(speeds, evidence))
}

/// Finds the start, and the end as the start of the curve run backwards.
fn both_ends(curve: &Curve, sign: f64, find: impl Fn(&[(f64, f64)]) -> Option<f64>) -> Option<(f64, f64)> {
    let speeds: Vec<(f64, f64)> = curve.points.iter().map(|p| (p.t_s, sign * p.velocity_m_s)).collect();
    let reversed: Vec<(f64, f64)> = speeds.iter().rev().map(|&(t, v)| (-t, v)).collect();
    let (from, to) = (find(&speeds)?, -find(&reversed)?);
    (from < to).then_some((from, to))
}

/// The last point no faster than `level` before the movement proper, which begins within the first tenth of the way.
/// A pause later in the way is a sticking point and no beginning. Way that is crept at less than `level` is drift.
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

/// Where the movement begins: its turn-round, or the foot of the velocity when the bar had stood still. People and bars
/// start with a velocity that grows like the square of time, which from 5 % and 20 % of the peak leads back to
/// `t₀ = 2·t₅ − t₂₀`. A turn-round is the beginning of an integrated curve, and a crossing of zero in a measured one.
fn foot(speeds: &[(f64, f64)], evidence: Evidence) -> Option<f64> {
    let peak = speeds.iter().map(|s| s.1).fold(0.0, f64::max);
    let low = (0.05 * peak).max(REST_M_S);
    let rest = onset(speeds, low)?;
    let moving = speeds[rest + 1..].iter().position(|s| s.1 > 0.2 * peak)? + rest;
    let slow = crossing(speeds[rest], *speeds.get(rest + 1)?, low);
    let fast = crossing(speeds[moving], speeds[moving + 1], 0.2 * peak);
    let foot = slow - (fast - slow).min(LONGEST_FOOT_S);
    let zero =
        speeds[..=rest].iter().rposition(|s| s.1 <= 0.0).map(|i| crossing(speeds[i], speeds[i + 1], 0.0));
    let duration = speeds[speeds.len() - 1].0 - speeds[0].0;
    let (turn, reach_s) = match evidence {
        Evidence::Inertial => (Some(speeds[0].0), TURN_S.min(TURN_SHARE * duration)),
        Evidence::Measured => (zero, 0.5 * TURN_S),
    };
    Some(turn.filter(|t| foot - t <= reach_s).unwrap_or(foot))
}

fn crossing(a: (f64, f64), b: (f64, f64), level: f64) -> f64 {
    let rise = b.1 - a.1;
    if rise > 0.0 { a.0 + (b.0 - a.0) * ((level - a.1) / rise).clamp(0.0, 1.0) } else { a.0 }
}

/// Longest hole among the points from `start` to `end`, s, and whether any of them is clipped.
#[must_use]
pub fn blemishes(points: &[Kinematic], start: DeviceTime, end: DeviceTime) -> (f64, bool) {
    let from = points.partition_point(|p| p.time < start);
    let to = points.partition_point(|p| p.time <= end);
    let part = &points[from..to.max(from)];
    (part.iter().map(|p| p.hole_s).fold(0.0, f64::max), part.iter().any(|p| p.clipped))
}

/// Whether a candidate's phases can no longer change: its strokes are confirmed, and so is the velocity around them.
#[must_use]
pub fn settled(motion: &Motion, candidate: &Candidate, order: PhaseOrder) -> bool {
    let last = match order {
        PhaseOrder::EccentricFirst => Some(candidate.stroke),
        PhaseOrder::ConcentricFirst => candidate.after,
    };
    last.is_some_and(|stroke| {
        // the turn-round may be found half a second later, and the stroke keep a little of the rest after it
        let known_by = stroke.confirmed_by.map(|i| motion.points[i].time);
        let looked_at = motion.points[stroke.last].time.plus_seconds(2.0 * TURN_SEARCH_S);
        known_by.is_some_and(|t| t.max(looked_at) < motion.settled_until)
    })
}
