//! User stores: the accounts, which belong to somebody else.

#[cfg(test)]
pub(crate) mod conformance;
pub mod hook;
pub mod ldap;
pub mod sql;

use crate::config::{self, StoreUrl};
use crate::finding::Finding;
use crate::hashing::{HashedPassword, NewPassword};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::password::{AcceptedPassword, Violation};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::Arc;
use thiserror::Error;

/// The store that is configured. It is not touched: it need not be up yet.
///
/// # Errors
/// [`StoreFault`], if a name, a statement or an address cannot be one.
pub fn open(users: &config::Users) -> Result<Arc<dyn UserStore>, StoreFault> {
    match &users.url {
        StoreUrl::Sqlite(_) | StoreUrl::Postgres(_) | StoreUrl::Mysql(_) => sql::open(users),
        StoreUrl::Ldap(directory) => ldap::open(users, directory),
        StoreUrl::Hook(hook) => hook::open(hook),
    }
}

/// Where accounts live. One conformance suite holds every implementation to this text.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Every account whose address, folded, may equal one of `addresses`, in one round trip. May return more than
    /// asked for: what comes back is compared again. Returns ineligible accounts too, marked so.
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault>;

    /// One account by its key.
    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault>;

    /// The account with this key once for each address on file that it is found by; with most stores it has one.
    async fn load_each(&self, id: &AccountId) -> Result<Vec<Account>, StoreFault> {
        Ok(self.load(id).await?.into_iter().collect())
    }

    /// Writes a password, if the account is still as it was read, ends the sessions and remembers the password in the
    /// history, all in one transaction.
    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault>;

    /// Ends the sessions of an account whose password was just written, where that takes a step of its own; in words for
    /// the timeline, also if it failed. Bounded in time. May be asked more than once for one writing.
    async fn end_sessions(&self, _id: &AccountId, _writing: Id) -> Option<String> {
        None
    }

    /// The passwords that the account had before and may not have again, newest first; none where no history is kept.
    async fn used_passwords(&self, _id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        Ok(Vec::new())
    }

    /// The account's role, where the application has roles and the store knows how to read them.
    async fn role(&self, _id: &AccountId) -> Result<Option<Role>, StoreFault> {
        Ok(None)
    }

    /// Whether it is given a new password in clear, since it hashes by itself.
    fn hashes_itself(&self) -> bool {
        false
    }

    /// Whether [`Account::password`] is what was written last. If not, it is a state instead: any text that is another
    /// after each change of the password.
    fn shows_hashes(&self) -> bool {
        true
    }

    /// Some of the stored passwords, at most [`SAMPLE_MAX`]: for their formats and costs, and nothing else.
    async fn sample_passwords(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        Ok(Vec::new())
    }

    /// Tries all that a reset would need, and changes nothing: reachable, table and columns, rights sufficient and no
    /// more, each statement, an index for the look-up, how many accounts share an address, which formats a sample of
    /// the stored passwords has and whether they can be written. A line each.
    async fn examine(&self) -> Vec<Finding>;
}

/// Passwords in a sample. A format that one account in fifty has is found in it with a probability of 98 in 100.
pub const SAMPLE_MAX: usize = 200;

/// An account's role in its application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The application's own key of it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The application's own word for its kind.
    pub kind: String,
}

/// A password to be written: compare-and-swap on what was read.
#[derive(Debug)]
pub struct PasswordChange<P = NewPassword> {
    /// Whose.
    pub id: AccountId,
    /// The address that was read.
    pub expected_address: String,
    /// The stored password that was read.
    pub expected: StoredPassword,
    /// What to store.
    pub new: P,
    /// Names this writing: a repetition of it bears the same name.
    pub writing: Id,
    /// Bound as `:now` in `after_reset`.
    pub now: Timestamp,
}

impl PasswordChange {
    /// For a store that keeps hashes.
    ///
    /// # Errors
    /// [`StoreFault`], if the password is in clear: a bug.
    pub fn hashed(self) -> Result<PasswordChange<HashedPassword>, StoreFault> {
        let Self { id, expected_address, expected, new, writing, now } = self;
        match new {
            NewPassword::Hashed(new) => Ok(PasswordChange { id, expected_address, expected, new, writing, now }),
            NewPassword::Plain(_) => Err(ill_assorted("hashes", "a password in clear")),
        }
    }

    /// For a store that hashes by itself.
    ///
    /// # Errors
    /// [`StoreFault`], if the password is hashed already: a bug.
    pub fn plain(self) -> Result<PasswordChange<AcceptedPassword>, StoreFault> {
        let Self { id, expected_address, expected, new, writing, now } = self;
        match new {
            NewPassword::Plain(new) => Ok(PasswordChange { id, expected_address, expected, new, writing, now }),
            NewPassword::Hashed(_) => Err(ill_assorted("passwords", "a hash")),
        }
    }
}

fn ill_assorted(wanted: &str, given: &str) -> StoreFault {
    StoreFault {
        what: "cannot take the new password",
        cause: format!("it takes {wanted} and was given {given}; report it"),
    }
}

/// For the tests to which it does not matter.
#[cfg(test)]
pub(crate) fn some_writing() -> Id {
    Id::new(Timestamp::from_millis(0), &crate::ambient::SystemEntropy)
}

/// A statement of `users.after_reset` that was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// Which of them, counted from 0.
    pub statement: usize,
    /// How many rows it changed.
    pub rows: u64,
}

/// What became of a [`PasswordChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// The password is stored, and these ended the sessions.
    Yes(Vec<Ran>),
    /// The store has rules of its own, and these are broken; nothing was written.
    Refused(Vec<Violation>),
    /// The account changed meanwhile, is gone, or is not eligible any more; nothing was written.
    NoLongerMatches,
    /// The connection broke over COMMIT: the password is stored, or is not, or will be in a moment.
    Unknown,
}

#[cfg(test)]
impl Written {
    /// For the tests that ask only whether it was written.
    pub(crate) fn without_counts(self) -> Self {
        if let Self::Yes(_) = self { Self::Yes(Vec::new()) } else { self }
    }
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
