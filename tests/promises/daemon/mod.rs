//! The daemon as its users meet it: real processes, real ports, real kills.

mod inbox;
mod killed;
mod load;
pub(crate) mod process;
pub(crate) mod recording;
mod replayed;
mod troubles;
