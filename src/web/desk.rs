//! The way back: what people ask through the API, on its way to the core.

use crate::model::Change;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

/// One wish, with the way for its answer.
#[derive(Debug)]
pub struct Ask {
    /// What is wanted.
    pub change: Change,
    /// The `Idempotency-Key` it came with: a wish with a key that the journal knows is not carried out again, but
    /// answered with the number it got the first time.
    pub key: Option<String>,
    /// Where the answer goes, after the commit and not before: the number of the journal's last entry that the change
    /// caused, or why it could not be made. When it is dropped, the asker is told that the daemon is stopping.
    pub reply: oneshot::Sender<Result<u64, Refusal>>,
}

/// Why a wish was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What it is about does not exist (404).
    #[error("{0}")]
    Unknown(String),
    /// It can't be done as things stand now (409), such as restoring a repetition of a run that is being replayed.
    #[error("{0}")]
    Conflict(String),
    /// The program failed on it (500); it was left out.
    #[error("{0}")]
    Failed(String),
    /// The journal can't take it: disk full or broken (503).
    #[error("{0}")]
    Store(String),
    /// Too many wishes wait already (503).
    #[error("too many changes wait to be written")]
    Busy,
    /// The daemon is stopping (503).
    #[error("the daemon is stopping")]
    Stopping,
}

/// The sender's half: the API asks here, one wish at a time.
#[derive(Clone, Debug)]
pub struct Desk {
    asks: mpsc::Sender<Ask>,
    turn: Arc<Mutex<()>>,
}

/// The right to look at what is and then to change it, with no other person's change in between.
#[derive(Debug)]
pub(crate) struct Turn {
    asks: mpsc::Sender<Ask>,
    _turn: OwnedMutexGuard<()>,
}

impl Desk {
    /// A desk, and the receiver for the core. `capacity` wishes may wait; more are refused at once.
    #[must_use]
    pub fn new(capacity: usize) -> (Self, mpsc::Receiver<Ask>) {
        let (asks, receiver) = mpsc::channel(capacity.max(1));
        (Self { asks, turn: Arc::default() }, receiver)
    }

    /// Waits for one's turn. Whoever has it may compare an `If-Match` with what is, and ask.
    pub(crate) async fn turn(&self) -> Turn {
        Turn { _turn: Arc::clone(&self.turn).lock_owned().await, asks: self.asks.clone() }
    }
}

impl Turn {
    /// Asks and waits for the answer, which comes after the commit. The turn ends with it.
    pub(crate) async fn ask(self, change: Change, key: Option<String>) -> Result<u64, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.asks.try_send(Ask { change, key, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refusal::Busy,
            mpsc::error::TrySendError::Closed(_) => Refusal::Stopping,
        })?;
        answer.await.unwrap_or(Err(Refusal::Stopping))
    }
}
