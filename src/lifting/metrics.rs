//! What is measured of one repetition: `training.md` §1.1 to the letter.
//!
//! | figure | convention |
//! |---|---|
//! | mean velocity | displacement ÷ duration between the interpolated crossings of `v = 0` |
//! | mean propulsive velocity | mean of `v` from the start to the **first** `a < −g` (Sánchez-Medina 2010); the mean velocity when there is none. Not to `a < 0`, and not "all samples with `a > −g`" |
//! | peak velocity | highest of `v` smoothed over 20 ms |
//! | pause | time with `|v| < 0.05 m/s` before the start, up to the turn-round |
//! | power | `P = m·(a + g)·v`, kept per kilogram so that the load may come later |

use super::movement::{PHASE_NOISE_M2_S3, Phases};
use crate::model::RepMetrics;
use crate::motion::constrain::{Curve, CurvePoint};

/// Standard gravity, m/s².
pub const GRAVITY_M_S2: f64 = 9.80665;
/// Window over which the velocity is averaged before its peak is taken, s.
const PEAK_WINDOW_S: f64 = 0.02;
/// Below this speed the bar pauses, m/s.
const PAUSE_M_S: f64 = 0.05;
/// Uncertainty of each end of a phase, s (training.md §4.1: median 11 ms at good links).
const BOUNDARY_SD_S: f64 = 0.011;
/// Standard deviation of scale and mount as a share of all that is measured.
const SCALE_SD: f64 = 0.01;
/// What a second of a hole's length adds to the density of the velocity error, m²/s⁴.
const HOLE_NOISE_M2_S4: f64 = 0.4;
/// Standard deviation of the mean velocity at which the quality is one half, m/s: twice what pipelines reach.
const HALF_QUALITY_SD_M_S: f64 = 0.08;

/// The metrics of a repetition; powers in watts stay unknown here, since they need a load.
#[must_use]
pub fn metrics(phases: &Phases, hole_s: f64, clipped: bool, inertial: bool) -> RepMetrics {
    let curve = &phases.concentric;
    let duration = curve.duration_s();
    if duration <= 0.0 || curve.points.len() < 3 {
        return RepMetrics::default();
    }
    let way = curve.displacement_m();
    let mean_velocity = way / duration;
    let (peak, time_to_peak) = peak_velocity(curve);
    let (mean_power, peak_power) = specific_power(curve);
    let Spread { mean_m_s: sd, peak_m_s, way_m } = match phases.spread {
        Some(known) => spread(known, peak, way, duration, hole_s),
        None if inertial => simple_spread(phases, mean_velocity, hole_s),
        None => measured_spread(mean_velocity, duration),
    };
    let quality = (1.0 / (1.0 + (sd / HALF_QUALITY_SD_M_S).powi(2))) * if clipped { 0.5 } else { 1.0 };
    let eccentric = phases.eccentric.as_ref().map(|e| eccentric_and_pause(e, phases));
    let known = |x: f64| x.is_finite().then_some(x);
    RepMetrics {
        mean_velocity_m_s: known(mean_velocity),
        mean_propulsive_velocity_m_s: known(mean_propulsive_velocity(curve)),
        peak_velocity_m_s: known(peak),
        time_to_peak_s: known(time_to_peak),
        range_of_motion_m: known(way),
        eccentric_duration_s: eccentric.and_then(|e| known(e.0)),
        pause_s: eccentric.and_then(|e| known(e.1)),
        concentric_duration_s: known(duration),
        mean_specific_power_w_kg: known(mean_power),
        peak_specific_power_w_kg: known(peak_power),
        quality: known(quality),
        mean_velocity_sd_m_s: known(sd),
        peak_velocity_sd_m_s: known(peak_m_s),
        range_of_motion_sd_m: known(way_m),
        ..RepMetrics::default()
    }
}

/// Integral of `f` over the curve by trapezia.
fn integral(points: &[CurvePoint], f: impl Fn(&CurvePoint) -> f64) -> f64 {
    points.windows(2).map(|w| 0.5 * (f(&w[0]) + f(&w[1])) * (w[1].t_s - w[0].t_s)).sum()
}

fn mean_propulsive_velocity(curve: &Curve) -> f64 {
    // nobody pulls a bar down while it still gains speed: what falls below −g before the peak is the ringing of plates
    let velocities = curve.points.iter().map(|p| p.velocity_m_s).enumerate();
    let peak = velocities.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index);
    let after_peak = curve.points[peak..].iter().position(|p| p.acceleration_m_s2 < -GRAVITY_M_S2);
    let braking = after_peak.map(|index| peak + index);
    let mut propulsive: Vec<CurvePoint> = curve.points[..braking.unwrap_or(curve.points.len())].to_vec();
    if let (Some(i), Some(&a)) = (braking, propulsive.last()) {
        // the crossing of −g lies between two samples
        let b = curve.points[i];
        let share = (a.acceleration_m_s2 + GRAVITY_M_S2) / (a.acceleration_m_s2 - b.acceleration_m_s2);
        propulsive.push(CurvePoint {
            t_s: a.t_s + share * (b.t_s - a.t_s),
            velocity_m_s: a.velocity_m_s + share * (b.velocity_m_s - a.velocity_m_s),
            acceleration_m_s2: -GRAVITY_M_S2,
        });
    }
    let duration = propulsive.last().map_or(0.0, |p| p.t_s);
    if duration > 0.0 {
        integral(&propulsive, |p| p.velocity_m_s) / duration
    } else {
        curve.displacement_m() / curve.duration_s()
    }
}

/// Highest smoothed velocity and when it is reached.
fn peak_velocity(curve: &Curve) -> (f64, f64) {
    let points = &curve.points;
    let reach_s = 0.5 * PEAK_WINDOW_S + 1e-9;
    let smoothed = |centre: &CurvePoint| {
        let from = points.partition_point(|p| p.t_s < centre.t_s - reach_s);
        let near = points[from..].iter().take_while(|p| p.t_s <= centre.t_s + reach_s);
        let (sum, count) = near.fold((0.0, 0.0), |(sum, n), p| (sum + p.velocity_m_s, n + 1.0));
        sum / count
    };
    points
        .iter()
        .map(|p| (smoothed(p), p.t_s))
        .fold((0.0, 0.0), |best, x| if x.0 > best.0 { x } else { best })
}

/// Mean and peak of `(a + g)·v`, W/kg.
fn specific_power(curve: &Curve) -> (f64, f64) {
    let power = |p: &CurvePoint| (p.acceleration_m_s2 + GRAVITY_M_S2) * p.velocity_m_s;
    let mean = integral(&curve.points, power) / curve.duration_s();
    (mean, curve.points.iter().map(power).fold(0.0, f64::max))
}

/// Eccentric duration and pause; together exactly the time from the eccentric's start to the concentric's.
fn eccentric_and_pause(eccentric: &Curve, phases: &Phases) -> (f64, f64) {
    let whole = phases.start().seconds_since(eccentric.start);
    let slowing = eccentric.points.iter().rev().take_while(|p| p.velocity_m_s.abs() < PAUSE_M_S).last();
    let moving = slowing.map_or_else(|| eccentric.duration_s(), |p| p.t_s).min(whole);
    (moving, whole - moving)
}

/// Standard deviations.
struct Spread {
    mean_m_s: f64,
    peak_m_s: f64,
    way_m: f64,
}

/// From what the joint solution knows of the way and of the velocity in its middle. What no integral shows comes on
/// top: scale and mount (a share of all), and the ends, which are found the better the faster the bar leaves them.
fn spread(
    (way_sd_m, velocity_sd_m_s): (f64, f64),
    peak: f64,
    way: f64,
    duration: f64,
    hole_s: f64,
) -> Spread {
    let lost = (HOLE_NOISE_M2_S4 * hole_s * (hole_s / duration).min(1.0) * duration / 12.0).sqrt();
    let ends = BOUNDARY_SD_S * std::f64::consts::SQRT_2 / duration;
    let way_m = way_sd_m.hypot(SCALE_SD * way).hypot(lost * duration);
    let mean_m_s = (way_m / duration).hypot(ends * way / duration);
    Spread { mean_m_s, peak_m_s: velocity_sd_m_s.hypot(SCALE_SD * peak).hypot(lost), way_m }
}

fn simple_spread(phases: &Phases, mean_velocity: f64, hole_s: f64) -> Spread {
    let mean_m_s = mean_velocity_sd(phases, mean_velocity, hole_s);
    Spread { mean_m_s, peak_m_s: 1.5 * mean_m_s, way_m: mean_m_s * phases.concentric.duration_s() }
}

fn measured_spread(mean_velocity: f64, duration: f64) -> Spread {
    let mean_m_s = jitter(mean_velocity, duration);
    Spread { mean_m_s, peak_m_s: mean_m_s, way_m: mean_m_s * duration }
}

fn jitter(mean_velocity: f64, duration: f64) -> f64 {
    mean_velocity.abs() * BOUNDARY_SD_S * std::f64::consts::SQRT_2 / duration
}

/// First honest estimate of the mean velocity's standard deviation: the integral of a random walk pinned at both ends
/// has variance `q·T³/12`; a hole adds to `q` for its share of the time; the height that was missing after the cycle
/// and the jitter of the ends come on top, and so does the whole of what an integral was off that had to be replaced.
fn mean_velocity_sd(phases: &Phases, mean_velocity: f64, hole_s: f64) -> f64 {
    let duration = phases.concentric.duration_s();
    let q = PHASE_NOISE_M2_S3 + HOLE_NOISE_M2_S4 * hole_s * (hole_s / duration).min(1.0);
    let drift = q * duration / 12.0;
    let cycle = duration + phases.eccentric.as_ref().map_or(duration, Curve::duration_s);
    let closure = phases.missing_m.map_or(0.0, |m| 0.5 * m / cycle);
    let astray = phases.astray_m / duration;
    (drift + closure * closure + astray * astray + jitter(mean_velocity, duration).powi(2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeviceTime;

    /// A throw: pushed up at 8 m/s², then 0.1 s of light braking, then in free flight against friction.
    fn thrown() -> Phases {
        let step = 0.01;
        let acceleration = |t: f64| {
            if t < 0.2 {
                8.0
            } else if t < 0.3 {
                -2.0
            } else {
                -11.0
            }
        };
        let mut points = vec![CurvePoint { t_s: 0.0, velocity_m_s: 0.0, acceleration_m_s2: 8.0 }];
        let mut v: f64 = 0.0;
        for k in 1.. {
            let t = f64::from(k) * step;
            v += acceleration(t - 0.5 * step) * step;
            if v <= 0.0 {
                break;
            }
            points.push(CurvePoint { t_s: t, velocity_m_s: v, acceleration_m_s2: acceleration(t) });
        }
        let concentric = Curve { start: DeviceTime(0), points, residual_m_s: 0.0 };
        Phases { eccentric: None, concentric, missing_m: None, spread: None, astray_m: 0.0 }
    }

    fn mean_until(phases: &Phases, end_s: f64) -> f64 {
        let part: Vec<CurvePoint> =
            phases.concentric.points.iter().filter(|p| p.t_s <= end_s + 1e-9).copied().collect();
        integral(&part, |p| p.velocity_m_s) / end_s
    }

    #[test]
    fn the_propulsive_phase_ends_below_minus_g_and_not_below_zero() {
        let phases = thrown();
        let Some(mpv) = metrics(&phases, 0.0, false, true).mean_propulsive_velocity_m_s else {
            panic!("no MPV")
        };
        assert!((mpv - mean_until(&phases, 0.30)).abs() < 0.02, "{mpv}");
        assert!((mpv - mean_until(&phases, 0.20)).abs() > 0.1, "cut at a < 0: {mpv}");
    }

    #[test]
    fn without_braking_below_minus_g_both_means_are_the_same() {
        let mut phases = thrown();
        phases.concentric.points.retain(|p| p.t_s < 0.29);
        let m = metrics(&phases, 0.0, false, true);
        assert_eq!(m.mean_velocity_m_s, m.mean_propulsive_velocity_m_s);
    }

    #[test]
    fn what_replaces_an_integral_that_went_astray_is_hardly_believed() {
        let quality = |astray_m| metrics(&Phases { astray_m, ..thrown() }, 0.0, false, true).quality;
        assert!(quality(0.0).is_some_and(|q| q > 0.5) && quality(1.0).is_some_and(|q| q < 0.1));
    }
}
