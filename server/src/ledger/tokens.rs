//! Tokens: live, claimed, and what a claim comes to. Every change is one guarded UPDATE; zero rows means somebody was faster.
//!
//! ```text
//! live ──► claimed{claim, until} ──► redeemed
//!   │  ◄── release (store is as before)
//!   └──► expired (by its time) | superseded | revoked(why)
//! ```

use super::{Ledger, LedgerFault, rows};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

/// A token that opens a form.
#[derive(Debug, Clone)]
pub struct LiveToken {
    /// The delivery it went out with.
    pub delivery: Id,
    /// The request it answers.
    pub entry: Id,
    /// Whose.
    pub account: AccountId,
    /// The account's fingerprint at minting.
    pub fingerprint: Digest,
    /// When the credential that was shown dies.
    pub expires_at: Timestamp,
}

/// What a credential stands for.
#[derive(Debug, Clone)]
pub enum TokenState {
    /// It opens.
    Live(LiveToken),
    /// Its claim lapsed, and it is not known yet whether the password was written.
    Recovering,
    /// It opens nothing.
    Dead,
}

/// The right to redeem one token. Only the ledger makes one; what it is good for is guarded there, and whoever comes
/// too late with it changes nothing.
#[derive(Debug, Clone)]
pub struct Claim {
    pub(super) id: Id,
    /// The token that is claimed.
    pub token: LiveToken,
}

/// A claim whose time ran out.
#[derive(Debug, Clone)]
pub struct LapsedClaim {
    /// The claim.
    pub claim: Claim,
    /// What the store holds if the password was written; none if it cannot have been.
    pub new_fingerprint: Option<Digest>,
}

impl Ledger {
    /// What a reset token stands for.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault> {
        self.read(move |ledger| {
            let found = ledger
                .prepare_cached(concat!(
                    "SELECT id, entry, account, fingerprint, expires_at, state, claim_until FROM deliveries ",
                    "WHERE token_digest = ?1 AND message = 'reset' AND expires_at > ?2"
                ))?
                .query_row((digest, now.as_millis()), |row| Ok((live_token(row)?, stands(row, now)?)))
                .optional()?;
            Ok(match found {
                Some((token, Stands::Live)) => TokenState::Live(token),
                Some((_, Stands::Lapsed)) => TokenState::Recovering,
                Some((_, Stands::Claimed | Stands::Dead)) | None => TokenState::Dead,
            })
        })
        .await
    }

    /// Claims a live token until `until`, by a name for the claim; none if somebody was faster, or it died.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn claim(
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
                     WHERE id = ?1 AND state = 'live'",
                )?
                .execute((token.delivery.as_bytes(), id.as_bytes(), until.as_millis()))?;
            Ok((claimed == 1).then_some(Claim { id, token }))
        })
        .await
    }

    /// Notes what the store will hold, before it is written; false if the claim is no longer ours.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn intend(&self, claim: &Claim, new_fingerprint: Digest) -> Result<bool, LedgerFault> {
        let (delivery, claim) = (claim.token.delivery, claim.id);
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE deliveries SET new_fingerprint = ?3 WHERE id = ?1 AND claim = ?2 AND state = 'claimed'",
                )?
                .execute((delivery.as_bytes(), claim.as_bytes(), new_fingerprint))
        })
        .await
        .map(|rows| rows == 1)
    }

    /// Gives a claimed token back: nothing was written with it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn release(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'live', claim = NULL, claim_until = NULL").await
    }

    /// Lets a claim lapse at once, to be looked into by [`Ledger::lapsed_claims`].
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn lapse(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "claim_until = 0").await
    }

    /// Ends a claimed token: the account is not what it was.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn revoke_changed(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        self.set_claimed(claim, "state = 'revoked', reason = 'changed', claim = NULL, claim_until = NULL").await
    }

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

    /// Claims whose time ran out, oldest first.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<LapsedClaim>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT id, entry, account, fingerprint, expires_at, claim, new_fingerprint FROM deliveries \
                     WHERE state = 'claimed' AND claim_until <= ?1 ORDER BY claim_until LIMIT 64",
                )?
                .query_map([now.as_millis()], |row| {
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

/// Where a token stands at one moment.
pub(super) enum Stands {
    Live,
    /// Being redeemed.
    Claimed,
    /// Claimed by somebody whose time ran out.
    Lapsed,
    Dead,
}

pub(super) fn stands(row: &Row, now: Timestamp) -> rusqlite::Result<Stands> {
    let until = rows::optional_time(row, "claim_until")?;
    Ok(match row.get_ref("state")?.as_str()? {
        "live" => Stands::Live,
        "claimed" if until.is_some_and(|until| until <= now) => Stands::Lapsed,
        "claimed" => Stands::Claimed,
        _ => Stands::Dead,
    })
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
