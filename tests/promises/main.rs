//! The promises to a user, one module each, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's panic is its verdict")]

mod analyze_contract;
mod api;
mod bad_input;
mod captures;
mod configuration;
mod daemon;
mod delay;
mod doctor;
mod engine_is_one_machine;
mod figures;
mod gym;
mod house;
mod influx;
mod kept;
mod labels;
mod lifting_reference;
mod load;
mod motion_reference;
mod movement;
mod program;
mod reference;
mod same_reps;
mod sensor_families;
mod tools;
mod trust;
