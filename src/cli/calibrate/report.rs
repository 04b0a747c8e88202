//! What `ironstride calibrate` prints.

use crate::config::{CalibrationSettings, table};
use crate::model::SensorId;
use crate::trust::six_positions::{FACES, Fit, face_up};
use crate::trust::stillness::Stretch;
use serde::Serialize;
use std::fmt::{self, Write};
use std::io;

/// A calibration with what it is from.
pub(super) struct Report<'a> {
    pub(super) sensor: &'a SensorId,
    pub(super) fit: &'a Fit,
    pub(super) stretches: &'a [Stretch],
    pub(super) gravity_m_s2: f64,
    pub(super) warnings: &'a [String],
}

#[derive(Serialize)]
struct Json<'a> {
    sensor: &'a SensorId,
    gravity_m_s2: f64,
    positions: Vec<JsonPosition>,
    #[serde(flatten)]
    calibration: CalibrationSettings,
    has_cross_axis: bool,
    residual_before_m_s2: f64,
    residual_after_m_s2: f64,
    positions_to_spare: usize,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct JsonPosition {
    start_s: f64,
    end_s: f64,
    up: Option<&'static str>,
    accel_m_s2: [f64; 3],
}

impl Report<'_> {
    /// One JSON object.
    pub(super) fn json(&self) -> Result<String, io::Error> {
        let positions = self.stretches.iter().map(|stretch| JsonPosition {
            start_s: stretch.start_s,
            end_s: stretch.end_s,
            up: face_up(stretch).map(|face| FACES[face]),
            accel_m_s2: stretch.accel_m_s2,
        });
        let json = Json {
            sensor: self.sensor,
            gravity_m_s2: self.gravity_m_s2,
            positions: positions.collect(),
            calibration: CalibrationSettings::from(&self.fit.calibration),
            has_cross_axis: self.fit.has_cross_axis,
            residual_before_m_s2: self.fit.residual_before_m_s2,
            residual_after_m_s2: self.fit.residual_after_m_s2,
            positions_to_spare: self.fit.spare,
            warnings: self.warnings,
        };
        Ok(serde_json::to_string(&json)?)
    }

    /// A page for people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // a text takes all
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let fit = self.fit;
        writeln!(
            text,
            "Sensor {}: {} positions, gravity {:.5} m/s²\n",
            self.sensor, fit.positions, self.gravity_m_s2
        )?;
        for warning in self.warnings {
            writeln!(text, "  ! {warning}")?;
        }
        writeln!(text, "      from      to  up        x        y        z  m/s²   length")?;
        for stretch in self.stretches {
            let [x, y, z] = stretch.accel_m_s2;
            let up = face_up(stretch).map_or("edge", |face| FACES[face]);
            let length = (x * x + y * y + z * z).sqrt();
            writeln!(
                text,
                "  {:>6.1} s {:>6.1} s  {up:<4} {x:>8.3} {y:>8.3} {z:>8.3}       {length:>8.3}",
                stretch.start_s, stretch.end_s
            )?;
        }
        let found = CalibrationSettings::from(&fit.calibration);
        writeln!(text, "\n                          x          y          z")?;
        let mut line = |name: &str, values: [f64; 3], unit: &str| {
            writeln!(text, "{name:<16} {:>10.5} {:>10.5} {:>10.5}  {unit}", values[0], values[1], values[2])
        };
        line("offset", found.accel_offset_m_s2, "m/s²")?;
        line("scale", found.accel_scale, "")?;
        if fit.has_cross_axis {
            line("cross-axis", found.accel_cross_axis, "y→x, z→x, z→y")?;
        }
        line("gyroscope bias", found.gyro_bias_rad_s.map(f64::to_degrees), "°/s")?;
        let (before, after) = (1e3 * fit.residual_before_m_s2, 1e3 * fit.residual_after_m_s2);
        writeln!(
            text,
            "\ngravity was off by {before:.1} mm/s² RMS as read, {after:.1} mm/s² RMS calibrated"
        )?;
        let words = match fit.spare {
            0 => {
                "no position to spare: as many numbers were fitted as there are positions, so the second figure proves nothing; \
                more positions would"
            }
            _ if fit.has_cross_axis => "offset, scale and cross-axis terms",
            _ => "offset and scale; cross-axis terms need nine different positions",
        };
        writeln!(text, "({words})")?;
        writeln!(text, "\nFor ironstride.toml (--save puts it there):\n\n{}", table(self.sensor, &found))
    }
}
