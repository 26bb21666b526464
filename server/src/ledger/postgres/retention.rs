//! See [`crate::ledger::retention`]. Each batch is one statement and its own transaction, and passes over what another
//! node is forgetting, or anybody is writing.

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::one;
use crate::ledger::LedgerFault;
use crate::ledger::retention::{BATCH, NOT_ME_TTL, Retention, STAND_IN, UNKNOWN_KEPT};
use crate::ledger::returns::BOUNCES_KEPT;
use async_trait::async_trait;
use regain_core::time::Timestamp;
use std::time::Duration;
use tokio_postgres::Client;

#[async_trait]
impl Retention for PostgresLedger {
    async fn forget_some(&self, now: Timestamp, retention: Duration) -> Result<bool, LedgerFault> {
        let forget = self.write(move |client| {
            Box::pin(async move {
                let a_day_ago = now.minus(UNKNOWN_KEPT);
                let mut forgotten =
                    forget_entries(client, a_day_ago, "reason = 'unknown' AND state = 'failed'").await?;
                forgotten += forget_entries(client, a_day_ago, &format!("account LIKE '{STAND_IN}%'")).await?;
                let live_link =
                    "EXISTS (SELECT FROM regain.deliveries WHERE entry = outbox.id AND message IS NOT NULL)";
                let long_ago = now.minus(retention.max(NOT_ME_TTL));
                forgotten += forget_entries(client, now.minus(retention), &format!("NOT {live_link}")).await?;
                forgotten += forget_entries(client, long_ago, live_link).await?;
                forgotten += forget_attempts(client, a_day_ago).await?;
                forgotten += forget_bounces(client, now.minus(BOUNCES_KEPT)).await?;
                Ok(forgotten > 0)
            })
        });
        forget.await
    }
}

async fn forget_entries(client: &Client, before: Timestamp, which: &str) -> Result<u64, Trouble> {
    let sql = format!(
        "WITH old AS (SELECT id FROM regain.outbox WHERE ended_at < $1 AND {which} LIMIT {BATCH} \
           FOR UPDATE SKIP LOCKED), \
         mails AS (DELETE FROM regain.deliveries WHERE entry IN (SELECT id FROM old)), \
         happenings AS (DELETE FROM regain.events WHERE entry IN (SELECT id FROM old)) \
         DELETE FROM regain.outbox WHERE id IN (SELECT id FROM old)"
    );
    Ok(client.execute_typed(&sql, &[one(&before.as_millis())]).await?)
}

async fn forget_attempts(client: &Client, before: Timestamp) -> Result<u64, Trouble> {
    let sql = format!(
        "DELETE FROM regain.code_attempts WHERE address_digest IN \
           (SELECT address_digest FROM regain.code_attempts WHERE last_at < $1 LIMIT {BATCH} FOR UPDATE SKIP LOCKED)"
    );
    Ok(client.execute_typed(&sql, &[one(&before.as_millis())]).await?)
}

async fn forget_bounces(client: &Client, before: Timestamp) -> Result<u64, Trouble> {
    let sql = format!(
        "DELETE FROM regain.bounces WHERE address_digest IN \
           (SELECT address_digest FROM regain.bounces WHERE at < $1 LIMIT {BATCH} FOR UPDATE SKIP LOCKED)"
    );
    Ok(client.execute_typed(&sql, &[one(&before.as_millis())]).await?)
}
