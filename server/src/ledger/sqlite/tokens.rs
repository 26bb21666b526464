//! See [`crate::ledger::tokens`].

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::times::far_ahead;
use crate::ledger::tokens::{Claim, LapsedClaim, LiveToken, Stands, TokenState, Tokens};
use crate::weakness::{self, Weakness};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

#[async_trait]
impl Tokens for SqliteLedger {
    async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault> {
        self.read(move |ledger| {
            let found = ledger
                .prepare_cached(&format!(
                    "SELECT id, entry, account, fingerprint, expires_at, state, claim_until, {IS_BLOCKED} FROM deliveries \
                     WHERE token_digest = ?1 AND message = 'reset' AND expires_at > ?2"
                ))?
                .query_row((digest, now.as_millis()), |row| Ok((live_token(row)?, stands(row, now)?)))
                .optional()?;
            Ok(found.map_or(TokenState::Dead, |(token, stands)| TokenState::of(token, stands)))
        })
        .await
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
        self.write(move |ledger| {
            let claimed = ledger
                .prepare_cached(
                    "UPDATE deliveries SET state = 'claimed', claim = ?2, claim_until = ?3, new_fingerprint = NULL \
                     WHERE id = ?1 AND state = 'live' AND expires_at > ?4",
                )?
                .execute((token.delivery.as_bytes(), id.as_bytes(), until.as_millis(), now.as_millis()))?;
            Ok((claimed == 1 || weakness::is(Weakness::ClaimNotGuarded)).then_some(Claim { id, token }))
        })
        .await
    }

    async fn intend(&self, claim: &Claim, new_fingerprint: Digest) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (claim.token.delivery, claim.id);
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE deliveries SET new_fingerprint = ?3 WHERE id = ?1 AND claim = ?2 AND state = 'claimed'",
                )?
                .execute((delivery.as_bytes(), claim.as_bytes(), new_fingerprint))
        })
        .await
        .map(|rows| rows == 1 || weakness::is(Weakness::ClaimNotGuarded))
    }

    async fn release(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'live', claim = NULL, claim_until = NULL").await
    }

    async fn count_refusal(&self, claim: &Claim, refusals_max: u32) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (claim.token.delivery, claim.id());
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE deliveries SET refusals = refusals + 1, claim = NULL, claim_until = NULL, \
                       state = iif(refusals + 1 < ?3, 'live', 'revoked'), \
                       reason = iif(refusals + 1 < ?3, reason, 'refused') \
                     WHERE id = ?1 AND claim = ?2 AND state = 'claimed'",
                )?
                .execute((delivery.as_bytes(), claim.as_bytes(), refusals_max))
        })
        .await
        .map(|rows| rows == 1)
    }

    async fn lapse(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "claim_until = 0").await
    }

    async fn revoke_changed(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'revoked', reason = 'changed', claim = NULL, claim_until = NULL").await
    }

    async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<LapsedClaim>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT id, entry, account, fingerprint, expires_at, claim, new_fingerprint FROM deliveries \
                     WHERE state = 'claimed' AND (claim_until <= ?1 OR claim_until > ?2) \
                     ORDER BY claim_until LIMIT 64",
                )?
                .query_map([now.as_millis(), far_ahead(now).as_millis()], |row| {
                    Ok(LapsedClaim {
                        claim: Claim { id: rows::id(row, "claim")?, token: live_token(row)? },
                        new_fingerprint: row.get("new_fingerprint")?,
                    })
                })?
                .collect()
        })
        .await
    }
}

impl SqliteLedger {
    async fn set_claimed(&self, claim: &Claim, what: &'static str) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (claim.token.delivery, claim.id);
        self.write(move |ledger| {
            ledger
                .prepare_cached(&format!(
                    "UPDATE deliveries SET {what} WHERE id = ?1 AND claim = ?2 AND state = 'claimed'"
                ))?
                .execute((delivery.as_bytes(), claim.as_bytes()))
        })
        .await
        .map(|rows| rows == 1)
    }
}

/// See [`Stands::Blocked`].
pub(super) const IS_BLOCKED: &str = "EXISTS (SELECT 1 FROM deliveries AS other \
    WHERE other.account = deliveries.account AND other.id <> deliveries.id \
      AND other.state = 'claimed' AND other.new_fingerprint IS NOT NULL) AS is_blocked";

pub(super) fn stands(row: &Row, now: Timestamp) -> rusqlite::Result<Stands> {
    let (state, claim_until) = (row.get_ref("state")?.as_str()?, rows::optional_time(row, "claim_until")?);
    Ok(Stands::at(now, state, claim_until, row.get("is_blocked")?))
}

pub(super) fn live_token(row: &Row) -> rusqlite::Result<LiveToken> {
    Ok(LiveToken {
        delivery: rows::id(row, "id")?,
        entry: rows::id(row, "entry")?,
        account: AccountId::new(row.get::<_, String>("account")?),
        fingerprint: rows::digest(row, "fingerprint")?,
        expires_at: rows::time(row, "expires_at")?,
    })
}
