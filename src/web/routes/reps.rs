//! Repetitions, and people's word on whether they were any.

use super::super::change::{Plan, Tagged, revision_tag};
use super::super::extract::{Json, Path, Query, Wish};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::Page;
use super::super::views::rep::Rep;
use super::super::views::wanted::{RepPatch, Said};
use super::{page, part, unknown};
use crate::model::{AthleteId, Change, ExerciseId, Order, RepId, SetId, StationId};
use crate::store::{Placed, RepFilter, StoreError};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which repetitions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Of this set.
    set: Option<u64>,
    /// At this station.
    station: Option<String>,
    /// Of this athlete.
    athlete: Option<String>,
    /// In this exercise.
    exercise: Option<String>,
    /// Only what comes behind this id.
    after: Option<u64>,
    /// At most so many, 1 to 1000.
    limit: Option<u32>,
    /// From the oldest or from the newest on.
    #[serde(default)]
    #[param(required = false, inline)]
    order: super::Order,
}

/// Repetitions, rejected movements too.
#[utoipa::path(get, path = "/api/v1/reps", tag = "training", params(Which), responses((status = 200, body = Page<Rep>)))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Page<Rep>>, Problem> {
    let part = part(which.after, which.limit, which.order)?;
    let filter = RepFilter {
        set: which.set.map(SetId),
        station: which.station.map(StationId),
        athlete: which.athlete.map(AthleteId),
        exercise: which.exercise.map(ExerciseId),
        page: part,
    };
    let found = blocking(move || Ok(web.reader().reps(&filter)?)).await?;
    Ok(axum::Json(page(part, found, |rep| rep.value.id.0, |rep| Rep::of(&rep.value, &rep.clock))))
}

/// One repetition.
#[utoipa::path(get, path = "/api/v1/reps/{id}", tag = "training", params(("id" = u64, Path, description = "The repetition")),
    responses((status = 200, body = Rep)))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<u64>) -> Result<Tagged<Rep>, Problem> {
    blocking(move || current(&web, RepId(id))).await
}

/// Corrects a movement: whether it counts, or which side made it.
///
/// That is all there is to edit. What was measured stays as it was measured: a correction is kept beside the machine's
/// value, the movement's `stage` becomes `corrected`, and losses, caps and advice follow. What was lifted, by whom and
/// for what is said of the whole set (PATCH /api/v1/sets/ID).
#[utoipa::path(patch, path = "/api/v1/reps/{id}", tag = "training", params(("id" = u64, Path, description = "The repetition")),
    request_body = RepPatch, responses((status = 200, body = Rep)))]
pub(crate) async fn patch(
    State(web): State<Web>,
    Path(id): Path<u64>,
    wish: Wish,
    Json(wanted): Json<RepPatch>,
) -> Result<Tagged<Rep>, Problem> {
    let rep = RepId(id);
    let order = match (wanted.accepted, wanted.side) {
        (Said::Now(Some(accepted)), Said::Nothing) => judgement(rep, accepted),
        (Said::Nothing, Said::Now(side)) => Order::SideRep { rep, side: side.map(Into::into) },
        _ => {
            let hint = "send {\"accepted\": true}, {\"accepted\": false} or {\"side\": \"left\"}";
            return Err(Problem::bad("one of `accepted` and `side` is needed, and not both", hint));
        }
    };
    correct(web, rep, wish, order).await
}

/// A rejected movement was a repetition after all.
#[utoipa::path(post, path = "/api/v1/reps/{id}/restore", tag = "training", params(("id" = u64, Path, description = "The repetition")),
    responses((status = 200, body = Rep)))]
pub(crate) async fn restore(
    State(web): State<Web>,
    Path(id): Path<u64>,
    wish: Wish,
) -> Result<Tagged<Rep>, Problem> {
    correct(web, RepId(id), wish, judgement(RepId(id), true)).await
}

/// A repetition was none.
#[utoipa::path(post, path = "/api/v1/reps/{id}/reject", tag = "training", params(("id" = u64, Path, description = "The repetition")),
    responses((status = 200, body = Rep)))]
pub(crate) async fn reject(
    State(web): State<Web>,
    Path(id): Path<u64>,
    wish: Wish,
) -> Result<Tagged<Rep>, Problem> {
    correct(web, RepId(id), wish, judgement(RepId(id), false)).await
}

fn judgement(rep: RepId, accepted: bool) -> Order {
    if accepted { Order::RestoreRep { rep } } else { Order::RejectRep { rep } }
}

async fn correct(web: Web, rep: RepId, wish: Wish, order: Order) -> Result<Tagged<Rep>, Problem> {
    web.change(wish, move |web| {
        let now = found(web.reader().rep(rep), rep)?;
        Ok(Plan { change: Change::Order(order), tag: Some(revision_tag(now.value.revision)) })
    })
    .await?;
    blocking(move || current(&web, rep)).await
}

fn current(web: &Web, id: RepId) -> Result<Tagged<Rep>, Problem> {
    let rep = found(web.reader().rep(id), id)?;
    Ok(Tagged { tag: revision_tag(rep.value.revision), view: Rep::of(&rep.value, &rep.clock) })
}

fn found<T>(read: Result<Option<Placed<T>>, StoreError>, id: RepId) -> Result<Placed<T>, Problem> {
    read?.ok_or_else(|| unknown("repetition", id, "reps"))
}
