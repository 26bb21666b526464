//! Who goes when the house is full: the connection that has waited longest without a request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The connections on which no request is being answered, the longest-waiting first.
#[derive(Default)]
pub(super) struct Lobby(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    next_ticket: u64,
    by_ticket: BTreeMap<u64, Arc<Notify>>,
}

/// One connection's place.
pub(super) struct Seat {
    lobby: Arc<Lobby>,
    state: Mutex<State>,
    leave: Arc<Notify>,
}

struct State {
    requests: u32,
    ticket: u64,
}

/// Held while a request is being answered.
pub(super) struct Busy(Arc<Seat>);

impl Lobby {
    /// Seats a new connection.
    pub(super) fn enter(self: &Arc<Self>) -> Arc<Seat> {
        let leave = Arc::new(Notify::new());
        let ticket = self.wait(Arc::clone(&leave));
        Arc::new(Seat { lobby: Arc::clone(self), state: Mutex::new(State { requests: 0, ticket }), leave })
    }

    /// Tells the connection that has waited longest to leave, if there is one.
    pub(super) fn evict_longest_waiting(&self) {
        if let Some((_, leave)) = lock(&self.0).by_ticket.pop_first() {
            leave.notify_one();
        }
    }

    fn wait(&self, leave: Arc<Notify>) -> u64 {
        let mut waiting = lock(&self.0);
        let ticket = waiting.next_ticket;
        waiting.next_ticket += 1;
        waiting.by_ticket.insert(ticket, leave);
        ticket
    }
}

impl Seat {
    /// A request has come, with all of its body.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        let mut state = lock(&self.state);
        state.requests += 1;
        lock(&self.lobby.0).by_ticket.remove(&state.ticket);
        Busy(Arc::clone(self))
    }

    /// Returns when this connection shall make room; never while a request is being answered, even if one came in the
    /// moment of the eviction.
    pub(super) async fn evicted(&self) {
        loop {
            self.leave.notified().await;
            if lock(&self.state).requests == 0 {
                return;
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.requests -= 1;
        if state.requests == 0 {
            state.ticket = self.0.lobby.wait(Arc::clone(&self.0.leave));
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.lobby.0).by_ticket.remove(&lock(&self.state).ticket);
    }
}

/// Nothing can be left half-done under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn the_longest_waiting_goes_and_the_busy_stay() {
        let lobby = Arc::new(Lobby::default());
        let seats: Vec<_> = (0..3).map(|_| lobby.enter()).collect();
        let busy = seats[0].begin();
        lobby.evict_longest_waiting();
        let evicted = |n: usize| seats[n].evicted().now_or_never().is_some();
        assert_eq!([evicted(0), evicted(1), evicted(2)], [false, true, false]);
        drop(busy);
        lobby.evict_longest_waiting();
        assert_eq!([evicted(0), evicted(2)], [false, true]);
    }

    #[test]
    fn whoever_has_left_is_forgotten() {
        let lobby = Arc::new(Lobby::default());
        drop(lobby.enter().begin());
        drop(lobby.enter());
        assert!(lock(&lobby.0).by_ticket.is_empty());
    }
}
