//! A ledger in memory, without threads: for simulations, in which nothing but the simulation decides what comes next.

use super::readers::Readers;
use super::writer::Writer;
use super::{LedgerFault, SqliteLedger, schema};
use rusqlite::{Connection, TransactionBehavior};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What several simulated servers share.
#[derive(Clone)]
pub struct Memory(Arc<Mutex<Connection>>);

impl Memory {
    /// An empty ledger.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub fn new() -> Result<Self, LedgerFault> {
        let mut connection = Connection::open_in_memory().map_err(LedgerFault::engine("cannot be opened"))?;
        connection.set_prepared_statement_cache_capacity(128);
        schema::migrate(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Looks at the rows themselves.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub fn read<T>(&self, look: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerFault> {
        look(&self.connection()).map_err(LedgerFault::engine("cannot be read"))
    }

    pub(super) fn write<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerFault> {
        let commit = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit().map(|()| done)
        };
        commit(&mut self.connection()).map_err(LedgerFault::engine("cannot be written"))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SqliteLedger {
    /// One server's view of `memory`.
    #[must_use]
    pub fn in_memory(memory: &Memory) -> Self {
        Self {
            writer: Writer::inline(memory.clone()),
            readers: Readers::inline(memory.clone()),
            queue: Arc::default(),
            tells: AtomicBool::new(false),
            _lock: None,
        }
    }

    /// Frees what a server held that died, as [`SqliteLedger::open_for_server`] does where it was the only one.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn take_over(&self) -> Result<(), LedgerFault> {
        self.free_leases().await
    }
}
