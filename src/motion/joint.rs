//! Vertical velocity of a run of phases, all conditions on it at once.
//!
//! What is known of a bar that goes up and down: acceleration, but for the accelerometer's error `b`, which is constant
//! in the sensor's axes (so it turns with the sensor); that the velocity is about zero where it turns round; that it
//! comes back to about its height. Unknown are `b` and the velocities `ν` at the ends of all phases. Each condition is
//! one row of a linear least-squares problem, weighed by its standard deviation:
//!
//! * `ν_k = 0 ± σ_k`: a turn-round, a rest;
//! * `ν_{k+1} − ν_k = ∫(a − up·b) dt ± √Q_k`: what integration says, `Q_k` the variance that it gathers on the way;
//! * `way_k + way_{k+1} = 0 ± σ_c`: a cycle that closes;
//! * `b = 0 ± 0.25 m/s²` for each axis.
//!
//! Within a phase what integration is off at its end is shared out as its variance grows: the mean of a Brownian bridge.
//! An impact or a hole takes nearly all of it. This is the solution of a fixed-interval smoother with a constant
//! unknown error, in a form whose cost is that of a few sums for each sample.
//!
//! Conventions: world z up; SI units; `a` as measured, gravity removed, nothing else taken away.

use super::track::{Kinematic, TrackParams};
use crate::model::DeviceTime;
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Density of the velocity error of good samples once the accelerometer's constant error is known, m²/s³: changes of
/// inclination error, of scale, of what is not rigid.
const NOISE_M2_S3: f64 = 0.0005;
/// What turning adds to it, m²/s for each (rad/s)²: errors of scale and alignment change with the attitude, up to a
/// hundredth of gravity for common parts.
const TURNING_M2_S: f64 = 0.0005;
/// Standard deviation of the accelerometer's error of each axis before anything is seen, m/s².
const ERROR_SD_M_S2: f64 = 0.25;
/// Acceleration beyond this is an impact, m/s²; its top may lie between two samples or beyond the sensor's range.
const IMPACT_M_S2: f64 = 40.0;

/// Integrals from the first sample on; all linear in what is unknown.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// Time, s.
    t: f64,
    /// `∫a dt` and `∫∫a dt²`.
    velocity: f64,
    height: f64,
    /// `∫up dt` and `∫∫up dt²`.
    up: [f64; 3],
    up_height: [f64; 3],
    /// Variance gathered, m²/s², and its integral.
    variance: f64,
    variance_height: f64,
}

impl Sums {
    fn between(a: &Self, b: &Self, t: f64) -> Self {
        let span = b.t - a.t;
        let share = if span > 0.0 { (t - a.t) / span } else { 0.0 };
        let mix = |x: f64, y: f64| x + share * (y - x);
        Self {
            t,
            velocity: mix(a.velocity, b.velocity),
            height: mix(a.height, b.height),
            up: std::array::from_fn(|i| mix(a.up[i], b.up[i])),
            up_height: std::array::from_fn(|i| mix(a.up_height[i], b.up_height[i])),
            variance: mix(a.variance, b.variance),
            variance_height: mix(a.variance_height, b.variance_height),
        }
    }
}

/// A stretch of motion that can be asked for integrals between any two times.
#[derive(Clone, Debug)]
pub struct Integrals {
    first: DeviceTime,
    sums: Vec<Sums>,
    /// Acceleration as measured and where up is.
    measured: Vec<(f64, [f64; 3])>,
}

impl Integrals {
    /// Of these points.
    #[must_use]
    pub fn of(points: &[Kinematic], params: &TrackParams) -> Self {
        let first = points.first().map_or(DeviceTime(0), |p| p.time);
        let mut sums: Vec<Sums> = Vec::with_capacity(points.len());
        let mut last: Option<(&Kinematic, Sums)> = None;
        for point in points {
            let sum =
                last.map_or_else(Sums::default, |(before, sum)| next(&sum, before, point, first, params));
            sums.push(sum);
            last = Some((point, sum));
        }
        let measured = points.iter().map(|p| (raw(p), p.up)).collect();
        Self { first, sums, measured }
    }

    /// Seconds from the first point to `time`.
    #[must_use]
    pub fn seconds(&self, time: DeviceTime) -> f64 {
        time.seconds_since(self.first)
    }

    /// The time `t` seconds after the first point.
    #[must_use]
    pub fn time(&self, t: f64) -> DeviceTime {
        self.first.plus_seconds(t)
    }

    /// Index of the first sample not before `t`.
    #[must_use]
    pub fn index(&self, t: f64) -> usize {
        self.sums.partition_point(|s| s.t < t)
    }

    /// Time of a sample, s; the last one's for those beyond.
    #[must_use]
    pub fn t(&self, index: usize) -> f64 {
        self.sums.get(index).or(self.sums.last()).map_or(0.0, |s| s.t)
    }

    /// How many samples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    fn at(&self, t: f64) -> Sums {
        let i = self.index(t);
        match (i.checked_sub(1).and_then(|j| self.sums.get(j)), self.sums.get(i)) {
            (Some(a), Some(b)) => Sums::between(a, b, t),
            (Some(end), None) | (None, Some(end)) => *end,
            (None, None) => Sums::default(),
        }
    }

    /// Acceleration at a time without the accelerometer's error, m/s².
    fn acceleration(&self, t: f64, error: &[f64]) -> f64 {
        let i = self.index(t).min(self.measured.len().saturating_sub(1));
        self.measured.get(i).map_or(0.0, |(a, up)| a - up.iter().zip(error).map(|(u, e)| u * e).sum::<f64>())
    }

    /// Acceleration as measured, m/s².
    #[must_use]
    pub fn measured(&self, t: f64) -> f64 {
        self.acceleration(t, &[])
    }
}

fn raw(point: &Kinematic) -> f64 {
    point.acceleration_m_s2 + point.offset_m_s2
}

fn next(sum: &Sums, a: &Kinematic, b: &Kinematic, first: DeviceTime, params: &TrackParams) -> Sums {
    let dt = b.time.seconds_since(a.time);
    let strongest = raw(a).abs().max(raw(b).abs());
    let shock = (0.5 * (strongest - IMPACT_M_S2).max(0.0) * dt).powi(2);
    let noise = NOISE_M2_S3 + TURNING_M2_S * b.turn_rate_rad_s.powi(2) + params.hole_noise_m2_s4 * b.hole_s;
    let velocity = sum.velocity + 0.5 * (raw(a) + raw(b)) * dt;
    let up: [f64; 3] = std::array::from_fn(|i| sum.up[i] + 0.5 * (a.up[i] + b.up[i]) * dt);
    let variance = sum.variance + noise * dt + shock;
    Sums {
        t: b.time.seconds_since(first),
        velocity,
        height: sum.height + 0.5 * (sum.velocity + velocity) * dt,
        up,
        up_height: std::array::from_fn(|i| sum.up_height[i] + 0.5 * (sum.up[i] + up[i]) * dt),
        variance,
        variance_height: sum.variance_height + 0.5 * (sum.variance + variance) * dt,
    }
}

/// The end of a phase or a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// When, s since the first point.
    pub t: f64,
    /// Standard deviation of the velocity there, m/s.
    pub velocity_sd_m_s: f64,
}

/// Some phases that bring the bar back to its height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closure {
    /// The two pieces (the one from node `k` to node `k + 1` is piece `k`).
    pub pieces: [usize; 2],
    /// Standard deviation of the height to which it comes back, m.
    pub sd_m: f64,
}

/// A linear function of the unknowns: a constant and coefficients.
#[derive(Clone, Debug)]
struct Linear {
    constant: f64,
    coefficients: Vec<(usize, f64)>,
}

/// The velocities that agree best with all conditions.
#[derive(Clone, Debug)]
pub struct Solution {
    nodes: Vec<Node>,
    /// Error of each axis, then velocity at each node.
    unknowns: DVector<f64>,
    normal: Cholesky<f64, Dyn>,
}

const AXES: usize = 3;

/// Finds the velocities at the nodes, in order of time, and the accelerometer's error; `None` when the numbers are not
/// of this world.
#[must_use]
pub fn solve(integrals: &Integrals, nodes: &[Node], closures: &[Closure]) -> Option<Solution> {
    let size = AXES + nodes.len();
    let mut normal = DMatrix::<f64>::zeros(size, size);
    let mut right = DVector::<f64>::zeros(size);
    let mut row = |linear: &Linear, sd: f64| {
        let weight = 1.0 / (sd * sd);
        for &(i, a) in &linear.coefficients {
            right[i] -= weight * a * linear.constant;
            for &(j, b) in &linear.coefficients {
                normal[(i, j)] += weight * a * b;
            }
        }
    };
    for axis in 0..AXES {
        row(&Linear { constant: 0.0, coefficients: vec![(axis, 1.0)] }, ERROR_SD_M_S2);
    }
    for (k, node) in nodes.iter().enumerate() {
        row(&Linear { constant: 0.0, coefficients: vec![(AXES + k, 1.0)] }, node.velocity_sd_m_s);
    }
    let pieces: Vec<Piece> =
        nodes.windows(2).enumerate().map(|(k, w)| Piece::between(integrals, k, w[0].t, w[1].t)).collect();
    for piece in &pieces {
        row(&piece.mismatch, piece.variance.sqrt().max(1e-4));
    }
    for closure in closures {
        if let [Some(a), Some(b)] = closure.pieces.map(|k| pieces.get(k)) {
            let sd = (closure.sd_m * closure.sd_m + a.way_variance() + b.way_variance()).sqrt();
            row(&sum(&a.way, &b.way), sd);
        }
    }
    let cholesky = normal.cholesky()?;
    let unknowns: DVector<f64> = cholesky.solve(&right);
    unknowns.iter().all(|x| x.is_finite()).then(|| Solution {
        nodes: nodes.to_vec(),
        unknowns,
        normal: cholesky,
    })
}

fn sum(a: &Linear, b: &Linear) -> Linear {
    let coefficients = a.coefficients.iter().chain(&b.coefficients).copied().collect();
    Linear { constant: a.constant + b.constant, coefficients }
}

/// What lies between two nodes.
struct Piece {
    /// What integration is off at the end of the piece.
    mismatch: Linear,
    /// Way, with the mismatch shared out.
    way: Linear,
    /// Variance that integration gathers, m²/s².
    variance: f64,
    duration_s: f64,
}

impl Piece {
    fn between(integrals: &Integrals, k: usize, from: f64, to: f64) -> Self {
        let (a, b) = (integrals.at(from), integrals.at(to));
        let duration_s = to - from;
        let variance = b.variance - a.variance;
        let gained = b.velocity - a.velocity;
        let up: [f64; 3] = std::array::from_fn(|i| b.up[i] - a.up[i]);
        let (start, end) = (AXES + k, AXES + k + 1);
        // ν_{k+1} − ν_k − ∫a dt + ∫up dt·b
        let mut coefficients = vec![(end, 1.0), (start, -1.0)];
        coefficients.extend((0..AXES).map(|i| (i, up[i])));
        let mismatch = Linear { constant: -gained, coefficients };
        // share of the mismatch that has come up, integrated over the piece
        let shared_s = if variance > 0.0 {
            (b.variance_height - a.variance_height - a.variance * duration_s) / variance
        } else {
            0.5 * duration_s
        };
        let raw_way = b.height - a.height - a.velocity * duration_s;
        let up_way: [f64; 3] =
            std::array::from_fn(|i| b.up_height[i] - a.up_height[i] - a.up[i] * duration_s);
        let mut way = vec![(start, duration_s - shared_s), (end, shared_s)];
        way.extend((0..AXES).map(|i| (i, shared_s * up[i] - up_way[i])));
        let way = Linear { constant: raw_way - shared_s * gained, coefficients: way };
        Self { mismatch, way, variance, duration_s }
    }

    /// Variance of the way when the velocities at both ends are known: that of a Brownian bridge's integral.
    fn way_variance(&self) -> f64 {
        self.variance * self.duration_s * self.duration_s / 12.0
    }
}

/// Way between two nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Upwards, m.
    pub way_m: f64,
    /// Its standard deviation, m.
    pub way_sd_m: f64,
    /// Standard deviation of the velocity in the middle, m/s.
    pub velocity_sd_m_s: f64,
}

impl Solution {
    /// The way from node `k` to the next.
    #[must_use]
    pub fn way(&self, integrals: &Integrals, k: usize) -> Way {
        let piece = Piece::between(integrals, k, self.nodes[k].t, self.nodes[k + 1].t);
        let value = |linear: &Linear| {
            let terms = linear.coefficients.iter().map(|&(i, c)| c * self.unknowns[i]);
            linear.constant + terms.sum::<f64>()
        };
        let variance = |linear: &Linear| {
            let mut gradient = DVector::<f64>::zeros(self.unknowns.len());
            linear.coefficients.iter().for_each(|&(i, c)| gradient[i] += c);
            gradient.dot(&self.normal.solve(&gradient)).max(0.0)
        };
        let middle = Linear { constant: 0.0, coefficients: vec![(AXES + k, 0.5), (AXES + k + 1, 0.5)] };
        Way {
            way_m: value(&piece.way),
            way_sd_m: (variance(&piece.way) + piece.way_variance()).sqrt(),
            velocity_sd_m_s: (variance(&middle) + 0.25 * piece.variance).sqrt(),
        }
    }

    /// Velocity and acceleration at the given times between node `k` and the next.
    #[must_use]
    pub fn curve(&self, integrals: &Integrals, k: usize, times: &[f64]) -> Vec<(f64, f64)> {
        let piece = self.piece(integrals, k);
        times
            .iter()
            .map(|&t| (piece.velocity(&integrals.at(t)), integrals.acceleration(t, piece.error)))
            .collect()
    }

    /// Velocity at samples `from` to `to` (exclusive), beyond the nodes too.
    #[must_use]
    pub fn velocities(&self, integrals: &Integrals, from: usize, to: usize) -> Vec<f64> {
        let mut velocities = Vec::with_capacity(to - from);
        let mut rest = &integrals.sums[from..to];
        let last = self.nodes.len().saturating_sub(2);
        for k in 0..=last {
            let piece = self.piece(integrals, k);
            let next = self.nodes[k + 1].t;
            let count = if k == last { rest.len() } else { rest.partition_point(|s| s.t < next) };
            let (part, after) = rest.split_at(count);
            velocities.extend(part.iter().map(|s| piece.velocity(s)));
            rest = after;
        }
        velocities
    }

    fn piece(&self, integrals: &Integrals, k: usize) -> Solved<'_> {
        let (a, b) = (integrals.at(self.nodes[k].t), integrals.at(self.nodes[k + 1].t));
        let error = &self.unknowns.as_slice()[..AXES];
        let mut solved = Solved { a, start: self.unknowns[AXES + k], error, mismatch: 0.0 };
        let variance = b.variance - a.variance;
        if variance > 0.0 {
            solved.mismatch = (self.unknowns[AXES + k + 1] - solved.velocity(&b)) / variance;
        }
        solved
    }
}

/// A piece whose velocities are known.
struct Solved<'a> {
    a: Sums,
    start: f64,
    error: &'a [f64],
    /// What integration is off for each unit of variance.
    mismatch: f64,
}

impl Solved<'_> {
    fn velocity(&self, s: &Sums) -> f64 {
        let error: f64 =
            self.error.iter().zip(s.up.iter().zip(self.a.up)).map(|(e, (up, a))| e * (up - a)).sum();
        self.start + s.velocity - self.a.velocity - error + self.mismatch * (s.variance - self.a.variance)
    }
}
