//! Who goes when there is no room: of the connections on which no request is being answered, the one that has waited
//! longest; for a newcomer whose network has as many as it may, one of that network.
//!
//! A request costs two atomic additions here. Places in the order of waiting are put right only when somebody has to go.

#[cfg(test)]
mod tests;

use crate::http::network::Network;
use crate::metrics::{Connections, Cut};
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The connections of a port.
pub(super) struct Lobby {
    caps: Caps,
    counts: Arc<Connections>,
    numbers: AtomicU64,
    rooms: Mutex<Rooms>,
}

/// How many connections a network may have.
#[derive(Debug, Clone)]
pub(super) struct Caps {
    /// An IPv4 address, an IPv6 /64.
    pub(super) network: usize,
    /// An IPv4 /24, an IPv6 /48.
    pub(super) neighbourhood: usize,
    /// Whom that is not asked of, since everybody may come through them.
    pub(super) exempt: Vec<IpNet>,
}

#[derive(Default)]
struct Rooms {
    house: Room,
    by_network: HashMap<Network, Room>,
}

/// Who is there, by numbers: nobody has waited since before theirs.
type Room = BTreeMap<u64, Arc<Guest>>;

struct Guest {
    networks: Vec<Network>,
    /// Changed under the lock of the rooms only.
    number: AtomicU64,
    requests: AtomicU32,
    /// The number that was drawn when the last request was answered.
    waits_since: AtomicU64,
    leave: Notify,
}

/// One connection's place.
pub(super) struct Seat {
    lobby: Arc<Lobby>,
    guest: Arc<Guest>,
}

/// Held while a request is being answered.
pub(super) struct Busy(Arc<Seat>);

impl Lobby {
    pub(super) fn new(caps: Caps, counts: Arc<Connections>) -> Arc<Self> {
        Arc::new(Self { caps, counts, numbers: AtomicU64::new(1), rooms: Mutex::default() })
    }

    /// Seats a new connection. None if its network has as many as it may, and all of them are busy.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Arc<Seat>> {
        let capped = self.capped(peer);
        let mut rooms = lock(&self.rooms);
        for (network, cap) in &capped {
            let is_full = rooms.by_network.get(network).is_some_and(|room| room.len() >= *cap);
            if is_full && !self.evict(&mut rooms, Some(*network)) {
                self.counts.cut.of(Cut::Refused).count();
                return None;
            }
        }
        let number = self.next_number();
        let guest = Arc::new(Guest {
            networks: capped.into_iter().map(|(network, _)| network).collect(),
            number: number.into(),
            requests: AtomicU32::new(0),
            waits_since: number.into(),
            leave: Notify::new(),
        });
        rooms.add(&guest);
        Some(Arc::new(Seat { lobby: Arc::clone(self), guest }))
    }

    /// Tells the connection that has waited longest to leave, if there is one.
    pub(super) fn evict_longest_waiting(&self) {
        self.evict(&mut lock(&self.rooms), None);
    }

    fn capped(&self, peer: IpAddr) -> Vec<(Network, usize)> {
        let peer = peer.to_canonical();
        if self.caps.exempt.iter().any(|network| network.contains(&peer)) {
            return Vec::new();
        }
        let network = Network::of(peer);
        vec![(network, self.caps.network), (network.neighbourhood(), self.caps.neighbourhood)]
    }

    /// Whether anybody in the room had to go: of a network, or of the house. Whoever has been busy since they were put in
    /// their place moves back to where they belong, so each is looked at twice at most.
    fn evict(&self, rooms: &mut Rooms, network: Option<Network>) -> bool {
        let looks_max = 2 * rooms.of(network).map_or(0, Room::len);
        for _ in 0..looks_max {
            let Some((_, guest)) = rooms.of(network).and_then(Room::first_key_value) else { return false };
            let guest = Arc::clone(guest);
            let is_waiting = guest.requests.load(Ordering::Acquire) == 0;
            let waits_since = guest.waits_since.load(Ordering::Acquire);
            if is_waiting && waits_since > guest.number.load(Ordering::Relaxed) {
                rooms.put(&guest, waits_since);
                continue;
            }
            // Whoever goes now is not to be asked again before all others.
            rooms.put(&guest, self.next_number());
            if is_waiting {
                guest.leave.notify_one();
                self.counts.cut.of(Cut::MadeRoom).count();
                return true;
            }
        }
        false
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}

impl Rooms {
    fn of(&self, network: Option<Network>) -> Option<&Room> {
        match network {
            None => Some(&self.house),
            Some(network) => self.by_network.get(&network),
        }
    }

    fn add(&mut self, guest: &Arc<Guest>) {
        let number = guest.number.load(Ordering::Relaxed);
        self.house.insert(number, Arc::clone(guest));
        for network in &guest.networks {
            self.by_network.entry(*network).or_default().insert(number, Arc::clone(guest));
        }
    }

    fn put(&mut self, guest: &Arc<Guest>, number: u64) {
        self.remove(guest);
        guest.number.store(number, Ordering::Relaxed);
        self.add(guest);
    }

    fn remove(&mut self, guest: &Guest) {
        let number = guest.number.load(Ordering::Relaxed);
        self.house.remove(&number);
        for network in &guest.networks {
            if let Some(room) = self.by_network.get_mut(network) {
                room.remove(&number);
                if room.is_empty() {
                    self.by_network.remove(network);
                }
            }
        }
    }
}

impl Seat {
    /// A request has come, with all of its body.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.guest.requests.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(self))
    }

    /// Returns when this connection shall make room; never while a request is being answered, even if one came in the
    /// moment of the eviction.
    pub(super) async fn evicted(&self) {
        loop {
            self.guest.leave.notified().await;
            if self.guest.requests.load(Ordering::Acquire) == 0 {
                return;
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Seat { lobby, guest } = &*self.0;
        // In this order: who sees no request sees since when.
        guest.waits_since.store(lobby.next_number(), Ordering::Release);
        guest.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.lobby.rooms).remove(&self.guest);
    }
}

/// Nothing can be left half-done under this lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
