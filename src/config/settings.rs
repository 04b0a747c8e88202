//! What `ironstride.toml` holds: what an installer sets. What a finger sets (sensors and their roles, athletes, who
//! lifts what) is in the store, and nothing is in both.
//!
//! The documentation of these types is the description in `ironstride config schema`, and the ranges given here are
//! the ones that a file is held to.

use super::influx::InfluxSettings;
use super::sensor_settings::SensorSettings;
use super::{Mistakes, settings_file, values};
use crate::coach::CoachParams;
use crate::model::{SensorId, StationId};
use crate::sensors::home_made::HomeMade;
use crate::session::SessionParams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The version of the file's form that this program reads.
pub const CONFIG_VERSION: u32 = 1;
/// Where the service keeps its store.
pub(super) const SERVICE_DIRECTORY: &str = "/var/lib/ironstride";

/// Settings of Ironstride: what an installer sets. A key that is left out keeps its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "ironstride.toml")]
pub struct Settings {
    /// Form of this file; must be 1.
    #[schemars(range(min = 1, max = 1), extend("default" = 1))]
    pub config_version: u32,
    /// The gym.
    pub gym: GymSettings,
    /// HTTP: pages, API and live stream.
    pub web: WebSettings,
    /// Where everything is kept.
    pub store: StoreSettings,
    /// Racks and platforms, each with its bar and plates; one `[[station]]` each.
    #[serde(rename = "station")]
    pub stations: Vec<StationSettings>,
    /// Sensors as instruments, each under its id, `[sensor."AA:BB:CC:DD:EE:FF"]`; `ironstride calibrate` writes them.
    #[serde(rename = "sensor", skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, SensorSettings>")]
    pub sensors: BTreeMap<SensorId, SensorSettings>,
    /// The exercise catalogue.
    pub exercises: ExerciseSettings,
    /// Inertial sensors of one's own making; one `[[home_made_sensor]]` each.
    #[serde(rename = "home_made_sensor", skip_serializing_if = "Vec::is_empty")]
    pub home_made_sensors: Vec<HomeMade>,
    /// The numbers that the coach goes by.
    pub coach: CoachParams,
    /// When sets and sessions end.
    pub sets: SessionParams,
    /// Where results leave for.
    pub influx: InfluxSettings,
    /// What the program says of itself.
    pub log: LogSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            config_version: CONFIG_VERSION,
            gym: GymSettings::default(),
            web: WebSettings::default(),
            store: StoreSettings::default(),
            stations: vec![StationSettings {
                id: StationId::from("rack-1"),
                name: "Rack 1".to_owned(),
                bar_kg: usual_bar_kg(),
                plates_per_side_kg: usual_plates_per_side_kg(),
            }],
            sensors: BTreeMap::new(),
            exercises: ExerciseSettings::default(),
            home_made_sensors: Vec::new(),
            coach: CoachParams::default(),
            sets: SessionParams::default(),
            influx: InfluxSettings::default(),
            log: LogSettings::default(),
        }
    }
}

/// The gym.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GymSettings {
    /// Name for people, shown on every page.
    #[serde(deserialize_with = "values::name")]
    pub name: String,
    /// IANA name of the time zone in which the gym's days begin, such as `Europe/Berlin`; the machine's own when it
    /// is left out.
    #[serde(deserialize_with = "values::time_zone")]
    pub time_zone: String,
}

impl Default for GymSettings {
    fn default() -> Self {
        Self { name: "Gym".to_owned(), time_zone: "UTC".to_owned() }
    }
}

/// HTTP: pages, API and live stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebSettings {
    /// Address and port to listen at; `0.0.0.0` is every network of this machine, `127.0.0.1` only the machine itself.
    #[serde(deserialize_with = "values::listen")]
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Who may read; changing always needs a device token, except from the machine itself.
    pub read: ReadAccess,
    /// Names under which browsers may reach this machine, besides its own name and its addresses.
    #[serde(deserialize_with = "values::hosts")]
    pub hosts: Vec<String>,
}

impl Default for WebSettings {
    fn default() -> Self {
        let every_network = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self { listen: SocketAddr::new(every_network, 8480), read: ReadAccess::Open, hosts: Vec::new() }
    }
}

/// Who may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadAccess {
    /// Everyone on the network.
    Open,
    /// Devices with a token.
    Token,
}

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Folder of the store; a relative path begins at this file's folder. When it is left out: `/var/lib/ironstride`
    /// where that exists, else `~/.local/share/ironstride`.
    #[serde(deserialize_with = "values::path")]
    pub directory: PathBuf,
    /// Size at which raw samples are no longer kept, with unit: `500 MB`, `20 GB`. Repetitions, sets and advice go on.
    #[serde(rename = "max_size", with = "values::size")]
    #[schemars(with = "String")]
    pub max_bytes: u64,
}

impl StoreSettings {
    /// The store itself.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.directory.join("ironstride.db")
    }
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { directory: SERVICE_DIRECTORY.into(), max_bytes: 20_000_000_000 }
    }
}

/// A rack or platform with its bar and plates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StationSettings {
    /// Short name in addresses: small letters, digits, `-` and `_`, such as `rack-1`. Keep it: records are kept by it.
    #[serde(deserialize_with = "values::station_id")]
    #[schemars(with = "String")]
    pub id: StationId,
    /// Name for people.
    #[serde(deserialize_with = "values::name")]
    pub name: String,
    /// Mass of the empty bar, kg.
    #[serde(default = "usual_bar_kg")]
    #[schemars(range(min = 0.0, max = 50.0))]
    pub bar_kg: f64,
    /// Plates of one side of the bar, kg, each as often as it is there; loads are advised that these can make.
    #[serde(default = "usual_plates_per_side_kg")]
    #[schemars(inner(range(min = 0.05, max = 100.0)))]
    pub plates_per_side_kg: Vec<f64>,
}

/// Olympic bar.
fn usual_bar_kg() -> f64 {
    20.0
}

/// One pair of each plate that most racks have, and a second of the heaviest.
fn usual_plates_per_side_kg() -> Vec<f64> {
    vec![25.0, 25.0, 20.0, 15.0, 10.0, 5.0, 2.5, 1.25]
}

/// The exercise catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExerciseSettings {
    /// File of `[[exercise]]` entries that are laid over the program's own; a relative path begins at this file's
    /// folder.
    #[serde(deserialize_with = "values::some_path")]
    pub file: Option<PathBuf>,
}

/// What the program says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// The least important that is still said.
    pub level: Level,
}

/// How important something is that the program says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Something failed.
    Error,
    /// Something should be looked at.
    Warn,
    /// What happens.
    #[default]
    Info,
    /// What happens inside.
    Debug,
    /// Everything.
    Trace,
}

impl Settings {
    /// The annotated file to begin with; it says nothing but the defaults.
    pub const TEMPLATE: &str = include_str!("../../config/ironstride.toml");

    /// All mistakes of a text that is to stand at `path`.
    pub fn check(path: &Path, text: &str) -> Result<(), Mistakes> {
        settings_file::read(path, text).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        let read = settings_file::read(Path::new("/etc/ironstride.toml"), text);
        read.unwrap_or_else(|mistakes| panic!("{mistakes}")).0
    }

    /// The template with the comments that `begin` so taken for values.
    fn uncommented(begin: &str) -> String {
        let lines = Settings::TEMPLATE.lines().map(|line| match line.strip_prefix(begin) {
            Some(value) if !value.starts_with(' ') && !value.is_empty() => value,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_template_says_the_defaults_and_all_of_them() {
        assert_eq!(read(Settings::TEMPLATE), Settings::default());
        let text = uncommented("#");
        assert_eq!(read(&text), Settings::default());
        let said: toml::Table = text.parse().unwrap();
        let mut expected: toml::Table = toml::to_string(&Settings::default()).unwrap().parse().unwrap();
        // the machine knows these better than the program
        for (section, key) in [("gym", "time_zone"), ("store", "directory")] {
            expected[section].as_table_mut().unwrap().remove(key);
        }
        assert_eq!(said, expected);
    }

    #[test]
    fn the_template_s_examples_can_be_taken_as_they_are() {
        let examples = [
            ("time_zone = \"Europe/Berlin\"", "[gym]"),
            ("hosts = [\"gym.example.org\"]", "[web]"),
            ("directory = \"/mnt/disk/ironstride\"", "[store]"),
            ("url = \"https://influx.example.org:8086\"", "[influx]"),
        ];
        let mut text = Settings::TEMPLATE.to_owned();
        for (example, section) in examples {
            assert!(text.contains(&format!("#   {example}\n")), "{example}");
            text = text.replace(&format!("\n{section}\n"), &format!("\n{section}\n{example}\n"));
        }
        let settings = read(&text);
        assert_eq!(settings.gym.time_zone, "Europe/Berlin");
        assert_eq!(settings.web.hosts, ["gym.example.org"]);
        assert_eq!(settings.store.directory, Path::new("/mnt/disk/ironstride"));
        assert_eq!(settings.influx.url.as_deref(), Some("https://influx.example.org:8086"));
    }

    #[test]
    fn the_template_s_home_made_sensor_works() {
        let lines = Settings::TEMPLATE.lines();
        let example = lines
            .skip_while(|line| *line != "#   [[home_made_sensor]]")
            .map_while(|line| line.strip_prefix("#   ").filter(|_| !line.starts_with("# `")));
        let text = format!("config_version = 1\n{}", example.collect::<Vec<_>>().join("\n"));
        let settings = read(&text);
        let [sensor] = settings.home_made_sensors.as_slice() else { panic!("{settings:?}") };
        assert_eq!((sensor.values.len(), sensor.rate_hz, sensor.sample_bytes), (7, 200.0, Some(16)));
        // and what is in force can be read back
        assert_eq!(read(&toml::to_string(&settings).unwrap()).home_made_sensors, settings.home_made_sensors);
    }
}
