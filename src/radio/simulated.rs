//! The simulator as a radio: bars and shoes that nobody needs to own.
//!
//! Its time is its own and begins at 0. In real time what it is asked (to send samples again, to lift another load)
//! reaches it as it would reach a gym; a session that nobody interrupts gives the same inputs at any speed.

mod coached;

pub use coached::Coached;

use super::pace::Pace;
use super::{BoxFuture, Delivery, Ended, Radio, RadioError, RadioPort, Speed};
use crate::model::{HostTime, Input, nanos_from_seconds, seconds_from_nanos};
use crate::simulate::session::{Session, SessionPlan};
use tokio_util::sync::CancellationToken;

/// A session that is simulated while it is recorded.
#[derive(Debug)]
pub struct Simulated {
    session: Session,
    pace: Pace,
    /// Until then it goes as fast as it is taken.
    head_start: HostTime,
    athlete: Option<Coached>,
}

impl Simulated {
    /// This session.
    #[must_use]
    pub fn new(plan: &SessionPlan, speed: Speed) -> Self {
        Self {
            session: Session::new(plan),
            pace: Pace::new(speed),
            head_start: HostTime(i64::MIN),
            athlete: None,
        }
    }

    /// An athlete who listens to the coach squats at the first bar of this session, whose sets must be
    /// [called](crate::simulate::session::Sets::Called), and somebody runs. Never ends.
    ///
    /// Its first `head_start_s` seconds, in which plates are put on the bar, pass at once.
    #[must_use]
    pub fn coached(plan: &SessionPlan, athlete: Coached, speed: Speed, head_start_s: f64) -> Self {
        let head_start = HostTime(nanos_from_seconds(head_start_s));
        Self { athlete: Some(athlete), head_start, ..Self::new(plan, speed) }
    }

    async fn play(&mut self, port: &mut RadioPort, stop: &CancellationToken) -> Ended {
        let mut now = HostTime::default();
        loop {
            while let Ok(request) = port.requests.try_recv() {
                self.session.request(&request);
            }
            let now_s = seconds_from_nanos(now.0);
            let said = self.athlete.as_mut().map(|athlete| athlete.go_on(now_s, &mut self.session));
            for order in said.unwrap_or_default() {
                let command = Input::Command(crate::model::Command { at: now, order });
                if !port.deliver(Delivery::Input(command)).await {
                    return Ended::Stopped;
                }
            }
            let Some(input) = self.session.next() else { break };
            // an answer to a late request may be older than what was delivered
            now = now.max(input.at());
            let hurries = now < self.head_start;
            let goes_on = if hurries { !stop.is_cancelled() } else { self.pace.wait(now, port, stop).await };
            if !goes_on || !port.deliver(Delivery::Input(input)).await {
                return Ended::Stopped;
            }
        }
        if port.deliver(Delivery::End).await { Ended::Complete } else { Ended::Stopped }
    }
}

impl Radio for Simulated {
    fn name(&self) -> &'static str {
        "simulator"
    }

    fn run<'a>(
        &'a mut self,
        port: &'a mut RadioPort,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<Ended, RadioError>> {
        Box::pin(async move { Ok(self.play(port, &stop).await) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radio::testing::{FakeClock, deliveries, port};
    use crate::simulate::{lift::Lift, plan::SetPlan};

    fn plan() -> SessionPlan {
        SessionPlan::one_set(3, SetPlan::new(Lift::of("deadlift").unwrap(), 0.8, 1))
    }

    #[test]
    fn a_session_is_delivered_as_it_is_simulated() {
        let delivered = deliveries(&mut Simulated::new(&plan(), Speed::Max), &FakeClock::at(0));
        let mut expected: Vec<Delivery> = Session::new(&plan()).map(Delivery::Input).collect();
        expected.push(Delivery::End);
        assert_eq!(delivered, expected);
    }

    #[test]
    fn it_stops_when_asked() {
        let (mut port, mut received, _asked) = port(&FakeClock::at(0));
        let stop = CancellationToken::new();
        let mut radio = Simulated::new(&plan(), Speed::REAL);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ended = runtime.block_on(async {
            let listen = async {
                received.recv().await;
                stop.cancel();
                while received.recv().await.is_some() {}
            };
            let run = async {
                let ended = radio.run(&mut port, stop.clone()).await.unwrap();
                drop(port);
                ended
            };
            tokio::join!(run, listen).0
        });
        assert_eq!(ended, Ended::Stopped);
    }
}
