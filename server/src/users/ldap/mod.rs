//! User stores that speak LDAP: a directory's entries, read by search and written by the server that hashes, or in a format
//! that the server reads.
//!
//! What a directory tells of a password is no hash but a state that changes with it: see [`mapping`].

mod active_directory;
mod entry;
mod examine;
mod failure;
pub(crate) mod filter;
pub(crate) mod inspect;
mod lockout;
mod look_up;
mod mapping;
pub(crate) mod names;
mod policy_answer;
pub mod presets;
mod root_dse;
mod schema;
mod servers;
mod session;
#[cfg(test)]
pub(crate) mod tests;
mod tls;
mod write;

use super::{PasswordChange, StoreFault, UserStore, Written};
use crate::ambient::SystemClock;
use crate::config;
use crate::finding::Finding;
use crate::users::sql::limits::TimeLimits;
use async_trait::async_trait;
use failure::Failure;
use ldap3::controls::RawControl;
use mapping::Mapping;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::time::{Clock, Timestamp};
use root_dse::RootDse;
use servers::Servers;
use session::Session;
use std::sync::Arc;
use tokio::time::Instant;

/// A directory. It is connected to when it is needed: if it is absent or slow, callers get a [`StoreFault`] and may come
/// again.
pub struct Directory {
    servers: Servers,
    mapping: Mapping,
    /// Whether the server is given passwords in clear, and hashes them.
    hashes_itself: bool,
    /// Whether it takes them as Active Directory does.
    is_active_directory: bool,
    limits: TimeLimits,
    /// Whether an account's time is over is for us to say.
    clock: Box<dyn Clock>,
}

/// The store that is configured. No server is asked: none need be up yet.
///
/// # Errors
/// [`StoreFault`], if there are no certificates to believe.
pub fn open(users: &config::Users, ldap: &config::Ldap) -> Result<Arc<dyn UserStore>, StoreFault> {
    Ok(Arc::new(Directory::with_limits(users, ldap, TimeLimits::default())?))
}

impl Directory {
    pub(crate) fn with_limits(
        users: &config::Users,
        ldap: &config::Ldap,
        limits: TimeLimits,
    ) -> Result<Self, StoreFault> {
        Ok(Self {
            servers: Servers::new(ldap)?,
            mapping: Mapping::of(users, ldap),
            hashes_itself: users.hash == "keep",
            is_active_directory: ldap.preset.is_active_directory,
            limits,
            clock: Box::new(SystemClock),
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The control that has the history of passwords hold, where it needs one and the server has it.
    async fn policy_hints(&self, session: &Session, until: Instant) -> Result<Option<RawControl>, Failure> {
        if !self.is_active_directory {
            return Ok(None);
        }
        Ok(active_directory::policy_hints(&RootDse::read(session, until).await?))
    }

    /// Whether the server looks again by itself in the moment of writing. One that does not say so does not.
    async fn asserts(&self, session: &Session, until: Instant) -> bool {
        !self.hashes_itself
            && RootDse::read(session, until).await.is_ok_and(|root| root.has_control(root_dse::ASSERTION))
    }
}

#[async_trait]
impl UserStore for Directory {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let until = Instant::now() + self.limits.look_up;
        let asking = self
            .servers
            .ask(until, |session, soon| async move { self.accounts_with(&session, addresses, self.now(), soon).await });
        asking.await.map_err(|failure| failure.fault("cannot be asked"))
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        Ok(self.load_each(id).await?.into_iter().next())
    }

    async fn load_each(&self, id: &AccountId) -> Result<Vec<Account>, StoreFault> {
        let until = Instant::now() + self.limits.look_up;
        let asking = self.servers.ask(until, |session, soon| async move { self.entry(&session, id, soon).await });
        let seat = asking.await.map_err(|failure| failure.fault("cannot be asked"))?;
        let accounts = |seat: look_up::Seat| self.mapping.accounts(&seat.entry, seat.may_reset, self.now());
        Ok(seat.map(accounts).unwrap_or_default())
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.write(&change, Instant::now() + self.limits.write).await
    }

    fn hashes_itself(&self) -> bool {
        self.hashes_itself
    }

    fn shows_hashes(&self) -> bool {
        false
    }

    async fn examine(&self) -> Vec<Finding> {
        self.examined().await
    }
}
