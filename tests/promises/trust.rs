//! The trust tests that people make, and a sensor's calibration, with the program as people run it.

mod calibrating;
mod checking;
mod comparing;
mod fitting;
mod recorded;
