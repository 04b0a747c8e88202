//! OpenBarbell, versions 1 to 3: a tether that computes repetitions by itself, after its open firmware and app.
//!
//! Service 0x2220 (never assigned to anyone), notifications from 0x2221, each one f32 little-endian. A repetition is a
//! run of values: a flag that says the version, then number, mean velocity m/s, range of motion mm, peak velocity m/s
//! and where it was; version 3 goes on with peak acceleration, duration µs and fourteen values about the device. Only
//! guard values at fixed places hold this together, there being neither checksum nor clock: a repetition counts when
//! the guard stands where its version has it and its figures can be. The flag comes as the concentric phase begins and
//! again if that is called off; another flag always begins anew. After the guard come samples, which are passed over,
//! an end mark, and the battery's percent.
//!
//! Turning notifications on is all it takes, and disconnecting ends it. Evidence: firmware of two versions, the app and
//! its recorded repetitions, one of which has an infinite velocity.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{BatteryReading, Characteristic, DeviceRepReading, Reading};
use uuid::Uuid;

/// Values, one a notification.
pub const VALUES: Characteristic = sig(0x2220, 0x2221);

/// What begins a repetition of each version.
const FLAGS: [(f64, Version); 3] =
    [(-3456.0, Version::Three), (-2345.0, Version::Two), (-1234.0, Version::OneOrTwo)];
/// The guard that makes a repetition of the values before it.
const GUARD: f64 = -9999.0;
/// What stands at index 6 of version 2.
const MARK_OF_TWO: f64 = -2121.0;
/// What ends the samples; the battery's percent follows.
const END_OF_SAMPLES: f64 = -6789.0;

/// No tether is faster, m/s, and none longer, m.
const MOST_VELOCITY_M_S: f64 = 20.0;
const MOST_RANGE_M: f64 = 5.0;
const MOST_DURATION_S: f64 = 60.0;

/// The family.
#[derive(Debug)]
pub struct OpenBarbell;

impl Family for OpenBarbell {
    fn name(&self) -> &'static str {
        "OpenBarbell"
    }

    fn advertised(&self, name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&sig_uuid(0x2220)) || name.is_some_and(|name| name.starts_with("OB "))
    }

    fn sources(&self) -> &[Characteristic] {
        &[VALUES]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(OpenBarbellDecoder::default())
    }
}

/// The device's version, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Index 6 will tell.
    OneOrTwo,
    Two,
    Three,
}

impl Version {
    /// Where the guard stands.
    fn guard_at(self) -> usize {
        match self {
            Self::OneOrTwo => 6,
            Self::Two => 18,
            Self::Three => 21,
        }
    }
}

/// Where in a run of values the device is.
#[derive(Clone, Debug, Default)]
enum OpenBarbellDecoder {
    /// Before a flag.
    #[default]
    Idle,
    /// After a flag, with the values since.
    Rep { version: Version, values: Vec<f64> },
    /// After the guard.
    Samples,
    /// After the end of the samples.
    Battery,
}

impl Decoder for OpenBarbellDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        *self = Self::Idle;
        let there = found.contains(&VALUES);
        there.then(|| Ask::subscribe(VALUES, "the device's repetitions")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let value = Fields::of("OpenBarbell value", value).f32()?;
        if let Some(version) = version_of(value) {
            *self = Self::Rep { version, values: Vec::new() };
            return Ok(Vec::new());
        }
        match self {
            Self::Idle => Ok(Vec::new()),
            Self::Rep { version, values } => {
                values.push(value);
                if values.len() == 6 && is(value, MARK_OF_TWO) && *version == Version::OneOrTwo {
                    *version = Version::Two;
                }
                if values.len() < version.guard_at() {
                    return Ok(Vec::new());
                }
                let (version, values) = (*version, std::mem::take(values));
                *self = if is(value, GUARD) { Self::Samples } else { Self::Idle };
                repetition(version, &values).map(|rep| vec![Reading::DeviceRep(rep)])
            }
            Self::Samples => {
                if is(value, END_OF_SAMPLES) {
                    *self = Self::Battery;
                }
                Ok(Vec::new())
            }
            Self::Battery => {
                *self = Self::Idle;
                let percent = (0.0..=100.0).contains(&value).then_some(value.round() as u8);
                Ok(percent.map(|percent| Reading::Battery(BatteryReading { percent })).into_iter().collect())
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

fn version_of(value: f64) -> Option<Version> {
    FLAGS.iter().find(|(flag, _)| is(value, *flag)).map(|(_, version)| *version)
}

/// Whether a value is this mark; the marks have exact binary forms.
fn is(value: f64, mark: f64) -> bool {
    value.to_bits() == mark.to_bits()
}

/// The repetition of a whole run of values, the guard with them.
fn repetition(version: Version, values: &[f64]) -> Result<DeviceRepReading, DecodeError> {
    let impossible = |value: String| DecodeError::Impossible { what: "OpenBarbell repetition", value };
    let &[number, mean, range_mm, peak, _location, ref rest @ ..] = values else {
        return Err(impossible(format!("{} values", values.len())));
    };
    if rest.last().is_none_or(|last| !is(*last, GUARD)) {
        return Err(impossible("another value where its guard stands".to_owned()));
    }
    let within = |value: f64, most: f64, unit: &str| {
        let possible = (0.0..=most).contains(&value);
        possible.then_some(value).ok_or_else(|| impossible(format!("{value} {unit}")))
    };
    let duration_s = match (version, rest) {
        (Version::Three, [_peak_acceleration, micros, ..]) => {
            Some(within(micros / 1e6, MOST_DURATION_S, "s")?)
        }
        _ => None,
    };
    Ok(DeviceRepReading {
        number: (0.0..=1e6).contains(&number).then_some(number as u32),
        mean_velocity_m_s: Some(within(mean, MOST_VELOCITY_M_S, "m/s")?),
        peak_velocity_m_s: Some(within(peak, MOST_VELOCITY_M_S, "m/s")?),
        range_of_motion_m: Some(within(range_mm / 1000.0, MOST_RANGE_M, "m")?),
        concentric_duration_s: duration_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repetition of version 3 as the app's authors recorded it, samples left out.
    const RECORDED: [f64; 28] = [
        -3456.0,
        15.0,
        0.492_744_645_894_607_5,
        747.0,
        1.086_198_502_923_944_3,
        89.0,
        10.622_917,
        1_886_932.0,
        0.0,
        4.931_665_28e8,
        0.0,
        130_000.0,
        10_000.0,
        150_000.0,
        1.0,
        1.0,
        3.01,
        3248.0,
        205.0,
        20.0,
        1.0,
        -9999.0,
        5.0,
        10.0,
        -9876.0,
        103.5,
        -6789.0,
        39.0,
    ];

    fn send(decoder: &mut dyn Decoder, values: &[f64]) -> Vec<Result<Reading, DecodeError>> {
        let decoded = values.iter().map(|value| decoder.decode(VALUES, &(*value as f32).to_le_bytes()));
        decoded
            .flat_map(|readings| match readings {
                Ok(readings) => readings.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            })
            .collect()
    }

    #[test]
    fn a_recorded_repetition_is_read_with_the_battery() {
        let found = send(OpenBarbell.decoder().as_mut(), &RECORDED);
        let [Ok(Reading::DeviceRep(rep)), Ok(Reading::Battery(BatteryReading { percent: 39 }))] =
            found.as_slice()
        else {
            panic!("{found:?}")
        };
        assert_eq!(rep.number, Some(15));
        for (found, expected) in [
            (rep.mean_velocity_m_s, 0.493),
            (rep.range_of_motion_m, 0.747),
            (rep.peak_velocity_m_s, 1.086),
            (rep.concentric_duration_s, 1.887),
        ] {
            assert!((found.expect("known") - expected).abs() < 5e-4, "{found:?} is not {expected}");
        }
    }

    #[test]
    fn flags_and_guards_have_these_bytes() {
        for (bytes, mark) in [
            ([0x00, 0x00, 0x58, 0xc5], -3456.0),
            ([0x00, 0x90, 0x12, 0xc5], -2345.0),
            ([0x00, 0x40, 0x9a, 0xc4], -1234.0),
            ([0x00, 0x3c, 0x1c, 0xc6], GUARD),
            ([0x00, 0x28, 0xd4, 0xc5], END_OF_SAMPLES),
        ] {
            assert!(is(f64::from(f32::from_le_bytes(bytes)), mark), "{mark}");
        }
    }

    #[test]
    fn an_infinite_velocity_costs_the_repetition_and_not_the_next() {
        let mut decoder = OpenBarbell.decoder();
        let mut infinite = RECORDED;
        infinite[2] = f64::INFINITY;
        let found = send(decoder.as_mut(), &infinite);
        assert!(matches!(found[0], Err(DecodeError::Impossible { .. })), "{found:?}");
        assert_eq!(send(decoder.as_mut(), &RECORDED).len(), 2);
    }

    #[test]
    fn a_lost_value_costs_the_repetition_and_another_flag_begins_anew() {
        let mut decoder = OpenBarbell.decoder();
        let lost = [&RECORDED[..5], &RECORDED[6..]].concat();
        let found = send(decoder.as_mut(), &lost);
        assert!(matches!(found.as_slice(), [Err(DecodeError::Impossible { .. })]), "{found:?}");
        let again = [&RECORDED[..9], &RECORDED[..]].concat();
        assert_eq!(send(decoder.as_mut(), &again).len(), 2);
        assert!(matches!(decoder.decode(VALUES, &[1, 2, 3]), Err(DecodeError::TooShort { .. })));
    }

    #[test]
    fn older_versions_have_their_guard_elsewhere() {
        let one = [-1234.0, 3.0, 0.5, 700.0, 1.0, 80.0, GUARD];
        assert!(matches!(send(OpenBarbell.decoder().as_mut(), &one).as_slice(), [Ok(Reading::DeviceRep(_))]));
        for flag in [-2345.0, -1234.0] {
            let mut two = vec![flag, 3.0, 0.5, 700.0, 1.0, 80.0, MARK_OF_TWO];
            two.extend([1.0; 11]);
            two.push(GUARD);
            let found = send(OpenBarbell.decoder().as_mut(), &two);
            assert!(matches!(found.as_slice(), [Ok(Reading::DeviceRep(_))]), "{flag}: {found:?}");
        }
    }
}
