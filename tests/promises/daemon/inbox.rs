//! Labels may come later.

use super::process::Daemon;
use super::recording::{squats, store};
use crate::gym::{engine_for, listen, past_sets};
use crate::program::ironstride;
use ironstride::model::{Event, HostTime, PastSet, RepId, SetId, StationContext};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::session::SessionPlan;
use ironstride::store::{Journal, RunSource, Step, StoreOptions, Write};
use serde_json::json;
use std::path::Path;

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

/// A closed set whose movements' numbers do not rise with time, as when one was found late, and a movement of no set.
fn found_late() -> (PastSet, Vec<Event>) {
    let lift = Lift::of("back_squat").expect("a simulated lift");
    let plan = SessionPlan::one_set(6, SetPlan::new(lift, 0.75, 4));
    let recording = listen(engine_for(&StationContext::default()), &plan, Some);
    let PastSet { mut record, mut reps } = past_sets(&recording.events).remove(0);
    record.id = SetId(900);
    let count = reps.len() as u64;
    for (rep, id) in reps.iter_mut().zip((1000..1000 + count).rev()) {
        (rep.id, rep.set) = (RepId(id), Some(record.id));
    }
    record.reps = reps.iter().map(|rep| rep.id).collect();
    let mut stray = reps[0].clone();
    (stray.id, stray.set) = (RepId(1100), None);
    let sessions = recording.events.into_iter().filter(|event| matches!(event, Event::Session(_)));
    let events = sessions
        .chain([Event::Set(Box::new(record.clone()))])
        .chain(reps.iter().chain([&stray]).map(|rep| Event::Rep(Box::new(rep.clone()))))
        .collect();
    (PastSet { record, reps }, events)
}

#[test]
fn a_set_of_the_past_is_labelled_in_its_own_order_and_what_is_in_no_set_stays() {
    let place = store("found_late");
    let options = StoreOptions { path: Path::new(&place).join("ironstride.db"), max_bytes: None };
    let (journal, writer) = Journal::open(&options, drop).expect("a new store");
    let run = journal.begin(RunSource::Simulated, "test").expect("a run");
    let (past, events) = found_late();
    let at = HostTime::default().plus_seconds(600.0);
    journal.send(Write::Step(Step { events, ..Step::new(run, at) })).expect("it is open");
    journal.send(Write::End { run, at }).expect("it is open");
    journal.close().expect("it closes");
    writer.join();

    let daemon = Daemon::start(&["run", "--data", &place]);
    let labels = json!({ "exercise": "back_squat", "load_kg": 90.0 });
    let labelled = daemon.patch("/api/v1/sets/900", &labels);
    assert_eq!(labelled.status, 200, "{labelled:?}");
    let order: Vec<u64> = past.record.reps.iter().map(|rep| rep.0).collect();
    assert!(order.len() > 3 && order.is_sorted_by(|one, next| one > next), "{order:?}");
    assert_eq!(labelled.body["reps"], json!(order));
    let reps = daemon.list("/api/v1/reps?set=900");
    let counted = reps.iter().filter(|rep| rep["accepted"] == true);
    assert!(counted.clone().count() > 3);
    assert!(counted.clone().all(|rep| rep["mean_power_bar_w"].as_f64() > Some(100.0)), "{reps:?}");

    let sided = daemon.patch(&format!("/api/v1/reps/{}", order[0]), &json!({ "side": "left" }));
    assert_eq!((sided.status, &sided.body["side"]), (200, &json!("left")), "{sided:?}");
    let before = daemon.read("/api/v1/reps/1100");
    let stray = daemon.patch("/api/v1/reps/1100", &json!({ "accepted": false }));
    assert_eq!(stray.status, 409, "{stray:?}");
    assert!(stray.body["detail"].as_str().expect("a reason").contains("1100"), "{stray:?}");
    assert_eq!(daemon.read("/api/v1/reps/1100"), before, "as it was");
}
