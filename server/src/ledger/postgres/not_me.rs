//! See [`crate::ledger::not_me`].

use super::connections::Trouble;
use super::rows::{self, Key, Text, one};
use super::settle::end_requests;
use super::timeline::note;
use super::webhooks::{self, Queued};
use super::{PostgresLedger, accounts};
use crate::ledger::LedgerFault;
use crate::ledger::not_me::{Disowned, Disownments};
use crate::ledger::webhooks::Telling;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use std::sync::Arc;
use tokio_postgres::Client;

#[async_trait]
impl Disownments for PostgresLedger {
    async fn find_not_me(&self, digest: Digest, minted_after: Timestamp) -> Result<Option<Disowned>, LedgerFault> {
        let find = self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT entry, account FROM regain.deliveries \
                           WHERE not_me_digest = $1 AND message IN ('reset', 'password_changed') AND minted_at > $2";
                let found = client.query_typed(sql, &[one(&&digest[..]), one(&minted_after.as_millis())]).await?;
                let Some(row) = found.first() else { return Ok(None) };
                let account = AccountId::new(row.try_get::<_, String>("account")?);
                Ok(Some(Disowned { entry: rows::id(row, "entry")?, account }))
            })
        });
        find.await
    }

    async fn revoke_not_me(&self, disowned: Disowned, now: Timestamp) -> Result<usize, LedgerFault> {
        let (disowned, tells) = (Arc::new(disowned), self.tells());
        let revoked = self.transaction(move |client| {
            let disowned = Arc::clone(&disowned);
            Box::pin(async move { disown(client, &disowned, now, tells).await })
        });
        revoked.await
    }
}

async fn disown(
    client: &Client,
    Disowned { entry, account }: &Disowned,
    now: Timestamp,
    tells: bool,
) -> Result<usize, Trouble> {
    accounts::lock(client, [account]).await?;
    let key = Text(account.as_str());
    hold_links(client, account).await?;
    let revoke = "UPDATE regain.deliveries SET state = 'revoked', reason = 'not_me', claim = NULL, claim_until = NULL \
                  WHERE account = $1 AND (state = 'live' OR (state = 'claimed' AND new_fingerprint IS NULL))";
    let ended = client.execute_typed(revoke, &[one(&key)]).await?;
    // The password may be in the store by now: such a link ends with its claim, and is never live again.
    let expire = "UPDATE regain.deliveries SET expires_at = least(expires_at, $2) \
                  WHERE account = $1 AND state = 'claimed'";
    client.execute_typed(expire, &[one(&key), one(&now.as_millis())]).await?;
    let close = "UPDATE regain.deliveries SET closed_at = $2 WHERE entry = $1 AND account = $3";
    client.execute_typed(close, &[one(&Key(*entry)), one(&now.as_millis()), one(&key)]).await?;
    end_requests(client, account, Reason::NotMe, now).await?;
    if tells && !is_disowned(client, *entry).await? {
        let queued = Queued { id: *entry, what: Telling::NotMe, entry: *entry, at: now };
        webhooks::queue(client, queued, None).await?;
    }
    note(client, *entry, now, Happening::NotMe, None).await?;
    Ok(usize::try_from(ended).unwrap_or(usize::MAX))
}

/// Whether that was said before. The account's lock is held.
async fn is_disowned(client: &Client, entry: Id) -> Result<bool, Trouble> {
    let sql = "SELECT EXISTS (SELECT FROM regain.events WHERE entry = $1 AND what = 'not_me') AS it";
    Ok(client.query_typed_one(sql, &[one(&Key(entry))]).await?.try_get("it")?)
}

/// Claims are made and given back without the account's lock. While these rows are held, none of them goes from one to the
/// other between two statements, unseen by both.
async fn hold_links(client: &Client, account: &AccountId) -> Result<(), Trouble> {
    let sql = "SELECT FROM regain.deliveries WHERE account = $1 AND state IN ('live', 'claimed') FOR UPDATE";
    client.query_typed(sql, &[one(&Text(account.as_str()))]).await?;
    Ok(())
}
