//! The bar sensor as a device: its clocks, its packets, its buffer, and what it answers.

#[cfg(test)]
mod tests;

use super::bar::{Cursor, Motion};
use super::imu::{ACCEL_RANGE, GYRO_RANGE, Imu, ImuFaults, Placement};
use super::random::Random;
use firmware_protocol::{
    Ack, BLOCK_SAMPLES, Command, DataHeader, DataPacket, Flag, MAX_SAMPLES, MAX_VALUE_LEN, Reply, Request,
    Sample, SampleRange, SampleRate, Set, Status,
};
use serde::Serialize;
use std::collections::VecDeque;

/// How a sensor measures and sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorPlan {
    /// Nominal sample rate.
    pub rate: SampleRate,
    /// Samples in a packet, 1 to 18. Changes how the stream is cut, not one sample of it.
    pub samples_per_packet: usize,
    /// Faults of its instruments.
    pub imu: ImuFaults,
    /// Faults of its clocks.
    pub clock: ClockFaults,
    /// Samples that it can send again.
    pub ring_samples: usize,
}

impl Default for SensorPlan {
    /// 200 Hz, 16 samples a packet, a consumer part, ordinary clocks, 20 s of buffer.
    fn default() -> Self {
        Self {
            rate: SampleRate::Hz200,
            samples_per_packet: 16,
            imu: ImuFaults::CONSUMER,
            clock: ClockFaults::ORDINARY,
            ring_samples: 4000,
        }
    }
}

/// How far a sensor's clocks are off: greatest (for the first two, uniform) and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockFaults {
    /// True sample rate against the nominal one, 1.
    pub rate_off: f64,
    /// The sensor's clock against the host's, 1.
    pub drift: f64,
    /// The sensor's measurement of its own sample interval, 1.
    pub interval_sd: f64,
}

impl ClockFaults {
    /// ±2 % of rate, ±50 ppm of clock, 20 ppm of measurement.
    pub const ORDINARY: Self = Self { rate_off: 0.02, drift: 50e-6, interval_sd: 20e-6 };
    /// Clocks that keep the host's time.
    pub const NONE: Self = Self { rate_off: 0.0, drift: 0.0, interval_sd: 0.0 };
}

/// How the clock of one stream maps to true time; for judging what an algorithm made of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClockTruth {
    /// The stream.
    pub stream_id: u16,
    /// True time at which the sensor's clock read 0, s.
    pub boot_s: f64,
    /// Seconds of the sensor's clock in one true second.
    pub pace: f64,
    /// True time of the stream's first sample, s.
    pub first_sample_s: f64,
    /// True time between samples, s.
    pub interval_s: f64,
}

impl ClockTruth {
    /// True time of a sample, s.
    #[must_use]
    pub fn sample_s(&self, number: u32) -> f64 {
        self.first_sample_s + f64::from(number) * self.interval_s
    }

    /// True time when the sensor's clock reads `device_time_ns`, s.
    #[must_use]
    pub fn true_s(&self, device_time_ns: i64) -> f64 {
        self.boot_s + device_time_ns as f64 * 1e-9 / self.pace
    }

    fn device_ns(&self, true_s: f64) -> i64 {
        ((true_s - self.boot_s) * self.pace * 1e9) as i64
    }
}

/// A packet, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The attribute's value.
    pub value: Vec<u8>,
    /// Number of its first sample.
    pub first_sample: u32,
    /// How many samples it has.
    pub count: u32,
}

/// A bar sensor that streams since it booted.
#[derive(Clone, Debug)]
pub struct BarSensor {
    plan: SensorPlan,
    imu: Imu,
    cursor: Cursor,
    clock: ClockTruth,
    random: Random,
    next_sample: u32,
    /// Number, interval and start of recent blocks; the last is the current one.
    blocks: VecDeque<Block>,
    pending: usize,
    ring: VecDeque<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    number: u32,
    interval_ns: u32,
    /// Sum of all intervals before the block, ns.
    begin_ns: i64,
}

impl BarSensor {
    /// A sensor of the population that `plan` describes, which takes its first sample at `start_s`.
    #[must_use]
    pub fn new(plan: SensorPlan, start_s: f64, mut random: Random) -> Self {
        let plan = SensorPlan {
            samples_per_packet: plan.samples_per_packet.clamp(1, MAX_SAMPLES),
            ring_samples: plan.ring_samples.max(MAX_SAMPLES),
            ..plan
        };
        let rate_hz = f64::from(plan.rate.hz());
        let placement = Placement::drawn(&mut random);
        let imu = Imu::drawn(&plan.imu, placement, rate_hz, &mut random);
        let off = random.between(-plan.clock.rate_off, plan.clock.rate_off);
        let drift = random.between(-plan.clock.drift, plan.clock.drift);
        let clock = ClockTruth {
            stream_id: random.below(1 << 16) as u16,
            boot_s: start_s - random.between(2.0, 300.0),
            pace: 1.0 + drift,
            first_sample_s: start_s,
            interval_s: 1.0 / (rate_hz * (1.0 + off)),
        };
        let mut sensor = Self {
            ring: VecDeque::with_capacity(plan.ring_samples),
            plan,
            imu,
            cursor: Cursor::default(),
            clock,
            random,
            next_sample: 0,
            blocks: VecDeque::new(),
            pending: 0,
        };
        sensor.begin_block();
        sensor
    }

    /// The clock of the current stream.
    #[must_use]
    pub fn clock(&self) -> ClockTruth {
        self.clock
    }

    /// The instrument.
    #[must_use]
    pub fn imu(&self) -> &Imu {
        &self.imu
    }

    /// True time of the next sample, s.
    #[must_use]
    pub fn next_sample_s(&self) -> f64 {
        self.clock.sample_s(self.next_sample)
    }

    /// True time of the last sample of the packet that is being filled, s.
    #[must_use]
    pub fn packet_ready_s(&self) -> f64 {
        let missing = self.packet_room() - self.pending;
        self.clock.sample_s(self.next_sample + missing as u32 - 1)
    }

    /// Another motion follows.
    pub fn new_motion(&mut self) {
        self.imu.new_motion();
        self.cursor = Cursor::default();
    }

    /// Takes the next sample; gives a packet when that fills one.
    pub fn sample(&mut self, motion: &Motion) -> Option<Packet> {
        let sample = self.imu.sample(motion, self.next_sample_s(), &mut self.cursor);
        if self.ring.len() == self.plan.ring_samples {
            self.ring.pop_front();
        }
        self.ring.push_back(sample);
        let room = self.packet_room();
        self.next_sample += 1;
        self.pending += 1;
        if self.pending < room {
            return None;
        }
        let packet = self.packet(self.next_sample - self.pending as u32, self.pending, false);
        self.pending = 0;
        if self.next_sample.is_multiple_of(BLOCK_SAMPLES) {
            self.begin_block();
        }
        packet
    }

    /// Loses power now and streams again from `start_s`: another stream, samples from 0, clock from 0, buffer empty.
    pub fn reboot(&mut self, start_s: f64) {
        let since_boot_s = self.random.between(0.3, 0.8);
        self.clock = ClockTruth {
            stream_id: self.random.below(1 << 16) as u16,
            boot_s: start_s - since_boot_s,
            first_sample_s: start_s,
            ..self.clock
        };
        self.next_sample = 0;
        self.pending = 0;
        self.ring.clear();
        self.blocks.clear();
        self.begin_block();
    }

    /// The sensor does what a request asks, at true time `at_s`: the answer to be indicated, and packets to be sent
    /// once more. A request that can't be read gives nothing, as a refused write does.
    #[must_use]
    pub fn answer(&mut self, request: &[u8], at_s: f64) -> (Option<Vec<u8>>, Vec<Packet>) {
        let Ok(Request { id, command }) = Request::parse(request) else { return (None, Vec::new()) };
        let stream_id = self.clock.stream_id;
        let now_us = (self.clock.device_ns(at_s) / 1000).max(0) as u64;
        let mut packets = Vec::new();
        let mut status = Status::Done;
        let reply = match command {
            Command::Start(_) => Reply::Start { stream_id },
            Command::Stop => Reply::Stop { stream_id, sample_count: self.next_sample },
            Command::Configure(_) => Reply::Configure,
            Command::Identify { .. } => Reply::Identify,
            Command::TimeSync { host_time_us } => {
                Reply::TimeSync { host_time_us, received_us: now_us, sent_us: now_us }
            }
            Command::Resend(range) => {
                packets = self.resend(range);
                if range.stream_id != stream_id {
                    status = Status::UnknownStream;
                } else if packets.is_empty() {
                    status = Status::NotBuffered;
                }
                Reply::Resend { stream_id, oldest_sample: self.oldest(), end_sample: self.next_sample }
            }
        };
        let mut buffer = [0; MAX_VALUE_LEN];
        let ack = Ack { request_id: id, status, reply }.encode(&mut buffer);
        (ack.ok().map(|len| buffer[..len].to_vec()), packets)
    }

    /// Packets with what is left of a range in the buffer, flagged as resent.
    #[must_use]
    pub fn resend(&self, range: SampleRange) -> Vec<Packet> {
        if range.stream_id != self.clock.stream_id {
            return Vec::new();
        }
        let end = range.first_sample.saturating_add(range.count.into()).min(self.next_sample);
        let mut first = range.first_sample.max(self.oldest());
        let mut packets = Vec::new();
        while first < end {
            let room = self.plan.samples_per_packet.min(DataHeader::room(first));
            let count = room.min((end - first) as usize);
            packets.extend(self.packet(first, count, true));
            first += count as u32;
        }
        packets
    }

    fn oldest(&self) -> u32 {
        self.next_sample - self.ring.len() as u32
    }

    /// Samples of the packet that is being filled, when full.
    fn packet_room(&self) -> usize {
        let first = self.next_sample - self.pending as u32;
        self.plan.samples_per_packet.min(DataHeader::room(first))
    }

    /// Chooses the interval of the block that begins, so that the sum of intervals meets the clock at its end.
    fn begin_block(&mut self) {
        let block_samples = f64::from(BLOCK_SAMPLES);
        let measured_ns = self.clock.interval_s
            * self.clock.pace
            * 1e9
            * (1.0 + self.random.spread(self.plan.clock.interval_sd));
        let begin_ns = self
            .blocks
            .back()
            .map_or(0, |b| b.begin_ns + i64::from(b.interval_ns) * i64::from(BLOCK_SAMPLES));
        let clock_ns =
            self.clock.device_ns(self.next_sample_s()) - self.clock.device_ns(self.clock.first_sample_s);
        let behind_ns = (clock_ns - begin_ns) as f64;
        let interval_ns = (measured_ns + behind_ns / block_samples).round() as u32;
        self.blocks.push_back(Block { number: self.next_sample / BLOCK_SAMPLES, interval_ns, begin_ns });
        let kept = self.plan.ring_samples / BLOCK_SAMPLES as usize + 2;
        if self.blocks.len() > kept {
            self.blocks.pop_front();
        }
    }

    /// A packet of samples that are in the buffer.
    fn packet(&self, first_sample: u32, count: usize, resent: bool) -> Option<Packet> {
        let block = self.blocks.iter().find(|block| block.number == first_sample / BLOCK_SAMPLES)?;
        let from = (first_sample - self.oldest()) as usize;
        let mut samples = [Sample::default(); MAX_SAMPLES];
        for (slot, sample) in samples.iter_mut().zip(self.ring.range(from..from + count)) {
            *slot = *sample;
        }
        let samples = &samples[..count];
        let device_ns = self.clock.device_ns(self.clock.sample_s(first_sample));
        let header = DataHeader {
            stream_id: self.clock.stream_id,
            first_sample,
            device_time_us: (device_ns / 1000).max(0) as u64,
            interval_ns: block.interval_ns,
            accel_range: ACCEL_RANGE,
            gyro_range: GYRO_RANGE,
            flags: flags(samples, resent),
        };
        let mut buffer = [0; MAX_VALUE_LEN];
        let len = DataPacket { header, samples }.encode(&mut buffer).ok()?;
        Some(Packet { value: buffer[..len].to_vec(), first_sample, count: count as u32 })
    }
}

/// What holds for at least one sample. Moving is more than about 5 °/s or 0.1 g off standard gravity, which is beyond a resting sensor's faults.
fn flags(samples: &[Sample], resent: bool) -> Set<Flag> {
    const ONE_G: f64 = 2048.0;
    let mut flags = Set::EMPTY;
    if resent {
        flags = flags.with(Flag::Resent);
    }
    for sample in samples {
        let norm = sample.accel().iter().map(|&c| f64::from(c).powi(2)).sum::<f64>().sqrt();
        let turning = sample.gyro().iter().any(|c| c.unsigned_abs() > 82);
        if turning || (norm / ONE_G - 1.0).abs() > 0.1 {
            flags = flags.with(Flag::Moving);
        }
        if sample.accel_clipped() {
            flags = flags.with(Flag::AccelClipped);
        }
        if sample.gyro_clipped() {
            flags = flags.with(Flag::GyroClipped);
        }
    }
    flags
}
