//! See [`crate::ledger::retention`].

use super::SqliteLedger;
use crate::ledger::LedgerFault;
use crate::ledger::retention::{BATCH, NOT_ME_TTL, Retention, STAND_IN, UNKNOWN_KEPT};
use crate::ledger::returns::BOUNCES_KEPT;
use async_trait::async_trait;
use regain_core::time::Timestamp;
use rusqlite::Connection;
use std::time::Duration;

#[async_trait]
impl Retention for SqliteLedger {
    async fn forget_some(&self, now: Timestamp, retention: Duration) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            let a_day_ago = now.minus(UNKNOWN_KEPT);
            let mut forgotten = forget_entries(ledger, a_day_ago, "reason = 'unknown' AND state = 'failed'")?;
            forgotten += forget_entries(ledger, a_day_ago, &format!("account GLOB '{STAND_IN}*'"))?;
            let live_link = "EXISTS (SELECT 1 FROM deliveries WHERE entry = outbox.id AND message IS NOT NULL)";
            let long_ago = now.minus(retention.max(NOT_ME_TTL));
            forgotten += forget_entries(ledger, now.minus(retention), &format!("NOT {live_link}"))?;
            forgotten += forget_entries(ledger, long_ago, live_link)?;
            forgotten += ledger
                .prepare_cached(
                    "DELETE FROM code_attempts WHERE address_digest IN \
                       (SELECT address_digest FROM code_attempts WHERE last_at < ?1 LIMIT ?2)",
                )?
                .execute((now.minus(UNKNOWN_KEPT).as_millis(), BATCH))?;
            forgotten += ledger
                .prepare_cached(
                    "DELETE FROM bounces WHERE address_digest IN \
                       (SELECT address_digest FROM bounces WHERE at < ?1 LIMIT ?2)",
                )?
                .execute((now.minus(BOUNCES_KEPT).as_millis(), BATCH))?;
            Ok(forgotten > 0)
        })
        .await
    }
}

fn forget_entries(ledger: &Connection, before: Timestamp, which: &str) -> rusqlite::Result<usize> {
    let entries: Vec<Vec<u8>> = ledger
        .prepare_cached(&format!("SELECT id FROM outbox WHERE ended_at < ?1 AND {which} LIMIT ?2"))?
        .query_map((before.as_millis(), BATCH), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for entry in &entries {
        ledger.prepare_cached("DELETE FROM deliveries WHERE entry = ?1")?.execute([entry])?;
        ledger.prepare_cached("DELETE FROM events WHERE entry = ?1")?.execute([entry])?;
        ledger.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([entry])?;
    }
    Ok(entries.len())
}
