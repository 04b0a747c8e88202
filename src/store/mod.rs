//! The journal: one SQLite file that only grows, and what reads it.
//!
//! # How a thing is kept
//!
//! The driver of the engine sends a [`Step`]: the inputs that entered, the events they caused, what people changed.
//! One thread ([`Journal::open`]) writes steps in order, many in one transaction where nobody waits, and tells of
//! them after the commit, never before. A transaction holds all that was sent before it, so the file is at every
//! moment a prefix of what happened: some inputs and exactly their events. After a crash the driver feeds
//! [`Reader::inputs`] of the [unfinished run](Reader::unfinished_run) to a fresh engine and goes on.
//!
//! | table | what it holds |
//! |---|---|
//! | `event` | what was found out and changed, in order of `seq`; never altered |
//! | `chunk` | what entered the engine, compressed, in its order |
//! | `run`, `clock_anchor` | lives of an engine, and where their clocks lie in UTC |
//! | `rep`, `set_record`, `session`, `advice`, `sensor`, … | where the latest word on each thing is: projections of `event`, written with it |
//! | `correction`, `request` | what people laid over the machine's values, and which wishes have been granted |
//! | `outbox`, `outbox_told`, … | how far each place outside has come, and what it was told |
//!
//! # When it is kept
//!
//! | what | committed | on the disk, whatever happens to the power |
//! |---|---|---|
//! | repetition, set, session, advice, a person's change | at once | within 2 s |
//! | cadence, a device's own word, state of a sensor, notice | within 1 s | with the next of the above or the next checkpoint |
//! | samples alone | within 5 s | the same |
//!
//! The end of a process loses nothing committed. A failing disk or one at `max_bytes` loses samples first, and says
//! so; events wait in memory until they fit.

mod backup;
mod bytes;
mod chunk;
mod clock;
mod commit;
mod entry;
mod error;
mod explain;
mod export;
mod journal;
mod layout;
mod lock;
mod open;
mod outbox;
mod pace;
mod project;
mod read;
mod row;
mod run;
mod writer;

pub use backup::{CheckReport, backup, check};
pub use clock::{ClockAnchor, RunClock, Utc};
pub use entry::{Committed, Done, Entry, SourcedInput, Step, StoredEvent, is_journalled};
pub use error::StoreError;
pub use explain::Explained;
pub use export::{Calendar, ExportError, ExportFilter, ExportTable};
pub use journal::{Closed, Journal, StoreOptions, Write, WriterStats, WriterThread};
pub use outbox::{OutboxState, Progress, Refused, Told};
pub use read::{
    AdviceFilter, Advised, Answered, CadenceFilter, Correction, Inputs, Page, Placed, Reader, RepFilter,
    SessionFilter, SetFilter, StationState, StoreStatus,
};
pub use run::{RunId, RunRecord, RunSource, RunStart};

#[cfg(test)]
mod tests;
