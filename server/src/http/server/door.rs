//! One connection, from its handshake to its end.

use super::arriving::Arriving;
use super::bounds::{self, Bounds};
use super::burden::{Answer, Burden, Share};
use super::lobby::Seat;
use super::stall::Impatient;
use super::{Stage, reached};
use crate::http::Port;
use crate::metrics::{Connections, Cut};
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// What one connection needs.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) port: Arc<dyn Port>,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) stage: watch::Receiver<Stage>,
    pub(super) bounds: Bounds,
    pub(super) counts: Arc<Connections>,
    pub(super) burden: Arc<Burden>,
}

impl Door {
    pub(super) async fn welcome(self, stream: TcpStream, peer: SocketAddr, seat: Arc<Seat>) {
        // Answers are small; waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else { return self.converse(stream, peer, seat).await };
        let accept = tls.accept_with(stream, |session| session.set_buffer_limit(Some(bounds::TLS_OCTETS_MAX)));
        let handshake = timeout(self.bounds.handshake, accept);
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

    async fn converse<S>(self, stream: S, peer: SocketAddr, seat: Arc<Seat>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { port, mut stage, bounds: Bounds { header, write, lifetime, drain, .. }, counts, burden, .. } = self;
        let share = Share::new(burden);
        let exchange = Exchange { port, peer: peer.ip(), seat: Arc::clone(&seat), share: Arc::clone(&share) };
        let service = service_fn(move |request| exchange.clone().answer(request));
        let builder = bounds::http(header);
        let stream = TokioIo::new(Impatient::new(stream, header, write, Arc::clone(&counts)));
        let mut connection = pin!(builder.serve_connection(stream, service));
        let ended = tokio::select! {
            outcome = connection.as_mut() => Some(outcome),
            () = seat.evicted() => return,
            () = share.too_heavy() => return counts.cut.of(Cut::Heavy).count(),
            () = share.unread(write) => return counts.cut.of(Cut::Unread).count(),
            () = reached(Stage::Closing, &mut stage) => None,
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

/// What each request of a connection is answered with.
#[derive(Clone)]
struct Exchange {
    port: Arc<dyn Port>,
    peer: IpAddr,
    seat: Arc<Seat>,
    share: Arc<Share>,
}

impl Exchange {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Answer<Body>>, Infallible> {
        let (parts, body) = request.into_parts();
        let (body, busy) = Arriving::new(body, self.seat, Arc::clone(&self.share));
        let response = self.port.answer(self.peer, Request::from_parts(parts, Body::new(body))).await;
        drop(busy);
        Ok(response.map(|body| Answer::new(body, self.share)))
    }
}
