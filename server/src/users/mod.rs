//! User stores: the accounts, which belong to somebody else.

#[cfg(test)]
pub(crate) mod conformance;
pub mod sql;

use crate::hashing::NewPassword;
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use thiserror::Error;

/// Where accounts live. One conformance suite holds every implementation to this text.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Every account whose address, folded, may equal one of `addresses`, in one round trip. May return more than
    /// asked for: what comes back is compared again. Returns ineligible accounts too, marked so.
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault>;

    /// One account by its key.
    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault>;

    /// Writes a password, if the account is still as it was read, and ends the sessions in the same transaction.
    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault>;
}

/// A password to be written: compare-and-swap on what was read.
#[derive(Debug)]
pub struct PasswordChange {
    /// Whose.
    pub id: AccountId,
    /// The address that was read.
    pub expected_address: String,
    /// The stored password that was read.
    pub expected: StoredPassword,
    /// What to store.
    pub new: NewPassword,
    /// Bound as `:now` in `after_reset`.
    pub now: Timestamp,
}

/// What became of a [`PasswordChange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The password is stored and the sessions are ended.
    Yes,
    /// The account changed meanwhile, is gone, or is not eligible any more; nothing was written.
    NoLongerMatches,
}

/// The store could not be asked, or failed. For the operator; nothing of it reaches a client.
#[derive(Debug, Error)]
#[error("the user store {what}: {cause}")]
pub struct StoreFault {
    /// What failed, as a predicate: "cannot be opened".
    pub what: &'static str,
    /// The engine's words.
    pub cause: String,
}
