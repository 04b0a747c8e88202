//! The timeline of numbered samples: order restored, holes asked for, filled or given up.
//!
//! A sample's time is the sum of the intervals of all samples before it, in whole nanoseconds. The interval belongs to
//! the sample (the sensor changes it at fixed sample numbers only), so neither the cut into packets nor their arrival
//! can change a time. A lost sample has the interval of the one before. The packet's own clock serves as a check.

use super::output::{Counters, Note, Output};
use super::params::TimelineParams;
use super::timeline::{Placed, Placements, count, is_sound};
use crate::model::{DeviceTime, HostTime, ImuBlock, ImuSample, RingRange, seconds_from_nanos};
use std::collections::{BTreeMap, VecDeque};

/// Shortest and longest interval a sensor may state, ns: 20 kHz and 1 Hz.
const INTERVALS_NS: std::ops::RangeInclusive<u32> = 50_000..=1_000_000_000;
/// How far a sensor's clock may stray from the count of its intervals: 100 ppm of the time between.
const STRAY: f64 = 1e-4;

/// The numbers a packet carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) stream_id: u16,
    pub(super) first_sample: u32,
    pub(super) device_time_ns: i64,
    pub(super) interval_ns: u32,
}

impl Header {
    pub(super) fn is_sound(&self) -> bool {
        INTERVALS_NS.contains(&self.interval_ns)
    }
}

/// A sample behind a hole; `None` where a broken value came.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    sample: Option<ImuSample>,
    interval_ns: i64,
    clipped: bool,
}

/// Missing samples `first..end`.
#[derive(Clone, Copy, Debug)]
struct Hole {
    first: i64,
    end: i64,
    seen: HostTime,
}

/// A resend request under way for `first..end`.
#[derive(Clone, Copy, Debug)]
struct Asked {
    first: i64,
    end: i64,
    at: HostTime,
}

/// One stream of numbered samples.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    params: TimelineParams,
    stream: u32,
    stream_id: u16,
    /// The next sample to release.
    next: i64,
    /// One past the newest sample that was seen.
    newest: i64,
    /// Its time, ns.
    next_t: i64,
    /// Interval of the sample before it.
    last_interval_ns: i64,
    /// Missing time since the last sample released.
    skipped_ns: i64,
    waiting: BTreeMap<i64, Waiting>,
    /// In order; the first begins at `next`.
    holes: VecDeque<Hole>,
    asked: Option<Asked>,
    /// Number and clock of the newest packet, to check the next against.
    checked: (i64, i64),
}

impl Numbered {
    /// The timeline of a new stream whose first packet is at hand.
    ///
    /// A stream that has just begun is followed from its sample 0, so that it does not matter which of its first
    /// packets comes first; a stream that has run for longer is followed from this packet on.
    pub(super) fn new(params: &TimelineParams, stream: u32, header: &Header, at: HostTime) -> Self {
        let first = i64::from(header.first_sample);
        let interval_ns = i64::from(header.interval_ns);
        let young = seconds_from_nanos(first * interval_ns) <= params.hole_lost_after_s;
        let next = if young { 0 } else { first };
        let mut this = Self {
            params: params.clone(),
            stream,
            stream_id: header.stream_id,
            next,
            newest: next,
            next_t: next * interval_ns,
            last_interval_ns: interval_ns,
            skipped_ns: 0,
            waiting: BTreeMap::new(),
            holes: VecDeque::new(),
            asked: None,
            checked: (first, header.device_time_ns),
        };
        this.open_hole_up_to(first, at);
        this
    }

    /// The usual time between samples.
    pub(super) fn step_ns(&self) -> i64 {
        self.last_interval_ns
    }

    pub(super) fn stream_id(&self) -> u16 {
        self.stream_id
    }

    /// Whether a packet continues this stream: same id, and its clock agrees with its sample number (a sensor that uses
    /// its id again after a restart is told by that; what was resent was asked for and needs no check).
    pub(super) fn is_continued_by(&self, header: &Header, resent: bool) -> bool {
        let (number, clock) = self.checked;
        let passed =
            (self.unwrap(header.first_sample) - number).saturating_mul(i64::from(header.interval_ns));
        let stray =
            seconds_from_nanos(header.device_time_ns.saturating_sub(clock).saturating_sub(passed)).abs();
        let allowed = self.params.discontinuity_s + STRAY * seconds_from_nanos(passed).abs();
        header.stream_id == self.stream_id && (resent || stray <= allowed)
    }

    /// Takes a packet of this stream. Returns the newest sample's time if it is the newest so far.
    pub(super) fn push(
        &mut self,
        at: HostTime,
        header: &Header,
        block: &ImuBlock,
        placements: &mut Placements,
        counters: &mut Counters,
        out: &mut Output,
    ) -> Option<DeviceTime> {
        let interval_ns = i64::from(header.interval_ns);
        let first = self.unwrap(header.first_sample);
        let clipped = block.flags.clipped_accel || block.flags.clipped_gyro;
        let end = first + count(block.samples.len());
        let is_newest = end > self.newest;
        if is_newest && !block.flags.resent {
            self.checked = (first, header.device_time_ns);
        }
        self.open_hole_up_to(first, at);
        for (number, sample) in (first..).zip(&block.samples) {
            if number < self.next || self.waiting.contains_key(&number) {
                counters.duplicates += 1;
                continue;
            }
            let sample = is_sound(sample, counters).then_some(*sample);
            let waiting = Waiting { sample, interval_ns, clipped };
            if number == self.next && self.holes.is_empty() {
                self.release(waiting, &mut placements.ready);
                continue;
            }
            if number >= self.newest {
                self.announce_early(number, &waiting, &mut placements.early);
            } else {
                self.fill(number);
            }
            self.waiting.insert(number, waiting);
            self.newest = self.newest.max(number + 1);
        }
        self.settle(at, &mut placements.ready, counters, out);
        (is_newest && !block.flags.resent).then(|| DeviceTime(self.time_of(end - 1, interval_ns)))
    }

    /// The sensor says what it still holds: older holes are lost at once, and with an empty answer so is what was asked.
    pub(super) fn available(
        &mut self,
        at: HostTime,
        range: RingRange,
        placements: &mut Placements,
        counters: &mut Counters,
        out: &mut Output,
    ) {
        if range.stream_id != self.stream_id {
            return;
        }
        let oldest = match (range.count, self.asked) {
            (0, Some(asked)) => asked.end,
            (0, None) => return,
            _ => self.unwrap(range.first_sample),
        };
        while let Some(hole) = self.holes.front().copied().filter(|hole| hole.first < oldest) {
            self.lose_first_hole_up_to(hole.end.min(oldest), at, &mut placements.ready, counters, out);
        }
        self.ask(at, out);
    }

    /// When something waits for time to pass.
    pub(super) fn next_deadline(&self) -> Option<HostTime> {
        let hole = self.holes.front()?;
        let lost = hole.seen.plus_seconds(self.params.hole_lost_after_s);
        let retry = self.asked.map(|asked| self.retry_at(&asked));
        Some(retry.map_or(lost, |retry| retry.min(lost)))
    }

    /// Lets the deadline `at` strike.
    pub(super) fn strike(
        &mut self,
        at: HostTime,
        placements: &mut Placements,
        counters: &mut Counters,
        out: &mut Output,
    ) {
        let lost_after = self.params.hole_lost_after_s;
        while let Some(hole) = self.holes.front().filter(|hole| hole.seen.plus_seconds(lost_after) <= at) {
            self.lose_first_hole_up_to(hole.end, at, &mut placements.ready, counters, out);
        }
        self.ask(at, out);
    }

    /// Nothing more comes: every hole is lost.
    pub(super) fn flush(
        &mut self,
        at: HostTime,
        placements: &mut Placements,
        counters: &mut Counters,
        out: &mut Output,
    ) {
        while let Some(hole) = self.holes.front() {
            self.lose_first_hole_up_to(hole.end, at, &mut placements.ready, counters, out);
        }
        self.asked = None;
    }

    /// The full number of a sample whose low 32 bits are known, as the one nearest to the newest.
    fn unwrap(&self, low: u32) -> i64 {
        self.newest + i64::from(low.wrapping_sub(self.newest as u32).cast_signed())
    }

    fn open_hole_up_to(&mut self, first: i64, at: HostTime) {
        if first > self.newest {
            self.holes.push_back(Hole { first: self.newest, end: first, seen: at });
            self.newest = first;
        }
    }

    /// Takes `number` out of the hole it was missing in.
    fn fill(&mut self, number: i64) {
        let at = self.holes.partition_point(|hole| hole.end <= number);
        let Some(hole) = self.holes.get_mut(at).filter(|hole| hole.first <= number) else { return };
        let after = Hole { first: number + 1, ..*hole };
        hole.end = number;
        let (empty_before, empty_after) = (hole.first == hole.end, after.first == after.end);
        match (empty_before, empty_after) {
            (true, true) => drop(self.holes.remove(at)),
            (true, false) => *hole = after,
            (false, true) => {}
            (false, false) => self.holes.insert(at + 1, after),
        }
    }

    /// Releases the next sample.
    fn release(&mut self, waiting: Waiting, ready: &mut Vec<Placed>) {
        let Waiting { sample, interval_ns, clipped } = waiting;
        let (number, t) = (self.next, DeviceTime(self.next_t));
        self.next += 1;
        self.next_t = self.next_t.saturating_add(interval_ns);
        self.last_interval_ns = interval_ns;
        self.newest = self.newest.max(self.next);
        match sample {
            Some(sample) => {
                let hole_s = seconds_from_nanos(self.skipped_ns);
                ready.push(Placed { number, t, sample, clipped, hole_s });
                self.skipped_ns = 0;
            }
            None => self.skipped_ns = self.skipped_ns.saturating_add(interval_ns),
        }
    }

    /// Releases whatever no hole holds back, then asks for what is missing.
    fn settle(&mut self, at: HostTime, ready: &mut Vec<Placed>, counters: &mut Counters, out: &mut Output) {
        self.release_waiting(ready);
        while self.waiting.len() > self.params.buffer_max_samples
            && let Some(hole) = self.holes.front()
        {
            self.lose_first_hole_up_to(hole.end, at, ready, counters, out);
        }
        self.ask(at, out);
    }

    fn release_waiting(&mut self, ready: &mut Vec<Placed>) {
        while let Some(waiting) = self.waiting.remove(&self.next) {
            self.release(waiting, ready);
        }
    }

    /// Gives up the first hole's samples before `end`; their time passes at the interval of the sample before them.
    fn lose_first_hole_up_to(
        &mut self,
        end: i64,
        at: HostTime,
        ready: &mut Vec<Placed>,
        counters: &mut Counters,
        out: &mut Output,
    ) {
        let Some(hole) = self.holes.front_mut() else { return };
        let lost = end - hole.first;
        hole.first = end;
        if hole.first == hole.end {
            self.holes.pop_front();
        }
        let lost_ns = lost.saturating_mul(self.last_interval_ns);
        self.next_t = self.next_t.saturating_add(lost_ns);
        self.skipped_ns = self.skipped_ns.saturating_add(lost_ns);
        self.next = end;
        counters.lost += lost.unsigned_abs();
        out.notes.push(Note::Lost { at, stream: self.stream, samples: lost.unsigned_abs() });
        self.release_waiting(ready);
    }

    /// Keeps one request for the oldest hole under way.
    fn ask(&mut self, at: HostTime, out: &mut Output) {
        if let Some(asked) = self.asked {
            let still_missing =
                self.holes.iter().any(|hole| hole.first < asked.end && asked.first < hole.end);
            if still_missing && at < self.retry_at(&asked) {
                return;
            }
            self.asked = None;
        }
        let Some(hole) = self.holes.front() else { return };
        let end = hole.end.min(hole.first + i64::from(self.params.resend_max_samples.max(1)));
        self.asked = Some(Asked { first: hole.first, end, at });
        out.missing.push(RingRange {
            stream_id: self.stream_id,
            first_sample: hole.first as u32,
            count: (end - hole.first) as u32,
        });
    }

    fn retry_at(&self, asked: &Asked) -> HostTime {
        // a wait of nothing would ask for ever at one time
        asked.at.plus_seconds(self.params.resend_retry_s.max(0.01))
    }

    /// Where a sample beyond a hole will come to lie, as far as is known.
    fn time_of(&self, number: i64, interval_ns: i64) -> i64 {
        self.next_t.saturating_add((number - self.next).saturating_mul(interval_ns))
    }

    fn announce_early(&self, number: i64, waiting: &Waiting, early: &mut Vec<Placed>) {
        let Some(sample) = waiting.sample else { return };
        // only the hole's own last sample knows of the hole; those behind it follow each other
        let missing =
            self.holes.back().filter(|hole| hole.end == number).map_or(0, |hole| hole.end - hole.first);
        early.push(Placed {
            number,
            t: DeviceTime(self.time_of(number, waiting.interval_ns)),
            sample,
            clipped: waiting.clipped,
            hole_s: seconds_from_nanos(missing.saturating_mul(waiting.interval_ns)),
        });
    }
}
