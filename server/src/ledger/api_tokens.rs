//! API tokens of trusted callers: made once, shown once, kept as digests.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::time::Timestamp;

/// An API token as `regain token list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What it was called when it was made.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// API tokens of trusted callers.
#[async_trait]
pub trait ApiTokens {
    /// Whether an API token with this digest was made and not revoked. Asked each time, so that a revoked one is
    /// refused at once; the index compares digests, which tell nothing of the token.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn knows_api_token(&self, digest: &Digest) -> Result<bool, LedgerFault>;

    /// Keeps a new token's digest; false if there is one of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn create_api_token(&self, name: String, digest: Digest, now: Timestamp) -> Result<bool, LedgerFault>;

    /// All tokens, by name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, LedgerFault>;

    /// Revokes a token; when it was revoked, or none if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn revoke_api_token(&self, name: String, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault>;
}
