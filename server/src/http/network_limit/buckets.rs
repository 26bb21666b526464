//! The buckets of many networks, bounded in number: governor's own store bounds nothing.

use super::NETWORKS_OF_A_SITE;
use crate::http::network::Network;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The buckets that are not full. A clone has the same.
#[derive(Clone)]
pub(super) struct Buckets {
    table: Arc<Mutex<Table>>,
    /// Beyond it newcomers share one with their wide network.
    own_max: usize,
}

#[derive(Default)]
struct Table {
    /// When each will be full again, in governor's nanoseconds.
    full_again: HashMap<Network, Nanos>,
    /// How many of them lie in each site or block.
    nearby: HashMap<Network, u32>,
}

/// Beyond so many more than [`Buckets::own_max`] newcomers share one bucket. There are 65,536 IPv4 /16.
const WIDE_MAX: usize = 70_000;

/// A minute, and as much again for a call that was let in last.
const FULL_AGAIN_MAX: Duration = Duration::from_secs(120);

impl Buckets {
    /// None yet, and at most `own_max` that are one network's own.
    pub(super) fn at_most(own_max: usize) -> Self {
        Self { table: Arc::default(), own_max }
    }

    /// Whether newcomers share.
    pub(super) fn are_crowded(&self) -> bool {
        self.len() >= self.own_max
    }

    /// When the bucket that `network` has, or would share, is full again; none if it is.
    pub(super) fn full_again(&self, network: Network) -> Option<Nanos> {
        let table = lock(&self.table);
        table.full_again.get(&self.key(&table, network)).copied()
    }

    /// How many will be full only after `moment`.
    pub(super) fn full_after(&self, moment: Nanos) -> usize {
        lock(&self.table).full_again.values().filter(|full_again| **full_again > moment).count()
    }

    /// Whose bucket it is: the network's own, or one that it shares since its site has many already, or all have.
    fn key(&self, table: &Table, network: Network) -> Network {
        let is_new = |key: &Network| !table.full_again.contains_key(key);
        let nearby = table.nearby.get(&network.neighbourhood()).copied().unwrap_or(0);
        let is_one_of_many = is_new(&network) && nearby >= NETWORKS_OF_A_SITE.get();
        let mut key = if is_one_of_many { network.neighbourhood() } else { network };
        for bound in [self.own_max, self.own_max + WIDE_MAX] {
            if table.full_again.len() >= bound && is_new(&key) {
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
        let mut table = lock(&self.table);
        let key = self.key(&table, *network);
        let (verdict, full_again) = measure(table.full_again.get(&key).copied())?;
        if table.full_again.insert(key, full_again).is_none() {
            *table.nearby.entry(key.neighbourhood()).or_default() += 1;
        }
        Ok(verdict)
    }
}

impl ShrinkableKeyedStateStore<Network> for Buckets {
    /// No bucket takes so long to fill as those from before the clock was set back: they would lock everybody out.
    fn retain_recent(&self, drop_below: Nanos) {
        let drop_above = drop_below + Nanos::from(FULL_AGAIN_MAX);
        let mut table = lock(&self.table);
        let Table { full_again, nearby } = &mut *table;
        full_again.retain(|_, full_again| *full_again > drop_below && *full_again <= drop_above);
        nearby.clear();
        for key in full_again.keys() {
            *nearby.entry(key.neighbourhood()).or_default() += 1;
        }
    }

    fn len(&self) -> usize {
        lock(&self.table).full_again.len()
    }

    fn is_empty(&self) -> bool {
        lock(&self.table).full_again.is_empty()
    }
}

/// The table stays whole even if a thread died holding one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
