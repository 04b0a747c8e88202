//! How a home-made sensor's values are laid out, as a person writes it.

use crate::model::{Characteristic, sig_uuid};
use crate::sensors::FAMILIES;
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Longest value that a link can carry, bytes.
const LONGEST_VALUE: usize = 512;

/// An inertial sensor whose bytes or text this describes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HomeMade {
    /// Name for people and logs.
    pub name: String,
    /// UUID of the service, in full or four hexadecimal digits of the Bluetooth SIG's.
    #[serde(deserialize_with = "uuid")]
    #[schemars(with = "String")]
    pub service: Uuid,
    /// UUID of the characteristic that notifies.
    #[serde(deserialize_with = "uuid")]
    #[schemars(with = "String")]
    pub characteristic: Uuid,
    /// Samples a second; fewer than 90 % of it are reported as "sensor slow".
    #[schemars(range(min = 10.0, max = 2000.0))]
    pub rate_hz: f64,
    /// How numbers are written.
    #[serde(default)]
    pub form: Form,
    /// Bytes of a notification before its first sample.
    #[serde(default)]
    #[schemars(range(min = 0, max = 512))]
    pub header_bytes: usize,
    /// Bytes from one sample to the next; when it is left out a notification is one sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 512))]
    pub sample_bytes: Option<usize>,
    /// What stands where: `accel_x i16 0 0.0048`, that is what it is, its type, its byte in the sample, and what one
    /// unit is worth in m/s², rad/s or s. In text `accel_x 0 9.80665`: what it is, its column, what one is worth.
    #[schemars(with = "Vec<String>")]
    pub values: Vec<Value>,
    /// UUID of the characteristic that takes commands.
    #[serde(default, deserialize_with = "some_uuid", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub commands: Option<Uuid>,
    /// Bytes that start the stream, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub start: Option<Hex>,
    /// Bytes that stop the stream, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stop: Option<Hex>,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Bytes, the least significant first.
    #[default]
    LittleEndian,
    /// Bytes, the most significant first.
    BigEndian,
    /// A line of text for each sample, its numbers separated by commas, semicolons, tabs or blanks.
    Text,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The sensor's clock.
    Time,
    /// Acceleration along an axis, 0 to 2.
    Accel(usize),
    /// Turning about an axis, 0 to 2.
    Gyro(usize),
}

/// All of them with their names.
const WHATS: [(&str, What); 7] = [
    ("time", What::Time),
    ("accel_x", What::Accel(0)),
    ("accel_y", What::Accel(1)),
    ("accel_z", What::Accel(2)),
    ("gyro_x", What::Gyro(0)),
    ("gyro_y", What::Gyro(1)),
    ("gyro_z", What::Gyro(2)),
];

/// Type of a binary value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers from 0 of so many bytes; as a time they wrap.
    Unsigned(usize),
    /// Whole numbers of so many bytes, two's complement.
    Signed(usize),
    /// IEEE 754 numbers of so many bytes.
    Float(usize),
}

/// All of them with their names.
const KINDS: [(&str, Kind); 8] = [
    ("u8", Kind::Unsigned(1)),
    ("u16", Kind::Unsigned(2)),
    ("u32", Kind::Unsigned(4)),
    ("i8", Kind::Signed(1)),
    ("i16", Kind::Signed(2)),
    ("i32", Kind::Signed(4)),
    ("f32", Kind::Float(4)),
    ("f64", Kind::Float(8)),
];

impl Kind {
    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Unsigned(bytes) | Self::Signed(bytes) | Self::Float(bytes) => bytes,
        }
    }
}

/// One value of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub what: What,
    /// Its type; `None` in text.
    pub kind: Option<Kind>,
    /// Its first byte in the sample, or its column in text, from 0.
    pub at: usize,
    /// What one unit is worth, m/s², rad/s or s.
    pub scale: f64,
}

impl FromStr for Value {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (what, kind, at, scale) = match words.as_slice() {
            [what, kind, at, scale] => (what, Some(kind), at, scale),
            [what, at, scale] => (what, None, at, scale),
            _ => {
                return Err(format!(
                    "`{text}` is no value; write what it is, its type, its byte and its scale, such as `accel_x i16 0 \
                    0.0048`, or without a type for a column of text"
                ));
            }
        };
        let names = |known: &mut dyn Iterator<Item = &'static str>| known.collect::<Vec<_>>().join(", ");
        let (_, what) = WHATS.iter().find(|(name, _)| name == what).ok_or_else(|| {
            format!(
                "`{what}` is nothing that a sample has; there are {}",
                names(&mut WHATS.iter().map(|(n, _)| *n))
            )
        })?;
        let kind = kind.map(|kind| {
            KINDS.iter().find(|(name, _)| name == kind).map(|(_, kind)| *kind).ok_or_else(|| {
                format!("`{kind}` is no type; there are {}", names(&mut KINDS.iter().map(|(name, _)| *name)))
            })
        });
        let at: usize = at.parse().ok().filter(|at| *at < LONGEST_VALUE).ok_or_else(|| {
            format!("`{at}` is no place; count bytes (in text: columns) from 0, up to {}", LONGEST_VALUE - 1)
        })?;
        let is_scale = |scale: &f64| scale.is_finite() && *scale != 0.0 && scale.abs() < 1e9;
        let scale: f64 = scale.parse().ok().filter(is_scale).ok_or_else(|| {
            format!(
                "`{scale}` is no scale; write what one unit is worth in m/s², rad/s or s, such as 9.80665"
            )
        })?;
        Ok(Self { what: *what, kind: kind.transpose()?, at, scale })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = WHATS.iter().find(|(_, what)| *what == self.what).map_or("", |(name, _)| name);
        write!(f, "{what} ")?;
        if let Some((name, _)) = KINDS.iter().find(|(_, kind)| Some(*kind) == self.kind) {
            write!(f, "{name} ")?;
        }
        write!(f, "{} {}", self.at, self.scale)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Bytes written as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hex(pub Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
        to.serialize_str(&digits.map(digit).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || {
            D::Error::custom(format!(
                "`{text}` is no bytes; write pairs of hexadecimal digits, such as `01ff`"
            ))
        };
        let digits: Option<Vec<u8>> =
            text.chars().filter(|c| *c != ' ').map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        let digits = digits.ok_or_else(wrong)?;
        let (pairs, rest) = digits.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() || pairs.len() > LONGEST_VALUE {
            return Err(wrong());
        }
        Ok(Self(pairs.iter().map(|[high, low]| high << 4 | low).collect()))
    }
}

fn uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(from)?;
    let short = if text.len() == 4 { u16::from_str_radix(&text, 16).ok().map(sig_uuid) } else { None };
    short.or_else(|| Uuid::try_parse(&text).ok()).ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is no UUID; write it in full, such as `19b10000-e8f2-537e-4f6c-d104768a1214`"
        ))
    })
}

fn some_uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    uuid(from).map(Some)
}

/// What is wrong with a layout although each of its keys can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The key to point at.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl HomeMade {
    /// Where the samples come from.
    #[must_use]
    pub fn source(&self) -> Characteristic {
        Characteristic { service: self.service, characteristic: self.characteristic }
    }

    /// What is wrong with the layout as a whole.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut flaw = |key, message: String| flaws.push(Flaw { key, message });
        if self.name.trim().is_empty() {
            flaw("name", "the name is empty; people read it on the screen".to_owned());
        }
        if let Some(family) = FAMILIES.iter().find(|family| family.sources().contains(&self.source())) {
            flaw("characteristic", format!("{} sensors send from there; they need no layout", family.name()));
        }
        let count = |what: What| self.values.iter().filter(|value| value.what == what).count();
        let missing = |axis: fn(usize) -> What| (0..3).filter(|i| count(axis(*i)) == 0).count();
        if let Some((name, _)) = WHATS.iter().find(|(_, what)| count(*what) > 1) {
            flaw("values", format!("`{name}` is there twice"));
        } else if missing(What::Accel) > 0 {
            flaw("values", "accel_x, accel_y and accel_z are needed, each once".to_owned());
        } else if ![0, 3].contains(&missing(What::Gyro)) {
            flaw("values", "of the gyroscope all three axes are needed, or none".to_owned());
        }
        let is_text = self.form == Form::Text;
        for value in self.values.iter().filter(|value| value.kind.is_some() == is_text) {
            let message = if is_text {
                format!("`{value}`: a column of text has no type; leave it out")
            } else {
                format!("`{value}` has no type; put one, such as i16 or f32, after the first word")
            };
            flaw("values", message);
        }
        let room = self.sample_bytes.unwrap_or(LONGEST_VALUE - self.header_bytes.min(LONGEST_VALUE));
        let end = |value: &&Value| value.kind.is_some_and(|kind| value.at + kind.bytes() > room);
        if let Some(value) = self.values.iter().find(end) {
            flaw("values", format!("`{value}` ends behind its sample, which has {room} bytes"));
        }
        if self.commands.is_none() && (self.start.is_some() || self.stop.is_some()) {
            let key = if self.start.is_some() { "start" } else { "stop" };
            flaw(key, "name the characteristic that takes it as `commands`".to_owned());
        }
        flaws
    }
}
