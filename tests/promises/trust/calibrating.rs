//! `ironstride calibrate`, and what a calibration is worth.

use super::recorded::{between_pins, six_faces, stretched, trace};
use crate::program::{Ran, file, folder, ironstride};
use ironstride::simulate::imu::{Imu, ImuFaults, Placement};
use ironstride::simulate::random::Random;
use std::fs;

const HEIGHT_M: f64 = 0.5;
/// What its accelerometer reads for each m/s².
const SCALE: f64 = 1.08;
const SENSOR: &str = "C0:FF:EE:00:00:01";

/// A sensor whose errors are larger than an ordinary one's.
fn bad_sensor() -> Imu {
    let faults =
        ImuFaults { accel_scale: 0.01, accel_bias_m_s2: 0.4, misalignment_rad: 0.0, ..ImuFaults::CONSUMER };
    Imu::drawn(&faults, Placement::ideal(), 200.0, &mut Random::new(11))
}

fn calibrate(arguments: &[&str]) -> Ran {
    ironstride(&[&["calibrate"], arguments].concat())
}

#[test]
fn a_calibrated_sensor_measures_metres_and_the_configuration_keeps_its_words() {
    let folder = folder("calibrate");
    let mut imu = bad_sensor();
    let faces = file(&folder, "faces.csv", stretched(&trace(&mut imu, &six_faces(5.0, true), 0.0), SCALE));
    let pins = file(&folder, "pins.csv", stretched(&trace(&mut imu, &between_pins(HEIGHT_M, 6), 0.0), SCALE));
    let before = "config_version = 1\n# rack by the window\n[gym]\nname = \"Gym\" # ours\n";
    let config = file(&folder, "ironstride.toml", before);
    let ran = calibrate(&[&faces, "--sensor", SENSOR, "--save", "--config", &config]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("no position to spare") && ran.stderr.contains("saved in"), "{ran:?}");
    let after = fs::read_to_string(&config).expect("the configuration");
    assert!(
        after.starts_with(before) && after.contains("[sensor.\"C0:FF:EE:00:00:01\".calibration]"),
        "{after}"
    );
    assert_eq!(ironstride(&["config", "check", &config]).code, 0);

    let scale_error = |arguments: &[&str]| {
        let ran =
            ironstride(&[&["check", "--height-m", "0.5", &pins, "--format", "json"], arguments].concat());
        ran.object()["scale_error_pct"].as_f64().expect("a scale error")
    };
    let (raw, calibrated) = (scale_error(&[]), scale_error(&["--setup-of", SENSOR, "--config", &config]));
    println!(
        "figure: calibration of a sensor that reads 8 % too much: scale error by check {raw:+.2} % → {calibrated:+.2} %"
    );
    // what of gravity is read too much is found as a constant error of the axes; the rest of the 8 % stays
    assert!(calibrated.abs() < 1.0 && raw > 2.0, "{raw} → {calibrated}");
}

#[test]
fn what_is_found_can_be_read_by_programs() {
    let mut imu = bad_sensor();
    let recording = file(&folder("calibrate"), "json.csv", trace(&mut imu, &six_faces(4.0, true), 0.02));
    let object = calibrate(&[&recording, "--format", "json", "--latitude-deg", "52.5"]).object();
    assert_eq!(object["sensor"], "trace");
    assert!((object["gravity_m_s2"].as_f64().expect("gravity") - 9.8127).abs() < 1e-3);
    let ups: Vec<&str> =
        object["positions"].as_array().expect("positions").iter().filter_map(|p| p["up"].as_str()).collect();
    assert_eq!(ups.len(), 6, "{ups:?}");
    let (before, after) =
        (object["residual_before_m_s2"].as_f64().unwrap(), object["residual_after_m_s2"].as_f64().unwrap());
    assert!(before > 0.1 && after < 0.001, "{before} → {after}");
    // 0.02 rad/s and the sensor's own bias
    assert!(object["gyro_bias_rad_s"].as_array().is_some_and(|bias| bias.len() == 3));
}

#[test]
fn without_six_faces_there_is_no_calibration() {
    let folder = folder("calibrate");
    let mut imu = bad_sensor();
    let five = file(&folder, "five.csv", trace(&mut imu, &six_faces(4.0, false), 0.0));
    let ran = calibrate(&[&five]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("five.csv: the sensor never lay still with"), "{ran:?}");
    assert!(ran.stderr.contains("y up"), "{ran:?}");
    let faces = file(&folder, "unsaved.csv", trace(&mut imu, &six_faces(4.0, true), 0.0));
    let ran = calibrate(&[&faces, "--save"]);
    assert!(ran.code == 2 && ran.stderr.contains("name it with --sensor"), "{ran:?}");
    let ran = calibrate(&[&faces, "--sensor", "x", "--save", "--config", "/no/such.toml"]);
    assert!(ran.code == 2 && ran.stderr.contains("/no/such.toml"), "{ran:?}");
    let ran = calibrate(&[&faces, "--latitude-deg", "100"]);
    assert!(ran.code == 2 && ran.stderr.contains("between -90 and 90"), "{ran:?}");
    assert_eq!(calibrate(&["/no/such.csv"]).code, 1);
}
