//! Home-made sensors: an inertial sensor whose bytes or text a person describes in `ironstride.toml`.
//!
//! The layout says where each value stands and what it is worth in SI. A sensor is recognised by the service and
//! characteristic that are configured, and by nothing else, because half the sketches of this world share their UUIDs.
//! Binary samples have a fixed length, one or several in a notification, and what follows the last whole one is
//! padding; text is a line for each sample, in whatever pieces it comes. With a time among the values the sensor's own
//! clock places the samples (an unsigned whole number may wrap); without, arrival and the rate do. Turning
//! notifications on starts it, unless commands are configured. The engine counts whether the rate is kept.

mod layout;
mod text;

pub use layout::{Flaw, Form, Hex, HomeMade, Kind, Value, What};

use super::family::{Ask, DecodeError, Decoder, Family};
use crate::model::{Characteristic, ImuBlock, ImuSample, Reading, SampleClock, SampleFlags};
use std::sync::Arc;
use text::{Lines, columns};
use uuid::Uuid;

/// The family of one layout.
#[derive(Clone, Debug)]
pub struct HomeMadeFamily {
    layout: Arc<HomeMade>,
    source: [Characteristic; 1],
}

impl From<HomeMade> for HomeMadeFamily {
    fn from(layout: HomeMade) -> Self {
        Self { source: [layout.source()], layout: Arc::new(layout) }
    }
}

impl Family for HomeMadeFamily {
    fn name(&self) -> &str {
        &self.layout.name
    }

    fn advertised(&self, _name: Option<&str>, _services: &[Uuid]) -> bool {
        // the service alone is nobody's own
        false
    }

    fn sources(&self) -> &[Characteristic] {
        &self.source
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(HomeMadeDecoder { layout: Arc::clone(&self.layout), lines: Lines::default(), clock: None })
    }
}

#[derive(Clone, Debug)]
struct HomeMadeDecoder {
    layout: Arc<HomeMade>,
    lines: Lines,
    /// The last time of an unsigned clock: as sent, and unwrapped.
    clock: Option<(u32, i64)>,
}

impl Decoder for HomeMadeDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        (self.lines, self.clock) = (Lines::default(), None);
        let source = self.layout.source();
        if !found.contains(&source) {
            return Vec::new();
        }
        let mut asks = vec![Ask::subscribe(source, "samples")];
        asks.extend(self.command(self.layout.start.as_ref(), "start streaming"));
        asks
    }

    fn stop(&mut self) -> Vec<Ask> {
        self.command(self.layout.stop.as_ref(), "stop streaming").into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let layout = Arc::clone(&self.layout);
        let mut block = Block::default();
        if layout.form == Form::Text {
            let lines = self.lines.push(value);
            for line in &lines {
                let columns = columns(line);
                block.add(self.sample(|value| columns.get(value.at).copied().flatten().map(Number::Real)));
            }
            if block.samples.is_empty() && !lines.is_empty() {
                let value = format!("a line `{:.60}`, which lacks numbers", lines[0].trim_end());
                return Err(DecodeError::Impossible { what: "text", value });
            }
        } else {
            for record in records(&layout, value)? {
                block.add(self.sample(|value| binary(record, value, layout.form)));
            }
        }
        Ok(block.reading(&layout).into_iter().collect())
    }

    fn rate_hz(&self) -> Option<f64> {
        Some(self.layout.rate_hz)
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

impl HomeMadeDecoder {
    fn command(&self, bytes: Option<&Hex>, purpose: &'static str) -> Option<Ask> {
        let target = Characteristic { service: self.layout.service, characteristic: self.layout.commands? };
        Some(Ask::write(target, bytes?.0.clone(), purpose))
    }

    /// One sample with its time, ns; `None` where a value is missing.
    fn sample(&mut self, read: impl Fn(&Value) -> Option<Number>) -> Option<(i64, ImuSample)> {
        let layout = Arc::clone(&self.layout);
        let (mut accel_m_s2, mut gyro_rad_s, mut time_ns) = ([0.0; 3], None, 0);
        for value in &layout.values {
            let number = read(value)?;
            match value.what {
                What::Time => time_ns = self.time_ns(number, value),
                What::Accel(axis) => accel_m_s2[axis] = number.real() * value.scale,
                What::Gyro(axis) => gyro_rad_s.get_or_insert([0.0; 3])[axis] = number.real() * value.scale,
            }
        }
        Some((time_ns, ImuSample { accel_m_s2, gyro_rad_s }))
    }

    /// The sensor's time on an axis that doesn't wrap, ns.
    fn time_ns(&mut self, number: Number, value: &Value) -> i64 {
        let Number::Wrapping { raw, bits } = number else {
            return (number.real() * value.scale * 1e9).round() as i64;
        };
        let (last, last_count) = self.clock.unwrap_or((raw, i64::from(raw)));
        // what seems more than half a turn ahead is behind
        let unused = 32 - bits;
        let ahead = (raw.wrapping_sub(last) << unused).cast_signed() >> unused;
        let count = last_count.saturating_add(i64::from(ahead));
        self.clock = Some((raw, count));
        (count as f64 * value.scale * 1e9).round() as i64
    }
}

/// A number of a sample.
#[derive(Clone, Copy, Debug)]
enum Number {
    Real(f64),
    /// An unsigned whole number, which as a time wraps after so many bits.
    Wrapping {
        raw: u32,
        bits: u32,
    },
}

impl Number {
    fn real(self) -> f64 {
        match self {
            Self::Real(number) => number,
            Self::Wrapping { raw, .. } => f64::from(raw),
        }
    }
}

/// The samples' bytes in a notification.
fn records<'a>(
    layout: &HomeMade,
    value: &'a [u8],
) -> Result<impl Iterator<Item = &'a [u8]> + use<'a>, DecodeError> {
    let end = |value: &Value| value.at + value.kind.map_or(0, Kind::bytes);
    let least = layout.values.iter().map(end).max().unwrap_or(0);
    let needed = layout.header_bytes + layout.sample_bytes.unwrap_or(least).max(1);
    let too_short = DecodeError::TooShort { what: "notification", needed, got: value.len() };
    let body = value.get(layout.header_bytes..).filter(|_| value.len() >= needed).ok_or(too_short)?;
    Ok(body.chunks_exact(layout.sample_bytes.unwrap_or(body.len()).max(1)))
}

/// A value of a binary sample.
fn binary(record: &[u8], value: &Value, form: Form) -> Option<Number> {
    let kind = value.kind?;
    let bytes = record.get(value.at..value.at + kind.bytes())?;
    let mut little = [0; 8];
    for (to, from) in little.iter_mut().zip(0..bytes.len()) {
        *to = bytes[if form == Form::BigEndian { bytes.len() - 1 - from } else { from }];
    }
    let [a, b, c, d, ..] = little;
    let word = u32::from_le_bytes([a, b, c, d]);
    let bits = 8 * kind.bytes() as u32;
    Some(match kind {
        Kind::Unsigned(_) => Number::Wrapping { raw: word, bits },
        Kind::Signed(_) => Number::Real(f64::from((word << (32 - bits)).cast_signed() >> (32 - bits))),
        Kind::Float(4) => Number::Real(f64::from(f32::from_bits(word))),
        Kind::Float(_) => Number::Real(f64::from_le_bytes(little)),
    })
}

/// Samples of one notification.
#[derive(Debug, Default)]
struct Block {
    times_ns: Vec<i64>,
    samples: Vec<ImuSample>,
}

impl Block {
    fn add(&mut self, sample: Option<(i64, ImuSample)>) {
        let (time_ns, sample) = sample.unzip();
        self.times_ns.extend(time_ns);
        self.samples.extend(sample);
    }

    fn reading(self, layout: &HomeMade) -> Option<Reading> {
        let clock = if layout.values.iter().any(|value| value.what == What::Time) {
            SampleClock::Stamped { device_time_ns: self.times_ns }
        } else {
            SampleClock::Nominal { interval_ns: (1e9 / layout.rate_hz).round() as u32 }
        };
        let block = ImuBlock { clock, flags: SampleFlags::default(), samples: self.samples };
        (!block.samples.is_empty()).then_some(Reading::Imu(block))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::RequestAction;

    /// A sensor with all that a layout can say.
    pub(in crate::sensors) fn layout(form: Form, values: &[&str]) -> HomeMade {
        HomeMade {
            name: "my sensor".to_owned(),
            service: Uuid::from_u128(0x19b1_0000_e8f2_537e_4f6c_d104_768a_1214),
            characteristic: Uuid::from_u128(0x19b1_0001_e8f2_537e_4f6c_d104_768a_1214),
            rate_hz: 100.0,
            form,
            header_bytes: 0,
            sample_bytes: None,
            values: values.iter().map(|text| text.parse().expect("a value")).collect(),
            commands: None,
            start: None,
            stop: None,
        }
    }

    const AXES: [&str; 3] = ["accel_x 1 9.80665", "accel_y 2 9.80665", "accel_z 3 9.80665"];

    fn block(decoder: &mut dyn Decoder, source: Characteristic, value: &[u8]) -> Option<ImuBlock> {
        match decoder.decode(source, value).expect("a good value").as_slice() {
            [] => None,
            [Reading::Imu(block)] => Some(block.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn several_binary_samples_with_a_clock_that_wraps() {
        let mut layout = layout(
            Form::BigEndian,
            &["time u16 0 0.001", "accel_x i16 2 0.01", "accel_y i8 4 1", "accel_z f32 5 9.80665"],
        );
        (layout.header_bytes, layout.sample_bytes) = (1, Some(10));
        assert_eq!(layout.flaws(), []);
        let mut value = vec![7];
        for time in [65_530_u16, 4] {
            value.extend(time.to_be_bytes());
            value.extend((-250_i16).to_be_bytes());
            value.extend((-3_i8).to_be_bytes());
            value.extend(1_f32.to_be_bytes());
            value.push(0xee);
        }
        value.extend([1, 2, 3]);
        let family = HomeMadeFamily::from(layout.clone());
        let found = block(family.decoder().as_mut(), layout.source(), &value).expect("samples");
        assert_eq!(
            found.clock,
            SampleClock::Stamped { device_time_ns: vec![65_530_000_000, 65_540_000_000] }
        );
        assert_eq!(found.samples.len(), 2);
        assert_eq!(found.samples[1], ImuSample { accel_m_s2: [-2.5, -3.0, 9.806_65], gyro_rad_s: None });
        let short = family.decoder().decode(layout.source(), &value[..10]);
        assert_eq!(short, Err(DecodeError::TooShort { what: "notification", needed: 11, got: 10 }));
    }

    #[test]
    fn lines_of_text_in_pieces() {
        let layout = layout(Form::Text, &AXES);
        assert_eq!(layout.flaws(), []);
        let family = HomeMadeFamily::from(layout.clone());
        let mut decoder = family.decoder();
        let mut send = |text: &str| decoder.decode(layout.source(), text.as_bytes());
        assert_eq!(send("0,0,0,1\r\n12,0.5"), Ok(Vec::new()));
        let readings = send(",-0.5,1\r\n13,0,0,1\r\n").expect("two lines");
        let [Reading::Imu(block)] = readings.as_slice() else { panic!("{readings:?}") };
        assert_eq!(block.clock, SampleClock::Nominal { interval_ns: 10_000_000 });
        let accel_m_s2 = [4.903_325, -4.903_325, 9.806_65];
        assert_eq!(block.samples[0], ImuSample { accel_m_s2, gyro_rad_s: None });
        assert_eq!(block.samples.len(), 2);
        assert!(matches!(send("ax,ay,az\n"), Err(DecodeError::Impossible { .. })));
    }

    #[test]
    fn commands_are_sent_where_they_are_configured() {
        let mut layout = layout(Form::Text, &AXES);
        (layout.start, layout.stop) = (Some(Hex(vec![1])), Some(Hex(vec![0])));
        assert_eq!(layout.flaws()[0].key, "start");
        layout.commands = Some(Uuid::from_u128(5));
        assert_eq!(layout.flaws(), []);
        let mut decoder = HomeMadeFamily::from(layout.clone()).decoder();
        let asks = decoder.start(&[layout.source()]);
        assert_eq!(asks[0].action, RequestAction::Subscribe);
        assert_eq!(asks[1].action, RequestAction::Write { value: vec![1] });
        assert_eq!(decoder.stop()[0].target.characteristic, Uuid::from_u128(5));
        assert!(decoder.start(&[]).is_empty());
    }

    #[test]
    fn a_layout_that_cannot_work_says_why() {
        let flaw = |values: &[&str]| {
            let found = layout(Form::LittleEndian, values).flaws();
            found.first().map(|flaw| flaw.message.clone()).unwrap_or_default()
        };
        let [x, y, z] = ["accel_x i16 0 1", "accel_y i16 2 1", "accel_z i16 4 1"];
        assert!(flaw(&[x, y]).contains("accel_z are needed"));
        assert!(flaw(&[x, y, z, "gyro_x i16 6 1"]).contains("all three axes"));
        assert!(flaw(&[x, y, z, "time u8 6 1", "time u8 7 1"]).contains("`time` is there twice"));
        assert!(flaw(&[x, y, "accel_z 4 1"]).contains("has no type"));
        assert!(flaw(&[x, y, "accel_z f64 508 1"]).contains("behind its sample"));
        for (text, words) in [
            ("accel_x", "is no value"),
            ("accel_q i16 0 1", "is nothing that a sample has"),
            ("accel_x i12 0 1", "is no type"),
            ("accel_x i16 -1 1", "is no place"),
            ("accel_x i16 0 0", "is no scale"),
            ("accel_x i16 0 nan", "is no scale"),
        ] {
            let said = text.parse::<Value>().expect_err(text);
            assert!(said.contains(words), "{said}");
        }
        assert_eq!(
            "gyro_y f32 8 0.0175".parse::<Value>().map(|value| value.to_string()),
            Ok("gyro_y f32 8 0.0175".to_owned())
        );
    }
}
