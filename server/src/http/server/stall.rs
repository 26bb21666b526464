//! A stream that gives up on a peer who sends nothing, or takes nothing.

use crate::metrics::{Connections, Cut};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Bounds two waits that hyper leaves open: for the first octets, by which it tells HTTP/1 from HTTP/2, and for a
/// reader who does not take the answer.
pub(super) struct Impatient<S> {
    stream: S,
    opening: Option<Pin<Box<Sleep>>>,
    octets_read: usize,
    write_deadline: Duration,
    writing: Option<Pin<Box<Sleep>>>,
    counts: Arc<Connections>,
}

/// The length of HTTP/2's preface (RFC 9113 §3.4); hyper's own deadline begins behind it.
const PREFACE_OCTETS: usize = 24;

impl<S> Impatient<S> {
    /// Counts those who take nothing.
    pub(super) fn new(
        stream: S,
        opening_deadline: Duration,
        write_deadline: Duration,
        counts: Arc<Connections>,
    ) -> Self {
        let opening = Some(Box::pin(sleep(opening_deadline)));
        Self { stream, opening, octets_read: 0, write_deadline, writing: None, counts }
    }

    /// Passes `outcome` on, unless it has been pending for too long.
    fn bounded<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.writing = None;
            return outcome;
        }
        let deadline = self.write_deadline;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep(deadline)));
        ready!(timer.as_mut().poll(context));
        self.counts.cut.of(Cut::Unread).count();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.octets_read = self.octets_read.saturating_add(buffer.filled().len() - before);
        if self.octets_read >= PREFACE_OCTETS {
            self.opening = None;
        }
        match &mut self.opening {
            Some(timer) if outcome.is_pending() => {
                ready!(timer.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            _ => outcome,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.opening = None;
        let outcome = Pin::new(&mut self.stream).poll_write(context, octets);
        self.bounded(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.opening = None;
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.bounded(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.bounded(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.bounded(context, outcome)
    }
}
