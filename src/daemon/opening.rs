//! What an engine is told when a run begins: what store and configuration know.

use crate::config::StationSettings;
use crate::engine::EngineConfig;
use crate::model::{Change, Command, Context, HostTime, Input, Order};
use crate::store::{Reader, RunSource, StoreError};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The first inputs of a run, at `at`.
pub(super) fn inputs(
    source: &RunSource,
    stations: &[StationSettings],
    reader: &Reader,
    at: HostTime,
) -> Result<Vec<Input>, StoreError> {
    let mut contexts = vec![Context::Ids { next: reader.next_id()? }];
    contexts.extend(plates(stations));
    contexts.extend(reader.athletes()?.iter().map(|profile| Context::Athlete(profile.athlete())));
    let mut inputs: Vec<Input> = contexts.into_iter().map(|context| Input::Context { at, context }).collect();
    for profile in reader.sensor_profiles()? {
        // neither asks the store nor refuses
        inputs.extend(super::wishes::inputs(&Change::Sensor(profile), at, reader).unwrap_or_default());
    }
    // who lifts here now says nothing of who lifted in a recording
    if *source == RunSource::Live {
        inputs.extend(reader.station_contexts()?.into_iter().map(|state| {
            let order = Order::SetStation { station: state.station, context: state.context };
            Input::Command(Command { at, order })
        }));
    }
    Ok(inputs)
}

/// What can be loaded where.
pub(super) fn plates(stations: &[StationSettings]) -> impl Iterator<Item = Context> {
    stations.iter().map(|station| Context::Plates {
        station: station.id.clone(),
        bar_kg: station.bar_kg,
        plates_per_side_kg: station.plates_per_side_kg.clone(),
    })
}

/// Names all that decides which events an engine gives: this program's version, and what the engine is made with.
pub(super) fn fingerprint(config: &EngineConfig) -> String {
    // traces are for the moment and change no event
    let EngineConfig { exercises, bar, session, coach, home_made, live_trace: _, settled_trace: _ } = config;
    let hash = Sha256::digest(format!("{exercises:?}{bar:?}{session:?}{coach:?}{home_made:?}"));
    format!("ironstride {} {}", env!("CARGO_PKG_VERSION"), hex(&hash[..8]))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // a text takes all
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_numbers_have_another_fingerprint_and_traces_have_not() {
        let config = EngineConfig::default();
        let traced = EngineConfig { live_trace: true, ..config.clone() };
        assert_eq!(fingerprint(&config), fingerprint(&traced));
        let mut other = config.clone();
        other.coach.next_load.max_change_pct = 5.0;
        assert_ne!(fingerprint(&config), fingerprint(&other));
        assert!(fingerprint(&config).starts_with("ironstride 0."));
    }
}
