//! See [`crate::ledger::outbox`].

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::{Away, Lease, Leased, Outbox, Waiting};
use crate::ledger::times::far_ahead;
use async_trait::async_trait;
use regain_core::event::Happening;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row};

#[async_trait]
impl Outbox for SqliteLedger {
    async fn is_due(&self, now: Timestamp) -> Result<bool, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT 1 FROM outbox WHERE ended_at IS NULL AND due_at <= ?1 \
                     UNION ALL SELECT 1 FROM outbox WHERE ended_at IS NULL AND due_at > ?2 LIMIT 1",
                )?
                .exists([now.as_millis(), far_ahead(now).as_millis()])
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
        let (waiting, oldest): (i64, Option<[u8; 16]>) = self
            .read(|ledger| {
                // An id tells when it was made, and stands in the index; `accepted_at` would have to be fetched.
                ledger
                    .prepare_cached("SELECT count(*), min(id) FROM outbox WHERE ended_at IS NULL")?
                    .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .await?;
        let waiting = u64::try_from(waiting).unwrap_or(0);
        self.queue.set(waiting, oldest.map(|id| Id::from_bytes(id).made_at()));
        Ok(waiting)
    }

    async fn put_back(&self, entries: Vec<Id>, lease: Id, away: Away) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            let mut note = ledger.prepare_cached(
                "INSERT INTO events (entry, at, what, detail) SELECT ?1, ?2, ?3, ?4 \
                 WHERE NOT EXISTS (SELECT 1 FROM events WHERE entry = ?1 AND what = ?3)",
            )?;
            let mut put = ledger.prepare_cached(
                "UPDATE outbox SET state = 'accepted', lease = NULL, due_at = ?3 WHERE id = ?1 AND lease = ?2",
            )?;
            for entry in &entries {
                if put.execute((entry.as_bytes(), lease.as_bytes(), away.due_at.as_millis()))? == 1 {
                    let what = Happening::StoreAway.as_str();
                    note.execute((entry.as_bytes(), away.at.as_millis(), what, &away.words))?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn list_waiting(&self, max: u32) -> Result<Vec<Waiting>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT id, message, identifier, accepted_at, due_at, state = 'leased' AS is_leased, attempts, \
                       (SELECT reply FROM deliveries WHERE entry = outbox.id AND reply IS NOT NULL \
                        ORDER BY id DESC LIMIT 1) AS last_reply \
                     FROM outbox WHERE ended_at IS NULL ORDER BY id LIMIT ?1",
                )?
                .query_map([max], waiting)?
                .collect()
        })
        .await
    }

    async fn retry(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger.execute(
                "UPDATE outbox SET due_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND state = 'accepted'",
                (id.as_bytes(), now.as_millis()),
            )
        })
        .await
        .map(|rows| rows == 1)
    }

    async fn drop_waiting(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger.execute(
                "UPDATE outbox SET state = ?2, reason = ?3, ended_at = ?4, lease = NULL WHERE id = ?1 AND ended_at IS NULL",
                (id.as_bytes(), State::Failed.as_str(), Reason::Dropped.as_str(), now.as_millis()),
            )
        })
        .await
        .map(|rows| rows == 1)
    }
}

impl SqliteLedger {
    /// Frees every lease: the server that held them is dead, for this one holds the lock.
    pub(super) async fn free_leases(&self) -> Result<(), LedgerFault> {
        self.write(free_all).await
    }
}

/// Frees every lease, and has every claim lapse.
pub(super) fn free_all(ledger: &Connection) -> rusqlite::Result<()> {
    ledger.execute("UPDATE outbox SET state = 'accepted', lease = NULL, due_at = 0 WHERE state = 'leased'", [])?;
    ledger.execute("UPDATE deliveries SET claim_until = 0 WHERE state = 'claimed'", []).map(|_| ())
}

/// Takes what is due, oldest first, and what is due only by a clock that was set back since.
pub(super) fn lease(ledger: &Connection, lease: Lease, now: Timestamp, max: u32) -> rusqlite::Result<Vec<Leased>> {
    let mut due = due(ledger, "due_at <= ?1", now, max)?;
    let room = max.saturating_sub(u32::try_from(due.len()).unwrap_or(max));
    due.extend(self::due(ledger, "due_at > ?1", far_ahead(now), room)?);
    let mut take =
        ledger.prepare_cached("UPDATE outbox SET state = 'leased', lease = ?2, due_at = ?3 WHERE id = ?1")?;
    for row in &due {
        take.execute((row.id.as_bytes(), lease.id.as_bytes(), lease.until.as_millis()))?;
    }
    Ok(due)
}

fn due(ledger: &Connection, when: &str, time: Timestamp, max: u32) -> rusqlite::Result<Vec<Leased>> {
    ledger
        .prepare_cached(&format!(
            "SELECT id, message, identifier, address_digest, name, locales, network, device, account, accepted_at, \
               attempts \
             FROM outbox WHERE ended_at IS NULL AND {when} ORDER BY due_at LIMIT ?2"
        ))?
        .query_map((time.as_millis(), max), leased)?
        .collect()
}

fn leased(row: &Row) -> rusqlite::Result<Leased> {
    Ok(Leased {
        id: rows::id(row, 0)?,
        message: rows::message(row, 1)?,
        identifier: row.get(2)?,
        address_digest: rows::digest(row, 3)?,
        name: row.get(4)?,
        locales: row.get(5)?,
        network: row.get(6)?,
        device: rows::device(row, 7)?,
        account: rows::account(row, 8)?,
        accepted_at: rows::time(row, 9)?,
        attempts: row.get(10)?,
    })
}

fn waiting(row: &Row) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        id: rows::id(row, "id")?,
        message: rows::message(row, "message")?,
        identifier: row.get("identifier")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        is_leased: row.get("is_leased")?,
        attempts: row.get("attempts")?,
        last_reply: row.get("last_reply")?,
    })
}
