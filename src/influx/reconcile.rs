//! What a server has, compared with what the journal says it should.

use super::carrier::{Carrier, CarrierError, Server};
use super::editions::{Sending, digest};
use super::exporter::{Found, Runs, look};
use super::parcel::{Line, Obstacle, Parcel, SetAside};
use super::served::{Csv, Export, Served, flux, said, selector};
use crate::store::{Reader, StoreError, Told};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Differences that are named; all are counted.
const NAMED: usize = 20;
/// Entries read at a time.
const PAGE: u32 = 1_000;

/// Why nothing could be compared or sent.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// The journal can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server can't be asked.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// The server takes no more.
    #[error("{sent} lines were taken, then no more: {why}; start it again, sending twice changes nothing")]
    Hindered {
        /// Lines taken.
        sent: u64,
        /// The server's word.
        why: String,
    },
}

/// How both sides are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Who was asked.
    pub server: Server,
    /// Points that both have alike, taken back ones among them.
    pub alike: u64,
    /// Entries of the journal that are not told yet; whatever the server has of them is right.
    pub pending: u64,
    /// Lines that the server would not take.
    pub refused: u64,
    /// Points that are not alike.
    pub different: u64,
    /// The first of them.
    pub named: Vec<Difference>,
}

/// A point that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub what: String,
    /// In what.
    pub how: &'static str,
}

/// What may be found of a point.
#[derive(Clone, Copy, Debug, Default)]
struct Expected {
    /// Stands for all fields.
    sum: i64,
    seq: u64,
    may_live: bool,
    may_be_retired: bool,
    may_be_missing: bool,
}

/// What was found of a point.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    sum: i64,
    retired: bool,
    ambiguous: bool,
}

/// A whole journal again, as it was told from its first entry on.
struct Retelling<'a> {
    reader: &'a Reader,
    gym: &'a str,
    told: BTreeMap<(String, String), Told>,
    runs: Runs,
    after: u64,
}

impl<'a> Retelling<'a> {
    fn new(reader: &'a Reader, gym: &'a str) -> Self {
        Self { reader, gym, told: BTreeMap::new(), runs: Runs::default(), after: 0 }
    }

    /// What is new in the next entries, each with its `seq`; `None` at the end.
    fn page(&mut self) -> Result<Option<Vec<(u64, Sending)>>, StoreError> {
        let page = self.reader.events_after(self.after, PAGE)?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last.seq;
        let mut new = Vec::new();
        for stored in &page {
            let told = &self.told;
            let before =
                |kind: &str, subject: &str| Ok(told.get(&(kind.to_owned(), subject.to_owned())).cloned());
            if let Found::New(sending) = look(self.reader, &mut self.runs, stored, self.gym, before)? {
                let sending = *sending;
                let now = sending.told.clone();
                self.told.insert((now.kind.clone(), now.subject.clone()), now);
                new.push((stored.seq, sending));
            }
        }
        Ok(Some(new))
    }
}

fn name(series: &str, t_ms: i64) -> i64 {
    digest(&[(series, t_ms.to_string())])
}

fn field_sum(sum: i64, field: &str, said: &str) -> i64 {
    sum.wrapping_add(digest(&[(field, said)]))
}

/// Compares all points from `since_ms` on. The journal is read while the daemon may go on writing.
pub async fn reconcile(
    carrier: &Carrier,
    reader: &Reader,
    since_ms: Option<i64>,
) -> Result<Reconciled, ReconcileError> {
    let server = carrier.server().await?;
    let state = reader.outbox(&carrier.destination())?;
    let refused: BTreeSet<u64> =
        reader.refused(&carrier.destination())?.iter().map(|line| line.seq).collect();
    let has_texts = matches!(server, Server::InfluxDb(_));
    let is_asked = |t_ms: i64| since_ms.is_none_or(|since| t_ms >= since);
    let mut expected: BTreeMap<i64, Expected> = BTreeMap::new();
    let mut retelling = Retelling::new(reader, carrier.gym());
    while let Some(page) = retelling.page()? {
        for (seq, sending) in page.iter().filter(|(_, sending)| is_asked(sending.told.t_ms)) {
            let unsure = *seq > state.seq || refused.contains(seq);
            expect(&mut expected, *seq, unsure, has_texts, sending);
        }
    }
    let last_seq = reader.last_seq()?;
    let mut seen: BTreeMap<i64, Seen> = BTreeMap::new();
    let mut strangers = BTreeMap::new();
    let mut trouble = None;
    let mut see = |it: Served<'_>| {
        if !is_asked(it.t_ms) {
            return;
        }
        let key = name(it.series, it.t_ms);
        if !expected.contains_key(&key) && (strangers.len() < NAMED || strangers.contains_key(&key)) {
            strangers.insert(key, format!("{} at {} ms", it.series, it.t_ms));
        }
        let point = seen.entry(key).or_default();
        point.retired |= it.field == "retired";
        point.ambiguous |= it.again;
        point.sum = field_sum(point.sum, it.field, &it.said);
    };
    match &server {
        Server::InfluxDb(_) => {
            let mut csv = Csv::default();
            let line = |line: &str| trouble = trouble.take().or(csv.line(line, &mut see).err());
            carrier.flux(&flux(carrier.bucket(), carrier.gym()), line).await?;
        }
        Server::VictoriaMetrics => {
            let mut export = Export::default();
            let line = |line: &str| trouble = trouble.take().or(export.line(line, &mut see).err());
            carrier.export(&selector(carrier.gym()), line).await?;
        }
    }
    if let Some(trouble) = trouble {
        return Err(CarrierError::Unanswered(trouble).into());
    }
    let mut result = Reconciled {
        server,
        alike: 0,
        pending: last_seq.saturating_sub(state.seq),
        refused: state.refused,
        different: 0,
        named: Vec::new(),
    };
    compare(&mut result, reader, carrier.gym(), &expected, &seen)?;
    for what in strangers.into_values() {
        result.name(what, "only the server has it");
    }
    let unknown = seen.keys().filter(|key| !expected.contains_key(key)).count() as u64;
    result.different += unknown;
    Ok(result)
}

fn expect(
    expected: &mut BTreeMap<i64, Expected>,
    seq: u64,
    unsure: bool,
    has_texts: bool,
    sending: &Sending,
) {
    if let Some(told) = &sending.retired {
        for series in told.series.lines() {
            let point = expected.entry(name(series, told.t_ms)).or_default();
            point.may_be_retired = true;
            point.may_live &= unsure;
        }
    }
    for point in &sending.points {
        let sum = point.fields.iter().filter_map(|(field, value)| Some((field, said(value, has_texts)?)));
        let sum = sum.fold(0, |sum, (field, said)| field_sum(sum, field, &said));
        let one = Expected { sum, seq, may_live: true, may_be_retired: false, may_be_missing: unsure };
        expected.insert(name(&point.series(), point.t_ms), one);
    }
}

impl Reconciled {
    /// Whether both sides are equal, as far as the journal has been told.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.different == 0
    }

    fn name(&mut self, what: String, how: &'static str) {
        if self.named.len() < NAMED {
            self.named.push(Difference { what, how });
        }
    }
}

fn compare(
    result: &mut Reconciled,
    reader: &Reader,
    gym: &str,
    expected: &BTreeMap<i64, Expected>,
    seen: &BTreeMap<i64, Seen>,
) -> Result<(), StoreError> {
    for (key, point) in expected {
        let how = match seen.get(key) {
            Some(found) if found.retired && point.may_be_retired => None,
            Some(found) if found.retired => Some("the server has it taken back"),
            Some(_) if !point.may_live => Some("the server doesn't have it taken back"),
            Some(found) if found.ambiguous => Some("the server has two values at one time"),
            Some(found) if found.sum != point.sum => Some("the server has other values"),
            Some(_) => None,
            None if point.may_be_missing => continue,
            None => Some("the server doesn't have it"),
        };
        let Some(how) = how else {
            result.alike += 1;
            continue;
        };
        result.different += 1;
        if result.named.len() < NAMED {
            // only now is it worth to look what it is
            let stored = reader.events_after(point.seq.saturating_sub(1), 1)?.pop();
            let record = stored.as_ref().and_then(|stored| super::points::record(stored, gym));
            let what =
                record.map_or_else(String::new, |record| format!("{} {} ", record.kind, record.subject));
            result.name(format!("{what}(entry {})", point.seq), how);
        }
    }
    Ok(())
}

/// Sends again all points from `since_ms` on; the daemon's cursor stays. Lines sent and lines that the server won't take.
pub async fn backfill(
    carrier: &Carrier,
    reader: &Reader,
    since_ms: Option<i64>,
    mut told: impl FnMut(u64),
) -> Result<(u64, Vec<SetAside>), ReconcileError> {
    let (mut sent, mut aside) = (0, Vec::new());
    let mut retelling = Retelling::new(reader, carrier.gym());
    while let Some(page) = retelling.page()? {
        let asked =
            page.iter().filter(|(_, sending)| since_ms.is_none_or(|since| sending.told.t_ms >= since));
        let lines = asked
            .flat_map(|(seq, sending)| sending.lines.iter().cloned().map(|text| Line { seq: *seq, text }));
        let mut parcel = Parcel::new(lines.collect());
        while let Some(text) = parcel.next() {
            if let Err(Obstacle::Busy(why, _) | Obstacle::Locked(why)) =
                parcel.answered(carrier.write(&text).await)
            {
                return Err(ReconcileError::Hindered { sent, why });
            }
        }
        sent += (parcel.lines().len() - parcel.aside().len()) as u64;
        aside.extend_from_slice(parcel.aside());
        told(sent);
    }
    Ok((sent, aside))
}
