//! The accept loop: every wait has an end, and every number a bound.

use super::client_address::Peer;
use super::tls::{self, TlsFault};
use super::{admin, router};
use crate::app::App;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Which port is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everybody's.
    Public,
    /// The operator's.
    Admin,
}

/// Serves `listener` until `shutdown` turns true or its sender is gone; then lets open requests end, for at most
/// [`DRAIN`].
///
/// # Errors
/// [`TlsFault`], before anything is accepted.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    role: Role,
    mut shutdown: watch::Receiver<bool>,
) -> Result<(), TlsFault> {
    let tls = match (role, &app.config.server.tls) {
        (Role::Public, Some(files)) => Some(tls::acceptor(files)?),
        _ => None,
    };
    let endpoints = match role {
        Role::Public => router(app),
        Role::Admin => admin::router(app),
    };
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    loop {
        let (stream, peer, slot) = tokio::select! {
            () = told(&mut shutdown) => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let door = Door { endpoints: endpoints.clone(), tls: tls.clone(), shutdown: shutdown.clone() };
        tokio::spawn(async move {
            door.welcome(stream, peer).await;
            drop(slot);
        });
    }
    drop(listener);
    // Every connection gives its slot back within DRAIN; a little more lets the last ones do so.
    let _ = timeout(DRAIN + Duration::from_secs(1), slots.acquire_many(CONNECTIONS_MAX)).await;
    Ok(())
}

/// Beyond it new connections wait in the listener's backlog until others end.
pub const CONNECTIONS_MAX: u32 = 10_000;
/// How long open requests may take to end after shutdown, or after a connection's [`LIFETIME_MAX`].
pub const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may take for the TLS handshake.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);
/// How long a client may take for a request's header; also how long a connection may idle.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// A connection is closed after so long, busy or not: the last bound on readers that stall.
const LIFETIME_MAX: Duration = Duration::from_secs(300);
/// Largest header. hyper's own floor for HTTP/1 is 8 KiB.
const HEADER_OCTETS_MAX: usize = 16 * 1024;
/// Most header fields.
const HEADER_FIELDS_MAX: usize = 64;
/// Most requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// Streams that a client opened and reset before they were looked at (rapid reset, CVE-2023-44487).
const RESET_STREAMS_MAX: usize = 32;

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        // Never closed.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) => {
                // Out of file descriptors, or a client that gave up. Not a reason to stop, nor to spin.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Returns when the server shall stop.
async fn told(shutdown: &mut watch::Receiver<bool>) {
    // An error means that whoever could tell is gone.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

/// What one connection needs.
struct Door {
    endpoints: Router,
    tls: Option<TlsAcceptor>,
    shutdown: watch::Receiver<bool>,
}

impl Door {
    async fn welcome(self, stream: TcpStream, peer: SocketAddr) {
        // Answers are small; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        match self.tls.clone() {
            None => self.converse(stream, peer).await,
            Some(tls) => match timeout(HANDSHAKE_DEADLINE, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.converse(stream, peer).await,
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
        }
    }

    async fn converse(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            self.endpoints.clone().oneshot(request.map(Body::new))
        });
        let builder = builder();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = either(told(&mut self.shutdown), sleep(LIFETIME_MAX)) => {
                connection.as_mut().graceful_shutdown();
                match timeout(DRAIN, connection).await {
                    Ok(outcome) => outcome,
                    Err(_) => return,
                }
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}

/// Without a timer hyper's deadlines are silently off.
fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_buf_size(HEADER_OCTETS_MAX)
        .max_headers(HEADER_FIELDS_MAX)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_OCTETS_MAX as u32)
        .max_pending_accept_reset_streams(RESET_STREAMS_MAX)
        .max_local_error_reset_streams(RESET_STREAMS_MAX)
        .keep_alive_interval(HEADER_DEADLINE)
        .keep_alive_timeout(HEADER_DEADLINE);
    builder
}
