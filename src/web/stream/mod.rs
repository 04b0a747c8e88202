//! The live stream: server-sent events that a client can go on with where it was.

mod client;
mod frame;
mod hub;
mod known;
mod ring;
mod traces;

pub use hub::Hub;

use super::extract::Query;
use super::problem::Problem;
use super::state::Web;
use crate::model::StationId;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use client::Client;
use futures_util::stream::unfold;
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::IntoParams;

/// What a client listens to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listening {
    /// Only this station, beginning with a `snapshot` and with its `trace`; else all events of the gym.
    station: Option<String>,
}

/// The live stream (server-sent events).
///
/// Events are `snapshot` (Snapshot), `rep` (Rep), `set` (SetRecord), `session` (Session), `advice` (Advice), `sensor`
/// (Sensor), `cadence` (Cadence), `device` (DeviceRecord), `station` (StationContext), `notice` (Notice), `trace` (Trace, ten times a second,
/// the latest win) and `reset` (Reset); their data are the schemas in brackets. Journalled ones carry an `id`: who
/// sends the last one as `Last-Event-ID` misses and repeats nothing. Where that is not possible, a `reset` comes, then
/// a new `snapshot`. Newer data of one id have a higher `revision`; a snapshot replaces everything.
#[utoipa::path(
    get,
    path = "/api/v1/stream",
    tag = "live",
    params(
        Listening,
        ("Last-Event-ID" = Option<String>, Header, description = "Go on after this `id`; browsers send it by themselves"),
    ),
    responses((status = 200, description = "Events without end", content_type = "text/event-stream", body = String)),
)]
pub(crate) async fn stream(
    State(web): State<Web>,
    Query(listening): Query<Listening>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let station = listening.station.map(StationId);
    if let Some(station) = &station {
        web.check_station(station).await?;
    }
    // what can't be read as text can't be a number either
    let last = headers.get("last-event-id").map(|last| last.to_str().unwrap_or("?").to_owned());
    let client = Client::new(web, station, last).await?;
    let messages = unfold(client, |mut client| async move {
        let bytes = client.next().await?;
        Some((Ok::<_, Infallible>(bytes), client))
    });
    let kind = HeaderValue::from_static("text/event-stream");
    let fresh = HeaderValue::from_static("no-store");
    // a proxy that collects what it passes on would make the stream late
    let at_once = ("x-accel-buffering", HeaderValue::from_static("no"));
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, fresh)],
        [at_once],
        Body::from_stream(messages),
    )
        .into_response())
}
