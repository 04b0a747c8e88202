//! A sensor's calibration and place out of the configuration, for commands that read recordings.

use super::error::CliError;
use crate::config::{Environment, Flags, InForce};
use crate::model::{SensorId, SensorSetup};
use clap::Args;
use std::path::PathBuf;

/// Which sensor of the configuration recorded.
#[derive(Clone, Debug, Args)]
pub(super) struct SetupArgs {
    /// Take calibration and lever arm of this sensor from the configuration (in a capture, for this sensor alone);
    /// without it none is read
    #[arg(long, value_name = "SENSOR")]
    setup_of: Option<String>,
    /// Configuration file for --setup-of [default: IRONSTRIDE_CONFIG, else where one is usually looked for]
    #[arg(long, value_name = "FILE", requires = "setup_of")]
    config: Option<PathBuf>,
}

impl SetupArgs {
    /// What the configuration says of the sensor; `None` when none was named.
    pub(super) fn find(&self) -> Result<Option<SensorSetup>, CliError> {
        let Some(name) = &self.setup_of else { return Ok(None) };
        let flags = Flags { config: self.config.clone(), ..Flags::default() };
        let in_force = InForce::find(&flags, &Environment::of_process())?;
        let sensor = SensorId::from(name.as_str());
        let known = &in_force.settings.sensors;
        let setup = known.get(&sensor).map(|settings| settings.setup(sensor));
        setup.map(Some).ok_or_else(|| {
            let names: Vec<&str> = known.keys().map(SensorId::as_str).collect();
            CliError::Usage(format!(
                "--setup-of: there is no sensor `{name}` in the configuration ({}); it has {}",
                in_force.source(),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            ))
        })
    }
}
