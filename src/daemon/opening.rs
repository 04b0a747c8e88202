//! What an engine is told when a run begins: what store and configuration know.

use crate::config::Settings;
use crate::engine::EngineConfig;
use crate::model::{Change, Command, Context, HostTime, Input, Order};
use crate::store::{Reader, RunSource, StoreError};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The first inputs of a run, at `at`.
pub(super) fn inputs(
    source: &RunSource,
    known: &[Context],
    reader: &Reader,
    at: HostTime,
) -> Result<Vec<Input>, StoreError> {
    let mut contexts = vec![Context::Ids { next: reader.next_id()? }];
    contexts.extend_from_slice(known);
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

/// What the configuration knows: what can be loaded where, and sensors as instruments.
pub(super) fn known(settings: &Settings) -> Vec<Context> {
    let plates = settings.stations.iter().map(|station| Context::Plates {
        station: station.id.clone(),
        bar_kg: station.bar_kg,
        plates_per_side_kg: station.plates_per_side_kg.clone(),
    });
    let setups = settings.sensors.iter().map(|(id, sensor)| Context::SensorSetup(sensor.setup(id.clone())));
    plates.chain(setups).collect()
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
    use crate::config::SensorSettings;

    #[test]
    fn the_engine_is_told_what_is_configured_of_stations_and_sensors() {
        let sensor = SensorSettings { lever_arm_m: Some([0.0, 0.1, 0.03]), calibration: None };
        let sensors = [("bar-1".into(), sensor)].into_iter().collect();
        let known = known(&Settings { sensors, ..Settings::default() });
        assert!(matches!(&known[0], Context::Plates { station, .. } if station.as_str() == "rack-1"));
        let Context::SensorSetup(setup) = &known[1] else { panic!("{known:?}") };
        assert_eq!((setup.sensor.as_str(), setup.lever_arm_m), ("bar-1", sensor.lever_arm_m));
    }

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
