//! See [`crate::ledger::settle`].

use super::connections::Trouble;
use super::returns::forget_bounce_of_delivery;
use super::rows::{Key, Text, one};
use super::timeline::note;
use super::webhooks::{self, Queued};
use super::{PostgresLedger, accounts};
use crate::failpoint;
use crate::ledger::LedgerFault;
use crate::ledger::settle::{Notice, Settlements};
use crate::ledger::tokens::{Claim, LiveToken};
use crate::ledger::webhooks::Telling;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::event::Happening;
use regain_core::request::Reason;
use regain_core::time::Timestamp;
use std::sync::Arc;
use tokio_postgres::Client;

#[async_trait]
impl Settlements for PostgresLedger {
    async fn settle(
        &self,
        claim: &Claim,
        notice: Notice,
        sessions: Option<String>,
        now: Timestamp,
    ) -> Result<bool, LedgerFault> {
        let (ended, tells) = (Arc::new((claim.token.clone(), notice, sessions)), self.tells());
        let settled = self.transaction(move |client| {
            let ended = Arc::clone(&ended);
            Box::pin(async move {
                let (token, notice, sessions) = &*ended;
                let is_settled = settle(client, token, notice, sessions.as_deref(), now).await?;
                if is_settled && tells {
                    let (id, entry) = (token.delivery, token.entry);
                    let queued = Queued { id, what: Telling::PasswordChanged, entry, at: now };
                    webhooks::queue(client, queued, None).await?;
                }
                Ok(is_settled)
            })
        });
        settled.await
    }
}

async fn settle(
    client: &Client,
    token: &LiveToken,
    notice: &Notice,
    sessions: Option<&str>,
    now: Timestamp,
) -> Result<bool, Trouble> {
    accounts::lock(client, [&token.account]).await?;
    let redeem = "UPDATE regain.deliveries \
                  SET state = 'redeemed', claim = NULL, claim_until = NULL, closed_at = $2 \
                  WHERE id = $1 AND state <> 'redeemed'";
    if client.execute_typed(redeem, &[one(&Key(token.delivery)), one(&now.as_millis())]).await? == 0 {
        return Ok(false);
    }
    let revoke = "UPDATE regain.deliveries SET state = 'revoked', reason = 'another_redeemed' \
                  WHERE account = $1 AND state = 'live'";
    client.execute_typed(revoke, &[one(&Text(token.account.as_str()))]).await?;
    failpoint::reached("revoked");
    end_requests(client, &token.account, Reason::Redeemed, now).await?;
    note(client, token.entry, now, Happening::Redeemed, sessions).await?;
    forget_bounce_of_delivery(client, token.delivery).await?;
    insert_notice(client, token, notice, now).await?;
    failpoint::reached("notice_queued");
    Ok(true)
}

async fn insert_notice(client: &Client, token: &LiveToken, notice: &Notice, now: Timestamp) -> Result<(), Trouble> {
    let sql = "INSERT INTO regain.outbox (id, message, about, origin, network, locales, identifier, name, \
                 address_digest, account, accepted_at, due_at) \
               SELECT $1, 'password_changed', id, origin, network, coalesce($8 || ',', '') || locales, $2, $3, $4, $5, $6, \
                 regain.ledger_now() \
               FROM regain.outbox WHERE id = $7";
    client
        .execute_typed(
            sql,
            &[
                one(&Key(notice.id)),
                one(&Text(&notice.address)),
                one(&notice.name.as_deref().map(Text)),
                one(&&notice.address_digest[..]),
                one(&Text(token.account.as_str())),
                one(&now.as_millis()),
                one(&Key(token.entry)),
                one(&notice.locale.as_ref().map(|locale| Text(locale.as_str()))),
            ],
        )
        .await?;
    Ok(())
}

/// A request under way must not mail a new link after this one was used, or disowned. Those that wait to be looked up are
/// ended when they are, by what closed the account. The account's lock is held.
pub(super) async fn end_requests(
    client: &Client,
    account: &AccountId,
    why: Reason,
    now: Timestamp,
) -> Result<(), Trouble> {
    let sql = "UPDATE regain.outbox SET ended_at = $3, lease = NULL, reason = $2, \
                 state = CASE WHEN EXISTS \
                   (SELECT FROM regain.deliveries WHERE entry = outbox.id AND message = 'reset') \
                   THEN 'mailed' ELSE 'suppressed' END \
               WHERE ended_at IS NULL AND message = 'reset' AND account = $1";
    client.execute_typed(sql, &[one(&Text(account.as_str())), one(&why.as_str()), one(&now.as_millis())]).await?;
    Ok(())
}
