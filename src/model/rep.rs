//! A repetition and what is measured of it.

use super::{AthleteId, DeviceTime, ExerciseId, HostTime, RepId, SensorId, SetId, Side, StationId};
use serde::{Deserialize, Serialize};

/// One movement of a bar: a repetition, or one that was rejected with a reason and can be restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rep {
    /// The same from the first provisional sight on.
    pub id: RepId,
    /// Rises with each change.
    pub revision: u32,
    /// How far it has come in life.
    pub stage: RepStage,
    /// Counts, unless a reason or a person says no.
    pub accepted: bool,
    /// Why the machine rejected it; stays when a person restores it.
    pub reject_reason: Option<RejectReason>,
    /// The set it belongs to.
    pub set: Option<SetId>,
    /// Where.
    pub station: StationId,
    /// Who, when known.
    pub athlete: Option<AthleteId>,
    /// What, when known.
    pub exercise: Option<ExerciseId>,
    /// Load, kg, when known.
    pub load_kg: Option<f64>,
    /// Which side, where sides are separate.
    pub side: Option<Side>,
    /// The machine's own name for the movement.
    pub movement: MovementKey,
    /// End of the concentric phase in host time as first published; frozen for the rep's life.
    pub ended_at: HostTime,
    /// Start of the eccentric phase before the concentric, when there is one.
    pub eccentric_start: Option<DeviceTime>,
    /// Start of the concentric phase.
    pub start: DeviceTime,
    /// End of the concentric phase.
    pub end: DeviceTime,
    /// What was measured.
    pub metrics: RepMetrics,
    /// Who measured.
    pub source: RepSource,
    /// By which algorithm and parameters.
    pub algorithm: AlgorithmTag,
}

/// What the machine saw: a concentric phase with what came before it, before anyone asks who lifted what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// The movement's name, kept while its boundaries are refined.
    pub key: MovementKey,
    /// Start of the eccentric phase before the concentric, when there is one.
    pub eccentric_start: Option<DeviceTime>,
    /// Start of the concentric phase.
    pub start: DeviceTime,
    /// End of the concentric phase.
    pub end: DeviceTime,
    /// What was measured; powers in watts are still unknown, since they need a load.
    pub metrics: RepMetrics,
    /// Why it does not count, if it does not.
    pub reject_reason: Option<RejectReason>,
}

/// A movement as one lane saw it at one time, placed on the host's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The movement.
    pub movement: Movement,
    /// How sure it is: provisional from the live lane, final or settled from the settled one.
    pub stage: RepStage,
    /// Start of the movement (its eccentric phase if it has one) on the host's clock.
    pub started_at: HostTime,
    /// End of the concentric phase on the host's clock.
    pub ended_at: HostTime,
}

/// How far a repetition has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepStage {
    /// Seen by the live lane; numbers will move.
    Provisional,
    /// Computed by the settled lane; judged by what came before.
    Final,
    /// Its set is closed: judged by the whole set.
    Settled,
    /// A person changed it.
    Corrected,
}

/// A movement named by the machine: the key by which recomputation finds it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MovementKey {
    /// The sensor.
    pub sensor: SensorId,
    /// Which of the sensor's streams in this run, from 1.
    pub stream: u32,
    /// Which movement of the stream, from 1.
    pub ordinal: u32,
}

/// What is measured of one repetition (training.md §1.1). `None` is unknown, never zero and never NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RepMetrics {
    /// Displacement over duration of the concentric phase, m/s.
    pub mean_velocity_m_s: Option<f64>,
    /// Mean velocity from the start to the first acceleration below −g, m/s.
    pub mean_propulsive_velocity_m_s: Option<f64>,
    /// Highest velocity of the concentric phase, m/s.
    pub peak_velocity_m_s: Option<f64>,
    /// From the start of the concentric phase to its peak velocity, s.
    pub time_to_peak_s: Option<f64>,
    /// Vertical displacement of the concentric phase, m.
    pub range_of_motion_m: Option<f64>,
    /// Duration of the eccentric phase that precedes, s.
    pub eccentric_duration_s: Option<f64>,
    /// Time at the turn-round between eccentric and concentric, s.
    pub pause_s: Option<f64>,
    /// Duration of the concentric phase, s.
    pub concentric_duration_s: Option<f64>,
    /// Mean of (a + g)·v over the concentric phase, W per kg moved: power without a load, so that a load can come later.
    pub mean_specific_power_w_kg: Option<f64>,
    /// Highest (a + g)·v of the concentric phase, W per kg moved.
    pub peak_specific_power_w_kg: Option<f64>,
    /// Mean power of the bar alone, W.
    pub mean_power_bar_w: Option<f64>,
    /// Peak power of the bar alone, W.
    pub peak_power_bar_w: Option<f64>,
    /// Mean power of bar and the moving share of the body, W.
    pub mean_power_system_w: Option<f64>,
    /// Share of body mass in `mean_power_system_w`.
    pub body_mass_factor: Option<f64>,
    /// How far the numbers can be believed, 0 to 1.
    pub quality: Option<f64>,
    /// Standard deviation of the mean velocity, m/s.
    pub mean_velocity_sd_m_s: Option<f64>,
    /// Standard deviation of the peak velocity, m/s.
    pub peak_velocity_sd_m_s: Option<f64>,
    /// Standard deviation of the range of motion, m.
    pub range_of_motion_sd_m: Option<f64>,
}

/// Why a movement is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// Shorter way than the exercise's repetitions have.
    TooSmall,
    /// Longer way than the exercise's repetitions have.
    TooLarge,
    /// Over too soon to be a repetition.
    TooShort,
    /// Lasts too long to be a repetition.
    TooLong,
    /// The phases came in another order than the exercise's.
    OutOfOrder,
    /// Its way does not resemble the set's others.
    UnlikeSet,
    /// Taking the bar out of the rack, or walking out with it.
    Unrack,
    /// Putting the bar back.
    Rerack,
    /// Alone, far from the set.
    Isolated,
    /// Samples are missing in the concentric phase.
    Gap,
    /// Started upwards and came back without reaching the set's height.
    Failed,
    /// Ended in an impact: a dropped bar.
    Dropped,
    /// The settled lane did not confirm what the live lane saw.
    Withdrawn,
    /// A person said so.
    ByHand,
}

/// Who measured a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepSource {
    /// Our computation from inertial samples.
    Inertial,
    /// The device's own computation, never mixed with ours.
    Device,
    /// Entered by hand; velocities are unknown.
    Manual,
}

/// Which computation made a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlgorithmTag {
    /// Name, such as `bar`.
    pub name: String,
    /// Number; rises when results may change.
    pub number: u32,
    /// Hash of the parameters and the exercise's entry.
    pub parameters: String,
}
