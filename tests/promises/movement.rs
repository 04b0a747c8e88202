//! A bar that moves smoothly up and down, as the file of a perfect sensor.

use std::f64::consts::TAU;
use std::fmt::Write;

const GRAVITY_M_S2: f64 = 9.806_65;
/// Sample rate, Hz.
pub(crate) const RATE_HZ: f64 = 100.0;
/// Way of each repetition, m.
pub(crate) const WAY_M: f64 = 0.5;
/// Time at rest before and after the set, s.
const REST_S: f64 = 3.0;
const LOWERING_S: f64 = 1.0;
const BOTTOM_S: f64 = 0.1;
const TOP_S: f64 = 0.8;

/// Truth of one repetition, on the time axis that begins with the recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    pub(crate) start_s: f64,
    pub(crate) end_s: f64,
}

impl Truth {
    pub(crate) fn mean_velocity_m_s(self) -> f64 {
        WAY_M / (self.end_s - self.start_s)
    }
}

/// A set of squats.
#[derive(Clone, Debug)]
pub(crate) struct Squats {
    pub(crate) truth: Vec<Truth>,
    /// Time and upward acceleration of the bar at each sample, s and m/s².
    pub(crate) samples: Vec<(f64, f64)>,
}

/// Lifts that last so long, s, each after a lowering.
pub(crate) fn squats(lifts_s: &[f64]) -> Squats {
    // phases: start, duration, way upwards
    let mut phases = Vec::new();
    let mut truth = Vec::new();
    let mut t = REST_S;
    for &lift_s in lifts_s {
        phases.push((t, LOWERING_S, -WAY_M));
        let start_s = t + LOWERING_S + BOTTOM_S;
        phases.push((start_s, lift_s, WAY_M));
        truth.push(Truth { start_s, end_s: start_s + lift_s });
        t = start_s + lift_s + TOP_S;
    }
    let count = ((t + REST_S) * RATE_HZ) as usize;
    // a phase's velocity is a raised cosine, so that acceleration begins and ends at zero
    let acceleration = |t: f64| {
        let phase = phases.iter().find(|(start_s, lasts_s, _)| (*start_s..start_s + lasts_s).contains(&t));
        phase.map_or(0.0, |(start_s, lasts_s, way)| {
            way * TAU / (lasts_s * lasts_s) * (TAU * (t - start_s) / lasts_s).sin()
        })
    };
    let times = (0..count).map(|i| i as f64 / RATE_HZ);
    Squats { truth, samples: times.map(|t| (t, acceleration(t))).collect() }
}

/// Six squats that become slower.
pub(crate) fn tiring() -> Squats {
    squats(&[0.70, 0.72, 0.75, 0.80, 0.85, 0.90])
}

impl Squats {
    /// As a trace whose time begins at `from_s`, the sensor's z axis up.
    pub(crate) fn trace(&self, from_s: f64) -> String {
        let mut text = "t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s\n".to_owned();
        for (i, (t, acceleration)) in self.samples.iter().enumerate() {
            // no sensor repeats itself to the last digit
            let ripple = 1e-4 * f64::from(u8::try_from(i * 37 % 11).unwrap_or(0));
            let up = GRAVITY_M_S2 + acceleration + ripple;
            let _ = writeln!(text, "{:.3},{ripple:.4},0,{up:.5},0,{ripple:.4},0", from_s + t);
        }
        text
    }
}
