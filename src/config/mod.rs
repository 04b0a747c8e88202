//! `ironstride.toml` and the exercise catalogue, parsed and validated; every mistake with file, line and caret.

mod exercise_file;
mod exercise_rules;
mod exercises;
mod in_force;
mod influx;
mod layers;
mod mistake;
mod recover;
mod schema;
mod sensor_settings;
mod settings;
mod settings_file;
mod suggest;
mod values;

pub use exercises::{Catalogue, UnknownExercise};
pub use influx::InfluxSettings;
pub use layers::{Environment, Flags, InForce, Origin, SettingsError};
pub use mistake::{Mistake, Mistakes};
pub use sensor_settings::{CalibrationSettings, SensorSettings, table, with_calibration};
pub use settings::{
    CONFIG_VERSION, ExerciseSettings, GymSettings, Level, LogSettings, ReadAccess, Settings, StationSettings,
    StoreSettings, WebSettings,
};
