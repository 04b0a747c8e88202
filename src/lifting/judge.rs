//! Which candidates are repetitions, judged by the company they keep.
//!
//! Repetitions of a set resemble each other in way, peak speed and turning of the sensor, follow each other in a
//! rhythm and have two halves; unracking, walking out, handling and putting down do not. So: find the candidate that
//! most others resemble, take it as the measure, collect the unbroken chain of alike candidates around it, be lenient
//! within the chain and strict at its ends, where a set's ghosts live (training.md §1.4). Everything is a ratio to the
//! set itself; absolute limits come from the exercise only.

use super::judge_params::JudgeParams;
use super::movement::Candidate;
use super::posture::Posture;
use super::prior::MovementPrior;
use super::strokes::Stroke;
use super::swing::FOREARM_M;
use crate::model::{PhaseOrder, RejectReason};

/// The verdict on a set's candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which phase comes first, known or found.
    pub order: PhaseOrder,
    /// For each candidate: why it does not count, if it does not.
    pub reasons: Vec<Option<RejectReason>>,
}

/// Judges the candidates of one stretch of activity, which holds at most one set.
#[must_use]
pub fn judge(
    candidates: &[Candidate],
    strokes: &[Stroke],
    prior: &MovementPrior,
    params: &JudgeParams,
) -> Verdict {
    let mut court = Court::new(candidates, prior, params);
    let order = prior.order.unwrap_or(PhaseOrder::ConcentricFirst);
    let Some(medoid) = court.measure() else {
        return Verdict { order, reasons: court.limits };
    };
    court.walls(strokes);
    let order = prior.order.unwrap_or_else(|| court.order_from_evidence(medoid));
    let body = court.body(order);
    let reasons = (0..candidates.len()).map(|i| court.reason(i, body, order)).collect();
    Verdict { order, reasons }
}

/// What the judgement of one set works with.
struct Court<'a> {
    candidates: &'a [Candidate],
    prior: &'a MovementPrior,
    params: &'a JudgeParams,
    /// Why a candidate cannot be a repetition of this exercise at all.
    limits: Vec<Option<RejectReason>>,
    /// Features in standard deviations: way, peak speed, turning, and how far a swing is lifted.
    features: Vec<[f64; AXES]>,
    /// How much of the way travelled each resembles.
    support: Vec<f64>,
    /// The set's own features.
    reference: [f64; AXES],
    /// The set's own posture.
    posture: Posture,
    /// The set's own way, m, by the same measure as [`Court::way`].
    usual_way_m: f64,
    /// First points of strokes that are handling.
    walls: Vec<usize>,
}

impl<'a> Court<'a> {
    fn new(candidates: &'a [Candidate], prior: &'a MovementPrior, params: &'a JudgeParams) -> Self {
        let features = candidates
            .iter()
            .map(|c| {
                [
                    c.stroke.travel_m.ln() / params.log_sd,
                    c.stroke.peak_m_s.max(1e-3).ln() / params.log_sd,
                    (c.stroke.turned_rad + params.idle_turn_rad).ln() / params.log_turn_sd,
                    if prior.swings { (c.lifted_m + IDLE_LIFT_M).ln() / params.log_sd } else { 0.0 },
                ]
            })
            .collect();
        let limits = candidates.iter().map(|c| limit(c, prior, params)).collect();
        Self {
            candidates,
            prior,
            params,
            limits,
            features,
            support: Vec::new(),
            reference: [0.0; AXES],
            posture: Posture::default(),
            usual_way_m: 0.0,
            walls: Vec::new(),
        }
    }

    /// Way of a candidate, m. The drift filter shrinks a grinding repetition; its own integral does not.
    fn way(&self, i: usize) -> f64 {
        let c = &self.candidates[i];
        if self.blurred(i) { c.way_m.max(c.stroke.travel_m) } else { c.way_m }
    }

    /// Whether a hole spoils its way and speed.
    fn blurred(&self, i: usize) -> bool {
        self.candidates[i].stroke.hole_s > self.params.hole_s
    }

    fn reference_way(&self) -> f64 {
        (self.reference[0] * self.params.log_sd).exp()
    }

    fn reference_speed(&self) -> f64 {
        (self.reference[1] * self.params.log_sd).exp()
    }

    fn reference_turn(&self) -> f64 {
        (self.reference[2] * self.params.log_turn_sd).exp() - self.params.idle_turn_rad
    }

    /// How much a candidate may say of the set: nothing beyond the limits, little with a hole.
    fn voice(&self, i: usize) -> f64 {
        match (self.limits[i], self.candidates[i].astray || self.blurred(i)) {
            (Some(_), _) => 0.0,
            (None, true) => 0.3,
            (None, false) => 1.0,
        }
    }

    /// Resemblance of two candidates, nearness in time included.
    fn kinship(&self, i: usize, j: usize) -> f64 {
        let apart: f64 = self.features[i].iter().zip(&self.features[j]).map(|(a, b)| (a - b).powi(2)).sum();
        let held = self.held_apart(i, &self.candidates[j].posture, self.candidates[j].stroke.travel_m);
        let time = (self.candidates[i].at_s - self.candidates[j].at_s).abs();
        (-(apart + held) / 4.0 - time / self.params.neighbourhood_s).exp()
    }

    /// How differently from another posture the sensor is held, in squared standard deviations; `way_m` belongs to that one.
    fn held_apart(&self, i: usize, posture: &Posture, way_m: f64) -> f64 {
        if !self.prior.worn {
            return 0.0;
        }
        let sd_rad = if self.prior.swings {
            (self.params.swing_posture * way_m / FOREARM_M).max(IDLE_POSTURE_RAD)
        } else {
            self.params.posture_sd_rad
        };
        (self.candidates[i].posture.apart_rad(posture) / sd_rad).powi(2)
    }

    /// Finds the candidate that most of the way travelled resembles, and takes its kin's mean as the set's measure.
    fn measure(&mut self) -> Option<usize> {
        let all = 0..self.candidates.len();
        self.support = all
            .clone()
            .map(|i| {
                let kin = all.clone().map(|j| self.kinship(i, j) * self.voice(j) * self.way(j));
                self.voice(i) * kin.sum::<f64>()
            })
            .collect();
        let medoid = self.most_supported(all.clone())?;
        if self.support[medoid] <= 0.0 {
            return None;
        }
        let weights: Vec<f64> = all.map(|j| self.kinship(medoid, j) * self.voice(j)).collect();
        let total: f64 = weights.iter().sum();
        for axis in 0..AXES {
            self.reference[axis] =
                weights.iter().zip(&self.features).map(|(w, f)| w * f[axis]).sum::<f64>() / total;
        }
        self.posture = Posture::mean(weights.iter().zip(self.candidates).map(|(&w, c)| (w, c.posture)));
        let logs = (0..weights.len()).map(|j| weights[j] * self.way(j).max(1e-3).ln());
        self.usual_way_m = (logs.sum::<f64>() / total).exp();
        Some(medoid)
    }

    fn walls(&mut self, strokes: &[Stroke]) {
        let most = self.params.handling * self.reference_turn() + HANDLING_TURN_RAD;
        self.walls = strokes.iter().filter(|s| s.turned_rad > most).map(|s| s.first).collect();
    }

    fn walled(&self, a: usize, b: usize) -> bool {
        let (from, to) = (self.candidates[a].stroke.first, self.candidates[b].stroke.first);
        self.walls.iter().any(|&wall| from < wall && wall < to)
    }

    /// Distance from the set's measure, in standard deviations. A hole blurs way and speed, and to be slower than the
    /// set is a tired lifter's right: both count half.
    fn distance(&self, i: usize) -> f64 {
        let blur = if self.blurred(i) { 0.5 } else { 1.0 };
        let [way, speed, turn, lift] =
            std::array::from_fn(|axis| self.features[i][axis] - self.reference[axis]);
        let tired = if speed < 0.0 { 0.5 } else { 1.0 };
        let held = self.held_apart(i, &self.posture, self.reference_way());
        ((blur * way).powi(2) + (tired * blur * speed).powi(2) + turn.powi(2) + lift.powi(2) + held).sqrt()
    }

    /// Measured without a hole, and less than the exercise asks for.
    fn falls_short(&self, i: usize) -> bool {
        !self.blurred(i) && self.candidates[i].way_m < SMALL_SHARE * self.prior.min_rom_m
    }

    fn has_half(&self, way_m: f64) -> bool {
        way_m >= self.params.half * self.reference_way()
    }

    /// Way against the concentric direction before and after a candidate, m. A bump on it that cannot be a repetition
    /// does not end it: people pause, and bad links tremble.
    fn halves(&self, i: usize) -> (f64, f64) {
        let way = |half: Option<Stroke>| half.map_or(0.0, |s| s.travel_m);
        let (mut before, mut after) = (way(self.candidates[i].before), way(self.candidates[i].after));
        let (mut down, mut up) = (before, after);
        for bump in (0..i).rev().take_while(|&j| self.limits[j].is_some()).map(|j| &self.candidates[j]) {
            down += way(bump.before) - bump.stroke.travel_m;
            before = before.max(down);
        }
        for bump in (i + 1..self.candidates.len())
            .take_while(|&j| self.limits[j].is_some())
            .map(|j| &self.candidates[j])
        {
            up += way(bump.after) - bump.stroke.travel_m;
            after = after.max(up);
        }
        (before, after)
    }

    fn complete(&self, i: usize, order: PhaseOrder) -> bool {
        let (before, after) = self.halves(i);
        self.has_half(match order {
            PhaseOrder::EccentricFirst => before,
            PhaseOrder::ConcentricFirst => after,
        })
    }

    /// Where the recording may have begun too late for the other half, or ended too early.
    fn at_edge(&self, i: usize, order: PhaseOrder) -> bool {
        match order {
            PhaseOrder::EccentricFirst => self.candidates[i].at_s < self.params.edge_s,
            PhaseOrder::ConcentricFirst => self.candidates[i].to_end_s < self.params.edge_s,
        }
    }

    /// Way of a candidate as a share of the set's, each by the same measure: a hole may spoil either.
    fn share(&self, i: usize) -> f64 {
        let integrated = self.way(i) / self.usual_way_m;
        let smoothed = self.candidates[i].stroke.travel_m / self.reference_way();
        if self.blurred(i) { integrated.max(smoothed) } else { integrated }
    }

    /// Way down after a candidate to where the next one starts, as a share of the set's way. Where repetitions start
    /// from below, what came down had gone up before, whatever the beginning of a recording has left of that.
    fn came_down(&self, i: usize, order: PhaseOrder) -> f64 {
        let goes_on = self.limits.get(i + 1).is_some_and(Option::is_none);
        let from_below = order == PhaseOrder::ConcentricFirst;
        let after = self.candidates[i].after.filter(|s| goes_on && from_below && !s.fell);
        after.map_or(0.0, |s| s.travel_m / self.usual_way_m)
    }

    /// Strong enough to stand at an end of the set.
    fn core(&self, i: usize, order: PhaseOrder) -> bool {
        let c = &self.candidates[i];
        if self.limits[i].is_none() && c.cut && order == PhaseOrder::EccentricFirst {
            // a whole eccentric, and on its way up when the recording ended
            return c.before.is_some_and(|s| s.travel_m >= self.params.whole * self.reference_way());
        }
        self.limits[i].is_none()
            && !self.falls_short(i)
            && self.distance(i) <= self.params.edge
            && self.share(i).max(self.came_down(i, order)) >= self.params.partial_way
            && c.stroke.peak_m_s >= self.params.partial_speed * self.reference_speed()
            && (self.complete(i, order) || self.at_edge(i, order) && self.share(i) >= self.params.whole)
    }

    fn most_supported(&self, among: impl Iterator<Item = usize>) -> Option<usize> {
        among.max_by(|&a, &b| self.support[a].total_cmp(&self.support[b]))
    }

    /// First and last repetition of the set.
    fn body(&self, order: PhaseOrder) -> Option<(usize, usize)> {
        let core: Vec<usize> = (0..self.candidates.len()).filter(|&i| self.core(i, order)).collect();
        let chain = self.chain(&core)?;
        let times =
            core.iter().filter(|&&i| (chain.0..=chain.1).contains(&i)).map(|&i| self.candidates[i].at_s);
        if self.prior.swings && median_step(times) < SWING_RHYTHM_S {
            return None;
        }
        let count = core.iter().filter(|&&i| (chain.0..=chain.1).contains(&i)).count();
        if count >= ENOUGH {
            return Some(chain);
        }
        if self.prior.worn && self.prior.order.is_none() {
            return None; // a hand does a lot, some of it twice
        }
        let convincing: Vec<usize> = core.into_iter().filter(|&i| self.convincing(i, order)).collect();
        self.chain(&convincing)
    }

    /// The unbroken chain around the most supported of `core`.
    fn chain(&self, core: &[usize]) -> Option<(usize, usize)> {
        let best = self.most_supported(core.iter().copied())?;
        let middle = core.iter().position(|&i| i == best)?;
        let rhythm = median_step(core.iter().map(|&i| self.candidates[i].at_s));
        let spacing = if self.prior.swings { self.params.swing_spacing } else { self.params.spacing };
        let joined = |a: usize, b: usize| {
            let step = self.candidates[b].at_s - self.candidates[a].at_s;
            let alike = self.distance(a).max(self.distance(b)) <= 1.0;
            let longest = (spacing * rhythm).max(if alike { self.params.patience_s } else { 0.0 });
            let hurried = self.prior.swings && step < HURRY * rhythm;
            step <= longest && !hurried && !self.walled(a, b)
        };
        let (mut first, mut last) = (middle, middle);
        while last + 1 < core.len() && joined(core[last], core[last + 1]) {
            last += 1;
        }
        while first > 0 && joined(core[first - 1], core[first]) {
            first -= 1;
        }
        Some((core[first], core[last]))
    }

    /// Few repetitions have no company to be judged by: each must be all that the exercise asks for.
    fn convincing(&self, i: usize, order: PhaseOrder) -> bool {
        let turned = self.candidates[i].stroke.turned_rad;
        let fits = if self.prior.order.is_some() {
            self.way(i) >= self.prior.min_rom_m
        } else {
            self.way(i) >= LONE_UNKNOWN_WAY_M && turned <= LONE_UNKNOWN_TURN_RAD
        };
        fits && self.complete(i, order)
    }

    /// The half that stands outside the ends of the set tells the order; failing that, the longer rest does: people
    /// rest standing with a squat and with the bar down in a pull.
    fn order_from_evidence(&self, medoid: usize) -> PhaseOrder {
        let alike: Vec<usize> = (0..self.candidates.len())
            .filter(|&i| self.limits[i].is_none() && self.distance(i) <= self.params.edge || i == medoid)
            .collect();
        let lowered_first = alike.first().is_some_and(|&i| self.has_half(self.halves(i).0));
        let lowered_last = alike.last().is_some_and(|&i| self.has_half(self.halves(i).1));
        let rest =
            |pick: fn(&Candidate) -> f64| alike.iter().map(|&i| pick(&self.candidates[i])).sum::<f64>();
        match (lowered_first, lowered_last) {
            (true, false) => PhaseOrder::EccentricFirst,
            (false, true) => PhaseOrder::ConcentricFirst,
            _ if rest(|c| c.rest_s.0) > rest(|c| c.rest_s.1) => PhaseOrder::EccentricFirst,
            _ => PhaseOrder::ConcentricFirst,
        }
    }

    fn reason(&self, i: usize, body: Option<(usize, usize)>, order: PhaseOrder) -> Option<RejectReason> {
        if self.limits[i].is_some() {
            return self.limits[i];
        }
        let Some((first, last)) = body else { return Some(RejectReason::Isolated) };
        let small = self.falls_short(i) || self.share(i) < self.params.partial_way;
        if (first..=last).contains(&i) {
            let unlike =
                (self.distance(i) > self.params.inside || self.falls_short(i)) && !self.candidates[i].cut;
            return unlike.then_some(if small { RejectReason::TooSmall } else { RejectReason::UnlikeSet });
        }
        Some(if self.core(i, order) {
            RejectReason::Isolated
        } else if i < first {
            RejectReason::Unrack
        } else if i == last + 1 && small && self.has_half(self.halves(i).0) {
            RejectReason::Failed
        } else if small || self.distance(i) > self.params.edge {
            RejectReason::Rerack
        } else {
            RejectReason::OutOfOrder
        })
    }
}

/// Number of features.
const AXES: usize = 4;
/// Lift of a swing that says nothing, m: it is added before the logarithm.
const IDLE_LIFT_M: f64 = 0.05;
/// Least spread of the posture, rad.
const IDLE_POSTURE_RAD: f64 = 0.1;
/// Shortest rhythm of repetitions that swing, s: the arms of walkers swing once a second.
const SWING_RHYTHM_S: f64 = 1.5;
/// Shortest step to a repetition at an end of the set, in median steps: nobody speeds up that much.
const HURRY: f64 = 0.5;
/// Turning that any stroke may have, rad, before it can be handling.
const HANDLING_TURN_RAD: f64 = 1.2;
/// From this many alike movements on, they vouch for each other.
pub(super) const ENOUGH: usize = 3;
/// Least way of one or two movements when the exercise is unknown, m.
const LONE_UNKNOWN_WAY_M: f64 = 0.3;
/// Most turning of one or two movements when the exercise is unknown, rad: a bar turns little, a gesturing hand much.
const LONE_UNKNOWN_TURN_RAD: f64 = 1.0;
/// A candidate may be this much smaller than the exercise's smallest repetition: a bad link shrinks it.
pub(super) const SMALLEST_SHARE: f64 = 0.4;
/// Without a hole in it only this much smaller: measured.
const SMALL_SHARE: f64 = 0.7;
/// And this much larger than the largest.
pub(super) const LARGEST_SHARE: f64 = 1.5;
/// The slowest peak of a repetition, m/s: heaviest lifts peak at twice this.
const SLOWEST_PEAK_M_S: f64 = 0.12;

/// What its surroundings or the exercise itself rule out. Holes blur size and speed, so they excuse from the upper limits.
fn limit(c: &Candidate, prior: &MovementPrior, params: &JudgeParams) -> Option<RejectReason> {
    let blurred = c.stroke.hole_s > params.hole_s;
    if c.ruled_out.is_some() {
        c.ruled_out
    } else if c.way_m.max(if blurred { c.stroke.travel_m } else { 0.0 }) < SMALLEST_SHARE * prior.min_rom_m
        || c.stroke.peak_m_s < SLOWEST_PEAK_M_S
    {
        Some(RejectReason::TooSmall)
    } else if c.duration_s < prior.min_concentric_s {
        Some(RejectReason::TooShort)
    } else if !blurred
        && (c.stroke.travel_m > LARGEST_SHARE * prior.max_rom_m || c.stroke.peak_m_s > prior.max_velocity_m_s)
    {
        Some(RejectReason::TooLarge)
    } else {
        None
    }
}

/// Median of the steps between neighbours; long when there are too few to tell.
fn median_step(times: impl Iterator<Item = f64> + Clone) -> f64 {
    let mut steps: Vec<f64> = times.clone().zip(times.skip(1)).map(|(a, b)| b - a).collect();
    if steps.len() < 2 {
        return UNKNOWN_STEP_S;
    }
    steps.sort_by(f64::total_cmp);
    // the mean of the middle two where their number is even
    0.5 * (steps[(steps.len() - 1) / 2] + steps[steps.len() / 2])
}

/// Step between repetitions when the set is too short to tell, s.
const UNKNOWN_STEP_S: f64 = 6.0;
