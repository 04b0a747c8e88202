//! What all routes share.

use super::desk::Desk;
use super::problem::Problem;
use super::stream::Hub;
use super::vitals::Vitals;
use super::wall::Wall;
use crate::model::{Exercise, ExerciseId, StationId};
use crate::store::Reader;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What the API needs to know from the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct WebConfig {
    /// The gym.
    pub gym: GymSetup,
    /// Its stations, in the order in which people should see them.
    pub stations: Vec<StationSetup>,
    /// The exercise catalogue.
    pub exercises: Vec<Exercise>,
    /// Names under which the daemon answers, besides loopback names and addresses: the machine's own, and configured
    /// ones. A name without a dot is good for `NAME.local` too.
    pub hosts: Vec<String>,
    /// Whether everybody on the network may read; else a device's token is needed for that too.
    pub read_open: bool,
    /// The size at which the journal stops keeping raw bytes, for the status page.
    pub store_max_bytes: Option<u64>,
    /// Time for an answer; the stream answers at once and goes on as long as it likes.
    pub patience: Duration,
}

impl WebConfig {
    /// Long enough for a disk that is asleep, short enough for a person who waits.
    pub const USUAL_PATIENCE: Duration = Duration::from_secs(15);
}

/// The gym.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GymSetup {
    /// Its name.
    pub name: String,
    /// Its time zone by the IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
}

/// A station as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct StationSetup {
    /// Identifier.
    pub id: StationId,
    /// Name for people.
    pub name: String,
    /// Mass of the empty bar, kg.
    pub bar_kg: f64,
    /// Plates of one side, kg, each as often as it is there.
    pub plates_per_side_kg: Vec<f64>,
}

/// An Olympic bar, kg.
const USUAL_BAR_KG: f64 = 20.0;

impl StationSetup {
    /// A station that nobody has set up: the usual bar, and plates that nobody knows.
    fn unconfigured(id: StationId) -> Self {
        let name = id.0.clone();
        Self { id, name, bar_kg: USUAL_BAR_KG, plates_per_side_kg: Vec::new() }
    }
}

/// The API with all it needs. Cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Parts>);

struct Parts {
    config: WebConfig,
    reader: Reader,
    hub: Hub,
    desk: Desk,
    vitals: Vitals,
    wall: Wall,
    closing: CancellationToken,
}

impl Web {
    /// Puts the API together; [`serve`](super::serve()) opens it to the world.
    #[must_use]
    pub fn new(config: WebConfig, reader: Reader, hub: Hub, desk: Desk, vitals: Vitals, wall: Wall) -> Self {
        Self(Arc::new(Parts { config, reader, hub, desk, vitals, wall, closing: CancellationToken::new() }))
    }

    pub(crate) fn config(&self) -> &WebConfig {
        &self.0.config
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.0.reader
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    pub(crate) fn vitals(&self) -> &Vitals {
        &self.0.vitals
    }

    pub(crate) fn wall(&self) -> &Wall {
        &self.0.wall
    }

    /// Cancelled when the daemon stops: streams end.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.0.closing.clone()
    }

    /// All stations: the configured ones in their order, then those that the journal knows besides, such as a
    /// recording's. Blocks for the reading.
    pub(crate) fn stations(&self) -> Result<Vec<StationSetup>, Problem> {
        let mut stations = self.0.config.stations.clone();
        for id in self.reader().stations()? {
            if !stations.iter().any(|station| station.id == id) {
                stations.push(StationSetup::unconfigured(id));
            }
        }
        Ok(stations)
    }

    /// A station, or the problem that there is none. Blocks for the reading where it is not a configured one.
    pub(crate) fn station(&self, id: &StationId) -> Result<StationSetup, Problem> {
        if let Some(station) = self.0.config.stations.iter().find(|station| station.id == *id) {
            return Ok(station.clone());
        }
        self.stations()?.into_iter().find(|station| station.id == *id).ok_or_else(|| {
            Problem::unknown(
                format!("there is no station {:?}", id.as_str()),
                "GET /api/v1/stations lists them; they are set up in ironstride.toml",
            )
        })
    }

    /// Whether there is such a station, or the problem that there is none.
    pub(crate) async fn check_station(&self, id: &StationId) -> Result<(), Problem> {
        if self.0.config.stations.iter().any(|station| station.id == *id) {
            return Ok(());
        }
        let (web, id) = (self.clone(), id.clone());
        blocking(move || web.station(&id).map(drop)).await
    }

    /// An exercise of the catalogue.
    pub(crate) fn exercise(&self, id: &ExerciseId) -> Option<&Exercise> {
        self.0.config.exercises.iter().find(|exercise| exercise.id == *id)
    }
}

/// Asks the journal on a thread that may wait, so that no other client does.
pub(crate) async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(ask).await {
        Ok(answer) => answer,
        Err(error) => Err(match error.try_into_panic() {
            Ok(panic) => Problem::of_panic(&*panic),
            Err(_) => Problem::unavailable("the daemon is stopping", "try again when it is back"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    #[tokio::test]
    async fn a_panic_fails_its_request_only() {
        let answer = blocking(|| if true { panic!("a fault") } else { Ok(()) }).await;
        assert_eq!(answer.unwrap_err().into_response().status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(blocking(|| Ok(1)).await.unwrap(), 1);
    }
}
