//! A courier's tick in the ledger: record what the last one sent, take what is due, decide, mint.

use super::{Leased, Ledger, LedgerFault, outbox};
use regain_core::account::AccountId;
use regain_core::delivery::Outcome;
use regain_core::keys::Digest;
use regain_core::limit::{AccountHistory, AccountLimit, HOUR, Suppression};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};

/// The row that each request gets each time it is worked on, known or unknown.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its name; also the mail's Message-ID.
    pub id: Id,
    /// Keyed digest of the folded address it goes to, or of what was typed.
    pub address_digest: Digest,
    /// Digest of the reset token, or random.
    pub token_digest: Digest,
    /// Keyed digest of the reset code, or random.
    pub code_digest: Digest,
    /// Digest of the token that says "this was not me", or random.
    pub not_me_digest: Digest,
    /// The account's fingerprint, or random.
    pub fingerprint: Digest,
    /// When it was minted.
    pub minted_at: Timestamp,
    /// When the link dies.
    pub expires_at: Timestamp,
    /// When the code dies.
    pub code_expires_at: Timestamp,
}

/// What the courier found out about a leased row.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Mail it, if the account's limit allows.
    Mail {
        /// Which mail.
        message: MessageKind,
        /// To whom; for an address without an account, something that stands for it.
        account: AccountId,
        /// The address.
        address: String,
    },
    /// No mail, and why.
    End(Reason),
}

/// What the ledger made of a [`Decision`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The digests are committed: send.
    Send,
    /// No mail, because of another request.
    Suppressed(Suppression),
    /// No mail.
    Ended,
}

/// What became of one mail.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The row in the outbox.
    pub entry: Id,
    /// The delivery.
    pub delivery: Id,
    /// Under which lease.
    pub lease: Id,
    /// Which transport took or refused it.
    pub transport: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// If it is to be tried again: when.
    pub next_at: Timestamp,
    /// Whether that would be too late.
    pub give_up: bool,
}

impl Ledger {
    /// Records what has finished and takes what is due, in one commit.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Id,
        now: Timestamp,
        until: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault> {
        self.write(move |ledger| {
            for one in &finished {
                record(ledger, one)?;
            }
            outbox::lease(ledger, lease, now, until, max)
        })
        .await
    }

    /// Records what has finished, taking nothing new.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault> {
        self.write(move |ledger| finished.iter().try_for_each(|one| record(ledger, one))).await
    }

    /// Puts leased rows back, due at `due_at`: they could not be looked up.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn put_back(&self, entries: Vec<Id>, lease: Id, due_at: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            let mut put = ledger.prepare_cached(
                "UPDATE outbox SET state = 'accepted', lease = NULL, due_at = ?3 WHERE id = ?1 AND lease = ?2",
            )?;
            for entry in &entries {
                put.execute((entry.as_bytes(), lease.as_bytes(), due_at.as_millis()))?;
            }
            Ok(())
        })
        .await
    }

    /// Commits the decisions on a batch, in its order: one delivery row and one update for each request, whatever
    /// was decided.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn decide(
        &self,
        batch: Vec<(Leased, Decision, NewDelivery)>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault> {
        self.write(move |ledger| {
            batch
                .iter()
                .map(|(row, decision, delivery)| decide(ledger, row, decision, delivery, lease, limit, now))
                .collect()
        })
        .await
    }
}

#[expect(clippy::too_many_arguments, reason = "one row of a batch, its decision, and what holds for all rows")]
fn decide(
    ledger: &Connection,
    row: &Leased,
    decision: &Decision,
    delivery: &NewDelivery,
    lease: Id,
    limit: AccountLimit,
    now: Timestamp,
) -> rusqlite::Result<Verdict> {
    let verdict = match decision {
        Decision::End(_) => Verdict::Ended,
        Decision::Mail { message: MessageKind::PasswordChanged, .. } => Verdict::Send,
        Decision::Mail { account, .. } => {
            match limit.suppresses(row.accepted_at, &history(ledger, account, row.id, row.accepted_at, now)?) {
                Some(why) => Verdict::Suppressed(why),
                None => Verdict::Send,
            }
        }
    };
    let (state, reason) = match (verdict, decision) {
        (Verdict::Send, _) => (State::Leased, None),
        (Verdict::Suppressed(why), _) => (State::Suppressed, Some(Reason::from(why))),
        (Verdict::Ended, Decision::End(reason)) => (State::Failed, Some(*reason)),
        (Verdict::Ended, Decision::Mail { .. }) => (State::Failed, None),
    };
    let account = match decision {
        Decision::Mail { account, .. } => Some(account.as_str()),
        Decision::End(_) => None,
    };
    let held = ledger
        .prepare_cached(
            "UPDATE outbox SET state = :state, reason = :reason, account = coalesce(:account, account), \
               ended_at = :ended_at, lease = iif(:ended_at IS NULL, lease, NULL) \
             WHERE id = :id AND lease = :lease AND ended_at IS NULL",
        )?
        .execute(named_params! {
            ":state": state.as_str(),
            ":reason": reason.map(Reason::as_str),
            ":account": account,
            ":ended_at": (verdict != Verdict::Send).then_some(now.as_millis()),
            ":id": row.id.as_bytes(),
            ":lease": lease.as_bytes(),
        })?;
    if held == 0 {
        return Ok(Verdict::Ended);
    }
    insert(ledger, row, (verdict == Verdict::Send).then_some(decision), delivery)?;
    Ok(verdict)
}

fn insert(
    ledger: &Connection,
    row: &Leased,
    mail: Option<&Decision>,
    delivery: &NewDelivery,
) -> rusqlite::Result<usize> {
    let (message, account, address) = match mail {
        Some(Decision::Mail { message, account, address }) => (Some(*message), Some(account.as_str()), Some(address)),
        _ => (None, None, None),
    };
    ledger
        .prepare_cached(
            "INSERT INTO deliveries (id, entry, message, account, address, address_digest, token_digest, code_digest, \
               not_me_digest, fingerprint, minted_at, expires_at, code_expires_at, state) \
             VALUES (:id, :entry, :message, :account, :address, :address_digest, :token_digest, :code_digest, \
               :not_me_digest, :fingerprint, :minted_at, :expires_at, :code_expires_at, :state)",
        )?
        .execute(named_params! {
            ":id": delivery.id.as_bytes(),
            ":entry": row.id.as_bytes(),
            ":message": message.map(MessageKind::as_str),
            ":account": account,
            ":address": address,
            ":address_digest": delivery.address_digest,
            ":token_digest": delivery.token_digest,
            ":code_digest": delivery.code_digest,
            ":not_me_digest": delivery.not_me_digest,
            ":fingerprint": delivery.fingerprint,
            ":minted_at": delivery.minted_at.as_millis(),
            ":expires_at": delivery.expires_at.as_millis(),
            ":code_expires_at": delivery.code_expires_at.as_millis(),
            ":state": if message == Some(MessageKind::Reset) { "live" } else { "none" },
        })
}

/// What is known of `account`'s requests other than `except`, which was accepted at `accepted_at`.
pub(super) fn history(
    ledger: &Connection,
    account: &AccountId,
    except: Id,
    accepted_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<AccountHistory> {
    let last_accepted: Option<i64> = ledger
        .prepare_cached(
            "SELECT max(accepted_at) FROM outbox \
             WHERE account = ?1 AND id <> ?2 AND accepted_at <= ?3 AND message = 'reset' AND state <> 'suppressed'",
        )?
        .query_row((account.as_str(), except.as_bytes(), accepted_at.as_millis()), |row| row.get(0))?;
    let (last_mint, mints, oldest): (Option<i64>, u32, Option<i64>) = ledger
        .prepare_cached(
            "SELECT max(minted_at), count(*) FILTER (WHERE minted_at > ?3), min(minted_at) FILTER (WHERE minted_at > ?3) \
             FROM deliveries WHERE account = ?1 AND entry <> ?2 AND message IN ('reset', 'no_account')",
        )?
        .query_row((account.as_str(), except.as_bytes(), now.minus(HOUR).as_millis()), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    Ok(AccountHistory {
        last_accepted: last_accepted.map(Timestamp::from_millis),
        last_mint: last_mint.map(Timestamp::from_millis),
        mints_in_hour: mints,
        oldest_mint_in_hour: oldest.map(Timestamp::from_millis),
    })
}

/// Records an outcome; ends or reschedules the row if it is still ours. A row that has ended meanwhile, because its
/// link was redeemed, stays ended.
fn record(ledger: &Connection, one: &Finished) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET outcome = ?2, outcome_at = ?3, transport = ?4, reply = ?5 WHERE id = ?1",
        )?
        .execute((
            one.delivery.as_bytes(),
            one.outcome.as_str(),
            one.at.as_millis(),
            one.transport,
            one.outcome.reply(),
        ))?;
    match one.outcome {
        Outcome::Delivered(_) | Outcome::Unknown(_) => supersede_older(ledger, one.delivery)?,
        Outcome::RetryAfter(_) | Outcome::Refused(_) => revoke_unsent(ledger, one.delivery)?,
    };
    let next = match one.outcome {
        Outcome::Delivered(_) => Next::End(State::Mailed, None),
        Outcome::Refused(_) => Next::End(State::Failed, Some(Reason::Refused)),
        Outcome::Unknown(_) if unknown_twice(ledger, one.entry)? => Next::End(State::Mailed, Some(Reason::Unanswered)),
        Outcome::Unknown(_) if one.give_up => Next::End(State::Mailed, Some(Reason::Unanswered)),
        Outcome::RetryAfter(_) if one.give_up => Next::End(State::Failed, Some(Reason::GaveUp)),
        Outcome::Unknown(_) | Outcome::RetryAfter(_) => Next::Retry,
    };
    let (state, reason, ended_at) = match next {
        Next::End(state, reason) => (state, reason, Some(one.at.as_millis())),
        Next::Retry => (State::Accepted, None, None),
    };
    ledger
        .prepare_cached(
            "UPDATE outbox SET state = :state, reason = :reason, ended_at = :ended_at, due_at = :next_at, lease = NULL, \
               attempts = attempts + (:ended_at IS NULL) \
             WHERE id = :id AND lease = :lease AND ended_at IS NULL",
        )?
        .execute(named_params! {
            ":state": state.as_str(),
            ":reason": reason.map(Reason::as_str),
            ":ended_at": ended_at,
            ":next_at": one.next_at.as_millis(),
            ":id": one.entry.as_bytes(),
            ":lease": one.lease.as_bytes(),
        })?;
    Ok(())
}

enum Next {
    End(State, Option<Reason>),
    Retry,
}

/// Older links of the account die only now that a newer one is on its way. Those of the same request do not: after an
/// unknown outcome, either mail may be the one that arrived. Claimed ones are being redeemed. Of two that were minted in one
/// tick, the later request's is the newer.
fn supersede_older(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'superseded' FROM \
               (SELECT entry, account, minted_at FROM deliveries WHERE id = ?1 AND message = 'reset') AS newer \
             WHERE deliveries.account = newer.account AND deliveries.state = 'live' \
               AND deliveries.entry <> newer.entry \
               AND (deliveries.minted_at, deliveries.entry) < (newer.minted_at, newer.entry)",
        )?
        .execute([delivery.as_bytes()])
}

/// Nobody holds the link and the code of a mail that was not handed over. Were they to stand as live, they would keep
/// the code of an earlier mail, which somebody does hold, from being the newest.
fn revoke_unsent(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'revoked', reason = 'not_sent' WHERE id = ?1 AND state = 'live'",
        )?
        .execute([delivery.as_bytes()])
}

fn unknown_twice(ledger: &Connection, entry: Id) -> rusqlite::Result<bool> {
    let unknown: u32 = ledger
        .prepare_cached("SELECT count(*) FROM deliveries WHERE entry = ?1 AND outcome = 'unknown'")?
        .query_row([entry.as_bytes()], |row| row.get(0))?;
    Ok(unknown >= 2)
}
