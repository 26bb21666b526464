//! Look-ups in the ledger that found nothing, where no other limit comes first: whoever guesses soon costs it nothing.

use super::network_limit::NetworkLimit;
use regain_core::keys::Digest;
use regain_core::time::Clock;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often each network asked for what there is not: API tokens, which are looked at before the network's limit, and
/// links whose page was opened, which no limit counts.
pub struct Misses {
    limit: NetworkLimit,
    /// API tokens that the ledger knew: always asked for again, or a guesser could lock out a neighbour.
    regulars: Mutex<HashSet<Digest>>,
}

impl Misses {
    /// None yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { limit: NetworkLimit::new(MISSES_PER_MINUTE, clock), regulars: Mutex::default() }
    }

    /// How long to wait, if the client's network has missed too often to be looked up for.
    #[must_use]
    pub fn wait(&self, client: IpAddr) -> Option<Duration> {
        self.limit.wait(client)
    }

    /// Nothing was found for this client.
    pub fn count(&self, client: IpAddr) {
        self.limit.count(client);
    }

    /// The ledger knew this API token.
    pub(super) fn keep(&self, api_token: &Digest) {
        let mut regulars = lock(&self.regulars);
        if regulars.len() < REGULARS_MAX {
            regulars.insert(*api_token);
        }
    }

    /// Whether the ledger ever knew this API token.
    pub(super) fn keeps(&self, api_token: &Digest) -> bool {
        lock(&self.regulars).contains(api_token)
    }
}

/// One a second: more than anybody's stale links, less than the ledger would notice.
const MISSES_PER_MINUTE: u32 = 60;
/// Of those who made so many API tokens, the later ones may have to wait out a guesser in their own network.
const REGULARS_MAX: usize = 1_000;

/// A set stays whole even if a thread died holding it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
