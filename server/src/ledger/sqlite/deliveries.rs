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
use rusqlite::{CachedStatement, Connection};

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
            let mut statements = Statements::prepare(ledger)?;
            let verdicts =
                batch.iter().map(|decided| decide(ledger, &mut statements, decided, lease, limit, now)).collect();
            for Decided { row, delivery, .. } in batch.iter().filter(|decided| tells && decided.ends()) {
                webhooks::queue_failure(ledger, delivery.id, row.id, now)?;
            }
            verdicts
        })
        .await
    }
}

/// What is executed for each row of a batch.
struct Statements<'ledger> {
    others: OtherRequests<'ledger>,
    hold: CachedStatement<'ledger>,
    insert: CachedStatement<'ledger>,
}

impl<'ledger> Statements<'ledger> {
    fn prepare(ledger: &'ledger Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            others: OtherRequests::prepare(ledger)?,
            hold: ledger.prepare_cached(
                "UPDATE outbox SET state = ?3, reason = ?4, account = coalesce(?5, account), \
                   ended_at = ?6, lease = iif(?6 IS NULL, lease, NULL) \
                 WHERE id = ?1 AND lease = ?2 AND ended_at IS NULL",
            )?,
            insert: ledger.prepare_cached(
                "INSERT INTO deliveries (id, entry, message, account, address, address_digest, token_digest, code_digest, \
                   not_me_digest, fingerprint, minted_at, expires_at, code_expires_at, state) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?,
        })
    }
}

fn decide(
    ledger: &Connection,
    statements: &mut Statements,
    decided: &Decided,
    lease: Id,
    limit: AccountLimit,
    now: Timestamp,
) -> rusqlite::Result<Verdict> {
    let Decided { row, decision, .. } = decided;
    let others = match decided.limited_account() {
        Some(account) => statements.others.of(account, row.id, row.accepted_at, now)?,
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
    let held = statements.hold.execute((
        row.id.as_bytes(),
        lease.as_bytes(),
        state.as_str(),
        reason.map(Reason::as_str),
        account,
        (verdict != Verdict::Send).then_some(now.as_millis()),
    ))?;
    if held == 0 {
        return Ok(Verdict::Ended);
    }
    insert(&mut statements.insert, decided, verdict == Verdict::Send)?;
    Ok(verdict)
}

/// Where nothing is mailed, the row names no account, and its digests open nothing.
fn insert(statement: &mut CachedStatement, decided: &Decided, is_mailed: bool) -> rusqlite::Result<usize> {
    let Decided { row, decision, delivery } = decided;
    let (message, account, address) = match decision {
        Decision::Mail { message, account, address } if is_mailed => {
            (Some(*message), Some(account.as_str()), Some(address))
        }
        Decision::Mail { .. } | Decision::End(_) => (None, None, None),
    };
    statement.execute((
        delivery.id.as_bytes(),
        row.id.as_bytes(),
        message.map(MessageKind::as_str),
        account,
        address,
        delivery.address_digest,
        delivery.token_digest,
        delivery.code_digest,
        delivery.not_me_digest,
        delivery.fingerprint,
        delivery.minted_at.as_millis(),
        delivery.expires_at.as_millis(),
        delivery.code_expires_at.as_millis(),
        if message == Some(MessageKind::Reset) { "live" } else { "none" },
    ))
}

/// Finds what is known of an account beside one request.
pub(super) struct OtherRequests<'ledger> {
    last_accepted: CachedStatement<'ledger>,
    mints: CachedStatement<'ledger>,
}

impl<'ledger> OtherRequests<'ledger> {
    pub(super) fn prepare(ledger: &'ledger Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            last_accepted: ledger.prepare_cached(
                "SELECT max(accepted_at) FROM outbox \
                 WHERE account = ?1 AND id <> ?2 AND accepted_at <= ?3 AND message = 'reset' AND state <> 'suppressed'",
            )?,
            mints: ledger.prepare_cached(
                "SELECT max(minted_at) FILTER (WHERE is_other) AS last_mint, \
                   count(*) FILTER (WHERE is_other AND minted_at > ?3) AS mints_in_hour, \
                   min(minted_at) FILTER (WHERE is_other AND minted_at > ?3) AS oldest_mint_in_hour, \
                   max(closed_at) FILTER (WHERE state = 'redeemed') AS redeemed_at, \
                   max(closed_at) FILTER (WHERE state <> 'redeemed') AS disowned_at \
                 FROM (SELECT minted_at, state, CASE WHEN closed_at <= ?4 THEN closed_at END AS closed_at, \
                         entry <> ?2 AND message IN ('reset', 'no_account') AND minted_at <= ?4 AS is_other \
                       FROM deliveries WHERE account = ?1)",
            )?,
        })
    }

    /// What is known of `account` beside the request `except`, which was accepted at `accepted_at`.
    pub(super) fn of(
        &mut self,
        account: &AccountId,
        except: Id,
        accepted_at: Timestamp,
        now: Timestamp,
    ) -> rusqlite::Result<Others> {
        let hour_ago = now.minus(HOUR).as_millis();
        let believed_until = believed_until(accepted_at, now).as_millis();
        let last_accepted: Option<i64> = self
            .last_accepted
            .query_row((account.as_str(), except.as_bytes(), accepted_at.as_millis()), |row| row.get(0))?;
        self.mints.query_row((account.as_str(), except.as_bytes(), hour_ago, believed_until), |row| {
            let redeemed = rows::optional_time(row, 3)?.map(|at| (at, Reason::Redeemed));
            let disowned = rows::optional_time(row, 4)?.map(|at| (at, Reason::NotMe));
            Ok(Others {
                history: AccountHistory {
                    last_accepted: last_accepted.map(Timestamp::from_millis),
                    last_mint: rows::optional_time(row, 0)?,
                    mints_in_hour: row.get(1)?,
                    oldest_mint_in_hour: rows::optional_time(row, 2)?,
                },
                closed: redeemed.into_iter().chain(disowned).max_by_key(|(at, _)| *at),
            })
        })
    }
}
