//! Accounts in a SQLite file.

mod connections;
mod examination;
mod reading;
mod values;
mod writing;

use self::connections::{Kind, Lane};
use self::examination::Examining;
use self::reading::Reading;
use self::writing::Writing;
use super::limits::{BATCH_MAX, TimeLimits};
use super::mapping::Mapping;
use crate::config;
use crate::finding::Finding;
use crate::users::{PasswordChange, Role, StoreFault, UserStore, Written};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

/// The application's own SQLite database. It is never created, and opened when it is needed: if it is absent or
/// locked, callers get a [`StoreFault`] and may come again.
///
/// Keys may be integers, texts or blobs. Passwords may be texts or blobs, and are written as what they were.
pub struct SqliteStore {
    users: config::Users,
    statements: Arc<Statements>,
    readers: Arc<Lane>,
    writer: Arc<Lane>,
    limits: TimeLimits,
}

/// All the SQL there is, put together once.
struct Statements {
    reading: Reading,
    writing: Writing,
    examining: Examining,
}

impl SqliteStore {
    /// Reads what is configured. The database is not touched; [`examine`](UserStore::examine) does that.
    ///
    /// # Errors
    /// [`StoreFault`], if a name or a statement cannot be one.
    pub fn open(users: &config::Users, path: &Path) -> Result<Self, StoreFault> {
        Self::with_limits(users, path, TimeLimits::default())
    }

    pub(crate) fn with_limits(users: &config::Users, path: &Path, limits: TimeLimits) -> Result<Self, StoreFault> {
        let mapping = Arc::new(Mapping::of(users)?);
        let lane = |kind, connections| Lane::new(path.to_owned(), Arc::clone(&mapping), kind, connections);
        let statements = Statements {
            reading: Reading::of(&mapping),
            writing: Writing::of(&mapping),
            examining: Examining::of(users, &mapping),
        };
        Ok(Self {
            users: users.clone(),
            statements: Arc::new(statements),
            readers: lane(Kind::Reader, READERS_MAX),
            writer: lane(Kind::Writer, 1),
            limits,
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reading, &Connection) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let statements = Arc::clone(&self.statements);
        self.readers.run(self.limits.look_up, move |connection, _| read(&statements.reading, connection)).await
    }
}

#[async_trait]
impl UserStore for SqliteStore {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let mut found = Vec::new();
        for batch in addresses.chunks(BATCH_MAX) {
            let batch = batch.to_vec();
            found.extend(self.read(move |reading, connection| reading.find(connection, &batch)).await?);
        }
        Ok(found)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let id = id.clone();
        self.read(move |reading, connection| reading.load(connection, &id)).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let change = change.hashed()?;
        let statements = Arc::clone(&self.statements);
        let write =
            move |connection: &mut Connection, deadline| statements.writing.set_password(connection, deadline, &change);
        self.writer.run(self.limits.write, write).await
    }

    async fn used_passwords(&self, id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        let id = id.clone();
        self.read(move |reading, connection| reading.used(connection, &id)).await
    }

    async fn role(&self, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        let id = id.clone();
        self.read(move |reading, connection| reading.role(connection, &id)).await
    }

    async fn sample_passwords(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        self.sample().await
    }

    async fn examine(&self) -> Vec<Finding> {
        self.look_over().await
    }
}

/// Look-ups come from one courier and from opened links; more connections only contend for the page cache.
const READERS_MAX: usize = 4;

#[cfg(test)]
mod tests;
