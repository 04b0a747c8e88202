//! Every route of the document, asked; every answer held to the document.

use super::document::Asker;
use super::ground::Gym;
use axum::http::StatusCode;
use ironstride::web::Refusal;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn every_route_answers_as_the_document_says() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    read_everything(&mut ask).await;
    change_everything(&mut ask).await;
    assert_eq!(ask.unanswered(), Vec::<String>::new(), "never answered as asked");
}

async fn read_everything(ask: &mut Asker) {
    let found = [
        "/api/v1/status",
        "/api/v1/openapi.json",
        "/metrics",
        "/healthz",
        "/api/v1/stations",
        "/api/v1/stations/rack",
        "/api/v1/stations/platform",
        "/api/v1/stations/rack/context",
        "/api/v1/reps",
        "/api/v1/reps/1",
        "/api/v1/sets",
        "/api/v1/sets/2",
        "/api/v1/inbox",
        "/api/v1/sessions",
        "/api/v1/sessions/1",
        "/api/v1/sensors",
        "/api/v1/sensors/pod",
        "/api/v1/athletes",
        "/api/v1/athletes/anna",
        "/api/v1/exercises",
        "/api/v1/exercises?q=squat",
        "/api/v1/advice",
        "/api/v1/advice?set=2&current=true",
        "/api/v1/advice/4",
        "/api/v1/stream",
        "/api/v1/stream?station=rack",
        "/api/v1/tokens",
    ];
    for path in found {
        assert_eq!(ask.get(path).await.status, StatusCode::OK, "{path}");
    }
    let unknown = [
        "/api/v1/stations/none",
        "/api/v1/stations/none/context",
        "/api/v1/reps/99",
        "/api/v1/sets/99",
        "/api/v1/sessions/99",
        "/api/v1/sensors/none",
        "/api/v1/athletes/none",
        "/api/v1/advice/99",
        "/api/v1/stream?station=none",
    ];
    for path in unknown {
        let answer = ask.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body["hint"].as_str().unwrap().contains("/api/v1/"), "{}", answer.body);
    }
    let bad = [
        "/api/v1/reps/one",
        "/api/v1/reps?set=x",
        "/api/v1/reps?limit=0",
        "/api/v1/sets?limit=1001",
        "/api/v1/sets?colour=red",
        "/api/v1/advice?order=best",
        "/api/v1/reps/-1",
        "/api/v1/reps/18446744073709551616",
    ];
    for path in bad {
        assert_eq!(ask.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

async fn change_everything(ask: &mut Asker) {
    let changes = [
        ("PUT", "/api/v1/stations/rack/context", json!({ "athlete": "anna", "exercise": "back_squat" })),
        ("POST", "/api/v1/stations/rack/end-set", Value::Null),
        ("POST", "/api/v1/stations/rack/end-session", Value::Null),
        ("PATCH", "/api/v1/reps/1", json!({ "accepted": false })),
        ("POST", "/api/v1/reps/1/restore", Value::Null),
        ("POST", "/api/v1/reps/2/reject", Value::Null),
        ("PATCH", "/api/v1/sets/7", json!({ "load_kg": 60.0 })),
        (
            "PUT",
            "/api/v1/sensors/pod",
            json!({ "name": "Pod", "role": { "role": "footpod", "athlete": "anna" } }),
        ),
        ("PUT", "/api/v1/athletes/ben", json!({ "name": "Ben" })),
    ];
    for (method, path, body) in changes {
        let body = Some(body).filter(|body| !body.is_null());
        let headers: &[_] = if path.ends_with("/context") { &[("if-match", "*")] } else { &[] };
        assert_eq!(ask.ask(method, path, headers, body).await.status, StatusCode::OK, "{method} {path}");
    }
    let token = ask.ask("POST", "/api/v1/tokens", &[], Some(json!({ "name": "Ben's phone" }))).await;
    assert_eq!(token.status, StatusCode::CREATED);
    assert_eq!(token.body["token"].as_str().unwrap().len(), 64);
    let revoked = ask.ask("DELETE", "/api/v1/tokens/Ben's%20phone", &[], None).await;
    assert_eq!(revoked.status, StatusCode::OK);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    for (order, wanted) in [("oldest", [1, 2, 3, 6, 8]), ("newest", [8, 6, 3, 2, 1])] {
        let (mut after, mut got) = (String::new(), Vec::new());
        loop {
            let page = ask.get(&format!("/api/v1/reps?limit=2&order={order}{after}")).await.body;
            got.extend(page["items"].as_array().unwrap().iter().map(|rep| rep["id"].as_u64().unwrap()));
            let Some(next) = page["next_after"].as_u64() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(got, wanted);
    }
    let of_set = ask.get("/api/v1/reps?set=2&station=rack&athlete=anna&exercise=back_squat").await.body;
    assert_eq!(of_set["items"].as_array().unwrap().len(), 3);
    let inbox = ask.get("/api/v1/inbox?station=rack").await.body;
    assert_eq!(inbox["items"][0]["id"], 9);
    assert_eq!(inbox["items"][0]["unlabelled"], json!(["athlete", "exercise", "load_kg"]));
}

#[tokio::test]
async fn a_snapshot_has_all_that_the_screen_shows() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let snapshot = ask.get("/api/v1/stations/rack").await.body;
    assert_eq!(snapshot["server_time"], "2025-10-09T08:54:21.000Z");
    assert_eq!(snapshot["session"]["id"], 1);
    assert_eq!(snapshot["set"]["id"], 9, "the latest of the session");
    assert_eq!(snapshot["reps"][0]["power_unknown_because"], "no load is chosen");
    assert_eq!(snapshot["reps"][0]["ended_at"], "2025-10-09T08:54:18.000Z");
    let previous: Vec<_> =
        snapshot["previous_sets"].as_array().unwrap().iter().map(|set| &set["id"]).collect();
    assert_eq!(previous, [7, 2]);
    assert_eq!(snapshot["cadence"][0]["cadence_steps_min"], 172.0);
    assert_eq!(snapshot["devices"][0]["heart_rate_bpm"], 142.0);
    assert_eq!(snapshot["unlabelled_sets"], 1);
    assert_eq!(snapshot["rest"]["since"], "2025-10-09T08:54:19.000Z");
    let sensors: Vec<_> = snapshot["sensors"].as_array().unwrap().iter().map(|one| &one["sensor"]).collect();
    assert_eq!(sensors, ["bar", "pod"]);
    let elsewhere = ask.get("/api/v1/stations/platform").await.body;
    assert_eq!(elsewhere["set"], Value::Null);
    assert_eq!(elsewhere["sensors"].as_array().unwrap().len(), 1, "another station's bar does not show");
    let advice = ask.get("/api/v1/advice?set=2").await.body;
    let superseded: Vec<_> =
        advice["items"].as_array().unwrap().iter().map(|one| &one["superseded"]).collect();
    assert_eq!(superseded, [true, false]);
    assert_eq!(advice["items"][1]["headline"], "Next set: 102.5 kg");
}

#[tokio::test]
async fn a_change_is_made_to_the_state_that_was_read() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let path = "/api/v1/stations/rack/context";
    let context = |load: f64| Some(json!({ "exercise": "back_squat", "load_kg": load }));
    assert_eq!(ask.ask("PUT", path, &[], context(100.0)).await.status, StatusCode::PRECONDITION_REQUIRED);
    let first = ask.get(path).await.tag();
    let second = ask.ask("PUT", path, &[("if-match", &first)], context(100.0)).await;
    assert_eq!((second.status, &second.body["load_kg"]), (StatusCode::OK, &json!(100.0)));
    assert_ne!(second.tag(), first);
    let late = ask.ask("PUT", path, &[("if-match", &first)], context(110.0)).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(ask.get(path).await.body["load_kg"], 100.0);
    let rep = ask.get("/api/v1/reps/1").await.tag();
    let reject = Some(json!({ "accepted": false }));
    let rejected = ask.ask("PATCH", "/api/v1/reps/1", &[("if-match", &rep)], reject.clone()).await;
    assert_eq!(rejected.body["accepted"], false);
    let late = ask.ask("PATCH", "/api/v1/reps/1", &[("if-match", &rep)], reject).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    let absent =
        ask.ask("PUT", "/api/v1/athletes/ben", &[("if-match", "*")], Some(json!({ "name": "Ben" }))).await;
    assert_eq!(absent.status, StatusCode::PRECONDITION_FAILED, "there is nobody to be changed");
}

#[tokio::test]
async fn of_many_who_saw_the_same_state_one_changes_it() {
    let gym = Gym::new(true);
    let path = "/api/v1/stations/rack/context";
    let tag = Asker::new(gym.web.clone()).get(path).await.tag();
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (mut ask, tag) = (Asker::new(gym.web.clone()), tag.clone());
            tokio::spawn(async move {
                let body = Some(json!({ "planned_reps": n + 1 }));
                ask.ask("PUT", path, &[("if-match", &tag)], body).await.status
            })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap() == StatusCode::OK);
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_repeated_key_changes_once() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let key = [("idempotency-key", "7f1c"), ("if-match", "*")];
    let path = "/api/v1/stations/rack/context";
    let body = || Some(json!({ "load_kg": 80.0 }));
    let once = ask.ask("PUT", path, &key, body()).await;
    let again = ask.ask("PUT", path, &key, body()).await;
    assert_eq!((once.status, once.tag()), (again.status, again.tag()));
    let other = ask.ask("PUT", path, &key, Some(json!({ "load_kg": 81.0 }))).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let end = ask.ask("POST", "/api/v1/stations/rack/end-set", &[("idempotency-key", "8a")], None).await;
    let again = ask.ask("POST", "/api/v1/stations/rack/end-set", &[("idempotency-key", "8a")], None).await;
    assert_eq!(end.body, again.body);
}

#[tokio::test]
async fn which_side_made_a_movement_can_be_said() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    for side in [json!("left"), Value::Null] {
        let said = ask.ask("PATCH", "/api/v1/reps/1", &[], Some(json!({ "side": side }))).await;
        assert_eq!((said.status, &said.body["side"]), (StatusCode::OK, &side));
        assert_eq!((&said.body["stage"], &said.body["accepted"]), (&json!("corrected"), &json!(true)));
    }
}

#[tokio::test]
async fn a_sensor_loses_its_role_and_keeps_its_name() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let path = "/api/v1/sensors/bar";
    let freed = ask.ask("PUT", path, &[], Some(json!({ "name": "Bar 1", "role": null }))).await.body;
    assert_eq!((&freed["name"], &freed["role"]), (&json!("Bar 1"), &Value::Null));
}

#[tokio::test]
async fn what_was_not_done_is_not_answered_as_done() {
    use Refusal::{Busy, Conflict, Failed, Stopping, Store, Unknown};
    let gym = Gym::new(true);
    let (web, mut asks) = gym.without_core(Duration::from_secs(60));
    let words = || "why not".to_owned();
    let refusals = [
        (Conflict(words()), StatusCode::CONFLICT),
        (Unknown(words()), StatusCode::NOT_FOUND),
        (Failed(words()), StatusCode::INTERNAL_SERVER_ERROR),
        (Store(words()), StatusCode::SERVICE_UNAVAILABLE),
        (Busy, StatusCode::SERVICE_UNAVAILABLE),
        (Stopping, StatusCode::SERVICE_UNAVAILABLE),
    ];
    for (refusal, status) in refusals {
        let mut ask = Asker::new(web.clone());
        let patch = json!({ "load_kg": 60.0 });
        let asked = tokio::spawn(async move { ask.ask("PATCH", "/api/v1/sets/7", &[], Some(patch)).await });
        let why = refusal.to_string();
        asks.recv().await.unwrap().reply.send(Err(refusal)).unwrap();
        let answer = asked.await.unwrap();
        assert_eq!((answer.status, &answer.body["detail"]), (status, &json!(why)));
        let later = answer.headers.contains_key("retry-after");
        assert_eq!(later, status == StatusCode::SERVICE_UNAVAILABLE);
    }
    drop(asks);
    let answer = Asker::new(web).ask("POST", "/api/v1/stations/rack/end-set", &[], None).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "the core is gone");
}

#[tokio::test]
async fn who_waits_too_long_is_told() {
    let gym = Gym::new(true);
    let (web, mut asks) = gym.without_core(Duration::from_millis(50));
    let path = "/api/v1/stations/rack/end-set";
    let answer = Asker::new(web.clone()).ask("POST", path, &[], None).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(answer.body["hint"].as_str().unwrap().contains("/api/v1/status"), "{}", answer.body);
    assert!(asks.try_recv().is_ok(), "what was asked is asked");
}

#[tokio::test]
async fn a_store_that_is_gone_is_told_and_not_made_up() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    gym.lose_store();
    for path in ["/api/v1/reps", "/api/v1/status", "/api/v1/tokens", "/api/v1/stations/rack"] {
        let answer = ask.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn labels_stay_unless_they_are_named() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let path = "/api/v1/sets/2";
    let changed = ask.ask("PATCH", path, &[], Some(json!({ "load_kg": null, "goal": "power" }))).await.body;
    assert_eq!(
        (&changed["load_kg"], &changed["goal"], &changed["athlete"]),
        (&Value::Null, &json!("power"), &json!("anna"))
    );
    assert_eq!(changed["unlabelled"], json!(["load_kg"]));
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let context = "/api/v1/stations/rack/context";
    let wrong = [
        ("PUT", context, json!({ "exercise": "bak_squat" }), "exercise"),
        ("PUT", context, json!({ "athlete": "nobody" }), "athlete"),
        ("PUT", context, json!({ "load_kg": "heavy" }), "load_kg"),
        ("PUT", context, json!({ "load_kg": 5000.0 }), "load_kg"),
        ("PUT", context, json!({ "planned_reps": 0 }), "planned_reps"),
        ("PUT", context, json!({ "load": 5 }), "load"),
        ("PUT", context, json!("{\"load_kg\": 1e999}"), "range"),
        ("PUT", context, json!("{"), "EOF"),
        ("PUT", "/api/v1/athletes/Anna%20B", json!({ "name": "Anna" }), "id"),
        ("PUT", "/api/v1/athletes/ben", json!({ "name": "  " }), "name"),
        ("PUT", "/api/v1/athletes/ben", json!({ "name": "Ben", "body_mass_kg": 7 }), "body_mass_kg"),
        ("PUT", "/api/v1/sensors/pod", json!({ "role": { "role": "bar", "station": "none" } }), "station"),
        ("PUT", "/api/v1/sensors/pod", json!({ "role": { "role": "shoe" } }), "role"),
        ("PATCH", "/api/v1/sets/2", json!({ "exercise": "none" }), "exercise"),
        ("PATCH", "/api/v1/reps/1", json!({}), "accepted"),
        ("PATCH", "/api/v1/reps/1", json!({ "accepted": null }), "accepted"),
        ("PATCH", "/api/v1/reps/1", json!({ "accepted": true, "side": "left" }), "not both"),
        ("PATCH", "/api/v1/reps/1", json!({ "side": "middle" }), "side"),
    ];
    for (method, path, body, field) in wrong {
        let answer = ask.ask(method, path, &[("if-match", "*")], Some(body.clone())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{body}: {detail}");
    }
    let large = json!(format!("{{\"athlete\": \"{}\"}}", "a".repeat(70_000)));
    assert_eq!(
        ask.ask("PUT", context, &[("if-match", "*")], Some(large)).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let plain = [("if-match", "*"), ("content-type", "text/plain")];
    assert_eq!(
        ask.ask("PUT", context, &plain, Some(json!({}))).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(ask.ask("POST", "/api/v1/reps/99/reject", &[], None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_status_says_what_to_do_and_the_figures_agree() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let status = ask.get("/api/v1/status").await.body;
    let warnings: Vec<_> =
        status["warnings"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert!(warnings.contains(&"a warning"), "{warnings:?}");
    assert!(warnings.iter().any(|what| what.contains("Bar 1 has 9 %")), "{warnings:?}");
    assert_eq!(status["inputs"], json!({ "received": 12, "lost": 1 }));
    assert_eq!(status["tasks"]["radio"]["restarts"], 1);
    let notice = &status["notices"][0];
    assert_eq!((&notice["kind"], &notice["sensor"]), (&json!("samples_lost"), &json!("bar")));
    let metrics = ask.get("/metrics").await.body;
    let metrics = metrics.as_str().unwrap();
    let seq = format!("ironstride_journal_seq {}.0", status["store"]["seq"]);
    let wanted = [
        "ironstride_inputs_received_total 12",
        "ironstride_inputs_lost_total 1",
        "ironstride_lag_seconds 0.25",
        "ironstride_events_total{kind=\"rep\"} 5",
        "ironstride_task_restarts_total{task=\"radio\"} 1",
        "ironstride_sensor_battery_percent{sensor=\"bar\"} 9.0",
        "ironstride_written_bytes_total{what=\"events\"}",
        &seq,
        "# EOF",
    ];
    for line in wanted {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}
