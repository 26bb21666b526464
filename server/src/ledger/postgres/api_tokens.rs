//! See [`crate::ledger::api_tokens`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Text, one};
use crate::ledger::LedgerFault;
use crate::ledger::api_tokens::{ApiToken, ApiTokens};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::time::Timestamp;
use tokio_postgres::Row;

#[async_trait]
impl ApiTokens for PostgresLedger {
    async fn knows_api_token(&self, digest: &Digest) -> Result<bool, LedgerFault> {
        let digest = *digest;
        let find = self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT FROM regain.api_tokens WHERE digest = $1 AND revoked_at IS NULL";
                Ok(!client.query_typed(sql, &[one(&&digest[..])]).await?.is_empty())
            })
        });
        find.await
    }

    async fn create_api_token(&self, name: String, digest: Digest, now: Timestamp) -> Result<bool, LedgerFault> {
        let create = self.write(move |client| {
            Box::pin(async move {
                let sql = "INSERT INTO regain.api_tokens (name, digest, created_at) VALUES ($1, $2, $3) \
                           ON CONFLICT DO NOTHING";
                Ok(client.execute_typed(sql, &[one(&Text(&name)), one(&&digest[..]), one(&now.as_millis())]).await?)
            })
        });
        Ok(create.await? == 1)
    }

    async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, LedgerFault> {
        let list = self.read(|client| {
            Box::pin(async move {
                let sql = "SELECT name, created_at, revoked_at FROM regain.api_tokens ORDER BY name COLLATE \"C\"";
                client.query_typed(sql, &[]).await?.iter().map(api_token).collect()
            })
        });
        list.await
    }

    async fn revoke_api_token(&self, name: String, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        let revoke = self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.api_tokens SET revoked_at = coalesce(revoked_at, $2) WHERE name = $1 \
                           RETURNING revoked_at";
                let revoked = client.query_typed(sql, &[one(&Text(&name)), one(&now.as_millis())]).await?;
                revoked.first().map(|row| rows::time(row, "revoked_at")).transpose()
            })
        });
        revoke.await
    }
}

fn api_token(row: &Row) -> Result<ApiToken, Trouble> {
    Ok(ApiToken {
        name: row.try_get("name")?,
        created_at: rows::time(row, "created_at")?,
        revoked_at: rows::optional_time(row, "revoked_at")?,
    })
}
