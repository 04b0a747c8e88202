//! Vertical velocity and displacement as they happen.
//!
//! Acceleration is integrated twice and both integrals leak: with ω = 2π·corner,
//! `v' = a − √2·ω·v − ω²·p`, `p' = v`, which is the double integral behind a second-order Butterworth high-pass. It has
//! no delay; slow movements lead and shrink a little. In stillness both are 0. The accelerometer's vertical error is
//! learned quickly in stillness and slowly in motion. Records use the settled lane's two-sided computation instead.

use super::params::LiveParams;

/// Missing time over which acceleration is believed to go on evenly, s; what exceeds it adds no velocity.
const BRIDGE_S: f64 = 0.25;

/// Causal vertical motion of one lane.
#[derive(Clone, Debug)]
pub(super) struct VerticalMotion {
    params: LiveParams,
    velocity_m_s: f64,
    displacement_m: f64,
    /// Mean vertical acceleration, which is the accelerometer's error, m/s².
    offset_m_s2: f64,
    /// Time in stillness behind it.
    still_s: f64,
    /// Time behind it, as far as later motion has to weigh against it.
    learned_s: f64,
    last_m_s2: f64,
}

impl VerticalMotion {
    pub(super) fn new(params: &LiveParams) -> Self {
        Self {
            params: params.clone(),
            velocity_m_s: 0.0,
            displacement_m: 0.0,
            offset_m_s2: 0.0,
            still_s: 0.0,
            learned_s: 0.0,
            last_m_s2: 0.0,
        }
    }

    pub(super) fn velocity_m_s(&self) -> f64 {
        self.velocity_m_s
    }

    pub(super) fn displacement_m(&self) -> f64 {
        self.displacement_m
    }

    /// Nobody knows how it moved in between: begin at rest.
    pub(super) fn start_anew(&mut self) {
        (self.velocity_m_s, self.displacement_m) = (0.0, 0.0);
    }

    /// Takes the vertical acceleration `dt_s` after the one before.
    pub(super) fn update(&mut self, dt_s: f64, acceleration_m_s2: f64, still: bool) {
        self.learn_offset(dt_s, acceleration_m_s2, still);
        let max = self.params.offset_max_m_s2;
        let acceleration_m_s2 = acceleration_m_s2 - self.offset_m_s2.clamp(-max, max);
        if still {
            self.start_anew();
        } else {
            self.integrate(dt_s, acceleration_m_s2);
        }
        self.last_m_s2 = acceleration_m_s2;
    }

    fn learn_offset(&mut self, dt_s: f64, acceleration_m_s2: f64, still: bool) {
        let LiveParams { still_tau_s, motion_tau_s, .. } = self.params;
        // a plain mean until the time constant is reached: what is seen first counts at once
        let behind_s = if still { self.still_s.min(still_tau_s) } else { self.learned_s.min(motion_tau_s) };
        let gain = dt_s / (behind_s + dt_s).max(f64::MIN_POSITIVE);
        self.offset_m_s2 += gain * (acceleration_m_s2 - self.offset_m_s2);
        if still {
            self.still_s += dt_s;
            self.learned_s = motion_tau_s;
        } else {
            self.learned_s += dt_s;
        }
    }

    fn integrate(&mut self, dt_s: f64, acceleration_m_s2: f64) {
        let omega = 2.0 * std::f64::consts::PI * self.params.corner_hz;
        let gained = 0.5 * (self.last_m_s2 + acceleration_m_s2) * dt_s.min(BRIDGE_S);
        let leak = std::f64::consts::SQRT_2 * omega * self.velocity_m_s + omega * omega * self.displacement_m;
        let before = self.velocity_m_s;
        self.velocity_m_s += gained - leak * dt_s;
        self.displacement_m += 0.5 * (before + self.velocity_m_s) * dt_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PI: f64 = 2.0 * std::f64::consts::PI;

    /// Rest, then repetitions of 0.6 m in 1 s up and 1 s down, seen by an accelerometer that is off by `bias`.
    fn worst_errors(bias: f64) -> (f64, f64) {
        let (height, period, dt) = (0.6, 2.0, 0.005);
        let mut vertical = VerticalMotion::new(&LiveParams::default());
        for _ in 0..400 {
            vertical.update(dt, bias, true);
        }
        let (mut v_error, mut p_error) = (0.0_f64, 0.0_f64);
        for i in 1..=800 {
            let phase = TWO_PI * f64::from(i) * dt / period;
            let a = 0.5 * height * (TWO_PI / period).powi(2) * phase.cos();
            vertical.update(dt, a + bias, false);
            let v = 0.5 * height * (TWO_PI / period) * phase.sin();
            v_error = v_error.max((vertical.velocity_m_s() - v).abs());
            p_error = p_error.max((vertical.displacement_m() - 0.5 * height * (1.0 - phase.cos())).abs());
        }
        (v_error, p_error)
    }

    #[test]
    fn follows_repetitions_from_rest() {
        let (v, p) = worst_errors(0.0);
        // half of it is the baseline: reps between 0 and 0.6 m end up around 0.3 m, which is forgotten
        assert!(v < 0.27 && p < 0.38, "{v} m/s of 0.94, {p} m of 0.6");
    }

    #[test]
    fn an_error_learned_at_rest_costs_nothing() {
        let (clean, biased) = (worst_errors(0.0), worst_errors(0.25));
        assert!((clean.0 - biased.0).abs() < 1e-3, "{clean:?} {biased:?}");
    }

    #[test]
    fn an_error_is_learned_even_without_any_rest() {
        let mut vertical = VerticalMotion::new(&LiveParams::default());
        let mut drift = 0.0_f64;
        for i in 0..4000 {
            let t = f64::from(i) * 0.01;
            vertical.update(0.01, 0.4 + 2.0 * (TWO_PI * t).cos(), false);
            let height = vertical.displacement_m();
            drift = if i < 1000 { 0.0 } else { drift.max(height.abs()) };
        }
        // unlearned it would be 0.4/ω² = 4 m
        assert!(drift < 0.4, "{drift}");
    }

    #[test]
    fn forgets_within_seconds_and_stops_in_stillness() {
        let mut vertical = VerticalMotion::new(&LiveParams::default());
        vertical.update(0.01, 0.0, true);
        for i in 0..6000 {
            vertical.update(0.01, if i < 50 { 2.0 } else { 0.0 }, false);
        }
        assert!(vertical.velocity_m_s().abs() < 0.01 && vertical.displacement_m().abs() < 0.1);
        vertical.update(0.01, 1.0, false);
        vertical.update(0.01, 0.0, true);
        assert!(vertical.velocity_m_s() == 0.0 && vertical.displacement_m() == 0.0);
    }
}
