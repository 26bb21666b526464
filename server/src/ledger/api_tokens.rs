//! API tokens of trusted callers: made once, shown once, kept as digests.

use super::{Ledger, LedgerFault, rows};
use regain_core::keys::Digest;
use regain_core::time::Timestamp;
use rusqlite::OptionalExtension;

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

impl Ledger {
    /// Whether an API token with this digest was made and not revoked. Asked each time, so that a revoked one is
    /// refused at once; the index compares digests, which tell nothing of the token.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn knows_api_token(&self, digest: &Digest) -> Result<bool, LedgerFault> {
        let digest = *digest;
        self.read(move |ledger| {
            ledger.prepare_cached("SELECT 1 FROM api_tokens WHERE digest = ?1 AND revoked_at IS NULL")?.exists([digest])
        })
        .await
    }

    /// Keeps a new token's digest; false if there is one of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn create_api_token(&self, name: String, digest: Digest, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger.execute(
                "INSERT INTO api_tokens (name, digest, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                (name, digest, now.as_millis()),
            )
        })
        .await
        .map(|rows| rows == 1)
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, LedgerFault> {
        self.read(|ledger| {
            ledger
                .prepare("SELECT name, created_at, revoked_at FROM api_tokens ORDER BY name")?
                .query_map([], |row| {
                    Ok(ApiToken {
                        name: row.get("name")?,
                        created_at: rows::time(row, "created_at")?,
                        revoked_at: rows::optional_time(row, "revoked_at")?,
                    })
                })?
                .collect()
        })
        .await
    }

    /// Revokes a token; when it was revoked, or none if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn revoke_api_token(&self, name: String, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        self.write(move |ledger| {
            ledger
                .query_row(
                    "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE name = ?1 RETURNING revoked_at",
                    (name, now.as_millis()),
                    |row| rows::time(row, "revoked_at"),
                )
                .optional()
        })
        .await
    }
}
