//! Offset and scale of an accelerometer from the positions in which it lay still.
//!
//! At rest an accelerometer measures gravity, however it stands: what it reads in different positions must all be as
//! long as g. Six faces give the three offsets and three scales; nine or more different positions give the cross-axis
//! terms too. Source: I. Frosio, F. Pedersini, N. A. Borghese, "Autocalibration of MEMS accelerometers", IEEE Trans.
//! Instrum. Meas. 58 (2009) 2034–2041: `|M·(a − b)| = g` by Gauss–Newton, M upper triangular, since a rotation of the
//! whole can't be seen in lengths.

use super::stillness::Stretch;
use crate::model::Calibration;
use crate::motion::calibration::accel_m_s2;
use nalgebra::{DMatrix, DVector, Vector3};
use thiserror::Error;

/// A face is up when gravity is within 35° of it.
const FACE_COS: f64 = 0.82;
/// Stretches whose directions are nearer than 10° are one position.
const SAME_COS: f64 = 0.985;
/// Positions from which cross-axis terms can be told.
const CROSS_POSITIONS: usize = 9;
/// No accelerometer is so far off, m/s² and 1.
const OFFSET_LIMIT_M_S2: f64 = 3.0;
const SCALE_LIMIT: f64 = 0.15;
/// Steps of Gauss–Newton; it converges in four or five.
const STEPS: usize = 20;
/// Smallest singular value, of the largest, at which the positions still tell the parameters apart.
const CONDITION: f64 = 1e-4;

/// The faces in order.
pub const FACES: [&str; 6] = ["+x", "-x", "+y", "-y", "+z", "-z"];

/// A calibration and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The calibration.
    pub calibration: Calibration,
    /// Different positions that it is from.
    pub positions: usize,
    /// Whether cross-axis terms were fitted.
    pub has_cross_axis: bool,
    /// Root mean square of `|a| − g` over the stretches as they were read, m/s².
    pub residual_before_m_s2: f64,
    /// The same after calibration.
    pub residual_after_m_s2: f64,
    /// Stretches beyond what the parameters use up; with 0 the residual after says nothing.
    pub spare: usize,
}

/// Why there is no calibration.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FitError {
    /// Not every face was up.
    #[error(
        "the sensor never lay still with {} up: lay it on each of its six faces for five seconds and begin again",
        .0.join(", ")
    )]
    FacesMissing(Vec<&'static str>),
    /// The numbers are those of no accelerometer.
    #[error(
        "the readings at rest are {mean_m_s2:.2} m/s² long on average, not about {gravity_m_s2:.2}: are they in m/s²? \
         Was the sensor on a table that stood still?"
    )]
    NoAccelerometer {
        /// Mean length of the readings, m/s².
        mean_m_s2: f64,
        /// What it should be, m/s².
        gravity_m_s2: f64,
    },
    /// The equations have no one answer.
    #[error(
        "the positions are too much alike to tell offset from scale: lay the sensor on its six faces, not just tilted"
    )]
    Alike,
}

/// Which face points up, by its place in [`FACES`]; `None` in between.
#[must_use]
pub fn face_up(stretch: &Stretch) -> Option<usize> {
    let accel = Vector3::from(stretch.accel_m_s2);
    let axis = accel.iamax();
    let is_face = accel[axis].abs() > FACE_COS * accel.norm();
    is_face.then_some(2 * axis + usize::from(accel[axis] < 0.0))
}

/// Fits a calibration to stretches of stillness where gravity is `gravity_m_s2`.
pub fn fit(stretches: &[Stretch], gravity_m_s2: f64) -> Result<Fit, FitError> {
    let up: Vec<usize> = stretches.iter().filter_map(face_up).collect();
    let missing: Vec<&str> = (0..6).filter(|face| !up.contains(face)).map(|face| FACES[face]).collect();
    if !missing.is_empty() {
        return Err(FitError::FacesMissing(missing));
    }
    let readings: Vec<Vector3<f64>> = stretches.iter().map(|s| Vector3::from(s.accel_m_s2)).collect();
    let positions = distinct(&readings);
    let six = solve(&readings, gravity_m_s2, false);
    let nine = if positions >= CROSS_POSITIONS { solve(&readings, gravity_m_s2, true) } else { None };
    let has_cross_axis = nine.is_some();
    let parameters = nine.or(six).ok_or(FitError::Alike)?;
    let mut calibration = calibration(&parameters);
    let is_sane = calibration.accel_offset_m_s2.iter().all(|offset| offset.abs() < OFFSET_LIMIT_M_S2)
        && (0..3).all(|i| (calibration.accel_matrix[i][i] - 1.0).abs() < SCALE_LIMIT);
    if !is_sane {
        let mean_m_s2 = readings.iter().map(Vector3::norm).sum::<f64>() / readings.len() as f64;
        return Err(FitError::NoAccelerometer { mean_m_s2, gravity_m_s2 });
    }
    calibration.gyro_bias_rad_s = gyro_bias_rad_s(stretches).unwrap_or_default();
    Ok(Fit {
        calibration,
        positions,
        has_cross_axis,
        residual_before_m_s2: residual(&readings, &Calibration::default(), gravity_m_s2),
        residual_after_m_s2: residual(&readings, &calibration, gravity_m_s2),
        spare: readings.len().saturating_sub(parameters.len()),
    })
}

/// Mean turning rate of all stretches, each weighing as long as it is; `None` without a gyroscope.
#[must_use]
pub fn gyro_bias_rad_s(stretches: &[Stretch]) -> Option<[f64; 3]> {
    let weighed = stretches.iter().filter_map(|s| Some((Vector3::from(s.gyro_rad_s?), s.duration_s())));
    let (sum, time) =
        weighed.fold((Vector3::zeros(), 0.0), |(sum, time), (gyro, s)| (sum + gyro * s, time + s));
    (time > 0.0).then(|| (sum / time).into())
}

/// How many directions there are.
fn distinct(readings: &[Vector3<f64>]) -> usize {
    let mut seen: Vec<Vector3<f64>> = Vec::new();
    for reading in readings {
        let direction = reading.normalize();
        if seen.iter().all(|other| other.dot(&direction) < SAME_COS) {
            seen.push(direction);
        }
    }
    seen.len()
}

/// Offsets, scales and, when asked for, cross-axis terms; `None` where the readings can't tell them apart.
fn solve(readings: &[Vector3<f64>], gravity_m_s2: f64, has_cross_axis: bool) -> Option<Vec<f64>> {
    let mut parameters = vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    if has_cross_axis {
        parameters.extend([0.0; 3]);
    }
    for _ in 0..STEPS {
        let rows: Vec<(f64, Vec<f64>)> =
            readings.iter().map(|reading| row(reading, &parameters, gravity_m_s2)).collect();
        let jacobian = DMatrix::from_row_iterator(
            rows.len(),
            parameters.len(),
            rows.iter().flat_map(|(_, derivatives)| derivatives.iter().copied()),
        );
        let off = DVector::from_iterator(rows.len(), rows.iter().map(|(off, _)| *off));
        let svd = jacobian.svd(true, true);
        if svd.singular_values.min() < CONDITION * svd.singular_values.max() {
            return None;
        }
        let step = svd.solve(&off, 0.0).ok()?;
        parameters.iter_mut().zip(step.iter()).for_each(|(parameter, change)| *parameter -= change);
        if step.norm() < 1e-12 {
            break;
        }
    }
    parameters.iter().all(|x| x.is_finite()).then_some(parameters)
}

/// `|M·(a − b)| − g` of one reading, and its derivatives by all parameters.
fn row(reading: &Vector3<f64>, parameters: &[f64], gravity_m_s2: f64) -> (f64, Vec<f64>) {
    let calibration = calibration(parameters);
    let Calibration { accel_offset_m_s2, accel_matrix, .. } = calibration;
    let left = reading - Vector3::from(accel_offset_m_s2);
    let force = Vector3::from(accel_m_s2(&calibration, (*reading).into()));
    let length = force.norm();
    let unit = force / length;
    // ∂|f|/∂b = −Mᵀ·u, ∂|f|/∂M_ij = u_i·left_j
    let by_offset = (0..3).map(|j| -(0..3).map(|i| unit[i] * accel_matrix[i][j]).sum::<f64>());
    let by_scale = (0..3).map(|i| unit[i] * left[i]);
    let by_cross = CROSS.iter().map(|(i, j)| unit[*i] * left[*j]);
    (length - gravity_m_s2, by_offset.chain(by_scale).chain(by_cross).take(parameters.len()).collect())
}

/// Where the cross-axis terms stand in the matrix.
const CROSS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

fn calibration(parameters: &[f64]) -> Calibration {
    let mut calibration = Calibration::default();
    for (i, offset) in calibration.accel_offset_m_s2.iter_mut().enumerate() {
        *offset = parameters[i];
        calibration.accel_matrix[i][i] = parameters[3 + i];
    }
    for ((i, j), cross) in CROSS.iter().zip(parameters.iter().skip(6)) {
        calibration.accel_matrix[*i][*j] = *cross;
    }
    calibration
}

fn residual(readings: &[Vector3<f64>], calibration: &Calibration, gravity_m_s2: f64) -> f64 {
    let off = |reading: &Vector3<f64>| {
        Vector3::from(accel_m_s2(calibration, (*reading).into())).norm() - gravity_m_s2
    };
    (readings.iter().map(|reading| off(reading).powi(2)).sum::<f64>() / readings.len() as f64).sqrt()
}

/// Gravity at a place, m/s²: the Somigliana formula of WGS 84 (NIMA TR8350.2, 2000, equation 4-1) and the free-air
/// gradient of 0.3086 mGal/m.
#[must_use]
pub fn local_gravity_m_s2(latitude_deg: f64, altitude_m: f64) -> f64 {
    let sin2 = latitude_deg.to_radians().sin().powi(2);
    let at_sea =
        9.780_325_335_9 * (1.0 + 0.001_931_852_652_41 * sin2) / (1.0 - 0.006_694_379_990_14 * sin2).sqrt();
    at_sea - 3.086e-6 * altitude_m
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: f64 = 9.80665;

    /// What a sensor with these errors reads in some direction.
    fn read(direction: [f64; 3], truth: &Calibration) -> Stretch {
        let force = Vector3::from(direction).normalize() * G;
        let matrix = nalgebra::Matrix3::from_fn(|i, j| truth.accel_matrix[i][j]);
        let left = matrix.try_inverse().unwrap() * force;
        let accel = left + Vector3::from(truth.accel_offset_m_s2);
        Stretch { start_s: 0.0, end_s: 5.0, accel_m_s2: accel.into(), gyro_rad_s: Some([0.02, 0.0, -0.01]) }
    }

    fn faces() -> Vec<[f64; 3]> {
        // a table is not level and a case not square
        (0..6)
            .map(|face| {
                let mut direction = [0.03, -0.05, 0.04];
                direction[face / 2] = if face % 2 == 0 { 1.0 } else { -1.0 };
                direction
            })
            .collect()
    }

    fn truth() -> Calibration {
        Calibration {
            accel_offset_m_s2: [0.21, -0.34, 0.12],
            accel_matrix: [[1.012, 0.0, 0.0], [0.0, 0.991, 0.0], [0.0, 0.0, 1.004]],
            gyro_bias_rad_s: [0.0; 3],
        }
    }

    #[test]
    fn six_faces_give_offset_and_scale() {
        let stretches: Vec<Stretch> =
            faces().into_iter().map(|direction| read(direction, &truth())).collect();
        let fit = fit(&stretches, G).unwrap();
        for i in 0..3 {
            assert!(
                (fit.calibration.accel_offset_m_s2[i] - truth().accel_offset_m_s2[i]).abs() < 1e-6,
                "{fit:?}"
            );
            assert!((fit.calibration.accel_matrix[i][i] - truth().accel_matrix[i][i]).abs() < 1e-7);
        }
        assert!(fit.residual_before_m_s2 > 0.1 && fit.residual_after_m_s2 < 1e-9);
        assert_eq!((fit.positions, fit.spare, fit.has_cross_axis), (6, 0, false));
        assert!((fit.calibration.gyro_bias_rad_s[0] - 0.02).abs() < 1e-12);
    }

    #[test]
    fn more_positions_give_cross_axis_terms_too() {
        let mut truth = truth();
        truth.accel_matrix[0][1] = 0.008;
        truth.accel_matrix[1][2] = -0.005;
        let edges = [
            [1.0, 1.0, 0.1],
            [-1.0, 1.0, 0.0],
            [0.1, 1.0, 1.0],
            [0.0, -1.0, 1.0],
            [1.0, 0.0, 1.0],
            [1.0, 0.1, -1.0],
        ];
        let stretches: Vec<Stretch> =
            faces().into_iter().chain(edges).map(|direction| read(direction, &truth)).collect();
        let fit = fit(&stretches, G).unwrap();
        assert!(fit.has_cross_axis && fit.spare == 3);
        for i in 0..3 {
            for j in 0..3 {
                assert!(
                    (fit.calibration.accel_matrix[i][j] - truth.accel_matrix[i][j]).abs() < 1e-6,
                    "{fit:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut stretches: Vec<Stretch> =
            faces().into_iter().map(|direction| read(direction, &truth())).collect();
        stretches.remove(5);
        stretches.remove(2);
        assert_eq!(fit(&stretches, G), Err(FitError::FacesMissing(vec!["+y", "-z"])));
        let in_g: Vec<Stretch> = faces()
            .into_iter()
            .map(|direction| read(direction, &truth()))
            .map(|s| Stretch { accel_m_s2: s.accel_m_s2.map(|x| x / G), ..s })
            .collect();
        assert!(matches!(fit(&in_g, G), Err(FitError::NoAccelerometer { .. })));
    }

    #[test]
    fn gravity_is_that_of_the_place() {
        assert!((local_gravity_m_s2(0.0, 0.0) - 9.78033).abs() < 1e-5);
        assert!((local_gravity_m_s2(90.0, 0.0) - 9.83218).abs() < 1e-4);
        assert!((local_gravity_m_s2(45.0, 0.0) - 9.80620).abs() < 1e-4);
        assert!((local_gravity_m_s2(45.0, 1000.0) - 9.80311).abs() < 1e-4);
    }
}
