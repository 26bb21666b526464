//! See [`crate::ledger::outbox`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Key, Text, each, milliseconds, one};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::{Away, Lease, Leased, Outbox, Waiting};
use crate::ledger::times::far_ahead;
use async_trait::async_trait;
use regain_core::event::Happening;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use tokio_postgres::{Client, Row};

#[async_trait]
impl Outbox for PostgresLedger {
    async fn is_due(&self, now: Timestamp) -> Result<bool, LedgerFault> {
        self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT EXISTS (SELECT FROM regain.outbox \
                             WHERE ended_at IS NULL AND due_at <= regain.ledger_now()) \
                             OR EXISTS (SELECT FROM regain.outbox \
                             WHERE ended_at IS NULL AND due_at > regain.ledger_now() + $1) AS is_due";
                Ok(client.query_typed_one(sql, &[one(&put_off_max(now))]).await?.try_get("is_due")?)
            })
        })
        .await
    }

    fn waiting(&self) -> u64 {
        self.queue.waiting()
    }

    fn entered(&self) -> u64 {
        self.queue.entered()
    }

    fn oldest_waiting(&self) -> Option<Timestamp> {
        self.queue.oldest()
    }

    async fn count_waiting(&self) -> Result<u64, LedgerFault> {
        let counted = self.read(|client| {
            Box::pin(async move {
                let sql = "SELECT count(*) AS waiting, min(accepted_at) AS oldest FROM regain.outbox \
                           WHERE ended_at IS NULL";
                let row = client.query_typed_one(sql, &[]).await?;
                Ok((row.try_get::<_, i64>("waiting")?, rows::optional_time(&row, "oldest")?))
            })
        });
        let (waiting, oldest) = counted.await?;
        let waiting = u64::try_from(waiting).unwrap_or(0);
        self.queue.set(waiting, oldest);
        Ok(waiting)
    }

    async fn put_back(&self, entries: Vec<Id>, lease: Id, away: Away) -> Result<(), LedgerFault> {
        let entries: Vec<_> = entries.into_iter().map(Key).collect();
        self.write(move |client| {
            Box::pin(async move {
                let sql = "WITH put AS (UPDATE regain.outbox SET state = 'accepted', lease = NULL, due_at = $3 \
                             WHERE id = ANY ($1) AND lease = $2 RETURNING id) \
                           INSERT INTO regain.events (entry, at, what, detail) SELECT id, $4, $5, $6 FROM put \
                           WHERE NOT EXISTS (SELECT FROM regain.events WHERE entry = put.id AND what = $5)";
                let (lease, due_at, at) = (Key(lease), away.due_at.as_millis(), away.at.as_millis());
                let (what, words) = (Happening::StoreAway.as_str(), Text(&away.words));
                let values = [each(&entries), one(&lease), one(&due_at), one(&at), one(&what), one(&words)];
                client.execute_typed(sql, &values).await?;
                Ok(())
            })
        })
        .await
    }

    async fn list_waiting(&self, max: u32) -> Result<Vec<Waiting>, LedgerFault> {
        self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT id, message, identifier, accepted_at, due_at, state = 'leased' AS is_leased, attempts, \
                             (SELECT reply FROM regain.deliveries WHERE entry = outbox.id AND reply IS NOT NULL \
                              ORDER BY deliveries.id DESC LIMIT 1) AS last_reply \
                           FROM regain.outbox WHERE ended_at IS NULL ORDER BY id LIMIT $1";
                client.query_typed(sql, &[one(&i64::from(max))]).await?.iter().map(waiting).collect()
            })
        })
        .await
    }

    async fn retry(&self, id: Id, _now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.outbox SET due_at = regain.ledger_now() \
                           WHERE id = $1 AND ended_at IS NULL AND state = 'accepted'";
                Ok(client.execute_typed(sql, &[one(&Key(id))]).await? == 1)
            })
        })
        .await
    }

    async fn drop_waiting(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |client| {
            Box::pin(async move {
                let sql = "UPDATE regain.outbox SET state = $2, reason = $3, ended_at = $4, lease = NULL \
                           WHERE id = $1 AND ended_at IS NULL";
                let (id, state, reason, now) =
                    (Key(id), State::Failed.as_str(), Reason::Dropped.as_str(), now.as_millis());
                let values = [one(&id), one(&state), one(&reason), one(&now)];
                Ok(client.execute_typed(sql, &values).await? == 1)
            })
        })
        .await
    }
}

/// Milliseconds that nothing is put off for.
fn put_off_max(now: Timestamp) -> i64 {
    milliseconds(now.until(far_ahead(now)))
}

/// Takes what is due, oldest first, and what is due only by a clock that was set back since. What another node takes at
/// this moment is passed over.
pub(super) async fn lease(client: &Client, lease: Lease, now: Timestamp, max: u32) -> Result<Vec<Leased>, Trouble> {
    let span = milliseconds(now.until(lease.until));
    let rows = client
        .query_typed(
            "WITH due AS (SELECT id, due_at FROM regain.outbox \
               WHERE ended_at IS NULL AND due_at <= regain.ledger_now() \
               ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED), \
             stranded AS (SELECT id, due_at FROM regain.outbox \
               WHERE ended_at IS NULL AND due_at > regain.ledger_now() + $4 \
               ORDER BY due_at LIMIT $3 - (SELECT count(*) FROM due) FOR UPDATE SKIP LOCKED) \
             UPDATE regain.outbox SET state = 'leased', lease = $1, due_at = regain.ledger_now() + $2 \
             FROM (SELECT * FROM due UNION ALL SELECT * FROM stranded) AS it WHERE outbox.id = it.id \
             RETURNING outbox.id, message, identifier, address_digest, name, locales, network, device, account, accepted_at, \
               attempts, it.due_at AS was_due_at",
            &[one(&Key(lease.id)), one(&span), one(&i64::from(max)), one(&put_off_max(now))],
        )
        .await?;
    let mut due: Vec<(Timestamp, Leased)> =
        rows.iter().map(|row| Ok((rows::time(row, "was_due_at")?, leased(row)?))).collect::<Result<_, Trouble>>()?;
    due.sort_by_key(|(was_due_at, row)| (*was_due_at, row.id));
    Ok(due.into_iter().map(|(_, row)| row).collect())
}

fn leased(row: &Row) -> Result<Leased, Trouble> {
    Ok(Leased {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        identifier: row.try_get("identifier")?,
        address_digest: rows::digest(row, "address_digest")?,
        name: row.try_get("name")?,
        locales: row.try_get("locales")?,
        network: row.try_get("network")?,
        device: rows::device(row)?,
        account: rows::account(row, "account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        attempts: rows::attempts(row)?,
    })
}

fn waiting(row: &Row) -> Result<Waiting, Trouble> {
    Ok(Waiting {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        identifier: row.try_get("identifier")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        is_leased: row.try_get("is_leased")?,
        attempts: rows::attempts(row)?,
        last_reply: row.try_get("last_reply")?,
    })
}
