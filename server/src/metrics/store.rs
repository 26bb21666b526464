//! A user store that is timed.

use super::{By, StoreCalls};
use crate::finding::Finding;
use crate::users::{PasswordChange, Role, StoreFault, UserStore, Written};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::request::Id;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// Passes every call on, and keeps how long it took and whether it failed.
pub struct Timed {
    store: Arc<dyn UserStore>,
    calls: Arc<By<&'static str, StoreCalls>>,
}

/// What is called on the way of a recovery.
pub(super) const CALLS: [&str; 5] = ["find", "load", "set_password", "used_passwords", "role"];

impl Timed {
    /// Times `store`.
    #[must_use]
    pub fn new(store: Arc<dyn UserStore>, calls: Arc<By<&'static str, StoreCalls>>) -> Self {
        Self { store, calls }
    }

    async fn timed<T>(
        &self,
        call: &'static str,
        outcome: impl Future<Output = Result<T, StoreFault>>,
    ) -> Result<T, StoreFault> {
        let started = Instant::now();
        let outcome = outcome.await;
        self.calls.of(call).took(started.elapsed(), &outcome);
        outcome
    }
}

#[async_trait]
impl UserStore for Timed {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        self.timed("find", self.store.find(addresses)).await
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        self.timed("load", self.store.load(id)).await
    }

    async fn load_each(&self, id: &AccountId) -> Result<Vec<Account>, StoreFault> {
        self.timed("load", self.store.load_each(id)).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.timed("set_password", self.store.set_password(change)).await
    }

    fn hashes_itself(&self) -> bool {
        self.store.hashes_itself()
    }

    fn shows_hashes(&self) -> bool {
        self.store.shows_hashes()
    }

    async fn end_sessions(&self, id: &AccountId, writing: Id) -> Option<String> {
        self.store.end_sessions(id, writing).await
    }

    async fn used_passwords(&self, id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        self.timed("used_passwords", self.store.used_passwords(id)).await
    }

    async fn role(&self, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        self.timed("role", self.store.role(id)).await
    }

    async fn sample_passwords(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        self.store.sample_passwords().await
    }

    async fn examine(&self) -> Vec<Finding> {
        self.store.examine().await
    }
}
