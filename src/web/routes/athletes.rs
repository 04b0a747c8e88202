//! Athletes.

use super::super::change::{Plan, Tagged, content_tag};
use super::super::extract::{Json, Path, Wish};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::Whole;
use super::super::views::people::Athlete;
use super::super::views::wanted::NewAthlete;
use super::{check, unknown};
use crate::model::{AthleteId, AthleteProfile, Change};
use axum::extract::State;

/// All athletes.
#[utoipa::path(get, path = "/api/v1/athletes", tag = "people", responses((status = 200, body = Whole<Athlete>)))]
pub(crate) async fn list(State(web): State<Web>) -> Result<axum::Json<Whole<Athlete>>, Problem> {
    let athletes = blocking(move || Ok(web.reader().athletes()?)).await?;
    Ok(axum::Json(Whole { items: athletes.iter().map(Into::into).collect() }))
}

/// One athlete.
#[utoipa::path(get, path = "/api/v1/athletes/{id}", tag = "people", params(("id" = String, Path, description = "The athlete")),
    responses((status = 200, body = Athlete)))]
pub(crate) async fn one(
    State(web): State<Web>,
    Path(id): Path<AthleteId>,
) -> Result<Tagged<Athlete>, Problem> {
    blocking(move || current(&web, &id)?.ok_or_else(|| unknown("athlete", &id, "athletes"))).await
}

/// Adds an athlete, or changes one.
#[utoipa::path(put, path = "/api/v1/athletes/{id}", tag = "people", params(("id" = String, Path, description = "1 to 40 small letters, digits, `_` and `-`")),
    request_body = NewAthlete, responses((status = 200, body = Athlete)))]
pub(crate) async fn put(
    State(web): State<Web>,
    Path(id): Path<AthleteId>,
    wish: Wish,
    Json(wanted): Json<NewAthlete>,
) -> Result<Tagged<Athlete>, Problem> {
    check::slug("id", id.as_str())?;
    let profile = AthleteProfile {
        id: id.clone(),
        name: check::name("name", &wanted.name)?,
        body_mass_kg: check::within("body_mass_kg", wanted.body_mass_kg, 20.0, 400.0)?,
    };
    let athlete = id.clone();
    web.change(wish, move |web| {
        let tag = current(web, &athlete)?.map(|now| now.tag);
        Ok(Plan { change: Change::Athlete(profile), tag })
    })
    .await?;
    blocking(move || current(&web, &id)?.ok_or_else(|| unknown("athlete", &id, "athletes"))).await
}

fn current(web: &Web, id: &AthleteId) -> Result<Option<Tagged<Athlete>>, Problem> {
    let view = web.athlete(id)?.as_ref().map(Athlete::from);
    Ok(view.map(|view| Tagged { tag: content_tag(&view), view }))
}
