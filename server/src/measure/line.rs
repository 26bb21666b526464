//! One kept connection, with a stopwatch between it and whoever understands HTTP.

use super::target::Target;
use crate::roots;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// A connection to a [`Target`], made anew whenever the server has closed it.
pub(super) struct Line<'t> {
    target: &'t Target,
    tls: Option<TlsConnector>,
    open: Option<Open>,
}

/// What came back, and when.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// As they came, status line first.
    pub(super) octets: Vec<u8>,
    /// From the first byte that was sent to the first that came.
    pub(super) first: Duration,
    /// To the last one.
    pub(super) last: Duration,
    /// Whether the connection was made for this request: it is slower than those that follow.
    pub(super) is_on_new_connection: bool,
}

/// No answer came.
#[derive(Debug, Error)]
#[error("{what}: {cause}")]
pub struct LineFault {
    what: &'static str,
    cause: String,
}

impl LineFault {
    fn of(what: &'static str) -> impl Fn(&dyn std::error::Error) -> Self {
        move |cause| {
            let deepest = std::iter::successors(Some(cause), |cause| cause.source()).last();
            Self { what, cause: deepest.map(ToString::to_string).unwrap_or_default() }
        }
    }
}

impl<'t> Line<'t> {
    /// Nothing is connected yet.
    pub(super) fn to(target: &'t Target) -> Self {
        let tls = target.is_https.then(|| {
            let config = ClientConfig::builder().with_root_certificates(roots::native()).with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        });
        Self { target, tls, open: None }
    }

    /// Asks for a reset of `address`'s account.
    ///
    /// # Errors
    /// [`LineFault`]; the next one is asked on a new connection.
    pub(super) async fn ask(&mut self, address: &str) -> Result<Answer, LineFault> {
        let asked = tokio::time::timeout(ANSWER_MAX, self.exchange(address)).await;
        let answer = asked.unwrap_or_else(|_| Err(LineFault { what: "no answer", cause: format!("{ANSWER_MAX:?}") }));
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn exchange(&mut self, address: &str) -> Result<Answer, LineFault> {
        let is_usable = match &mut self.open {
            Some(open) => open.sender.ready().await.is_ok(),
            None => false,
        };
        if !is_usable {
            self.open = Some(self.connect().await?);
        }
        let Some(open) = &mut self.open else { return Err(LineFault { what: "no connection", cause: String::new() }) };
        *lock(&open.tape) = Tape::default();
        let broken = LineFault::of("the connection broke");
        let answer = open.sender.send_request(self.target.request(address)).await.map_err(|fault| broken(&fault))?;
        let (head, body) = answer.into_parts();
        body.collect().await.map_err(|fault| broken(&fault))?;
        let tape = std::mem::take(&mut *lock(&open.tape));
        let (Some(sent), Some(first), Some(last)) = (tape.sent, tape.first, tape.last) else {
            return Err(LineFault { what: "no answer", cause: "nothing came".into() });
        };
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            octets: tape.octets,
            first: first - sent,
            last: last - sent,
            is_on_new_connection: !is_usable,
        })
    }

    async fn connect(&self) -> Result<Open, LineFault> {
        let Target { host, port, .. } = self.target;
        let unreachable = LineFault::of("it cannot be reached");
        let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(|fault| unreachable(&fault))?;
        stream.set_nodelay(true).map_err(|fault| unreachable(&fault))?;
        match &self.tls {
            None => Open::on(stream).await,
            Some(tls) => {
                let distrusted = LineFault::of("TLS does not work");
                let name = ServerName::try_from(host.clone()).map_err(|fault| distrusted(&fault))?;
                Open::on(tls.connect(name, stream).await.map_err(|fault| distrusted(&fault))?).await
            }
        }
    }
}

struct Open {
    sender: SendRequest<Full<Bytes>>,
    tape: Arc<Mutex<Tape>>,
    driver: JoinHandle<()>,
}

impl Open {
    async fn on(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Self, LineFault> {
        let tape = Arc::new(Mutex::default());
        let stream = TokioIo::new(Stopwatch { stream, tape: Arc::clone(&tape) });
        let (sender, connection) = handshake(stream).await.map_err(|fault| LineFault::of("no HTTP")(&fault))?;
        // What breaks it is told to whoever waits for an answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, tape, driver })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What went over the connection since it was cleared.
#[derive(Default)]
struct Tape {
    sent: Option<Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
    octets: Vec<u8>,
}

/// A stream that notes when something is sent and when something comes: above TLS, below HTTP.
struct Stopwatch<S> {
    stream: S,
    tape: Arc<Mutex<Tape>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Stopwatch<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, into));
        let now = Instant::now();
        let come = &into.filled()[before..];
        if !come.is_empty() {
            let mut tape = lock(&self.tape);
            tape.first.get_or_insert(now);
            tape.last = Some(now);
            tape.octets.extend_from_slice(come);
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stopwatch<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        lock(&self.tape).sent.get_or_insert_with(Instant::now);
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Nothing can be left half-done under it.
fn lock(tape: &Mutex<Tape>) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Far longer than a server takes that works, and short enough to find out that it does not.
const ANSWER_MAX: Duration = Duration::from_secs(15);
