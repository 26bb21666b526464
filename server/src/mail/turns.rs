//! Who may hand a mail over: so many at the same time, the others in the order in which they came.
//!
//! A mail that has its turn may learn which one comes after it. Over SMTP that one can be announced along with the content
//! of the first (RFC 2920 §3.1), which halves the round trips; from then on it waits for just this turn to end.
//!
//! There are more turns than some relays take connections. What finds no room stands back, and with that there is one turn
//! less, until nobody waits any more or nobody found room. One turn is always out: else nobody would hand one on.

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
    /// Those that some mail has.
    out: usize,
    /// Those that somebody stood back from.
    withdrawn: usize,
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
    names_nobody: bool,
    withdrawn: bool,
}

impl Turns {
    /// So many at the same time.
    #[must_use]
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(Queue { free: count, out: 0, withdrawn: 0, waiting: VecDeque::new() }) })
    }

    /// Waits until it is this mail's turn. Nobody who waits is passed over, but for one who gave up waiting.
    pub async fn take(self: &Arc<Self>, envelope: Envelope) -> Option<Turn> {
        let called = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                queue.out += 1;
                return Some(self.turn());
            }
            let (call, called) = oneshot::channel();
            queue.waiting.push_back(Waiting { envelope, call });
            called
        };
        called.await.ok()
    }

    /// Hands out what was withdrawn, to those who wait first.
    fn restore(self: &Arc<Self>) {
        let withdrawn = {
            let mut queue = self.queue();
            let withdrawn = std::mem::take(&mut queue.withdrawn);
            queue.out += withdrawn;
            withdrawn
        };
        // Each is dropped at once, which hands it on.
        (0..withdrawn).for_each(|_| drop(self.turn()));
    }

    fn turn(self: &Arc<Self>) -> Turn {
        Turn { turns: Arc::clone(self), next: None, names_nobody: false, withdrawn: false }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// From now on nobody is named as the next: by the time that this turn ends, that mail may no longer be sent.
    pub fn name_nobody(&mut self) {
        self.names_nobody = true;
    }

    /// The mail that has this turn next. It is settled by this: that mail waits for this turn and no other.
    pub fn successor(&mut self) -> Option<&Envelope> {
        if self.next.is_none() && !self.names_nobody {
            let mut queue = self.turns.queue();
            self.next = std::iter::from_fn(|| queue.waiting.pop_front()).find(|waiting| !waiting.call.is_closed());
        }
        self.next.as_ref().map(|waiting| &waiting.envelope)
    }

    /// Waits for the turn of another mail to end, and takes that in place of this one, which nobody has any more. False if no
    /// other mail has a turn: then nobody finds room, and those that stood back have their turns again.
    pub async fn stand_back(&mut self, envelope: Envelope) -> bool {
        let called = {
            let mut queue = self.turns.queue();
            if queue.out == 1 {
                drop(queue);
                self.turns.restore();
                return false;
            }
            queue.out -= 1;
            queue.withdrawn += 1;
            self.withdrawn = true;
            let (call, called) = oneshot::channel();
            if let Some(next) = self.next.take() {
                queue.waiting.push_front(next);
            }
            queue.waiting.push_front(Waiting { envelope, call });
            called
        };
        let Ok(turn) = called.await else { return false };
        let names_nobody = self.names_nobody;
        *self = turn;
        self.names_nobody = names_nobody;
        true
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.withdrawn {
            return;
        }
        let next = self.next.take().or_else(|| {
            let mut queue = self.turns.queue();
            let next = queue.waiting.pop_front();
            if next.is_none() {
                queue.out -= 1;
                queue.free += 1 + std::mem::take(&mut queue.withdrawn);
            }
            next
        });
        if let Some(Waiting { call, .. }) = next {
            // Who gave up waiting does not take it: what comes back is dropped, and with that handed on.
            let _ = call.send(self.turns.turn());
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
        turn.successor().map(|envelope| envelope.id)
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
    async fn a_turn_that_names_nobody_goes_to_whoever_waits_all_the_same() {
        let turns = Turns::new(2);
        let mut first = turns.take(envelope(1)).await.unwrap();
        let second = turns.take(envelope(2)).await;
        let mut third = Box::pin(turns.take(envelope(3)));
        assert!((&mut third).now_or_never().is_none());
        first.name_nobody();
        assert_eq!(next_of(&mut first), None);
        {
            let mut standing = Box::pin(first.stand_back(envelope(1)));
            assert!((&mut standing).now_or_never().is_none());
            drop(second);
            assert_eq!(standing.now_or_never(), Some(true));
        }
        assert_eq!(next_of(&mut first), None, "the turn that it has in place of its own names nobody either");
        drop(first);
        assert!(third.now_or_never().flatten().is_some());
    }

    #[tokio::test]
    async fn who_stands_back_is_next_and_there_is_a_turn_less_until_nobody_waits() {
        let turns = Turns::new(2);
        let first = turns.take(envelope(1)).await.unwrap();
        let mut second = turns.take(envelope(2)).await.unwrap();
        let mut third = Box::pin(turns.take(envelope(3)));
        assert!((&mut third).now_or_never().is_none());
        {
            let mut standing = Box::pin(second.stand_back(envelope(2)));
            assert!((&mut standing).now_or_never().is_none());
            drop(first);
            assert!((&mut third).now_or_never().is_none(), "the one who stood back comes before it");
            assert_eq!(standing.now_or_never(), Some(true));
        }
        drop(second);
        let third = third.now_or_never().flatten().unwrap();
        let mut fourth = Box::pin(turns.take(envelope(4)));
        assert!((&mut fourth).now_or_never().is_none(), "one turn was withdrawn");
        drop(third);
        let fourth = fourth.now_or_never().flatten();
        assert!(fourth.is_some());
        drop(fourth);
        let both = [turns.take(envelope(5)).now_or_never(), turns.take(envelope(6)).now_or_never()];
        assert!(both.iter().all(Option::is_some), "nobody waited any more");
    }

    #[tokio::test]
    async fn who_stood_back_and_gave_up_takes_nobodys_turn() {
        let turns = Turns::new(2);
        let first = turns.take(envelope(1)).await.unwrap();
        let mut second = turns.take(envelope(2)).await.unwrap();
        assert!(second.stand_back(envelope(2)).now_or_never().is_none());
        drop(second);
        assert!(turns.take(envelope(3)).now_or_never().is_none());
        drop(first);
        let both = [turns.take(envelope(4)).now_or_never(), turns.take(envelope(5)).now_or_never()];
        assert!(both.iter().all(Option::is_some));
    }

    #[tokio::test]
    async fn the_last_who_has_a_turn_keeps_it_and_the_others_have_theirs_again() {
        let turns = Turns::new(3);
        let mut first = turns.take(envelope(1)).await.unwrap();
        let mut second = turns.take(envelope(2)).await.unwrap();
        let mut third = turns.take(envelope(3)).await.unwrap();
        let mut fourth = Box::pin(turns.take(envelope(4)));
        assert!((&mut fourth).now_or_never().is_none());
        let mut standing = Box::pin(first.stand_back(envelope(1)));
        assert!((&mut standing).now_or_never().is_none());
        assert!(second.stand_back(envelope(2)).now_or_never().is_none(), "and gives up");
        assert_eq!(third.stand_back(envelope(3)).now_or_never(), Some(false));
        assert_eq!(standing.now_or_never(), Some(true));
        assert!(fourth.now_or_never().flatten().is_some(), "the turn of the one who gave up");
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
