//! Admitting requests: one durable row each, or none where too many wait.

use super::writer::Lane;
use super::{Ledger, LedgerFault, deliveries};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::limit::AccountLimit;
use regain_core::request::{Id, Origin};
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};
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
    Ok(why.map(|why| limit.retry_after(request.accepted_at, &history, why)))
}
