//! What is settled reaches a server that speaks InfluxDB's write API, once, whatever happens on the way.

mod answers;
mod ground;
mod mock;
mod victoria;
