//! See [`crate::ledger::settle`].

use super::SqliteLedger;
use super::returns::forget_bounce_of_delivery;
use super::timeline::note;
use super::webhooks::{self, Queued};
use crate::failpoint;
use crate::ledger::LedgerFault;
use crate::ledger::settle::{Notice, Settlements};
use crate::ledger::tokens::{Claim, LiveToken};
use crate::ledger::webhooks::Telling;
use crate::weakness::{self, Weakness};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::event::Happening;
use regain_core::locale::Locale;
use regain_core::request::Reason;
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};

#[async_trait]
impl Settlements for SqliteLedger {
    async fn settle(
        &self,
        claim: &Claim,
        notice: Notice,
        sessions: Option<String>,
        now: Timestamp,
    ) -> Result<bool, LedgerFault> {
        let (token, tells) = (claim.token.clone(), self.tells());
        self.write(move |ledger| {
            let is_settled = settle(ledger, &token, &notice, sessions.as_deref(), now)?;
            if is_settled && tells {
                let (id, entry) = (token.delivery, token.entry);
                webhooks::queue(ledger, Queued { id, what: Telling::PasswordChanged, entry, at: now }, None)?;
            }
            Ok(is_settled)
        })
        .await
    }
}

fn settle(
    ledger: &Connection,
    token: &LiveToken,
    notice: &Notice,
    sessions: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let redeemed = ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'redeemed', claim = NULL, claim_until = NULL, closed_at = ?2 \
             WHERE id = ?1 AND state <> 'redeemed'",
        )?
        .execute((token.delivery.as_bytes(), now.as_millis()))?;
    if redeemed == 0 {
        return Ok(false);
    }
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'revoked', reason = 'another_redeemed' \
             WHERE account = ?1 AND state = 'live'",
        )?
        .execute([token.account.as_str()])?;
    failpoint::reached("revoked");
    end_requests(ledger, &token.account, Reason::Redeemed, now)?;
    note(ledger, token.entry, now, Happening::Redeemed, sessions)?;
    forget_bounce_of_delivery(ledger, token.delivery)?;
    if !weakness::is(Weakness::NoticeNotSent) {
        insert_notice(ledger, token, notice, now)?;
    }
    failpoint::reached("notice_queued");
    Ok(true)
}

fn insert_notice(ledger: &Connection, token: &LiveToken, notice: &Notice, now: Timestamp) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "INSERT INTO outbox (id, message, about, origin, network, locales, identifier, name, address_digest, account, \
               accepted_at, due_at) \
             SELECT :id, 'password_changed', id, origin, network, coalesce(:locale || ',', '') || locales, :address, :name, \
               :address_digest, :account, :now, :now \
             FROM outbox WHERE id = :about",
        )?
        .execute(named_params! {
            ":id": notice.id.as_bytes(),
            ":address": notice.address,
            ":name": notice.name,
            ":locale": notice.locale.as_ref().map(Locale::as_str),
            ":address_digest": notice.address_digest,
            ":account": token.account.as_str(),
            ":now": now.as_millis(),
            ":about": token.entry.as_bytes(),
        })
}

/// A request under way must not mail a new link after this one was used, or disowned. Those that wait to be looked up are
/// ended when they are: see [`super::deliveries::OtherRequests`].
pub(super) fn end_requests(
    ledger: &Connection,
    account: &AccountId,
    why: Reason,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE outbox SET ended_at = ?3, lease = NULL, reason = ?2, state = iif( \
               EXISTS (SELECT 1 FROM deliveries WHERE entry = outbox.id AND message = 'reset'), 'mailed', 'suppressed') \
             WHERE ended_at IS NULL AND message = 'reset' AND account = ?1",
        )?
        .execute((account.as_str(), why.as_str(), now.as_millis()))
}
