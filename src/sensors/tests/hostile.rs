//! Every decoder against packets that no sensor sends: random, cut short, drawn out, repeated, bent.
//!
//! A short seeded run is part of every test run; `make hostile` sends ten million to each family.

use crate::model::{Characteristic, Reading, SampleClock};
use crate::sensors::home_made::tests::layout;
use crate::sensors::home_made::{Form, HomeMade, HomeMadeFamily};
use crate::sensors::{FAMILIES, Family};

/// Inputs for each family in a usual run.
const SHORT_RUN: u64 = 20_000;
/// Longest value; the longest that a link can carry is 512.
const LONGEST: usize = 600;
/// A decoder's memory as text: none may hoard what it is sent.
const MOST_MEMORY: usize = 1 << 16;

/// SplitMix64 (Steele, Lea & Flood 2014): the same inputs on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Good values of each family, in the order in which a sensor sends them.
fn good(family: &str) -> &'static [(usize, &'static str)] {
    EXAMPLES.iter().find(|(name, _)| *name == family).map_or(&[], |(_, values)| values)
}

/// By family: the place of the characteristic among its sources, and the value.
type Examples = &'static [(&'static str, &'static [(usize, &'static str)])];

const EXAMPLES: Examples = &[
    (
        "running speed and cadence",
        &[(0, "07341256890704030201"), (0, "000a0014"), (0, "02000550ffff0001"), (0, "00400137")],
    ),
    ("cycling power", &[(0, "0000f500"), (0, "3000f5000102030405060708090a")]),
    ("treadmill", &[(0, "0c00e80364000 00a000000"), (0, "050064000 0"), (0, "0101 8c"), (0, "0000e803")]),
    ("heart rate", &[(0, "106772038a039504"), (0, "1843d0077203"), (0, "0100ff"), (0, "1648 5503 5d03")]),
    (
        "WitMotion",
        &[
            (0, "55612706bc0179065500e7fec4fa3e00eaff0000 55613806c7016b0698ff79fe74fb3e00eaff0000"),
            (0, "5571 6400 8801 0000 0000 0000 0000 0000 0000 0000"),
        ],
    ),
    (
        "Movella DOT",
        &[
            (1, "1b410000 00000000 00000000 00001d41 00002041 0000a0c1 0000f041 0000000000000000"),
            (
                0,
                "1b410000 0000803f 00000000 00000000 00000000 00000000 00000000 00001d41 00002041 0000a0c1 0000f041",
            ),
            (3, "5700"),
        ],
    ),
    (
        "MetaMotion",
        &[
            (0, "0380 01 00"),
            (0, "031c 62b7 530d e9fd 16d0 4d0e 5702 8aff a105 0a01"),
            (0, "1307 0915 ad26 08de 8a1a 0d26 65e4 8d20 ac27 73ec"),
            (0, "0304 16c4 94a2 2ad0"),
            (0, "1305 3e43 ff7f 0080"),
        ],
    ),
    ("RepOne", &[(0, "02000700f603a40349063502970 36c01ffffffff")]),
    (
        "OpenBarbell",
        &[
            (0, "00409ac4"),
            (0, "00004040"),
            (0, "f775003f"),
            (0, "00803044"),
            (0, "0ad7833f"),
            (0, "0000a042"),
            (0, "003c1cc6"),
            (0, "0028d4c5"),
            (0, "00001c42"),
        ],
    ),
    ("battery", &[(0, "57"), (0, "64"), (0, "00")]),
    ("packed", &[(0, "07fffaff06fd3f800000ee 0004ff06fd3f800000ee")]),
    ("single", &[(0, "faff 06ff fd 0000803f")]),
    ("text", &[(0, "0a302c302c302c310a"), (0, "31302c2d302e352c"), (0, "302e35 3b 310a")]),
    ("device information", &[(0, "312e342e300000"), (3, "4d31")]),
];

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("two digits")).collect()
}

/// The good values of a family with their characteristics.
fn values(family: &dyn Family) -> Vec<(Characteristic, Vec<u8>)> {
    let sources = family.sources();
    good(family.name()).iter().map(|(source, text)| (sources[*source], hex(text))).collect()
}

/// One hostile value: random, or a good one bent.
fn value(
    chance: &mut Chance,
    good: &[(Characteristic, Vec<u8>)],
    source: Characteristic,
) -> (Characteristic, Vec<u8>) {
    let len = chance.below(LONGEST);
    if good.is_empty() || chance.below(4) == 0 {
        let len = if chance.below(2) == 0 { len } else { len % 24 };
        return (source, chance.bytes(len));
    }
    let (source, mut value) = good[chance.below(good.len())].clone();
    match chance.below(6) {
        0 => value.truncate(chance.below(value.len() + 1)),
        1 => value.extend(chance.bytes(len)),
        2 => value = value.repeat(1 + chance.below(8)),
        3 => drop(value.splice(0..chance.below(value.len() + 1), chance.bytes(len % 8))),
        4 => {}
        _ => {
            for _ in 0..=chance.below(4) {
                let at = chance.below(value.len());
                if let Some(byte) = value.get_mut(at) {
                    *byte = [0, 0xff, 0x7f, 0x80, chance.next() as u8][chance.below(5)];
                }
            }
        }
    }
    (source, value)
}

/// What holds for a reading whatever was sent: numbers are numbers, and there are not more samples than bytes.
fn assert_sound(reading: &Reading, sent: usize) {
    match reading {
        Reading::Imu(block) => {
            assert!(block.samples.len() <= sent, "{} samples of {sent} bytes", block.samples.len());
            if let SampleClock::Stamped { device_time_ns } = &block.clock {
                assert_eq!(device_time_ns.len(), block.samples.len());
            }
        }
        Reading::Battery(battery) => assert!(battery.percent <= 100),
        Reading::HeartRate(reading) => assert!(reading.rr_s.iter().all(|rr| (0.0..=64.0).contains(rr))),
        Reading::Running(reading) => assert!((0.0..=256.0).contains(&reading.speed_m_s)),
        Reading::Treadmill(reading) => assert!(reading.speed_m_s.is_none_or(|v| (0.0..=183.0).contains(&v))),
        Reading::DeviceRep(rep) => {
            let fields = [
                rep.mean_velocity_m_s,
                rep.peak_velocity_m_s,
                rep.range_of_motion_m,
                rep.concentric_duration_s,
            ];
            assert!(fields.iter().flatten().all(|x| x.is_finite() && *x >= 0.0), "{rep:?}");
        }
        _ => {}
    }
}

/// Sends `count` hostile values to a family; returns how many of them had a meaning.
fn attack(family: &dyn Family, count: u64) -> u64 {
    let mut decoder = family.decoder();
    let mut chance = Chance(0x1205);
    let good = values(family);
    let mut understood = 0;
    for i in 0..count {
        let source = family.sources()[chance.below(family.sources().len())];
        if chance.below(1000) == 0 {
            decoder.start(family.sources());
        }
        let (source, value) = value(&mut chance, &good, source);
        if let Ok(readings) = decoder.decode(source, &value) {
            understood += 1;
            // a frame may have begun in the value before
            for reading in &readings {
                assert_sound(reading, value.len() + LONGEST);
            }
        }
        assert!(decoder.asks().len() < 64);
        if i % 10_000 == 0 {
            let memory = format!("{decoder:?}").len();
            assert!(memory < MOST_MEMORY, "{}: {memory} characters of state", family.name());
        }
    }
    understood
}

/// Home-made sensors of every form.
fn home_made() -> [HomeMadeFamily; 3] {
    let bytes = ["time u16 0 0.001", "accel_x i16 2 0.01", "accel_y i8 4 1", "accel_z f32 5 9.80665"];
    let columns = ["accel_x 1 9.80665", "accel_y 2 9.80665", "accel_z 3 9.80665", "time 0 0.001"];
    let named = |name: &str, layout: HomeMade| HomeMade { name: name.to_owned(), ..layout };
    let packed = layout(Form::BigEndian, &bytes);
    let packed = HomeMade { header_bytes: 1, sample_bytes: Some(10), ..packed };
    [
        named("packed", packed).into(),
        named("single", layout(Form::LittleEndian, &bytes)).into(),
        named("text", layout(Form::Text, &columns)).into(),
    ]
}

/// Every family.
fn each(mut test: impl FnMut(&dyn Family)) {
    for family in FAMILIES {
        test(*family);
    }
    for family in &home_made() {
        test(family);
    }
}

#[test]
fn examples_are_good() {
    each(|family| {
        let mut decoder = family.decoder();
        for (source, value) in values(family) {
            let decoded = decoder.decode(source, &value);
            assert!(decoded.is_ok(), "{} {value:02x?}: {decoded:?}", family.name());
        }
    });
}

#[test]
fn no_packet_makes_a_decoder_fail() {
    each(|family| {
        let understood = attack(family, SHORT_RUN);
        let is_tried = understood > 0 || good(family.name()).is_empty();
        assert!(is_tried, "{}: nothing had a meaning, so little was tried", family.name());
    });
}

/// `IRONSTRIDE_HOSTILE=10000000 cargo test --lib hostile -- --include-ignored --nocapture`, or `make hostile`.
#[test]
#[ignore = "minutes; `make hostile` runs it"]
fn hostile_packets_by_the_million() {
    let count = std::env::var("IRONSTRIDE_HOSTILE").ok().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(1_000_000);
    each(|family| {
        let understood = attack(family, count);
        println!("{}: {count} hostile packets, {understood} of them had a meaning", family.name());
    });
}
