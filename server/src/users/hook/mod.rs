//! Accounts behind a back end of somebody's own, asked by three signed calls to one URL.
//!
//! Reading order: a [`call`] says what is asked, the [`line`] carries it there and an answer back, [`answers`] takes of
//! that what can be believed, [`examine`] tries the back end and changes nothing. [`openapi`] describes all of it for whoever writes
//! the other side, who need not read any of this.

mod answers;
mod call;
mod examine;
mod line;
pub mod openapi;
#[cfg(test)]
mod tests;

use super::sql::limits::{Seen, TimeLimits};
use super::{PasswordChange, StoreFault, UserStore, Written};
use crate::ambient::{SystemClock, SystemEntropy};
use crate::config;
use crate::finding::Finding;
use async_trait::async_trait;
use call::{Call, EndSessions, Find, Kind, SetPassword};
use line::{Answer, Line, NoAnswer};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::request::Id;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The back end that is configured. It is not touched: it need not be up yet.
///
/// # Errors
/// [`StoreFault`], if no client can be made for it: there is no certificate to believe.
pub fn open(hook: &config::Hook) -> Result<Arc<dyn UserStore>, StoreFault> {
    HookStore::new(hook).map(|store| Arc::new(store) as Arc<dyn UserStore>)
}

/// Accounts behind a back end. What its answers call a fingerprint is their [`Account::password`]: a state, no hash.
pub struct HookStore {
    line: Line,
    limits: TimeLimits,
}

impl HookStore {
    /// See [`open`].
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn new(hook: &config::Hook) -> Result<Self, StoreFault> {
        Self::with_limits(hook, TimeLimits { look_up: LOOK_UP_MAX, write: WRITE_MAX })
    }

    fn with_limits(hook: &config::Hook, limits: TimeLimits) -> Result<Self, StoreFault> {
        let line = Line::new(hook, Arc::new(SystemClock), Arc::new(SystemEntropy));
        line.map(|line| Self { line, limits }).map_err(|cause| StoreFault { what: "cannot be asked over HTTP", cause })
    }

    async fn accounts(&self, wanted: &Find<'_>, deadline: Instant) -> Result<Vec<Account>, StoreFault> {
        let call = Call::new(Kind::Find, self.line.fresh_id(), wanted);
        let Answer { value, .. } = self.line.ask(&call, deadline).await.map_err(|no| no.into_fault(Kind::Find))?;
        answers::accounts(&value).map_err(|wrong| self.line.not_as_agreed(&wrong).into_fault(Kind::Find))
    }
}

#[async_trait]
impl UserStore for HookStore {
    /// More addresses than one call takes are asked for in several.
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let deadline = Instant::now() + self.limits.look_up;
        let (mut seen, mut found) = (Seen::none_of(addresses), Vec::new());
        for some in addresses.chunks(ADDRESSES_MAX) {
            let wanted = Find::Addresses(some.iter().map(FoldedAddress::as_str).collect());
            let accounts = self.accounts(&wanted, deadline).await?;
            found.extend(accounts.into_iter().filter(|account| seen.admits(&account.address)));
        }
        Ok(found)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let mut found = self.accounts(&Find::Id(id.as_str()), Instant::now() + self.limits.look_up).await?;
        found.retain(|account| account.id == *id);
        if found.len() > 1 {
            return Err(StoreFault { what: "has several accounts with one id", cause: format!("id {id}") });
        }
        Ok(found.pop())
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let PasswordChange { id, expected_address, expected, new, writing, .. } = change.plain()?;
        let data = SetPassword {
            id: id.as_str(),
            address: &expected_address,
            fingerprint: expected.expose(),
            password: new.expose(),
        };
        let call = Call::new(Kind::SetPassword, writing, &data);
        let fault = match self.line.ask(&call, Instant::now() + self.limits.write).await {
            Ok(Answer { value, after_doubt }) => match answers::written(&value) {
                // A back end that keeps no names of calls would say so of a password that the first attempt set.
                Ok(Written::NoLongerMatches | Written::Refused(_)) if after_doubt => {
                    self.line.in_doubt("it answered the first attempt too late, and says no to the second")
                }
                Ok(written) => return Ok(written),
                Err(wrong) => self.line.not_as_agreed(&wrong),
            },
            Err(fault) => fault,
        };
        if !fault.may_have_worked {
            return Err(fault.into_fault(Kind::SetPassword));
        }
        tracing::error!(fault = fault.words, account = %id, "the hook was given a password and did not confirm it");
        Ok(Written::Unknown)
    }

    fn hashes_itself(&self) -> bool {
        true
    }

    fn shows_hashes(&self) -> bool {
        false
    }

    async fn end_sessions(&self, id: &AccountId, writing: Id) -> Option<String> {
        let call = Call::new(Kind::EndSessions, writing, &EndSessions { id: id.as_str() });
        let answered = self.line.ask(&call, Instant::now() + END_SESSIONS_MAX).await;
        let ended = answered.and_then(|Answer { value, .. }| {
            answers::sessions_ended(&value).map_err(|wrong| self.line.not_as_agreed(&wrong))
        });
        Some(match ended {
            Ok(Some(count)) => format!("its sessions were ended by the hook ({count})"),
            Ok(None) => "its sessions were ended by the hook".to_owned(),
            Err(NoAnswer { words, .. }) => {
                tracing::error!(fault = words, account = %id, "the hook did not confirm that it ended an account's sessions");
                format!("the hook did not confirm that it ended the sessions: {words}")
            }
        })
    }

    async fn examine(&self) -> Vec<Finding> {
        examine::findings(&self.line).await
    }
}

/// Addresses in one call: with the longest there are, 64 KB.
pub(super) const ADDRESSES_MAX: usize = 250;
/// A look-up is repeated by whoever wanted it.
const LOOK_UP_MAX: Duration = Duration::from_secs(10);
/// Less than recovery waits for a store (20 s), so that it hears what came of it.
const WRITE_MAX: Duration = Duration::from_secs(18);
/// Somebody waits to be told that the password is set.
const END_SESSIONS_MAX: Duration = Duration::from_secs(8);
