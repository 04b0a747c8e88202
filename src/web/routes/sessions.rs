//! Training sessions.

use super::super::extract::{Path, Query};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::Page;
use super::super::views::set::Session;
use super::{page, part, unknown};
use crate::model::{AthleteId, SessionId, StationId};
use crate::store::SessionFilter;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// At this station.
    station: Option<String>,
    /// Of this athlete.
    athlete: Option<String>,
    /// Only open ones, or only closed ones.
    open: Option<bool>,
    /// Only what comes behind this id.
    after: Option<u64>,
    /// At most so many, 1 to 1000.
    limit: Option<u32>,
    /// From the oldest or from the newest on.
    #[serde(default)]
    #[param(required = false, inline)]
    order: super::Order,
}

/// Training sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "training", params(Which), responses((status = 200, body = Page<Session>)))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Page<Session>>, Problem> {
    let part = part(which.after, which.limit, which.order)?;
    let filter = SessionFilter {
        station: which.station.map(StationId),
        athlete: which.athlete.map(AthleteId),
        open: which.open,
        page: part,
    };
    let found = blocking(move || Ok(web.reader().sessions(&filter)?)).await?;
    let view = |session: &crate::store::Placed<_>| Session::of(&session.value, &session.clock);
    Ok(axum::Json(page(part, found, |session| session.value.id.0, view)))
}

/// One training session.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "training", params(("id" = u64, Path, description = "The session")),
    responses((status = 200, body = Session)))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<u64>) -> Result<axum::Json<Session>, Problem> {
    let found = blocking(move || Ok(web.reader().session(SessionId(id))?)).await?;
    let session = found.ok_or_else(|| unknown("session", id, "sessions"))?;
    Ok(axum::Json(Session::of(&session.value, &session.clock)))
}
