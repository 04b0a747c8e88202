//! `ironstride analyze` keeps its contract with scripts: fields, times, equalities, order, exit codes.

use crate::movement::{Truth, WAY_M, tiring};
use crate::program::{file, folder, ironstride};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const REP_FIELDS: [&str; 22] = [
    "index",
    "eccentric_start_s",
    "start_s",
    "end_s",
    "accepted",
    "reject_reason",
    "mean_velocity_m_s",
    "mean_propulsive_velocity_m_s",
    "peak_velocity_m_s",
    "time_to_peak_s",
    "range_of_motion_m",
    "eccentric_duration_s",
    "pause_s",
    "concentric_duration_s",
    "mean_power_bar_w",
    "peak_power_bar_w",
    "mean_power_system_w",
    "body_mass_factor",
    "quality",
    "mean_velocity_sd_m_s",
    "peak_velocity_sd_m_s",
    "range_of_motion_sd_m",
];
const SET_FIELDS: [&str; 6] =
    ["start_s", "end_s", "reps", "best_velocity_m_s", "velocity_loss_best_pct", "velocity_loss_first_pct"];
/// The file's own time of its first line, s.
const FROM_S: f64 = 100.0;

fn analyze(name: &str, options: &[&str]) -> Value {
    let path = file(&folder("analyze_contract"), name, tiring().trace(FROM_S));
    let ran = ironstride(&[&["analyze", &path, "--format", "json"], options].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let object = ran.object();
    assert_eq!(object["file"].as_str(), Some(path.as_str()));
    object
}

fn list<'a>(object: &'a Value, field: &str) -> &'a Vec<Value> {
    object[field].as_array().unwrap_or_else(|| panic!("{field} in {object}"))
}

fn accepted(object: &Value) -> Vec<&Value> {
    list(object, "reps").iter().filter(|rep| rep["accepted"] == true).collect()
}

#[track_caller]
fn number(object: &Value, field: &str) -> f64 {
    object[field].as_f64().unwrap_or_else(|| panic!("{field} in {object}"))
}

#[track_caller]
fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected} ± {tolerance}");
}

fn fields(object: &Value) -> BTreeSet<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_fields_are_those_of_the_contract() {
    let object =
        analyze("fields.csv", &["--exercise", "back_squat", "--load-kg", "100", "--body-mass-kg", "70"]);
    assert_eq!(fields(&object), BTreeSet::from(["file", "algorithm", "warnings", "reps", "sets"]));
    assert!(!list(&object, "reps").is_empty() && !list(&object, "sets").is_empty());
    for rep in list(&object, "reps") {
        assert_eq!(fields(rep), BTreeSet::from(REP_FIELDS));
    }
    for set in list(&object, "sets") {
        assert_eq!(fields(set), BTreeSet::from(SET_FIELDS));
    }
    assert_eq!(list(&object, "warnings").len(), 0);
    assert_eq!(fields(&object["algorithm"]), BTreeSet::from(["name", "number", "parameters"]));
}

#[test]
fn repetitions_are_found_with_and_without_the_exercise() {
    for options in [&["--exercise", "back_squat", "--load-kg", "100"][..], &[]] {
        let object = analyze("found.csv", options);
        let (reps, truth) = (accepted(&object), tiring().truth);
        assert_eq!(reps.len(), truth.len(), "{object:#}");
        for (rep, truth) in reps.iter().zip(&truth) {
            check_against_truth(rep, truth);
        }
    }
}

/// Loose: here it counts that figures are in the right fields, on the right axis, in the right unit.
fn check_against_truth(rep: &Value, truth: &Truth) {
    assert_near("start", number(rep, "start_s"), FROM_S + truth.start_s, 0.15);
    assert_near("end", number(rep, "end_s"), FROM_S + truth.end_s, 0.15);
    let mean = truth.mean_velocity_m_s();
    assert_near("mean velocity", number(rep, "mean_velocity_m_s"), mean, 0.12 * mean);
    assert_near("peak velocity", number(rep, "peak_velocity_m_s"), 2.0 * mean, 0.12 * mean);
    assert_near("range of motion", number(rep, "range_of_motion_m"), WAY_M, 0.07);
    assert_eq!(rep["reject_reason"], Value::Null);
}

#[test]
fn times_and_durations_add_up() {
    let object = analyze("times.csv", &["--exercise", "back_squat"]);
    let mut before_s = f64::MIN;
    let mut with_eccentric = 0;
    for (rep, index) in list(&object, "reps").iter().zip(1..) {
        assert_eq!(rep["index"], index);
        let (start_s, end_s) = (number(rep, "start_s"), number(rep, "end_s"));
        assert!(before_s <= start_s && start_s < end_s, "{rep}");
        before_s = start_s;
        assert_near("concentric", number(rep, "concentric_duration_s"), end_s - start_s, 1e-6);
        if rep["eccentric_start_s"].is_null() {
            assert!(rep["eccentric_duration_s"].is_null() && rep["pause_s"].is_null(), "{rep}");
        } else {
            with_eccentric += 1;
            let sum = number(rep, "eccentric_duration_s") + number(rep, "pause_s");
            assert_near("eccentric and pause", sum, start_s - number(rep, "eccentric_start_s"), 1e-6);
        }
    }
    assert!(with_eccentric >= tiring().truth.len(), "a squat is lowered first");
}

#[test]
fn sets_count_the_accepted_and_lose_velocity_from_the_best() {
    let object = analyze("sets.csv", &["--exercise", "back_squat"]);
    let [set] = list(&object, "sets").as_slice() else { panic!("one set: {object:#}") };
    let reps = accepted(&object);
    assert_eq!(set["reps"], reps.len());
    let velocities: Vec<f64> = reps.iter().map(|rep| number(rep, "mean_velocity_m_s")).collect();
    let best = velocities.iter().copied().fold(f64::MIN, f64::max);
    let (first, last) = (velocities[0], velocities[velocities.len() - 1]);
    assert_near("best", number(set, "best_velocity_m_s"), best, 1e-6);
    assert_near("loss from best", number(set, "velocity_loss_best_pct"), 100.0 * (best - last) / best, 1e-3);
    assert_near(
        "loss from first",
        number(set, "velocity_loss_first_pct"),
        100.0 * (first - last) / first,
        1e-3,
    );
    assert!(number(set, "velocity_loss_best_pct") > 10.0, "the set tires: {set}");
    assert!(number(set, "start_s") <= number(reps[0], "start_s"));
    assert_near("end", number(set, "end_s"), number(reps[reps.len() - 1], "end_s"), 1e-6);
}

#[test]
fn power_is_known_when_its_masses_are() {
    let powers = ["mean_power_bar_w", "peak_power_bar_w", "mean_power_system_w"];
    let known = |options: &[&str]| {
        let object = analyze("power.csv", options);
        let reps = accepted(&object);
        powers.map(|power| reps.iter().all(|rep| rep[power].is_f64()))
    };
    assert_eq!(known(&["--exercise", "back_squat"]), [false, false, false]);
    assert_eq!(known(&["--exercise", "back_squat", "--load-kg", "100"]), [true, true, false]);
    let all = ["--exercise", "back_squat", "--load-kg", "100", "--body-mass-kg", "70"];
    assert_eq!(known(&all), [true, true, true]);
    let object = analyze("power.csv", &all);
    let rep = accepted(&object)[0];
    let physical = 100.0 * 9.81 * number(rep, "mean_velocity_m_s");
    assert_near("mean power of the bar", number(rep, "mean_power_bar_w"), physical, 0.05 * physical);
    assert!(number(rep, "mean_power_system_w") > number(rep, "mean_power_bar_w"));
}

#[test]
fn the_gyroscope_is_optional() {
    let columns = |line: &str| line.split(',').take(4).collect::<Vec<_>>().join(",") + "\n";
    let trace: String = tiring().trace(0.0).lines().map(columns).collect();
    let path = file(&folder("analyze_contract"), "no_gyroscope.csv", trace);
    let ran = ironstride(&["analyze", &path, "--format", "json", "--exercise", "back_squat"]);
    assert_eq!(ran.code, 0);
    assert_eq!(accepted(&ran.object()).len(), tiring().truth.len());
}

#[test]
fn a_bad_line_is_named_and_costs_only_itself() {
    let mut lines: Vec<String> = tiring().trace(FROM_S).lines().map(str::to_owned).collect();
    lines.insert(7, "garbage".to_owned());
    lines.insert(900, "101.0,0,0,9.8,0,0,0".to_owned());
    let path = file(&folder("analyze_contract"), "bad_lines.csv", lines.join("\r\n"));
    let ran = ironstride(&["analyze", &path, "--format", "json", "--exercise", "back_squat"]);
    let object = ran.object();
    let warnings = list(&object, "warnings");
    assert_eq!((ran.code, warnings.len()), (0, 2), "{warnings:?}");
    assert!(warnings[0].as_str().expect("words").starts_with("line 8: "), "{warnings:?}");
    assert!(warnings[1].as_str().expect("words").starts_with("line 901: time goes back"), "{warnings:?}");
    assert_eq!(list(&object, "reps"), list(&analyze("whole.csv", &["--exercise", "back_squat"]), "reps"));
}

#[test]
fn a_series_has_one_line_for_each_usable_line() {
    let folder = folder("analyze_contract");
    let mut lines: Vec<String> = tiring().trace(FROM_S).lines().map(str::to_owned).collect();
    lines.insert(500, lines[499].clone());
    let usable = lines.clone();
    lines.insert(600, "garbage".to_owned());
    let path = file(&folder, "series_in.csv", lines.join("\n"));
    let out = |name| folder.join(name).to_str().expect("a printable path").to_owned();
    let (settled, live) = (out("settled.csv"), out("live.csv"));
    let ran = ironstride(&["analyze", &path, "--series", &settled, "--series-live", &live]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for series in [&settled, &live] {
        let text = fs::read_to_string(series).expect("a series");
        let mut rows = text.lines();
        let header = "t_s,q_w,q_x,q_y,q_z,vertical_velocity_m_s,vertical_displacement_m";
        assert_eq!(rows.next(), Some(header));
        let rows: Vec<Vec<f64>> =
            rows.map(|row| row.split(',').map(|field| field.parse().expect("a number")).collect()).collect();
        assert_eq!(rows.len(), usable.len() - 1, "{series}");
        for (row, line) in rows.iter().zip(&usable[1..]) {
            let t_s: f64 = line.split(',').next().and_then(|t| t.parse().ok()).expect("a time");
            assert_eq!((row.len(), row[0]), (7, t_s));
            assert_near("|q|", row[1..5].iter().map(|q| q * q).sum::<f64>().sqrt(), 1.0, 1e-5);
        }
        let fastest = rows.iter().map(|row| row[5]).fold(f64::MIN, f64::max);
        assert_near("peak velocity", fastest, 2.0 * tiring().truth[0].mean_velocity_m_s(), 0.3);
    }
}

#[test]
fn several_files_come_in_order_and_one_that_fails_does_not_stop_the_rest() {
    let folder = folder("analyze_contract");
    let good = |name: &str| file(&folder, name, tiring().trace(0.0));
    let paths = [
        good("1.csv"),
        file(&folder, "2.csv", "no trace"),
        good("3.csv"),
        file(&folder, "4.csv", ""),
        good("5.csv"),
    ];
    let mut arguments = vec!["analyze", "--format", "json"];
    arguments.extend(paths.iter().map(String::as_str));
    let ran = ironstride(&arguments);
    assert_eq!(ran.code, 1);
    let objects = ran.objects();
    let files: Vec<&str> = objects.iter().filter_map(|object| object["file"].as_str()).collect();
    assert_eq!(files, paths);
    for (object, is_good) in objects.iter().zip([true, false, true, false, true]) {
        assert_eq!(object["reps"].is_array(), is_good, "{object}");
        assert_eq!(fields(object) == BTreeSet::from(["file", "error"]), !is_good, "{object}");
    }
    assert_eq!(ironstride(&["analyze", &paths[0], &paths[2]]).code, 0);
}

#[test]
fn the_table_is_for_people() {
    let path = file(&folder("analyze_contract"), "table.csv", tiring().trace(0.0));
    let ran = ironstride(&["analyze", &path, "--exercise", "back_squat", "--load-kg", "100"]);
    assert_eq!(ran.code, 0);
    for words in [&path, "Back squat, 100 kg", "MV", "m/s", "Set 1: 6 reps", "velocity loss"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\x1b'), "no colours where nobody looks");
    assert!(ran.stdout.contains("    → "), "the coach is heard: {}", ran.stdout);
    let all = ironstride(&["analyze", &path, "--exercise", "back_squat", "--load-kg", "100", "--all"]);
    let numbers: Vec<&str> = all.stdout.lines().filter_map(|line| line.get(..5)).map(str::trim).collect();
    for number in 1..=tiring().truth.len() {
        assert_eq!(numbers.iter().filter(|found| **found == number.to_string()).count(), 1, "{}", all.stdout);
    }
    let still = "t_s,ax_m_s2,ay_m_s2,az_m_s2\n0,0,0,9.8\n0.01,0,0,9.8\n";
    let still = file(&folder("analyze_contract"), "still.csv", still);
    assert!(ironstride(&["analyze", &still]).stdout.contains("0 repetitions counted"));
}

#[test]
fn exercises_are_found_by_any_of_their_names() {
    let squats = ironstride(&["exercises", "SQUAT"]);
    assert_eq!(squats.code, 0);
    assert!(squats.stdout.contains("back_squat") && !squats.stdout.contains("plank"), "{}", squats.stdout);
    let all = ironstride(&["exercises"]).stdout;
    assert!(all.lines().count() > 40 && all.contains("plank"), "{all}");
    let none = ironstride(&["exercises", "xyzzy"]);
    assert_eq!((none.code, none.stdout.as_str()), (2, ""));
    let asked = ironstride(&["analyze", "any.csv", "--exercise", "Back Squat"]);
    assert_eq!(asked.code, 2);
    assert!(
        asked.stderr.contains("did you mean `back_squat`?") && asked.stderr.contains("ironstride exercises")
    );
}

#[test]
fn an_exercise_without_repetitions_is_warned_of() {
    let object = analyze("hold.csv", &["--exercise", "plank"]);
    let warnings = list(&object, "warnings");
    assert!(warnings.iter().any(|it| it.as_str().is_some_and(|it| it.contains("the time it is held"))));
}

#[test]
fn help_teaches_with_examples() {
    for arguments in [&["--help"][..], &["analyze", "--help"], &["help", "analyze"]] {
        let ran = ironstride(arguments);
        assert_eq!(ran.code, 0);
        for words in ["Examples:", "ironstride analyze", "Exit codes: 0 done, 1 ", "2 wrong usage"] {
            assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
        }
    }
}

#[test]
fn cadence_from_a_trace_is_refused_in_clear_words() {
    let path = file(&folder("analyze_contract"), "foot.csv", tiring().trace(0.0));
    let ran = ironstride(&["analyze", &path, "--kind", "foot", "--format", "json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.object()["error"].as_str().expect("words").contains("not measured yet"), "{ran:?}");
}
