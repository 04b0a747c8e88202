//! MetaMotion and MetaWear by MbientLab, after the tests of the vendor's own library.
//!
//! Service 326A9000: commands to 9001, answers and samples from 9006. A packet is a module, a register (with bit 7 a
//! question or its answer), and data. Modules: 0x03 accelerometer, 0x13 gyroscope, 0x19 sensor fusion. Which chip
//! measures (BMI160, or BMI270 in the MMS) decides registers and codes, so it is asked first, and the stream is
//! started by the answer. What an earlier session has left running is cleared away before.
//!
//! Samples are s16 little-endian, three in a packet: acceleration at ±16 g (2048 counts a g) and turning at ±2000 °/s
//! (16.4 counts a °/s), each in packets of its own at 100 Hz, and paired here in order. They carry neither time nor
//! number, so arrival and the rate place them. Faster rates need a shorter connection interval than a central on Linux
//! can ask for. It streams on until it is stopped, and its battery drains.
//!
//! Evidence: the vectors and expected commands in the vendor's tests; nothing of it is officially documented.

use super::family::{Ask, DecodeError, Decoder, Family};
use super::inertial::{self, Measured, from_degrees, from_g, is_clipped};
use crate::model::{Characteristic, ImuSample, Reading};
use std::collections::VecDeque;
use uuid::Uuid;

const fn of(short: u128) -> Characteristic {
    const BASE: u128 = 0x326a_0000_85cb_9195_d9dd_464c_fbba_e75a;
    Characteristic {
        service: Uuid::from_u128(BASE | (0x9000 << 96)),
        characteristic: Uuid::from_u128(BASE | (short << 96)),
    }
}

/// Commands.
pub const COMMANDS: Characteristic = of(0x9001);
/// Answers and samples.
pub const ANSWERS: Characteristic = of(0x9006);

const ACCELEROMETER: u8 = 0x03;
const GYROSCOPE: u8 = 0x13;
const FUSION: u8 = 0x19;
/// The register that says what a module is.
const ASK_MODULE: u8 = 0x80;

const RATE_HZ: u32 = 100;
const COUNTS_PER_G: f64 = 2048.0;
const COUNTS_PER_DPS: f64 = 16.4;
/// Samples in a packet.
const PACKED: usize = 3;
/// Packets of one kind that wait for the other before it is taken for missing.
const WAITING: usize = 2 * PACKED;

/// What is sent to stop both chips, sensor fusion too, and to clear away what an earlier session has set up: data
/// processors, events, loggers.
const CLEAR_AWAY: [&[u8]; 8] = [
    &[ACCELEROMETER, 0x01, 0x00],
    &[ACCELEROMETER, 0x02, 0x00, 0x01],
    &[GYROSCOPE, 0x01, 0x00],
    &[GYROSCOPE, 0x02, 0x00, 0x01],
    &[FUSION, 0x01, 0x00],
    &[0x09, 0x08],
    &[0x0a, 0x05],
    &[0x0b, 0x0a],
];

/// A chip's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chip {
    /// 100 Hz and ±16 g.
    accel_config: [u8; 2],
    /// 100 Hz and ±2000 °/s.
    gyro_config: [u8; 2],
    accel_packed: u8,
    gyro_packed: u8,
}

const BMI160: Chip =
    Chip { accel_config: [0x28, 0x0c], gyro_config: [0x28, 0x00], accel_packed: 0x1c, gyro_packed: 0x07 };
const BMI270: Chip =
    Chip { accel_config: [0xa8, 0x03], gyro_config: [0x28, 0x00], accel_packed: 0x05, gyro_packed: 0x05 };

impl Chip {
    /// The chip by its number in the accelerometer's answer.
    fn of(implementation: u8) -> Option<Self> {
        match implementation {
            1 => Some(BMI160),
            4 => Some(BMI270),
            _ => None,
        }
    }

    fn start(self) -> Vec<Ask> {
        let Self { accel_config: [accel, g16], gyro_config: [gyro, dps2000], accel_packed, gyro_packed } =
            self;
        vec![
            command(&[ACCELEROMETER, 0x03, accel, g16], "100 Hz, 16 g"),
            command(&[GYROSCOPE, 0x03, gyro, dps2000], "100 Hz, 2000 dps"),
            command(&[ACCELEROMETER, accel_packed, 0x01], "acceleration"),
            command(&[GYROSCOPE, gyro_packed, 0x01], "turning"),
            command(&[ACCELEROMETER, 0x02, 0x01, 0x00], "acceleration"),
            command(&[GYROSCOPE, 0x02, 0x01, 0x00], "turning"),
            command(&[ACCELEROMETER, 0x01, 0x01], "start streaming"),
            command(&[GYROSCOPE, 0x01, 0x01], "start streaming"),
        ]
    }
}

fn command(bytes: &[u8], purpose: &'static str) -> Ask {
    Ask::write(COMMANDS, bytes.to_vec(), purpose)
}

/// The family.
#[derive(Debug)]
pub struct MetaMotion;

impl Family for MetaMotion {
    fn name(&self) -> &'static str {
        "MetaMotion"
    }

    fn advertised(&self, name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&ANSWERS.service) || name.is_some_and(|name| name.starts_with("MetaWear"))
    }

    fn sources(&self) -> &[Characteristic] {
        &[ANSWERS]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(MetaMotionDecoder::default())
    }
}

/// Three axes as counted.
type Axes = [i16; 3];

#[derive(Clone, Debug, Default)]
struct MetaMotionDecoder {
    chip: Option<Chip>,
    /// What must be asked since the chip is known.
    asks: Vec<Ask>,
    /// Samples that wait for those of the other chip.
    accel: VecDeque<Axes>,
    gyro: VecDeque<Axes>,
    /// Whether samples have been paired in this connection.
    paired: bool,
}

impl Decoder for MetaMotionDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        *self = Self::default();
        if !found.contains(&ANSWERS) || !found.contains(&COMMANDS) {
            return Vec::new();
        }
        let mut asks = vec![Ask::subscribe(ANSWERS, "answers and samples")];
        asks.extend(CLEAR_AWAY.iter().map(|bytes| command(bytes, "clear away an earlier session")));
        asks.push(command(&[ACCELEROMETER, ASK_MODULE], "which chip it has"));
        asks
    }

    fn stop(&mut self) -> Vec<Ask> {
        CLEAR_AWAY.iter().map(|bytes| command(bytes, "stop streaming")).collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let &[module, register, ref data @ ..] = value else {
            return Err(DecodeError::TooShort { what: "MetaMotion packet", needed: 2, got: value.len() });
        };
        match (module, register) {
            (ACCELEROMETER, ASK_MODULE) => self.chip_known(data),
            (ACCELEROMETER, 0x04) => axes(data, 1).map(|axes| self.accelerations(&axes)),
            (ACCELEROMETER, 0x05 | 0x1c) => axes(data, PACKED).map(|axes| self.accelerations(&axes)),
            // one register is single samples of one chip and packed ones of the other, told apart by their length
            (GYROSCOPE, 0x05) if data.len() >= 6 * PACKED => {
                axes(data, PACKED).map(|axes| self.turnings(&axes))
            }
            (GYROSCOPE, 0x07) => axes(data, PACKED).map(|axes| self.turnings(&axes)),
            (GYROSCOPE, 0x04 | 0x05) => axes(data, 1).map(|axes| self.turnings(&axes)),
            // answers to commands, and what the sensor's own filter says
            _ => Ok(Vec::new()),
        }
    }

    fn asks(&mut self) -> Vec<Ask> {
        std::mem::take(&mut self.asks)
    }

    fn rate_hz(&self) -> Option<f64> {
        Some(f64::from(RATE_HZ))
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

impl MetaMotionDecoder {
    /// The answer that says which chip there is: now the stream can be started.
    fn chip_known(&mut self, data: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let Some(&implementation) = data.first() else {
            return Ok(vec![Reading::Refused { why: "it has no accelerometer".to_owned() }]);
        };
        let Some(chip) = Chip::of(implementation) else {
            let value = format!("kind {implementation}, neither BMI160 nor BMI270");
            return Err(DecodeError::Impossible { what: "MetaMotion accelerometer", value });
        };
        // a repeated answer starts nothing twice
        if self.chip.replace(chip) != Some(chip) {
            self.asks = chip.start();
        }
        Ok(Vec::new())
    }

    fn accelerations(&mut self, axes: &[Axes]) -> Vec<Reading> {
        let mut samples = Vec::new();
        self.accel.extend(axes);
        // turning is missing: acceleration goes on without
        while self.accel.len() > self.patience(axes.len()) && self.gyro.is_empty() {
            samples.extend(self.accel.pop_front().map(|accel| measured(accel, None)));
        }
        self.pair(samples)
    }

    fn turnings(&mut self, axes: &[Axes]) -> Vec<Reading> {
        self.gyro.extend(axes);
        while self.gyro.len() > self.patience(axes.len()) && self.accel.is_empty() {
            self.gyro.pop_front();
        }
        if !self.paired {
            // both began at about the same time: the newest of what waited belongs to the first of these
            while self.accel.len() > axes.len() {
                self.accel.pop_front();
            }
        }
        self.pair(Vec::new())
    }

    /// Samples that may wait for the other chip. At first only a packet: which one began earlier is not known.
    fn patience(&self, packet: usize) -> usize {
        if self.paired { WAITING } else { packet }
    }

    fn pair(&mut self, mut samples: Vec<Measured>) -> Vec<Reading> {
        while !self.accel.is_empty()
            && !self.gyro.is_empty()
            && let (Some(accel), gyro) = (self.accel.pop_front(), self.gyro.pop_front())
        {
            self.paired = true;
            samples.push(measured(accel, gyro));
        }
        inertial::nominal(1_000_000_000 / RATE_HZ, &samples)
    }
}

/// `count` samples of a packet; what follows them is padding.
fn axes(data: &[u8], count: usize) -> Result<Vec<Axes>, DecodeError> {
    let (whole, _) = data.as_chunks::<6>();
    let Some(whole) = whole.get(..count) else {
        let (what, needed) = ("MetaMotion samples", 2 + 6 * count);
        return Err(DecodeError::TooShort { what, needed, got: 2 + data.len() });
    };
    let word = |low, high| i16::from_le_bytes([low, high]);
    Ok(whole.iter().map(|&[a, b, c, d, e, f]| [word(a, b), word(c, d), word(e, f)]).collect())
}

fn measured(accel: Axes, gyro: Option<Axes>) -> Measured {
    Measured {
        sample: ImuSample {
            accel_m_s2: from_g(scaled(accel, COUNTS_PER_G)),
            gyro_rad_s: gyro.map(|raw| from_degrees(scaled(raw, COUNTS_PER_DPS))),
        },
        clipped_accel: is_clipped(accel),
        clipped_gyro: gyro.is_some_and(is_clipped),
    }
}

fn scaled(raw: Axes, counts_per_unit: f64) -> [f64; 3] {
    raw.map(|x| f64::from(x) / counts_per_unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: [f64; 3], expected: [f64; 3]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 6e-4, "{found} is not {expected}");
        }
    }

    /// The vectors of the vendor's tests, at the ranges they were made for.
    #[test]
    fn golden_vectors() {
        let single = axes(&[0x16, 0xc4, 0x94, 0xa2, 0x2a, 0xd0], 1).expect("one sample");
        near(scaled(single[0], 8192.0), [-1.872, -2.919, -1.495]);
        let packed = [
            0x62, 0xb7, 0x53, 0x0d, 0xe9, 0xfd, 0x16, 0xd0, 0x4d, 0x0e, 0x57, 0x02, 0x8a, 0xff, 0xa1, 0x05,
            0x0a, 0x01,
        ];
        let found = axes(&packed, 3).expect("three samples");
        let expected = [[-4.539, 0.833, -0.131], [-2.995, 0.894, 0.146], [-0.029, 0.352, 0.065]];
        for (found, expected) in found.into_iter().zip(expected) {
            near(scaled(found, 4096.0), expected);
        }
        let turning = axes(&[0x3e, 0x43, 0xff, 0x7f, 0x00, 0x80], 1).expect("one sample");
        near(scaled(turning[0], 65.6), [262.409, 499.497, -499.512]);
    }

    fn packet(module: u8, register: u8, first: i16) -> Vec<u8> {
        let axes = (0..9).flat_map(|i| (first + i).to_le_bytes());
        [module, register].into_iter().chain(axes).collect()
    }

    fn samples(decoder: &mut dyn Decoder, value: &[u8]) -> Vec<ImuSample> {
        let readings = decoder.decode(ANSWERS, value).expect("a good packet").into_iter();
        readings
            .flat_map(|reading| match reading {
                Reading::Imu(block) => block.samples,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_stream_is_started_by_the_answer_that_names_the_chip() {
        let mut decoder = MetaMotion.decoder();
        let asks = decoder.start(&[COMMANDS, ANSWERS]);
        assert_eq!(asks[0], Ask::subscribe(ANSWERS, "answers and samples"));
        assert_eq!(asks.last(), Some(&command(&[0x03, 0x80], "which chip it has")));
        assert!(decoder.asks().is_empty());
        assert_eq!(decoder.decode(ANSWERS, &[0x03, 0x80, 0x04, 0x00]), Ok(Vec::new()));
        let started = decoder.asks();
        assert_eq!(started[0], command(&[0x03, 0x03, 0xa8, 0x03], "100 Hz, 16 g"));
        assert_eq!(started[2], command(&[0x03, 0x05, 0x01], "acceleration"));
        decoder.decode(ANSWERS, &[0x03, 0x80, 0x04, 0x00]).expect("the same again");
        assert!(decoder.asks().is_empty());
        assert!(decoder.decode(ANSWERS, &[0x03, 0x80, 0x07]).is_err());
        assert_eq!(decoder.stop().len(), CLEAR_AWAY.len());
    }

    #[test]
    fn acceleration_and_turning_are_paired_in_order() {
        let mut decoder = MetaMotion.decoder();
        assert!(samples(decoder.as_mut(), &packet(0x03, 0x1c, 0)).is_empty());
        let first = samples(decoder.as_mut(), &packet(0x13, 0x07, 100));
        assert_eq!(first.len(), 3);
        near(first[1].accel_m_s2.map(|x| x / 9.806_65 * 2048.0), [3.0, 4.0, 5.0]);
        near(first[1].gyro_rad_s.expect("turning").map(|x| x.to_degrees() * 16.4), [103.0, 104.0, 105.0]);
        // two of one kind in a row, as radio bunches them
        samples(decoder.as_mut(), &packet(0x03, 0x1c, 0));
        samples(decoder.as_mut(), &packet(0x03, 0x1c, 9));
        let paired = samples(decoder.as_mut(), &packet(0x13, 0x07, 100));
        assert!(paired.len() == 3 && paired.iter().all(|sample| sample.gyro_rad_s.is_some()));
    }

    #[test]
    fn without_a_gyroscope_acceleration_goes_on_alone() {
        let mut decoder = MetaMotion.decoder();
        let found: Vec<_> = (0..10).flat_map(|_| samples(decoder.as_mut(), &packet(0x03, 0x05, 0))).collect();
        assert_eq!(found.len(), 27);
        assert!(found.iter().all(|sample| sample.gyro_rad_s.is_none()));
        // and a gyroscope that joins late is paired with what is new
        assert_eq!(samples(decoder.as_mut(), &packet(0x13, 0x05, 0)).len(), 3);
    }
}
