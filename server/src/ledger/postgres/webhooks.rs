//! See [`crate::ledger::webhooks`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Key, Text, each, milliseconds, one};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::Lease;
use crate::ledger::webhooks::{FAILURES_WAITING_MAX, TOLD_REASONS, Telling, Webhook, Webhooks};
use async_trait::async_trait;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::atomic::Ordering;
use tokio_postgres::{Client, Row};

#[async_trait]
impl Webhooks for PostgresLedger {
    fn tell_operator(&self) {
        self.tells.store(true, Ordering::Relaxed);
    }

    async fn queue_webhook(&self, id: Id, what: Telling, detail: String, now: Timestamp) -> Result<(), LedgerFault> {
        if !self.tells() {
            return Ok(());
        }
        self.write(move |client| {
            Box::pin(async move {
                let sql = format!(
                    "INSERT INTO regain.webhooks (id, what, at, detail, due_at) \
                     SELECT $1, $2, $3, $4, regain.ledger_now() WHERE {THERE_IS_ROOM} ON CONFLICT DO NOTHING"
                );
                let (at, max) = (now.as_millis(), i64::from(what.waiting_max()));
                let (id, what, detail) = (Key(id), what.as_str(), Text(&detail));
                client.execute_typed(&sql, &[one(&id), one(&what), one(&at), one(&detail), one(&max)]).await?;
                Ok(())
            })
        })
        .await
    }

    async fn lease_webhooks(&self, lease: Lease, now: Timestamp, max: u32) -> Result<Vec<Webhook>, LedgerFault> {
        self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.webhooks SET lease = $1, due_at = regain.ledger_now() + $2 \
                           WHERE id IN (SELECT id FROM regain.webhooks WHERE due_at <= regain.ledger_now() \
                             ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) \
                           RETURNING id, what, at, entry, origin, account, reason, detail, attempts";
                let span = milliseconds(now.until(lease.until));
                let rows = client.query_typed(sql, &[one(&Key(lease.id)), one(&span), one(&i64::from(max))]).await?;
                let mut taken = rows.iter().map(webhook).collect::<Result<Vec<_>, _>>()?;
                taken.sort_by_key(|webhook| webhook.id);
                Ok(taken)
            })
        })
        .await
    }

    async fn end_webhook(&self, id: Id, lease: Id) -> Result<(), LedgerFault> {
        self.write(move |client| {
            Box::pin(async move {
                let sql = "DELETE FROM regain.webhooks WHERE id = $1 AND lease = $2";
                client.execute_typed(sql, &[one(&Key(id)), one(&Key(lease))]).await?;
                Ok(())
            })
        })
        .await
    }

    async fn put_webhook_off(&self, id: Id, lease: Id, now: Timestamp, due_at: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.webhooks SET due_at = regain.ledger_now() + $3, lease = NULL, \
                             attempts = attempts + 1 WHERE id = $1 AND lease = $2";
                let pause = milliseconds(now.until(due_at));
                client.execute_typed(sql, &[one(&Key(id)), one(&Key(lease)), one(&pause)]).await?;
                Ok(())
            })
        })
        .await
    }

    async fn count_webhooks(&self) -> Result<u64, LedgerFault> {
        self.read(|client| {
            Box::pin(async move {
                let row = client.query_typed_one("SELECT count(*) AS waiting FROM regain.webhooks", &[]).await?;
                Ok(u64::from(rows::count(&row, "waiting")?))
            })
        })
        .await
    }
}

impl PostgresLedger {
    /// Whether the operator is to be told by webhook.
    pub(super) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }
}

/// One that is about a request.
pub(super) struct Queued {
    pub(super) id: Id,
    pub(super) what: Telling,
    pub(super) entry: Id,
    pub(super) at: Timestamp,
}

/// Queues one that is about a request, with what the request says of itself.
pub(super) async fn queue(client: &Client, queued: Queued, detail: Option<&str>) -> Result<(), Trouble> {
    let Queued { id, what, entry, at } = queued;
    let sql = format!(
        "INSERT INTO regain.webhooks (id, what, at, entry, origin, account, detail, due_at) \
         SELECT $1, $2, $3, id, origin, account, $4, regain.ledger_now() FROM regain.outbox \
         WHERE id = $6 AND {THERE_IS_ROOM} ON CONFLICT DO NOTHING"
    );
    let (at, max) = (at.as_millis(), i64::from(what.waiting_max()));
    let (id, entry, what, detail) = (Key(id), Key(entry), what.as_str(), detail.map(Text));
    client.execute_typed(&sql, &[one(&id), one(&what), one(&at), one(&detail), one(&max), one(&entry)]).await?;
    Ok(())
}

/// Queues which requests ended without a mail at this very moment for a reason that an operator is told of: each by its
/// delivery, its name, and the moment.
pub(super) async fn queue_failures(client: &Client, ended: &[(Id, Id, Timestamp)]) -> Result<(), Trouble> {
    if ended.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO regain.webhooks (id, what, at, entry, origin, account, reason, due_at) \
         SELECT it.delivery, CASE WHEN reason = 'ambiguous' THEN $1 ELSE $2 END, it.at, outbox.id, origin, account, reason, \
           regain.ledger_now() \
         FROM regain.outbox JOIN unnest($3, $4, $6) AS it (delivery, entry, at) ON outbox.id = it.entry \
         WHERE outbox.ended_at = it.at AND state = 'failed' AND reason IN ({TOLD_REASONS}) AND {THERE_IS_ROOM} \
         ON CONFLICT DO NOTHING"
    );
    let deliveries: Vec<_> = ended.iter().map(|(delivery, ..)| Key(*delivery)).collect();
    let entries: Vec<_> = ended.iter().map(|(_, entry, _)| Key(*entry)).collect();
    let times: Vec<_> = ended.iter().map(|(.., at)| at.as_millis()).collect();
    let (ambiguous, failed) = (Telling::RequestAmbiguous.as_str(), Telling::RequestFailed.as_str());
    let max = i64::from(FAILURES_WAITING_MAX);
    let values = [one(&ambiguous), one(&failed), each(&deliveries), each(&entries), one(&max), each(&times)];
    client.execute_typed(&sql, &values).await?;
    Ok(())
}

fn webhook(row: &Row) -> Result<Webhook, Trouble> {
    Ok(Webhook {
        id: rows::id(row, "id")?,
        what: row.try_get("what")?,
        at: rows::time(row, "at")?,
        entry: rows::optional_id(row, "entry")?,
        origin: row.try_get("origin")?,
        account: row.try_get("account")?,
        reason: row.try_get("reason")?,
        detail: row.try_get("detail")?,
        attempts: rows::attempts(row)?,
    })
}

const THERE_IS_ROOM: &str = "(SELECT count(*) FROM regain.webhooks) < $5";
