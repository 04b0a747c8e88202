//! One bar sensor: its blocks become motion, its motion becomes sightings of movements.
//!
//! The live lane shows a movement as soon as it turns round. The settled lane looks at the whole open activity when a
//! stroke has ended, every few seconds while the bar is not still, and once more when the set closes. When it looks is
//! decided by the sensor's own time, so what it sees depends neither on packets nor on arrival.

use super::ledger::Ledger;
use super::series::Series;
use super::track::Track;
use crate::lifting::live::{LiveDetector, LiveParams, LiveStroke};
use crate::lifting::prior::MovementPrior;
use crate::lifting::{self, Found, LiftingParams};
use crate::model::{
    ConcentricDirection, DeviceTime, HostTime, ImuBlock, Movement, MovementKey, RejectReason, RepMetrics,
    RepStage, RingRange, SensorId, SensorSetup, Sighting, TracePoint,
};
use crate::motion::track::TrackParams;
use crate::motion::{Counters, MotionParams, MotionSample, Note, Output, Pipeline};
use std::collections::BTreeMap;

/// How a bar is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarParams {
    /// Samples to attitude and causal velocity.
    pub motion: MotionParams,
    /// Settled velocity.
    pub track: TrackParams,
    /// Movements and their judgement.
    pub lifting: LiftingParams,
    /// Causal strokes.
    pub live: LiveParams,
}

/// Time after a stroke's end at which the settled lane looks, s of data: what turned round is then under way.
const LOOK_AFTER_S: f64 = 1.0;
/// Longest time without a look while the bar is not still, s of data: the causal strokes that call for looks drown in
/// the drift of a bad link.
const LOOK_EVERY_S: f64 = 4.0;
/// Longest time from the start of a movement to the look that finds it, s of data: a slow descent, a pause, a grinding
/// ascent.
const LONGEST_MOVEMENT_S: f64 = 10.0;
/// How often the sets are told how far the data have come, s of data.
const TELL_EVERY_S: f64 = 0.5;
/// Time without a movement after which nothing is open, s of data; longer than any set's time-out.
const IDLE_AFTER_S: f64 = 90.0;

/// How closely the settled lane looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// While the set goes on.
    Early,
    /// When it is closed.
    Last,
}

/// Which motion over time is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traces {
    pub(super) live: bool,
    pub(super) settled: bool,
}

/// What a call has found out about one bar.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Movements that are new or have changed.
    pub(super) sightings: Vec<Sighting>,
    /// All movements that started before this are among the sightings so far.
    pub(super) data_until: Option<HostTime>,
    /// Samples that the sensor should send again.
    pub(super) missing: Vec<RingRange>,
    /// What a person should know.
    pub(super) notes: Vec<Note>,
    /// Streams that have begun: which, and the time of the first sample.
    pub(super) begun: Vec<(u32, DeviceTime)>,
    /// Live motion, when it is wanted.
    pub(super) live: Vec<TracePoint>,
    /// Settled motion, when it is wanted.
    pub(super) settled: Vec<TracePoint>,
}

/// One bar sensor.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    sensor: SensorId,
    params: BarParams,
    pipeline: Pipeline,
    /// What the pipeline put out last; only its memory is used again.
    out: Output,
    live_trace: bool,
    live: LiveDetector,
    strokes: LiveDetector,
    track: Track,
    series: Option<Series>,
    ledger: Ledger,
    /// What was said last of each movement that may be seen again.
    known: BTreeMap<MovementKey, Sighting>,
    stream: u32,
    /// Whether the settled lane has seen a sample of the stream.
    has_begun: bool,
    /// The settled lane's last sample.
    now: DeviceTime,
    look_at: Option<DeviceTime>,
    told_at: DeviceTime,
    last_movement: DeviceTime,
    /// All movements that started before this have been told.
    pub(super) data_until: Option<HostTime>,
}

impl Bar {
    pub(super) fn new(sensor: SensorId, params: BarParams, traces: Traces) -> Self {
        Self {
            pipeline: Pipeline::new(params.motion.clone()),
            out: Output::default(),
            live_trace: traces.live,
            live: LiveDetector::new(params.live),
            strokes: LiveDetector::new(params.live),
            track: Track::new(params.track),
            series: traces.settled.then(Series::default),
            ledger: Ledger::new(sensor.clone(), 1),
            known: BTreeMap::new(),
            stream: 1,
            has_begun: false,
            now: DeviceTime(0),
            look_at: None,
            told_at: DeviceTime(0),
            last_movement: DeviceTime(0),
            data_until: None,
            sensor,
            params,
        }
    }

    /// What the installer said of the sensor as an instrument.
    pub(super) fn set_up(&mut self, setup: &SensorSetup) {
        self.pipeline.set_up(setup.calibration, setup.lever_arm_m);
    }

    pub(super) fn block(&mut self, at: HostTime, block: &ImuBlock, prior: &MovementPrior) -> Seen {
        self.drive(prior, |pipeline, out| pipeline.push(at, block, out))
    }

    pub(super) fn available(&mut self, at: HostTime, range: RingRange, prior: &MovementPrior) -> Seen {
        self.drive(prior, |pipeline, out| pipeline.available(at, range, out))
    }

    pub(super) fn advance(&mut self, t: HostTime, prior: &MovementPrior) -> Seen {
        self.drive(prior, |pipeline, out| pipeline.advance(t, out))
    }

    pub(super) fn next_deadline(&self) -> Option<HostTime> {
        self.pipeline.next_deadline()
    }

    /// Nothing more comes: everything there is gets looked at.
    pub(super) fn finish(&mut self, prior: &MovementPrior) -> Seen {
        let mut seen = self.drive(prior, Pipeline::flush);
        self.look(self.now, Look::Early, prior, &mut seen);
        if let Some(series) = &mut self.series {
            seen.settled.extend(series.flush());
        }
        seen
    }

    /// The set that ends at `until` is over: judges its movements as a whole and forgets them.
    pub(super) fn settle(&mut self, until: HostTime, prior: &MovementPrior) -> Seen {
        let mut seen = Seen::default();
        self.look(self.now, Look::Last, prior, &mut seen);
        let mut settled_end = None;
        for sighting in self.known.values_mut().filter(|s| s.started_at <= until) {
            settled_end = settled_end.max(Some(sighting.movement.end));
            sighting.stage = RepStage::Settled;
            seen.sightings.retain(|s| s.movement.key != sighting.movement.key);
            seen.sightings.push(sighting.clone());
        }
        if let Some(end) = settled_end {
            self.forget_before(DeviceTime(end.0 + 1));
        }
        seen
    }

    pub(super) fn counters(&self) -> &Counters {
        self.pipeline.counters()
    }

    pub(super) fn sample_rate_hz(&self) -> Option<f64> {
        self.pipeline.sample_rate_hz()
    }

    /// Lets the pipeline do something and draws the consequences.
    fn drive(&mut self, prior: &MovementPrior, step: impl FnOnce(&mut Pipeline, &mut Output)) -> Seen {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        step(&mut self.pipeline, &mut out);
        let mut seen = Seen::default();
        for sample in &out.live {
            self.live_sample(sample, prior, &mut seen);
        }
        for sample in &out.settled {
            self.settled_sample(sample, prior, &mut seen);
        }
        seen.missing.append(&mut out.missing);
        seen.notes.append(&mut out.notes);
        self.out = out;
        seen
    }

    fn live_sample(&mut self, sample: &MotionSample, prior: &MovementPrior, seen: &mut Seen) {
        if self.live_trace {
            seen.live.push(TracePoint {
                t: sample.t,
                q: sample.q,
                vertical_velocity_m_s: sample.vertical_velocity_m_s,
                vertical_displacement_m: sample.vertical_displacement_m,
            });
        }
        if sample.stream != self.stream {
            return; // the settled lane is not there yet; nothing is provisional in a stream's first second
        }
        if let Some(stroke) = self.live.push(sample.t, sample.vertical_velocity_m_s) {
            seen.sightings.extend(self.provisional(&stroke, prior));
        }
    }

    /// A stroke of the live lane as a sighting, if it could be a repetition.
    fn provisional(&mut self, stroke: &LiveStroke, prior: &MovementPrior) -> Option<Sighting> {
        let concentric = stroke.up == (prior.concentric == ConcentricDirection::Up);
        let duration = stroke.end.seconds_since(stroke.start);
        if !concentric || stroke.way_m < prior.min_rom_m || duration < prior.min_concentric_s {
            return None;
        }
        let key = self.ledger.name_one((stroke.start.0, stroke.end.0));
        if self.known.contains_key(&key) {
            return None; // the settled lane was faster
        }
        let metrics = RepMetrics {
            mean_velocity_m_s: Some(stroke.way_m / duration),
            peak_velocity_m_s: Some(stroke.peak_m_s),
            range_of_motion_m: Some(stroke.way_m),
            concentric_duration_s: Some(duration),
            ..RepMetrics::default()
        };
        let movement = Movement {
            key: key.clone(),
            eccentric_start: None,
            start: stroke.start,
            end: stroke.end,
            metrics,
            reject_reason: None,
        };
        let sighting = self.placed(movement, RepStage::Provisional);
        self.known.insert(key, sighting.clone());
        Some(sighting)
    }

    fn settled_sample(&mut self, sample: &MotionSample, prior: &MovementPrior, seen: &mut Seen) {
        if sample.stream != self.stream {
            self.restart(sample.stream, prior, seen);
        }
        if !self.has_begun {
            self.has_begun = true;
            seen.begun.push((sample.stream, sample.t));
        }
        self.now = sample.t;
        if let Some(series) = &mut self.series {
            seen.settled.extend(series.push(sample));
        }
        if self.track.push(sample) {
            self.forget_before(self.track.start().unwrap_or(sample.t));
        }
        let stroke = self.strokes.push(sample.t, sample.vertical_velocity_m_s);
        let wait = if stroke.is_some() { LOOK_AFTER_S } else { LOOK_EVERY_S };
        if stroke.is_some() || (self.look_at.is_none() && !sample.still) {
            let look_at = sample.t.plus_seconds(wait);
            self.look_at = Some(self.look_at.map_or(look_at, |earlier| earlier.min(look_at)));
        }
        if self.look_at.is_some_and(|t| sample.t >= t) {
            self.look_at = None;
            self.look(sample.t.plus_seconds(-0.9 * LOOK_AFTER_S), Look::Early, prior, seen);
        }
        if sample.t.seconds_since(self.told_at) >= TELL_EVERY_S {
            self.tell(sample.t, sample.still, seen);
        }
    }

    /// Tells how far the data have come: everything that started before is known. A bar that moves may be within a
    /// movement that started a while ago.
    fn tell(&mut self, t: DeviceTime, still: bool, seen: &mut Seen) {
        self.told_at = t;
        let known = if still && self.look_at.is_none() { t } else { t.plus_seconds(-LONGEST_MOVEMENT_S) };
        seen.data_until = self.pipeline.host_time(self.stream, known);
        if t.seconds_since(self.last_movement) > IDLE_AFTER_S {
            self.track.idle(t);
            self.forget_movements_before(self.track.start().unwrap_or(t));
        }
    }

    /// Finds the movements of the open activity that ended before `until`, and says what is new about them.
    fn look(&mut self, until: DeviceTime, look: Look, prior: &MovementPrior, seen: &mut Seen) {
        let (motion, params) = (self.track.motion(), &self.params);
        let found = match look {
            Look::Early => lifting::analyze(motion, prior, &params.lifting),
            Look::Last => lifting::vote::settle(motion, &params.track, prior, &params.lifting),
        };
        let phases: Vec<_> = found.iter().map(|found| (found.start.0, found.end.0)).collect();
        let (keys, gone) = self.ledger.name_all(&phases, until.0);
        for (key, found) in keys.into_iter().zip(found) {
            self.last_movement = self.last_movement.max(found.end);
            let sighting = self.placed(movement(key, &found), RepStage::Final);
            self.say(sighting, seen);
        }
        for key in gone {
            if let Some(mut sighting) = self.known.remove(&key) {
                sighting.stage = RepStage::Final;
                sighting.movement.reject_reason = Some(RejectReason::Withdrawn);
                seen.sightings.push(sighting);
            }
        }
    }

    fn say(&mut self, sighting: Sighting, seen: &mut Seen) {
        let known = self.known.get(&sighting.movement.key);
        let news = known.is_none_or(|k| k.movement != sighting.movement || k.stage != sighting.stage);
        if news {
            self.known.insert(sighting.movement.key.clone(), sighting.clone());
            seen.sightings.push(sighting);
        }
    }

    /// Puts a movement on the host's clock.
    fn placed(&self, movement: Movement, stage: RepStage) -> Sighting {
        let host = |t| self.pipeline.host_time(self.stream, t).unwrap_or_default();
        let started_at = host(movement.eccentric_start.unwrap_or(movement.start));
        let ended_at = host(movement.end);
        Sighting { movement, stage, started_at, ended_at }
    }

    /// The sensor started anew: what the old stream held is looked at once more and stays as it is.
    fn restart(&mut self, stream: u32, prior: &MovementPrior, seen: &mut Seen) {
        self.look(self.now, Look::Early, prior, seen);
        if let Some(series) = &mut self.series {
            seen.settled.extend(series.flush());
        }
        self.stream = stream;
        self.has_begun = false;
        self.live = LiveDetector::new(self.params.live);
        self.strokes = LiveDetector::new(self.params.live);
        self.track = Track::new(self.params.track);
        self.ledger = Ledger::new(self.sensor.clone(), stream);
        self.known.clear();
        (self.now, self.told_at, self.last_movement) = (DeviceTime(0), DeviceTime(0), DeviceTime(0));
        self.look_at = None;
    }

    /// Drops samples and movements before `t`.
    fn forget_before(&mut self, t: DeviceTime) {
        self.track.cut_before(t);
        self.forget_movements_before(t);
    }

    fn forget_movements_before(&mut self, t: DeviceTime) {
        self.ledger.forget_before(t.0);
        self.known.retain(|_, sighting| sighting.movement.end >= t);
    }
}

fn movement(key: MovementKey, found: &Found) -> Movement {
    Movement {
        key,
        eccentric_start: found.eccentric_start,
        start: found.start,
        end: found.end,
        metrics: found.metrics,
        reject_reason: found.reject_reason,
    }
}
