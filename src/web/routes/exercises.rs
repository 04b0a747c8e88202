//! The exercise catalogue.

use super::super::extract::Query;
use super::super::problem::Problem;
use super::super::state::Web;
use super::super::views::Whole;
use super::super::views::exercise::Exercise;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which exercises.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Part of an identifier, a name or an alias; capitals, `_` and `-` don't matter.
    q: Option<String>,
}

/// The exercise catalogue, or the entries with a word in their names.
#[utoipa::path(get, path = "/api/v1/exercises", tag = "training", params(Which), responses((status = 200, body = Whole<Exercise>)))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(which): Query<Which>,
) -> Result<axum::Json<Whole<Exercise>>, Problem> {
    let word = which.q.unwrap_or_default();
    let found = web.config().exercises.iter().filter(|exercise| exercise.is_called(&word));
    Ok(axum::Json(Whole { items: found.map(Into::into).collect() }))
}
