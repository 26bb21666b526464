//! See [`crate::ledger::deliveries`].

use super::{SqliteLedger, rows, webhooks};
use crate::ledger::LedgerFault;
use crate::ledger::deliveries::{Decided, Decision, Deliveries, Judgement, Others, Verdict};
use crate::ledger::times::believed_until;
use crate::weakness::{self, Weakness};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::limit::{AccountHistory, AccountLimit, HOUR};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};

#[async_trait]
impl Deliveries for SqliteLedger {
    async fn decide(
        &self,
        batch: Vec<Decided>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault> {
        let tells = self.tells();
        self.write(move |ledger| {
            let verdicts = batch.iter().map(|decided| decide(ledger, decided, lease, limit, now)).collect();
            for Decided { row, delivery, .. } in batch.iter().filter(|decided| tells && decided.ends()) {
                webhooks::queue_failure(ledger, delivery.id, row.id, now)?;
            }
            verdicts
        })
        .await
    }
}

fn decide(
    ledger: &Connection,
    decided: &Decided,
    lease: Id,
    limit: AccountLimit,
    now: Timestamp,
) -> rusqlite::Result<Verdict> {
    let Decided { row, decision, .. } = decided;
    let others = match decided.limited_account() {
        Some(account) => others(ledger, account, row.id, row.accepted_at, now)?,
        None => Others::default(),
    };
    let Judgement { verdict, state, reason } = decided.judge(limit, &others);
    let account = match decision {
        Decision::Mail { account, .. } => Some(account.as_str()),
        Decision::End(_) => None,
    };
    if weakness::is(Weakness::SuppressedSupersedes) && matches!(verdict, Verdict::Suppressed(_)) {
        ledger
            .execute("UPDATE deliveries SET state = 'superseded' WHERE account = ?1 AND state = 'live'", [account])?;
    }
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

/// What is known of `account` beside the request `except`, which was accepted at `accepted_at`.
pub(super) fn others(
    ledger: &Connection,
    account: &AccountId,
    except: Id,
    accepted_at: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Others> {
    let hour_ago = now.minus(HOUR).as_millis();
    let believed_until = believed_until(accepted_at, now).as_millis();
    let last_accepted: Option<i64> = ledger
        .prepare_cached(
            "SELECT max(accepted_at) FROM outbox \
             WHERE account = ?1 AND id <> ?2 AND accepted_at <= ?3 AND message = 'reset' AND state <> 'suppressed'",
        )?
        .query_row((account.as_str(), except.as_bytes(), accepted_at.as_millis()), |row| row.get(0))?;
    ledger
        .prepare_cached(
            "SELECT max(minted_at) FILTER (WHERE is_other) AS last_mint, \
               count(*) FILTER (WHERE is_other AND minted_at > ?3) AS mints_in_hour, \
               min(minted_at) FILTER (WHERE is_other AND minted_at > ?3) AS oldest_mint_in_hour, \
               max(closed_at) FILTER (WHERE state = 'redeemed') AS redeemed_at, \
               max(closed_at) FILTER (WHERE state <> 'redeemed') AS disowned_at \
             FROM (SELECT minted_at, state, CASE WHEN closed_at <= ?4 THEN closed_at END AS closed_at, \
                     entry <> ?2 AND message IN ('reset', 'no_account') AND minted_at <= ?4 AS is_other \
                   FROM deliveries WHERE account = ?1)",
        )?
        .query_row((account.as_str(), except.as_bytes(), hour_ago, believed_until), |row| {
            let redeemed = rows::optional_time(row, "redeemed_at")?.map(|at| (at, Reason::Redeemed));
            let disowned = rows::optional_time(row, "disowned_at")?.map(|at| (at, Reason::NotMe));
            Ok(Others {
                history: AccountHistory {
                    last_accepted: last_accepted.map(Timestamp::from_millis),
                    last_mint: rows::optional_time(row, "last_mint")?,
                    mints_in_hour: row.get("mints_in_hour")?,
                    oldest_mint_in_hour: rows::optional_time(row, "oldest_mint_in_hour")?,
                },
                closed: redeemed.into_iter().chain(disowned).max_by_key(|(at, _)| *at),
            })
        })
}
