//! The port: connections with bounds, and an orderly end.

use super::state::{Web, blocking};
use axum::serve::{Listener, ListenerExt};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// Connections at a time; more wait in the system's queue until one ends.
const CONNECTIONS: usize = 256;
/// A connection on which nothing moved for one to two of these is closed: a client that has gone without a word, or
/// one that says its request too slowly.
const IDLE: Duration = Duration::from_secs(30);
/// Requests under way may end after the word to stop; streams end at once.
const GRACE: Duration = Duration::from_secs(1);
/// Live motion goes out at this pace.
const BEAT: Duration = Duration::from_millis(100);

/// Serves API and pages until `stop`, then closes the port, lets requests under way end, and returns within about a
/// second. An error is the journal's, read once at the start.
pub async fn serve(listener: TcpListener, web: Web, stop: CancellationToken) -> io::Result<()> {
    let (hub, reader) = (web.hub().clone(), web.reader().clone());
    let learned = blocking(move || Ok(hub.learn(&reader)?)).await;
    learned.map_err(|problem| io::Error::other(format!("{problem:?}")))?;
    let closing = web.closing();
    let port = Port { listener, slots: Arc::new(Semaphore::new(CONNECTIONS)), idle: IDLE };
    // `tap_io` only because axum tells the peer's address of its own listeners alone
    let port = port.tap_io(|_| ());
    let app = web.router().into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(port, app).with_graceful_shutdown(closing.clone().cancelled_owned());
    let mut server = pin!(server.into_future());
    tokio::select! {
        ended = &mut server => return ended,
        never = beats(&web) => match never {},
        () = stop.cancelled() => closing.cancel(),
    }
    timeout(GRACE, server).await.unwrap_or(Ok(()))
}

/// Sends live motion on, ten times a second.
async fn beats(web: &Web) -> Infallible {
    let mut ticks = interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        web.hub().beat();
    }
}

/// A listener with a bound on its connections.
struct Port {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    idle: Duration,
}

impl Listener for Port {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // the semaphore is never closed, so there is a slot each time
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok();
        // in axum's trait; it waits when the system has no more sockets
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // a rep's event is a small packet that must not wait for the next one
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, %peer, "small packets of this connection may wait");
        }
        let mut idle = interval(self.idle);
        idle.set_missed_tick_behavior(MissedTickBehavior::Delay);
        (Connection { stream, idle, moved: true, _slot: slot }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that holds its slot, and ends when nothing moves on it.
struct Connection {
    stream: TcpStream,
    idle: Interval,
    moved: bool,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Passes on what an attempt to move bytes gave, unless nothing has moved for too long.
    fn watched<T>(&mut self, context: &mut Context<'_>, attempt: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.moved = true;
            return attempt;
        }
        while self.idle.poll_tick(context).is_ready() {
            if !std::mem::take(&mut self.moved) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        attempt
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watched(context, attempt)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, attempt)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watched(context, attempt)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn port(connections: usize) -> (Port, SocketAddr) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let slots = Arc::new(Semaphore::new(connections));
        (Port { listener, slots, idle: Duration::from_millis(20) }, address)
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_moves_ends() {
        let (mut port, address) = port(1).await;
        let _silent = TcpStream::connect(address).await.unwrap();
        let (mut connection, _) = port.accept().await;
        let mut bytes = [0; 8];
        let read = poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut bytes);
            Pin::new(&mut connection).poll_read(context, &mut buffer)
        });
        assert_eq!(read.await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn there_are_no_more_connections_than_slots() {
        let (mut port, address) = port(1).await;
        let _clients =
            [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        let (first, _) = port.accept().await;
        assert!(timeout(Duration::from_millis(50), port.accept()).await.is_err(), "the slot is taken");
        drop(first);
        port.accept().await;
    }
}
