//! What is settled, told to whatever speaks InfluxDB's v2 write API.
//!
//! ```text
//!  journal ─▶ points ─▶ editions ─▶ parcel ─▶ carrier ─▶ server
//!     ▲                                │ answers, told apart
//!     └───────── cursor ◀──────────────┘
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `points.rs` | what leaves of an entry of the journal |
//! | `editions.rs` | what is sent when a thing is new or has changed |
//! | `line.rs` | a point as a line of text |
//! | `answer.rs`, `parcel.rs` | what an answer means; halving until the line is found that a server won't take |
//! | `carrier.rs` | HTTP: the one file that knows `influxdb2` |
//! | `exporter.rs` | from the cursor to the end of the journal, batch by batch |
//! | `served.rs`, `reconcile.rs` | what a server has, compared with what the journal says it should |
//!
//! The schema is in `docs/influx.md`.

mod answer;
mod carrier;
mod editions;
mod exporter;
mod line;
mod parcel;
mod points;
mod reconcile;
mod served;

pub use answer::Answer;
pub use carrier::{Carrier, CarrierError, Server};
pub use exporter::{Exporter, Next, Standing, Word};
pub use parcel::{Line, SetAside};
pub use reconcile::{Difference, ReconcileError, Reconciled, backfill, reconcile};
