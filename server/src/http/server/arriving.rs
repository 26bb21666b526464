//! A request counts as being answered once the whole of it is there: whoever sends a body by drops goes first when the
//! house is full, like whoever sends nothing.

use super::burden::{Held, Share};
use super::lobby::{Busy, Seat};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

/// A body that makes its connection busy when it has arrived.
pub(super) struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
    busy: Arc<OnceLock<Busy>>,
    /// What has arrived so far.
    held: Held,
}

impl Arriving {
    /// The body, and what ends the being busy when it is dropped.
    pub(super) fn new(body: Incoming, seat: Arc<Seat>, share: Arc<Share>) -> (Self, Arc<OnceLock<Busy>>) {
        let busy = Arc::new(OnceLock::new());
        let arriving = Self { body, seat, busy: Arc::clone(&busy), held: Held::new(share) };
        if arriving.body.is_end_stream() {
            arriving.has_arrived();
        }
        (arriving, busy)
    }

    fn has_arrived(&self) {
        self.busy.get_or_init(|| self.seat.begin());
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            self.held.grow(frame.data_ref().map_or(0, Bytes::len));
        }
        if frame.is_none() || self.body.is_end_stream() {
            self.has_arrived();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
