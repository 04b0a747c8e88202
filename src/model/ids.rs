//! Names and numbers of things.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A numbered entity: positive, below 2^53 so that JavaScript and JSON keep it exactly.
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

/// A named entity: a slug a person may have chosen.
macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);
        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.to_owned())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// A repetition (or rejected movement), the same from its first provisional sight to its last correction.
    RepId
);
number_id!(
    /// A set.
    SetId
);
number_id!(
    /// A training session of one athlete (or of a station where nobody is chosen).
    SessionId
);
number_id!(
    /// A piece of advice.
    AdviceId
);
name_id!(
    /// A sensor: its Bluetooth address, or whatever stands for it in a capture with redacted addresses.
    SensorId
);
name_id!(
    /// A station: a rack or platform.
    StationId
);
name_id!(
    /// An athlete.
    AthleteId
);
name_id!(
    /// An exercise of the catalogue, such as `back_squat`.
    ExerciseId
);
