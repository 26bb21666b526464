//! What one step may do to the ledger's rows. Held against every commit of every history.

use crate::ledger_rows::{Delivery, Entry, Rows};
use regain::ledger::{Claim, Finished, Lease};
use regain_core::account::AccountId;
use regain_core::delivery::Outcome;
use regain_core::limit::{AccountLimit, HOUR};
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// What was asked of the ledger.
#[derive(Debug)]
pub(crate) enum Deed {
    Read(&'static str),
    Claim { delivery: Id },
    Release { claim: Claim },
    Decide { lease: Id, limit: AccountLimit },
    Record { finished: Vec<Finished>, leasing: Option<(Lease, Timestamp)> },
    PutBack { lease: Id },
    Settle { delivery: Id, account: AccountId, now: Timestamp },
    Disown { account: AccountId, now: Timestamp },
    Other(&'static str),
}

/// All links of an account ended at once.
#[derive(Debug)]
pub(crate) struct Closing {
    pub(crate) account: String,
    pub(crate) at: i64,
}

impl Deed {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Read(name) | Self::Other(name) => name,
            Self::Claim { .. } => "claim",
            Self::Release { .. } => "release",
            Self::Decide { .. } => "decide",
            Self::Record { leasing: Some(_), .. } => "record_and_lease",
            Self::Record { leasing: None, .. } => "record",
            Self::PutBack { .. } => "put_back",
            Self::Settle { .. } => "settle",
            Self::Disown { .. } => "revoke_not_me",
        }
    }

    /// What is wrong with a commit that led from `before` to `after`.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn check(&self, before: &Rows, after: &Rows, closings: &mut Vec<Closing>) -> Result<(), String> {
        for (id, old) in &before.outbox {
            let new = after.outbox.get(id).ok_or_else(|| format!("the entry {id} vanished"))?;
            self.check_entry(*id, old, new)?;
        }
        for (id, new) in &after.deliveries {
            match before.deliveries.get(id) {
                Some(old) => self.check_link(*id, old, new)?,
                None => self.check_minted(*id, new, before, after, closings)?,
            }
        }
        self.check_ending(before, after, closings)
    }

    fn check_entry(&self, id: Id, old: &Entry, new: &Entry) -> Result<(), String> {
        if old == new {
            return Ok(());
        }
        if old.ended_at.is_some() {
            return Err(format!("the entry {id} had ended, and was changed from {old:?} to {new:?}"));
        }
        if let Deed::Record { finished, leasing } = self {
            let is_theirs = finished.iter().any(|one| one.entry == id && Some(one.lease) == old.lease);
            let is_free = leasing.is_some_and(|(_, now)| {
                let now = now.as_millis();
                // Further ahead than anything is put off: the clock was set back since.
                old.due_at <= now || old.due_at > now + PUT_OFF_MAX_MILLIS
            });
            let is_taken = leasing.is_some_and(|(lease, _)| new.lease == Some(lease.id));
            let is_newly_leased = is_free && is_taken;
            if !(is_theirs || is_newly_leased) {
                return Err(format!("the entry {id} is in other hands: {old:?} became {new:?}"));
            }
        } else if new.lease.is_some() && new.lease != old.lease {
            return Err(format!("the entry {id} was leased by the way: {old:?} became {new:?}"));
        }
        let holder = match self {
            Deed::Decide { lease, .. } | Deed::PutBack { lease } => Some(*lease),
            _ => old.lease,
        };
        if old.lease == holder { Ok(()) } else { Err(format!("the entry {id} was changed by another than its holder")) }
    }

    fn check_link(&self, id: Id, old: &Delivery, new: &Delivery) -> Result<(), String> {
        let may_supersede = matches!(self, Deed::Record { finished, .. } if finished.iter().any(may_have_arrived));
        let is_allowed = match (&*old.state, &*new.state) {
            ("claimed", "claimed") => old.claim == new.claim,
            (old, new) if old == new => true,
            ("live", "claimed") => matches!(self, Deed::Claim { .. }),
            ("live", "superseded") => may_supersede,
            ("live" | "claimed", "revoked") => {
                !matches!(self, Deed::Decide { .. } | Deed::Claim { .. } | Deed::Other("intend"))
            }
            ("claimed", "live") => matches!(self, Deed::Release { claim } if old.claim == Some(claim.id())),
            // Whoever lost the claim may yet have written the password.
            ("claimed" | "live" | "superseded" | "revoked", "redeemed") => matches!(self, Deed::Settle { .. }),
            _ => false,
        };
        let (is_same, was, is) = (old.entry == new.entry && old.account == new.account, &old.state, &new.state);
        if is_allowed && is_same { Ok(()) } else { Err(format!("the link {id} was {was}, and is {is}: {new:?}")) }
    }

    /// A new link, against the limits of its account and what has closed it.
    fn check_minted(
        &self,
        id: Id,
        new: &Delivery,
        before: &Rows,
        after: &Rows,
        closings: &[Closing],
    ) -> Result<(), String> {
        let Deed::Decide { lease, limit } = self else {
            return Err(format!("the link {id} was minted by the way"));
        };
        let entry = before.outbox.get(&new.entry).ok_or("a link was minted for no entry")?;
        if entry.lease != Some(*lease) || entry.ended_at.is_some() {
            return Err(format!("the link {id} was minted for an entry that is not held: {entry:?}"));
        }
        if new.message.as_deref() != Some("reset") {
            return Ok(());
        }
        let believed_until = entry.accepted_at.max(new.minted_at) + SKEW_MAX_MILLIS;
        if let Some(closing) = closings.iter().find(|it| {
            Some(&it.account) == new.account.as_ref() && it.at >= entry.accepted_at && it.at <= believed_until
        }) {
            return Err(format!("the link {id} was minted for {entry:?} after all links ended: {closing:?}"));
        }
        let others = |rows: &Rows| -> Vec<Id> {
            let hour_ago = new.minted_at - i64::try_from(HOUR.as_millis()).unwrap();
            let is_other = |it: &&Delivery| {
                it.entry != new.entry && it.account == new.account && it.message.as_deref() == Some("reset")
            };
            let mut entries: Vec<Id> = rows
                .deliveries
                .values()
                .filter(is_other)
                .filter(|it| it.minted_at > hour_ago && it.minted_at <= believed_until)
                .map(|it| it.entry)
                .collect();
            entries.sort_unstable();
            entries.dedup();
            entries
        };
        if others(after).len() >= limit.mails_per_hour_max as usize {
            return Err(format!("the link {id} is one more than its account may have in an hour"));
        }
        let cooldown = u64::try_from(limit.cooldown.as_millis()).unwrap();
        let too_close = others(after).into_iter().find(|other| {
            let other = &after.outbox[other];
            other.state != "suppressed" && other.accepted_at.abs_diff(entry.accepted_at) < cooldown
        });
        match too_close {
            Some(other) => Err(format!("the entries {other} and {} are mailed within the cooldown", new.entry)),
            None => Ok(()),
        }
    }

    /// Settling and disowning leave no link of the account live.
    fn check_ending(&self, before: &Rows, after: &Rows, closings: &mut Vec<Closing>) -> Result<(), String> {
        let (account, now) = match self {
            Deed::Settle { account, now, .. } => {
                let count = |rows: &Rows| rows.deliveries.values().filter(|it| it.state == "redeemed").count();
                let notices = |rows: &Rows| rows.outbox.values().filter(|it| it.message == "password_changed").count();
                let (settled, noticed) =
                    (count(after).abs_diff(count(before)), notices(after).abs_diff(notices(before)));
                if settled != noticed || settled > 1 {
                    return Err(format!("{settled} links were settled with {noticed} notices"));
                }
                if settled == 0 {
                    return Ok(());
                }
                (account, now)
            }
            Deed::Disown { account, now } => (account, now),
            _ => return Ok(()),
        };
        let closing = Closing { account: account.as_str().to_owned(), at: now.as_millis() };
        let is_open = |link: &&Delivery| {
            let is_claimed_for_long = link.state == "claimed" && link.expires_at > closing.at;
            let may_open = link.state == "live" || (matches!(self, Deed::Disown { .. }) && is_claimed_for_long);
            link.account.as_ref() == Some(&closing.account) && may_open
        };
        if let Some(link) = after.deliveries.values().find(is_open) {
            return Err(format!("after {} there is still {link:?}", self.name()));
        }
        let is_under_way = |entry: &&Entry| {
            let is_older = entry.ended_at.is_none() && entry.accepted_at <= closing.at;
            entry.account.as_ref() == Some(&closing.account) && entry.message == "reset" && is_older
        };
        if let Some(entry) = after.outbox.values().find(is_under_way) {
            return Err(format!("after {} there is still {entry:?}", self.name()));
        }
        closings.push(closing);
        Ok(())
    }
}

fn may_have_arrived(one: &Finished) -> bool {
    matches!(one.outcome, Outcome::Delivered(_) | Outcome::Unknown(_))
}

/// Ten minutes: longer than any pause, lease or claim.
const PUT_OFF_MAX_MILLIS: i64 = 600_000;
/// What lies further ahead is of before the clock was set back, and has no say.
const SKEW_MAX_MILLIS: i64 = 10_000;
