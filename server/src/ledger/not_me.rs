//! "This was not me", in the ledger: it ends every link of an account.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// What a token that says "this was not me" was mailed for.
#[derive(Debug, Clone)]
pub struct Disowned {
    /// The request, or the notice.
    pub entry: Id,
    /// Whose.
    pub account: AccountId,
}

/// "This was not me".
#[async_trait]
pub trait Disownments {
    /// What a "this was not me" token was mailed for, if it still counts.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn find_not_me(&self, digest: Digest, minted_after: Timestamp) -> Result<Option<Disowned>, LedgerFault>;

    /// Ends every live link of the account, and every request under way; says how many links.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn revoke_not_me(&self, disowned: Disowned, now: Timestamp) -> Result<usize, LedgerFault>;
}
