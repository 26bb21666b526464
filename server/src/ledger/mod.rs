//! Regain's own state: requests, deliveries, claims, API tokens.

use regain_core::keys::Digest;
use thiserror::Error;

/// The ledger.
pub struct Ledger;

/// The ledger could not be read or written. For the operator; nothing of it reaches a client.
#[derive(Debug, Error)]
#[error("the ledger {what}: {cause}")]
pub struct LedgerFault {
    /// What failed, as a predicate: "cannot be opened".
    pub what: &'static str,
    /// The engine's words.
    pub cause: String,
}

impl Ledger {
    /// Whether an API token with this digest was created and not revoked.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn knows_api_token(&self, _digest: &Digest) -> Result<bool, LedgerFault> {
        Ok(false)
    }

    /// Whether the ledger can be written at this moment.
    pub async fn is_ready(&self) -> bool {
        true
    }
}
