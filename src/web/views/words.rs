//! The words of the model that the API lists, so that its document lists them too.

use crate::model;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enumeration of the model as the API writes it. A word that the model gains has to be added here to compile.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$word_doc])* $word),+ }
        impl From<model::$name> for $name {
            fn from(word: model::$name) -> Self {
                match word { $(model::$name::$word => Self::$word),+ }
            }
        }
        impl From<$name> for model::$name {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),+ }
            }
        }
    };
}

words! {
    /// How far a repetition has come: seen, computed from all samples, judged by its closed set, changed by a person.
    RepStage { Provisional, Final, Settled, Corrected }
}
words! {
    /// Who measured: we from inertial samples, the device itself, or nobody (entered by hand).
    RepSource { Inertial, Device, Manual }
}
words! {
    /// Why a movement does not count as a repetition.
    RejectReason {
        TooSmall, TooLarge, TooShort, TooLong, OutOfOrder, UnlikeSet, Unrack, Rerack, Isolated, Gap, Failed, Dropped,
        Withdrawn, ByHand,
    }
}
words! {
    /// A side of the body or of the bar, seen by the athlete.
    Side { Left, Right }
}
words! {
    /// What a set is for; it decides the velocity loss at which the coach stops it.
    Goal { Technique, Power, StrengthInSeason, StrengthOffSeason, Hypertrophy, Taper }
}
words! {
    /// The place of a set in a session.
    SetRole { WarmUp, Work, BackOff }
}
words! {
    /// What closed a set: the bar was racked, something else was chosen, a person said so, nothing came for the
    /// time-out, or the recording ended.
    SetEnd { Rerack, Context, Command, Timeout, EndOfData }
}
words! {
    /// How much evidence stands behind a piece of advice.
    Confidence { Low, Medium, High }
}
words! {
    /// The link to a sensor; `stalled` is connected and silent for too long.
    LinkState { Down, Up, Streaming, Stalled }
}
words! {
    /// Where a sensor is fixed.
    Mount { Shaft, Collar, Sleeve, Handle, Wrist, Belt }
}
words! {
    /// What a footpod's cadence byte counts.
    CadenceUnit { Strides, Steps }
}
words! {
    /// What a notice is about.
    NoticeKind {
        Undecoded, UnknownSensor, SamplesLost, Restarted, UnknownName, BadValue, Refused, BadSamples, BatteryLow,
        SensorSlow, Incident, StoreFull,
    }
}
words! {
    /// How an exercise is measured.
    ExerciseKind { Velocity, Counted, Hold, Carry, Jump }
}
words! {
    /// Whether both sides work together or each in turn.
    Sides { Both, Each }
}
words! {
    /// What is moved.
    Implement { Barbell, TrapBar, Dumbbell, Kettlebell, Machine, Ball, Body }
}
words! {
    /// The velocity to coach by.
    PrimaryVelocity { Mean, Peak }
}
words! {
    /// What an exercise trains.
    Category { Mobility, Stability, Strength, Power, Core, Plyometric }
}
words! {
    /// A muscle group.
    Muscle {
        Quadriceps, Glutes, Hamstrings, Adductors, Abductors, HipFlexors, Calves, Shins, Core, LowerBack, UpperBack,
        Lats, Chest, Shoulders, Biceps, Triceps, Forearms,
    }
}
