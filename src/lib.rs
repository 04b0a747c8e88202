//! Ironstride: bytes from bar sensors and footpods in; trustworthy repetitions, power, cadence and explained advice
//! out; nothing lost.
//!
//! # Map
//!
//! A byte walks one way and never back; what must go back to a sensor leaves the engine as data.
//!
//! ```text
//!  radio ─▶ sensors ─▶ motion ─▶ lifting ─┐
//!                         └────▶ running ─┴▶ session ─▶ coach ─▶ events ─▶ store ─▶ web, export
//!           └──────────── engine: the pure composition ────────────┘
//! ```
//!
//! | room | what it does |
//! |---|---|
//! | [`model`] | the shared words as plain data |
//! | [`sensors`] | what bytes mean, which bytes start, stop and configure a sensor |
//! | [`motion`] | readings to motion: sensor clock, gaps, attitude, vertical velocity |
//! | [`lifting`] | movements, repetitions, their metrics, velocity loss |
//! | [`running`] | cadence |
//! | [`session`] | who does what where; opens and closes sets and sessions |
//! | [`coach`] | decisions with reasons |
//! | [`engine`] | the pure composition of all above |
//! | [`simulate`] | pure, seeded: bars and feet with truth, sensors' bytes, faults of a link |
//! | [`trust`] | statistics of the trust tests, calibration of a sensor |
//! | [`config`] | the exercise catalogue and parameters, parsed and validated |
//! | [`radio`] | delivers bytes: captures and traces from files, replays, the simulator |
//! | [`store`] | the journal: one SQLite file that only grows, and what reads it |
//! | [`influx`] | tells what is settled to whatever speaks InfluxDB's write API |
//! | [`web`] | HTTP API, live stream and the built dashboard |
//! | [`daemon`] | tasks, channels, supervision and shutdown: the wiring of all rooms |
//! | [`cli`] | one file a subcommand |
//!
//! Everything down to `trust` is pure: no I/O, clock, thread, logging or random order. The tests in
//! `tests/promises/house.rs` hold the rooms to that and to the direction of imports.

pub mod cli;
pub mod coach;
pub mod config;
pub mod daemon;
pub mod engine;
pub mod influx;
pub mod lifting;
pub mod model;
pub mod motion;
pub mod radio;
pub mod running;
pub mod sensors;
pub mod session;
pub mod simulate;
pub mod store;
pub mod trust;
pub mod web;
