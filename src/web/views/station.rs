//! A station and all that its screen needs at once.

use super::advice::Advice;
use super::device::DeviceRecord;
use super::exercise::Exercise;
use super::people::{Athlete, Cadence, Context};
use super::rep::Rep;
use super::sensor::Sensor;
use super::set::{Session, SetRecord};
use serde::Serialize;
use utoipa::ToSchema;

/// The gym.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Gym {
    /// Its name.
    pub(crate) name: String,
    /// Its time zone by the IANA name, such as `Europe/Berlin`.
    pub(crate) time_zone: String,
}

/// A rack or platform, as configured.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Station {
    /// Identifier.
    pub(crate) id: String,
    /// Name for people.
    pub(crate) name: String,
    /// Mass of the empty bar, kg.
    pub(crate) bar_kg: f64,
    /// Plates of one side, kg, each as often as it is there.
    pub(crate) plates_per_side_kg: Vec<f64>,
}

/// Everything that a station's screen shows, as of `seq`; the stream goes on from there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Snapshot {
    /// Now by the server's clock, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) server_time: Option<String>,
    /// Number of the last journalled event in here.
    pub(crate) seq: u64,
    /// The gym.
    pub(crate) gym: Gym,
    /// The station.
    pub(crate) station: Station,
    /// Who lifts what.
    pub(crate) context: Context,
    /// The open session.
    pub(crate) session: Option<Session>,
    /// The open set, else the latest of the open session.
    pub(crate) set: Option<SetRecord>,
    /// Movements of that set, in order.
    pub(crate) reps: Vec<Rep>,
    /// Earlier sets of the session, newest first, at most 10.
    pub(crate) previous_sets: Vec<SetRecord>,
    /// Advice after or within that set, newest first, without what is superseded.
    pub(crate) advice: Vec<Advice>,
    /// The rest that goes on while no set is open.
    pub(crate) rest: Option<Rest>,
    /// Sensors of the station, footpods, and sensors without a role.
    pub(crate) sensors: Vec<Sensor>,
    /// Latest cadence of each footpod, at most 10 s old.
    pub(crate) cadence: Vec<Cadence>,
    /// Latest word of each device that measures or computes by itself, at most 10 s old.
    pub(crate) devices: Vec<DeviceRecord>,
    /// The exercise of the context.
    pub(crate) exercise: Option<Exercise>,
    /// The athlete of the context.
    pub(crate) athlete: Option<Athlete>,
    /// Sets of this station that still need labels.
    pub(crate) unlabelled_sets: u64,
}

/// A rest between sets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Rest {
    /// End of the last set, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) since: Option<String>,
    /// How long it should last, s: as planned, else as usual for the exercise.
    pub(crate) planned_s: Option<f64>,
}

/// What was said at a station, as an event of the stream.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StationContext {
    /// The station.
    pub(crate) station: String,
    /// Who lifts what there.
    pub(crate) context: Context,
}

/// The stream can't go on from where the client was: what it has is to be thrown away.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Reset {
    /// Number of the last journalled event; the stream goes on after it.
    pub(crate) seq: u64,
    /// Why, in words.
    pub(crate) reason: String,
}
