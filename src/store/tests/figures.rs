//! What the store costs. Ignored unless asked for: it measures, and takes a while.

use super::sample::{Scratch, rep, send};
use crate::simulate::session::{Session, SessionPlan};
use crate::store::*;
use std::sync::{Arc, Mutex, mpsc};

/// CPU time of this thread so far, s (Linux counts it in hundredths).
fn thread_cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// So long of eight bars: all their packets, and an entry at every 26th. `live` waits for each entry, as the hours go
/// by in a gym; else as fast as it goes.
fn measure(duration_s: f64, live: bool) {
    let scratch = Scratch::new();
    let cpu = Arc::new(Mutex::new(0.0));
    let seen = Arc::clone(&cpu);
    let (tell, told) = mpsc::sync_channel(1);
    let (journal, thread) = Journal::open(&scratch.options(), move |_| {
        *seen.lock().unwrap() = thread_cpu_s();
        if live {
            tell.send(()).unwrap();
        }
    })
    .unwrap();
    let run = journal.begin(RunSource::Simulated, "f").unwrap();
    for (index, input) in Session::new(&SessionPlan::full_gym(1, 8, duration_s)).enumerate() {
        let at = input.at();
        let mut step = Step::new(run, at);
        step.inputs.push(SourcedInput { input, from_source: true });
        let has_entry = index % 26 == 25;
        if has_entry {
            // four words on each rep
            step.events.push(rep(index as u64 / 104 + 1, 1, 1, at.0));
        }
        send(&journal, step);
        if live && has_entry {
            told.recv().unwrap();
        }
    }
    journal.close().unwrap();
    thread.join();
    let (stats, cpu_s) = (journal.stats(), cpu.lock().unwrap());
    let ratio = stats.raw_value_bytes as f64 / stats.raw_bytes as f64;
    println!(
        "{duration_s} s of 8 bars, live: {live}: {cpu_s:.2} CPU s, raw packed {ratio:.2} times, {stats:#?}"
    );
    assert!(ratio > 1.5);
}

#[test]
#[ignore = "measures: cargo test --lib store::tests::figures -- --ignored --nocapture"]
fn an_hour_of_eight_bars_as_fast_as_it_goes() {
    measure(3600.0, false);
}

#[test]
#[ignore = "measures: cargo test --lib store::tests::figures -- --ignored --nocapture"]
fn five_minutes_of_eight_bars_live() {
    measure(300.0, true);
}
