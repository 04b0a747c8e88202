//! What `ironstride.toml` says of a sensor as an instrument.

use crate::model::{Calibration, SensorId, SensorSetup};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A sensor as an instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SensorSettings {
    /// From the bar's middle on its centre line to the sensor, in the sensor's axes, m. With it the bar's velocity is
    /// told and not that of the sensor, which turns with the bar; leave it out when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "[f64; 3]", inner(range(min = -2.0, max = 2.0)))]
    pub lever_arm_m: Option<[f64; 3]>,
    /// What `ironstride calibrate` found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CalibrationSettings")]
    pub calibration: Option<CalibrationSettings>,
}

/// Errors of a sensor, in its own axes x, y, z.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CalibrationSettings {
    /// What the accelerometer reads too much, m/s².
    #[schemars(inner(range(min = -10.0, max = 10.0)))]
    pub accel_offset_m_s2: [f64; 3],
    /// Factor from what is left to true specific force.
    #[schemars(inner(range(min = 0.5, max = 2.0)))]
    pub accel_scale: [f64; 3],
    /// How much of y belongs to x, of z to x, of z to y.
    #[schemars(inner(range(min = -0.5, max = 0.5)))]
    pub accel_cross_axis: [f64; 3],
    /// What the gyroscope reads while nothing turns, rad/s.
    #[schemars(inner(range(min = -1.0, max = 1.0)))]
    pub gyro_bias_rad_s: [f64; 3],
}

impl Default for CalibrationSettings {
    fn default() -> Self {
        Self {
            accel_offset_m_s2: [0.0; 3],
            accel_scale: [1.0; 3],
            accel_cross_axis: [0.0; 3],
            gyro_bias_rad_s: [0.0; 3],
        }
    }
}

impl SensorSettings {
    /// The same for the engine.
    #[must_use]
    pub fn setup(&self, sensor: SensorId) -> SensorSetup {
        let calibration = self.calibration.map(Calibration::from);
        SensorSetup { sensor, calibration, lever_arm_m: self.lever_arm_m }
    }
}

impl From<CalibrationSettings> for Calibration {
    fn from(settings: CalibrationSettings) -> Self {
        let ([x, y, z], [xy, xz, yz]) = (settings.accel_scale, settings.accel_cross_axis);
        Self {
            accel_offset_m_s2: settings.accel_offset_m_s2,
            accel_matrix: [[x, xy, xz], [0.0, y, yz], [0.0, 0.0, z]],
            gyro_bias_rad_s: settings.gyro_bias_rad_s,
        }
    }
}

impl From<&Calibration> for CalibrationSettings {
    /// Of a matrix without terms below its diagonal, as calibrations are fitted. Rounded to what can be measured.
    fn from(calibration: &Calibration) -> Self {
        let [[x, xy, xz], [_, y, yz], [_, _, z]] = calibration.accel_matrix;
        let rounded = |values: [f64; 3]| values.map(|value| (value * 1e6).round() / 1e6 + 0.0);
        Self {
            accel_offset_m_s2: rounded(calibration.accel_offset_m_s2),
            accel_scale: rounded([x, y, z]),
            accel_cross_axis: rounded([xy, xz, yz]),
            gyro_bias_rad_s: rounded(calibration.gyro_bias_rad_s),
        }
    }
}

/// The text of an `ironstride.toml` with this calibration of this sensor in it. Only the lines of its own table change;
/// every other line and comment stays as it is.
#[must_use]
pub fn with_calibration(text: &str, sensor: &SensorId, calibration: &CalibrationSettings) -> String {
    let header = header(sensor);
    let table = table(sensor, calibration);
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let lines: Vec<&str> = text.lines().collect();
    let Some(begin) = lines.iter().position(|line| line.trim() == header) else {
        let text = text.trim_end();
        return format!("{text}{}{table}", if text.is_empty() { "" } else { "\n\n" });
    };
    let rest = &lines[begin + 1..];
    let own = rest.iter().position(|line| is_header(line)).unwrap_or(rest.len());
    // comments and blank lines at the end belong to what follows
    let kept =
        rest[..own].iter().rev().take_while(|line| line.trim().is_empty() || line.trim().starts_with('#'));
    let own = own - kept.count();
    let joined = |lines: &[&str]| lines.iter().flat_map(|line| [*line, "\n"]).collect::<String>();
    joined(&lines[..begin]) + &table + &joined(&rest[own..])
}

/// The table of a sensor's calibration, as it stands in the file.
#[must_use]
pub fn table(sensor: &SensorId, calibration: &CalibrationSettings) -> String {
    let CalibrationSettings { accel_offset_m_s2, accel_scale, accel_cross_axis, gyro_bias_rad_s } =
        calibration;
    format!(
        "{}\naccel_offset_m_s2 = {accel_offset_m_s2:?}\naccel_scale = {accel_scale:?}\n\
        accel_cross_axis = {accel_cross_axis:?}\ngyro_bias_rad_s = {gyro_bias_rad_s:?}\n",
        header(sensor)
    )
}

fn header(sensor: &SensorId) -> String {
    // a key in quotes is written as a text
    format!("[sensor.{}.calibration]", toml::Value::String(sensor.0.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings_file;
    use std::path::Path;

    fn calibration() -> CalibrationSettings {
        CalibrationSettings {
            accel_offset_m_s2: [0.1, -0.2, 0.3],
            accel_scale: [1.01, 0.99, 1.0],
            ..CalibrationSettings::default()
        }
    }

    #[test]
    fn a_calibration_is_added_replaced_and_read_back() {
        let sensor = SensorId::from("AA:BB \"x\"");
        let file = "config_version = 1\n# mine\n[gym]\nname = \"G\" # here\n";
        let first = with_calibration(file, &sensor, &CalibrationSettings::default());
        let after = format!("{first}\n# the log\n[log]\nlevel = \"warn\"\n");
        let second = with_calibration(&after, &sensor, &calibration());
        assert!(
            second.starts_with(file) && second.ends_with("\n\n# the log\n[log]\nlevel = \"warn\"\n"),
            "{second}"
        );
        assert_eq!(second.matches(".calibration]").count(), 1);
        let (settings, _) = settings_file::read(Path::new("x.toml"), &second).unwrap();
        let setup = settings.sensors[&sensor].setup(sensor.clone());
        assert_eq!(setup.calibration, Some(calibration().into()));
        assert_eq!(CalibrationSettings::from(&setup.calibration.unwrap()), calibration());
        assert_eq!(with_calibration(&second, &sensor, &calibration()), second, "twice is once");
    }

    #[test]
    fn absurd_numbers_of_a_sensor_are_explained() {
        let wrong = "config_version = 1\n[sensor.\"a\"]\nlever_arm_m = [0.0, 30.0, 0.0]\n[sensor.\"a\".calibration]\naccel_scale = [1.0, 0.1, 1.0]\n";
        let mistakes = settings_file::read(Path::new("x.toml"), wrong).unwrap_err().to_string();
        assert!(mistakes.contains("30 is not between -2 and 2, as `lever_arm_m` must be"), "{mistakes}");
        assert!(mistakes.contains("0.1 is not between 0.5 and 2, as `accel_scale` must be"), "{mistakes}");
    }
}
