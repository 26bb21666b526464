//! What is seen of requests at the door: who looked at the links of a mail, and how often.
//!
//! It is counted in memory and written at the courier's next turn. So a page costs the same whether anything is noted or
//! not, however often it is asked for; a process that dies takes with it what was seen in the last tenth of a second,
//! and nothing else depends on that.

use crate::ledger::Sighting;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What was seen and is not in the ledger yet.
#[derive(Debug, Default)]
pub struct Sightings {
    seen: Mutex<HashMap<Seen, Count>>,
    /// Links that a program followed, and from where: whose they are is looked up later, so that nobody can tell by the
    /// time that an answer takes.
    links: Mutex<Vec<(Digest, String)>>,
}

type Seen = (Id, Happening, String);

#[derive(Debug, Clone, Copy)]
struct Count {
    times: u32,
    last_at: Timestamp,
}

/// So many different ones wait for the courier; what else is seen meanwhile is not told.
const WAITING_MAX: usize = 1000;
/// So many links are looked up at one turn of the courier, which has better things to do.
const LINKS_MAX: usize = 16;

impl Sightings {
    /// Notes that `what` happened to the request `entry`, from or by what `detail` says.
    pub fn note(&self, entry: Id, what: Happening, detail: String, at: Timestamp) {
        self.add((entry, what, detail), Count { times: 1, last_at: at });
    }

    /// Notes that a program followed the link of a token, from `network`.
    pub fn note_link(&self, token: Digest, network: String) {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() < LINKS_MAX {
            links.push((token, network));
        }
    }

    /// The links that wait, to be looked up.
    pub(crate) fn take_links(&self) -> Vec<(Digest, String)> {
        std::mem::take(&mut *self.links.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All that waits, to be written.
    pub(crate) fn take(&self) -> Vec<Sighting> {
        let mut waiting = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *waiting).into_iter();
        taken
            .map(|((entry, what, detail), Count { times, last_at })| Sighting {
                entry,
                what,
                detail,
                times,
                at: last_at,
            })
            .collect()
    }

    /// What could not be written after all.
    pub(crate) fn put_back(&self, unwritten: Vec<Sighting>) {
        for Sighting { entry, what, detail, times, at } in unwritten {
            self.add((entry, what, detail), Count { times, last_at: at });
        }
    }

    fn add(&self, seen: Seen, more: Count) {
        let mut waiting = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX && !waiting.contains_key(&seen) {
            return;
        }
        let count = waiting.entry(seen).or_insert(Count { times: 0, ..more });
        count.times = count.times.saturating_add(more.times);
        count.last_at = count.last_at.max(more.last_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Id {
        Id::from_bytes([number; 16])
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn the_same_is_counted_and_another_stands_beside_it() {
        let sightings = Sightings::default();
        for (entry, network, millis) in [(1, "a", 2), (1, "a", 1), (1, "b", 3), (2, "a", 4)] {
            sightings.note(id(entry), Happening::Opened, network.into(), at(millis));
        }
        sightings.put_back(sightings.take());
        let mut seen = sightings.take();
        seen.sort_by_key(|one| one.at);
        let told: Vec<_> = seen.iter().map(|one| (one.entry, &*one.detail, one.times, one.at)).collect();
        assert_eq!(told, [(id(1), "a", 2, at(2)), (id(1), "b", 1, at(3)), (id(2), "a", 1, at(4))]);
        assert!(sightings.take().is_empty());
    }

    #[test]
    fn no_more_wait_than_may() {
        let sightings = Sightings::default();
        for n in 0..WAITING_MAX + 5 {
            sightings.note(id(1), Happening::Scanned, n.to_string(), at(0));
        }
        sightings.note(id(1), Happening::Scanned, "0".into(), at(1));
        let seen = sightings.take();
        assert_eq!(seen.len(), WAITING_MAX);
        assert!(seen.iter().any(|one| one.detail == "0" && one.times == 2));
    }
}
