//! Treadmills of the Fitness Machine Service (0x1826; Bluetooth SIG, Fitness Machine Service 1.0, section 4.9).
//!
//! Treadmill Data (0x2ACD), little-endian: u16 flags, then the fields that the flags announce, in this order:
//!
//! | bit | field |
//! |---|---|
//! | 0 **clear** | speed u16, 0.01 km/h (the bit itself means "more of this record follows") |
//! | 1 | average speed u16, 0.01 km/h |
//! | 2 | distance u24, m |
//! | 3 | inclination s16, 0.1 %; angle of the deck s16, 0.1° |
//! | 4 | climbed u16, descended u16, 0.1 m |
//! | 5, 6 | pace u8, average pace u8, 0.1 km/min: the speeds again |
//! | 7 | energy u16 kcal, u16 kcal/h, u8 kcal/min |
//! | 8 | heart rate u8, 1/min |
//! | 9 | metabolic equivalent u8, 0.1 |
//! | 10, 11 | elapsed u16, remaining u16, s |
//! | 12 | force on the belt s16 N, power s16 W |
//!
//! A record that is too long for one notification comes in several; the last one has bit 0 clear and brings the speed.
//! The parts are put together here. Reserved bits are set by real machines and mean nothing. Values at the end of
//! their range mean "not available". About once a second; no time and no number, so arrival places a record.
//!
//! Turning notifications on is all it takes; the control point, by which a belt could be moved, is left alone.
//! Evidence: the SIG's own description of the characteristic, and two programs that read real treadmills by it.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family, sig, sig_uuid};
use crate::model::{Characteristic, Reading, TreadmillReading};
use uuid::Uuid;

/// Treadmill Data.
pub const DATA: Characteristic = sig(0x1826, 0x2acd);

/// Hundredths of a km/h in a m/s.
const CENTI_KM_H: f64 = 360.0;
/// A thermochemical kilocalorie, as nutrition counts it, in J.
const KILOCALORIE_J: f64 = 4184.0;

/// The family.
#[derive(Debug)]
pub struct Treadmill;

impl Family for Treadmill {
    fn name(&self) -> &'static str {
        "treadmill"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        // other fitness machines advertise the service too; the characteristics decide
        services.contains(&sig_uuid(0x1826))
    }

    fn sources(&self) -> &[Characteristic] {
        &[DATA]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(TreadmillDecoder::default())
    }
}

#[derive(Clone, Debug, Default)]
struct TreadmillDecoder {
    /// Parts of a record whose end has not come, and the flags of all of them.
    pending: Option<(u16, TreadmillReading)>,
}

impl Decoder for TreadmillDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        self.pending = None;
        found.contains(&DATA).then(|| Ask::subscribe(DATA, "treadmill data")).into_iter().collect()
    }

    fn decode(&mut self, _source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        let (flags, part) = decode(value)?;
        let (fields, is_last) = (flags & FIELDS, flags & MORE_DATA == 0);
        let mut readings = Vec::new();
        let (seen, mut record) = self.pending.take().unwrap_or_default();
        if seen & fields != 0 {
            // the end of the record before never came; what came of it counts
            readings.push(Reading::Treadmill(record));
            record = TreadmillReading::default();
        }
        merge(&mut record, &part);
        if is_last {
            readings.push(Reading::Treadmill(record));
        } else {
            let seen = if readings.is_empty() { seen | fields } else { fields };
            self.pending = Some((seen, record));
        }
        Ok(readings)
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

/// Bit 0: more of the record follows, and the speed is in the last part.
const MORE_DATA: u16 = 1;
/// The bits that announce fields by being set.
const FIELDS: u16 = 0x1ffe;

/// The flags and fields of one notification.
fn decode(value: &[u8]) -> Result<(u16, TreadmillReading), DecodeError> {
    let mut fields = Fields::of("treadmill data", value);
    let flags = fields.u16()?;
    let has = |bit: u16| flags & (1 << bit) != 0;
    let mut found = TreadmillReading::default();
    let signed = |raw: i16| (raw != i16::MAX).then(|| f64::from(raw));
    if !has(0) {
        found.speed_m_s = Some(f64::from(fields.u16()?) / CENTI_KM_H);
    }
    if has(1) {
        found.average_speed_m_s = Some(f64::from(fields.u16()?) / CENTI_KM_H);
    }
    if has(2) {
        found.total_distance_m = Some(f64::from(fields.u24()?));
    }
    if has(3) {
        found.incline_pct = signed(fields.i16()?).map(|tenths| tenths / 10.0);
        found.ramp_deg = signed(fields.i16()?).map(|tenths| tenths / 10.0);
    }
    if has(4) {
        found.climbed_m = Some(f64::from(fields.u16()?) / 10.0);
        found.descended_m = Some(f64::from(fields.u16()?) / 10.0);
    }
    for _pace in [5, 6].into_iter().filter(|bit| has(*bit)) {
        fields.u8()?;
    }
    if has(7) {
        let energy = fields.u16()?;
        found.energy_j = (energy != u16::MAX).then(|| f64::from(energy) * KILOCALORIE_J);
        let (_per_hour, _per_minute) = (fields.u16()?, fields.u8()?);
    }
    if has(8) {
        let rate = fields.u8()?;
        found.heart_rate_bpm = (rate != 0).then(|| f64::from(rate));
    }
    if has(9) {
        let _metabolic_equivalent = fields.u8()?;
    }
    if has(10) {
        found.elapsed_s = Some(f64::from(fields.u16()?));
    }
    if has(11) {
        let _remaining_s = fields.u16()?;
    }
    if has(12) {
        found.belt_force_n = signed(fields.i16()?);
        found.power_w = signed(fields.i16()?);
    }
    Ok((flags, found))
}

/// Takes over what a further part of a record has brought.
fn merge(record: &mut TreadmillReading, part: &TreadmillReading) {
    let fields = [
        (&mut record.speed_m_s, part.speed_m_s),
        (&mut record.average_speed_m_s, part.average_speed_m_s),
        (&mut record.total_distance_m, part.total_distance_m),
        (&mut record.incline_pct, part.incline_pct),
        (&mut record.ramp_deg, part.ramp_deg),
        (&mut record.climbed_m, part.climbed_m),
        (&mut record.descended_m, part.descended_m),
        (&mut record.energy_j, part.energy_j),
        (&mut record.heart_rate_bpm, part.heart_rate_bpm),
        (&mut record.elapsed_s, part.elapsed_s),
        (&mut record.belt_force_n, part.belt_force_n),
        (&mut record.power_w, part.power_w),
    ];
    for (field, new) in fields {
        *field = new.or(*field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_all(values: &[&[u8]]) -> Vec<TreadmillReading> {
        let mut decoder = Treadmill.decoder();
        let readings = values.iter().flat_map(|value| decoder.decode(DATA, value).expect("a good value"));
        readings
            .map(|reading| match reading {
                Reading::Treadmill(reading) => reading,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_record_in_one_notification() {
        let found = decode_all(&[&[0x0c, 0x00, 0xe8, 0x03, 0x64, 0, 0, 0x0a, 0, 0, 0]]);
        let expected = TreadmillReading {
            speed_m_s: Some(1000.0 / 360.0),
            total_distance_m: Some(100.0),
            incline_pct: Some(1.0),
            ramp_deg: Some(0.0),
            ..TreadmillReading::default()
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn every_field_stands_where_the_service_puts_it_and_reserved_bits_mean_nothing() {
        let value = [
            0xfe, 0xff, // every field, and every reserved bit
            0xe8, 0x03, 0xd0, 0x07, 0x40, 0xe2, 0x01, // 10 km/h, 20 km/h, 123456 m
            0xf6, 0xff, 0xff, 0x7f, 0x0a, 0x00, 0x14, 0x00, // -1 %, no angle, 1 m up, 2 m down
            0x32, 0x28, 0x64, 0x00, 0xff, 0xff, 0xff, // paces, 100 kcal
            0x8c, 0x50, 0x3c, 0x00, 0x78, 0x00, // 140/min, 8 MET, 60 s, 120 s
            0x9c, 0xff, 0xc8, 0x00, // -100 N, 200 W
        ];
        let expected = TreadmillReading {
            speed_m_s: Some(1000.0 / 360.0),
            average_speed_m_s: Some(2000.0 / 360.0),
            total_distance_m: Some(123_456.0),
            incline_pct: Some(-1.0),
            ramp_deg: None,
            climbed_m: Some(1.0),
            descended_m: Some(2.0),
            energy_j: Some(418_400.0),
            heart_rate_bpm: Some(140.0),
            elapsed_s: Some(60.0),
            belt_force_n: Some(-100.0),
            power_w: Some(200.0),
        };
        assert_eq!(decode_all(&[&value]), [expected]);
        for short in 0..value.len() {
            let error = Treadmill.decoder().decode(DATA, &value[..short]);
            assert!(matches!(error, Err(DecodeError::TooShort { .. })), "{short} bytes: {error:?}");
        }
    }

    #[test]
    fn parts_become_one_record_with_its_last() {
        let parts: [&[u8]; 3] = [&[0x05, 0, 0x64, 0, 0], &[0x01, 0x01, 0x8c], &[0, 0, 0xe8, 0x03]];
        let whole = TreadmillReading {
            speed_m_s: Some(1000.0 / 360.0),
            total_distance_m: Some(100.0),
            heart_rate_bpm: Some(140.0),
            ..TreadmillReading::default()
        };
        assert_eq!(decode_all(&parts), [whole]);
        // the last part of the first record is lost
        let found = decode_all(&[parts[0], parts[1], parts[0], parts[1], parts[2]]);
        assert_eq!(found, [TreadmillReading { speed_m_s: None, ..whole }, whole]);
    }

    #[test]
    fn a_new_connection_forgets_half_a_record() {
        let mut decoder = Treadmill.decoder();
        assert_eq!(decoder.decode(DATA, &[0x05, 0, 0x64, 0, 0]), Ok(Vec::new()));
        decoder.start(&[DATA]);
        let readings = decoder.decode(DATA, &[0, 0, 0, 0]);
        let still = TreadmillReading { speed_m_s: Some(0.0), ..TreadmillReading::default() };
        assert_eq!(readings, Ok(vec![Reading::Treadmill(still)]));
    }
}
