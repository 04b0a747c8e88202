//! How single values are written: what a person may write for an address, a size or a time zone, and what to say when
//! it is something else. The same words serve files, environment and flags.

use super::settings::Level;
use super::suggest::{did_you_mean, most_similar};
use crate::model::StationId;
use serde::de::{Deserialize, Deserializer, Error};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Longest identifier of a station; it stands in addresses and on the screen.
const LONGEST_ID: usize = 40;
/// Smallest store that still holds a training session.
const SMALLEST_STORE: u64 = 1_000_000;
/// Units of sizes: powers of ten as on the box of a disk, and powers of two.
const UNITS: [(&str, u64); 8] = [
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("kiB", 1 << 10),
];

/// An address with a port, such as `0.0.0.0:8480` or `[::]:8480`.
pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "`{text}` is no address to listen at; write an IP address and a port, such as `0.0.0.0:8480` (every network) \
            or `127.0.0.1:8480` (this machine only)"
        )
    })
}

/// A size with its unit, in bytes.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(&text[number.len()..]));
    let bytes = match (number.trim().parse::<f64>(), unit) {
        (Ok(count), Some((_, unit))) if count.is_finite() && count >= 0.0 => count * *unit as f64,
        _ => {
            return Err(format!(
                "`{text}` is no size; write a number and a unit, such as `20 GB` or `500 MB`"
            ));
        }
    };
    if bytes < SMALLEST_STORE as f64 {
        return Err(format!("`{text}` is too small for a store; give it at least 1 MB, better some GB"));
    }
    Ok(bytes as u64)
}

/// A size as a person would write it: exact, in the largest unit of which it is a whole number.
pub(super) fn size_words(bytes: u64) -> String {
    let whole = UNITS.iter().filter(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit));
    match whole.max_by_key(|(_, unit)| *unit) {
        Some((name, unit)) => format!("{} {name}", bytes / unit),
        None => format!("{} kB", bytes as f64 / 1000.0),
    }
}

/// The IANA name of a time zone.
pub(super) fn parse_time_zone(text: &str) -> Result<String, String> {
    if let Ok(zone) = jiff::tz::TimeZone::get(text) {
        return Ok(zone.iana_name().unwrap_or(text).to_owned());
    }
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    // people know their city better than its continent
    let names = known.iter().flat_map(|name| {
        let city = name.rsplit('/').next().unwrap_or(name);
        [(name.as_str(), name.as_str()), (city, name.as_str())]
    });
    let way_out = match most_similar(text, names) {
        None => {
            "; write its IANA name, such as `Europe/Berlin` (`timedatectl list-timezones` lists them)".into()
        }
        meant => did_you_mean(meant),
    };
    Err(format!("`{text}` is no time zone{way_out}"))
}

/// How important something is.
pub(super) fn parse_level(text: &str) -> Result<Level, String> {
    let known = [
        ("error", Level::Error),
        ("warn", Level::Warn),
        ("info", Level::Info),
        ("debug", Level::Debug),
        ("trace", Level::Trace),
    ];
    known.iter().find(|(name, _)| *name == text).map(|(_, level)| *level).ok_or_else(|| {
        let way_out = match most_similar(text, known.iter().map(|(name, _)| (*name, *name))) {
            None => "; there are error, warn, info, debug, trace".into(),
            meant => did_you_mean(meant),
        };
        format!("`{text}` is no level of the log{way_out}")
    })
}

/// A path that is one.
pub(super) fn parse_path(text: &str) -> Result<PathBuf, String> {
    match text {
        "" => Err("the path is empty; name a place, or leave the key out".to_owned()),
        _ if text.starts_with('~') => {
            Err(format!("`{text}`: `~` is a word of the shell; write the whole path"))
        }
        _ => Ok(text.into()),
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the name is empty; people read it on the screen".to_owned()),
        name => Ok(name.to_owned()),
    }
}

fn parse_station_id(text: &str) -> Result<StationId, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = text.starts_with(plain)
        && text.len() <= LONGEST_ID
        && text.chars().all(|c| plain(c) || c == '-' || c == '_');
    good.then(|| StationId::from(text)).ok_or_else(|| {
        format!(
            "`{text}` can't be a station's id, which stands in addresses; write it like `rack-1`: small letters, digits, \
            `-` and `_`, at most {LONGEST_ID}"
        )
    })
}

fn parse_host(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
    };
    let good = text.len() <= 253 && text.split('.').all(label);
    good.then(|| text.to_ascii_lowercase()).ok_or_else(|| {
        format!(
            "`{text}` is no host name; write it without `http://`, port and path, such as `gym.example.org`"
        )
    })
}

/// Address of a server: scheme, host and perhaps port.
fn parse_server(text: &str) -> Result<String, String> {
    let wrong = |what: &str| {
        Err(format!(
            "`{text}` {what}; write it like `https://influx.example.org:8086` or `http://192.168.1.5:8428`"
        ))
    };
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return wrong("is no address of a server");
    };
    let place = rest.strip_suffix('/').unwrap_or(rest);
    if place.contains('@') {
        return wrong("has a name or password in it, which belong into `token_file`");
    }
    if place.contains(['/', '?', '#']) {
        return wrong("has a path, and servers are asked at their root only");
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match in_brackets {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => parse_host(host).is_ok(),
    };
    if is_port && is_host { Ok(text.to_owned()) } else { wrong("is no address of a server") }
}

/// Reads a text and says in its own words what is wrong with it.
fn text<'de, D: Deserializer<'de>, T>(
    from: D,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    parse(&String::deserialize(from)?).map_err(Error::custom)
}

pub(super) fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    text(from, parse_listen)
}

pub(super) fn time_zone<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, parse_time_zone)
}

pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    text(from, parse_path)
}

pub(super) fn some_path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    path(from).map(Some)
}

pub(super) fn some_server<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from, parse_server).map(Some)
}

pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, parse_name)
}

pub(super) fn station_id<'de, D: Deserializer<'de>>(from: D) -> Result<StationId, D::Error> {
    text(from, parse_station_id)
}

pub(super) fn hosts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Vec::<String>::deserialize(from)?.iter().map(|host| parse_host(host).map_err(Error::custom)).collect()
}

/// Sizes as text with a unit.
pub(super) mod size {
    use super::{parse_size, size_words, text};
    use serde::{Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(in crate::config) fn serialize<S: Serializer>(bytes: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&size_words(*bytes))
    }

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        text(from, parse_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_come_back_as_they_were() {
        for (text, bytes) in [
            ("20 GB", 20_000_000_000),
            ("500MB", 500_000_000),
            ("1.5 gb", 1_500_000_000),
            ("2 GiB", 2 << 30),
            ("1 TB", 1_000_000_000_000),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
            assert_eq!(parse_size(&size_words(bytes)), Ok(bytes), "{text}");
        }
        assert_eq!(size_words(20_000_000_000), "20 GB");
        assert_eq!(size_words(1_234_567), "1234.567 kB");
        for bad in ["", "20", "GB", "20 GBs", "-1 GB", "nan GB", "inf GB", "1 kB", "0 GB", "20 Größe"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_may_be_written_in_any_case_and_a_wrong_one_is_guessed() {
        assert_eq!(parse_time_zone("europe/berlin"), Ok("Europe/Berlin".to_owned()));
        for (wrong, meant) in [
            ("Europe/Berln", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Europe/Zürich", "Europe/Zurich"),
        ] {
            let said = parse_time_zone(wrong).unwrap_err();
            assert_eq!(said, format!("`{wrong}` is no time zone; did you mean `{meant}`?"));
        }
        assert!(parse_time_zone("42").unwrap_err().contains("timedatectl list-timezones"));
        assert!(parse_time_zone("").is_err());
    }

    #[test]
    fn addresses_names_and_paths_say_how_they_are_written() {
        assert!(parse_listen("[::1]:80").is_ok());
        for bad in ["", "8480", "localhost:8480", "0.0.0.0", "0.0.0.0:99999"] {
            assert!(parse_listen(bad).unwrap_err().contains("such as `0.0.0.0:8480`"), "{bad}");
        }
        assert!(["rack-1", "1", "platform_2"].iter().all(|id| parse_station_id(id).is_ok()));
        for bad in ["", "Rack 1", "-1", "größe", "a/b", &"x".repeat(41)] {
            assert!(parse_station_id(bad).unwrap_err().contains("`rack-1`"), "{bad}");
        }
        assert_eq!(parse_host("Gym.local"), Ok("gym.local".to_owned()));
        for bad in ["", "http://gym", "gym:80", "gym/", ".local", "-x"] {
            assert!(parse_host(bad).is_err(), "{bad}");
        }
        for good in
            ["http://a", "https://influx.example.org:8086/", "http://[::1]:8428", "http://127.0.0.1:1"]
        {
            assert_eq!(parse_server(good), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("influx:8086", "is no address"),
            ("http://", "is no address"),
            ("http://a:0", "is no address"),
            ("http://a b", "is no address"),
            ("http://a:x", "is no address"),
            ("https://a/influx", "has a path"),
            ("https://me:secret@a", "belong into `token_file`"),
        ] {
            assert!(parse_server(bad).unwrap_err().contains(why), "{bad}");
        }
        assert!(parse_path("~/x").unwrap_err().contains("word of the shell"));
        assert!(parse_path("").is_err() && parse_path("x/y").is_ok());
        assert_eq!(parse_level("debug"), Ok(Level::Debug));
        assert!(parse_level("verbose").unwrap_err().contains("there are error, warn"));
        assert!(parse_level("inf").unwrap_err().contains("did you mean `info`?"));
    }
}
