//! A clock that is data, and a core that only listens.

use super::{BoxFuture, Clock, Delivery, Radio, RadioPort};
use crate::model::{HostTime, Request};
use crate::radio::capture::{CaptureHeader, CaptureWriter};
use crate::simulate::session::{Session, SessionPlan};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Waiting for a time makes it that time.
#[derive(Clone, Debug)]
pub(crate) struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    pub(crate) fn at(ns: i64) -> Self {
        Self(Arc::new(AtomicI64::new(ns)))
    }

    pub(crate) fn now_ns(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> HostTime {
        HostTime(self.now_ns())
    }

    fn wait_until(&self, t: HostTime) -> BoxFuture<'static, ()> {
        self.0.fetch_max(t.0, Ordering::SeqCst);
        Box::pin(std::future::ready(()))
    }
}

/// A session as a capture.
pub(crate) fn capture(plan: &SessionPlan) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = CaptureWriter::new(&mut bytes, &CaptureHeader::new("test", Some(0))).unwrap();
    Session::new(plan).for_each(|input| writer.input(&input).unwrap());
    bytes
}

/// A port, and its other side.
pub(crate) fn port(clock: &FakeClock) -> (RadioPort, mpsc::Receiver<Delivery>, mpsc::Sender<Request>) {
    let (inputs, received) = mpsc::channel(8);
    let (asked, requests) = mpsc::channel(8);
    (RadioPort { inputs, requests, clock: Arc::new(clock.clone()) }, received, asked)
}

/// All that a radio delivers by itself.
pub(crate) fn deliveries(radio: &mut dyn Radio, clock: &FakeClock) -> Vec<Delivery> {
    let (mut port, mut received, _asked) = port(clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let run = async {
            radio.run(&mut port, CancellationToken::new()).await.unwrap();
            drop(port);
        };
        let listen = async {
            let mut all = Vec::new();
            while let Some(delivery) = received.recv().await {
                all.push(delivery);
            }
            all
        };
        tokio::join!(run, listen).1
    })
}
