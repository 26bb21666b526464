//! A request's body that tells whether it was asked for: without it a request is not complete.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

/// The body.
pub(super) struct Watched {
    content: Option<Bytes>,
    sent: Sent,
}

/// Whether it has gone.
#[derive(Clone, Default)]
pub(super) struct Sent(Arc<AtomicBool>);

impl Sent {
    /// Whether the connection took the body, so that it may have arrived.
    pub(super) fn is_sent(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Watched {
    pub(super) fn body(content: Vec<u8>) -> (reqwest::Body, Sent) {
        let sent = Sent::default();
        let content = Some(Bytes::from(content)).filter(|content| !content.is_empty());
        (reqwest::Body::wrap(Self { content, sent: sent.clone() }), sent)
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let content = self.content.take();
        if content.is_some() {
            self.sent.0.store(true, Ordering::Release);
        }
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.content.as_ref().map_or(0, Bytes::len) as u64)
    }
}
