//! See [`crate::ledger::tokens`]. Whether a claim has lapsed is for the server's clock to say.

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Key, milliseconds, one};
use crate::ledger::LedgerFault;
use crate::ledger::times::far_ahead;
use crate::ledger::tokens::{Claim, LapsedClaim, LiveToken, Stands, TokenState, Tokens};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use tokio_postgres::Row;

#[async_trait]
impl Tokens for PostgresLedger {
    async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault> {
        let find = self.read(move |client| {
            Box::pin(async move {
                let sql = format!(
                    "SELECT id, entry, account, fingerprint, expires_at, state, claim_until, {IS_BLOCKED}, \
                       regain.ledger_now() AS ledger_now \
                     FROM regain.deliveries \
                     WHERE token_digest = $1 AND message = 'reset' AND expires_at > $2"
                );
                let found = client.query_typed(&sql, &[one(&&digest[..]), one(&now.as_millis())]).await?;
                let Some(row) = found.first() else { return Ok(TokenState::Dead) };
                Ok(TokenState::of(live_token(row)?, stands(row)?))
            })
        });
        find.await
    }

    async fn claim(
        &self,
        token: LiveToken,
        id: Id,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, LedgerFault> {
        if now >= token.expires_at {
            return Ok(None);
        }
        let (delivery, span) = (Key(token.delivery), milliseconds(now.until(until)));
        let claim = self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.deliveries \
                           SET state = 'claimed', claim = $2, claim_until = regain.ledger_now() + $3, \
                             new_fingerprint = NULL \
                           WHERE id = $1 AND state = 'live' AND expires_at > $4";
                Ok(client
                    .execute_typed(sql, &[one(&delivery), one(&Key(id)), one(&span), one(&now.as_millis())])
                    .await?)
            })
        });
        Ok((claim.await? == 1).then_some(Claim { id, token }))
    }

    async fn intend(&self, claim: &Claim, new_fingerprint: Digest) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (Key(claim.token.delivery), Key(claim.id));
        let intend = self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.deliveries SET new_fingerprint = $3 \
                           WHERE id = $1 AND claim = $2 AND state = 'claimed'";
                Ok(client.execute_typed(sql, &[one(&delivery), one(&claim), one(&&new_fingerprint[..])]).await?)
            })
        });
        Ok(intend.await? == 1)
    }

    async fn release(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'live', claim = NULL, claim_until = NULL").await
    }

    async fn count_refusal(&self, claim: &Claim, refusals_max: u32) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (Key(claim.token.delivery), Key(claim.id()));
        let refusals_max = i32::try_from(refusals_max).unwrap_or(i32::MAX);
        let count = self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.deliveries SET refusals = refusals + 1, claim = NULL, claim_until = NULL, \
                             state = CASE WHEN refusals + 1 < $3 THEN 'live' ELSE 'revoked' END, \
                             reason = CASE WHEN refusals + 1 < $3 THEN reason ELSE 'refused' END \
                           WHERE id = $1 AND claim = $2 AND state = 'claimed'";
                Ok(client.execute_typed(sql, &[one(&delivery), one(&claim), one(&refusals_max)]).await?)
            })
        });
        Ok(count.await? == 1)
    }

    async fn lapse(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "claim_until = 0").await
    }

    async fn revoke_changed(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'revoked', reason = 'changed', claim = NULL, claim_until = NULL").await
    }

    async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<LapsedClaim>, LedgerFault> {
        let put_off_max = milliseconds(now.until(far_ahead(now)));
        let find = self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT id, entry, account, fingerprint, expires_at, claim, new_fingerprint \
                           FROM regain.deliveries \
                           WHERE state = 'claimed' \
                             AND (claim_until <= regain.ledger_now() OR claim_until > regain.ledger_now() + $1) \
                           ORDER BY claim_until LIMIT 64";
                client.query_typed(sql, &[one(&put_off_max)]).await?.iter().map(lapsed_claim).collect()
            })
        });
        find.await
    }
}

impl PostgresLedger {
    async fn set_claimed(&self, claim: &Claim, what: &'static str) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (Key(claim.token.delivery), Key(claim.id));
        let set = self.write(move |client| {
            Box::pin(async move {
                let sql =
                    format!("UPDATE regain.deliveries SET {what} WHERE id = $1 AND claim = $2 AND state = 'claimed'");
                Ok(client.execute_typed(&sql, &[one(&delivery), one(&claim)]).await?)
            })
        });
        Ok(set.await? == 1)
    }
}

/// See [`Stands::Blocked`].
pub(super) const IS_BLOCKED: &str = "EXISTS (SELECT FROM regain.deliveries AS other \
    WHERE other.account = deliveries.account AND other.id <> deliveries.id \
      AND other.state = 'claimed' AND other.new_fingerprint IS NOT NULL) AS is_blocked";

/// Where a link stands by the row's own `ledger_now`.
pub(super) fn stands(row: &Row) -> Result<Stands, Trouble> {
    let now = rows::time(row, "ledger_now")?;
    let claim_until = rows::optional_time(row, "claim_until")?;
    Ok(Stands::at(now, row.try_get("state")?, claim_until, row.try_get("is_blocked")?))
}

pub(super) fn live_token(row: &Row) -> Result<LiveToken, Trouble> {
    Ok(LiveToken {
        delivery: rows::id(row, "id")?,
        entry: rows::id(row, "entry")?,
        account: AccountId::new(row.try_get::<_, String>("account")?),
        fingerprint: rows::digest(row, "fingerprint")?,
        expires_at: rows::time(row, "expires_at")?,
    })
}

fn lapsed_claim(row: &Row) -> Result<LapsedClaim, Trouble> {
    Ok(LapsedClaim {
        claim: Claim { id: rows::id(row, "claim")?, token: live_token(row)? },
        new_fingerprint: rows::optional_digest(row, "new_fingerprint")?,
    })
}
