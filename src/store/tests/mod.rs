//! The store as a whole, on real files.

mod figures;
mod full;
mod journal;
mod kill;
mod opening;
mod reading;
mod sample;
