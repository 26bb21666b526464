//! See [`crate::ledger::admission`].

use super::connections::Trouble;
use super::deliveries::{Asked, others};
use super::rows::{self, Bound, Text, one};
use super::{PostgresLedger, acceptance, accounts};
use crate::ledger::LedgerFault;
use crate::ledger::admission::{Admission, Admissions, NewRequest, Pending, wait};
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::limit::AccountLimit;
use std::slice;
use std::sync::Arc;
use tokio_postgres::Client;

#[async_trait]
impl Admissions for PostgresLedger {
    async fn admit(&self, request: NewRequest, queue_max: u64) -> Result<(), LedgerFault> {
        self.queue.enter(queue_max)?;
        let admitted = self.acceptance.commit(request).await;
        if admitted.is_err() {
            self.queue.leave();
        }
        admitted
    }

    async fn admit_trusted(
        &self,
        request: NewRequest,
        account: AccountId,
        limit: AccountLimit,
        queue_max: u64,
    ) -> Result<Admission, LedgerFault> {
        self.queue.enter(queue_max)?;
        let wanted = Arc::new((request, account));
        let admission = self
            .transaction(move |client| {
                let wanted = Arc::clone(&wanted);
                Box::pin(async move { admit_trusted(client, &wanted.0, &wanted.1, limit).await })
            })
            .await;
        if !matches!(admission, Ok(Admission::Admitted)) {
            self.queue.leave();
        }
        admission
    }
}

/// Requests of which nothing is known yet but the address count as well; what that misses came in the same instant.
async fn admit_trusted(
    client: &Client,
    request: &NewRequest,
    account: &AccountId,
    limit: AccountLimit,
) -> Result<Admission, Trouble> {
    accounts::lock(client, [account]).await?;
    let accepted_at = request.accepted_at;
    let asked = [Asked { account, entry: request.id, accepted_at }];
    let (key, digest) = (Text(account.as_str()), request.address_digest.as_slice());
    let (others, named, unnamed) = tokio::try_join!(
        others(client, &asked, &[], accepted_at),
        pending(client, NAMED, one(&key)),
        pending(client, UNNAMED, one(&digest)),
    )?;
    let history = others.into_iter().next().unwrap_or_default().history;
    if let Some(wait) = wait(limit, accepted_at, history, unnamed.and(named)) {
        return Ok(Admission::Limited(wait));
    }
    acceptance::insert(client, slice::from_ref(request), Some(account)).await?;
    Ok(Admission::Admitted)
}

/// Pending requests of an account.
const NAMED: &str = "account = $1";
/// Pending requests for an address whose account nobody has looked up.
const UNNAMED: &str = "account IS NULL AND address_digest = $1";

async fn pending(client: &Client, which: &str, key: Bound<'_>) -> Result<Pending, Trouble> {
    let sql = format!(
        "SELECT count(*) AS requests, max(accepted_at) AS last_accepted FROM regain.outbox \
         WHERE ended_at IS NULL AND message = 'reset' AND {which} \
           AND NOT EXISTS (SELECT FROM regain.deliveries WHERE entry = outbox.id AND message IS NOT NULL)"
    );
    let row = client.query_typed_one(&sql, &[key]).await?;
    Ok(Pending { requests: rows::count(&row, "requests")?, last_accepted: rows::optional_time(&row, "last_accepted")? })
}
