//! User stores that speak SQL: the application's own table, read and written where it is.
//!
//! What all engines share is the [`mapping`] of columns and the operator's own statements ([`after_reset`]); each
//! engine has a module for what only it does.

pub mod after_reset;
pub mod engine;
mod examine;
pub mod inspect;
pub(in crate::users) mod limits;
mod mapping;
mod mysql;
mod postgres;
pub mod presets;
pub mod sample;
mod sqlite;
#[cfg(test)]
pub(crate) mod test_database;

pub use mysql::MysqlStore;
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;

use super::{PasswordChange, StoreFault, UserStore};
use crate::config::{self, StoreUrl};
use crate::hashing::HashedPassword;
use regain_core::account::{Account, AccountId};
use std::sync::Arc;

/// What databases are given to write.
type HashChange = PasswordChange<HashedPassword>;

/// The store that is configured. The database is not touched: it need not be up yet.
///
/// # Errors
/// [`StoreFault`], if a name, a statement or an address cannot be one.
pub fn open(users: &config::Users) -> Result<Arc<dyn UserStore>, StoreFault> {
    Ok(match &users.url {
        StoreUrl::Sqlite(path) => Arc::new(SqliteStore::open(users, path)?),
        StoreUrl::Postgres(url) => Arc::new(PostgresStore::open(users, url)?),
        StoreUrl::Mysql(url) => Arc::new(MysqlStore::open(users, url)?),
        StoreUrl::Ldap(_) | StoreUrl::Hook(_) => return Err(no_database()),
    })
}

/// For code that only databases should come to.
fn no_database() -> StoreFault {
    StoreFault { what: "is no database", cause: "`users.url` leads to a directory or a back end".into() }
}

/// The account with exactly this key, among those that the database took for it.
///
/// # Errors
/// [`StoreFault`], if it has several.
fn the_one(mut found: Vec<Account>, id: &AccountId) -> Result<Option<Account>, StoreFault> {
    found.retain(|account| account.id == *id);
    if found.len() > 1 {
        return Err(StoreFault { what: "has several accounts with one key", cause: format!("key {id}") });
    }
    Ok(found.pop())
}
