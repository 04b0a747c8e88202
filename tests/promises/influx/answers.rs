//! A server's answers are told apart, and each is acted on.

use super::ground::{Ground, START_MS, cadence, rep};
use super::mock::{Act, Mock};
use crate::program::{file, folder};
use ironstride::influx::{Next, Word};
use ironstride::model::Event;
use ironstride::simulate::random::Random;

fn readings(count: u32) -> Vec<Event> {
    (0..count).map(cadence).collect()
}

#[test]
fn a_line_that_is_cut_busy_silent_or_killed_tells_everything_once() {
    let mut random = Random::new(11);
    let mock = Mock::start(move |lines| match random.below(8) {
        // a question with nothing in hand is not what is tested here
        _ if lines.is_empty() => Act::Keep,
        0 => Act::Say(503, "Retry-After: 1\r\n", "busy"),
        1 => Act::Say(429, "", "too many"),
        2 => Act::Cut,
        3 => Act::KeepSilently,
        _ => Act::Keep,
    });
    let mut ground = Ground::new("influx_bad_line", &mock.url);
    ground.settings.timeout_s = 0.5;
    for block in readings(24_000).chunks(4_000) {
        ground.tell(block.to_vec());
    }
    ground.tell((1..=900).map(|id| rep(id, 1, Some("ada"))).collect());
    let (mut waits, mut lives) = (0, 0);
    // a sender that is killed after every failure knows only what the journal knows
    'all: loop {
        let mut exporter = ground.exporter();
        lives += 1;
        loop {
            match ground.step(&mut exporter) {
                Next::Again => {}
                Next::Idle => break 'all,
                Next::Wait(_) => {
                    waits += 1;
                    break;
                }
            }
        }
        assert!(lives < 200, "it never ends");
    }
    assert!(waits >= 2, "{waits}: nothing was tested");
    assert_eq!(mock.known().points.len(), 24_900, "nothing is missing, nothing is double");
    assert_eq!(ground.journal.reader().outbox(&ground.carrier().destination()).unwrap().points, 24_900);
    let result = ground.reconcile();
    assert!(result.is_clean() && result.alike == 24_900 && result.pending == 0, "{result:?}");
    println!(
        "figure: 24,900 points over a line that fails in half of its answers, {lives} lives of the sender: each there once"
    );
}

#[test]
fn a_line_that_the_server_will_never_take_is_set_aside_and_the_rest_goes_on() {
    let mock = Mock::start(|_| Act::KeepWithout("\"odd\""));
    let ground = Ground::new("influx_refused", &mock.url);
    let mut events = readings(700);
    let mut odd = rep(5, 1, Some("ada"));
    if let Event::Rep(rep) = &mut odd {
        "odd".clone_into(&mut rep.algorithm.name);
    }
    events.insert(321, odd.clone());
    ground.tell(events);
    let mut exporter = ground.exporter();
    mock.behave(|_| Act::KeepWithout("odd/1"));
    assert_eq!(ground.tell_all(&mut exporter), 0);
    let known = mock.known();
    assert_eq!(known.points.len(), 700);
    assert!(known.writes < 25, "{} writes for one bad line of 701", known.writes);
    drop(known);
    let refused = ground.journal.reader().refused(&ground.carrier().destination()).unwrap();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].reason.contains("partial write") && refused[0].line.contains("odd/1"), "{refused:?}");
    assert_eq!((exporter.standing().refused, exporter.standing().word), (1, Word::UpToDate));
    // it is not tried again, by the next life of the sender neither
    let writes = mock.known().writes;
    assert_eq!(ground.tell_all(&mut ground.exporter()), 0);
    assert_eq!(mock.known().writes, writes);
}

#[test]
fn too_much_at_once_is_halved() {
    let mock = Mock::start(|lines| if lines.len() > 90 { Act::Say(413, "", "large") } else { Act::Keep });
    let ground = Ground::new("influx_large", &mock.url);
    ground.tell(readings(1_000));
    assert_eq!(ground.tell_all(&mut ground.exporter()), 0);
    assert_eq!(mock.known().points.len(), 1_000);
}

#[test]
fn a_wrong_token_pauses_and_is_never_shown() {
    let mock =
        Mock::start(|_| Act::Say(401, "", r#"{"code":"unauthorized","message":"unauthorized access"}"#));
    let mut ground = Ground::new("influx_token", &mock.url);
    ground.settings.token_file = Some(file(&folder("influx_token"), "token", "s3cret\n").into());
    ground.tell(readings(3));
    let mut exporter = ground.exporter();
    let Next::Wait(pause_s) = ground.step(&mut exporter) else { panic!("it must pause") };
    assert!(pause_s > 200.0, "{pause_s}");
    let standing = exporter.standing();
    assert_eq!((standing.word, standing.seq), (Word::Paused, 0));
    assert_eq!(standing.last_error.as_deref(), Some("status 401: unauthorized access"));
    assert_eq!(standing.waiting_since_ns, Some(START_MS * 1_000_000));
    assert_eq!(mock.known().token, "Token s3cret");
    assert!(!format!("{exporter:?}").contains("s3cret"));
    mock.behave(|_| Act::Keep);
    assert_eq!(ground.tell_all(&mut exporter), 0);
    assert_eq!(exporter.standing().last_error, None);
}

#[test]
fn a_busy_server_is_left_alone_as_long_as_it_wishes() {
    let mock = Mock::start(|_| Act::Say(429, "Retry-After: 77\r\n", "limit reached"));
    let ground = Ground::new("influx_busy", &mock.url);
    ground.tell(readings(3));
    let mut exporter = ground.exporter();
    let Next::Wait(pause_s) = ground.step(&mut exporter) else { panic!("it must wait") };
    assert!((77.0..90.0).contains(&pause_s), "{pause_s}");
    assert_eq!(exporter.standing().word, Word::Waiting);
}

#[test]
fn a_correction_takes_back_what_was_said_under_other_names() {
    let mock = Mock::start(|_| Act::Keep);
    let ground = Ground::new("influx_moved", &mock.url);
    ground.tell(vec![rep(1, 1, None), rep(2, 1, Some("bob"))]);
    let mut exporter = ground.exporter();
    ground.tell_all(&mut exporter);
    // another life of the sender remembers what it said
    ground.tell(vec![rep(1, 2, Some("ada")), rep(2, 1, Some("bob"))]);
    ground.tell_all(&mut ground.exporter());
    let known = mock.known();
    let t_ms = START_MS + 3_000;
    let old = &known.points[&(r"rep,gym=my\ gym,sensor=bar,station=rack-1".to_owned(), t_ms)];
    assert_eq!((old["accepted"].as_str(), old["retired"].as_str()), ("0i", "1i"));
    let new = r"rep,athlete=ada,edition=2,exercise=back_squat,gym=my\ gym,sensor=bar,station=rack-1";
    let new = &known.points[&(new.to_owned(), t_ms)];
    assert_eq!((new["accepted"].as_str(), new["load_kg"].as_str(), new.get("retired")), ("1i", "100", None));
    assert_eq!(known.points.len(), 3, "what did not change was not said again");
    drop(known);
    let result = ground.reconcile();
    assert!(result.is_clean() && result.alike == 3, "{result:?}");
}

#[test]
fn reconcile_names_what_differs_and_backfill_brings_it_back() {
    let mock = Mock::start(|_| Act::Keep);
    let ground = Ground::new("influx_reconcile", &mock.url);
    ground.tell((1..=10).map(|id| rep(id, 1, Some("ada"))).collect());
    ground.tell_all(&mut ground.exporter());
    let mut known = mock.known();
    let keys: Vec<_> = known.points.keys().cloned().collect();
    known.points.remove(&keys[3]);
    known.points.get_mut(&keys[5]).unwrap().insert("load_kg".to_owned(), "101".to_owned());
    let mut stranger = keys[0].clone();
    stranger.1 += 1;
    known.points.insert(stranger.clone(), [("load_kg".to_owned(), "1".to_owned())].into());
    drop(known);
    // what is not told yet is no difference
    ground.tell(vec![rep(11, 1, Some("ada"))]);
    let result = ground.reconcile();
    let hows: Vec<&str> = result.named.iter().map(|difference| difference.how).collect();
    let expected = ["the server doesn't have it", "the server has other values", "only the server has it"];
    assert!(expected.iter().all(|how| hows.contains(how)), "{result:?}");
    assert_eq!((result.different, result.alike, result.pending), (3, 8, 1), "{result:?}");
    assert!(result.named.iter().any(|difference| difference.what.starts_with("rep 4 ")), "{result:?}");
    mock.known().points.remove(&stranger);
    let reader = ground.journal.reader();
    let since = Some(START_MS + 3 * 3_000);
    let (sent, refused) = ground
        .runtime
        .block_on(ironstride::influx::backfill(&ground.carrier(), &reader, since, |_| ()))
        .unwrap();
    assert_eq!((sent, refused.len()), (9, 0), "from the third on, the untold one too");
    assert!(ground.reconcile().is_clean());
}

#[test]
fn nothing_leaves_before_the_clock_is_right() {
    let mock = Mock::start(|_| Act::Keep);
    let ground = Ground::new("influx_clock", &mock.url);
    let run = ground.journal.begin(ironstride::store::RunSource::Live, "early").unwrap();
    let at = ironstride::model::HostTime(0);
    let early = ironstride::store::Step { events: vec![cadence(1)], ..ironstride::store::Step::new(run, at) };
    ground.journal.send(ironstride::store::Write::Step(early)).unwrap();
    ground.tell(vec![cadence(2)]);
    let mut exporter = ground.exporter();
    ground.tell_all(&mut exporter);
    assert_eq!((exporter.standing().word, mock.known().writes), (Word::ClockUnset, 0));
    let anchor =
        ironstride::store::ClockAnchor { run, mono: at, utc_ns: START_MS * 1_000_000, certain: true };
    ground.journal.send(ironstride::store::Write::Anchor(anchor)).unwrap();
    ground.journal.flush().unwrap();
    ground.tell_all(&mut exporter);
    assert_eq!((exporter.standing().word, mock.known().points.len()), (Word::UpToDate, 2));
}
