//! Labels may come later.

use super::process::Daemon;
use super::recording::{squats, store};
use crate::program::ironstride;
use serde_json::json;

#[test]
fn what_nobody_labelled_waits_in_the_inbox() {
    let capture = squats("inbox", 1, 5, 40.0);
    let place = store("inbox_store");
    let daemon = Daemon::start(&["replay", &capture, "--speed", "max", "--data", &place, "--stay"]);
    daemon.source_is_over();

    let inbox = daemon.list("/api/v1/inbox");
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    let set = &inbox[0];
    assert_eq!(set["unlabelled"], json!(["athlete", "exercise", "load_kg"]));
    let reps_of_set = format!("/api/v1/reps?set={}", set["id"]);
    let before = daemon.list(&reps_of_set);
    assert!(before.iter().any(|rep| rep["accepted"] == true && rep["mean_velocity_m_s"].is_f64()));
    assert!(before.iter().all(|rep| rep["mean_power_bar_w"].is_null()));
    let advice = format!("/api/v1/advice?set={}", set["id"]);
    assert!(daemon.list(&advice).is_empty());

    assert_eq!(daemon.put("/api/v1/athletes/ada", &json!({"name": "Ada", "body_mass_kg": 61.5})).status, 200);
    let labels = json!({
        "athlete": "ada", "exercise": "back_squat", "load_kg": 90.0, "goal": "strength_in_season", "role": "work", "target_velocity_m_s": 0.8
    });
    let labelled = daemon.patch(&format!("/api/v1/sets/{}", set["id"]), &labels);
    assert_eq!(labelled.status, 200, "{labelled:?}");
    assert_eq!(labelled.body["unlabelled"], json!([]));
    assert!(daemon.list("/api/v1/inbox").is_empty());
    let after = daemon.list(&reps_of_set);
    let counted: Vec<_> = after.iter().filter(|rep| rep["accepted"] == true).collect();
    assert!(counted.iter().all(|rep| rep["mean_power_bar_w"].as_f64() > Some(100.0)));
    assert!(counted.iter().all(|rep| rep["mean_power_system_w"].as_f64() > rep["mean_power_bar_w"].as_f64()));
    assert!(labelled.body["summaries"][0]["velocity_loss_best_pct"].is_f64());
    let advice = daemon.list(&advice);
    assert!(advice.iter().any(|advice| advice["rule"] == "next_load"), "{advice:?}");
    drop(daemon);

    let export = ironstride(&["export", "reps", "--data", &place]);
    assert_eq!(export.code, 0, "{export:?}");
    let of_ada =
        export.stdout.lines().filter(|line| line.contains("ada") && line.contains("back_squat")).count();
    assert_eq!(of_ada, after.len());
}
