//! What one line of a capture means.

use crate::model::{Characteristic, Command, HostTime, Input, LinkChange, Notification, SensorId, sig_uuid};
use crate::radio::lines::{LINE_LIMIT, excerpt};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::borrow::Cow;
use thiserror::Error;
use uuid::Uuid;

/// Why one line can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaptureFault {
    /// Not JSON, or not of the form that its type has.
    #[error("not a line of a capture ({reason}): `{found}`")]
    NotUnderstood {
        /// The parser's word.
        reason: String,
        /// Start of the line.
        found: String,
    },
    /// A type that is not known.
    #[error("unknown type `{found}`")]
    UnknownType {
        /// The type.
        found: String,
    },
    /// A field is missing.
    #[error("`{field}` is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A value that is not pairs of hexadecimal digits.
    #[error("`value_hex` is corrupt at its character {at}: `{found}`")]
    Hex {
        /// Place of the first wrong character, from 1.
        at: usize,
        /// The text from there.
        found: String,
    },
    /// A single line far ahead of those before and after it.
    #[error("t_ns leaps to {t_ns} and back to {after_ns}")]
    TimeLeap {
        /// Time of this line, ns.
        t_ns: i64,
        /// Time of the next line, ns.
        after_ns: i64,
    },
    /// Over the line limit.
    #[error("longer than {} KiB", LINE_LIMIT >> 10)]
    TooLong,
}

/// Text borrowed from the line where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// What all lines have, and all that a notification has, since nearly all lines are notifications.
#[derive(Deserialize)]
struct Fields<'a> {
    t_ns: i64,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    sensor: Option<Text<'a>>,
    #[serde(default, deserialize_with = "optional_uuid")]
    service: Option<Uuid>,
    #[serde(default, deserialize_with = "optional_uuid")]
    characteristic: Option<Uuid>,
    #[serde(borrow)]
    value_hex: Option<Text<'a>>,
}

/// Time and input of a line; no input where the line tells what the host did.
pub(super) fn input(line: &[u8]) -> Result<(i64, Option<Input>), CaptureFault> {
    let fields: Fields<'_> = parse(line)?;
    let at = HostTime(fields.t_ns);
    let sensor = || {
        let sensor = fields.sensor.as_ref().ok_or(CaptureFault::Missing { field: "sensor" })?;
        Ok(SensorId(sensor.0.as_ref().to_owned()))
    };
    let input = match fields.kind.as_ref() {
        "notify" => Input::Notification(Notification {
            at,
            sensor: sensor()?,
            source: Characteristic {
                service: fields.service.ok_or(CaptureFault::Missing { field: "service" })?,
                characteristic: fields
                    .characteristic
                    .ok_or(CaptureFault::Missing { field: "characteristic" })?,
            },
            value: hex(&fields.value_hex.ok_or(CaptureFault::Missing { field: "value_hex" })?.0)?,
        }),
        "link" => Input::Link { at, sensor: sensor()?, change: parse::<LinkLine>(line)?.into() },
        "advert" => Input::Link { at, sensor: sensor()?, change: parse::<AdvertLine>(line)?.into() },
        "characteristics" => {
            let found = parse::<CharacteristicsLine>(line)?.found.into_iter().map(Into::into).collect();
            Input::Link { at, sensor: sensor()?, change: LinkChange::Characteristics { found } }
        }
        "command" => command(line, at)?,
        "write" => return Ok((fields.t_ns, None)),
        other => return Err(CaptureFault::UnknownType { found: excerpt(other.as_bytes()) }),
    };
    Ok((fields.t_ns, Some(input)))
}

fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, CaptureFault> {
    serde_json::from_slice(line)
        .map_err(|error| CaptureFault::NotUnderstood { reason: reason(&error), found: excerpt(line) })
}

/// An order has the field `order`; without it the line is a context.
fn command(line: &[u8], at: HostTime) -> Result<Input, CaptureFault> {
    #[derive(Deserialize)]
    struct Which {
        order: Option<serde::de::IgnoredAny>,
    }
    if parse::<Which>(line)?.order.is_some() {
        return Ok(Input::Command(Command { at, order: parse(line)? }));
    }
    Ok(Input::Context { at, context: parse(line)? })
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum LinkLine {
    Up,
    Leaving,
    Down {
        #[serde(default)]
        reason: String,
    },
}

impl From<LinkLine> for LinkChange {
    fn from(line: LinkLine) -> Self {
        match line {
            LinkLine::Up => Self::Up,
            LinkLine::Leaving => Self::Leaving,
            LinkLine::Down { reason } => Self::Down { reason },
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct AdvertLine {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) services: Vec<AnyUuid>,
    pub(super) rssi_dbm: Option<i16>,
}

impl From<AdvertLine> for LinkChange {
    fn from(line: AdvertLine) -> Self {
        let services = line.services.into_iter().map(|uuid| uuid.0).collect();
        Self::Advert { name: line.name, services, rssi_dbm: line.rssi_dbm }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct CharacteristicsLine {
    pub(super) found: Vec<FoundCharacteristic>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FoundCharacteristic {
    pub(super) service: AnyUuid,
    pub(super) characteristic: AnyUuid,
}

impl From<FoundCharacteristic> for Characteristic {
    fn from(found: FoundCharacteristic) -> Self {
        Self { service: found.service.0, characteristic: found.characteristic.0 }
    }
}

/// A UUID in full or in the 16-bit short form.
#[derive(Serialize)]
pub(super) struct AnyUuid(pub(super) Uuid);

impl<'de> Deserialize<'de> for AnyUuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?.0;
        parse_uuid(&text).map(Self).ok_or_else(|| D::Error::custom(format!("`{text}` is not a UUID")))
    }
}

fn optional_uuid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    Ok(Option::<AnyUuid>::deserialize(deserializer)?.map(|uuid| uuid.0))
}

fn parse_uuid(text: &str) -> Option<Uuid> {
    let short = text.strip_prefix("0x").unwrap_or(text);
    if short.len() == 4 {
        return u16::from_str_radix(short, 16).ok().map(sig_uuid);
    }
    Uuid::try_parse(text).ok()
}

/// Bytes of pairs of hexadecimal digits.
fn hex(text: &str) -> Result<Vec<u8>, CaptureFault> {
    let fault = |at: usize| CaptureFault::Hex { at: at + 1, found: excerpt(&text.as_bytes()[at..]) };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut value = Vec::with_capacity(pairs.len());
    for (i, pair) in pairs.iter().enumerate() {
        let [high, low] = pair.map(|digit| DIGITS[usize::from(digit)]);
        if (high | low) > 0x0f {
            return Err(fault(2 * i + usize::from(high <= 0x0f)));
        }
        value.push(high << 4 | low);
    }
    if rest.is_empty() { Ok(value) } else { Err(fault(text.len() - 1)) }
}

/// Value of each byte as a hexadecimal digit; 0xff where it is none.
const DIGITS: [u8; 256] = {
    let mut digits = [0xff; 256];
    let mut i = 0;
    while i < 16 {
        digits[b"0123456789abcdef"[i] as usize] = i as u8;
        digits[b"0123456789ABCDEF"[i] as usize] = i as u8;
        i += 1;
    }
    digits
};

/// The JSON parser's word without its own count of lines, which is always 1 here.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_in_pairs_or_the_place_of_the_first_wrong_one() {
        assert_eq!(hex("00fFa5"), Ok(vec![0x00, 0xff, 0xa5]));
        assert_eq!(hex(""), Ok(vec![]));
        let place = |text: &str| match hex(text) {
            Err(CaptureFault::Hex { at, .. }) => at,
            other => panic!("{other:?}"),
        };
        assert_eq!((place("g0"), place("0g"), place("00zz"), place("000"), place("é0")), (1, 2, 3, 3, 1));
    }

    #[test]
    fn short_uuids_are_the_assigned_ones() {
        let full = Uuid::parse_str("00002a53-0000-1000-8000-00805f9b34fb").ok();
        for text in ["2a53", "2A53", "0x2a53", "00002a53-0000-1000-8000-00805f9b34fb"] {
            assert_eq!(parse_uuid(text), full, "{text}");
        }
        assert_eq!((parse_uuid("2a5"), parse_uuid("zzzz"), parse_uuid("")), (None, None, None));
    }
}
