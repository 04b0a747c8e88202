//! Where results leave for.

use super::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A server that speaks `InfluxDB`'s v2 write API and is told all that is settled; see docs/influx.md.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InfluxSettings {
    /// Its address without a path, such as `https://influx.example.org:8086`; nothing leaves while it is left out.
    #[serde(deserialize_with = "values::some_server")]
    pub url: Option<String>,
    /// Organisation; VictoriaMetrics doesn't ask.
    #[serde(deserialize_with = "values::name")]
    pub org: String,
    /// Bucket; VictoriaMetrics doesn't ask.
    #[serde(deserialize_with = "values::name")]
    pub bucket: String,
    /// The tag `gym` of every point, so that several gyms can share a server. Keep it: points are filed by it.
    #[serde(deserialize_with = "values::name")]
    pub gym: String,
    /// File that holds the token and nothing else; without it systemd's credential `influx-token` is taken, if there
    /// is one. A relative path begins at this file's folder.
    #[serde(deserialize_with = "values::some_path")]
    pub token_file: Option<PathBuf>,
    /// Certificate (PEM) of the authority that vouches for the server, where the machine doesn't know it; a relative
    /// path begins at this file's folder.
    #[serde(deserialize_with = "values::some_path")]
    pub ca_file: Option<PathBuf>,
    /// How often the journal is looked through for something new, s.
    #[schemars(range(min = 0.1, max = 3600.0))]
    pub interval_s: f64,
    /// Longest that an answer may take, s.
    #[schemars(range(min = 0.1, max = 300.0))]
    pub timeout_s: f64,
}

impl Default for InfluxSettings {
    fn default() -> Self {
        Self {
            url: None,
            org: "ironstride".to_owned(),
            bucket: "ironstride".to_owned(),
            gym: "gym".to_owned(),
            token_file: None,
            ca_file: None,
            interval_s: 10.0,
            timeout_s: 10.0,
        }
    }
}
