//! See [`crate::ledger::timeline`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Bound, Key, each, one};
use crate::ledger::LedgerFault;
use crate::ledger::timeline::{Delivery, Event, REQUESTS_MAX, Request, Timeline};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use tokio_postgres::{Client, Row};

#[async_trait]
impl Timeline for PostgresLedger {
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault> {
        let told = self.read(move |client| Box::pin(async move { requests(client, BY_NAME, one(&Key(id))).await }));
        told.await
    }

    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault> {
        let told =
            self.read(move |client| Box::pin(async move { requests(client, BY_ADDRESS, one(&&digest[..])).await }));
        told.await
    }

    async fn note_opened(&self, entry: Id, now: Timestamp) -> Result<(), LedgerFault> {
        let noted = self.write(move |client| {
            Box::pin(async move {
                let sql = "INSERT INTO regain.events (entry, at, what) VALUES ($1, $2, 'opened') \
                           ON CONFLICT (entry) WHERE what = 'opened' DO NOTHING";
                client.execute_typed(sql, &[one(&Key(entry)), one(&now.as_millis())]).await?;
                Ok(())
            })
        });
        noted.await
    }
}

const BY_NAME: &str = "id = $1 OR about = $1";
const BY_ADDRESS: &str = "address_digest = $1 OR id IN (SELECT entry FROM regain.deliveries WHERE address_digest = $1)";

async fn requests(client: &Client, which: &str, key: Bound<'_>) -> Result<Vec<Request>, Trouble> {
    let sql = format!("SELECT * FROM regain.outbox WHERE {which} ORDER BY id DESC LIMIT {REQUESTS_MAX}");
    let rows = client.query_typed(&sql, &[key]).await?;
    let mut found = rows.iter().rev().map(request).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<Key> = found.iter().map(|request| Key(request.id)).collect();
    let deliveries = "SELECT * FROM regain.deliveries WHERE entry = ANY($1) AND message IS NOT NULL ORDER BY id";
    for row in client.query_typed(deliveries, &[each(&names)]).await? {
        let entry = rows::id(&row, "entry")?;
        if let Some(request) = found.iter_mut().find(|request| request.id == entry) {
            request.deliveries.push(delivery(&row)?);
        }
    }
    let events = "SELECT entry, at, what FROM regain.events WHERE entry = ANY($1) ORDER BY id";
    for row in client.query_typed(events, &[each(&names)]).await? {
        let entry = rows::id(&row, "entry")?;
        if let Some(request) = found.iter_mut().find(|request| request.id == entry) {
            request.events.push(Event { at: rows::time(&row, "at")?, what: row.try_get("what")? });
        }
    }
    Ok(found)
}

fn request(row: &Row) -> Result<Request, Trouble> {
    let (state, reason) = rows::state_and_reason(row)?;
    Ok(Request {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        about: rows::optional_id(row, "about")?,
        origin: row.try_get("origin")?,
        network: row.try_get("network")?,
        identifier: row.try_get("identifier")?,
        account: row.try_get("account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        state,
        reason,
        ended_at: rows::optional_time(row, "ended_at")?,
        deliveries: Vec::new(),
        events: Vec::new(),
    })
}

fn delivery(row: &Row) -> Result<Delivery, Trouble> {
    Ok(Delivery {
        id: rows::id(row, "id")?,
        address: row.try_get::<_, Option<String>>("address")?.unwrap_or_default(),
        minted_at: rows::time(row, "minted_at")?,
        expires_at: rows::time(row, "expires_at")?,
        link_state: row.try_get("state")?,
        link_reason: row.try_get("reason")?,
        outcome: row.try_get("outcome")?,
        outcome_at: rows::optional_time(row, "outcome_at")?,
        transport: row.try_get("transport")?,
        reply: row.try_get("reply")?,
    })
}

/// Adds a line to a request's timeline.
pub(super) async fn note(client: &Client, entry: Id, at: Timestamp, what: &str) -> Result<(), Trouble> {
    let sql = "INSERT INTO regain.events (entry, at, what) VALUES ($1, $2, $3)";
    client.execute_typed(sql, &[one(&Key(entry)), one(&at.as_millis()), one(&what)]).await?;
    Ok(())
}
