//! The figures of `/metrics`: the same that the status page shows, for a monitoring system.

use super::views::sensor::Sensor;
use super::views::status::{Export, Status};
use super::views::words::LinkState;
use super::vitals::ExportState;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicU64;

type Number = Gauge<f64, AtomicU64>;
type OneLabel = [(&'static str, String); 1];

/// The figures in the OpenMetrics text format.
pub(crate) fn text(status: &Status, events: &BTreeMap<&'static str, u64>) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("ironstride");
    let build = Info::new([("version", status.version.clone())]);
    registry.register("build", "The program", build);
    program(&mut registry, status);
    let by_kind = events.iter().map(|(kind, count)| ((*kind).to_owned(), *count));
    counters(&mut registry, "events", "Journal entries committed since the start, by kind", "kind", by_kind);
    let restarts = status.tasks.iter().map(|(name, task)| (name.clone(), task.restarts));
    counters(&mut registry, "task_restarts", "Times that a task had to be started again", "task", restarts);
    let waiting = status.queues.iter().map(|(name, queue)| (name.clone(), queue.length as f64));
    gauges(&mut registry, "queue_length", "What waits in a queue", "queue", waiting);
    store(&mut registry, status);
    if let Some(told) = &status.export {
        export(&mut registry, told);
    }
    sensors(&mut registry, &status.sensors);
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn program(registry: &mut Registry, status: &Status) {
    gauge(registry, "uptime", "Time since the start", Some(Unit::Seconds), status.uptime_s);
    gauge(registry, "lag", "How far the engine is behind its source", Some(Unit::Seconds), status.lag_s);
    let certain = f64::from(u8::from(status.time_certain));
    gauge(registry, "clock_synchronised", "Whether the machine's clock is synchronised", None, certain);
    counter(registry, "inputs_received", "Inputs delivered to the engine", status.inputs.received);
    counter(registry, "inputs_lost", "Inputs that a radio could not deliver", status.inputs.lost);
    gauge(registry, "stream_clients", "Clients of the live stream", None, status.stream_clients as f64);
    gauge(registry, "warnings", "What a person should see to", None, status.warnings.len() as f64);
}

fn store(registry: &mut Registry, status: &Status) {
    let store = &status.store;
    gauge(registry, "journal_seq", "Number of the last committed entry", None, store.seq as f64);
    gauge(registry, "journal_size", "Size of the journal's file", Some(Unit::Bytes), store.bytes as f64);
    gauge(registry, "unlabelled_sets", "Sets that still need labels", None, store.unlabelled_sets as f64);
    let stopped = f64::from(u8::from(store.raw_stopped));
    gauge(registry, "raw_stopped", "Whether raw samples are no longer kept", None, stopped);
    counter(registry, "raw_dropped", "Notifications that were not kept, for want of room", store.raw_dropped);
    counter(registry, "commits", "Commits of the journal", store.commits);
    let written = [
        ("raw", store.raw_bytes_written),
        ("events", store.event_bytes_written),
        ("wal", store.wal_bytes_written),
    ];
    let written = written.into_iter().map(|(what, bytes)| (what.to_owned(), bytes));
    counters(registry, "written_bytes", "Bytes written since the start", "what", written);
}

fn export(registry: &mut Registry, export: &Export) {
    let goes = !matches!(export.state, ExportState::Waiting | ExportState::Paused);
    gauge(registry, "export_up", "Whether the server takes what it is told", None, f64::from(u8::from(goes)));
    gauge(
        registry,
        "export_lag",
        "How long the oldest untold event has waited",
        Some(Unit::Seconds),
        export.lag_s,
    );
    gauge(registry, "export_lag_events", "Journal entries not yet told", None, export.lag_events as f64);
    counter(registry, "export_points", "Points told since the beginning", export.points);
    counter(registry, "export_refused", "Points that the server would not take", export.refused);
}

fn sensors(registry: &mut Registry, sensors: &[Sensor]) {
    let of = |sensor: &Sensor, value: f64| (sensor.sensor.clone(), value);
    let battery = sensors.iter().filter_map(|sensor| Some(of(sensor, f64::from(sensor.battery_pct?))));
    gauges(registry, "sensor_battery_percent", "Charge of a sensor's battery", "sensor", battery);
    let linked = |sensor: &Sensor| !matches!(sensor.link, LinkState::Down);
    let links = sensors.iter().map(|sensor| of(sensor, f64::from(u8::from(linked(sensor)))));
    gauges(registry, "sensor_connected", "Whether a sensor is connected", "sensor", links);
    let lost = sensors.iter().map(|sensor| of(sensor, sensor.lost_samples as f64));
    gauges(registry, "sensor_lost_samples", "Samples lost for good in this run", "sensor", lost);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, unit: Option<Unit>, value: f64) {
    let gauge = Number::default();
    gauge.set(value);
    match unit {
        Some(unit) => registry.register_with_unit(name, help, unit, gauge),
        None => registry.register(name, help, gauge),
    }
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter: Counter = Counter::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn gauges(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: impl Iterator<Item = (String, f64)>,
) {
    let family = Family::<OneLabel, Number>::default();
    for (of, value) in values {
        family.get_or_create(&[(label, of)]).set(value);
    }
    registry.register(name, help, family);
}

fn counters(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: impl Iterator<Item = (String, u64)>,
) {
    let family = Family::<OneLabel, Counter>::default();
    for (of, value) in values {
        family.get_or_create(&[(label, of)]).inc_by(value);
    }
    registry.register(name, help, family);
}
