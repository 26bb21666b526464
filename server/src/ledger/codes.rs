//! Reset codes: tried against the newest code of an address, and counted, account or not.

use super::LedgerFault;
use super::tokens::{LiveToken, Stands, TokenState};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use subtle::ConstantTimeEq;

/// Makes the digest that a typed code has for a delivery; none, if what was typed is no code at all.
pub type CodeDigest = Box<dyn Fn(Id) -> Option<Digest> + Send + Sync>;

/// Reset codes.
#[async_trait]
pub trait Codes {
    /// Tries a code. `digest_for` makes its digest for a delivery; none, if what was typed is no code at all. Writes
    /// one row whatever comes of it. A wrong code counts as an attempt, a right one does not, nor does it while its
    /// link is claimed; after `attempts_max` wrong ones the code is dead. A new code starts with no attempts.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn try_code(
        &self,
        address_digest: Digest,
        digest_for: CodeDigest,
        attempts_max: u32,
        now: Timestamp,
    ) -> Result<TokenState, LedgerFault>;
}

/// A code that was mailed, and the token it stands for.
pub(super) struct Candidate {
    pub(super) digest: Digest,
    pub(super) stands: Stands,
    pub(super) token: LiveToken,
}

/// More than one only while the newer mail's fate is unknown, or two accounts' addresses fold alike.
pub(super) const CANDIDATES_MAX: u32 = 4;

/// What a typed code stands for among the `minted`, newest first, after `attempts` wrong ones; and whether it counts as
/// one more of those.
pub(super) fn judge(
    minted: Vec<Candidate>,
    digest_for: &CodeDigest,
    attempts: u32,
    attempts_max: u32,
    now: Timestamp,
) -> (TokenState, bool) {
    let right = minted
        .into_iter()
        .filter(|candidate| candidate.is_meant(digest_for))
        .find(|candidate| attempts < attempts_max && now < candidate.token.expires_at);
    match right {
        Some(Candidate { stands, token, .. }) => (TokenState::of(token, stands), stands == Stands::Dead),
        None => (TokenState::Dead, true),
    }
}

impl Candidate {
    fn is_meant(&self, digest_for: &CodeDigest) -> bool {
        digest_for(self.token.delivery).is_some_and(|digest| digest.ct_eq(&self.digest).into())
    }
}
