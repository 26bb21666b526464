//! The ledger in PostgreSQL, for any number of servers.
//!
//! Two rules keep them out of each other's way. What depends on an account's other requests, or ends them, takes the
//! account's lock before any row ([`accounts::lock`]). And what hands rows out goes by `regain.ledger_now()`, the
//! server's clock; a node may only say how long from now.

mod acceptance;
mod accounts;
mod admission;
mod api_tokens;
mod codes;
mod connections;
mod deliveries;
mod import;
mod migrate;
mod not_me;
mod outbox;
mod outcomes;
mod readiness;
mod retention;
mod returns;
mod rows;
mod settle;
#[cfg(test)]
mod tests;
mod timeline;
mod tokens;
mod webhooks;

use super::queue::Queue;
use super::{Ledger, LedgerFault, Outbox};
use crate::metrics::Commits;
use acceptance::Acceptance;
use async_trait::async_trait;
use connections::{Lane, Place, Trouble};
use futures_util::future::BoxFuture;
pub(super) use import::Import;
use readiness::Readiness;
use regain_core::time::Timestamp;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio_postgres::Client;

/// A ledger in PostgreSQL.
pub struct PostgresLedger {
    readers: Lane,
    workers: Lane,
    codes: Lane,
    acceptance: Acceptance,
    readiness: Readiness,
    queue: Arc<Queue>,
    /// Whether the operator is to be told by webhook.
    tells: AtomicBool,
}

impl PostgresLedger {
    /// Opens the ledger, and migrates it.
    ///
    /// # Errors
    /// [`LedgerFault`], with what to do.
    pub async fn open(url: &SecretString) -> Result<Self, LedgerFault> {
        let place = Arc::new(Place::of(url)?);
        migrate::migrate(&place).await?;
        let ledger = Self {
            readers: Lane::new(&place, READERS_MAX)?,
            workers: Lane::new(&place, WORKERS_MAX)?,
            codes: Lane::new(&place, CODES_MAX)?,
            acceptance: Acceptance::start(&place),
            readiness: Readiness::default(),
            queue: Arc::default(),
            tells: AtomicBool::new(false),
        };
        ledger.read(|client| Box::pin(readiness::ask(client))).await?;
        ledger.count_waiting().await?;
        Ok(ledger)
    }

    /// Reads, each statement for itself.
    async fn read<T, W>(&self, look: W) -> Result<T, LedgerFault>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c Client) -> BoxFuture<'c, Result<T, Trouble>> + Send + 'static,
    {
        self.readers.run(look).await.map_err(|trouble| trouble.fault("cannot be read"))
    }

    /// Writes by one statement, which is its own transaction.
    async fn write<T, W>(&self, work: W) -> Result<T, LedgerFault>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c Client) -> BoxFuture<'c, Result<T, Trouble>> + Send + 'static,
    {
        self.workers.run(work).await.map_err(|trouble| trouble.fault("cannot be written"))
    }

    /// Writes by several statements in one transaction, and once more if it was in another's way: `work` may be called
    /// twice.
    async fn transaction<T, W>(&self, work: W) -> Result<T, LedgerFault>
    where
        T: Send + 'static,
        W: for<'c> Fn(&'c Client) -> BoxFuture<'c, Result<T, Trouble>> + Send + Sync + 'static,
    {
        self.workers.transaction(work).await.map_err(|trouble| trouble.fault("cannot be written"))
    }
}

#[async_trait]
impl Ledger for PostgresLedger {
    async fn is_ready(&self, now: Timestamp) -> Result<(), LedgerFault> {
        self.readiness.check(&self.readers, now).await
    }

    fn commits(&self) -> Arc<Commits> {
        self.acceptance.commits()
    }
}

/// Pages that are opened, commands, and the courier's look at what is due.
const READERS_MAX: usize = 4;
/// Courier and redeeming. Their transactions are short, and the server has a hundred connections by default for
/// everybody.
const WORKERS_MAX: usize = 4;
/// Whoever tries codes waits for whoever tries them for the same address, and shall keep nobody else waiting.
const CODES_MAX: usize = 2;
