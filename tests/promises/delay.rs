//! How soon a repetition is told: on the sensor's own time, from its turn-round on.

use crate::gym::engine_for;
use firmware_protocol::DataPacket;
use ironstride::model::{DeviceTime, Event, HostTime, Input, Rep, RepStage, Request, StationContext};
use ironstride::sensors::ironstride::DATA;
use ironstride::simulate::lift::LIFTS;
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::session::{Session, SessionPlan};
use std::collections::BTreeMap;

/// Longest time from the turn-round to the provisional repetition, s.
const PROVISIONAL_S: f64 = 0.15;
/// Longest time from a repetition's end to the final one, s.
const FINAL_S: f64 = 2.0;

/// Newest sample of the stream, s, and an event.
type Told = (f64, Box<Rep>);

/// All that an engine tells of a session's repetitions.
fn told(plan: &SessionPlan, context: &StationContext, rate_hz: f64) -> Vec<Told> {
    let (mut engine, mut session) = (engine_for(context), Session::new(plan));
    let (mut newest_s, mut now, mut told) = (0.0_f64, HostTime::default(), Vec::new());
    while let Some(input) = session.next() {
        now = input.at();
        if let Input::Notification(n) = &input
            && n.source == DATA
        {
            let packet = DataPacket::parse(&n.value).expect("a simulated packet is valid");
            let end = packet.header.first_sample + packet.samples.len() as u32;
            newest_s = newest_s.max(f64::from(end - 1) / rate_hz);
        }
        engine.handle(&input);
        while let Some(event) = engine.poll() {
            match event {
                Event::Request(request) => session.request(&Request { at: now, ..request }),
                Event::Rep(rep) => told.push((newest_s, rep)),
                _ => {}
            }
        }
    }
    engine.finish(now);
    told
}

/// Seconds of the sensor's time from the end of each accepted repetition until it was first told at a stage.
fn delays(told: &[Told], stage: RepStage) -> Vec<f64> {
    let since = |t_s: f64, end: DeviceTime| t_s - end.seconds_since(DeviceTime(0));
    let latest: BTreeMap<_, _> = told.iter().map(|(_, rep)| (rep.id, rep)).collect();
    let reps = latest.values().filter(|rep| rep.accepted);
    let first = |id| told.iter().find(|(_, rep)| rep.id == id && rep.stage == stage).map(|(t_s, _)| *t_s);
    reps.filter_map(|rep| Some(since(first(rep.id)?, rep.end))).collect()
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

#[test]
fn a_repetition_is_told_soon() {
    let (mut provisional, mut settled) = (Vec::new(), Vec::new());
    for (k, lift) in LIFTS.iter().enumerate() {
        let set = SetPlan::new(lift, 0.7, 6);
        let context = StationContext {
            exercise: Some(lift.id.into()),
            load_kg: Some(set.load_kg()),
            ..StationContext::default()
        };
        let plan = SessionPlan::one_set(50 + k as u64, set).over(LinkFaults::LIGHT);
        let rate_hz = f64::from(plan.sensor.rate.hz());
        let told = told(&plan, &context, rate_hz);
        provisional.extend(delays(&told, RepStage::Provisional));
        settled.extend(delays(&told, RepStage::Final));
    }
    for (what, delays, most_s) in [
        ("provisional after the turn-round", &mut provisional, PROVISIONAL_S),
        ("final after the repetition's end", &mut settled, FINAL_S),
    ] {
        delays.sort_by(f64::total_cmp);
        println!(
            "figure: {what}, {} repetitions: median {:.2} s, 90 % {:.2} s, longest {:.2} s of data (goal {most_s})",
            delays.len(),
            quantile(delays, 0.5),
            quantile(delays, 0.9),
            quantile(delays, 1.0),
        );
    }
    assert!(settled.len() >= 40, "{}", settled.len());
}
