//! Sensors, and what people say they are for.

use super::super::change::{Plan, Tagged, content_tag};
use super::super::extract::{Json, Path, Wish};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::Whole;
use super::super::views::sensor::{Sensor, SensorRole};
use super::super::views::wanted::NewSensorProfile;
use super::check;
use crate::model::{Change, SensorId, SensorProfile};
use axum::extract::State;

/// All sensors that were ever seen.
#[utoipa::path(get, path = "/api/v1/sensors", tag = "sensors", responses((status = 200, body = Whole<Sensor>)))]
pub(crate) async fn list(State(web): State<Web>) -> Result<axum::Json<Whole<Sensor>>, Problem> {
    blocking(move || Ok(axum::Json(Whole { items: web.sensors()? }))).await
}

/// One sensor.
#[utoipa::path(get, path = "/api/v1/sensors/{id}", tag = "sensors", params(("id" = String, Path, description = "The sensor's address")),
    responses((status = 200, body = Sensor)))]
pub(crate) async fn one(State(web): State<Web>, Path(id): Path<SensorId>) -> Result<Tagged<Sensor>, Problem> {
    blocking(move || current(&web, &id)).await
}

/// Says what a sensor is called and what it is for; replaces what was said before.
#[utoipa::path(put, path = "/api/v1/sensors/{id}", tag = "sensors", params(("id" = String, Path, description = "The sensor's address")),
    request_body = NewSensorProfile, responses((status = 200, body = Sensor)))]
pub(crate) async fn put(
    State(web): State<Web>,
    Path(id): Path<SensorId>,
    wish: Wish,
    Json(wanted): Json<NewSensorProfile>,
) -> Result<Tagged<Sensor>, Problem> {
    let sensor = id.clone();
    web.change(wish, move |web| {
        let tag = Some(current(web, &sensor)?.tag);
        Ok(Plan { change: Change::Sensor(profile(web, sensor, wanted)?), tag })
    })
    .await?;
    blocking(move || current(&web, &id)).await
}

fn profile(web: &Web, sensor: SensorId, wanted: NewSensorProfile) -> Result<SensorProfile, Problem> {
    match &wanted.role {
        Some(SensorRole::Bar { station, .. }) => web.known_station(station)?,
        Some(SensorRole::Footpod { athlete, .. } | SensorRole::Strap { athlete }) => {
            web.known_athlete(Some(athlete.clone()))?;
        }
        Some(SensorRole::Treadmill { athlete }) => drop(web.known_athlete(athlete.clone())?),
        None => {}
    }
    Ok(SensorProfile {
        sensor,
        name: wanted.name.map(|name| check::name("name", &name)).transpose()?,
        role: wanted.role.map(Into::into),
        cadence_unit: wanted.cadence_unit.map(Into::into),
    })
}

/// The sensor; its tag covers what people said, not what it reports of itself ever anew.
fn current(web: &Web, id: &SensorId) -> Result<Tagged<Sensor>, Problem> {
    let view = web.sensors()?.into_iter().find(|sensor| sensor.sensor == id.as_str()).ok_or_else(|| {
        Problem::unknown(
            format!("no sensor {:?} was ever seen", id.as_str()),
            "switch it on near the gym's receiver; GET /api/v1/sensors lists those that were seen",
        )
    })?;
    Ok(Tagged { tag: content_tag(&(&view.name, &view.role, &view.cadence_unit)), view })
}
