//! See [`crate::ledger::api_tokens`].

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::api_tokens::{ApiToken, ApiTokens};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::time::Timestamp;
use rusqlite::OptionalExtension;

#[async_trait]
impl ApiTokens for SqliteLedger {
    async fn knows_api_token(&self, digest: &Digest) -> Result<bool, LedgerFault> {
        let digest = *digest;
        self.read(move |ledger| {
            ledger.prepare_cached("SELECT 1 FROM api_tokens WHERE digest = ?1 AND revoked_at IS NULL")?.exists([digest])
        })
        .await
    }

    async fn create_api_token(&self, name: String, digest: Digest, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger.execute(
                "INSERT INTO api_tokens (name, digest, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                (name, digest, now.as_millis()),
            )
        })
        .await
        .map(|rows| rows == 1)
    }

    async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, LedgerFault> {
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

    async fn revoke_api_token(&self, name: String, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
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
