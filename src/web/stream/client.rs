//! One client of the stream: a cursor that walks through ring and journal.

use super::frame::frame;
use super::hub::Listener;
use super::ring::{After, Line, Message};
use crate::model::StationId;
use crate::web::problem::Problem;
use crate::web::state::{Web, blocking};
use crate::web::views::station::Reset;
use axum::body::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A client that is so many entries behind begins anew.
const TOO_FAR: u64 = 5000;
/// Lines looked at in one go; what was looked at is sent, so that nothing is read from the journal twice.
const LINES: usize = 32;
/// Events go out together, but no further lines are looked at once there are so many bytes: about what one client
/// holds while it does not read.
const CHUNK_BYTES: usize = 16 << 10;
/// A word now and then tells both ends that the other is there.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A client's place in the stream.
pub(super) struct Client {
    web: Web,
    listener: Listener,
    changes: watch::Receiver<()>,
    heartbeat: Interval,
    station: Option<StationId>,
    /// Everything up to this number has been sent, or is none of this client's.
    cursor: u64,
    trace_cursor: u64,
    /// A snapshot has to be sent first.
    snapshot_due: bool,
    /// A few bytes to be sent before anything else.
    greeting: Option<Bytes>,
}

impl Client {
    /// A client of a station or of the whole gym, that goes on after `last` (the `Last-Event-ID` as it was sent).
    pub(super) async fn new(
        web: Web,
        station: Option<StationId>,
        last: Option<String>,
    ) -> Result<Self, Problem> {
        // counted first: from here on events are kept for it
        let listener = web.hub().listen();
        let reader = web.reader().clone();
        let newest = blocking(move || Ok(reader.last_seq()?)).await?;
        let start = Start::of(last.as_deref(), newest);
        let mut greeting = b"retry: 1000\n\n".to_vec();
        if let Start::Anew { reason: Some(reason) } = &start {
            greeting.extend_from_slice(&frame(None, "reset", &Reset { seq: newest, reason: reason.clone() }));
        }
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.reset();
        Ok(Self {
            changes: listener.changes(),
            trace_cursor: listener.newest_trace(),
            snapshot_due: station.is_some() && matches!(start, Start::Anew { .. }),
            cursor: match start {
                Start::After(seq) => seq,
                Start::Anew { .. } => newest,
            },
            greeting: Some(greeting.into()),
            web,
            listener,
            heartbeat,
            station,
        })
    }

    /// The next bytes to send; `None` ends the stream.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        let stop = self.web.closing();
        while !stop.is_cancelled() {
            self.changes.mark_unchanged();
            let due = match self.due().await {
                Ok(due) => due,
                Err(problem) => {
                    tracing::warn!(?problem, "a client of the stream is sent away: it will come again");
                    return None;
                }
            };
            if !due.is_empty() {
                return Some(due);
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                changed = self.changes.changed() => changed.ok()?,
                _ = self.heartbeat.tick() => return Some(self.beat()),
            }
        }
        None
    }

    /// A comment, and the place to go on from: it has moved, though perhaps nothing was for this client.
    fn beat(&self) -> Bytes {
        Bytes::from(format!(":\nid: {}\n\n", self.cursor))
    }

    /// What is due now: a snapshot, or events and traces; nothing when the client has all.
    async fn due(&mut self) -> Result<Bytes, Problem> {
        if self.snapshot_due {
            return self.snapshot().await;
        }
        let mut due = Vec::new();
        while due.len() < CHUNK_BYTES && !self.snapshot_due {
            let before = self.cursor;
            match self.listener.after(self.cursor, LINES) {
                After::Lines { lines, upto } => self.take(&lines, upto, &mut due),
                After::Journal => self.catch_up(&mut due).await?,
            }
            if self.cursor == before {
                break;
            }
        }
        if let Some(station) = &self.station {
            let (traces, newest) = self.listener.traces(station, self.trace_cursor);
            due.extend(traces.iter().flatten());
            self.trace_cursor = newest;
        }
        if due.is_empty() && self.snapshot_due {
            return self.snapshot().await;
        }
        Ok(due.into())
    }

    /// Takes lines, up to one that asks for a snapshot.
    fn take(&mut self, lines: &[Arc<Line>], upto: u64, due: &mut Vec<u8>) {
        for line in lines {
            self.cursor = line.seq;
            if !line.audience.hears(self.station.as_ref()) {
                continue;
            }
            match &line.message {
                Message::Frame(bytes) => due.extend_from_slice(bytes),
                Message::Snapshot => self.snapshot_due = self.station.is_some(),
            }
            if self.snapshot_due {
                return;
            }
        }
        self.cursor = upto;
    }

    /// Reads on in the journal, or begins anew when it is too far behind.
    async fn catch_up(&mut self, due: &mut Vec<u8>) -> Result<(), Problem> {
        let (reader, cursor) = (self.web.reader().clone(), self.cursor);
        let (newest, entries) = blocking(move || {
            let newest = reader.last_seq()?;
            let near = newest.saturating_sub(cursor) <= TOO_FAR;
            let entries = if near { reader.events_after(cursor, LINES as u32)? } else { Vec::new() };
            Ok((newest, entries))
        })
        .await?;
        if newest.saturating_sub(cursor) > TOO_FAR {
            let reason = format!("{} entries have passed since", newest - cursor);
            due.extend_from_slice(&frame(None, "reset", &Reset { seq: newest, reason }));
            (self.cursor, self.snapshot_due) = (newest, self.station.is_some());
            return Ok(());
        }
        let upto = entries.last().map_or(cursor, |entry| entry.seq);
        let lines: Vec<Arc<Line>> = self.listener.lines(&entries).into_iter().map(Arc::new).collect();
        self.take(&lines, upto, due);
        Ok(())
    }

    /// The station as it is; the stream goes on after it.
    async fn snapshot(&mut self) -> Result<Bytes, Problem> {
        self.snapshot_due = false;
        let Some(station) = self.station.clone() else { return Ok(Bytes::new()) };
        let web = self.web.clone();
        let snapshot = blocking(move || web.snapshot(&station)).await?;
        self.cursor = snapshot.seq;
        Ok(frame(Some(snapshot.seq), "snapshot", &snapshot))
    }
}

/// Where a client begins.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// It goes on after this number.
    After(u64),
    /// It begins with what is now; `reason` where it had wanted to go on.
    Anew { reason: Option<String> },
}

impl Start {
    fn of(last: Option<&str>, newest: u64) -> Self {
        let Some(last) = last.filter(|last| !last.is_empty()) else { return Self::Anew { reason: None } };
        let reason = match last.parse::<u64>() {
            Ok(last) if last > newest => format!("entry {last} is not in this journal"),
            Ok(last) if newest - last > TOO_FAR => format!("{} entries have passed since", newest - last),
            Ok(last) => return Self::After(last),
            Err(_) => "Last-Event-ID is no number of this journal".to_owned(),
        };
        Self::Anew { reason: Some(reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_goes_on_where_it_was_unless_that_is_nowhere() {
        assert_eq!(Start::of(None, 10), Start::Anew { reason: None });
        assert_eq!(Start::of(Some(""), 10), Start::Anew { reason: None });
        assert_eq!(Start::of(Some("10"), 10), Start::After(10));
        assert_eq!(Start::of(Some("0"), 10), Start::After(0));
        for nowhere in ["11", "-1", "x", "18446744073709551615"] {
            assert!(matches!(Start::of(Some(nowhere), 10), Start::Anew { reason: Some(_) }), "{nowhere}");
        }
        assert_eq!(Start::of(Some("1"), TOO_FAR + 1), Start::After(1));
        assert!(matches!(Start::of(Some("0"), TOO_FAR + 1), Start::Anew { reason: Some(_) }));
    }
}
