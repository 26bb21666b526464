//! Accounts in PostgreSQL.

use crate::config;
use crate::finding::Finding;
use crate::users::{PasswordChange, StoreFault, UserStore, Written};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use secrecy::SecretString;

/// The application's own PostgreSQL database.
pub struct PostgresStore {}

impl PostgresStore {
    /// Reads what is configured. The database is not touched.
    ///
    /// # Errors
    /// [`StoreFault`], if a name, a statement or the URL cannot be one.
    pub fn open(_users: &config::Users, _url: &SecretString) -> Result<Self, StoreFault> {
        Err(absent())
    }
}

fn absent() -> StoreFault {
    StoreFault { what: "is of a kind that this version does not open", cause: "PostgreSQL".into() }
}

#[async_trait]
impl UserStore for PostgresStore {
    async fn find(&self, _addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        Err(absent())
    }

    async fn load(&self, _id: &AccountId) -> Result<Option<Account>, StoreFault> {
        Err(absent())
    }

    async fn set_password(&self, _change: PasswordChange) -> Result<Written, StoreFault> {
        Err(absent())
    }

    async fn examine(&self) -> Vec<Finding> {
        Vec::new()
    }
}
