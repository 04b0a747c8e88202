//! Who may do what: the machine itself, the network, a device with a token, a page of somebody else.

use super::document::Asker;
use super::ground::{Gym, TOKEN};
use axum::http::StatusCode;
use serde_json::json;

const LAN: [u8; 4] = [192, 168, 1, 20];
const PATH: &str = "/api/v1/stations/rack/end-set";

#[tokio::test]
async fn reading_is_open_and_changing_needs_a_token() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    assert_eq!(ask.ask("POST", PATH, &[], None).await.status, StatusCode::OK, "the machine itself");
    ask.from(LAN);
    assert_eq!(ask.get("/api/v1/status").await.status, StatusCode::OK);
    let refused = ask.ask("POST", PATH, &[], None).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    let with = |token: &str| format!("Bearer {token}");
    let wrong = with("another token");
    assert_eq!(
        ask.ask("POST", PATH, &[("authorization", &wrong)], None).await.status,
        StatusCode::UNAUTHORIZED
    );
    let right = with(TOKEN);
    assert_eq!(ask.ask("POST", PATH, &[("authorization", &right)], None).await.status, StatusCode::OK);
    let cookie = format!("ironstride_token={TOKEN}");
    let by_cookie = ask.ask("POST", PATH, &[("cookie", &cookie)], None).await.status;
    assert_eq!(by_cookie, StatusCode::UNAUTHORIZED, "a browser sends cookies for any page");
}

#[tokio::test]
async fn a_proxy_on_the_machine_is_not_the_machine() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let handed_on = ask.ask("POST", PATH, &[("x-forwarded-for", "203.0.113.5")], None).await;
    assert_eq!(handed_on.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn reading_can_need_a_token_too() {
    let gym = Gym::new(false);
    let mut ask = Asker::new(gym.web.clone());
    assert_eq!(ask.get("/api/v1/reps").await.status, StatusCode::OK, "the machine itself");
    ask.from(LAN);
    for path in ["/api/v1/reps", "/metrics", "/api/v1/stream"] {
        assert_eq!(ask.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(ask.get("/healthz").await.status, StatusCode::OK);
    let cookie = format!("ironstride_token={TOKEN}");
    assert_eq!(ask.ask("GET", "/api/v1/reps", &[("cookie", &cookie)], None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_are_made_at_the_machine_only_and_work_at_once() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let name = || Some(json!({ "name": "tablet" }));
    let token =
        ask.ask("POST", "/api/v1/tokens", &[], name()).await.body["token"].as_str().unwrap().to_owned();
    ask.from(LAN);
    let bearer = format!("Bearer {token}");
    let bearer = [("authorization", bearer.as_str())];
    assert_eq!(ask.ask("POST", PATH, &bearer, None).await.status, StatusCode::OK);
    assert_eq!(ask.ask("POST", "/api/v1/tokens", &bearer, name()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_and_its_name_is_free() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    let name = || Some(json!({ "name": "phone" }));
    assert_eq!(ask.ask("POST", "/api/v1/tokens", &[], name()).await.status, StatusCode::CONFLICT);
    let listed = ask.get("/api/v1/tokens").await.body;
    let made_at = "2025-10-09T08:53:20.000Z";
    assert_eq!(listed["items"], json!([{ "name": "phone", "made_at": made_at }]));
    let bearer = format!("Bearer {TOKEN}");
    let bearer = [("authorization", bearer.as_str())];
    let path = "/api/v1/tokens/phone";
    ask.from(LAN);
    assert_eq!(ask.ask("DELETE", path, &[], None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask.ask("DELETE", path, &bearer, None).await.status, StatusCode::OK);
    assert_eq!(ask.ask("POST", PATH, &bearer, None).await.status, StatusCode::UNAUTHORIZED);
    ask.from([127, 0, 0, 1]);
    assert_eq!(ask.ask("DELETE", path, &[], None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask.get("/api/v1/tokens").await.body["items"], json!([]));
    assert_eq!(ask.ask("POST", "/api/v1/tokens", &[], name()).await.status, StatusCode::CREATED);
    ask.from(LAN);
    assert_eq!(ask.ask("POST", PATH, &bearer, None).await.status, StatusCode::UNAUTHORIZED, "another token");
}

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    for host in ["evil.example", "gym.example.evil.example", "", "localhost.evil.example:8480"] {
        let answer = ask.to(host).get("/api/v1/status").await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host:?}");
    }
    for host in
        ["localhost", "127.0.0.1:8480", "[::1]:8480", "192.168.1.5", "gym.example:8480", "GYM.example"]
    {
        assert_eq!(ask.to(host).get("/api/v1/status").await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn another_page_changes_nothing() {
    let gym = Gym::new(true);
    let mut ask = Asker::new(gym.web.clone());
    for origin in ["http://evil.example", "null", "http://localhost:3000", "http://localhost"] {
        let answer = ask.ask("POST", PATH, &[("origin", origin)], None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
    }
    let own = ask.ask("POST", PATH, &[("origin", "http://localhost:8480")], None).await;
    assert_eq!(own.status, StatusCode::OK);
    let read = ask.ask("GET", "/api/v1/status", &[("origin", "http://evil.example")], None).await;
    assert!(!read.headers.contains_key("access-control-allow-origin"), "its browser won't show it");
}

#[tokio::test]
async fn answers_tell_browsers_to_be_careful() {
    let gym = Gym::new(true);
    let headers = Asker::new(gym.web.clone()).get("/api/v1/status").await.headers;
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
}
