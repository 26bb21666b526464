//! What the courier decides on a leased batch, and mints for it.

use super::{Leased, Ledger, LedgerFault};
use regain_core::account::AccountId;
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

/// A leased row, what was decided on it, and what was minted for it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The row.
    pub row: Leased,
    /// What is to be done.
    pub decision: Decision,
    /// What was minted, whatever is to be done.
    pub delivery: NewDelivery,
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

impl Ledger {
    /// Commits the decisions on a batch, in its order: one delivery row and one update for each request, whatever
    /// was decided.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn decide(
        &self,
        batch: Vec<Decided>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault> {
        self.write(move |ledger| batch.iter().map(|decided| decide(ledger, decided, lease, limit, now)).collect()).await
    }
}

fn decide(
    ledger: &Connection,
    decided: &Decided,
    lease: Id,
    limit: AccountLimit,
    now: Timestamp,
) -> rusqlite::Result<Verdict> {
    const SEND: (Verdict, State, Option<Reason>) = (Verdict::Send, State::Leased, None);
    let Decided { row, decision, .. } = decided;
    let (verdict, state, reason) = match decision {
        Decision::End(reason) => (Verdict::Ended, State::Failed, Some(*reason)),
        Decision::Mail { message: MessageKind::PasswordChanged, .. } => SEND,
        Decision::Mail { account, .. } => {
            match limit.suppresses(row.accepted_at, &history(ledger, account, row.id, row.accepted_at, now)?) {
                Some(why) => (Verdict::Suppressed(why), State::Suppressed, Some(why.into())),
                None => SEND,
            }
        }
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
    insert(ledger, decided, verdict == Verdict::Send)?;
    Ok(verdict)
}

/// Where nothing is mailed, the row names no account, and its digests open nothing.
fn insert(ledger: &Connection, decided: &Decided, is_mailed: bool) -> rusqlite::Result<usize> {
    let Decided { row, decision, delivery } = decided;
    let (message, account, address) = match decision {
        Decision::Mail { message, account, address } if is_mailed => {
            (Some(*message), Some(account.as_str()), Some(address))
        }
        Decision::Mail { .. } | Decision::End(_) => (None, None, None),
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
