//! The bar sensor's own open protocol; `firmware-protocol/SPEC.md` is its specification.

use super::family::{Ask, DecodeError, Decoder, Family};
use crate::model::{
    Characteristic, DeviceInformation, DeviceRepReading, ImuBlock, ImuSample, Reading, RingRange,
    SampleClock, SampleFlags,
};
use firmware_protocol::{
    AccelRange, Ack, Command, DataHeader, DataPacket, Event, Flag, GyroRange, Info, MAX_VALUE_LEN, Reply,
    Request, Sample, SampleRange, SampleRate, Status, StreamConfig, uuid as numbers,
};
use uuid::Uuid;

const fn of(characteristic: u128) -> Characteristic {
    Characteristic {
        service: Uuid::from_u128(numbers::SERVICE),
        characteristic: Uuid::from_u128(characteristic),
    }
}

/// What the sensor is, read once.
pub const INFO: Characteristic = of(numbers::INFO);
/// Requests out, acknowledgements in.
pub const CONTROL: Characteristic = of(numbers::CONTROL);
/// Samples.
pub const DATA: Characteristic = of(numbers::DATA);
/// Repetitions and button presses found by the sensor.
pub const EVENTS: Characteristic = of(numbers::EVENTS);

/// How a bar is measured: 200 Hz holds every lift (bar motion ends near 3 Hz, impacts need more), ±16 g a dropped bar's
/// first instants, and 16 samples a packet keep eight sensors on one radio at 80 ms latency (SPEC.md, "Timing").
const STREAM: StreamConfig = StreamConfig {
    rate: SampleRate::Hz200,
    accel_range: AccelRange::G16,
    gyro_range: GyroRange::Dps2000,
    samples_per_packet: 16,
};

/// The family.
#[derive(Debug)]
pub struct Ironstride;

impl Family for Ironstride {
    fn name(&self) -> &'static str {
        "ironstride bar sensor"
    }

    fn advertised(&self, _name: Option<&str>, services: &[Uuid]) -> bool {
        services.contains(&DATA.service)
    }

    fn sources(&self) -> &[Characteristic] {
        &[INFO, CONTROL, DATA, EVENTS]
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(IronstrideDecoder::default())
    }
}

#[derive(Clone, Debug, Default)]
struct IronstrideDecoder {
    last_request: u8,
    /// The one resend under way, by its request id.
    resend: Option<(u8, RingRange)>,
}

impl IronstrideDecoder {
    fn request(&mut self, command: Command, purpose: &'static str) -> Option<Ask> {
        self.last_request = self.last_request.wrapping_add(1);
        let mut buffer = [0; MAX_VALUE_LEN];
        let len = Request { id: self.last_request, command }.encode(&mut buffer).ok()?;
        Some(Ask::write(CONTROL, buffer[..len].to_vec(), purpose))
    }

    /// A refusal that a person can do something about is told.
    fn acknowledged(&mut self, ack: &Ack) -> Vec<Reading> {
        let advice = match ack.status {
            Status::BatteryLow => "its battery is too low to stream: charge it",
            Status::HardwareFault => "its own test failed: it needs repair",
            Status::Unsupported => "it cannot measure at 200 Hz, ±16 g and ±2000 °/s: update its firmware",
            Status::NotSubscribed => "notifications are off: connect again",
            _ => return self.available(ack),
        };
        vec![Reading::Refused { why: advice.to_owned() }]
    }

    /// The answer to a resend tells which samples can still come, so that the others need not be waited for.
    fn available(&mut self, ack: &Ack) -> Vec<Reading> {
        let Reply::Resend { stream_id, oldest_sample, end_sample } = ack.reply else { return Vec::new() };
        let Some((_, asked)) = self.resend.take_if(|(id, _)| *id == ack.request_id) else {
            return Vec::new();
        };
        let available = if stream_id == asked.stream_id {
            RingRange {
                stream_id,
                first_sample: oldest_sample,
                count: end_sample.wrapping_sub(oldest_sample),
            }
        } else {
            // The buffer holds another stream by now: nothing of the one asked for will ever come.
            RingRange { count: 0, ..asked }
        };
        vec![Reading::Available(available)]
    }
}

impl Decoder for IronstrideDecoder {
    fn start(&mut self, found: &[Characteristic]) -> Vec<Ask> {
        self.resend = None;
        let mut asks = Vec::new();
        if found.contains(&INFO) {
            asks.push(Ask::read(INFO, "what the sensor is"));
        }
        let listen = [(CONTROL, "acknowledgements"), (DATA, "samples"), (EVENTS, "the sensor's own reps")];
        asks.extend(listen.into_iter().filter(|(c, _)| found.contains(c)).map(|(c, p)| Ask::subscribe(c, p)));
        // A stream that still runs from before the link broke goes on: the sensor refuses the start as busy, its
        // numbers show what was missed, and the resend buffer may still hold it.
        asks.extend(self.request(Command::Start(STREAM), "start streaming, unless a stream runs"));
        asks
    }

    fn stop(&mut self) -> Vec<Ask> {
        self.request(Command::Stop, "stop streaming").into_iter().collect()
    }

    fn decode(&mut self, source: Characteristic, value: &[u8]) -> Result<Vec<Reading>, DecodeError> {
        match source {
            DATA => Ok(blocks(&DataPacket::parse(value)?)),
            CONTROL => Ok(self.acknowledged(&Ack::parse(value)?)),
            INFO => Ok(vec![Reading::Device(information(&Info::parse(value)?))]),
            EVENTS => Ok(device_rep(&Event::parse(value)?).into_iter().collect()),
            _ => Err(DecodeError::UnknownCharacteristic(source.characteristic)),
        }
    }

    fn resend(&mut self, missing: RingRange) -> Option<Ask> {
        let count = u16::try_from(missing.count).unwrap_or(u16::MAX);
        let range = SampleRange { stream_id: missing.stream_id, first_sample: missing.first_sample, count };
        let ask = self.request(Command::Resend(range), "samples lost on the way")?;
        self.resend = Some((self.last_request, missing));
        Some(ask)
    }

    fn boxed_clone(&self) -> Box<dyn Decoder> {
        Box::new(self.clone())
    }
}

/// One block for each run of samples that are alike in clipping. The packet's own flags hold for some of its samples
/// only, so what is said of a sample would depend on how the stream was cut.
fn blocks(packet: &DataPacket<'_>) -> Vec<Reading> {
    let clipping = |sample: &Sample| (sample.accel_clipped(), sample.gyro_clipped());
    let mut first = 0;
    let mut blocks = Vec::with_capacity(1);
    for run in packet.samples.chunk_by(|a, b| clipping(a) == clipping(b)) {
        blocks.push(Reading::Imu(block(&packet.header, first, run)));
        first += run.len() as u32;
    }
    blocks
}

/// Samples of a packet from the `skip`th on, all alike in clipping.
fn block(header: &DataHeader, skip: u32, samples: &[Sample]) -> ImuBlock {
    let device_time_us = i64::try_from(header.device_time_us).unwrap_or(i64::MAX);
    let skipped_ns = i64::from(skip) * i64::from(header.interval_ns);
    let si = |sample: &Sample| sample.to_si(header.accel_range, header.gyro_range);
    ImuBlock {
        clock: SampleClock::Numbered {
            stream_id: header.stream_id,
            first_sample: header.first_sample.wrapping_add(skip),
            device_time_ns: device_time_us.saturating_mul(1000).saturating_add(skipped_ns),
            interval_ns: header.interval_ns,
        },
        flags: SampleFlags {
            clipped_accel: samples.first().is_some_and(Sample::accel_clipped),
            clipped_gyro: samples.first().is_some_and(Sample::gyro_clipped),
            resent: header.flags.contains(Flag::Resent),
            moving: header.flags.contains(Flag::Moving),
        },
        samples: samples
            .iter()
            .map(si)
            .map(|si| ImuSample { accel_m_s2: si.accel_m_s2, gyro_rad_s: Some(si.gyro_rad_s) })
            .collect(),
    }
}

fn information(info: &Info) -> DeviceInformation {
    let firmware = info.firmware;
    DeviceInformation {
        serial: Some(format!("{:016x}", info.serial)),
        hardware: Some(info.hardware_revision.to_string()),
        firmware: Some(format!("{}.{}.{}", firmware.major, firmware.minor, firmware.patch)),
        ..DeviceInformation::default()
    }
}

/// The sensor's own view of a repetition. A button press means nothing to the core.
fn device_rep(event: &Event) -> Option<Reading> {
    let Event::Rep(rep) = event else { return None };
    let milli = |x: u16| f64::from(x) / 1000.0;
    Some(Reading::DeviceRep(DeviceRepReading {
        number: Some(u32::from(rep.rep_number)),
        mean_velocity_m_s: Some(milli(rep.mean_velocity_mm_s)),
        peak_velocity_m_s: Some(milli(rep.peak_velocity_mm_s)),
        range_of_motion_m: Some(milli(rep.range_of_motion_mm)),
        concentric_duration_s: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RequestAction;
    use firmware_protocol::Set;

    fn ack(request_id: u8, status: Status, reply: Reply) -> Vec<u8> {
        let mut buffer = [0; MAX_VALUE_LEN];
        let len = Ack { request_id, status, reply }.encode(&mut buffer).expect("fits");
        buffer[..len].to_vec()
    }

    fn sent(ask: &Ask) -> Request {
        let RequestAction::Write { value } = &ask.action else { panic!("{ask:?} writes nothing") };
        Request::parse(value).expect("our own request")
    }

    #[test]
    fn a_packet_becomes_a_numbered_block_in_si() {
        let samples = [Sample::new([0, 0, 2048], [0, -16384, 0])];
        let header = DataHeader {
            stream_id: 7,
            first_sample: 4096,
            device_time_us: 20_480_001,
            interval_ns: 5_000_100,
            accel_range: AccelRange::G16,
            gyro_range: GyroRange::Dps2000,
            flags: Set::of(&[Flag::Resent]),
        };
        let mut buffer = [0; MAX_VALUE_LEN];
        let len = DataPacket { header, samples: &samples }.encode(&mut buffer).expect("fits");
        let readings = Ironstride.decoder().decode(DATA, &buffer[..len]).expect("a good packet");
        let [Reading::Imu(block)] = readings.as_slice() else { panic!("{readings:?}") };
        assert_eq!(
            block.clock,
            SampleClock::Numbered {
                stream_id: 7,
                first_sample: 4096,
                device_time_ns: 20_480_001_000,
                interval_ns: 5_000_100
            }
        );
        assert!(block.flags.resent && !block.flags.clipped_accel);
        assert!((block.samples[0].accel_m_s2[2] - 9.806_65).abs() < 1e-9);
        assert!(
            (block.samples[0].gyro_rad_s.expect("a gyroscope")[1] + 1000.0_f64.to_radians()).abs() < 1e-9
        );
    }

    #[test]
    fn clipping_is_said_of_the_samples_that_clip() {
        let free = Sample::new([0, 0, 2048], [0; 3]);
        let clipped = Sample::new([0, 0, i16::MAX], [0; 3]);
        let header = DataHeader {
            stream_id: 7,
            first_sample: 10,
            device_time_us: 1000,
            interval_ns: 5_000_000,
            accel_range: AccelRange::G16,
            gyro_range: GyroRange::Dps2000,
            flags: Set::of(&[Flag::AccelClipped]),
        };
        let readings = blocks(&DataPacket { header, samples: &[free, free, clipped, free] });
        let runs: Vec<(u32, usize, bool)> = readings
            .iter()
            .map(|reading| match reading {
                Reading::Imu(ImuBlock {
                    clock: SampleClock::Numbered { first_sample, .. },
                    flags,
                    samples,
                }) => (*first_sample, samples.len(), flags.clipped_accel),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(runs, [(10, 2, false), (12, 1, true), (13, 1, false)]);
    }

    #[test]
    fn streaming_starts_after_listening() {
        let asks = Ironstride.decoder().start(&[INFO, CONTROL, DATA]);
        let subscribed = asks.iter().position(|a| *a == Ask::subscribe(DATA, "samples")).expect("listens");
        let started = asks.iter().position(|a| {
            matches!(&a.action, RequestAction::Write { value } if matches!(Request::parse(value), Ok(r) if r.command == Command::Start(STREAM)))
        });
        assert!(started.expect("starts") > subscribed);
    }

    #[test]
    fn the_answer_to_a_resend_says_what_can_still_come() {
        let mut decoder = Ironstride.decoder();
        let missing = RingRange { stream_id: 3, first_sample: 100, count: 16 };
        let request = sent(&decoder.resend(missing).expect("can resend"));
        assert_eq!(
            request.command,
            Command::Resend(SampleRange { stream_id: 3, first_sample: 100, count: 16 })
        );

        let reply = Reply::Resend { stream_id: 3, oldest_sample: 90, end_sample: 2090 };
        let readings = decoder.decode(CONTROL, &ack(request.id, Status::Done, reply));
        let held = RingRange { stream_id: 3, first_sample: 90, count: 2000 };
        assert_eq!(readings, Ok(vec![Reading::Available(held)]));

        let request = sent(&decoder.resend(missing).expect("can resend"));
        let reply = Reply::Resend { stream_id: 4, oldest_sample: 0, end_sample: 32 };
        let readings = decoder.decode(CONTROL, &ack(request.id, Status::UnknownStream, reply));
        assert_eq!(readings, Ok(vec![Reading::Available(RingRange { count: 0, ..missing })]));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refused = ack(1, Status::BatteryLow, Reply::Start { stream_id: 0 });
        let readings = Ironstride.decoder().decode(CONTROL, &refused);
        assert!(
            matches!(readings.as_deref(), Ok([Reading::Refused { why }]) if why.contains("charge")),
            "{readings:?}"
        );
        let busy = ack(1, Status::Busy, Reply::Start { stream_id: 0 });
        assert_eq!(Ironstride.decoder().decode(CONTROL, &busy), Ok(Vec::new()));
    }

    #[test]
    fn an_unknown_generation_is_named() {
        let error = Ironstride.decoder().decode(DATA, &[0x20; 40]).expect_err("version 2");
        assert!(error.to_string().contains("version 2"), "{error}");
    }
}
