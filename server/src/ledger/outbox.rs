//! The queue: admitting requests, leasing them, and what the help desk may do to them.

use super::writer::Lane;
use super::{Ledger, LedgerFault, deliveries, rows};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::limit::{AccountLimit, Suppression};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row, named_params};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A reset request about to become durable.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its name.
    pub id: Id,
    /// By which door it came.
    pub origin: Origin,
    /// From which network.
    pub network: Option<String>,
    /// Language tags, best first, separated by commas.
    pub locales: String,
    /// What was typed.
    pub identifier: String,
    /// Keyed digest of it, folded.
    pub address_digest: Digest,
    /// When.
    pub accepted_at: Timestamp,
}

/// What became of a trusted caller's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is durable.
    Admitted,
    /// The account had its mail; nothing was written.
    Limited(Duration),
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
    /// Makes a request durable, unless `queue_max` are waiting.
    ///
    /// # Errors
    /// [`LedgerFault::Full`] under load; [`LedgerFault`].
    pub async fn admit(&self, request: NewRequest, queue_max: u64) -> Result<(), LedgerFault> {
        self.admit_by(queue_max, move |ledger| insert(ledger, &request, None)).await
    }

    /// Makes a trusted caller's request durable, unless `limit` forbids a mail to `account`; requests still waiting
    /// count as well.
    ///
    /// # Errors
    /// [`LedgerFault::Full`] under load; [`LedgerFault`].
    pub async fn admit_trusted(
        &self,
        request: NewRequest,
        account: AccountId,
        limit: AccountLimit,
        queue_max: u64,
    ) -> Result<Admission, LedgerFault> {
        self.admit_by(queue_max, move |ledger| {
            if let Some(wait) = limited(ledger, &request, &account, limit)? {
                return Ok(Admission::Limited(wait));
            }
            insert(ledger, &request, Some(&account))?;
            Ok(Admission::Admitted)
        })
        .await
    }

    async fn admit_by<T: Send + 'static>(
        &self,
        queue_max: u64,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= queue_max {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(LedgerFault::Full);
        }
        let admitted = self.writer.write(Lane::Acceptance, work).await;
        if admitted.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        admitted
    }

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
pub(super) fn lease(
    ledger: &Connection,
    lease: Id,
    now: Timestamp,
    until: Timestamp,
    max: u32,
) -> rusqlite::Result<Vec<Leased>> {
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
        take.execute((row.id.as_bytes(), lease.as_bytes(), until.as_millis()))?;
    }
    Ok(due)
}

fn insert(ledger: &Connection, request: &NewRequest, account: Option<&AccountId>) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "INSERT INTO outbox (id, message, origin, network, locales, identifier, address_digest, account, \
               accepted_at, due_at) \
             VALUES (:id, 'reset', :origin, :network, :locales, :identifier, :address_digest, :account, :at, :at)",
        )?
        .execute(named_params! {
            ":id": request.id.as_bytes(),
            ":origin": request.origin.as_str(),
            ":network": request.network,
            ":locales": request.locales,
            ":identifier": request.identifier,
            ":address_digest": request.address_digest,
            ":account": account.map(AccountId::as_str),
            ":at": request.accepted_at.as_millis(),
        })?;
    Ok(())
}

/// How long a trusted caller has to wait, if `limit` forbids a mail. Waiting requests for the same address count,
/// though their account has not been looked up yet.
fn limited(
    ledger: &Connection,
    request: &NewRequest,
    account: &AccountId,
    limit: AccountLimit,
) -> rusqlite::Result<Option<Duration>> {
    let mut history = deliveries::history(ledger, account, request.id, request.accepted_at, request.accepted_at)?;
    let (waiting, last): (u32, Option<i64>) = ledger
        .prepare_cached(
            "SELECT count(*), max(accepted_at) FROM outbox \
             WHERE ended_at IS NULL AND message = 'reset' AND (address_digest = ?1 OR account = ?2) \
               AND NOT EXISTS (SELECT 1 FROM deliveries WHERE entry = outbox.id AND message IS NOT NULL)",
        )?
        .query_row((request.address_digest, account.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    history.last_accepted = history.last_accepted.max(last.map(Timestamp::from_millis));
    history.mints_in_hour += waiting;
    let why = limit.suppresses(request.accepted_at, &history);
    Ok(why.map(|why: Suppression| limit.retry_after(request.accepted_at, &history, why)))
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
