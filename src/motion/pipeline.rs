//! The one value per sensor: streams, lanes, clocks and deadlines.

use super::calibration::{self, LeverArm};
use super::clock::SensorClock;
use super::lane::Lanes;
use super::nominal::Nominal;
use super::numbered::{Header, Numbered};
use super::output::{Counters, Note, Output};
use super::params::MotionParams;
use super::stamped::{Stamp, Stamped};
use super::timeline::Placements;
use crate::model::{Calibration, DeviceTime, HostTime, ImuBlock, RingRange, SampleClock, seconds_from_nanos};
use std::collections::BTreeMap;

/// Streams whose clocks are remembered.
const CLOCKS_KEPT: usize = 4;
/// Intervals between samples that the rate is averaged over.
const RATE_INTERVALS: f64 = 512.0;

/// Readings of one sensor to motion. Pure: equal inputs at equal times give equal outputs.
#[derive(Clone, Debug)]
pub struct Pipeline {
    params: MotionParams,
    calibration: Option<Calibration>,
    lever: LeverArm,
    /// Streams so far.
    streams: u32,
    current: Option<Stream>,
    /// Id of the stream before and when it ended.
    ended: Option<(u16, HostTime)>,
    clocks: BTreeMap<u32, SensorClock>,
    placements: Placements,
    counters: Counters,
    rate: MeanInterval,
    now: HostTime,
}

/// The stream that is running.
#[derive(Clone, Debug)]
struct Stream {
    timeline: Timeline,
    /// Unknown until the stream's rate is.
    lanes: Option<Lanes>,
}

#[derive(Clone, Debug)]
enum Timeline {
    Numbered(Numbered),
    Stamped(Stamped),
    Nominal(Nominal),
}

impl Timeline {
    /// The usual time between samples, once known.
    fn step_ns(&self) -> Option<i64> {
        match self {
            Self::Numbered(numbered) => Some(numbered.step_ns()),
            Self::Stamped(stamped) => stamped.step_ns(),
            Self::Nominal(nominal) => Some(nominal.interval_ns()),
        }
    }
}

impl Pipeline {
    /// A pipeline that has seen nothing.
    #[must_use]
    pub fn new(params: MotionParams) -> Self {
        Self {
            params,
            calibration: None,
            lever: LeverArm::default(),
            streams: 0,
            current: None,
            ended: None,
            clocks: BTreeMap::new(),
            placements: Placements::default(),
            counters: Counters::default(),
            rate: MeanInterval::default(),
            now: HostTime::default(),
        }
    }

    /// From now on readings are corrected by `calibration`, and motion is that of the point from which the sensor is
    /// `lever_arm_m` away, in the sensor's axes.
    pub fn set_up(&mut self, calibration: Option<Calibration>, lever_arm_m: Option<[f64; 3]>) {
        self.calibration = calibration;
        self.lever = LeverArm::new(lever_arm_m);
        if let Some(lanes) = self.current.as_mut().and_then(|stream| stream.lanes.as_mut()) {
            lanes.set_lever(self.lever);
        }
    }

    /// Takes a block that arrived at `at`; deadlines before that strike first.
    pub fn push(&mut self, at: HostTime, block: &ImuBlock, out: &mut Output) {
        match &self.calibration {
            Some(calibration) => {
                let block = calibration::block(calibration, block);
                self.push_corrected(at, &block, out);
            }
            None => self.push_corrected(at, block, out),
        }
    }

    fn push_corrected(&mut self, at: HostTime, block: &ImuBlock, out: &mut Output) {
        self.advance(at, out);
        self.counters.received += block.samples.len() as u64;
        if block.samples.is_empty() {
            return;
        }
        match &block.clock {
            &SampleClock::Numbered { stream_id, first_sample, device_time_ns, interval_ns } => {
                let header = Header { stream_id, first_sample, device_time_ns, interval_ns };
                self.push_numbered(at, &header, block, out);
            }
            SampleClock::Stamped { device_time_ns } => self.push_stamped(at, device_time_ns, block, out),
            &SampleClock::Nominal { interval_ns } => self.push_nominal(at, interval_ns, block, out),
        }
    }

    /// The sensor said which samples it still holds: holes outside are lost at once.
    pub fn available(&mut self, at: HostTime, range: RingRange, out: &mut Output) {
        self.advance(at, out);
        if let Some(Stream { timeline: Timeline::Numbered(numbered), .. }) = &mut self.current {
            numbered.available(at, range, &mut self.placements, &mut self.counters, out);
            self.run_lanes(out);
        }
    }

    /// Lets time pass up to `t`: every deadline until then strikes at its own time.
    pub fn advance(&mut self, t: HostTime, out: &mut Output) {
        while let Some(deadline) = self.next_deadline().filter(|deadline| *deadline <= t) {
            if let Some(Stream { timeline: Timeline::Numbered(numbered), .. }) = &mut self.current {
                numbered.strike(deadline, &mut self.placements, &mut self.counters, out);
            }
            self.run_lanes(out);
        }
        self.now = self.now.max(t);
    }

    /// The next deadline, when something waits for time to pass.
    #[must_use]
    pub fn next_deadline(&self) -> Option<HostTime> {
        match &self.current.as_ref()?.timeline {
            Timeline::Numbered(numbered) => numbered.next_deadline(),
            Timeline::Stamped(_) | Timeline::Nominal(_) => None,
        }
    }

    /// Nothing more comes: whatever waits goes out, every hole is lost.
    pub fn flush(&mut self, out: &mut Output) {
        match self.current.as_mut().map(|stream| &mut stream.timeline) {
            Some(Timeline::Numbered(numbered)) => {
                numbered.flush(self.now, &mut self.placements, &mut self.counters, out);
            }
            Some(Timeline::Stamped(stamped)) => stamped.flush(&mut self.placements),
            Some(Timeline::Nominal(_)) | None => {}
        }
        self.run_lanes(out);
    }

    /// When a sample of time `t` in stream `stream` could have reached the host at the earliest, by all that is known
    /// now; `None` for streams that were never seen or are long gone. Rises with `t`.
    #[must_use]
    pub fn host_time(&self, stream: u32, t: DeviceTime) -> Option<HostTime> {
        self.clocks.get(&stream).map(|clock| clock.host_time(t))
    }

    /// Samples a second that really come out of the settled lane, over the last few hundred; holes count.
    #[must_use]
    pub fn sample_rate_hz(&self) -> Option<f64> {
        (self.rate.mean_s > 0.0).then(|| self.rate.mean_s.recip())
    }

    /// What became of everything that went in.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn push_numbered(&mut self, at: HostTime, header: &Header, block: &ImuBlock, out: &mut Output) {
        if !header.is_sound() {
            self.counters.invalid += block.samples.len() as u64;
            return;
        }
        let current = match &self.current {
            Some(Stream { timeline: Timeline::Numbered(numbered), .. }) => Some(numbered),
            _ => None,
        };
        let continues = current.is_some_and(|numbered| numbered.is_continued_by(header, block.flags.resent));
        if !continues {
            let late_s = self.params.timeline.late_stream_s;
            let is_late = self
                .ended
                .is_some_and(|(id, when)| id == header.stream_id && at.seconds_since(when) <= late_s);
            // a stream never begins with an answer to a request nobody made in it
            if is_late || block.flags.resent {
                self.counters.of_old_stream += block.samples.len() as u64;
                return;
            }
            let stream = self.begin_stream(at, out);
            let numbered = Numbered::new(&self.params.timeline, stream, header, at);
            self.install(Timeline::Numbered(numbered));
        }
        if let Some(Stream { timeline: Timeline::Numbered(numbered), .. }) = &mut self.current {
            let newest = numbered.push(at, header, block, &mut self.placements, &mut self.counters, out);
            self.observe(newest, at);
            self.run_lanes(out);
        }
    }

    fn push_stamped(&mut self, at: HostTime, times: &[i64], block: &ImuBlock, out: &mut Output) {
        let clipped = block.flags.clipped_accel || block.flags.clipped_gyro;
        let mut stamps: Vec<Stamp> = times
            .iter()
            .zip(&block.samples)
            .map(|(&t_ns, &sample)| Stamp { t_ns, sample, clipped })
            .collect();
        self.counters.invalid += (block.samples.len() - stamps.len()) as u64;
        if !matches!(&self.current, Some(Stream { timeline: Timeline::Stamped(_), .. })) {
            self.begin_stamped(at, out);
        }
        while !stamps.is_empty()
            && let Some(Stream { timeline: Timeline::Stamped(stamped), .. }) = &mut self.current
        {
            let renewed = stamped.push(&stamps, &mut self.placements, &mut self.counters);
            let newest = stamped.newest();
            self.observe(newest, at);
            self.run_lanes(out);
            stamps = renewed.unwrap_or_default();
            if !stamps.is_empty() {
                self.begin_stamped(at, out);
            }
        }
    }

    fn push_nominal(&mut self, at: HostTime, interval_ns: u32, block: &ImuBlock, out: &mut Output) {
        if interval_ns == 0 {
            self.counters.invalid += block.samples.len() as u64;
            return;
        }
        let continues = match &self.current {
            Some(Stream { timeline: Timeline::Nominal(nominal), .. }) => {
                nominal.interval_ns() == i64::from(interval_ns)
            }
            _ => false,
        };
        if !continues {
            self.begin_stream(at, out);
            let nominal = Nominal::new(&self.params.timeline, &self.params.clock, interval_ns);
            self.install(Timeline::Nominal(nominal));
        }
        if let Some(Stream { timeline: Timeline::Nominal(nominal), .. }) = &mut self.current {
            let newest = nominal.push(at, block, &mut self.placements, &mut self.counters);
            self.observe(Some(newest), at);
            self.run_lanes(out);
        }
    }

    fn begin_stamped(&mut self, at: HostTime, out: &mut Output) {
        self.begin_stream(at, out);
        self.install(Timeline::Stamped(Stamped::new(&self.params.timeline)));
    }

    /// Ends the stream that runs, if one does, and counts the next; returns its number.
    fn begin_stream(&mut self, at: HostTime, out: &mut Output) -> u32 {
        self.flush(out);
        self.streams += 1;
        if let Some(old) = self.current.take() {
            self.counters.restarts += 1;
            out.notes.push(Note::Restarted { at, stream: self.streams });
            if let Timeline::Numbered(numbered) = old.timeline {
                self.ended = Some((numbered.stream_id(), at));
            }
        }
        self.streams
    }

    fn install(&mut self, timeline: Timeline) {
        self.current = Some(Stream { timeline, lanes: None });
        self.clocks.insert(self.streams, SensorClock::new(&self.params.clock));
        if self.clocks.len() > CLOCKS_KEPT {
            self.clocks.pop_first();
        }
        self.rate = MeanInterval::default();
    }

    fn observe(&mut self, newest: Option<DeviceTime>, at: HostTime) {
        if let (Some(t), Some(clock)) = (newest, self.clocks.get_mut(&self.streams)) {
            clock.observe(t, at);
        }
    }

    fn run_lanes(&mut self, out: &mut Output) {
        let Some(Stream { timeline, lanes }) = &mut self.current else { return };
        let Some(step_ns) = timeline.step_ns() else { return };
        let lanes = lanes.get_or_insert_with(|| {
            Lanes::new(&self.params, self.lever, self.streams, seconds_from_nanos(step_ns.max(1)))
        });
        let first_settled = out.settled.len();
        for placed in self.placements.ready.drain(..) {
            lanes.settle(&placed, &mut out.live, &mut out.settled);
        }
        for placed in self.placements.early.drain(..) {
            lanes.run_ahead(&placed, &mut out.live);
        }
        for sample in &out.settled[first_settled..] {
            self.counters.settled += 1;
            self.rate.update(sample.dt_s);
        }
    }
}

/// Mean of the last intervals between samples.
#[derive(Clone, Debug, Default)]
struct MeanInterval {
    mean_s: f64,
    seen: f64,
}

impl MeanInterval {
    fn update(&mut self, dt_s: f64) {
        if dt_s > 0.0 {
            self.seen = (self.seen + 1.0).min(RATE_INTERVALS);
            self.mean_s += (dt_s - self.mean_s) / self.seen;
        }
    }
}
