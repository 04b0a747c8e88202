//! Sets, and the inbox of those that wait for labels.

use super::super::change::{Plan, Tagged, revision_tag};
use super::super::extract::{Json, Path, Query, Wish};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::Page;
use super::super::views::set::SetRecord;
use super::super::views::wanted::SetPatch;
use super::{check, page, part, unknown};
use crate::model::{self, AthleteId, Change, ExerciseId, Order, SessionId, SetId, StationContext, StationId};
use crate::store::{Placed, SetFilter};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which sets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Of this session.
    session: Option<u64>,
    /// At this station.
    station: Option<String>,
    /// Of this athlete.
    athlete: Option<String>,
    /// In this exercise.
    exercise: Option<String>,
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

/// Which sets of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    /// At this station.
    station: Option<String>,
    /// Only what comes behind this id.
    after: Option<u64>,
    /// At most so many, 1 to 1000.
    limit: Option<u32>,
}

/// Sets.
#[utoipa::path(get, path = "/api/v1/sets", tag = "training", params(Which), responses((status = 200, body = Page<SetRecord>)))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Page<SetRecord>>, Problem> {
    let filter = SetFilter {
        session: which.session.map(SessionId),
        station: which.station.map(StationId),
        athlete: which.athlete.map(AthleteId),
        exercise: which.exercise.map(ExerciseId),
        open: which.open,
        inbox: false,
        page: part(which.after, which.limit, which.order)?,
    };
    read(web, filter).await
}

/// Closed sets whose athlete, exercise or load nobody has said yet, the newest first.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "training", params(Waiting), responses((status = 200, body = Page<SetRecord>)))]
pub(crate) async fn inbox(
    State(web): State<Web>,
    Query(which): Query<Waiting>,
) -> Result<axum::Json<Page<SetRecord>>, Problem> {
    let page = part(which.after, which.limit, super::Order::Newest)?;
    read(web, SetFilter { station: which.station.map(StationId), inbox: true, page, ..Default::default() })
        .await
}

async fn read(web: Web, filter: SetFilter) -> Result<axum::Json<Page<SetRecord>>, Problem> {
    let part = filter.page;
    let found = blocking(move || Ok(web.reader().sets(&filter)?)).await?;
    Ok(axum::Json(page(part, found, |set| set.value.id.0, |set| SetRecord::of(&set.value, &set.clock))))
}

/// One set.
#[utoipa::path(get, path = "/api/v1/sets/{id}", tag = "training", params(("id" = u64, Path, description = "The set")),
    responses((status = 200, body = SetRecord)))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<u64>) -> Result<Tagged<SetRecord>, Problem> {
    blocking(move || current(&web, SetId(id))).await
}

/// Labels a set, open or closed. Power, loss, advice and exports follow.
#[utoipa::path(patch, path = "/api/v1/sets/{id}", tag = "training", params(("id" = u64, Path, description = "The set")),
    request_body = SetPatch, responses((status = 200, body = SetRecord)))]
pub(crate) async fn patch(
    State(web): State<Web>,
    Path(id): Path<u64>,
    wish: Wish,
    Json(wanted): Json<SetPatch>,
) -> Result<Tagged<SetRecord>, Problem> {
    let set = SetId(id);
    web.change(wish, move |web| {
        let now = found(web, set)?.value;
        let context = labels(web, &now, wanted)?;
        let tag = Some(revision_tag(now.revision));
        Ok(Plan { change: Change::Order(Order::LabelSet { set, context }), tag })
    })
    .await?;
    blocking(move || current(&web, set)).await
}

/// All labels of a set: what is said now over what was said before.
fn labels(web: &Web, now: &model::SetRecord, wanted: SetPatch) -> Result<StationContext, Problem> {
    let SetPatch { athlete, exercise, load_kg, goal, role, target_velocity_m_s: target } = wanted;
    Ok(StationContext {
        athlete: athlete.over(now.athlete.clone(), |athlete| web.known_athlete(athlete))?,
        exercise: exercise.over(now.exercise.clone(), |exercise| web.known_exercise(exercise))?,
        load_kg: load_kg.over(now.load_kg, check::load)?,
        goal: goal.over(now.goal, |goal| Ok::<_, Problem>(goal.map(Into::into)))?,
        role: role.over(now.role, |role| Ok::<_, Problem>(role.map(Into::into)))?,
        target_velocity_m_s: target.over(None, check::target_velocity)?,
        ..StationContext::default()
    })
}

fn current(web: &Web, id: SetId) -> Result<Tagged<SetRecord>, Problem> {
    let set = found(web, id)?;
    Ok(Tagged { tag: revision_tag(set.value.revision), view: SetRecord::of(&set.value, &set.clock) })
}

fn found(web: &Web, id: SetId) -> Result<Placed<model::SetRecord>, Problem> {
    web.reader().set(id)?.ok_or_else(|| unknown("set", id, "sets"))
}
