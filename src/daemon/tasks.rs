//! The tasks of a daemon from the first to the last moment.

use super::clock::{Ticks, within};
use super::core::{Core, Ears};
use super::drive::words;
use super::error::DaemonError;
use super::exports::ExportWork;
use super::supervise::{Failure, GivenUp, Supervisor, Work};
use super::systemd::{self, Beat};
use crate::model::nanos_from_seconds;
use crate::radio::{BoxFuture, Delivery, Ended, Radio, RadioPort};
use crate::store::{Journal, Write, WriterThread};
use crate::web::{self, Ask, Vitals, Web};
use sd_notify::NotifyState;
use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::{io, thread};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

/// What radios, and then the core, may take to end, s. With the journal's time less than the 2 s that are promised.
const END_S: f64 = 0.4;
/// What the journal may take to close, s.
const CLOSE_S: f64 = 1.0;

/// Everything that runs.
pub(super) struct Tasks {
    pub(super) ticks: Arc<dyn Ticks>,
    pub(super) journal: Journal,
    pub(super) writer: WriterThread,
    pub(super) vitals: Vitals,
    pub(super) beat: Beat,
    pub(super) core: Core,
    pub(super) deliveries: mpsc::Receiver<Delivery>,
    pub(super) asks: mpsc::Receiver<Ask>,
    pub(super) radio: Option<RadioWork>,
    pub(super) web: WebWork,
    pub(super) export: Option<ExportWork>,
    pub(super) stays: bool,
    pub(super) seconds: Option<f64>,
}

/// A radio at its port.
pub(super) struct RadioWork {
    pub(super) radio: Box<dyn Radio>,
    pub(super) port: RadioPort,
}

impl Work for RadioWork {
    fn attempt(&mut self, stop: CancellationToken) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            match self.radio.run(&mut self.port, stop).await {
                Ok(Ended::Complete | Ended::Stopped) => Ok(()),
                Err(error) => Err(Failure { what: error.to_string(), may_pass: error.may_pass }),
            }
        })
    }
}

/// The port with API and pages.
pub(super) struct WebWork {
    pub(super) web: Web,
    pub(super) address: SocketAddr,
    /// The one that was opened at the start; after a failure another one is.
    pub(super) listener: Option<TcpListener>,
}

impl WebWork {
    async fn serve(&mut self, stop: CancellationToken) -> io::Result<()> {
        let listener = match self.listener.take() {
            Some(listener) => tokio::net::TcpListener::from_std(listener)?,
            None => tokio::net::TcpListener::bind(self.address).await?,
        };
        web::serve(listener, self.web.clone(), stop.clone()).await?;
        if stop.is_cancelled() { Ok(()) } else { Err(io::Error::other("the port closed by itself")) }
    }
}

impl Work for WebWork {
    fn attempt(&mut self, stop: CancellationToken) -> BoxFuture<'_, Result<(), Failure>> {
        let failure = |error: io::Error| Failure { what: error.to_string(), may_pass: true };
        Box::pin(async move { self.serve(stop).await.map_err(failure) })
    }
}

/// What ends a daemon.
#[derive(Debug)]
enum End {
    Told(&'static str),
    SourceEnded,
    Failed(DaemonError),
}

/// The core's last word.
type CoreEnded = oneshot::Receiver<Result<bool, DaemonError>>;

impl Tasks {
    /// Runs until something ends it. Whether its source had come to its end.
    pub(super) fn run_to_the_end(self, ready: impl FnMut(&str)) -> Result<bool, DaemonError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("ironstride")
            .enable_all()
            .build()
            .map_err(DaemonError::System)?;
        let ended = runtime.block_on(self.run(ready));
        // a thread that hangs must not hold up the end
        runtime.shutdown_background();
        ended
    }

    async fn run(self, mut ready: impl FnMut(&str)) -> Result<bool, DaemonError> {
        let Self {
            ticks,
            journal,
            writer,
            vitals,
            beat,
            core,
            deliveries,
            asks,
            radio,
            web,
            export,
            stays,
            seconds,
        } = self;
        // before anything runs, so that no signal is missed
        let mut terminate = signal(SignalKind::terminate()).map_err(DaemonError::System)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(DaemonError::System)?;
        let [stop_radio, stop_core, stop_web] = [(); 3].map(|()| CancellationToken::new());
        let supervisor = |stop: &CancellationToken| Supervisor {
            vitals: vitals.clone(),
            ticks: Arc::clone(&ticks),
            stop: stop.clone(),
        };
        let address = web.address;
        let mut core = start_core(core, Ears { deliveries, asks, stop: stop_core.clone(), stays })?;
        let mut web = tokio::spawn(keep(supervisor(&stop_web), "web", true, web));
        // it ends with the web, and nothing waits for it: what is under way is sent again
        let _export = export.map(|export| tokio::spawn(keep(supervisor(&stop_web), "influx", false, export)));
        let mut radio = radio.map(|radio| tokio::spawn(keep(supervisor(&stop_radio), "radio", false, radio)));
        let beats = {
            let journal = journal.clone();
            move || vec![beat.count(), journal.stats().beats]
        };
        let watchdog = tokio::spawn(systemd::feed_watchdog(Arc::clone(&ticks), beats, stop_core.clone()));
        vitals.task_started("core");
        vitals.ready();
        systemd::tell(NotifyState::Ready);
        ready(&page(address));
        let mut time = ticks.wait(seconds.map_or(i64::MAX, nanos_from_seconds));
        let end = loop {
            tokio::select! {
                _ = terminate.recv() => break End::Told("SIGTERM"),
                _ = interrupt.recv() => break End::Told("SIGINT"),
                () = &mut time => break End::Told("its time is over"),
                ended = &mut core => break core_end(ended),
                ended = &mut web => break failed(ended),
                ended = async { radio.as_mut()?.await.into() }, if radio.is_some() => {
                    radio = None;
                    if let Some(Err(_) | Ok(Err(_))) = &ended {
                        break ended.map_or(End::Told("the radio"), failed);
                    }
                }
            }
        };
        systemd::tell(NotifyState::Stopping);
        stop_radio.cancel();
        stop_web.cancel();
        if let Some(radio) = radio
            && within(&*ticks, END_S, radio).await.is_none()
        {
            tracing::error!("the radio did not stop in time");
        }
        stop_core.cancel();
        let end = if let End::Told(why) = end {
            tracing::info!("stopping: {why}");
            within(&*ticks, END_S, core).await.map_or_else(|| late(why), core_end)
        } else {
            end
        };
        watchdog.abort();
        let closed = within(&*ticks, CLOSE_S, close(journal, writer)).await.is_some();
        // it had the whole time
        if !web.is_finished() && within(&*ticks, END_S, &mut web).await.is_none() {
            web.abort();
        }
        match end {
            End::Failed(error) => Err(error),
            _ if !closed => Err(DaemonError::Unflushed),
            End::SourceEnded => Ok(true),
            End::Told(_) => Ok(false),
        }
    }
}

/// Where a person finds the page.
fn page(address: SocketAddr) -> String {
    let ip = address.ip();
    if ip.is_unspecified() || ip.is_loopback() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

async fn keep(
    supervisor: Supervisor,
    name: &'static str,
    essential: bool,
    mut work: impl Work,
) -> Result<(), GivenUp> {
    supervisor.keep(name, essential, &mut work).await
}

/// Starts the core on a thread of its own: its steps take processor time and may wait for the journal.
fn start_core(core: Core, ears: Ears) -> Result<CoreEnded, DaemonError> {
    let (tell, ended) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(DaemonError::System)?;
    let work = move || {
        let worked = catch_unwind(AssertUnwindSafe(|| runtime.block_on(core.work(ears))));
        let ended = match worked {
            Ok(ended) => ended.map_err(DaemonError::from),
            Err(panic) => Err(DaemonError::CorePanicked(words(&*panic))),
        };
        // nobody listens any more when the daemon has given up waiting
        let _ = tell.send(ended);
    };
    thread::Builder::new().name("core".to_owned()).spawn(work).map_err(DaemonError::System)?;
    Ok(ended)
}

/// The core takes longer than it may.
fn late(why: &'static str) -> End {
    tracing::error!("the core did not stop in time");
    End::Told(why)
}

fn core_end(ended: Result<Result<bool, DaemonError>, oneshot::error::RecvError>) -> End {
    match ended {
        Ok(Ok(true)) => End::SourceEnded,
        Ok(Ok(false)) => End::Told("the core"),
        Ok(Err(error)) => End::Failed(error),
        Err(_) => End::Failed(DaemonError::CorePanicked("it went without a word".to_owned())),
    }
}

fn failed(ended: Result<Result<(), GivenUp>, JoinError>) -> End {
    match ended {
        Ok(Ok(())) => End::Told("a task"),
        Ok(Err(given_up)) => End::Failed(given_up.into()),
        Err(error) => End::Failed(DaemonError::System(io::Error::other(error))),
    }
}

/// Brings all to the disk and ends the writer.
async fn close(journal: Journal, writer: WriterThread) {
    let closed = tokio::task::spawn_blocking(move || {
        let told = journal.send(Write::Close(Box::new(|kept| {
            if let Err(error) = kept {
                tracing::error!("{error}");
            }
        })));
        // an error says that it has ended already
        if told.is_ok() {
            writer.join();
        }
    });
    if let Err(error) = closed.await {
        tracing::error!("closing the journal: {error}");
    }
}
