//! Delivers bytes: from files, from the simulator, from the air.
//!
//! A [`Radio`] is whatever delivers inputs to the daemon: a replayed capture, the simulator, Bluetooth. It gets a
//! [`RadioPort`]: where deliveries go, where requests to sensors come from, and what time it is.
//!
//! The readers of captures and traces stream: memory stays the same however long the file or pipe, lines have a length
//! limit, and every line that can't be used comes out as an error that names it. An error that
//! [`is_fatal`](capture::CaptureError::is_fatal) ends the reading; any other is a line skipped, and the next call goes on.

pub mod capture;
pub mod lines;
mod pace;
pub mod replay;
pub mod roles;
pub mod simulated;
pub mod trace;

pub use pace::Speed;

use crate::model::{HostTime, Input, Request};
use std::pin::Pin;
use std::sync::Arc;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A future that can be kept behind a pointer, as traits of trait objects need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source of inputs.
pub trait Radio: Send {
    /// What it is called in the log and in the status.
    fn name(&self) -> &str;

    /// Delivers until it has no more or is asked to stop. After an error it may be called again and goes on.
    fn run<'a>(
        &'a mut self,
        port: &'a mut RadioPort,
        stop: CancellationToken,
    ) -> BoxFuture<'a, Result<Ended, RadioError>>;
}

/// Where a radio is plugged in.
#[derive(Debug)]
pub struct RadioPort {
    /// Takes what was received; full when the core is behind, and then the radio waits.
    pub inputs: mpsc::Sender<Delivery>,
    /// What sensors are asked.
    pub requests: mpsc::Receiver<Request>,
    /// The time of the run.
    pub clock: Arc<dyn Clock>,
}

impl RadioPort {
    /// Hands a delivery over; `false` when nobody takes it any more.
    async fn deliver(&self, delivery: Delivery) -> bool {
        self.inputs.send(delivery).await.is_ok()
    }
}

/// What a radio hands over.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// Something was received.
    Input(Input),
    /// Nothing was received until then; for sources with a time of their own.
    Time(HostTime),
    /// The source has no more, and all that it had is delivered.
    End,
}

/// How a radio came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It has no more.
    Complete,
    /// It was asked to stop, or nobody listens.
    Stopped,
}

/// Why a radio can't deliver.
#[derive(Debug, Error)]
#[error("{name}: {reason}")]
pub struct RadioError {
    /// The radio's name.
    pub name: String,
    /// What happened and what to do.
    pub reason: String,
    /// Whether trying again may help.
    pub may_pass: bool,
}

/// The time of the run, and waiting for it.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Now, on the axis of the run.
    fn now(&self) -> HostTime;

    /// Ends when it is `t` or later.
    fn wait_until(&self, t: HostTime) -> BoxFuture<'static, ()>;
}

#[cfg(test)]
pub(crate) mod testing;
