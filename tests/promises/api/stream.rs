//! The live stream: what a client gets, and that it misses and repeats nothing when it comes again.

use super::document::Asker;
use super::ground::{Gym, notice, rep, seconds, sensor};
use axum::body::{Body, BodyDataStream};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use futures_util::StreamExt;
use ironstride::model::{AthleteProfile, Change, Event, LinkState, Order, SensorProfile, StationContext};
use serde_json::Value;
use std::net::SocketAddr;
use tower::ServiceExt;

/// A client that reads events one by one.
struct Client {
    stream: BodyDataStream,
    text: String,
}

/// An event as it came.
#[derive(Debug, PartialEq)]
struct Message {
    id: Option<u64>,
    event: String,
    data: Value,
}

impl Client {
    async fn new(gym: &Gym, station: &str, last: Option<&str>) -> Self {
        let uri = format!("/api/v1/stream{station}");
        let mut request = Request::builder().uri(uri).header(header::HOST, "localhost");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let response = gym.web.router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; words between (comments, `retry`) are no events.
    async fn next(&mut self) -> Message {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(message) = message(&block) {
                    return message;
                }
                continue;
            }
            let bytes = self.stream.next().await.expect("the stream has no end").unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        for _ in 0..count {
            messages.push(self.next().await);
        }
        messages
    }
}

fn message(block: &str) -> Option<Message> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    Some(Message {
        id: field("id: ").map(|id| id.parse().unwrap()),
        event: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).unwrap(),
    })
}

fn ids(messages: &[Message]) -> Vec<u64> {
    messages.iter().filter_map(|message| message.id).collect()
}

#[tokio::test]
async fn a_client_gets_a_snapshot_then_every_kind_of_event_of_its_station() {
    let gym = Gym::new(true);
    let ask = Asker::new(gym.web.clone());
    let mut client = Client::new(&gym, "?station=rack", None).await;
    let first = client.next().await;
    assert_eq!((first.event.as_str(), first.id), ("snapshot", first.data["seq"].as_u64()));
    let mut elsewhere = rep(20, None, true);
    elsewhere.station = "platform".into();
    let context = StationContext { load_kg: Some(90.0), ..StationContext::default() };
    let profile = SensorProfile {
        sensor: "bar".into(),
        name: Some("Bar 2".to_owned()),
        role: None,
        cadence_unit: None,
    };
    gym.step(
        seconds(62.0),
        vec![
            Event::Rep(Box::new(elsewhere)),
            Event::Rep(Box::new(rep(21, None, true))),
            Event::Sensor(Box::new(sensor("bar", LinkState::Stalled))),
            Event::Notice(notice("samples were lost again")),
        ],
        vec![
            Change::Order(Order::SetStation { station: "rack".into(), context }),
            Change::Order(Order::EndSet { station: "rack".into() }),
            Change::Sensor(profile),
        ],
    );
    let got = client.take(5).await;
    let names: Vec<&str> = got.iter().map(|message| message.event.as_str()).collect();
    assert_eq!(names, ["station", "sensor", "rep", "sensor", "notice"]);
    assert_eq!(got[0].data["context"]["load_kg"], 90.0);
    assert_eq!((&got[1].data["name"], &got[1].data["battery_pct"]), (&"Bar 2".into(), &9.into()));
    assert_eq!(got[2].data["id"], 21);
    assert_eq!(got[3].data["link"], "stalled");
    for message in [&first].into_iter().chain(&got) {
        ask.hold_event(&message.event, &message.data);
    }
    let anna = AthleteProfile { id: "anna".into(), name: "Anna B.".to_owned(), body_mass_kg: None };
    gym.step(seconds(63.0), Vec::new(), vec![Change::Athlete(anna)]);
    let fresh = client.next().await;
    assert_eq!(fresh.event, "snapshot", "a name stands in no event of its own");
    assert!(fresh.data["seq"].as_u64() > first.data["seq"].as_u64());
}

#[tokio::test]
async fn a_client_that_comes_again_misses_and_repeats_nothing() {
    let gym = Gym::new(true);
    let mut watching = Client::new(&gym, "?station=rack", None).await;
    let start = watching.next().await.id.unwrap();
    for n in 0..40 {
        gym.step(seconds(62.0), vec![Event::Rep(Box::new(rep(20 + n, None, true)))], Vec::new());
    }
    let all = watching.take(40).await;
    assert_eq!(ids(&all).first(), Some(&(start + 1)));
    // with a listener there, from the ring; without one for a while, from the journal
    for with_listener in [true, false] {
        if !with_listener {
            drop(std::mem::replace(&mut watching, Client::new(&gym, "", Some("1")).await));
            drop(std::mem::replace(&mut watching.stream, Body::empty().into_data_stream()));
            gym.step(seconds(62.0), vec![Event::Notice(notice("nobody heard"))], Vec::new());
        }
        for seen in [0, 1, 17, 39] {
            let last = all[seen].id.unwrap().to_string();
            let mut client = Client::new(&gym, "?station=rack", Some(&last)).await;
            assert_eq!(client.take(39 - seen).await, all[seen + 1..], "after {seen} events");
        }
    }
}

#[tokio::test]
async fn a_client_from_nowhere_is_told_to_begin_anew() {
    let gym = Gym::new(true);
    let ask = Asker::new(gym.web.clone());
    for nowhere in ["999999", "x", "-5"] {
        let mut client = Client::new(&gym, "?station=rack", Some(nowhere)).await;
        let got = client.take(2).await;
        assert_eq!((got[0].event.as_str(), got[1].event.as_str()), ("reset", "snapshot"), "{nowhere}");
        ask.hold_event("reset", &got[0].data);
    }
    let many = (0..5001).map(|_| Event::Notice(notice("one more"))).collect();
    gym.step(seconds(62.0), many, Vec::new());
    let mut client = Client::new(&gym, "?station=rack", Some("1")).await;
    assert_eq!(client.next().await.event, "reset", "too far behind");
}
