//! The accept loop: every wait has an end, and every number a bound.

mod arriving;
mod lobby;
mod stall;
#[cfg(test)]
mod tests;

use super::admin::AdminPort;
use super::tls::{self, TlsFault};
use super::{Port, PublicPort};
use crate::app::App;
use crate::metrics::Gauge;
use arriving::Arriving;
use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use lobby::{Lobby, Seat};
use stall::Impatient;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Which port is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everybody's.
    Public,
    /// The operator's.
    Admin,
}

impl Role {
    /// The word for it in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Admin => "admin",
        }
    }
}

/// How far a server has come on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Open,
    /// The public port takes no new connections; calls on those that there are, are still answered.
    Deaf,
    /// Idle connections are closed, the others when what is under way on them is answered.
    Closing,
}

/// Serves `listener` until the `stage` is [`Stage::Closing`] or its sender is gone; then lets open requests end, for at
/// most [`Bounds::drain`]. The admin port takes connections up to then.
///
/// # Errors
/// [`TlsFault`], before anything is accepted.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    role: Role,
    stage: watch::Receiver<Stage>,
) -> Result<(), TlsFault> {
    let tls = match (role, &app.config.server.tls) {
        (Role::Public, Some(files)) => Some(tls::acceptor(files)?),
        _ => None,
    };
    let open = Arc::clone(app.metrics.connections.of(role));
    let port: Arc<dyn Port> = match role {
        Role::Public => Arc::new(PublicPort::new(app)),
        Role::Admin => Arc::new(AdminPort::new(app)),
    };
    let bounds = Bounds { connections_max: connections_max(role), ..Bounds::default() };
    let deaf_from = if role == Role::Public { Stage::Deaf } else { Stage::Closing };
    accept_until(deaf_from, listener, Door { port, tls, stage, bounds, open }).await;
    Ok(())
}

/// How long a connection may do what, and how many there may be.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Beyond it the connection that has waited longest makes room; if all are busy, new ones wait in the backlog.
    connections_max: u32,
    /// For the TLS handshake.
    handshake: Duration,
    /// For the header of a request; also between requests.
    header: Duration,
    /// For the peer to take any octet of an answer.
    write: Duration,
    /// For everything: then the connection is closed, busy or not.
    lifetime: Duration,
    /// For open requests after shutdown, or after `lifetime`.
    drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(10),
            write: Duration::from_secs(10),
            lifetime: Duration::from_secs(300),
            drain: Duration::from_secs(10),
        }
    }
}

/// How many connections a port takes: fewer than there may be open files, or the ledger and the relay could not be
/// reached for want of one.
fn connections_max(role: Role) -> u32 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let wanted = match role {
        Role::Public => CONNECTIONS_MAX,
        Role::Admin => ADMIN_CONNECTIONS_MAX,
    };
    let room = open_files_max(&limits).map_or(wanted, |files| files.saturating_sub(OTHER_FILES_MAX));
    wanted.min(room.max(ADMIN_CONNECTIONS_MAX))
}

/// The soft limit on open files, in Linux's `/proc/self/limits`; none if there is none.
fn open_files_max(limits: &str) -> Option<u32> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// On the public port, where the operating system has files for so many.
const CONNECTIONS_MAX: u32 = 10_000;
/// A probe or two, and somebody looking.
const ADMIN_CONNECTIONS_MAX: u32 = 64;
/// Connections to ledger, user store and relay, the admin port's, and as many again.
const OTHER_FILES_MAX: u32 = 256;

async fn accept_until(deaf_from: Stage, listener: TcpListener, door: Door) {
    let slots = Arc::new(Semaphore::new(door.bounds.connections_max as usize));
    let lobby = Arc::new(Lobby::default());
    let mut stage = door.stage.clone();
    let let_in = |(stream, peer, slot): Accepted| {
        let (door, seat) = (door.clone(), lobby.enter());
        tokio::spawn(async move {
            let open = Arc::clone(&door.open);
            let _counted = open.hold();
            door.welcome(stream, peer, seat).await;
            drop(slot);
        });
    };
    loop {
        tokio::select! {
            () = reached(deaf_from, &mut stage) => break,
            accepted = accept(&listener, &slots, &lobby) => let_in(accepted),
        }
    }
    // Whoever is connected already hears an answer.
    while let Some(accepted) = accept(&listener, &slots, &lobby).now_or_never() {
        let_in(accepted);
    }
    drop(listener);
    reached(Stage::Closing, &mut stage).await;
    // Every connection gives its slot back within `drain`; a little more lets the last ones do so.
    let all_gone = slots.acquire_many(door.bounds.connections_max);
    let _ = timeout(door.bounds.drain + Duration::from_secs(1), all_gone).await;
}

/// A connection, where it comes from, and its place among those that there may be.
type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>, lobby: &Lobby) -> Accepted {
    loop {
        if slots.available_permits() == 0 {
            lobby.evict_longest_waiting();
        }
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) => {
                // Out of file descriptors, or a client that gave up. Not a reason to stop, nor to spin.
                tracing::warn!(%error, "a connection could not be accepted");
                lobby.evict_longest_waiting();
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Returns when the server has come so far.
async fn reached(stage: Stage, now: &mut watch::Receiver<Stage>) {
    // An error means that whoever could tell is gone.
    let _ = now.wait_for(|now| *now >= stage).await;
}

/// What one connection needs.
#[derive(Clone)]
struct Door {
    port: Arc<dyn Port>,
    tls: Option<TlsAcceptor>,
    stage: watch::Receiver<Stage>,
    bounds: Bounds,
    /// How many connections are open.
    open: Arc<Gauge>,
}

impl Door {
    async fn welcome(self, stream: TcpStream, peer: SocketAddr, seat: Arc<Seat>) {
        // Answers are small; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else { return self.converse(stream, peer, seat).await };
        let handshake = timeout(self.bounds.handshake, tls.accept(stream));
        let shaken = tokio::select! {
            shaken = handshake => shaken,
            () = seat.evicted() => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.converse(stream, peer, seat).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn converse<S>(mut self, stream: S, peer: SocketAddr, seat: Arc<Seat>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Bounds { header, write, lifetime, drain, .. } = self.bounds;
        let server_side = Arc::clone(&seat);
        let service = service_fn(move |request: Request<Incoming>| {
            let (parts, body) = request.into_parts();
            let (body, busy) = Arriving::new(body, Arc::clone(&server_side));
            let port = Arc::clone(&self.port);
            async move {
                let response = port.answer(peer.ip(), Request::from_parts(parts, Body::new(body))).await;
                drop(busy);
                Ok::<_, Infallible>(response)
            }
        });
        let builder = builder(header);
        let stream = TokioIo::new(Impatient::new(stream, header, write));
        let mut connection = pin!(builder.serve_connection(stream, service));
        let ended = tokio::select! {
            outcome = connection.as_mut() => Some(outcome),
            () = seat.evicted() => return,
            () = reached(Stage::Closing, &mut self.stage) => None,
            () = sleep(lifetime) => None,
        };
        let outcome = match ended {
            Some(outcome) => outcome,
            None => {
                connection.as_mut().graceful_shutdown();
                timeout(drain, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Largest header.
const HEADER_OCTETS_MAX: u16 = 16 * 1024;
/// Most header fields.
const HEADER_FIELDS_MAX: usize = 64;
/// Most requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// Streams that a client opened and reset before they were looked at (rapid reset, CVE-2023-44487).
const RESET_STREAMS_MAX: usize = 32;

/// Without a timer hyper's deadlines are silently off.
fn builder(deadline: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(deadline)
        .max_buf_size(HEADER_OCTETS_MAX.into())
        .max_headers(HEADER_FIELDS_MAX)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_OCTETS_MAX.into())
        .max_pending_accept_reset_streams(RESET_STREAMS_MAX)
        .max_local_error_reset_streams(RESET_STREAMS_MAX)
        .keep_alive_interval(deadline)
        .keep_alive_timeout(deadline);
    builder
}
