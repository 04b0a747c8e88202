//! Readings to motion: sensor clock, gaps, attitude, vertical velocity.
//!
//! Blocks of inertial readings of one sensor go into a [`Pipeline`]; [`MotionSample`]s of two lanes come out. The
//! *live* lane takes samples as they arrive and is for the screen. The *settled* lane takes them in the sensor's
//! order, with holes filled by resent blocks or declared lost, and is for records: what it says depends on the samples
//! and the parameters alone, never on packet sizes, arrival times or the order of arrival.
//!
//! ```text
//!                 ┌─ numbered ─┐  in order  ┌─────────── lane ───────────┐
//!  ImuBlock ─────▶├─ stamped ──┤──────────▶ │ attitude ▶ still ▶ live    │──▶ settled (and live)
//!                 └─ nominal ──┘  early     │ (forked while a hole waits)│──▶ live
//!                       └──▶ clock          └────────────────────────────┘
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `pipeline.rs` | the one value per sensor: streams, lanes, deadlines |
//! | `output.rs` | what comes out |
//! | `params.rs` | every number that someone chose |
//! | `timeline.rs`, `numbered.rs`, `stamped.rs`, `nominal.rs` | samples placed in time, for each kind of clock a sensor may have |
//! | `clock.rs` | the sensor's time on the host's clock |
//! | `calibration.rs` | readings corrected, the sensor's place on the bar taken out |
//! | `lane.rs` | one lane: a placed sample in, a motion sample out |
//! | `attitude.rs` | how the sensor stands |
//! | `still.rs` | whether it moves |
//! | `live.rs` | vertical velocity and displacement, causal |
//! | `track.rs`, `smoother.rs` | vertical motion of a whole activity, drift-free, for finding movements |
//! | `growing.rs` | the same while the activity grows |
//! | `constrain.rs` | one movement integrated anew between its turn-rounds, to judge it by |
//! | `joint.rs` | velocities of neighbouring movements with all that is known of them at once, for their numbers |
//! | `both_ways.rs` | attitude and vertical motion of a stretch, seen from both sides |
//!
//! # Conventions
//!
//! * World: z up, origin and heading arbitrary. Sensor: the sensor's own axes, right-handed.
//! * Quaternions: scalar first, sensor to world: `v_world = q ⊗ v_sensor ⊗ q*`.
//! * Specific force: at rest it points up and measures +g. Vertical acceleration is its world z minus g.
//! * Units: s, m, m/s, m/s², rad/s; times in whole nanoseconds.

mod attitude;
pub mod both_ways;
pub mod calibration;
mod clock;
pub mod constrain;
pub mod growing;
pub mod joint;
mod lane;
mod live;
mod nominal;
mod numbered;
mod offset;
mod output;
mod params;
mod pipeline;
mod rest;
mod smoother;
mod stamped;
mod still;
mod timeline;
pub mod track;

#[cfg(test)]
mod tests;

pub use output::{Counters, MotionSample, Note, Output};
pub use params::{AttitudeParams, ClockParams, LiveParams, MotionParams, StillParams, TimelineParams};
pub use pipeline::Pipeline;
