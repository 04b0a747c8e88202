//! Everything that may enter the engine. All of it is journalled, so all of it is data.

use super::{
    Athlete, CadenceUnit, HostTime, Rep, RepId, SensorAssignment, SensorId, SensorSetup, SetId, SetRecord,
    Side, StationContext, StationId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One thing that happened outside, with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Input {
    /// A sensor sent bytes.
    Notification(Notification),
    /// A link to a sensor changed.
    Link {
        /// When the host learned of it.
        at: HostTime,
        /// Whose link.
        sensor: SensorId,
        /// What changed.
        change: LinkChange,
    },
    /// A person asked for something.
    Command(Command),
    /// The driver tells what the core needs to know from store and configuration.
    Context {
        /// When it became known.
        at: HostTime,
        /// What became known.
        context: Context,
    },
    /// Something went wrong outside the core: told to people, and kept with the input that it was about.
    Incident {
        /// When it was noticed.
        at: HostTime,
        /// What happened and what to do.
        message: String,
        /// An input that was not let in, because the program fails on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Box<Input>>,
    },
}

impl Input {
    /// When the input happened, on the host's monotonic clock.
    #[must_use]
    pub fn at(&self) -> HostTime {
        match self {
            Self::Notification(notification) => notification.at,
            Self::Link { at, .. } | Self::Context { at, .. } | Self::Incident { at, .. } => *at,
            Self::Command(command) => command.at,
        }
    }

    /// The sensor that it comes from or is about, if one.
    #[must_use]
    pub fn sensor(&self) -> Option<&SensorId> {
        match self {
            Self::Notification(notification) => Some(&notification.sensor),
            Self::Link { sensor, .. } => Some(sensor),
            Self::Incident { input, .. } => input.as_ref()?.sensor(),
            Self::Command(_) | Self::Context { .. } => None,
        }
    }

    /// Moves the input to another time, where the one it came with can't be.
    pub fn set_at(&mut self, t: HostTime) {
        match self {
            Self::Notification(notification) => notification.at = t,
            Self::Link { at, .. } | Self::Context { at, .. } | Self::Incident { at, .. } => *at = t,
            Self::Command(command) => command.at = t,
        }
    }
}

/// A characteristic of a GATT server, named by its service as well, since vendors reuse numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Characteristic {
    /// The service's 128-bit UUID.
    pub service: Uuid,
    /// The characteristic's 128-bit UUID.
    pub characteristic: Uuid,
}

/// A 16-bit number of the Bluetooth SIG as the 128-bit UUID it stands for (Core Specification, Vol 3, Part B, 2.5.1).
#[must_use]
pub const fn sig_uuid(short: u16) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_1000_8000_0080_5f9b_34fb | ((short as u128) << 96))
}

/// Bytes from a sensor: a notification, an indication, or the answer to a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Arrival at the host.
    pub at: HostTime,
    /// The sender.
    pub sensor: SensorId,
    /// Where it came from.
    #[serde(flatten)]
    pub source: Characteristic,
    /// The attribute value.
    pub value: Vec<u8>,
}

/// What happened to a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkChange {
    /// Connected.
    Up,
    /// The host is about to leave: what the sensor must be told before (to stop, or its battery drains) is asked now.
    Leaving,
    /// Gone, with the radio's word for why.
    Down {
        /// The radio's word, empty when it gave none.
        reason: String,
    },
    /// An advertisement was seen.
    Advert {
        /// The device's name, when the advertisement carried one.
        name: Option<String>,
        /// Advertised services.
        services: Vec<Uuid>,
        /// Signal strength, dBm.
        rssi_dbm: Option<i16>,
    },
    /// Service discovery is complete.
    Characteristics {
        /// All characteristics found.
        found: Vec<Characteristic>,
    },
}

/// A person's wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// When it was given.
    pub at: HostTime,
    /// What is wanted.
    #[serde(flatten)]
    pub order: Order,
}

/// What a person can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// Says who lifts what at a station; replaces what was said before.
    SetStation {
        /// The station.
        station: StationId,
        /// The whole new context.
        context: StationContext,
    },
    /// The set is over.
    EndSet {
        /// The station.
        station: StationId,
    },
    /// The session is over.
    EndSession {
        /// The station.
        station: StationId,
    },
    /// Says late who lifted what in a set, open or closed; replaces the labels that it had. The station's context stays
    /// as it is.
    LabelSet {
        /// The set.
        set: SetId,
        /// All its labels. What is unsaid of the plan (target velocity, repetitions, rest) stays as it was said before,
        /// unless athlete or exercise are other ones.
        context: StationContext,
    },
    /// A rejected movement was a repetition after all.
    RestoreRep {
        /// The movement.
        rep: RepId,
    },
    /// A repetition was none.
    RejectRep {
        /// The repetition.
        rep: RepId,
    },
    /// Says which side made a movement, where one sensor sees both sides in turn; replaces what its sensor's role says.
    SideRep {
        /// The movement.
        rep: RepId,
        /// The side; `None` where both worked together.
        side: Option<Side>,
    },
}

/// What the driver reads for the core from configuration and store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "context", rename_all = "snake_case")]
pub enum Context {
    /// A sensor's role.
    Sensor(SensorAssignment),
    /// A sensor as an instrument: its calibration, and where it sits on the bar.
    SensorSetup(SensorSetup),
    /// A sensor has no role any more: what it sees counts nowhere but at a place of its own.
    Unassigned {
        /// The sensor.
        sensor: SensorId,
    },
    /// What is known of an athlete.
    Athlete(Athlete),
    /// Weights that can be put on a station's bar.
    Plates {
        /// The station.
        station: StationId,
        /// Mass of the empty bar, kg.
        bar_kg: f64,
        /// Plates of one side, kg, each as often as it is there.
        plates_per_side_kg: Vec<f64>,
    },
    /// The footpod of an athlete counts in this unit, said by a person.
    CadenceUnit {
        /// The footpod.
        sensor: SensorId,
        /// Its unit.
        unit: CadenceUnit,
    },
    /// A set of the past, so that an order about it finds it.
    PastSet(Box<PastSet>),
    /// Numbers already taken, so that new entities continue after them.
    Ids {
        /// The next free number.
        next: u64,
    },
}

/// A closed set as the store has it. Its times are those of the run that recorded it; only their differences mean
/// something here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastSet {
    /// The set.
    pub record: SetRecord,
    /// All its movements, rejected ones too, in order.
    pub reps: Vec<Rep>,
}
