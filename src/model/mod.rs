//! The shared words as plain data: what every other room of the house speaks.
//!
//! Nothing here computes. Names are the field's own (design §2), units are part of a field's name, and what is
//! unknown is `None`, never zero.

mod advice;
mod calibration;
mod change;
mod event;
mod exercise;
mod ids;
mod input;
mod people;
mod reading;
mod rep;
mod set;
mod time;

pub use advice::{Advice, AdviceAction, AdviceInput, Confidence, Goal};
pub use calibration::{Calibration, SensorSetup};
pub use change::{AthleteProfile, Change, DeviceToken, SensorProfile};
pub use event::{
    CadenceRecord, DeviceRecord, DeviceWord, Event, LinkState, Notice, NoticeKind, Request, RequestAction,
    SensorStatus, StreamStart, TraceBlock, TracePoint,
};
pub use exercise::{
    Category, ConcentricDirection, Exercise, ExerciseKind, Implement, Metres, Mount, Muscle, PhaseOrder,
    PrimaryVelocity, Sides,
};
pub use ids::{AdviceId, AthleteId, ExerciseId, RepId, SensorId, SessionId, SetId, StationId};
pub use input::{
    Characteristic, Command, Context, Input, LinkChange, Notification, Order, PastSet, sig_uuid,
};
pub use people::{Athlete, CadenceUnit, Foot, SensorAssignment, SensorRole, Side, StationContext};
pub use reading::{
    BatteryReading, DeviceInformation, DeviceRepReading, HeartRateReading, ImuBlock, ImuSample, PowerReading,
    Reading, RingRange, RunningReading, SampleClock, SampleFlags, TreadmillReading,
};
pub use rep::{
    AlgorithmTag, Movement, MovementKey, RejectReason, Rep, RepMetrics, RepSource, RepStage, Sighting,
};
pub use set::{SessionRecord, SetEnd, SetRecord, SetRole, SetSummary, StopLine};
pub use time::{DeviceTime, HostTime, NANOS_PER_SECOND, nanos_from_seconds, seconds_from_nanos};
