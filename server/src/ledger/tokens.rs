//! Tokens: live, claimed, and what a claim comes to. Every change is one guarded UPDATE; zero rows means somebody was faster.
//!
//! ```text
//! live ──► claimed{claim, until} ──► redeemed
//!   │  ◄── release (store is as before), count_refusal (it did not want the password)
//!   └──► expired (by its time) | superseded | revoked(why: also of too many refusals)
//! ```

use super::LedgerFault;
use super::times::far_ahead;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;

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
    /// Its claim lapsed, or another link of the account is claimed, and it is not known yet whether a password was written.
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

impl Claim {
    /// Its name, which tells when it was made.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }
}

/// A claim whose time ran out.
#[derive(Debug, Clone)]
pub struct LapsedClaim {
    /// The claim.
    pub claim: Claim,
    /// What the store holds if the password was written; none if it cannot have been.
    pub new_fingerprint: Option<Digest>,
}

/// Tokens: live, claimed, and what a claim comes to.
#[async_trait]
pub trait Tokens {
    /// What a reset token stands for.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault>;

    /// Claims a live token until `until`, by a name for the claim; none if somebody was faster, or it died.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn claim(
        &self,
        token: LiveToken,
        id: Id,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, LedgerFault>;

    /// Notes what the store will hold, before it is written; false if the claim is no longer ours.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn intend(&self, claim: &Claim, new_fingerprint: Digest) -> Result<bool, LedgerFault>;

    /// Gives a claimed token back: nothing was written with it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn release(&self, claim: &Claim) -> Result<bool, LedgerFault>;

    /// Gives a claimed token back because the new password was refused, and counts that. After `refusals_max` of them it is
    /// dead. False, and not counted, if the claim does not hold it any more.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn count_refusal(&self, claim: &Claim, refusals_max: u32) -> Result<bool, LedgerFault>;

    /// Lets a claim lapse at once, to be looked into by [`Ledger::lapsed_claims`].
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn lapse(&self, claim: &Claim) -> Result<bool, LedgerFault>;

    /// Ends a claimed token: the account is not what it was.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn revoke_changed(&self, claim: &Claim) -> Result<bool, LedgerFault>;

    /// Claims whose time ran out, oldest first.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<LapsedClaim>, LedgerFault>;
}

/// Where a token stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Live,
    /// It would open, but another link of the account may have written a password that is not settled yet. Were a second
    /// one written now, nobody could tell any more that the first was.
    Blocked,
    /// Being redeemed.
    Claimed,
    /// Claimed by somebody whose time ran out.
    Lapsed,
    Dead,
}

impl Stands {
    /// By the words and the time in its row; and by whether another link of the account is claimed, with what the store
    /// will hold.
    pub(super) fn at(now: Timestamp, state: &str, claim_until: Option<Timestamp>, is_blocked: bool) -> Self {
        match state {
            "live" if is_blocked => Self::Blocked,
            "live" => Self::Live,
            "claimed" if claim_until.is_some_and(|until| until <= now || until > far_ahead(now)) => Self::Lapsed,
            "claimed" => Self::Claimed,
            _ => Self::Dead,
        }
    }
}

impl TokenState {
    /// What a token that has not expired stands for.
    pub(super) fn of(token: LiveToken, stands: Stands) -> Self {
        match stands {
            Stands::Live => Self::Live(token),
            Stands::Lapsed | Stands::Blocked => Self::Recovering,
            Stands::Claimed | Stands::Dead => Self::Dead,
        }
    }
}
