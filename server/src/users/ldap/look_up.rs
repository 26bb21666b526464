//! Finds accounts by their addresses, and one by its key.

use super::Directory;
use super::entry::Entry;
use super::failure::{Failure, INVALID_DN, NO_SUCH_OBJECT};
use super::filter;
use super::mapping::Key;
use super::names;
use super::session::{Found, Search, Session};
use crate::users::sql::limits::Seen;
use ldap3::Scope;
use regain_core::account::{Account, AccountId, Match, matching};
use regain_core::email::{EmailAddress, FoldedAddress};
use regain_core::time::Timestamp;
use std::collections::HashSet;
use tokio::time::Instant;

/// An entry, and whether it may reset by the condition of `users.eligible`.
pub(super) struct Seat {
    pub(super) entry: Entry,
    pub(super) may_reset: bool,
}

impl Directory {
    /// All accounts with one of these addresses. A search that finds more than it may is asked again in halves, so that an
    /// address which thousands have does not hide another.
    pub(super) async fn accounts_with(
        &self,
        session: &Session,
        addresses: &[FoldedAddress],
        now: Timestamp,
        until: Instant,
    ) -> Result<Vec<Account>, Failure> {
        let mut seen = Seen::none_of(addresses);
        let mut accounts = Vec::new();
        let mut batches: Vec<&[FoldedAddress]> = addresses.chunks(BATCH_MAX).collect();
        while let Some(batch) = batches.pop() {
            let with_address = self.mapping.with_address(batch);
            let (seats, is_all) = self.seats(session, Scope::Subtree, &self.mapping.base, &with_address, until).await?;
            match batch {
                [_, _, ..] if !is_all => batches.extend(<[_; 2]>::from(batch.split_at(batch.len() / 2))),
                _ => {
                    let of_batch =
                        seats.iter().flat_map(|seat| self.mapping.accounts(&seat.entry, seat.may_reset, now));
                    let mut found: Vec<_> = of_batch.filter(|account| seen.admits(&account.address)).collect();
                    if !is_all && !is_ambiguous(batch, &found) {
                        tracing::warn!("more entries match an address than are read, so it belongs to nobody");
                        found.clear();
                    }
                    accounts.append(&mut found);
                }
            }
        }
        Ok(accounts)
    }

    /// The entry with exactly this key.
    pub(super) async fn entry(
        &self,
        session: &Session,
        id: &AccountId,
        until: Instant,
    ) -> Result<Option<Seat>, Failure> {
        let found = match &self.mapping.key {
            Key::Attribute(name) => {
                let with_key = filter::equals(name, id.as_str());
                self.seats(session, Scope::Subtree, &self.mapping.base, &with_key, until).await
            }
            Key::Dn if names::is_below(id.as_str(), &self.mapping.base) => {
                self.seats(session, Scope::Base, id.as_str(), "", until).await
            }
            Key::Dn => return Ok(None),
        };
        let (mut seats, is_all) = match found {
            Err(failure) if self.mapping.key == Key::Dn && (failure.is(NO_SUCH_OBJECT) || failure.is(INVALID_DN)) => {
                return Ok(None);
            }
            found => found?,
        };
        seats.retain(|seat| self.mapping.id(&seat.entry) == Some(id.as_str()));
        match seats.len() {
            0 | 1 if is_all => Ok(seats.pop()),
            0 => Ok(None),
            _ => Err(Failure::Unusable(format!("several entries have the key {id}; see users.id"))),
        }
    }

    /// What `condition` finds among the accounts, and which of them may reset. Two searches at once: the server alone can
    /// judge the operator's filter, and what does not pass it has to be known as well.
    async fn seats(
        &self,
        session: &Session,
        scope: Scope,
        base: &str,
        condition: &str,
        until: Instant,
    ) -> Result<(Vec<Seat>, bool), Failure> {
        let accounts = &self.mapping.accounts;
        let found = session.search(self.search(scope, base, filter::all(&[accounts, condition])), until);
        let Some(eligible) = &self.mapping.eligible else {
            let Found { entries, is_all, .. } = found.await?;
            return Ok((entries.into_iter().map(|entry| Seat { entry, may_reset: true }).collect(), is_all));
        };
        let mut names = self.search(scope, base, filter::all(&[accounts, eligible, condition]));
        names.attributes = vec![NO_ATTRIBUTES.into()];
        let (found, may_reset) = tokio::try_join!(found, session.search(names, until))?;
        let may_reset: HashSet<String> = may_reset.entries.into_iter().map(|entry| entry.dn).collect();
        let seat = |entry: Entry| Seat { may_reset: may_reset.contains(&entry.dn), entry };
        Ok((found.entries.into_iter().map(seat).collect(), found.is_all))
    }

    fn search<'a>(&self, scope: Scope, base: &'a str, filter: String) -> Search<'a> {
        let attributes = self.mapping.attributes();
        Search { base, scope, filter, attributes, entries_max: ENTRIES_MAX, types_only: false }
    }
}

/// Whether what was read of an address is enough to know that it belongs to several.
fn is_ambiguous(batch: &[FoldedAddress], found: &[Account]) -> bool {
    let typed = batch.first().and_then(|address| EmailAddress::parse(address.as_str()).ok());
    typed.is_some_and(|typed| matches!(matching(&typed, found), Match::Ambiguous(_)))
}

/// Addresses in one search. Servers limit the size of a filter, and what a search may find.
const BATCH_MAX: usize = 64;
/// Entries of one search: below the 500 that OpenLDAP sends at most, unless it is told otherwise.
const ENTRIES_MAX: i32 = 400;
/// RFC 4511 §4.5.1.8.
const NO_ATTRIBUTES: &str = "1.1";
