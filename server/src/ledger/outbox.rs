//! The queue: what is due, who has leased it, and what the help desk may do to it.

use super::{Ledger, LedgerFault, rows};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row};
use std::sync::atomic::Ordering;

/// A courier's hold on the rows that it took.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// Its name.
    pub id: Id,
    /// When it lapses, and the rows are anybody's again.
    pub until: Timestamp,
}

/// A row in a courier's hands.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Its name.
    pub id: Id,
    /// Which mail it asks for.
    pub message: MessageKind,
    /// What was typed; of a notice: the address on file.
    pub identifier: String,
    /// Keyed digest of the folded identifier.
    pub address_digest: Digest,
    /// Of a notice: how to greet the owner.
    pub name: Option<String>,
    /// Language tags, best first, separated by commas.
    pub locales: String,
    /// Of a notice, and once looked up.
    pub account: Option<AccountId>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Failed attempts so far.
    pub attempts: u32,
}

/// A row that has not ended, as `regain outbox list` shows it.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its name.
    pub id: Id,
    /// Which mail it asks for.
    pub message: MessageKind,
    /// What was typed, or the address on file.
    pub identifier: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it is worked on next.
    pub due_at: Timestamp,
    /// Failed attempts so far.
    pub attempts: u32,
    /// What the last attempt came to.
    pub last_reply: Option<String>,
}

impl Ledger {
    /// Whether a request or notice is due.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn is_due(&self, now: Timestamp) -> Result<bool, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached("SELECT 1 FROM outbox WHERE ended_at IS NULL AND due_at <= ?1 LIMIT 1")?
                .exists([now.as_millis()])
        })
        .await
    }

    /// Counts afresh what waits, other processes' requests included.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn count_waiting(&self) -> Result<u64, LedgerFault> {
        let waiting = self
            .read(|ledger| {
                ledger
                    .prepare_cached("SELECT count(*) FROM outbox WHERE ended_at IS NULL")?
                    .query_row([], |row| row.get::<_, i64>(0))
            })
            .await?;
        let waiting = u64::try_from(waiting).unwrap_or(0);
        self.waiting.store(waiting, Ordering::Relaxed);
        Ok(waiting)
    }

    /// Frees every lease: the server that held them is dead, for this one holds the lock.
    pub(super) async fn free_leases(&self) -> Result<(), LedgerFault> {
        self.write(|ledger| {
            ledger
                .execute("UPDATE outbox SET state = 'accepted', lease = NULL, due_at = 0 WHERE state = 'leased'", [])?;
            ledger.execute("UPDATE deliveries SET claim_until = 0 WHERE state = 'claimed'", [])
        })
        .await
        .map(|_| ())
    }

    /// Puts leased rows back, due at `due_at`: they could not be looked up.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn put_back(&self, entries: Vec<Id>, lease: Id, due_at: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            let mut put = ledger.prepare_cached(
                "UPDATE outbox SET state = 'accepted', lease = NULL, due_at = ?3 WHERE id = ?1 AND lease = ?2",
            )?;
            for entry in &entries {
                put.execute((entry.as_bytes(), lease.as_bytes(), due_at.as_millis()))?;
            }
            Ok(())
        })
        .await
    }

    /// The queue, oldest first, at most `max` rows.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn list_waiting(&self, max: u32) -> Result<Vec<Waiting>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT id, message, identifier, accepted_at, due_at, attempts, \
                       (SELECT reply FROM deliveries WHERE entry = outbox.id AND reply IS NOT NULL \
                        ORDER BY id DESC LIMIT 1) AS last_reply \
                     FROM outbox WHERE ended_at IS NULL ORDER BY id LIMIT ?1",
                )?
                .query_map([max], waiting)?
                .collect()
        })
        .await
    }

    /// Makes a waiting row due at once; false if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn retry(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger.execute(
                "UPDATE outbox SET due_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND state = 'accepted'",
                (id.as_bytes(), now.as_millis()),
            )
        })
        .await
        .map(|rows| rows == 1)
    }

    /// Ends a waiting row without a mail; false if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn drop_waiting(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
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

/// Takes what is due, oldest first.
pub(super) fn lease(ledger: &Connection, lease: Lease, now: Timestamp, max: u32) -> rusqlite::Result<Vec<Leased>> {
    let due: Vec<Leased> = ledger
        .prepare_cached(
            "SELECT id, message, identifier, address_digest, name, locales, account, accepted_at, attempts \
             FROM outbox WHERE ended_at IS NULL AND due_at <= ?1 ORDER BY due_at LIMIT ?2",
        )?
        .query_map((now.as_millis(), max), leased)?
        .collect::<Result<_, _>>()?;
    let mut take =
        ledger.prepare_cached("UPDATE outbox SET state = 'leased', lease = ?2, due_at = ?3 WHERE id = ?1")?;
    for row in &due {
        take.execute((row.id.as_bytes(), lease.id.as_bytes(), lease.until.as_millis()))?;
    }
    Ok(due)
}

fn leased(row: &Row) -> rusqlite::Result<Leased> {
    Ok(Leased {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        identifier: row.get("identifier")?,
        address_digest: rows::digest(row, "address_digest")?,
        name: row.get("name")?,
        locales: row.get("locales")?,
        account: rows::account(row, "account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        attempts: row.get("attempts")?,
    })
}

fn waiting(row: &Row) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        identifier: row.get("identifier")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        attempts: row.get("attempts")?,
        last_reply: row.get("last_reply")?,
    })
}
