//! Movella DOT (Xsens DOT), after the vendor's "DOT BLE Services Specifications", XD0506P, revision C (2023).
//!
//! Measurement service 2000: the control (2001) takes `01 01 <mode>` to start and `01 00 <mode>` to stop, and the
//! payload comes from one of three characteristics by its length, whose notifications must be on before the start. A
//! session of before goes on until it is stopped, so stopping comes first. Configuration service 1000: of the device
//! control (1002) only the output rate is written, which the mask in its first byte says. Battery service 3000: percent
//! and whether it charges.
//!
//! A payload is a u32 time in µs of the sensor's own clock, which wraps after 71.6 minutes and is unwrapped here for
//! each connection, and then f32 values by the mode (see [`FIELDS`]); further bytes are padding. There is no number, so
//! holes show in the times only. Units are m/s² and °/s; the range is ±16 g and ±2000 °/s.
//!
//! Asked for is mode 21 at 60 Hz, the most that it sends over the air: acceleration with gravity and turning as
//! measured, and nothing that the sensor's own filter has decided. That is little for a fast lift.
//!
//! Evidence: the vendor's tables, the vendor's sample server, an independent program, and two captured notifications.

use super::bytes::Fields;
use super::family::{Ask, DecodeError, Decoder, Family};
use super::inertial::{self, Measured, from_degrees};
use crate::model::{BatteryReading, Characteristic, ImuSample, Reading};
use uuid::Uuid;

const fn of(service: u128, characteristic: u128) -> Characteristic {
    const BASE: u128 = 0x1517_0000_4947_11e9_8646_d663_bd87_3d93;
    Characteristic {
        service: Uuid::from_u128(BASE | (service << 96)),
        characteristic: Uuid::from_u128(BASE | (characteristic << 96)),
    }
}

const DEVICE_CONTROL: Characteristic = of(0x1000, 0x1002);
/// Starts and stops.
pub const CONTROL: Characteristic = of(0x2000, 0x2001);
/// Payloads of up to 63 bytes.
pub const LONG: Characteristic = of(0x2000, 0x2002);
/// Payloads of up to 40 bytes.
pub const MEDIUM: Characteristic = of(0x2000, 0x2003);
/// Payloads of up to 20 bytes.
pub const SHORT: Characteristic = of(0x2000, 0x2004);
const BATTERY: Characteristic = of(0x3000, 0x3001);

/// Acceleration and turning as measured.
const RATE_QUANTITIES: u8 = 21;
const RATE_HZ: u16 = 60;
/// Time that a stop needs before anything else is understood, ms.
const STOPPING_MS: u32 = 500;
/// Calibrated values this near to the end of the range may have been cut off.
const CLIPPED_M_S2: f64 = 0.99 * 16.0 * firmware_protocol::STANDARD_GRAVITY_M_S2;
const CLIPPED_DPS: f64 = 0.99 * 2000.0;

/// The family.
#[derive(Debug)]
pub struct MovellaDot;

impl Family for MovellaDot {
    fn name(&self) -> &'static str {
        "Movella DOT"
    }

    fn advertised(&self, name: Option<&str>, services: &[Uuid]) -> bool {
        let by_name = |name: &str| name.starts_with("Movella DOT") || name.starts_with("Xsens DOT");
        services.contains(&DEVICE_CONTROL.service) || name.is_some_and(by_name)
    }

    fn sources(&self) -> &[Characteristic] {
        &[LONG, MEDIUM, SHORT, BATTERY]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(DotDecoder::default())
    }
}

#[derive(Clone, Debug, Default)]
struct DotDecoder {
    /// The time of the last payload: as sent, and unwrapped.
    last: Option<(u32, i64)>,
}

impl Decoder for DotDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        self.last = None;
        let mut asks = Vec::new();
        if found.contains(&BATTERY) {
            asks.extend([Ask::read(BATTERY, "battery level"), Ask::subscribe(BATTERY, "battery level")]);
        }
        if found.contains(&CONTROL) && found.contains(&MEDIUM) {
            asks.push(Ask::write(CONTROL, vec![1, 0, 0], "stop what still runs"));
            let mut pause_ms = STOPPING_MS;
            if found.contains(&DEVICE_CONTROL) {
                asks.push(Ask::write(DEVICE_CONTROL, output_rate(), "60 Hz").after_ms(pause_ms));
                pause_ms = 0;
            }
            asks.push(Ask::subscribe(MEDIUM, "samples").after_ms(pause_ms));
            asks.push(Ask::write(CONTROL, vec![1, 1, RATE_QUANTITIES], "start streaming"));
        }
        asks
    }

    fn stop(&mut self) -> Vec<Ask> {
        vec![Ask::write(CONTROL, vec![1, 0, RATE_QUANTITIES], "stop streaming")]
    }

    fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        if source == BATTERY {
            let percent = Fields::of("battery level", value).u8()?;
            if percent > 100 {
                let value = format!("{percent} %");
                return Err(DecodeError::Impossible { what: "battery level", value });
            }
            return Ok(vec![Reading::Battery(BatteryReading { percent })]);
        }
        let mode = match source {
            LONG => 26,
            SHORT => 6,
            _ => RATE_QUANTITIES,
        };
        let payload = Payload::decode(mode, value)?;
        let (Some(accel_m_s2), Some(gyro)) = (payload.acceleration_m_s2, payload.turning_dps) else {
            let value = format!("mode {mode}, without acceleration and turning as measured");
            return Err(DecodeError::Impossible { what: "DOT payload", value });
        };
        let beyond = |axes: [f64; 3], limit: f64| axes.iter().any(|x| x.abs() >= limit);
        let sample = Measured {
            sample: ImuSample { accel_m_s2, gyro_rad_s: Some(from_degrees(gyro)) },
            clipped_accel: beyond(accel_m_s2, CLIPPED_M_S2),
            clipped_gyro: beyond(gyro, CLIPPED_DPS),
        };
        let time_us = self.unwrapped_us(payload.time_us);
        Ok(vec![inertial::stamped(time_us.saturating_mul(1000), sample)])
    }

    fn rate_hz(&self) -> Option<f64> {
        Some(f64::from(RATE_HZ))
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

impl DotDecoder {
    /// The sensor's time on an axis that doesn't wrap. A payload from before (a repeated or belated one) keeps its own
    /// time: only what seems to be less than half a turn ahead moves the axis on.
    fn unwrapped_us(&mut self, time_us: u32) -> i64 {
        let Some((last, last_us)) = self.last else {
            self.last = Some((time_us, i64::from(time_us)));
            return i64::from(time_us);
        };
        let ahead_us = i64::from(time_us.wrapping_sub(last).cast_signed());
        let unwrapped_us = last_us.saturating_add(ahead_us);
        self.last = Some((time_us, unwrapped_us));
        unwrapped_us
    }
}

/// A value of the device control that sets the output rate and nothing else.
fn output_rate() -> Vec<u8> {
    const WHICH: u8 = 1 << 4;
    const RATE_AT: usize = 24;
    let mut value = vec![0; 32];
    value[0] = WHICH;
    value[RATE_AT..RATE_AT + 2].copy_from_slice(&RATE_HZ.to_le_bytes());
    value
}

/// A field of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// Attitude, four numbers, scalar first; or its change.
    Quaternion,
    /// Attitude as three angles, °.
    Euler,
    /// Acceleration without gravity in the world's axes, m/s².
    FreeAcceleration,
    /// Acceleration as measured, m/s².
    Acceleration,
    /// Change of velocity, m/s.
    VelocityChange,
    /// Turning as measured, °/s.
    Turning,
    /// Three s16 without a documented scale.
    Compass,
    /// u16 of clipping flags, and two u8 that count clipped samples.
    Status,
}

/// What follows the time in each mode; those that only the vendor's library can read are left out.
const FIELDS: [(u8, &[Field]); 14] = {
    use Field::{
        Acceleration, Compass, Euler, FreeAcceleration, Quaternion, Status, Turning, VelocityChange,
    };
    [
        (2, &[Quaternion, FreeAcceleration, Status]),
        (3, &[Quaternion, FreeAcceleration]),
        (4, &[Euler]),
        (5, &[Quaternion]),
        (6, &[FreeAcceleration]),
        (7, &[Euler, FreeAcceleration, Status]),
        (16, &[Euler, FreeAcceleration]),
        (18, &[Quaternion, VelocityChange, Compass]),
        (19, &[Quaternion, VelocityChange]),
        (20, &[Acceleration, Turning, Compass]),
        (RATE_QUANTITIES, &[Acceleration, Turning]),
        (22, &[Euler, FreeAcceleration, Turning]),
        (24, &[Quaternion, Turning]),
        (26, &[Quaternion, Acceleration, Turning]),
    ]
};

/// What a payload says; what its mode has not is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Payload {
    /// The sensor's clock, µs; wraps.
    pub time_us: u32,
    /// Attitude or its change, scalar first.
    pub quaternion: Option<[f64; 4]>,
    /// Acceleration without gravity in the world's axes, m/s².
    pub free_acceleration_m_s2: Option<[f64; 3]>,
    /// Acceleration as measured, gravity with it, m/s².
    pub acceleration_m_s2: Option<[f64; 3]>,
    /// Turning as measured, °/s.
    pub turning_dps: Option<[f64; 3]>,
    /// Clipping of the sensor's own samples, bit by bit.
    pub status: Option<u16>,
}

impl Payload {
    /// Decodes the payload of a mode.
    pub fn decode(mode: u8, value: &[u8]) -> Result<Self, DecodeError> {
        let Some((_, layout)) = FIELDS.iter().find(|(known, _)| *known == mode) else {
            return Err(DecodeError::Impossible { what: "DOT payload mode", value: mode.to_string() });
        };
        let mut fields = Fields::of("DOT payload", value);
        let mut payload = Self { time_us: fields.u32()?, ..Self::default() };
        for field in *layout {
            match field {
                Field::Quaternion => {
                    let scalar = fields.f32()?;
                    let [x, y, z] = fields.vector(Fields::f32)?;
                    payload.quaternion = Some([scalar, x, y, z]);
                }
                Field::Euler | Field::VelocityChange => drop(fields.vector(Fields::f32)?),
                Field::FreeAcceleration => payload.free_acceleration_m_s2 = Some(fields.vector(Fields::f32)?),
                Field::Acceleration => payload.acceleration_m_s2 = Some(fields.vector(Fields::f32)?),
                Field::Turning => payload.turning_dps = Some(fields.vector(Fields::f32)?),
                Field::Compass => drop(fields.take::<6>()?),
                Field::Status => {
                    payload.status = Some(fields.u16()?);
                    let _clipped_samples = fields.u16()?;
                }
            }
        }
        Ok(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ImuBlock, SampleClock};
    use proptest::prelude::*;

    /// A payload of single-precision numbers after its time.
    fn payload(time_us: u32, numbers: &[f32]) -> Vec<u8> {
        let numbers = numbers.iter().flat_map(|x| x.to_le_bytes());
        time_us.to_le_bytes().into_iter().chain(numbers).collect()
    }

    fn block(decoder: &mut dyn Decoder, source: Characteristic, value: &[u8]) -> ImuBlock {
        match decoder.decode(source, value).expect("a good payload").as_slice() {
            [Reading::Imu(block)] => block.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn golden_vectors() {
        let free = [0x40, 0x42, 0x0f, 0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0xbe, 0, 0, 0x10, 0x41];
        let found = Payload::decode(6, &free).expect("mode 6");
        assert_eq!((found.time_us, found.free_acceleration_m_s2), (1_000_000, Some([0.5, -0.25, 9.0])));

        let mut extended = payload(33_334, &[1.0, 0.0, 0.0, 0.0, 0.5, 0.0, -0.5]);
        extended.extend([1, 0, 1, 0]);
        let found = Payload::decode(2, &extended).expect("mode 2");
        assert_eq!((found.quaternion, found.status), (Some([1.0, 0.0, 0.0, 0.0]), Some(1)));
        assert_eq!(found.free_acceleration_m_s2, Some([0.5, 0.0, -0.5]));
        assert!(Payload::decode(26, &extended).is_err() && Payload::decode(25, &extended).is_err());
    }

    #[test]
    fn the_long_payload_has_samples_and_so_has_ours() {
        let long = payload(16_667, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.8125, 10.0, -20.0, 30.0]);
        let mut decoder = MovellaDot.decoder();
        let found = block(decoder.as_mut(), LONG, &long);
        assert_eq!(found.clock, SampleClock::Stamped { device_time_ns: vec![16_667_000] });
        let gyro_rad_s = Some(from_degrees([10.0, -20.0, 30.0]));
        assert_eq!(found.samples, [ImuSample { accel_m_s2: [0.0, 0.0, 9.8125], gyro_rad_s }]);
        // ours, with the padding that some firmware adds
        let mut ours = payload(33_334, &[0.0, 0.0, 9.8125, 10.0, -20.0, 2000.0]);
        ours.extend([0; 12]);
        let found = block(decoder.as_mut(), MEDIUM, &ours);
        assert!(found.flags.clipped_gyro && !found.flags.clipped_accel);
        assert!(decoder.decode(SHORT, &long).is_err());
    }

    #[test]
    fn starting_stops_what_runs_and_listens_before_it_starts() {
        let asks = MovellaDot.decoder().start(&[CONTROL, MEDIUM, DEVICE_CONTROL]);
        let mut rate = vec![0; 32];
        (rate[0], rate[24]) = (0x10, 60);
        let expected = [
            Ask::write(CONTROL, vec![1, 0, 0], "stop what still runs"),
            Ask::write(DEVICE_CONTROL, rate, "60 Hz").after_ms(500),
            Ask::subscribe(MEDIUM, "samples"),
            Ask::write(CONTROL, vec![1, 1, 0x15], "start streaming"),
        ];
        assert_eq!(asks, expected);
        assert_eq!(MovellaDot.decoder().stop(), [Ask::write(CONTROL, vec![1, 0, 0x15], "stop streaming")]);
        assert!(MovellaDot.decoder().start(&[CONTROL]).is_empty());
    }

    proptest! {
        #[test]
        fn time_goes_on_over_wraps(start in any::<u32>(), steps in proptest::collection::vec(1u32..1 << 30, 1..40)) {
            let mut decoder = DotDecoder::default();
            let mut truth = u64::from(start);
            prop_assert_eq!(decoder.unwrapped_us(start), i64::from(start));
            for step in steps {
                truth += u64::from(step);
                prop_assert_eq!(decoder.unwrapped_us(truth as u32), truth as i64);
            }
        }
    }
}
