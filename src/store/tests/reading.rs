//! Projections and filters.

use super::sample::{Scratch, cadence, order, rep, send, set, squat};
use crate::model::*;
use crate::store::*;

struct Store {
    journal: Journal,
    run: RunId,
    _thread: WriterThread,
    _scratch: Scratch,
}

impl Store {
    fn new() -> Self {
        let scratch = Scratch::new();
        let (journal, thread) = scratch.open();
        let run = journal.begin(RunSource::Live, "f").unwrap();
        Self { journal, run, _thread: thread, _scratch: scratch }
    }

    fn add(&self, events: Vec<Event>) -> Reader {
        send(&self.journal, Step { events, ..Step::new(self.run, HostTime(1)) });
        self.journal.flush().unwrap();
        self.journal.reader()
    }

    fn change(&self, changes: Vec<Change>) -> Reader {
        send(&self.journal, Step { changes, ..Step::new(self.run, HostTime(1)) });
        self.journal.flush().unwrap();
        self.journal.reader()
    }
}

fn set_event(record: SetRecord) -> Event {
    Event::Set(Box::new(record))
}

fn ids(reps: &[Placed<Rep>]) -> Vec<u64> {
    reps.iter().map(|rep| rep.value.id.0).collect()
}

#[test]
fn the_latest_word_counts_and_the_first_place_stays() {
    let mut store = Store::new();
    let first = store.run;
    store.add(vec![rep(1, 1, 1, 5)]);
    store.run = store.journal.begin(RunSource::Live, "f").unwrap();
    let reader = store.add(vec![rep(1, 2, 1, 5)]);
    let found = reader.rep(RepId(1)).unwrap().unwrap();
    assert_eq!(Event::Rep(Box::new(found.value)), rep(1, 2, 1, 5));
    assert_eq!((found.run, found.seq), (first, 2), "its times are those of the run that recorded it");
    let entries = reader.events_after(0, 9).unwrap();
    assert_eq!((entries[1].run, entries[1].axis), (store.run, first));
    assert_eq!(reader.rep(RepId(2)).unwrap(), None);
}

#[test]
fn lists_are_read_page_by_page_from_either_end() {
    let store = Store::new();
    let reader = store.add((1..=7).map(|id| rep(id, 1, id % 2, 5)).collect());
    let page = |after, newest_first| RepFilter {
        set: Some(SetId(1)),
        page: Page { after, limit: 2, newest_first },
        ..RepFilter::default()
    };
    assert_eq!(ids(&reader.reps(&page(None, false)).unwrap()), [1, 3]);
    assert_eq!(ids(&reader.reps(&page(Some(3), false)).unwrap()), [5, 7]);
    assert_eq!(ids(&reader.reps(&page(None, true)).unwrap()), [7, 5]);
    assert_eq!(ids(&reader.reps(&page(Some(5), true)).unwrap()), [3, 1]);
    let elsewhere = RepFilter { station: Some("platform".into()), ..RepFilter::default() };
    assert_eq!(ids(&reader.reps(&elsewhere).unwrap()), [0; 0]);
}

#[test]
fn a_closed_set_without_labels_waits_in_the_inbox_until_it_has_them() {
    let store = Store::new();
    let inbox = SetFilter { inbox: true, ..SetFilter::default() };
    let reader = store.add(vec![set_event(set(1, 1, 9, None))]);
    assert_eq!(reader.sets(&inbox).unwrap(), [], "open: the station's context may still label it");
    assert_eq!(reader.sets(&SetFilter { open: Some(true), ..SetFilter::default() }).unwrap().len(), 1);
    let empty = SetRecord { summaries: vec![], ..set(2, 1, 9, Some(8)) };
    store.add(vec![set_event(set(1, 2, 9, Some(8))), set_event(empty)]);
    let found = reader.sets(&inbox).unwrap();
    assert_eq!(found.len(), 1, "and one without repetitions needs no label");
    assert_eq!(found[0].value, set(1, 2, 9, Some(8)));
    assert_eq!(reader.unlabelled_sets(None), Ok(1));
    assert_eq!(reader.unlabelled_sets(Some(&"platform".into())), Ok(0));
    let labelled = SetRecord {
        athlete: Some("ada".into()),
        exercise: Some("back_squat".into()),
        load_kg: Some(0.0),
        ..set(1, 3, 9, Some(8))
    };
    store.add(vec![set_event(labelled)]);
    assert_eq!(reader.unlabelled_sets(None), Ok(0));
    let of_ada =
        SetFilter { athlete: Some("ada".into()), session: Some(SessionId(9)), ..SetFilter::default() };
    assert_eq!(reader.sets(&of_ada).unwrap().len(), 1);
}

fn advice(id: u64, supersedes: Option<u64>) -> Event {
    Event::Advice(Box::new(Advice {
        id: AdviceId(id),
        at: HostTime(4),
        station: "rack".into(),
        athlete: None,
        exercise: None,
        set: SetId(1),
        action: AdviceAction::StopSet,
        reason: "enough".to_owned(),
        inputs: vec![],
        threshold: AdviceInput { name: "cap".to_owned(), value: 20.0 },
        rule: "r".to_owned(),
        source: "s".to_owned(),
        confidence: Confidence::Medium,
        supersedes: supersedes.map(AdviceId),
    }))
}

#[test]
fn superseded_advice_is_kept_and_marked() {
    let store = Store::new();
    let reader = store.add(vec![advice(1, None), advice(2, Some(1))]);
    let all = reader.advice(&AdviceFilter { set: Some(SetId(1)), ..AdviceFilter::default() }).unwrap();
    let superseded: Vec<_> = all.iter().map(|advised| advised.value.superseded_by).collect();
    assert_eq!(superseded, [Some(AdviceId(2)), None]);
    let current = reader.advice(&AdviceFilter { current: true, ..AdviceFilter::default() }).unwrap();
    assert_eq!(current.len(), 1);
    assert_eq!(reader.advice_by_id(AdviceId(1)).unwrap().unwrap().value.superseded_by, Some(AdviceId(2)));
}

#[test]
fn numbers_go_on_after_the_highest_of_any_kind() {
    let store = Store::new();
    assert_eq!(store.journal.reader().next_id(), Ok(1));
    let session = SessionRecord {
        id: SessionId(40),
        revision: 1,
        station: "rack".into(),
        athlete: None,
        started_at: HostTime(1),
        ended_at: None,
    };
    let reader = store.add(vec![rep(3, 1, 1, 1), Event::Session(session.clone()), advice(12, None)]);
    assert_eq!(reader.next_id(), Ok(41));
    assert_eq!(reader.session(SessionId(40)).unwrap().unwrap().value, session);
    let open = SessionFilter { open: Some(true), station: Some("rack".into()), ..SessionFilter::default() };
    assert_eq!(reader.sessions(&open).unwrap().len(), 1);
}

#[test]
fn cadence_is_a_list_and_a_latest_value() {
    let store = Store::new();
    let reader = store.add(vec![cadence("left", 1), cadence("right", 2), cadence("left", 3)]);
    let left = CadenceFilter { sensor: Some("left".into()), ..CadenceFilter::default() };
    let times: Vec<i64> = reader.cadence(&left).unwrap().iter().map(|c| c.value.at.0).collect();
    assert_eq!(times, [1, 3]);
    let latest: Vec<i64> = reader.latest_cadence().unwrap().iter().map(|c| c.value.at.0).collect();
    assert_eq!(latest, [3, 2]);
    assert_eq!(reader.cadence(&CadenceFilter::default()).unwrap().len(), 3);
}

#[test]
fn what_people_say_replaces_what_they_said() {
    let store = Store::new();
    let ada = |mass| AthleteProfile { id: "ada".into(), name: "Ada".to_owned(), body_mass_kg: mass };
    let bar =
        SensorProfile { sensor: "bar".into(), name: Some("No 3".to_owned()), role: None, cadence_unit: None };
    let token = DeviceToken { name: "phone".to_owned(), sha256: "ff00".to_owned(), revoked: false };
    store.change(vec![Change::Athlete(ada(None)), Change::Sensor(bar.clone()), Change::Token(token.clone())]);
    let reader = store.change(vec![Change::Athlete(ada(Some(61.5)))]);
    assert_eq!(reader.athletes().unwrap(), [ada(Some(61.5))]);
    assert_eq!(reader.sensor_profiles().unwrap(), [bar]);
    assert_eq!(reader.device_token("ff00").unwrap(), Some(token.clone()));
    assert_eq!(reader.device_token("ff01").unwrap(), None);
    let named = |reader: &Reader| reader.device_tokens().unwrap().into_iter().map(|(token, _)| token.name);
    assert_eq!(named(&reader).collect::<Vec<_>>(), ["phone"]);
    let reader = store.change(vec![Change::Token(DeviceToken { revoked: true, ..token.clone() })]);
    assert_eq!((reader.device_token("ff00").unwrap(), named(&reader).count()), (None, 0));
}

#[test]
fn a_station_s_context_comes_from_orders_however_they_came() {
    let store = Store::new();
    let rack = StationId::from("rack");
    assert_eq!(store.journal.reader().station_context(&rack).unwrap(), None);
    let say = |context| order(1, Order::SetStation { station: "rack".into(), context });
    // as a recording holds it: a command among the inputs, and no change of the driver's
    let inputs = vec![say(StationContext::default()), say(squat())];
    send(&store.journal, Step { inputs, ..Step::new(store.run, HostTime(1)) });
    store.journal.flush().unwrap();
    let state = StationState { station: rack.clone(), context: squat(), revision: 2, seq: 2 };
    assert_eq!(store.journal.reader().station_context(&rack).unwrap(), Some(state.clone()));
    assert_eq!(store.journal.reader().station_contexts().unwrap(), [state]);
}

#[test]
fn a_session_before_synchronisation_is_placed_when_time_arrives() {
    let store = Store::new();
    let anchor = |mono, utc_ns, certain| {
        let anchor = ClockAnchor { run: store.run, mono: HostTime(mono), utc_ns, certain };
        store.journal.send(Write::Anchor(anchor)).unwrap();
    };
    let placed = |reader: &Reader| {
        let rep = reader.rep(RepId(1)).unwrap().unwrap();
        rep.utc(rep.value.ended_at).map(|utc| (utc.ns, utc.certain))
    };
    let reader = store.add(vec![rep(1, 1, 1, 5)]);
    assert_eq!(placed(&reader), None);
    anchor(0, 1_000, false);
    store.journal.flush().unwrap();
    assert_eq!(placed(&reader), Some((1_005, false)));
    anchor(100, 9_000_100, true);
    store.journal.flush().unwrap();
    assert_eq!(placed(&reader), Some((9_000_005, true)));
}

#[test]
fn readers_and_the_writer_do_not_wait_for_each_other() {
    let store = Store::new();
    store.add((1..=50).map(|id| rep(id, 1, 1, 1)).collect());
    let reader = store.journal.reader();
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let reader = reader.clone();
            std::thread::spawn(move || {
                (0..50).all(|_| reader.reps(&RepFilter::default()).unwrap().len() >= 50)
            })
        })
        .collect();
    for id in 51..=80 {
        store.add(vec![rep(id, 1, 1, 1)]);
    }
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    assert_eq!(reader.status().unwrap().last_seq, 80);
}
