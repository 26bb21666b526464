//! Who may hand a mail over: so many at the same time, the others in the order in which they came.
//!
//! A mail that has its turn may learn which one comes after it. Over SMTP that one can be announced along with the content
//! of the first (RFC 2920 §3.1), which halves the round trips; from then on it waits for just this turn to end.

use super::Envelope;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The turns there are.
pub struct Turns {
    queue: Mutex<Queue>,
}

struct Queue {
    free: usize,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    envelope: Envelope,
    call: oneshot::Sender<Turn>,
}

/// A mail's turn. When it is dropped, the next mail has it.
pub struct Turn {
    turns: Arc<Turns>,
    next: Option<Waiting>,
}

impl Turns {
    /// So many at the same time.
    #[must_use]
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(Queue { free: count, waiting: VecDeque::new() }) })
    }

    /// Waits until it is this mail's turn. Nobody who waits is passed over, but for one who gave up waiting.
    pub async fn take(self: &Arc<Self>, envelope: Envelope) -> Option<Turn> {
        let called = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                return Some(Turn { turns: Arc::clone(self), next: None });
            }
            let (call, called) = oneshot::channel();
            queue.waiting.push_back(Waiting { envelope, call });
            called
        };
        called.await.ok()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// The mail that has this turn next. It is settled by this: that mail waits for this turn and no other.
    pub fn next(&mut self) -> Option<&Envelope> {
        if self.next.is_none() {
            let mut queue = self.turns.queue();
            self.next = std::iter::from_fn(|| queue.waiting.pop_front()).find(|waiting| !waiting.call.is_closed());
        }
        self.next.as_ref().map(|waiting| &waiting.envelope)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.next.take().or_else(|| {
            let mut queue = self.turns.queue();
            let next = queue.waiting.pop_front();
            queue.free += usize::from(next.is_none());
            next
        });
        if let Some(Waiting { call, .. }) = next {
            // Who gave up waiting does not take it: what comes back is dropped, and with that handed on.
            let _ = call.send(Turn { turns: Arc::clone(&self.turns), next: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use regain_core::email::EmailAddress;
    use regain_core::request::Id;

    fn envelope(number: u8) -> Envelope {
        let address = EmailAddress::parse("ada@example.com").unwrap();
        Envelope { id: Id::from_bytes([number; 16]), from: address.clone(), to: address }
    }

    fn next_of(turn: &mut Turn) -> Option<Id> {
        turn.next().map(|envelope| envelope.id)
    }

    #[tokio::test]
    async fn turns_are_taken_in_order() {
        let turns = Turns::new(1);
        let first = turns.take(envelope(1)).await;
        let mut second = Box::pin(turns.take(envelope(2)));
        let mut third = Box::pin(turns.take(envelope(3)));
        assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
        drop(first);
        assert!((&mut third).now_or_never().is_none());
        let second = second.now_or_never().flatten();
        assert!(second.is_some());
        drop(second);
        assert!(third.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn who_was_named_as_next_has_that_turn_and_no_other() {
        let turns = Turns::new(2);
        let mut first = turns.take(envelope(1)).await.unwrap();
        let second = turns.take(envelope(2)).await;
        let mut third = Box::pin(turns.take(envelope(3)));
        let mut fourth = Box::pin(turns.take(envelope(4)));
        assert!((&mut third).now_or_never().is_none() && (&mut fourth).now_or_never().is_none());
        assert_eq!([next_of(&mut first), next_of(&mut first)], [Some(envelope(3).id); 2]);
        drop(second);
        assert!((&mut third).now_or_never().is_none(), "it waits for the first");
        assert!(fourth.now_or_never().flatten().is_some());
        drop(first);
        assert!(third.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_keeps_no_turn() {
        let turns = Turns::new(1);
        let mut first = turns.take(envelope(1)).await.unwrap();
        for number in 2..5 {
            let mut waiting = Box::pin(turns.take(envelope(number)));
            assert!((&mut waiting).now_or_never().is_none());
            if number == 4 {
                assert_eq!(next_of(&mut first), Some(envelope(4).id), "those before it are gone");
            }
        }
        assert!(turns.take(envelope(5)).now_or_never().is_none());
        drop(first);
        assert!(turns.take(envelope(6)).now_or_never().flatten().is_some());
    }
}
