//! See [`crate::ledger::admission`].

use super::SqliteLedger;
use super::deliveries::OtherRequests;
use super::writer::Lane;
use crate::failpoint;
use crate::ledger::LedgerFault;
use crate::ledger::admission::{Admission, Admissions, NewRequest, Pending, wait};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::limit::AccountLimit;
use regain_core::time::Timestamp;
use rusqlite::{Connection, ToSql};

#[async_trait]
impl Admissions for SqliteLedger {
    async fn admit(&self, request: NewRequest, queue_max: u64) -> Result<(), LedgerFault> {
        self.admit_by(queue_max, move |ledger| insert(ledger, &request, None)).await
    }

    async fn admit_trusted(
        &self,
        request: NewRequest,
        account: AccountId,
        limit: AccountLimit,
        queue_max: u64,
    ) -> Result<Admission, LedgerFault> {
        let digest = request.address_digest;
        // Those of which nothing is known yet but the address. They are counted beside the writer, which nobody shall
        // keep busy; what this misses came in the same instant.
        let unnamed = self.read(move |ledger| pending(ledger, UNNAMED, &digest)).await?;
        let admission = self
            .admit_by(queue_max, move |ledger| {
                let others = OtherRequests::prepare(ledger)?.of(
                    &account,
                    request.id,
                    request.accepted_at,
                    request.accepted_at,
                )?;
                let named = pending(ledger, NAMED, &account.as_str())?;
                if let Some(wait) = wait(limit, request.accepted_at, others.history, unnamed.and(named)) {
                    return Ok(Admission::Limited(wait));
                }
                insert(ledger, &request, Some(&account))?;
                Ok(Admission::Admitted)
            })
            .await?;
        if admission != Admission::Admitted {
            self.queue.leave();
        }
        Ok(admission)
    }
}

impl SqliteLedger {
    async fn admit_by<T: Send + 'static>(
        &self,
        queue_max: u64,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        self.queue.enter(queue_max)?;
        let admitted = self.writer.write(Lane::Acceptance, work).await;
        if admitted.is_err() {
            self.queue.leave();
        }
        admitted
    }
}

fn insert(ledger: &Connection, request: &NewRequest, account: Option<&AccountId>) -> rusqlite::Result<()> {
    // By position: this runs once for each request, and looking eleven names up takes longer than binding their values.
    ledger
        .prepare_cached(
            "INSERT INTO outbox (id, message, origin, network, locales, identifier, address_digest, account, \
               accepted_at, due_at, device) \
             VALUES (?1, 'reset', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
        )?
        .execute((
            request.id.as_bytes(),
            request.origin.as_str(),
            &request.network,
            &request.locales,
            &request.identifier,
            request.address_digest,
            account.map(AccountId::as_str),
            request.accepted_at.as_millis(),
            request.device.map(|device| device.to_string()),
        ))?;
    failpoint::reached("accepted");
    Ok(())
}

/// Pending requests of an account.
const NAMED: &str = "account = ?1";
/// Pending requests for an address whose account nobody has looked up.
const UNNAMED: &str = "account IS NULL AND address_digest = ?1";

fn pending(ledger: &Connection, which: &str, key: &dyn ToSql) -> rusqlite::Result<Pending> {
    ledger
        .prepare_cached(&format!(
            "SELECT count(*), max(accepted_at) FROM outbox \
             WHERE ended_at IS NULL AND message = 'reset' AND {which} \
               AND NOT EXISTS (SELECT 1 FROM deliveries WHERE entry = outbox.id AND message IS NOT NULL)"
        ))?
        .query_row([key], |row| {
            let last: Option<i64> = row.get(1)?;
            Ok(Pending { requests: row.get(0)?, last_accepted: last.map(Timestamp::from_millis) })
        })
}
