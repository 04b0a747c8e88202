//! Captures to replay, from the simulator, and what a daemon made of them.

use super::process::Daemon;
use crate::program::{file, folder};
use ironstride::model::{Context, HostTime, Input, SensorAssignment, SensorRole};
use ironstride::radio::capture::{CaptureHeader, CaptureWriter};
use ironstride::simulate::lift::Lift;
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::session::{BarPlan, Rest, Session, SessionPlan, Sets};
use serde_json::Value;
use std::collections::BTreeMap;

/// 2026-05-04T10:00:00Z.
const ANCHOR_UTC_NS: i64 = 1_777_888_800_000_000_000;

/// Squats, so many sets of so many repetitions with a short rest, nothing labelled; its path.
pub(crate) fn squats(test: &str, sets: usize, reps: u32, rest_s: f64) -> String {
    let lift = Lift::of("back_squat").expect("a simulated lift");
    let bar = BarPlan {
        sets: Sets::Listed(vec![SetPlan::new(lift, 0.75, reps); sets]),
        rest: Rest::Seconds(rest_s),
    };
    capture(
        test,
        &SessionPlan { bars: vec![bar], ..SessionPlan::sets(5, Vec::new()) }.over(LinkFaults::LIGHT),
    )
}

/// A plan's session as a capture, its bars at `rack-1`, `rack-2` …; its path.
pub(crate) fn capture(test: &str, plan: &SessionPlan) -> String {
    let header = CaptureHeader::new(test, Some(ANCHOR_UTC_NS));
    let mut capture = CaptureWriter::new(Vec::new(), &header).expect("it is written to memory");
    let mut session = Session::new(plan);
    let mut inputs: Vec<Input> = session.by_ref().collect();
    let truth = session.truth();
    let roles = truth.bars.iter().enumerate().map(|(i, bar)| Input::Context {
        at: HostTime(0),
        context: Context::Sensor(SensorAssignment {
            sensor: bar.sensor.clone(),
            role: SensorRole::Bar {
                station: format!("rack-{}", i + 1).as_str().into(),
                mount: None,
                side: None,
            },
        }),
    });
    inputs.splice(0..0, roles);
    for input in &inputs {
        capture.input(input).expect("it is written to memory");
    }
    let folder = folder(test);
    file(&folder, "session.capture.jsonl", capture.into_inner())
}

/// An empty place for a store.
pub(crate) fn store(test: &str) -> String {
    let place = folder(test).join("store");
    let _ = std::fs::remove_dir_all(&place);
    place.to_str().expect("a printable path").to_owned()
}

/// Repetitions by number, each once, without what tells when they were computed.
pub(crate) fn reps(daemon: &Daemon) -> BTreeMap<u64, Value> {
    let mut by_id = BTreeMap::new();
    for rep in daemon.list("/api/v1/reps") {
        let id = rep["id"].as_u64().expect("a number");
        assert!(by_id.insert(id, rep).is_none(), "rep {id} is listed twice");
    }
    by_id
}
