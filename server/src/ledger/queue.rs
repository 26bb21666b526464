//! How many requests wait, as far as this process knows: what the bound on the queue is held against.

use super::LedgerFault;
use regain_core::time::Timestamp;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// The count. It is exact enough between two rounds of counting the rows anew.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: AtomicU64,
    /// When the oldest was accepted; 0 if none waits.
    oldest: AtomicI64,
    /// All that were let in, ever.
    entered: AtomicU64,
}

impl Queue {
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let oldest = self.oldest.load(Ordering::Relaxed);
        (oldest != 0).then(|| Timestamp::from_millis(oldest))
    }

    /// The rows were counted.
    pub(super) fn set(&self, waiting: u64, oldest: Option<Timestamp>) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.oldest.store(oldest.map_or(0, Timestamp::as_millis), Ordering::Relaxed);
    }

    /// Takes a place for one request, which is to be given back if the request is not admitted after all.
    ///
    /// # Errors
    /// [`LedgerFault::Full`], if `max` wait already.
    pub(super) fn enter(&self, max: u64) -> Result<(), LedgerFault> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= max {
            self.leave();
            return Err(LedgerFault::Full);
        }
        self.entered.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// How many were let in since this process began.
    pub(super) fn entered(&self) -> u64 {
        self.entered.load(Ordering::Relaxed)
    }

    /// Gives a place back. The rows may have been counted since it was taken, so never below nothing.
    pub(super) fn leave(&self) {
        let _ = self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |waiting| waiting.checked_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_takes_as_many_as_it_may_and_forgets_those_who_leave() {
        let queue = Queue::default();
        assert!(queue.enter(2).is_ok() && queue.enter(2).is_ok());
        assert!(matches!(queue.enter(2), Err(LedgerFault::Full)));
        queue.leave();
        assert!(queue.enter(2).is_ok());
        queue.set(0, None);
        queue.leave();
        assert_eq!((queue.waiting(), queue.entered()), (0, 3));
    }
}
