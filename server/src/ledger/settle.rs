//! The end of a redeeming, in one commit.

use super::LedgerFault;
use super::tokens::Claim;
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::locale::Locale;
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// The mail that tells the owner of a change.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its name in the outbox.
    pub id: Id,
    /// The address on file.
    pub address: String,
    /// Keyed digest of it, folded.
    pub address_digest: Digest,
    /// How to greet the owner.
    pub name: Option<String>,
    /// The owner's language, which goes before those of whoever asked.
    pub locale: Option<Locale>,
}

/// The end of a redeeming.
#[async_trait]
pub trait Settlements {
    /// The password is written: the token is redeemed, every other link of the account ends, requests under way are
    /// ended, and the notice is queued; all in one commit. False if it was settled before. `sessions` says for the timeline
    /// what ended them.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn settle(
        &self,
        claim: &Claim,
        notice: Notice,
        sessions: Option<String>,
        now: Timestamp,
    ) -> Result<bool, LedgerFault>;
}
