//! Stations: what is there, who lifts what, the end of a set.

use super::super::change::{Plan, Tagged, revision_tag};
use super::super::extract::{Expected, Json, Path, Wish};
use super::super::problem::Problem;
use super::super::snapshot;
use super::super::state::{Web, blocking};
use super::super::views::people::Context;
use super::super::views::station::{Snapshot, Station};
use super::super::views::wanted::NewContext;
use super::super::views::{Done, Whole};
use super::check;
use crate::model::{Change, Order, StationContext, StationId};
use axum::extract::State;

/// All stations.
#[utoipa::path(get, path = "/api/v1/stations", tag = "stations", responses((status = 200, body = Whole<Station>)))]
pub(crate) async fn list(State(web): State<Web>) -> Result<axum::Json<Whole<Station>>, Problem> {
    let stations = blocking(move || web.stations()).await?;
    Ok(axum::Json(Whole { items: stations.iter().map(Into::into).collect() }))
}

/// All that a station's screen shows now.
#[utoipa::path(get, path = "/api/v1/stations/{id}", tag = "stations", params(("id" = String, Path, description = "The station")),
    responses((status = 200, body = Snapshot)))]
pub(crate) async fn snapshot(
    State(web): State<Web>,
    Path(id): Path<StationId>,
) -> Result<axum::Json<Snapshot>, Problem> {
    blocking(move || web.snapshot(&id)).await.map(axum::Json)
}

/// Who lifts what at a station. Its `ETag` is the `If-Match` of a change.
#[utoipa::path(get, path = "/api/v1/stations/{id}/context", tag = "stations", params(("id" = String, Path, description = "The station")),
    responses((status = 200, body = Context)))]
pub(crate) async fn context(
    State(web): State<Web>,
    Path(id): Path<StationId>,
) -> Result<Tagged<Context>, Problem> {
    current(web, id).await
}

/// Says who lifts what from now on.
///
/// Replaces all that was said before, so it needs `If-Match`: the `ETag` that was read, or `*` to replace whatever is
/// there. Another athlete, exercise or load closes an open set.
#[utoipa::path(put, path = "/api/v1/stations/{id}/context", tag = "stations", params(("id" = String, Path, description = "The station")),
    request_body = NewContext, responses((status = 200, body = Context)))]
pub(crate) async fn set_context(
    State(web): State<Web>,
    Path(id): Path<StationId>,
    wish: Wish,
    Json(wanted): Json<NewContext>,
) -> Result<Tagged<Context>, Problem> {
    web.check_station(&id).await?;
    if wish.state == Expected::Unsaid {
        return Err(Problem::precondition());
    }
    let station = id.clone();
    web.change(wish, move |web| {
        let context = checked(web, wanted)?;
        let (now, _) = snapshot::context(web.reader(), &station)?;
        let tag = Some(revision_tag(now.revision));
        Ok(Plan { change: Change::Order(Order::SetStation { station, context }), tag })
    })
    .await?;
    current(web, id).await
}

async fn current(web: Web, id: StationId) -> Result<Tagged<Context>, Problem> {
    web.check_station(&id).await?;
    let (view, _) = blocking(move || Ok(snapshot::context(web.reader(), &id)?)).await?;
    Ok(Tagged { tag: revision_tag(view.revision), view })
}

fn checked(web: &Web, wanted: NewContext) -> Result<StationContext, Problem> {
    Ok(StationContext {
        athlete: web.known_athlete(wanted.athlete)?,
        exercise: web.known_exercise(wanted.exercise)?,
        load_kg: check::load(wanted.load_kg)?,
        goal: wanted.goal.map(Into::into),
        role: wanted.role.map(Into::into),
        target_velocity_m_s: check::target_velocity(wanted.target_velocity_m_s)?,
        planned_reps: check::within("planned_reps", wanted.planned_reps.map(f64::from), 1.0, 1000.0)
            .map(|_| wanted.planned_reps)?,
        planned_rest_s: check::within("planned_rest_s", wanted.planned_rest_s, 0.0, 86_400.0)?,
    })
}

/// Ends the open set, if there is one.
#[utoipa::path(post, path = "/api/v1/stations/{id}/end-set", tag = "stations", params(("id" = String, Path, description = "The station")),
    responses((status = 200, body = Done)))]
pub(crate) async fn end_set(
    State(web): State<Web>,
    Path(id): Path<StationId>,
    wish: Wish,
) -> Result<axum::Json<Done>, Problem> {
    order(web, id.clone(), wish, Order::EndSet { station: id }).await
}

/// Ends the open session and its set, if there is one.
#[utoipa::path(post, path = "/api/v1/stations/{id}/end-session", tag = "stations", params(("id" = String, Path, description = "The station")),
    responses((status = 200, body = Done)))]
pub(crate) async fn end_session(
    State(web): State<Web>,
    Path(id): Path<StationId>,
    wish: Wish,
) -> Result<axum::Json<Done>, Problem> {
    order(web, id.clone(), wish, Order::EndSession { station: id }).await
}

async fn order(web: Web, id: StationId, wish: Wish, order: Order) -> Result<axum::Json<Done>, Problem> {
    web.check_station(&id).await?;
    let seq = web.change(wish, move |_| Ok(Plan { change: Change::Order(order), tag: None })).await?;
    Ok(axum::Json(Done { seq }))
}
