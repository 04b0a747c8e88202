//! Bars and feet with known truth, sensors' bytes, and the faults of a link; pure and seeded.
//!
//! The judge of the algorithms in `motion` and `lifting`, so it shares nothing with them: motion is planned here as
//! polynomials and known exactly at any time, never integrated or filtered. It is meant to be as hard as a gym is; what
//! it leaves out is listed below.
//!
//! | file | what it models | from |
//! |---|---|---|
//! | [`track`], [`bar`] | one coordinate; the bar's six, with sway and ringing | kinematics of a rigid body |
//! | [`profile`] | sticking region, terminal deceleration, touch-and-go, failing | training.md §1.1, §4.4 |
//! | [`fall`] | setting down, dropping, bouncing | free fall, coefficient of restitution |
//! | [`lift`], [`plan`] | load and velocity, fatigue over a set, how sets end | training.md §2.2, §2.3, §3.3 |
//! | [`story`], [`script`] | a set from rest to rest with everything that is no repetition; the sets of a day | training.md §1.4, §4.4 |
//! | [`truth`] | what happened, with the figures of each repetition | training.md §1.1 |
//! | [`imu`] | lever arm, offsets, scale, misalignment, noise, wander, clipping | data sheets of ordinary parts |
//! | [`sensor`] | packets, clocks, resend buffer, reboot | the sensor's specification, `firmware-protocol/SPEC.md` |
//! | [`link`](mod@link) | bursts of loss, connection events, stalls, reorder, duplicates | sensors.md §11.4; Gilbert 1960, Elliott 1963 |
//! | [`run`] | a runner's pace and a footpod | sensors.md §2 |
//! | [`session`], [`trace`] | all of it as a stream of inputs; one bar's samples beside their truth | |
//!
//! **Truth** is the motion of the bar's centre line at its middle. A sensor sits 5 to 20 cm from there on a bar that
//! turns, so it measures another motion; that difference is the algorithm's to bear. True time is the host's clock.
//!
//! **Same seed, same bytes**: integers, the four operations, square roots and [`libm`] only, none of which differ
//! between platforms. A seed is not kept over versions of this room.
//!
//! **Left out**: the sensor's own low-pass filter (samples are points in time, so impacts alias as with a wide filter),
//! tremor of the height (the hands' tremor tilts the bar only), whip of a loaded bar, plates that rattle through a whole
//! repetition, temperature. Sensors are never on the sleeve, wrist or belt.
//!
//! ```
//! use ironstride::simulate::{link::LinkFaults, plan::SetPlan, random::Random, session::{Session, SessionPlan}};
//!
//! let mut random = Random::new(7);
//! for seed in 0..3 {
//!     let plan = SessionPlan::one_set(seed, SetPlan::drawn(&mut random)).over(LinkFaults::LIGHT);
//!     let mut session = Session::new(&plan);
//!     for input in session.by_ref() {
//!         // engine.handle(&input); engine.poll() … and session.request(&request) to close the loop
//!         let _ = input.at();
//!     }
//!     let truth = session.truth();
//!     let bar = &truth.bars[0];
//!     for (_movement, concentric, metrics) in bar.sets[0].reps() {
//!         assert!(concentric.end_s > concentric.start_s && metrics.mean_velocity_m_s > 0.0);
//!     }
//!     // one second of the first stream, which a rep's `DeviceTime` counts from its first sample, in true time:
//!     let _true_s = bar.clocks[0].first_sample_s + 1.0 / bar.clocks[0].pace;
//! }
//! ```

pub mod bar;
pub mod fall;
mod gear;
pub mod imu;
pub mod lift;
pub mod link;
pub mod plan;
pub mod profile;
pub mod random;
pub mod run;
pub mod script;
pub mod sensor;
pub mod session;
pub mod story;
pub mod trace;
pub mod track;
pub mod truth;
