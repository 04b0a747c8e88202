//! Every number of this room that someone chose. Each has its default here and nowhere else.

use serde::{Deserialize, Serialize};

/// All parameters of a [`Pipeline`](super::Pipeline).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MotionParams {
    /// Order, holes and repeats.
    pub timeline: TimelineParams,
    /// Sensor clock to host clock.
    pub clock: ClockParams,
    /// How the sensor stands.
    pub attitude: AttitudeParams,
    /// Whether it moves.
    pub still: StillParams,
    /// Causal vertical motion.
    pub live: LiveParams,
}

/// Order, holes and repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimelineParams {
    /// Time after which a hole is given up, s; 1. Smaller: resent blocks come too late. Larger: final reps wait longer.
    pub hole_lost_after_s: f64,
    /// Time after which a resend is asked for again, s; 0.4. Smaller: the answer under way is asked for twice. Larger:
    /// a lost request is not repeated before the hole is given up.
    pub resend_retry_s: f64,
    /// Most samples asked for at once; 1024. Larger: one request can fill the link for longer than a hole may wait.
    pub resend_max_samples: u32,
    /// Most samples kept behind a hole; 4096, 5 s at 800 Hz. Only bounds memory against absurd input.
    pub buffer_max_samples: usize,
    /// Disagreement between a packet's clock and its sample number that means a restart, s; 0.05. Smaller: jitter of a
    /// sensor's time stamps looks like a restart. Larger: a sensor that reuses its stream id is not noticed.
    pub discontinuity_s: f64,
    /// Time in which blocks of the stream before are still recognised as late, s; 5.
    pub late_stream_s: f64,
    /// How long a sample that repeats all six values counts as an echo of a bad link, s; 0.05. Smaller: echoes pass for
    /// samples. Larger: a sensor that really measures the same values looks silent.
    pub repeat_max_s: f64,
    /// Samples from which the rate of a stamped stream is learned at its start; 32. Smaller: a rough rate. Larger: the
    /// stream's first samples wait longer.
    pub rate_samples: usize,
    /// Samples behind the last time that make a stamped stream a new one; 10. Smaller: a burst of wrong times looks like
    /// a restart. Larger: a restart is noticed later.
    pub backwards_restart_samples: usize,
    /// Silence after which a sensor without a clock has lost data, s; 1. Smaller: a stall of the link looks like a hole.
    /// Larger: a hole shifts all times after it.
    pub silence_s: f64,
}

impl Default for TimelineParams {
    fn default() -> Self {
        Self {
            hole_lost_after_s: 1.0,
            resend_retry_s: 0.4,
            resend_max_samples: 1024,
            buffer_max_samples: 4096,
            discontinuity_s: 0.05,
            late_stream_s: 5.0,
            repeat_max_s: 0.05,
            rate_samples: 32,
            backwards_restart_samples: 10,
            silence_s: 1.0,
        }
    }
}

/// Sensor clock to host clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockParams {
    /// Length of the spans of which only the fastest arrival is remembered, s; 2.
    pub span_s: f64,
    /// How many spans are remembered; 300, ten minutes. Smaller: drift is poorly known. Larger: drift that changes is
    /// followed late.
    pub spans: usize,
    /// Observation time at which drift is half believed, s; 60. Smaller: the slow beat between packets and the link's
    /// connection events is taken for drift. Larger: drift is ignored for longer (50 ppm are 3 ms in 60 s).
    pub drift_after_s: f64,
    /// Largest drift believed, s/s; 0.00015, three times a poor crystal. Larger: a changing link is taken for drift.
    pub max_drift: f64,
}

impl Default for ClockParams {
    fn default() -> Self {
        Self { span_s: 2.0, spans: 300, drift_after_s: 60.0, max_drift: 1.5e-4 }
    }
}

/// How the sensor stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttitudeParams {
    /// Time constant of the accelerometer's correction, s; 3 (VQF). Smaller: acceleration of the bar tilts the attitude.
    /// Larger: gyroscope error does.
    pub tau_acc_s: f64,
    /// Largest gyroscope bias that is learned, °/s; 5. Smaller: cheap sensors (up to 10 °/s out of the box) drift.
    /// Larger: slow turning can be taken for bias.
    pub bias_max_deg_s: f64,
    /// Missing time after which inclination starts anew from the accelerometer, s; 1. Smaller: a single accelerated
    /// sample replaces a good attitude. Larger: turning in the hole stays as an error for seconds.
    pub restart_after_s: f64,
    /// Time constant of the gravity estimate where there is no gyroscope, s; 0.7. Smaller: acceleration of the bar is
    /// taken for gravity. Larger: tilting is followed late.
    pub gravity_tau_s: f64,
}

impl Default for AttitudeParams {
    fn default() -> Self {
        Self { tau_acc_s: 3.0, bias_max_deg_s: 5.0, restart_after_s: 1.0, gravity_tau_s: 0.7 }
    }
}

/// Whether the sensor moves. Only fluctuations count, so a sensor's constant errors don't matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StillParams {
    /// Time constant over which fluctuation is measured, s; 0.25.
    pub tau_s: f64,
    /// Largest standard deviation of specific force (all axes together) in stillness, m/s²; 0.06. Smaller: a noisy
    /// sensor is never still. Larger: a slow grinding rep passes for stillness.
    pub accel_sd_m_s2: f64,
    /// Largest standard deviation of turning (all axes together) in stillness, rad/s; 0.02.
    pub gyro_sd_rad_s: f64,
    /// Time both must hold, s; 0.6. Smaller: the middle of a smooth lift passes for stillness. Larger: short pauses are
    /// missed.
    pub after_s: f64,
}

impl Default for StillParams {
    fn default() -> Self {
        Self { tau_s: 0.25, accel_sd_m_s2: 0.06, gyro_sd_rad_s: 0.02, after_s: 0.6 }
    }
}

/// Causal vertical motion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveParams {
    /// Standard gravity, m/s²; 9.80665. What differs from it at rest is the accelerometer's error and learned there.
    pub gravity_m_s2: f64,
    /// Corner frequency below which velocity is forgotten, Hz; 0.05, the best mean over hand-held motion at bar speeds
    /// and slower. Smaller: drift. Larger: slow reps lose velocity and lead in phase.
    pub corner_hz: f64,
    /// Time constant with which the accelerometer's vertical error is learned in stillness, s; 0.5.
    pub still_tau_s: f64,
    /// The same in motion, s; 40: velocity comes back to about 0, so acceleration over a long time is the error. Smaller:
    /// reps are taken for error. Larger: a set without any stillness before it shows drift for longer.
    pub motion_tau_s: f64,
    /// Largest accelerometer error believed, m/s²; 0.6 (60 mg: 3 σ of bias and scale of common parts).
    pub offset_max_m_s2: f64,
}

impl Default for LiveParams {
    fn default() -> Self {
        Self {
            gravity_m_s2: 9.806_65,
            corner_hz: 0.05,
            still_tau_s: 0.5,
            motion_tau_s: 40.0,
            offset_max_m_s2: 0.6,
        }
    }
}
