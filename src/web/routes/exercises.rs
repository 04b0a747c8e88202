//! The exercise catalogue.

use super::super::extract::Query;
use super::super::problem::Problem;
use super::super::state::Web;
use super::super::views::Whole;
use super::super::views::exercise::Exercise;
use crate::model;
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
    let wanted = plain(&which.q.unwrap_or_default());
    let found = web
        .config()
        .exercises
        .iter()
        .filter(|exercise| names(exercise).any(|name| plain(name).contains(&wanted)));
    Ok(axum::Json(Whole { items: found.map(Into::into).collect() }))
}

fn names(exercise: &model::Exercise) -> impl Iterator<Item = &str> {
    let own = [exercise.id.as_str(), exercise.name.as_str()];
    own.into_iter().chain(exercise.aliases.iter().map(String::as_str))
}

/// A word without the signs and capitals in which identifiers and names differ.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', '-'], " ")
}
