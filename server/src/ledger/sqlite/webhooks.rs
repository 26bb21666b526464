//! See [`crate::ledger::webhooks`].

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::Lease;
use crate::ledger::webhooks::{FAILURES_WAITING_MAX, TOLD_REASONS, Telling, Webhook, Webhooks};
use async_trait::async_trait;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[async_trait]
impl Webhooks for SqliteLedger {
    fn tell_operator(&self) {
        self.tells.store(true, Ordering::Relaxed);
    }

    async fn queue_webhook(&self, id: Id, what: Telling, detail: String, now: Timestamp) -> Result<(), LedgerFault> {
        if !self.tells() {
            return Ok(());
        }
        self.write(move |ledger| {
            ledger
                .prepare_cached(&format!(
                    "INSERT OR IGNORE INTO webhooks (id, what, at, detail, due_at) SELECT ?1, ?2, ?3, ?4, ?3 WHERE {THERE_IS_ROOM}"
                ))?
                .execute((id.as_bytes(), what.as_str(), now.as_millis(), detail, what.waiting_max()))
                .map(|_| ())
        })
        .await
    }

    async fn lease_webhooks(&self, lease: Lease, now: Timestamp, max: u32) -> Result<Vec<Webhook>, LedgerFault> {
        let is_due = self.read(move |ledger| {
            ledger
                .prepare_cached("SELECT 1 FROM webhooks WHERE due_at <= ?1 OR due_at > ?2 LIMIT 1")?
                .exists([now.as_millis(), now.plus(PUT_OFF_MAX).as_millis()])
        });
        if !is_due.await? {
            return Ok(Vec::new());
        }
        self.write(move |ledger| take(ledger, lease, now, max)).await
    }

    async fn end_webhook(&self, id: Id, lease: Id) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            ledger
                .prepare_cached("DELETE FROM webhooks WHERE id = ?1 AND lease = ?2")?
                .execute((id.as_bytes(), lease.as_bytes()))
                .map(|_| ())
        })
        .await
    }

    async fn put_webhook_off(&self, id: Id, lease: Id, _now: Timestamp, due_at: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE webhooks SET due_at = ?3, lease = NULL, attempts = attempts + 1 WHERE id = ?1 AND lease = ?2",
                )?
                .execute((id.as_bytes(), lease.as_bytes(), due_at.as_millis()))
                .map(|_| ())
        })
        .await
    }

    async fn count_webhooks(&self) -> Result<u64, LedgerFault> {
        self.read(|ledger| {
            let waiting: i64 =
                ledger.prepare_cached("SELECT count(*) FROM webhooks")?.query_row([], |row| row.get(0))?;
            Ok(waiting.unsigned_abs())
        })
        .await
    }
}

impl SqliteLedger {
    /// Whether the operator is to be told by webhook.
    pub(super) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }
}

/// One that is about a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    pub(super) id: Id,
    pub(super) what: Telling,
    pub(super) entry: Id,
    pub(super) at: Timestamp,
}

/// Queues one that is about a request, with what the request says of itself.
pub(super) fn queue(ledger: &Connection, queued: Queued, detail: Option<&str>) -> rusqlite::Result<()> {
    let Queued { id, what, entry, at } = queued;
    ledger
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO webhooks (id, what, at, entry, origin, account, detail, due_at) \
             SELECT ?1, ?2, ?3, id, origin, account, ?4, ?3 FROM outbox WHERE id = ?6 AND {THERE_IS_ROOM}"
        ))?
        .execute((id.as_bytes(), what.as_str(), at.as_millis(), detail, what.waiting_max(), entry.as_bytes()))
        .map(|_| ())
}

/// Queues that a request ended without a mail at this very moment, if it did so for a reason that an operator is told of.
pub(super) fn queue_failure(ledger: &Connection, delivery: Id, entry: Id, at: Timestamp) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO webhooks (id, what, at, entry, origin, account, reason, due_at) \
             SELECT ?1, iif(reason = 'ambiguous', ?2, ?3), ?4, id, origin, account, reason, ?4 FROM outbox \
             WHERE id = ?6 AND ended_at = ?4 AND state = 'failed' AND reason IN ({TOLD_REASONS}) AND {THERE_IS_ROOM}"
        ))?
        .execute((
            delivery.as_bytes(),
            Telling::RequestAmbiguous.as_str(),
            Telling::RequestFailed.as_str(),
            at.as_millis(),
            FAILURES_WAITING_MAX,
            entry.as_bytes(),
        ))
        .map(|_| ())
}

fn take(ledger: &Connection, lease: Lease, now: Timestamp, max: u32) -> rusqlite::Result<Vec<Webhook>> {
    let due: Vec<Webhook> = ledger
        .prepare_cached(
            "SELECT id, what, at, entry, origin, account, reason, detail, attempts FROM webhooks \
             WHERE due_at <= ?1 OR due_at > ?2 ORDER BY due_at, id LIMIT ?3",
        )?
        .query_map((now.as_millis(), now.plus(PUT_OFF_MAX).as_millis(), max), webhook)?
        .collect::<Result<_, _>>()?;
    let mut take = ledger.prepare_cached("UPDATE webhooks SET lease = ?2, due_at = ?3 WHERE id = ?1")?;
    for one in &due {
        take.execute((one.id.as_bytes(), lease.id.as_bytes(), lease.until.as_millis()))?;
    }
    Ok(due)
}

fn webhook(row: &Row) -> rusqlite::Result<Webhook> {
    Ok(Webhook {
        id: rows::id(row, "id")?,
        what: row.get("what")?,
        at: rows::time(row, "at")?,
        entry: row.get::<_, Option<[u8; 16]>>("entry")?.map(Id::from_bytes),
        origin: row.get("origin")?,
        account: row.get("account")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        attempts: row.get("attempts")?,
    })
}

const THERE_IS_ROOM: &str = "(SELECT count(*) FROM webhooks) < ?5";
/// What is due later was put off before the clock was set back: longer than the longest pause, a day and a quarter.
const PUT_OFF_MAX: Duration = Duration::from_secs(30 * 3600);
