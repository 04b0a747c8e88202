//! What a sensor's place and its gyroscope's bias cost, and what is done about it.

use super::recorded::{RATE_HZ, trace};
use crate::program::{file, folder, ironstride};
use ironstride::simulate::imu::{Imu, ImuFaults, Placement};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::random::Random;
use ironstride::simulate::story::SetStory;
use nalgebra::{UnitQuaternion, Vector3};

/// A set whose bar rests for ten seconds before, and the velocities and ranges that are true.
struct Set {
    story: SetStory,
    truth: Vec<(f64, f64)>,
}

impl Set {
    fn of(lift: &str, seed: u64) -> Self {
        let lift = Lift::of(lift).expect("a simulated lift");
        let plan = SetPlan { touch_and_go: Some(false), ..SetPlan::new(lift, 0.6, 6) };
        let story = SetStory::tell(&plan, 10.0, &SetStory::waiting_pose(lift), &mut Random::new(seed));
        let truth =
            story.truth.reps().map(|(_, _, metrics)| (metrics.mean_velocity_m_s, metrics.range_of_motion_m));
        Self { truth: truth.collect(), story }
    }
}

/// Mean velocity and range of each repetition that the program counts.
fn found(exercise: &str, trace: &str, arguments: &[&str]) -> Vec<(f64, f64)> {
    let ran =
        ironstride(&[&["analyze", trace, "--exercise", exercise, "--format", "json"], arguments].concat());
    let reps = ran.object()["reps"].as_array().expect("reps").clone();
    let number = |rep: &serde_json::Value, name: &str| rep[name].as_f64().expect("a number");
    let counted = reps.iter().filter(|rep| rep["accepted"] == true);
    counted.map(|rep| (number(rep, "mean_velocity_m_s"), number(rep, "range_of_motion_m"))).collect()
}

/// Root mean square of the differences of one column.
fn rmse(a: &[(f64, f64)], b: &[(f64, f64)], column: fn(&(f64, f64)) -> f64) -> f64 {
    assert_eq!(a.len(), b.len(), "as many repetitions");
    let squares = a.iter().zip(b).map(|(a, b)| (column(a) - column(b)).powi(2));
    (squares.sum::<f64>() / a.len() as f64).sqrt()
}

#[test]
fn ten_still_seconds_are_enough_for_two_degrees_a_second_of_bias() {
    let set = Set::of("back_squat", 3);
    let two_deg_s = 2.0_f64.to_radians();
    let velocities = |off: f64| {
        let placement = Placement::drawn(&mut Random::new(8));
        let mut imu = Imu::drawn(&ImuFaults::CONSUMER, placement, RATE_HZ, &mut Random::new(9));
        let name = format!("bias-{}.csv", off > 0.0);
        found("back_squat", &file(&folder("fitting"), &name, trace(&mut imu, &set.story.motion, off)), &[])
    };
    let (without, with) = (velocities(0.0), velocities(two_deg_s));
    let apart = rmse(&without, &with, |rep| rep.0);
    let (own, off) = (rmse(&without, &set.truth, |rep| rep.0), rmse(&with, &set.truth, |rep| rep.0));
    println!(
        "figure: gyroscope bias of 2 °/s on all axes after ten still seconds: MV RMSE {own:.4} → {off:.4} m/s, {apart:.4} apart"
    );
    assert!(apart < 0.005, "{without:?}\n{with:?}");
}

#[test]
fn a_lever_arm_gives_the_bar_s_motion_and_not_the_sensor_s() {
    let set = Set::of("biceps_curl", 6);
    // eight centimetres beside the centre line of a bar that a curl turns by more than a right angle
    let attitude = UnitQuaternion::from_euler_angles(0.0, 0.4, 0.0);
    let lever_m = Vector3::new(0.08, 0.10, 0.0);
    let folder = folder("fitting");
    let recording = |name: &str, lever_m: Vector3<f64>| {
        let placement = Placement { lever_m, attitude };
        let mut imu = Imu::drawn(&ImuFaults::CONSUMER, placement, RATE_HZ, &mut Random::new(4));
        file(&folder, name, trace(&mut imu, &set.story.motion, 0.0))
    };
    let beside = recording("beside.csv", lever_m);
    let arm = attitude.inverse() * lever_m;
    let config =
        format!("config_version = 1\n[sensor.\"s\"]\nlever_arm_m = [{}, {}, {}]\n", arm.x, arm.y, arm.z);
    let config = file(&folder, "lever.toml", config);
    let centred = found("biceps_curl", &recording("centred.csv", Vector3::zeros()), &[]);
    let plain = found("biceps_curl", &beside, &[]);
    let levered = found("biceps_curl", &beside, &["--setup-of", "s", "--config", &config]);
    let way = |reps: &[(f64, f64)]| 100.0 * rmse(reps, &set.truth, |rep| rep.1);
    let velocity = |reps: &[(f64, f64)]| rmse(reps, &set.truth, |rep| rep.0);
    println!(
        "figure: sensor 8 cm beside the centre line in a curl: ROM RMSE {:.1} cm, with its lever arm {:.1} (in the centre {:.1}); MV RMSE \
        {:.3} m/s, {:.3} ({:.3})",
        way(&plain),
        way(&levered),
        way(&centred),
        velocity(&plain),
        velocity(&levered),
        velocity(&centred)
    );
    assert!(velocity(&levered) < 0.5 * velocity(&plain), "{plain:?}\n{levered:?}");
    assert!(
        way(&levered) < way(&centred) + 1.0 && velocity(&levered) < velocity(&centred) + 0.005,
        "{centred:?}\n{levered:?}"
    );
}
