//! One message of the stream in the form of server-sent events, and which message an entry of the journal makes.

use super::known::Known;
use super::ring::{Audience, Line, Message};
use crate::model::{Change, Event, Order, StationId};
use crate::store::{Entry, StoredEvent};
use crate::web::views;
use axum::body::Bytes;
use serde::Serialize;

/// A message; with `id` the client can go on after it.
pub(super) fn frame<T: Serialize>(id: Option<u64>, event: &str, data: &T) -> Bytes {
    // the views are plain data with text for keys: writing them as JSON can't fail
    let data = serde_json::to_string(data).unwrap_or_default();
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Bytes::from(format!("{id}event: {event}\ndata: {data}\n\n"))
}

/// The name of an entry's kind: as the stream's event, and in `/metrics`.
pub(super) fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Event(Event::Rep(_)) => "rep",
        Entry::Event(Event::Set(_)) => "set",
        Entry::Event(Event::Session(_)) => "session",
        Entry::Event(Event::Advice(_)) => "advice",
        Entry::Event(Event::Cadence(_)) => "cadence",
        Entry::Event(Event::Device(_)) => "device",
        Entry::Event(Event::Sensor(_)) => "sensor",
        Entry::Event(Event::Stream(_)) => "stream",
        Entry::Event(Event::Notice(_)) => "notice",
        Entry::Event(Event::Trace(_) | Event::SettledTrace(_)) => "trace",
        Entry::Event(Event::Request(_)) => "request",
        Entry::Change(_) => "change",
    }
}

/// The line that an entry makes; `None` where the stream doesn't show it.
pub(super) fn line(stored: &StoredEvent, known: &Known) -> Option<Line> {
    let (seq, clock) = (stored.seq, &*stored.clock);
    let at = |station: &StationId| Audience::Station(station.clone());
    let (audience, message) = match &stored.entry {
        Entry::Event(Event::Rep(rep)) => {
            (at(&rep.station), frame(Some(seq), "rep", &views::rep::Rep::of(rep, clock)))
        }
        Entry::Event(Event::Set(set)) => {
            (at(&set.station), frame(Some(seq), "set", &views::set::SetRecord::of(set, clock)))
        }
        Entry::Event(Event::Session(session)) => {
            (at(&session.station), frame(Some(seq), "session", &views::set::Session::of(session, clock)))
        }
        Entry::Event(Event::Advice(advice)) => {
            let view = views::advice::Advice::of(advice, false, clock);
            (at(&advice.station), frame(Some(seq), "advice", &view))
        }
        Entry::Event(Event::Cadence(cadence)) => {
            (Audience::All, frame(Some(seq), "cadence", &views::people::Cadence::of(cadence, clock)))
        }
        Entry::Event(Event::Device(record)) => {
            (Audience::All, frame(Some(seq), "device", &views::device::DeviceRecord::of(record, clock)))
        }
        Entry::Event(Event::Sensor(status)) => {
            (known.audience(&status.sensor), frame(Some(seq), "sensor", &known.reported(status, clock)))
        }
        Entry::Event(Event::Notice(notice)) => {
            let audience = notice.sensor.as_ref().map_or(Audience::All, |sensor| known.audience(sensor));
            (audience, frame(Some(seq), "notice", &views::sensor::Notice::of(notice, clock)))
        }
        Entry::Change(Change::Order(Order::SetStation { station, context })) => {
            let context = views::people::Context::of(context, seq);
            let view = views::station::StationContext { station: station.to_string(), context };
            (at(station), frame(Some(seq), "station", &view))
        }
        // to all: the station that the sensor leaves must learn of it too
        Entry::Change(Change::Sensor(profile)) => {
            (Audience::All, frame(Some(seq), "sensor", &known.sensor(&profile.sensor)))
        }
        Entry::Change(Change::Athlete(_)) => {
            return Some(Line { seq, audience: Audience::All, message: Message::Snapshot });
        }
        Entry::Change(Change::Order(_) | Change::Token(_))
        | Entry::Event(Event::Stream(_) | Event::Trace(_) | Event::SettledTrace(_) | Event::Request(_)) => {
            return None;
        }
    };
    Some(Line { seq, audience, message: Message::Frame(message) })
}
