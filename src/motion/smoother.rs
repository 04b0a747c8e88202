//! A smoother that finds velocity and height from acceleration without drift, aware of holes.
//!
//! State: height `h` and velocity `v`. Between points the measured acceleration moves the state, and its integrated
//! error grows as white noise of density `q` (larger in holes). That a bar stays in its place in the long run is said
//! by a pseudo-measurement `h = 0` of density `r`. Without holes this is a zero-phase high-pass of fourth order on the
//! height, with cut-off `f_c` where `r = q / (2π·f_c)⁴`. The backward pass is that of Rauch, Tung, Striebel (1965),
//! "Maximum likelihood estimates of linear dynamic systems", AIAA Journal 3(8), run with a fixed look-ahead for
//! each block of one second, so that what is older never moves when more samples come. So an activity that grows is not
//! gone through anew: a [`Smoother`] goes on from the last point that was certain.

use super::track::{Kinematic, TrackParams};
use crate::model::DeviceTime;
use std::f64::consts::TAU;

/// Length of the blocks that share one backward pass, s.
const BLOCK_S: f64 = 1.0;
/// So many steps of final blocks are forgotten at once: enough that it costs nothing, few enough for the processor's
/// near memory.
const MANY_STEPS: usize = 2000;
/// Prior standard deviation of the first height, m, and the first velocity, m/s: activity starts near rest.
const FIRST_SD: (f64, f64) = (0.5, 0.3);

/// Density of the velocity error at which the cut-off frequencies hold, m²/s³.
const USUAL_NOISE_M2_S3: f64 = 0.02;

/// Height, m, and velocity, m/s.
pub(crate) type State = [f64; 2];
/// Symmetric covariance: height, cross, velocity.
type Covariance = [f64; 3];

/// What one step of the forward pass leaves: for the backward pass, and for the step after it.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Filtered state at this point.
    state: State,
    /// Its covariance.
    covariance: Covariance,
    /// State predicted for this point from the one before.
    predicted: State,
    /// Smoother gain from the next point to this one, row by row.
    gain: [f64; 4],
}

/// `N` filters side by side over points that grow at their end; they differ in their cut-off only. (Side by side they
/// take hardly longer than one: each waits for its own divisions most of the time.)
#[derive(Clone, Debug)]
pub(crate) struct Smoother<const N: usize> {
    /// `r` of each filter.
    r: [f64; N],
    /// First point of the first block that is not final.
    begin: usize,
    /// End of that block, in blocks since the first point.
    block: f64,
    /// The forward pass from this point on.
    first_step: usize,
    steps: Vec<[Step; N]>,
    settled_until: Option<DeviceTime>,
}

impl<const N: usize> Smoother<N> {
    pub(crate) fn new(cutoffs_hz: [f64; N]) -> Self {
        let r = cutoffs_hz.map(|cutoff_hz| USUAL_NOISE_M2_S3 / (TAU * cutoff_hz).powi(4));
        Self { r, begin: 0, block: 1.0, first_step: 0, steps: Vec::new(), settled_until: None }
    }

    /// Writes the states of all points that are not final yet; returns the time before which they are.
    ///
    /// The first `certain` of the points must be the same again in the next call, and were so in the one before.
    pub(crate) fn smooth(
        &mut self,
        points: &mut [Kinematic],
        certain: usize,
        params: &TrackParams,
        mut write: impl FnMut(usize, &mut Kinematic, [State; N]),
    ) -> DeviceTime {
        let Some(first) = points.first().map(|p| p.time) else { return DeviceTime(0) };
        let (mut begin, mut block) = (self.begin, self.block);
        let mut settled_until = self.settled_until;
        while begin < points.len() {
            let block_end = first.plus_seconds(block * BLOCK_S);
            let end = begin + points[begin..].partition_point(|p| p.time < block_end);
            let horizon = block_end.plus_seconds(params.lookahead_s);
            let seen = end + points[end..].partition_point(|p| p.time <= horizon);
            self.forward(&points[..seen], params);
            let steps = &self.steps[begin - self.first_step..seen - self.first_step];
            backward(steps, end - begin, |i, states| write(begin + i, &mut points[begin + i], states));
            if seen < points.len() {
                settled_until = Some(block_end);
            }
            begin = end;
            // over a silence of any length in one step
            let at = points.get(begin).map_or(0.0, |p| p.time.seconds_since(first) / BLOCK_S);
            block = (block + 1.0).max(at.floor() + 1.0);
            if seen < certain {
                (self.begin, self.block, self.settled_until) = (begin, block, settled_until);
                self.forget(MANY_STEPS);
            }
        }
        self.steps.truncate(certain - self.first_step);
        self.forget(1);
        settled_until.unwrap_or(first)
    }

    /// Forgets the steps of final blocks, when there are as many as this.
    fn forget(&mut self, many: usize) {
        if self.begin - self.first_step >= many {
            self.steps.drain(..self.begin - self.first_step);
            self.first_step = self.begin;
        }
    }

    /// Carries the forward pass on to the last point.
    fn forward(&mut self, points: &[Kinematic], params: &TrackParams) {
        for i in self.first_step + self.steps.len()..points.len() {
            let point = &points[i];
            let step = match self.steps.last_mut() {
                None => self.r.map(|r| Step::first(r / params.bridge_s, point.at_rest)),
                Some(last) => {
                    let way = Way::between(&points[i - 1], point, params);
                    std::array::from_fn(|n| last[n].next(&way, self.r[n] / way.dt, point.at_rest))
                }
            };
            self.steps.push(step);
        }
    }
}

/// What happens from one point to the next, the same for all filters.
struct Way {
    /// Time, s.
    dt: f64,
    /// Mean acceleration, m/s².
    acceleration_m_s2: f64,
    /// `q`.
    noise_m2_s3: f64,
    /// What an impact adds to the variance of the velocity.
    shock_m2_s2: f64,
}

impl Way {
    fn between(from: &Kinematic, to: &Kinematic, params: &TrackParams) -> Self {
        let dt = to.time.seconds_since(from.time);
        let strongest = from.acceleration_m_s2.abs().max(to.acceleration_m_s2.abs());
        Self {
            dt,
            acceleration_m_s2: 0.5 * (from.acceleration_m_s2 + to.acceleration_m_s2),
            noise_m2_s3: params.sample_noise_m2_s3 + params.hole_noise_m2_s4 * to.hole_s,
            shock_m2_s2: shock_variance(strongest, dt),
        }
    }
}

impl Step {
    /// The first point, where `height_m2` is the variance of the pseudo-measurement.
    fn first(height_m2: f64, at_rest: bool) -> Self {
        let prior = [FIRST_SD.0 * FIRST_SD.0, 0.0, FIRST_SD.1 * FIRST_SD.1];
        Self::measured([0.0; 2], prior, height_m2, at_rest)
    }

    /// The point after this one.
    #[inline]
    fn next(&mut self, way: &Way, height_m2: f64, at_rest: bool) -> Self {
        let &Way { dt, acceleration_m_s2: a, noise_m2_s3, shock_m2_s2 } = way;
        let [height, velocity] = self.state;
        let predicted = [height + velocity * dt + 0.5 * a * dt * dt, velocity + a * dt];
        let mut p = predict(self.covariance, noise_m2_s3, dt);
        p[2] += shock_m2_s2;
        self.gain = smoother_gain(self.covariance, p, dt);
        Self::measured(predicted, p, height_m2, at_rest)
    }

    #[inline]
    fn measured(predicted: State, p: Covariance, height_m2: f64, at_rest: bool) -> Self {
        let k = [p[0] / (p[0] + height_m2), p[1] / (p[0] + height_m2)];
        let mut state = [predicted[0] - k[0] * predicted[0], predicted[1] - k[1] * predicted[0]];
        let mut covariance = [p[0] - k[0] * p[0], p[1] - k[0] * p[1], p[2] - k[1] * p[1]];
        if at_rest {
            (state, covariance) = stopped(state, covariance);
        }
        Self { state, covariance, predicted, gain: [0.0; 4] }
    }
}

/// Acceleration beyond this is an impact, m/s²; hands do not reach it with a loaded bar.
const IMPACT_M_S2: f64 = 40.0;

/// What an impact adds to the variance of the velocity, m²/s²: its top may lie between two samples or beyond the
/// sensor's range, so half of what is seen of it is the standard deviation of what it did.
fn shock_variance(acceleration_m_s2: f64, dt: f64) -> f64 {
    (0.5 * (acceleration_m_s2 - IMPACT_M_S2).max(0.0) * dt).powi(2)
}

/// Standard deviation of the velocity at rest, m/s.
const REST_SD_M_S: f64 = 0.02;

/// State and covariance when the velocity is known to be none.
fn stopped(state: State, p: Covariance) -> (State, Covariance) {
    let spread = p[2] + REST_SD_M_S * REST_SD_M_S;
    let k = [p[1] / spread, p[2] / spread];
    (
        [state[0] - k[0] * state[1], state[1] - k[1] * state[1]],
        [p[0] - k[0] * p[1], p[1] - k[0] * p[2], p[2] - k[1] * p[2]],
    )
}

/// Covariance one step later: `F P Fᵀ + Q` for constant velocity driven by white acceleration noise.
fn predict(p: Covariance, q: f64, dt: f64) -> Covariance {
    [
        p[0] + 2.0 * dt * p[1] + dt * dt * p[2] + q * dt.powi(3) / 3.0,
        p[1] + dt * p[2] + q * dt * dt / 2.0,
        p[2] + q * dt,
    ]
}

/// `P Fᵀ P⁻¹_predicted`.
fn smoother_gain(filtered: Covariance, predicted: Covariance, dt: f64) -> [f64; 4] {
    let [p00, p01, p11] = filtered;
    let (a00, a10) = (p00 + dt * p01, p01 + dt * p11);
    let [m00, m01, m11] = predicted;
    let determinant = m00 * m11 - m01 * m01;
    let (i00, i01, i11) = (m11 / determinant, -m01 / determinant, m00 / determinant);
    [a00 * i00 + p01 * i01, a00 * i01 + p01 * i11, a10 * i00 + p11 * i01, a10 * i01 + p11 * i11]
}

/// Goes back from the last of `steps`, and hands out the states of the first `count` points.
fn backward<const N: usize>(steps: &[[Step; N]], count: usize, mut write: impl FnMut(usize, [State; N])) {
    let Some(last) = steps.last() else { return };
    let mut states = last.map(|step| step.state);
    for (i, here) in steps.iter().enumerate().rev() {
        if let Some(next) = steps.get(i + 1) {
            states = std::array::from_fn(|n| {
                let (Step { state, gain: c, .. }, predicted) = (&here[n], next[n].predicted);
                let e = [states[n][0] - predicted[0], states[n][1] - predicted[1]];
                [state[0] + c[0] * e[0] + c[1] * e[1], state[1] + c[2] * e[0] + c[3] * e[1]]
            });
        }
        if i < count {
            write(i, states);
        }
    }
}
