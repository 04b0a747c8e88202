//! The recent past of the live stream, rendered once for all clients, and the cursor by which each walks through it.

use crate::model::StationId;
use axum::body::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;

/// Rendered events are forgotten beyond so many bytes; the journal has them.
const MAX_BYTES: usize = 2 << 20;
/// And beyond so many lines.
const MAX_LINES: usize = 4096;

/// One event of the stream, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the journal.
    pub(super) seq: u64,
    /// Whom it is for.
    pub(super) audience: Audience,
    /// What to send.
    pub(super) message: Message,
}

/// Whom an event is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Every client.
    All,
    /// Clients of this station, and those of none.
    Station(StationId),
}

impl Audience {
    /// Whether a client of `station` (or of the whole gym) gets it.
    pub(super) fn hears(&self, station: Option<&StationId>) -> bool {
        match (self, station) {
            (Self::Station(of), Some(station)) => of == station,
            (Self::All, _) | (_, None) => true,
        }
    }
}

/// What an event makes a client send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// These bytes.
    Frame(Bytes),
    /// A new snapshot: something changed that stands in no event of the stream, such as an athlete's name.
    Snapshot,
}

/// The recent lines, with all that was committed after `from`.
#[derive(Debug, Default)]
pub(super) struct Ring {
    lines: VecDeque<Arc<Line>>,
    bytes: usize,
    /// Lines up to here are not here any more; `None` until something was published.
    from: Option<u64>,
    /// The last committed number.
    head: u64,
}

/// What there is after a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// These lines, the client's cursor being then at `upto`. Empty when there is nothing new.
    Lines {
        /// In order.
        lines: Vec<Arc<Line>>,
        /// The new cursor.
        upto: u64,
    },
    /// Ask the journal: it is too long ago, or from before this process.
    Journal,
}

impl Ring {
    /// Adds what one commit kept; `last` is the journal's number after it.
    pub(super) fn publish(&mut self, lines: impl IntoIterator<Item = Line>, first: Option<u64>, last: u64) {
        // what was committed before the first commit that we were told of is in the journal only
        self.from.get_or_insert(first.map_or(last, |first| first.saturating_sub(1)));
        for line in lines {
            self.bytes += line.size();
            self.lines.push_back(Arc::new(line));
        }
        self.head = self.head.max(last);
        while self.bytes > MAX_BYTES || self.lines.len() > MAX_LINES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.size();
            self.from = Some(oldest.seq);
        }
    }

    /// Notes a commit that nobody is there to see: whoever comes later asks the journal.
    pub(super) fn skip(&mut self, last: u64) {
        self.lines.clear();
        self.bytes = 0;
        self.head = self.head.max(last);
        self.from = Some(self.head);
    }

    /// At most `limit` lines after `cursor`.
    pub(super) fn after(&self, cursor: u64, limit: usize) -> After {
        if self.from.is_none_or(|from| cursor < from) {
            return After::Journal;
        }
        let start = self.lines.partition_point(|line| line.seq <= cursor);
        let lines: Vec<Arc<Line>> = self.lines.range(start..).take(limit).cloned().collect();
        let whole = start + lines.len() == self.lines.len();
        let last = lines.last().map_or(cursor, |line| line.seq);
        let upto = if whole { self.head.max(last).max(cursor) } else { last };
        After::Lines { lines, upto }
    }
}

impl Line {
    /// Bytes that it takes, about.
    fn size(&self) -> usize {
        size_of::<Self>()
            + match &self.message {
                Message::Frame(bytes) => bytes.len(),
                Message::Snapshot => 0,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(seq: u64, bytes: usize) -> Line {
        Line { seq, audience: Audience::All, message: Message::Frame(Bytes::from(vec![0; bytes])) }
    }

    /// What can happen between commits and clients.
    #[derive(Clone, Debug)]
    enum Happening {
        /// A commit of so many entries, of which the first bits tell which the stream shows, of so many bytes each.
        Commit { entries: u8, shown: u8, bytes: usize },
        /// The same while nobody is there.
        Unseen { entries: u8 },
        /// A client takes at most so many lines.
        Take { client: usize, limit: usize },
    }

    fn happening() -> impl Strategy<Value = Happening> {
        prop_oneof![
            (0_u8..6, any::<u8>(), prop_oneof![Just(100_usize), Just(MAX_BYTES / 3)])
                .prop_map(|(entries, shown, bytes)| Happening::Commit { entries, shown, bytes }),
            (0_u8..4).prop_map(|entries| Happening::Unseen { entries }),
            (0_usize..3, 1_usize..5).prop_map(|(client, limit)| Happening::Take { client, limit }),
        ]
    }

    /// The journal: shown entries by number, and the last number.
    #[derive(Default)]
    struct Kept {
        shown: Vec<u64>,
        last: u64,
    }

    /// A client as the stream drives it: the ring where it reaches back far enough, else the journal.
    fn take(ring: &Ring, kept: &Kept, cursor: &mut u64, limit: usize) -> Vec<u64> {
        match ring.after(*cursor, limit) {
            After::Lines { lines, upto } => {
                *cursor = upto;
                lines.iter().map(|line| line.seq).collect()
            }
            After::Journal => {
                let found: Vec<u64> =
                    kept.shown.iter().copied().filter(|seq| seq > cursor).take(limit).collect();
                *cursor = found.last().copied().unwrap_or(*cursor);
                found
            }
        }
    }

    proptest! {
        #[test]
        fn every_cursor_misses_and_repeats_nothing(
            before in 0_u64..5,
            starts in prop::collection::vec(0_u64..40, 3),
            happenings in prop::collection::vec(happening(), 1..60),
        ) {
            let mut ring = Ring::default();
            let mut kept = Kept { shown: (1..=before).collect(), last: before };
            let mut cursors: Vec<u64> = starts.iter().map(|start| (*start).min(before)).collect();
            let firsts = cursors.clone();
            let mut got = vec![Vec::new(); 3];
            for happening in happenings {
                match happening {
                    Happening::Commit { entries, shown, bytes } => {
                        let numbers: Vec<u64> = (1..=u64::from(entries)).map(|n| kept.last + n).collect();
                        let seen = |n: &u64| shown >> (n % 8) & 1 == 1;
                        let shown: Vec<u64> = numbers.iter().copied().filter(seen).collect();
                        kept.last += u64::from(entries);
                        ring.publish(shown.iter().map(|seq| line(*seq, bytes)), numbers.first().copied(), kept.last);
                        kept.shown.extend(shown);
                    }
                    Happening::Unseen { entries } => {
                        kept.shown.extend((1..=u64::from(entries)).map(|n| kept.last + n));
                        kept.last += u64::from(entries);
                        ring.skip(kept.last);
                    }
                    Happening::Take { client, limit } => {
                        let found = take(&ring, &kept, &mut cursors[client], limit);
                        got[client].extend(found);
                    }
                }
            }
            for ((cursor, first), got) in cursors.iter_mut().zip(firsts).zip(&mut got) {
                loop {
                    let found = take(&ring, &kept, cursor, 3);
                    if found.is_empty() { break }
                    got.extend(found);
                }
                let due: Vec<u64> = kept.shown.iter().copied().filter(|seq| *seq > first).collect();
                prop_assert_eq!(&*got, &due);
            }
            prop_assert!(ring.bytes <= MAX_BYTES && ring.lines.len() <= MAX_LINES);
        }
    }

    #[test]
    fn a_station_hears_its_own_and_the_gym_hears_all() {
        let rack = StationId::from("rack");
        let of_rack = Audience::Station(rack.clone());
        assert!(of_rack.hears(Some(&rack)) && of_rack.hears(None));
        assert!(!of_rack.hears(Some(&"platform".into())));
        assert!(Audience::All.hears(Some(&rack)));
    }
}
