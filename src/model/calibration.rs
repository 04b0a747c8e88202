//! What is known of one sensor as an instrument: its calibration, and where it sits on the bar.

use super::SensorId;
use serde::{Deserialize, Serialize};

/// How a sensor's readings become true ones. Raw bytes are kept as they came; this is applied when motion is computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calibration {
    /// What the accelerometer reads too much, in its own axes, m/s².
    pub accel_offset_m_s2: [f64; 3],
    /// Rows of the matrix that takes what is left to true specific force: scale on the diagonal, cross-axis beside it.
    pub accel_matrix: [[f64; 3]; 3],
    /// What the gyroscope reads while nothing turns, rad/s. It wanders, so this only shortens the learning.
    pub gyro_bias_rad_s: [f64; 3],
}

impl Default for Calibration {
    /// Readings are taken as they are.
    fn default() -> Self {
        Self {
            accel_offset_m_s2: [0.0; 3],
            accel_matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            gyro_bias_rad_s: [0.0; 3],
        }
    }
}

/// What an installer said of a sensor as an instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorSetup {
    /// The sensor.
    pub sensor: SensorId,
    /// Its calibration; readings are taken as they are without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// From the point of the bar whose motion counts (its middle, on the centre line) to the sensor, in the sensor's
    /// axes, m; the sensor's own motion counts without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lever_arm_m: Option<[f64; 3]>,
}
