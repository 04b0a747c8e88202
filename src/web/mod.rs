//! HTTP API, live stream and the built dashboard.
//!
//! # The way of a request
//!
//! ```text
//!  port (bounded, idle connections end) ─▶ host name ─▶ panics contained ─▶ time-out ─▶ rights ─▶ handler
//!                                                                                                 │
//!         journal ◀── blocking thread ◀── reading ─────────────────────────────────────────────────┤
//!         core ◀── Desk, one at a time: compare If-Match, ask, answer after the commit ◀── change ─┘
//! ```
//!
//! # The way of an event
//!
//! [`Hub::publish`] takes each commit, writes its events as text once, and keeps the recent ones in a ring of bounded
//! bytes. A client of the stream is a cursor: it reads on in the ring, and where that does not reach back far enough,
//! in the journal. Nothing is queued for anybody, so a client that stops reading costs nothing.
//!
//! # How the daemon uses this room
//!
//! ```text
//! let hub = Hub::new();
//! let (journal, writer) = Journal::open(&options, { let hub = hub.clone(); move |kept| hub.publish(&kept) })?;
//! let (desk, asks) = Desk::new(32);                    // `asks` goes to the core
//! let vitals = Vitals::new();                          // tasks write, `/status` and `/metrics` read
//! vitals.watch_writer({ let journal = journal.clone(); move || journal.stats() });
//! let web = Web::new(config, journal.reader(), hub, desk, vitals, Wall::new(move || clock.wall()));
//! web::serve(listener, web, stop).await?;              // returns within about a second after `stop`
//! ```

mod app;
mod assets;
mod change;
mod desk;
mod extract;
mod guard;
mod metrics;
mod openapi;
mod problem;
#[allow(unused_qualifications, reason = "code that utoipa writes has full paths")]
mod routes;
mod serve;
mod snapshot;
mod state;
mod status;
#[allow(unused_qualifications, reason = "code that utoipa writes has full paths")]
mod stream;
mod views;
mod vitals;
mod wall;

pub use desk::{Ask, Desk, Refusal};
pub use openapi::openapi;
pub use serve::serve;
pub use state::{GymSetup, StationSetup, Web, WebConfig};
pub use stream::Hub;
pub use vitals::{Export, ExportState, Queue, Task, Vitals, Warning};
pub use wall::{Wall, WallTime};
