//! One lane: a placed sample in, a motion sample out.

use super::attitude::Attitude;
use super::calibration::LeverArm;
use super::live::VerticalMotion;
use super::output::MotionSample;
use super::params::MotionParams;
use super::still::Stillness;
use super::timeline::Placed;
use crate::model::DeviceTime;

/// All filters of one lane of one stream.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    stream: u32,
    gravity_m_s2: f64,
    restart_after_s: f64,
    attitude: Attitude,
    lever: LeverArm,
    stillness: Stillness,
    vertical: VerticalMotion,
    /// Number and time of the last sample.
    last: Option<(i64, DeviceTime)>,
}

impl Lane {
    pub(super) fn new(params: &MotionParams, lever: LeverArm, stream: u32, step_s: f64) -> Self {
        Self {
            stream,
            gravity_m_s2: params.live.gravity_m_s2,
            restart_after_s: params.attitude.restart_after_s,
            attitude: Attitude::new(&params.attitude, step_s),
            lever,
            stillness: Stillness::new(&params.still),
            vertical: VerticalMotion::new(&params.live),
            last: None,
        }
    }

    /// Number of the last sample.
    pub(super) fn last_number(&self) -> Option<i64> {
        self.last.map(|(number, _)| number)
    }

    /// Takes the next sample.
    pub(super) fn step(&mut self, placed: &Placed) -> MotionSample {
        let dt_s = self.last.map_or(0.0, |(_, t)| placed.t.seconds_since(t).max(0.0));
        self.last = Some((placed.number, placed.t));
        let pose = self.attitude.update(dt_s, &placed.sample);
        let still = self.stillness.update(dt_s, &placed.sample);
        let of_lever_m_s2 = self.lever.acceleration_m_s2(dt_s, pose.turn_rad_s, pose.up());
        let vertical_acceleration_m_s2 = pose.up_m_s2 - self.gravity_m_s2 - of_lever_m_s2;
        if dt_s > self.restart_after_s {
            self.vertical.start_anew();
        } else {
            self.vertical.update(dt_s, vertical_acceleration_m_s2, still);
        }
        MotionSample {
            stream: self.stream,
            t: placed.t,
            dt_s,
            hole_s: placed.hole_s,
            q: pose.q,
            strapdown: pose.strapdown,
            force_m_s2: placed.sample.accel_m_s2,
            vertical_acceleration_m_s2,
            turn_rate_rad_s: pose.turn_rate_rad_s(),
            vertical_velocity_m_s: self.vertical.velocity_m_s(),
            vertical_displacement_m: self.vertical.displacement_m(),
            still,
            clipped: placed.clipped,
        }
    }
}

/// The two lanes of one stream.
///
/// As long as nothing is missing both are the same, so there is one state. While a hole waits to be filled, the live
/// lane is a copy that runs ahead; when the settled lane has caught up, its better state is the only one again.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    settled: Lane,
    ahead: Option<Lane>,
}

impl Lanes {
    pub(super) fn new(params: &MotionParams, lever: LeverArm, stream: u32, step_s: f64) -> Self {
        Self { settled: Lane::new(params, lever, stream, step_s), ahead: None }
    }

    /// The sensor sits elsewhere from now on.
    pub(super) fn set_lever(&mut self, lever: LeverArm) {
        self.settled.lever = lever;
        if let Some(ahead) = &mut self.ahead {
            ahead.lever = lever;
        }
    }

    /// Takes a sample in order.
    pub(super) fn settle(
        &mut self,
        placed: &Placed,
        live: &mut Vec<MotionSample>,
        settled: &mut Vec<MotionSample>,
    ) {
        let sample = self.settled.step(placed);
        settled.push(sample);
        let shown = self.ahead.as_ref().and_then(Lane::last_number);
        if shown.is_none_or(|shown| placed.number > shown) {
            live.push(sample);
        }
        if shown.is_some_and(|shown| placed.number >= shown) {
            self.ahead = None;
        }
    }

    /// Takes a sample from beyond a hole.
    pub(super) fn run_ahead(&mut self, placed: &Placed, live: &mut Vec<MotionSample>) {
        let ahead = self.ahead.get_or_insert_with(|| self.settled.clone());
        live.push(ahead.step(placed));
    }
}
