//! What clients make the port keep in memory: bodies that are not complete yet, and answers that they do not take.
//!
//! Deadlines alone bound no memory: with HTTP/2 a client opens many streams on each of many connections, and lets every
//! one of them wait. So octets are counted, and while there are too many, whoever holds much loses the connection.

use hyper::body::{Body, Buf, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// Octets that are kept for all connections of a port.
#[derive(Debug, Default)]
pub(super) struct Burden(AtomicUsize);

/// One connection's part of it.
#[derive(Debug)]
pub(super) struct Share {
    burden: Arc<Burden>,
    body_octets: AtomicUsize,
    answer_octets: AtomicUsize,
    answers: AtomicU32,
    began: Instant,
    /// When an answer was last taken, wholly or in part, or the first one came; in milliseconds since it began.
    moved_at: AtomicU64,
    too_heavy: Notify,
}

/// Beyond so much, connections are closed that hold more than they need.
const BURDEN_OCTETS_MAX: usize = 16 * 1024 * 1024;
/// What an honest body has come to when it is not complete: nothing, or some of a password.
const BODY_OCTETS_NEEDED: usize = 4 * 1024;
/// What one has not taken who asks for another answer.
const ANSWER_OCTETS_NEEDED: usize = 16 * 1024;

impl Share {
    pub(super) fn new(burden: Arc<Burden>) -> Arc<Self> {
        Arc::new(Self {
            burden,
            body_octets: AtomicUsize::new(0),
            answer_octets: AtomicUsize::new(0),
            answers: AtomicU32::new(0),
            began: Instant::now(),
            moved_at: AtomicU64::new(0),
            too_heavy: Notify::new(),
        })
    }

    /// Returns when this connection holds too much, while all of them do.
    pub(super) async fn too_heavy(&self) {
        self.too_heavy.notified().await;
    }

    /// Returns when there are answers, and for as long as `patience` nothing of any was taken.
    pub(super) async fn unread(&self, patience: Duration) {
        loop {
            sleep(patience).await;
            let moved_at = self.began + Duration::from_millis(self.moved_at.load(Relaxed));
            if self.answers.load(Relaxed) > 0 && moved_at.elapsed() >= patience {
                return;
            }
        }
    }

    fn complain(&self) {
        if self.burden.0.load(Relaxed) > BURDEN_OCTETS_MAX {
            self.too_heavy.notify_one();
        }
    }

    fn has_moved(&self) {
        let since_it_began = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved_at.store(since_it_began, Relaxed);
    }
}

/// What has come of a body, kept until this is dropped.
pub(super) struct Held {
    share: Arc<Share>,
    octets: usize,
}

impl Held {
    /// Nothing yet.
    pub(super) fn new(share: Arc<Share>) -> Self {
        Self { share, octets: 0 }
    }

    /// So much more came.
    pub(super) fn grow(&mut self, octets: usize) {
        self.octets += octets;
        self.share.burden.0.fetch_add(octets, Relaxed);
        if self.share.body_octets.fetch_add(octets, Relaxed) + octets > BODY_OCTETS_NEEDED {
            self.share.complain();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.share.body_octets.fetch_sub(self.octets, Relaxed);
        self.share.burden.0.fetch_sub(self.octets, Relaxed);
    }
}

/// The body of an answer, which is kept until the last octet of it was written.
pub(super) struct Answer<B> {
    body: B,
    untaken: Arc<Untaken>,
}

/// Ends with the answer's body and all parts of it.
struct Untaken {
    share: Arc<Share>,
    octets: usize,
}

impl<B: Body<Data = Bytes>> Answer<B> {
    pub(super) fn new(body: B, share: Arc<Share>) -> Self {
        let octets = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if share.answers.fetch_add(1, Relaxed) == 0 {
            share.has_moved();
        }
        share.burden.0.fetch_add(octets, Relaxed);
        // However long one is, it is fine by itself.
        if share.answer_octets.fetch_add(octets, Relaxed) > ANSWER_OCTETS_NEEDED {
            share.complain();
        }
        Self { body, untaken: Arc::new(Untaken { share, octets }) }
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        self.share.answers.fetch_sub(1, Relaxed);
        self.share.answer_octets.fetch_sub(self.octets, Relaxed);
        self.share.burden.0.fetch_sub(self.octets, Relaxed);
        self.share.has_moved();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Part;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Part>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let part = |octets| Part { octets, answer: Arc::clone(&self.untaken) };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Octets of an answer on their way out.
pub(super) struct Part {
    octets: Bytes,
    answer: Arc<Untaken>,
}

impl Buf for Part {
    fn remaining(&self) -> usize {
        self.octets.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.octets.chunk()
    }

    fn advance(&mut self, octets: usize) {
        self.octets.advance(octets);
        self.answer.share.has_moved();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use http_body_util::{BodyExt, Full};

    fn answer(share: &Arc<Share>, octets: usize) -> Answer<Full<Bytes>> {
        Answer::new(Full::new(vec![0; octets].into()), Arc::clone(share))
    }

    fn body(share: &Arc<Share>, octets: usize) -> Held {
        let mut body = Held::new(Arc::clone(share));
        body.grow(octets);
        body
    }

    #[test]
    fn what_is_held_counts_until_it_is_let_go() {
        let burden = Arc::new(Burden::default());
        let share = Share::new(Arc::clone(&burden));
        let body = body(&share, 100);
        let mut answer = answer(&share, 50);
        let held = || (burden.0.load(Relaxed), share.answers.load(Relaxed));
        assert_eq!(held(), (150, 1));
        let part = answer.frame().now_or_never().unwrap().unwrap().unwrap().into_data().ok().unwrap();
        drop((body, answer));
        assert_eq!(held(), (50, 1), "the part is not written yet");
        drop(part);
        assert_eq!(held(), (0, 0));
    }

    #[test]
    fn only_who_holds_much_goes_and_only_while_there_is_too_much() {
        let burden = Arc::new(Burden::default());
        let [heavy, other, honest, slow] = [(); 4].map(|()| Share::new(Arc::clone(&burden)));
        let goes = |share: &Share| share.too_heavy().now_or_never().is_some();
        let _answers = [answer(&heavy, 20_000), answer(&heavy, 20_000)];
        let _body = body(&heavy, 20_000);
        assert!(!goes(&heavy), "there is room");
        let _much = answer(&other, BURDEN_OCTETS_MAX);
        assert!(!goes(&other), "one answer, however long");
        let _page_and_password = (answer(&honest, 20_000), body(&honest, 200));
        assert!(!goes(&honest));
        let _more = answer(&heavy, 1);
        assert!(goes(&heavy));
        let mut drops = body(&slow, 4_000);
        assert!(!goes(&slow));
        drops.grow(4_000);
        assert!(goes(&slow));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_of_which_nothing_is_taken_is_noticed() {
        let share = Share::new(Arc::default());
        let patience = Duration::from_secs(10);
        let is_unread = async || tokio::time::timeout(3 * patience, share.unread(patience)).await.is_ok();
        assert!(!is_unread().await, "there is none");
        let mut answer = answer(&share, 100);
        let mut part = answer.frame().await.unwrap().unwrap().into_data().ok().unwrap();
        let a_slow_reader = async {
            for _ in 0..20 {
                sleep(patience / 2).await;
                part.advance(1);
            }
        };
        tokio::select! {
            () = share.unread(patience) => panic!("something was taken all the time"),
            () = a_slow_reader => {}
        }
        assert!(is_unread().await);
        drop((answer, part));
        assert!(!is_unread().await);
    }
}
