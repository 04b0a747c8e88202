//! What the store costs. Ignored unless asked for: it measures, and takes a while.

use super::sample::{Scratch, rep, send};
use crate::simulate::session::{Session, SessionPlan};
use crate::store::*;
use std::sync::{Arc, Mutex};

/// CPU time of this thread so far, s (Linux counts it in hundredths).
fn thread_cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// An hour of eight bars: all their packets, and a rep of four revisions every ten seconds at each.
#[test]
#[ignore = "measures: cargo test --lib store::tests::figures -- --ignored --nocapture"]
fn an_hour_of_eight_bars() {
    let scratch = Scratch::new();
    let cpu = Arc::new(Mutex::new(0.0));
    let seen = Arc::clone(&cpu);
    let (journal, thread) =
        Journal::open(&scratch.options(), move |_| *seen.lock().unwrap() = thread_cpu_s()).unwrap();
    let run = journal.begin(RunSource::Simulated, "f").unwrap();
    let mut inputs = 0_u64;
    let mut id = 0;
    for input in Session::new(&SessionPlan::full_gym(1, 8, 3600.0)) {
        inputs += 1;
        let at = input.at();
        let mut step = Step::new(run, at);
        step.inputs.push(SourcedInput { input, from_source: true });
        if inputs.is_multiple_of(26) {
            id += u64::from(inputs.is_multiple_of(104));
            step.events.push(rep(id.max(1), 1, 1, at.0));
        }
        send(&journal, step);
    }
    journal.close().unwrap();
    thread.join();
    let stats = journal.stats();
    println!("inputs {inputs}, entries {}, cpu {:.2} s, {stats:#?}", stats.last_seq, cpu.lock().unwrap());
    let ratio = stats.raw_value_bytes as f64 / stats.raw_bytes as f64;
    println!("ratio {ratio:.2}");
    assert!(ratio > 1.5);
}
