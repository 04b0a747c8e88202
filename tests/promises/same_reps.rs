//! Final repetitions depend on the samples alone: neither on packets nor on arrival, and a hole that was filled in time
//! was never there.

use crate::gym::{Recording, engine_for, listen, only_before, samples_sent};
use crate::program::{file, folder, ironstride};
use firmware_protocol::{DataPacket, Flag, MAX_SAMPLES};
use ironstride::model::{Event, Input, RequestAction, StationContext};
use ironstride::sensors::ironstride::DATA;
use ironstride::simulate::lift::Lift;
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::sensor::SensorPlan;
use ironstride::simulate::session::SessionPlan;
use serde_json::{Value, json};

/// Late, by up to half a second now and then.
const JITTER: LinkFaults = LinkFaults {
    connection_interval_s: 0.045,
    jitter_s: 0.02,
    stall: 0.004,
    stall_s: 0.5,
    ..LinkFaults::NONE
};
/// Out of turn and twice as well.
const DISORDER: LinkFaults = LinkFaults { reorder: 0.02, duplicate: 0.02, ..JITTER };
/// Single packets lost, so that asking again helps for the most part.
const HOLES: LinkFaults = LinkFaults { turn_bad: 0.01, turn_good: 1.0, loss_bad: 1.0, ..LinkFaults::NONE };
const EVERYTHING: LinkFaults = LinkFaults { turn_bad: 0.01, turn_good: 1.0, loss_bad: 1.0, ..DISORDER };

const EXERCISES: [(&str, f64, u32); 4] =
    [("back_squat", 0.8, 5), ("deadlift", 0.75, 4), ("bench_press", 0.6, 6), ("biceps_curl", 0.6, 6)];

fn context(exercise: &str) -> StationContext {
    StationContext { exercise: Some(exercise.into()), load_kg: Some(80.0), ..StationContext::default() }
}

/// Two sets, so that one is closed while data still come and one by the end of the recording.
fn plan(exercise: &str, load_share: f64, reps: u32) -> SessionPlan {
    let lift = Lift::of(exercise).expect("a simulated lift");
    SessionPlan::sets(11, vec![SetPlan::new(lift, load_share, reps); 2])
}

/// The same motion, sent otherwise; no sample after the first `end`.
fn sent(plan: &SessionPlan, exercise: &str, packet: usize, link: LinkFaults, end: u32) -> Recording {
    let sensor = SensorPlan { samples_per_packet: packet, ..plan.sensor };
    let plan = SessionPlan { sensor, link, ..plan.clone() };
    listen(engine_for(&context(exercise)), &plan, |input| only_before(end, input))
}

/// Everything about final repetitions and sets but their numbers and host times, as text: the shortest that gives each
/// float's bits again.
fn finals(recording: &Recording) -> Vec<String> {
    let sets = recording.sets();
    let reps = recording.reps().into_iter().map(|rep| {
        let place = sets.iter().position(|set| Some(set.id) == rep.set);
        let mut rep = serde_json::to_value(rep).expect("a rep is data");
        rep["set"] = json!(place);
        for arrival in ["id", "revision", "ended_at"] {
            rep[arrival] = Value::Null;
        }
        // names are given in order of sight, and the live lane's sights depend on arrival
        rep["movement"]["ordinal"] = Value::Null;
        rep.to_string()
    });
    let lines = sets.iter().map(|set| json!([set.summaries, set.end]).to_string());
    reps.chain(lines).collect()
}

fn resent_packets(inputs: &[Input]) -> usize {
    let resent = |input: &&Input| {
        matches!(input, Input::Notification(n) if n.source == DATA
            && DataPacket::parse(&n.value).is_ok_and(|packet| packet.header.flags.contains(Flag::Resent)))
    };
    inputs.iter().filter(resent).count()
}

fn writes(events: &[Event]) -> usize {
    let asks = |event: &&Event| matches!(event, Event::Request(r) if matches!(r.action, RequestAction::Write { .. }));
    events.iter().filter(asks).count()
}

#[test]
fn neither_packets_nor_arrival_nor_filled_holes_change_a_bit() {
    println!("exercise      reps  sent as                   lost  writes resent  final reps");
    let mut filled = 0;
    let mut wrong = Vec::new();
    for (exercise, load_share, reps) in EXERCISES {
        let plan = plan(exercise, load_share, reps);
        let whole = sent(&plan, exercise, 16, LinkFaults::NONE, u32::MAX);
        let end = samples_sent(&whole.inputs) - MAX_SAMPLES as u32;
        let plain = sent(&plan, exercise, 16, LinkFaults::NONE, end);
        let expected = finals(&plain);
        let accepted = plain.reps().iter().filter(|rep| rep.accepted).count();
        assert!(accepted >= 4, "{exercise}: {accepted} of {} reps found", 2 * reps);
        assert_eq!(plain.sets().len(), 2, "{exercise}");
        for (packet, link, how) in [
            (1, LinkFaults::NONE, "1 a packet"),
            (3, LinkFaults::NONE, "3 a packet"),
            (7, LinkFaults::NONE, "7 a packet"),
            (MAX_SAMPLES, LinkFaults::NONE, "18 a packet"),
            (16, JITTER, "late"),
            (16, DISORDER, "late, out of turn, twice"),
            (16, HOLES, "with holes, resent"),
            (7, EVERYTHING, "7 a packet and all that"),
        ] {
            let other = sent(&plan, exercise, packet, link, end);
            let (lost, resent) = (other.lost_samples(), resent_packets(&other.inputs));
            let same = finals(&other) == expected;
            let verdict = match (lost, same) {
                (0, true) => "the same",
                (0, false) => "OTHERS",
                _ => "not compared: samples are missing",
            };
            println!(
                "{exercise:<12} {accepted:>5}  {how:<25} {lost:>4} {:>6} {resent:>7}  {verdict}",
                writes(&other.events)
            );
            filled += usize::from(lost == 0 && resent > 0);
            if lost == 0 && !same {
                wrong.push((exercise, how, first_difference(&expected, &finals(&other))));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(filled >= EXERCISES.len(), "holes were filled in {filled} recordings only");
}

fn first_difference(expected: &[String], found: &[String]) -> String {
    match expected.iter().zip(found).find(|(a, b)| a != b) {
        Some((expected, found)) => format!("\n  {expected}\n  {found}"),
        None => format!("{} lines, expected {}", found.len(), expected.len()),
    }
}

/// The same through the program: a capture as it is, and captures of the same samples sent otherwise.
#[test]
fn analyze_prints_the_same_digits() {
    for (exercise, load_share, reps) in EXERCISES {
        let plan = plan(exercise, load_share, reps);
        let whole = sent(&plan, exercise, 16, LinkFaults::NONE, u32::MAX);
        let end = samples_sent(&whole.inputs) - MAX_SAMPLES as u32;
        let printed = |packet, link| {
            let recording = sent(&plan, exercise, packet, link, end);
            let path = file(&folder("same_reps"), "any.capture.jsonl", recording.capture());
            let ran = ironstride(&["analyze", &path, "--exercise", exercise, "--format", "json"]);
            assert_eq!(ran.code, 0, "{ran:?}");
            let object = ran.object();
            (recording.lost_samples(), object["reps"].to_string(), object["sets"].to_string())
        };
        let plain = printed(16, LinkFaults::NONE);
        assert!(plain.1.contains("\"accepted\":true"), "{exercise}: {plain:?}");
        for (packet, link) in
            [(1, LinkFaults::NONE), (18, JITTER), (7, DISORDER), (16, HOLES), (3, EVERYTHING)]
        {
            let other = printed(packet, link);
            if other.0 == 0 {
                assert_eq!(other, plain, "{exercise}, {packet} a packet over {link:?}");
            }
        }
    }
}
