//! Drives the engine through one recording and collects what it finds out.

mod roles;

use super::Kind;
use super::failure::AnalyzeError;
use super::findings::{Findings, Tell};
use super::place::Place;
use super::series::Series;
use super::source::Source;
use crate::engine::{Engine, EngineConfig};
use crate::model::{
    Event, Exercise, ExerciseId, ExerciseKind, HostTime, ImuSample, Input, Mount, NoticeKind, Notification,
    SensorId, SensorSetup, StreamStart, TraceBlock, TracePoint,
};
use crate::radio::capture::CaptureReader;
use crate::radio::trace::TraceReader;
use crate::sensors::trace;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

/// The names of what a recording leaves unnamed: the athlete, a trace's sensor, the first station.
const UNNAMED: &str = "analyze";
/// A trace reaches the engine in blocks as a radio would deliver it: at most so many samples, so much time.
const BLOCK_SAMPLES: usize = 32;
const BLOCK_NANOS: i64 = 50_000_000;

/// What the options say about every file.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) exercises: BTreeMap<ExerciseId, Exercise>,
    pub(super) kind: Option<Kind>,
    pub(super) exercise: Option<ExerciseId>,
    pub(super) load_kg: Option<f64>,
    pub(super) body_mass_kg: Option<f64>,
    pub(super) mount: Option<Mount>,
    /// What is known of the sensor as an instrument, where the recording doesn't say it.
    pub(super) setup: Option<SensorSetup>,
}

/// Where motion over time is written, when asked for.
#[derive(Debug, Default)]
pub(super) struct Traces {
    pub(super) settled: Option<Series>,
    pub(super) live: Option<Series>,
}

/// Analyses one recording.
pub(super) fn analyze(
    source: Source<'_>,
    settings: &Settings,
    traces: Traces,
) -> Result<Findings, AnalyzeError> {
    let config = EngineConfig {
        exercises: settings.exercises.clone(),
        live_trace: traces.live.is_some(),
        settled_trace: traces.settled.is_some(),
        ..EngineConfig::default()
    };
    let drive = Drive {
        engine: Engine::new(config),
        settings,
        traces,
        findings: Findings::default(),
        in_series: None,
        early: Vec::new(),
        is_trace: matches!(source, Source::Trace(_)),
        lost: BTreeMap::new(),
        measured: false,
        last: HostTime::default(),
    };
    match source {
        Source::Trace(_) if settings.kind == Some(Kind::Foot) => Err(AnalyzeError::FootTrace),
        Source::Trace(reader) => drive.trace(reader),
        Source::Capture(reader) => drive.capture(reader),
    }
}

/// One recording on its way through the engine.
struct Drive<'a> {
    engine: Engine,
    settings: &'a Settings,
    traces: Traces,
    findings: Findings,
    /// The sensor whose series is written: the first bar.
    in_series: Option<SensorId>,
    /// Live points of a capture that wait until the place of its first sample is known.
    early: Vec<TracePoint>,
    is_trace: bool,
    /// Samples lost for good, by sensor.
    lost: BTreeMap<SensorId, u64>,
    /// Whether any sample was understood.
    measured: bool,
    last: HostTime,
}

impl Drive<'_> {
    fn trace<R: BufRead>(mut self, mut reader: TraceReader<R>) -> Result<Findings, AnalyzeError> {
        let sensor = SensorId::from(UNNAMED);
        self.introduce_athlete(UNNAMED.into(), HostTime::default())?;
        self.introduce_bar(&sensor, UNNAMED.into(), HostTime::default())?;
        let mut block: Vec<(i64, ImuSample)> = Vec::with_capacity(BLOCK_SAMPLES);
        while let Some(item) = reader.next() {
            let sample = match item {
                Ok(sample) => sample,
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(warning) => {
                    self.findings.warnings.add(warning.to_string());
                    continue;
                }
            };
            let nanos = reader.nanos_since_first(sample.t_s);
            if nanos == 0 {
                self.findings.place = Place::of_trace(sensor.clone(), sample.t_s);
            }
            let is_full = block.len() == BLOCK_SAMPLES
                || block.first().is_some_and(|(first, _)| nanos - first >= BLOCK_NANOS);
            if is_full {
                self.send(&sensor, &mut block)?;
            }
            for series in [&mut self.traces.settled, &mut self.traces.live].into_iter().flatten() {
                series.expect(nanos, sample.t_s);
            }
            block.push((nanos, sample.sample));
        }
        self.send(&sensor, &mut block)?;
        self.end()?;
        self.findings.tell = Tell { bar: true, foot: false };
        self.close()
    }

    /// Sends a block of samples on its way; it arrives with its last sample.
    fn send(&mut self, sensor: &SensorId, block: &mut Vec<(i64, ImuSample)>) -> Result<(), AnalyzeError> {
        let Some((newest, _)) = block.last() else { return Ok(()) };
        let notification = Notification {
            at: HostTime(*newest),
            sensor: sensor.clone(),
            source: trace::CHARACTERISTIC,
            value: trace::encode(block),
        };
        block.clear();
        self.handle(&Input::Notification(notification))
    }

    fn capture<R: BufRead>(mut self, reader: CaptureReader<R>) -> Result<Findings, AnalyzeError> {
        self.introduce_athlete(UNNAMED.into(), HostTime::default())?;
        let mut notifications = 0;
        let mut senders = BTreeSet::new();
        for item in reader {
            match item {
                Ok(input) => {
                    if let Input::Notification(Notification { sensor, .. }) = &input {
                        notifications += 1;
                        if !senders.contains(sensor) {
                            senders.insert(sensor.clone());
                        }
                    }
                    self.capture_input(input)?;
                }
                Err(error) if error.is_fatal() => return Err(error.into()),
                Err(warning) => self.findings.warnings.add(warning.to_string()),
            }
        }
        self.end()?;
        let first = self.findings.warnings.first().map(str::to_owned);
        if notifications == 0 {
            return Err(AnalyzeError::NoNotification { first });
        }
        if !self.measured {
            let senders = senders.iter().map(ToString::to_string).collect();
            return Err(AnalyzeError::NothingMeasured { notifications, senders, first });
        }
        self.findings.tell = self.what_to_tell()?;
        self.close()
    }

    /// By the option; without it by what is there.
    fn what_to_tell(&self) -> Result<Tell, AnalyzeError> {
        let roles = &self.findings.roles;
        let there = Tell { bar: !roles.bars().is_empty(), foot: !roles.feet().is_empty() };
        match self.settings.kind {
            Some(Kind::Bar) if !there.bar => {
                Err(AnalyzeError::OtherKind { wanted: "bar sensor", found: "a footpod", other: "foot" })
            }
            Some(Kind::Foot) if !there.foot => {
                Err(AnalyzeError::OtherKind { wanted: "footpod", found: "a bar sensor", other: "bar" })
            }
            Some(Kind::Bar) => Ok(Tell { bar: true, foot: false }),
            Some(Kind::Foot) => Ok(Tell { bar: false, foot: true }),
            None => Ok(there),
        }
    }

    fn handle(&mut self, input: &Input) -> Result<(), AnalyzeError> {
        self.last = input.at();
        self.engine.handle(input);
        self.collect()
    }

    /// The recording is over.
    fn end(&mut self) -> Result<(), AnalyzeError> {
        self.engine.finish(self.last);
        self.collect()
    }

    fn close(mut self) -> Result<Findings, AnalyzeError> {
        let of_reps = self.findings.reps.values().next().map(|rep| &rep.algorithm);
        let algorithm = of_reps.unwrap_or_else(|| self.engine.algorithm(self.settings.exercise.as_ref()));
        self.findings.algorithm = Some(algorithm.clone());
        self.warn_of_kind();
        for (sensor, lost) in self.lost.iter().filter(|(_, lost)| **lost > 0) {
            let message = format!("{lost} samples of {sensor} were lost on the way and never came again");
            self.findings.warnings.add(message);
        }
        for series in [self.traces.settled, self.traces.live].into_iter().flatten() {
            series.keep()?;
        }
        Ok(self.findings)
    }

    /// An exercise that is not measured by movements.
    fn warn_of_kind(&mut self) {
        let exercise = self.settings.exercise.as_ref().and_then(|id| self.settings.exercises.get(id));
        let Some(exercise) = exercise.filter(|_| self.findings.tell.bar) else { return };
        let measure = match exercise.kind {
            ExerciseKind::Hold => "the time it is held",
            ExerciseKind::Carry => "the way or time it is carried",
            ExerciseKind::Velocity | ExerciseKind::Counted | ExerciseKind::Jump => return,
        };
        let words = format!(
            "`{}` is measured by {measure}: velocities of repetitions mean nothing in it",
            exercise.id
        );
        self.findings.warnings.add(words);
    }

    fn collect(&mut self) -> Result<(), AnalyzeError> {
        while let Some(event) = self.engine.poll() {
            match event {
                Event::Rep(rep) => drop(self.findings.reps.insert(rep.id, *rep)),
                Event::Set(set) => drop(self.findings.sets.insert(set.id, *set)),
                Event::Cadence(cadence) => {
                    self.measured = true;
                    self.findings.cadence.push(cadence);
                }
                Event::Device(record) => {
                    self.measured = true;
                    self.findings.devices.push(record);
                }
                Event::Sensor(status) => drop(self.lost.insert(status.sensor, status.lost_samples)),
                // lost samples are told once at the end, all gaps together
                Event::Notice(notice) if notice.kind != NoticeKind::SamplesLost => {
                    self.findings.warnings.add(notice.message);
                }
                Event::Stream(start) => self.begun(&start)?,
                Event::SettledTrace(block) => self.points(&block, false)?,
                Event::Trace(block) => self.points(&block, true)?,
                Event::Advice(advice) => self.findings.advised(*advice),
                Event::Session(_) | Event::Request(_) | Event::Notice(_) => {}
            }
        }
        Ok(())
    }

    fn begun(&mut self, start: &StreamStart) -> Result<(), AnalyzeError> {
        self.measured = true;
        let Findings { place, .. } = &mut self.findings;
        if !self.is_trace {
            place.begun(start);
        }
        let Some(live) = self.traces.live.as_mut().filter(|_| self.in_series.as_ref() == Some(&start.sensor))
        else {
            return Ok(());
        };
        for point in self.early.drain(..) {
            live.point(place.of_sample(&start.sensor, point.t).unwrap_or_default(), &point)?;
        }
        Ok(())
    }

    /// Writes the points of the sensor whose series is wanted. A live point may come before its place is known.
    fn points(&mut self, block: &TraceBlock, is_live: bool) -> Result<(), AnalyzeError> {
        if self.in_series.as_ref() != Some(&block.sensor) {
            return Ok(());
        }
        let traces = &mut self.traces;
        let Some(series) = (if is_live { &mut traces.live } else { &mut traces.settled }) else {
            return Ok(());
        };
        for point in &block.points {
            if self.is_trace {
                series.match_point(*point)?;
            } else if let Some(t_s) = self.findings.place.of_sample(&block.sensor, point.t) {
                series.point(t_s, point)?;
            } else if is_live {
                self.early.push(*point);
            }
        }
        Ok(())
    }
}
