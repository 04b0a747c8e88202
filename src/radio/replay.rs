//! A capture file as a radio.
//!
//! Its inputs keep their own `t_ns`, so that every speed gives the same results, and what the capture leaves unsaid of
//! its sensors is told in their stead (see [`roles`](super::roles)). The sequence of deliveries depends on nothing but
//! the file and the sensors that have a role already, so a source that goes on after an interruption skips as many as
//! it had delivered.

use super::capture::CaptureReader;
use super::pace::Pace;
use super::roles::{Roles, Unsaid};
use super::{BoxFuture, Delivery, Ended, Radio, RadioError, RadioPort, Speed};
use crate::model::{Context, HostTime, Input, SensorAssignment, SensorRole};
use crate::sensors::home_made::HomeMadeFamily;
use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Lines that can't be used are told one by one up to so many; further ones are only counted.
const TOLD_LINES: u64 = 10;

/// A capture that is played again.
#[derive(Debug)]
pub struct Replay<R> {
    name: String,
    reader: CaptureReader<R>,
    roles: Roles,
    ready: VecDeque<Input>,
    skip: u64,
    pace: Pace,
    bad_lines: u64,
}

impl<R: BufRead + Send> Replay<R> {
    /// Plays what `reader` has not yet read; `known` are sensors whose roles have been told before.
    pub fn new(
        name: impl Into<String>,
        reader: CaptureReader<R>,
        speed: Speed,
        known: impl IntoIterator<Item = SensorAssignment>,
    ) -> Self {
        let mut roles = Roles::default();
        for assignment in known {
            // nothing can be unsaid of what is said
            let _ = roles
                .unsaid(&Input::Context { at: HostTime::default(), context: Context::Sensor(assignment) });
        }
        Self {
            name: name.into(),
            reader,
            roles,
            ready: VecDeque::new(),
            skip: 0,
            pace: Pace::new(speed),
            bad_lines: 0,
        }
    }

    /// The same, where sensors may also be of these families.
    #[must_use]
    pub fn with_home_made(self, home_made: Arc<[HomeMadeFamily]>) -> Self {
        Self { roles: self.roles.with_home_made(home_made), ..self }
    }

    /// The same without the first `inputs`, which have been delivered before.
    #[must_use]
    pub fn skipping(self, inputs: u64) -> Self {
        Self { skip: inputs, ..self }
    }

    /// The next input to deliver.
    fn next(&mut self) -> Result<Option<Input>, RadioError> {
        loop {
            while let Some(input) = self.ready.pop_front() {
                if self.skip == 0 {
                    return Ok(Some(input));
                }
                self.skip -= 1;
            }
            match self.reader.next() {
                None => return Ok(None),
                Some(Ok(input)) => self.introduce(input),
                Some(Err(error)) if error.is_fatal() => return Err(self.failed(&error.to_string())),
                Some(Err(error)) => self.tell_bad_line(&error.to_string()),
            }
        }
    }

    /// Queues an input behind what must be known first.
    fn introduce(&mut self, input: Input) {
        if let Some(Unsaid::Bar { sensor, station, .. }) = self.roles.unsaid(&input) {
            let role = SensorRole::Bar { station, mount: None, side: None };
            let context = Context::Sensor(SensorAssignment { sensor, role });
            self.ready.push_back(Input::Context { at: input.at(), context });
        }
        self.ready.push_back(input);
    }

    fn tell_bad_line(&mut self, what: &str) {
        self.bad_lines += 1;
        if self.bad_lines <= TOLD_LINES {
            tracing::warn!(file = self.name, "{what}; the line is skipped");
        }
    }

    fn failed(&self, reason: &str) -> RadioError {
        RadioError { name: self.name.clone(), reason: reason.to_owned(), may_pass: false }
    }

    async fn play(&mut self, port: &mut RadioPort, stop: &CancellationToken) -> Result<Ended, RadioError> {
        while let Some(input) = self.next()? {
            if !self.pace.wait(input.at(), port, stop).await || !port.deliver(Delivery::Input(input)).await {
                return Ok(Ended::Stopped);
            }
            // a recording answers nobody
            while port.requests.try_recv().is_ok() {}
        }
        if self.bad_lines > TOLD_LINES {
            tracing::warn!(file = self.name, "{} lines were skipped in all", self.bad_lines);
        }
        Ok(if port.deliver(Delivery::End).await { Ended::Complete } else { Ended::Stopped })
    }
}

impl<R: BufRead + Send> Radio for Replay<R> {
    fn name(&self) -> &str {
        &self.name
    }

    fn run<'a>(
        &'a mut self,
        port: &'a mut RadioPort,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<Ended, RadioError>> {
        Box::pin(async move { self.play(port, &stop).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radio::testing::{FakeClock, capture, deliveries};
    use crate::simulate::{lift::Lift, plan::SetPlan, session::SessionPlan};

    fn replay(bytes: &[u8], speed: Speed) -> Replay<&[u8]> {
        Replay::new("test", CaptureReader::new(bytes).unwrap(), speed, [])
    }

    fn one_set() -> Vec<u8> {
        capture(&SessionPlan::one_set(3, SetPlan::new(Lift::of("deadlift").unwrap(), 0.8, 1)))
    }

    fn inputs(deliveries: &[Delivery]) -> Vec<Input> {
        let inputs = deliveries.iter().filter_map(|delivery| match delivery {
            Delivery::Input(input) => Some(input.clone()),
            Delivery::Time(_) | Delivery::End => None,
        });
        inputs.collect()
    }

    #[test]
    fn every_speed_delivers_the_same_inputs_at_their_own_times() {
        let bytes = one_set();
        let fast = deliveries(&mut replay(&bytes, Speed::Max), &FakeClock::at(0));
        let clock = FakeClock::at(77_000_000_000);
        let real = deliveries(&mut replay(&bytes, Speed::REAL), &clock);
        assert_eq!(inputs(&fast), inputs(&real));
        assert_eq!((fast.last(), real.last()), (Some(&Delivery::End), Some(&Delivery::End)));
        let read: Vec<Input> = CaptureReader::new(bytes.as_slice()).unwrap().map(Result::unwrap).collect();
        let (first, last) = (read[0].at(), read.last().unwrap().at());
        assert_eq!(clock.now_ns() - 77_000_000_000, last.0 - first.0, "as long as it took");
        assert_eq!(inputs(&fast).len(), read.len() + 1, "the bar's role is told");
    }

    #[test]
    fn time_is_told_between_inputs_and_never_goes_back() {
        let header = r#"{"capture":1,"run":"test","anchor_utc_ns":null}"#;
        let up = r#"{"t_ns":0,"type":"link","sensor":"s","state":"up"}"#;
        let down = r#"{"t_ns":350000000,"type":"link","sensor":"s","state":"down"}"#;
        let bytes = format!("{header}\n{up}\n{down}\n");
        let told = deliveries(&mut replay(bytes.as_bytes(), Speed::REAL), &FakeClock::at(5));
        let times: Vec<i64> = told
            .iter()
            .filter_map(|delivery| match delivery {
                Delivery::Input(input) => Some(input.at().0),
                Delivery::Time(t) => Some(t.0),
                Delivery::End => None,
            })
            .collect();
        assert_eq!(times, [0, 100_000_000, 200_000_000, 300_000_000, 350_000_000]);
    }

    #[test]
    fn what_was_delivered_is_skipped() {
        let bytes = one_set();
        let all = deliveries(&mut replay(&bytes, Speed::Max), &FakeClock::at(0));
        for skip in [1, 5, 60] {
            let rest = deliveries(&mut replay(&bytes, Speed::Max).skipping(skip), &FakeClock::at(0));
            assert_eq!(rest, all[skip as usize..]);
        }
    }

    #[test]
    fn a_role_that_is_known_is_not_told_again() {
        let role = SensorRole::Bar { station: "rack".into(), mount: None, side: None };
        let known = SensorAssignment { sensor: "sim-bar-1".into(), role };
        let bytes = one_set();
        let mut replay =
            Replay::new("test", CaptureReader::new(bytes.as_slice()).unwrap(), Speed::Max, [known]);
        let told = inputs(&deliveries(&mut replay, &FakeClock::at(0)));
        assert!(!told.iter().any(|input| matches!(input, Input::Context { .. })));
    }
}
