//! The routes of the API. Each is added together with its entry in the document.

mod advice;
mod athletes;
mod check;
mod exercises;
mod program;
mod reps;
mod sensors;
mod sessions;
mod sets;
mod stations;
mod tokens;

use super::problem::Problem;
use super::state::Web;
use super::stream;
use crate::store;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use program::HEALTH;

/// All routes that need the right to read or change, with their entries in the document.
pub(crate) fn api() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(program::status))
        .routes(routes!(program::document))
        .routes(routes!(program::metrics))
        .routes(routes!(stations::list))
        .routes(routes!(stations::snapshot))
        .routes(routes!(stations::context, stations::set_context))
        .routes(routes!(stations::end_set))
        .routes(routes!(stations::end_session))
        .routes(routes!(reps::list))
        .routes(routes!(reps::one, reps::patch))
        .routes(routes!(reps::restore))
        .routes(routes!(reps::reject))
        .routes(routes!(sets::list))
        .routes(routes!(sets::one, sets::patch))
        .routes(routes!(sets::inbox))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::one))
        .routes(routes!(sensors::list))
        .routes(routes!(sensors::one, sensors::put))
        .routes(routes!(athletes::list))
        .routes(routes!(athletes::one, athletes::put))
        .routes(routes!(exercises::list))
        .routes(routes!(advice::list))
        .routes(routes!(advice::one))
        .routes(routes!(stream::stream))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
}

/// Routes that anybody may ask: whether the daemon lives.
pub(crate) fn open() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(program::health))
}

/// In which order a list comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// By rising id.
    #[default]
    Oldest,
    /// By falling id.
    Newest,
}

/// The part of a list that was asked for; one item more is read to know whether there is another page.
fn part(after: Option<u64>, limit: Option<u32>, order: Order) -> Result<store::Page, Problem> {
    let limit = limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        let wrong = format!("{limit} is not between 1 and 1000");
        return Err(Problem::field("limit", wrong, "take the next page with `after`"));
    }
    Ok(store::Page { after, limit: limit + 1, newest_first: order == Order::Newest })
}

/// A page of a list from what was read for it.
fn page<T, V>(
    part: store::Page,
    mut found: Vec<T>,
    id: impl Fn(&T) -> u64,
    view: impl Fn(&T) -> V,
) -> super::views::Page<V> {
    let limit = part.limit as usize - 1;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_after = if more { found.last().map(id) } else { None };
    super::views::Page { items: found.iter().map(view).collect(), next_after }
}

/// The problem that there is no such thing.
fn unknown(what: &str, id: impl std::fmt::Display, list: &str) -> Problem {
    Problem::unknown(format!("there is no {what} {id}"), format!("GET /api/v1/{list} lists what there is"))
}
