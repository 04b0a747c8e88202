//! Advice, with everything needed to see why.

use super::super::extract::{Path, Query};
use super::super::problem::Problem;
use super::super::snapshot::advised;
use super::super::state::{Web, blocking};
use super::super::views::Page;
use super::super::views::advice::Advice;
use super::{page, part, unknown};
use crate::model::{AdviceId, AthleteId, SetId, StationId};
use crate::store::AdviceFilter;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which advice.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// After or within this set.
    set: Option<u64>,
    /// At this station.
    station: Option<String>,
    /// To this athlete.
    athlete: Option<String>,
    /// Only advice that newer advice has not replaced.
    #[serde(default)]
    #[param(required = false)]
    current: bool,
    /// Only what comes behind this id.
    after: Option<u64>,
    /// At most so many, 1 to 1000.
    limit: Option<u32>,
    /// From the oldest or from the newest on.
    #[serde(default)]
    #[param(required = false, inline)]
    order: super::Order,
}

/// Advice.
#[utoipa::path(get, path = "/api/v1/advice", tag = "training", params(Which), responses((status = 200, body = Page<Advice>)))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Page<Advice>>, Problem> {
    let part = part(which.after, which.limit, which.order)?;
    let filter = AdviceFilter {
        set: which.set.map(SetId),
        station: which.station.map(StationId),
        athlete: which.athlete.map(AthleteId),
        current: which.current,
        page: part,
    };
    let found = blocking(move || Ok(web.reader().advice(&filter)?)).await?;
    Ok(axum::Json(page(part, found, |advice| advice.value.advice.id.0, advised)))
}

/// One piece of advice.
#[utoipa::path(get, path = "/api/v1/advice/{id}", tag = "training", params(("id" = u64, Path, description = "The advice")),
    responses((status = 200, body = Advice)))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<u64>) -> Result<axum::Json<Advice>, Problem> {
    let found = blocking(move || Ok(web.reader().advice_by_id(AdviceId(id))?)).await?;
    Ok(axum::Json(advised(&found.ok_or_else(|| unknown("advice", id, "advice"))?)))
}
