//! See [`crate::ledger::timeline`].

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::timeline::{Delivery, Event, REQUESTS_MAX, Request, Timeline};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row};

#[async_trait]
impl Timeline for SqliteLedger {
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault> {
        self.read(move |ledger| requests(ledger, "id = ?1 OR about = ?1", id.as_bytes().as_slice())).await
    }

    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault> {
        self.read(move |ledger| {
            requests(
                ledger,
                "address_digest = ?1 OR id IN (SELECT entry FROM deliveries WHERE address_digest = ?1)",
                digest.as_slice(),
            )
        })
        .await
    }

    async fn note_opened(&self, entry: Id, now: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            let before = ledger
                .prepare_cached("SELECT 1 FROM events WHERE entry = ?1 AND what = 'opened'")?
                .exists([entry.as_bytes()])?;
            if before { Ok(()) } else { note(ledger, entry, now, "opened") }
        })
        .await
    }
}

fn requests(ledger: &Connection, which: &str, key: &[u8]) -> rusqlite::Result<Vec<Request>> {
    let mut found: Vec<Request> = ledger
        .prepare(&format!("SELECT * FROM outbox WHERE {which} ORDER BY id DESC LIMIT {REQUESTS_MAX}"))?
        .query_map([key], request)?
        .collect::<Result<_, _>>()?;
    found.reverse();
    for request in &mut found {
        request.deliveries = ledger
            .prepare_cached("SELECT * FROM deliveries WHERE entry = ?1 AND message IS NOT NULL ORDER BY id")?
            .query_map([request.id.as_bytes()], delivery)?
            .collect::<Result<_, _>>()?;
        request.events = ledger
            .prepare_cached("SELECT at, what FROM events WHERE entry = ?1 ORDER BY id")?
            .query_map([request.id.as_bytes()], |row| Ok(Event { at: rows::time(row, "at")?, what: row.get("what")? }))?
            .collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn request(row: &Row) -> rusqlite::Result<Request> {
    let (state, reason) = rows::state_and_reason(row)?;
    Ok(Request {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        about: row.get::<_, Option<[u8; 16]>>("about")?.map(Id::from_bytes),
        origin: row.get("origin")?,
        network: row.get("network")?,
        identifier: row.get("identifier")?,
        account: row.get("account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        state,
        reason,
        ended_at: rows::optional_time(row, "ended_at")?,
        deliveries: Vec::new(),
        events: Vec::new(),
    })
}

fn delivery(row: &Row) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: rows::id(row, "id")?,
        address: row.get::<_, Option<String>>("address")?.unwrap_or_default(),
        minted_at: rows::time(row, "minted_at")?,
        expires_at: rows::time(row, "expires_at")?,
        link_state: row.get("state")?,
        link_reason: row.get("reason")?,
        outcome: row.get("outcome")?,
        outcome_at: rows::optional_time(row, "outcome_at")?,
        transport: row.get("transport")?,
        reply: row.get("reply")?,
    })
}

/// Adds a line to a request's timeline.
pub(super) fn note(ledger: &Connection, entry: Id, at: Timestamp, what: &str) -> rusqlite::Result<()> {
    ledger
        .prepare_cached("INSERT INTO events (entry, at, what) VALUES (?1, ?2, ?3)")?
        .execute((entry.as_bytes(), at.as_millis(), what))
        .map(|_| ())
}
