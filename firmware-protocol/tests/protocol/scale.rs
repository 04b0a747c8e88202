//! What a count is worth.
#![allow(clippy::float_cmp, reason = "the specification says which products are exact")]

use firmware_protocol::{
    AccelRange, Advert, Code, GyroRange, STANDARD_GRAVITY_M_S2, Sample, SampleRate, VERSION, Version,
};

#[test]
fn full_scale_is_the_range() {
    let ranges: Vec<_> = AccelRange::ALL.iter().map(|range| range.full_scale_g()).collect();
    assert_eq!(ranges, [2.0, 4.0, 8.0, 16.0]);
    let ranges: Vec<_> = GyroRange::ALL.iter().map(|range| range.full_scale_deg_s()).collect();
    assert_eq!(ranges, [250.0, 500.0, 1000.0, 2000.0]);
}

#[test]
fn counts_become_si_exactly() {
    let lowest = Sample::new([i16::MIN; 3], [i16::MIN; 3]).to_si(AccelRange::G16, GyroRange::Dps2000);
    assert_eq!(lowest.accel_m_s2, [-16.0 * STANDARD_GRAVITY_M_S2; 3]);
    assert_eq!(lowest.gyro_rad_s, [-2000.0 * (std::f64::consts::PI / 180.0); 3]);

    let at_rest = Sample::new([0, 0, 4096], [0; 3]).to_si(AccelRange::G8, GyroRange::Dps250);
    assert_eq!(at_rest.accel_m_s2, [0.0, 0.0, STANDARD_GRAVITY_M_S2]);
    assert_eq!(at_rest.gyro_rad_s, [0.0; 3]);
}

#[test]
fn both_ends_of_the_range_are_clipped() {
    for (counts, clipped) in [(32767, true), (-32767, true), (-32768, true), (32766, false), (-32766, false)]
    {
        assert_eq!(Sample::new([0, counts, 0], [0; 3]).accel_clipped(), clipped, "{counts}");
        assert_eq!(Sample::new([0; 3], [0, 0, counts]).gyro_clipped(), clipped, "{counts}");
    }
    assert!(!Sample::new([0; 3], [i16::MAX; 3]).accel_clipped());
}

#[test]
fn rates_are_in_hertz() {
    let rates: Vec<_> = SampleRate::ALL.iter().map(|rate| (rate.hz(), rate.interval_ns())).collect();
    let expected =
        [(50, 20_000_000), (100, 10_000_000), (200, 5_000_000), (400, 2_500_000), (800, 1_250_000)];
    assert_eq!(rates, expected);
}

#[test]
fn an_advert_comes_back_as_it_was() {
    let advert =
        Advert { version: VERSION, battery_percent: Some(87), moving: true, serial_low: 0x00AB_CDEF };
    assert_eq!(advert.encode(), [0x10, 87, 1, 0xEF, 0xCD, 0xAB]);
    assert_eq!(Advert::parse(&advert.encode()), Some(advert));

    let unknown = Advert { version: Version { major: 3, minor: 2 }, battery_percent: None, ..advert };
    assert_eq!(Advert::parse(&[&unknown.encode()[..], &[9, 9]].concat()), Some(unknown));
    assert_eq!(Advert::parse(&advert.encode()[..5]), None);
}
