//! `ironstride compare`.

use crate::kept::training;
use crate::program::{Ran, file, folder, ironstride};
use ironstride::model::Rep;
use std::fmt::Write;

fn compare(arguments: &[&str]) -> Ran {
    ironstride(&[&["compare"], arguments].concat())
}

/// What another device would have exported: its own clock, scale and offset, one repetition missed, a ghost.
fn theirs(reps: &[&Rep]) -> String {
    let mut text = "Set;Logged at;Avg Velocity (cm/s)\n".to_owned();
    for (number, rep) in reps.iter().enumerate().filter(|(number, _)| *number != 3) {
        let velocity = rep.metrics.mean_velocity_m_s.expect("a measured repetition");
        let at = rep.ended_at.0 as f64 / 1e9 + 4321.0 + 0.05 * (number % 3) as f64;
        let _ = writeln!(text, "1;{at:.2};{}", format!("{:.1}", 100.0 * (velocity + 0.02)).replace('.', ","));
    }
    let last = reps.last().expect("repetitions").ended_at.0 as f64 / 1e9;
    let _ = writeln!(text, "1;{:.2};12,0", last + 4321.0 + 60.0);
    text
}

#[test]
fn an_export_is_compared_with_another_device_s() {
    let kept = training("compare");
    let folder = folder("compare");
    let ours = folder.join("ours.csv");
    let ours = ours.to_str().expect("a printable path");
    let exported = ironstride(&["export", "reps", "--data", kept.directory(), "--out", ours]);
    assert_eq!(exported.code, 0, "{exported:?}");
    let accepted: Vec<&Rep> = kept.reps.iter().filter(|rep| rep.accepted).collect();
    let other = file(&folder, "theirs.csv", theirs(&accepted));
    let ran = compare(&[ours, &other, "--columns", "velocity=Avg Velocity (cm/s),time=logged at"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for words in
        ["no measure of agreement", "limits of agreement", "Bland & Altman 1986", "missed   1", "extra    1"]
    {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let object = compare(&[ours, &other, "--columns", "time=Logged at", "--format", "json"]).object();
    assert_eq!(object["matched"].as_array().map(Vec::len), Some(accepted.len() - 1), "{object}");
    assert!((object["bias_m_s"].as_f64().expect("a bias") + 0.02).abs() < 5e-4, "{object}");
    assert!(object["sd_of_differences_m_s"].as_f64().expect("an SD") < 1e-3);
    assert_eq!(object["missed"][0]["velocity_m_s"], 0.12);
    let (length, lines) = (ran.stdout.len(), ran.stdout.lines().count());
    assert!(length < 4000 && lines < 40, "one page: {lines} lines\n{}", ran.stdout);
}

#[test]
fn files_that_can_t_be_compared_say_why() {
    let folder = folder("compare-wrong");
    let good = file(&folder, "good.csv", "time,mean_velocity\n1,0.5\n4,0.45\n7.5,0.43\n10,0.40\n");
    let cases = [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "no column of velocity was recognised"),
        ("time,velocity\n1,53\n2,50\n", "--unit cm/s"),
        ("velocity\n0.5\n0.4\n", "nobody can tell which are missing"),
        ("time,velocity\n1,0.5\n", "are both files of the same training?"),
        ("time,velocity\nx,0.5\n", "`x` is no time"),
        ("PK\u{3}\u{4}\0\0", "export the table as CSV"),
    ];
    for (index, (text, words)) in cases.into_iter().enumerate() {
        let bad = file(&folder, &format!("{index}.csv"), text);
        let ran = compare(&[&good, &bad]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
    let ran = compare(&[&good, &good, "--columns", "speed=v"]);
    assert!(ran.code == 2 && ran.stderr.contains("`speed=v` is not `velocity=NAME`"), "{ran:?}");
    assert_eq!(compare(&[&good, &good, "--tolerance-s", "0"]).code, 2);
    let ran = compare(&[&good, "/no/such.csv"]);
    assert!(ran.code == 1 && ran.stderr.contains("/no/such.csv: cannot read"), "{ran:?}");
    let ordered = file(&folder, "ordered.csv", "velocity\n0.51\n0.44\n0.45\n0.41\n");
    let ran = compare(&[&good, &ordered]);
    assert!(ran.code == 0 && ran.stdout.contains("paired by order"), "{ran:?}");
}
