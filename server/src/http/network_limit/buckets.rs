//! The buckets of many networks, bounded in number: governor's own store bounds nothing.

use crate::http::network::Network;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When each bucket will be full again, in governor's nanoseconds. A clone has the same buckets.
#[derive(Clone)]
pub(super) struct Buckets {
    full_again: Arc<Mutex<HashMap<Network, Nanos>>>,
    /// Beyond it newcomers share one with their wide network.
    own_max: usize,
}

/// Beyond so many more than [`Buckets::own_max`] newcomers share one bucket. There are 65,536 IPv4 /16.
const WIDE_MAX: usize = 70_000;

/// A minute, and as much again for a call that was let in last.
const FULL_AGAIN_MAX: Duration = Duration::from_secs(120);

impl Buckets {
    /// None yet, and at most `own_max` that are one network's own.
    pub(super) fn at_most(own_max: usize) -> Self {
        Self { full_again: Arc::default(), own_max }
    }

    /// Whether newcomers share.
    pub(super) fn are_crowded(&self) -> bool {
        self.len() >= self.own_max
    }

    /// When the bucket that `network` has, or would share, is full again; none if it is.
    pub(super) fn full_again(&self, network: Network) -> Option<Nanos> {
        let buckets = lock(&self.full_again);
        buckets.get(&self.key(&buckets, network)).copied()
    }

    /// How many will be full only after `moment`.
    pub(super) fn full_after(&self, moment: Nanos) -> usize {
        lock(&self.full_again).values().filter(|full_again| **full_again > moment).count()
    }

    fn key(&self, buckets: &HashMap<Network, Nanos>, network: Network) -> Network {
        let mut key = network;
        for bound in [self.own_max, self.own_max + WIDE_MAX] {
            if buckets.len() >= bound && !buckets.contains_key(&key) {
                key = key.widened();
            }
        }
        key
    }
}

impl StateStore for Buckets {
    type Key = Network;

    fn measure_and_replace<T, F, E>(&self, network: &Network, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut buckets = lock(&self.full_again);
        let key = self.key(&buckets, *network);
        let (verdict, full_again) = measure(buckets.get(&key).copied())?;
        buckets.insert(key, full_again);
        Ok(verdict)
    }
}

impl ShrinkableKeyedStateStore<Network> for Buckets {
    /// No bucket takes so long to fill as those from before the clock was set back: they would lock everybody out.
    fn retain_recent(&self, drop_below: Nanos) {
        let drop_above = drop_below + Nanos::from(FULL_AGAIN_MAX);
        lock(&self.full_again).retain(|_, full_again| *full_again > drop_below && *full_again <= drop_above);
    }

    fn len(&self) -> usize {
        lock(&self.full_again).len()
    }

    fn is_empty(&self) -> bool {
        lock(&self.full_again).is_empty()
    }
}

/// The maps stay whole even if a thread died holding one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
