//! The program itself: how it is, its figures, its document.

use super::super::metrics;
use super::super::openapi::openapi;
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::status::{Health, Status};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Where it can be asked whether the daemon lives.
pub(crate) const HEALTH: &str = "/healthz";

/// How the daemon is, and what a person should see to.
#[utoipa::path(get, path = "/api/v1/status", tag = "program", responses((status = 200, body = Status)))]
pub(crate) async fn status(State(web): State<Web>) -> Result<axum::Json<Status>, Problem> {
    blocking(move || web.status()).await.map(axum::Json)
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "program", responses((status = 200, body = serde_json::Value, description = "OpenAPI 3.1")))]
pub(crate) async fn document() -> axum::Json<serde_json::Value> {
    axum::Json(openapi())
}

/// Figures for a monitoring system.
#[utoipa::path(get, path = "/metrics", tag = "program",
    responses((status = 200, body = String, content_type = "application/openmetrics-text", description = "OpenMetrics 1.0")))]
pub(crate) async fn metrics(State(web): State<Web>) -> Result<Response, Problem> {
    let text = blocking(move || {
        let text = metrics::text(&web.status()?, &web.hub().kinds());
        text.map_err(|_| Problem::internal("the figures could not be written"))
    })
    .await?;
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Whether the daemon has started.
#[utoipa::path(get, path = HEALTH, tag = "program", responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn health(State(web): State<Web>) -> (StatusCode, axum::Json<Health>) {
    let (status, health) = if web.vitals().is_ready() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting")
    };
    (status, axum::Json(Health { health: health.to_owned() }))
}
