//! `ironstride check`.

use super::recorded::{between_pins, stretched, trace};
use crate::kept::training;
use crate::program::{Ran, file, folder, ironstride};
use ironstride::simulate::imu::{Imu, ImuFaults, Placement};
use ironstride::simulate::random::Random;

const HEIGHT_M: f64 = 0.5;

/// Lifts between pins by a sensor whose readings are all too large by a factor.
fn pins(name: &str, lifts: u32, factor: f64) -> String {
    let faults = ImuFaults { accel_scale: 0.0, ..ImuFaults::CONSUMER };
    let mut imu = Imu::drawn(&faults, Placement::ideal(), 200.0, &mut Random::new(5));
    let text = trace(&mut imu, &between_pins(HEIGHT_M, lifts), 0.0);
    file(&folder("check"), name, stretched(&text, factor))
}

fn check(arguments: &[&str]) -> Ran {
    ironstride(&[&["check"], arguments].concat())
}

#[test]
fn lifts_between_pins_show_whether_a_metre_is_a_metre() {
    let good = pins("good.csv", 6, 1.0);
    let ran = check(&["--height-m", "0.5", &good]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.ends_with("\nPASS\n") && ran.stdout.contains("Student's t"), "{}", ran.stdout);
    let object = check(&["--height-m", "0.5", &good, "--format", "json"]).object();
    assert_eq!(object["lifts"].as_array().map(Vec::len), Some(6));
    let number = |name: &str| object[name].as_f64().expect("a number");
    assert!(number("scale_error_pct").abs() < 3.0 && object["passed"] == true, "{object}");
    assert!(number("scale_error_low_pct") < number("scale_error_pct"));
    println!(
        "figure: check, 6 simulated lifts of 0.50 m by a consumer part: scale error {:+.2} % (95 % {:+.2} to {:+.2}), SD {:.1} mm",
        number("scale_error_pct"),
        number("scale_error_low_pct"),
        number("scale_error_high_pct"),
        1e3 * number("repeatability_sd_m")
    );
    let ran = check(&["--height-m", "0.5", &pins("wrong.csv", 6, 1.10)]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("FAIL: THE SCALE IS OFF") && ran.stdout.contains("ironstride calibrate"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, "ironstride: not passed\n");
    let ran = check(&["--height-m", "0.8", &good]);
    assert!(ran.code == 1 && ran.stdout.contains("Was the height measured in metres"), "{ran:?}");
}

#[test]
fn what_can_t_be_judged_says_why() {
    let few = pins("few.csv", 3, 1.0);
    let ran = check(&["--height-m", "0.5", &few]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("3 lifts were found, and a verdict needs 5: 0."), "{ran:?}");
    for height in ["50", "0", "-0.5", "NaN"] {
        let ran = check(&["--height-m", height, &few]);
        assert!(ran.code == 2 && ran.stderr.contains("50 cm are 0.50"), "{ran:?}");
    }
    let ran = check(&["--height-m", "0.5", "/no/such.csv"]);
    assert!(ran.code == 1 && ran.stderr.contains("/no/such.csv: cannot read the file"), "{ran:?}");
    let empty = file(&folder("check"), "empty.csv", "");
    assert_eq!(check(&["--height-m", "0.5", &empty]).code, 1);
    assert_eq!(check(&["--height-m", "0.5"]).code, 2);
    assert_eq!(check(&[&few]).code, 2);
    let ran = check(&["--height-m", "0.5", &few, "--setup-of", "nobody"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("there is no sensor `nobody` in the configuration"),
        "{ran:?}"
    );
}

#[test]
fn a_set_of_the_store_can_be_checked() {
    let kept = training("check-set");
    let set = kept.sets[0].id;
    let ran = check(&[
        "--height-m",
        "0.5",
        "--set",
        &set.to_string(),
        "--data",
        kept.directory(),
        "--format",
        "json",
    ]);
    let lifts = ran.object()["lifts"].as_array().map(Vec::len);
    let counted = kept.reps.iter().filter(|rep| rep.set == Some(set) && rep.accepted).count();
    assert_eq!(lifts, Some(counted));
    let ran = check(&["--height-m", "0.5", "--set", "999999", "--data", kept.directory()]);
    assert!(ran.code == 1 && ran.stderr.contains("there is no set 999999"), "{ran:?}");
}
