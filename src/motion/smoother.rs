//! A smoother that finds velocity and height from acceleration without drift, aware of holes.
//!
//! State: height `h` and velocity `v`. Between points the measured acceleration moves the state, and its integrated
//! error grows as white noise of density `q` (larger in holes). That a bar stays in its place in the long run is said
//! by a pseudo-measurement `h = 0` of density `r`. Without holes this is a zero-phase high-pass of fourth order on the
//! height, with cut-off `f_c` where `r = q / (2π·f_c)⁴`. The backward pass is that of Rauch, Tung, Striebel (1965),
//! "Maximum likelihood estimates of linear dynamic systems", AIAA Journal 3(8), run with a fixed look-ahead for
//! each block of one second, so that what is older never moves when more samples come.

use super::track::{Kinematic, TrackParams};
use crate::model::DeviceTime;
use std::f64::consts::TAU;
use std::ops::Range;

/// Length of the blocks that share one backward pass, s.
const BLOCK_S: f64 = 1.0;
/// Prior standard deviation of the first height, m, and the first velocity, m/s: activity starts near rest.
const FIRST_SD: (f64, f64) = (0.5, 0.3);

/// Density of the velocity error at which the cut-off frequencies hold, m²/s³.
const USUAL_NOISE_M2_S3: f64 = 0.02;

/// What one step of the forward pass leaves for the backward pass.
#[derive(Clone, Copy)]
struct Step {
    /// Filtered state at this point.
    state: [f64; 2],
    /// State predicted for this point from the one before.
    predicted: [f64; 2],
    /// Smoother gain from the next point to this one, row by row.
    gain: [f64; 4],
}

/// Symmetric covariance: height, cross, velocity.
type Covariance = [f64; 3];

/// Fills in velocity and height of all points; returns the time before which they are final.
pub(crate) fn smooth(points: &mut [Kinematic], params: &TrackParams) -> DeviceTime {
    let Some(first) = points.first().map(|p| p.time) else { return DeviceTime(0) };
    let steps = forward(points, params, params.drift_cutoff_hz);
    let steady = forward(points, params, params.steady_cutoff_hz);
    let mut settled_until = first;
    let (mut begin, mut block) = (0, 1.0);
    while begin < points.len() {
        let block_end = first.plus_seconds(block * BLOCK_S);
        let end = begin + points[begin..].partition_point(|p| p.time < block_end);
        let horizon = block_end.plus_seconds(params.lookahead_s);
        let seen = end + points[end..].partition_point(|p| p.time <= horizon);
        backward(&steps, begin..end, seen, |i, [height, velocity]| {
            (points[i].height_m, points[i].velocity_m_s) = (height, velocity);
        });
        backward(&steady, begin..end, seen, |i, [height, velocity]| {
            (points[i].steady_height_m, points[i].steady_velocity_m_s) = (height, velocity);
        });
        if seen < points.len() {
            settled_until = block_end;
        }
        begin = end;
        // over a silence of any length in one step
        let at = points.get(begin).map_or(0.0, |p| p.time.seconds_since(first) / BLOCK_S);
        block = (block + 1.0).max(at.floor() + 1.0);
    }
    settled_until
}

fn forward(points: &[Kinematic], params: &TrackParams, cutoff_hz: f64) -> Vec<Step> {
    let r = USUAL_NOISE_M2_S3 / (TAU * cutoff_hz).powi(4);
    let mut state = [0.0; 2];
    let mut p: Covariance = [FIRST_SD.0 * FIRST_SD.0, 0.0, FIRST_SD.1 * FIRST_SD.1];
    let mut steps: Vec<Step> = Vec::with_capacity(points.len());
    for (i, point) in points.iter().enumerate() {
        let mut dt = params.bridge_s;
        if i > 0 {
            let before = &points[i - 1];
            dt = point.time.seconds_since(before.time);
            let q = params.sample_noise_m2_s3 + params.hole_noise_m2_s4 * point.hole_s;
            let a = 0.5 * (before.acceleration_m_s2 + point.acceleration_m_s2);
            let filtered = p;
            state = [state[0] + state[1] * dt + 0.5 * a * dt * dt, state[1] + a * dt];
            p = predict(p, q, dt);
            p[2] += shock_variance(before.acceleration_m_s2.abs().max(point.acceleration_m_s2.abs()), dt);
            steps[i - 1].gain = smoother_gain(filtered, p, dt);
        }
        let predicted = state;
        let k = [p[0] / (p[0] + r / dt), p[1] / (p[0] + r / dt)];
        state = [state[0] - k[0] * state[0], state[1] - k[1] * predicted[0]];
        p = [p[0] - k[0] * p[0], p[1] - k[0] * p[1], p[2] - k[1] * p[1]];
        if point.at_rest {
            (state, p) = stopped(state, p);
        }
        steps.push(Step { state, predicted, gain: [0.0; 4] });
    }
    steps
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
fn stopped(state: [f64; 2], p: Covariance) -> ([f64; 2], Covariance) {
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

/// Smooths the points of one block with everything up to `seen`, and hands out their heights and velocities.
fn backward(steps: &[Step], block: Range<usize>, seen: usize, mut write: impl FnMut(usize, [f64; 2])) {
    let Some(last) = seen.checked_sub(1) else { return };
    let mut state = steps[last].state;
    for i in (block.start..=last).rev() {
        if i < last {
            let Step { state: filtered, gain: c, .. } = steps[i];
            let next = steps[i + 1].predicted;
            let e = [state[0] - next[0], state[1] - next[1]];
            state = [filtered[0] + c[0] * e[0] + c[1] * e[1], filtered[1] + c[2] * e[0] + c[3] * e[1]];
        }
        if i < block.end {
            write(i, state);
        }
    }
}
