//! Accounts in MySQL or MariaDB.

mod catalogue;
mod connect;
mod examine;
mod fault;
mod rights;
mod statements;
mod transaction;
mod url;
mod values;

use crate::config;
use crate::finding::Finding;
use crate::users::sql::after_reset::Bind;
use crate::users::sql::limits::{BATCH_MAX, Seen, TimeLimits};
use crate::users::sql::mapping::Mapping;
use crate::users::sql::the_one;
use crate::users::{PasswordChange, Role, StoreFault, UserStore, Written};
use async_trait::async_trait;
use catalogue::Catalogue;
pub(super) use connect::connect;
use connect::{Lane, Session};
use examine::Examination;
pub(super) use fault::fault;
use futures_util::FutureExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Params, Row, Value};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use secrecy::SecretString;
use statements::{Marked, Statements, key_marks};
use std::sync::Arc;
use url::Address;
use values::{is_true, text};

/// The application's own MySQL or MariaDB database. It is connected to when it is needed: if it is out of reach,
/// callers get a [`StoreFault`] and may come again.
///
/// Keys may be integers, texts or bytes.
pub struct MysqlStore {
    statements: Arc<Statements>,
    readers: Arc<Lane>,
    writers: Arc<Lane>,
    examination: Arc<Examination>,
}

impl MysqlStore {
    /// Reads what is configured. The database is not touched.
    ///
    /// # Errors
    /// [`StoreFault`], if a name, a statement or the URL cannot be one.
    pub fn open(users: &config::Users, url: &SecretString) -> Result<Self, StoreFault> {
        Self::with_limits(users, url, TimeLimits::default())
    }

    fn with_limits(users: &config::Users, url: &SecretString, limits: TimeLimits) -> Result<Self, StoreFault> {
        let mapping = Arc::new(Mapping::of(users)?);
        let statements = Arc::new(Statements::of(&mapping));
        let address = Address::parse(url)?;
        let examination = Examination {
            users: users.clone(),
            mapping: Arc::clone(&mapping),
            statements: Arc::clone(&statements),
            is_local: address.is_local,
        };
        Ok(Self {
            statements,
            readers: Lane::new(address.clone(), Arc::clone(&mapping), limits.look_up, READERS_MAX),
            writers: Lane::new(address, mapping, limits.write, WRITERS_MAX),
            examination: Arc::new(examination),
        })
    }
}

#[async_trait]
impl UserStore for MysqlStore {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let mut found = Vec::new();
        for batch in addresses.chunks(BATCH_MAX) {
            let (statements, batch) = (Arc::clone(&self.statements), batch.to_vec());
            let found_now = self.readers.run(move |session| find(session, statements, batch).boxed()).await?;
            found.extend(found_now);
        }
        Ok(found)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let (statements, id) = (Arc::clone(&self.statements), id.clone());
        self.readers.run(move |session| load(session, statements, id).boxed()).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let change = change.hashed()?;
        let statements = Arc::clone(&self.statements);
        self.writers.run(move |session| transaction::set_password(session, statements, change).boxed()).await
    }

    async fn used_passwords(&self, id: &AccountId) -> Result<Vec<StoredPassword>, StoreFault> {
        let Some(read) = self.statements.used_passwords.clone() else { return Ok(Vec::new()) };
        let rows = self.about(id, read).await?;
        Ok(rows.iter().filter_map(|row| text(cell(row, 0))).map(StoredPassword::new).collect())
    }

    async fn role(&self, id: &AccountId) -> Result<Option<Role>, StoreFault> {
        let Some(read) = self.statements.role.clone() else { return Ok(None) };
        let rows = self.about(id, read).await?;
        Ok(rows.first().and_then(role))
    }

    async fn sample_passwords(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        self.examination.sample(&self.readers).await
    }

    async fn examine(&self) -> Vec<Finding> {
        Arc::clone(&self.examination).run(&self.readers).await
    }
}

impl MysqlStore {
    /// Reads by a statement that asks for the key alone.
    async fn about(&self, id: &AccountId, statement: Marked) -> Result<Vec<Row>, StoreFault> {
        let id = id.clone();
        self.readers.run(move |session| about(session, id, statement).boxed()).await
    }
}

async fn about(session: &mut Session, id: AccountId, (sql, binds): Marked) -> Result<Vec<Row>, StoreFault> {
    let Some(key) = session.catalogue.id.kind.value(&id) else { return Ok(Vec::new()) };
    let values = binds.iter().map(|bind| if *bind == Bind::Id { key.clone() } else { Value::NULL }).collect();
    session.connection.exec(sql, Params::Positional(values)).await.map_err(unread)
}

async fn find(
    session: &mut Session,
    statements: Arc<Statements>,
    addresses: Vec<FoldedAddress>,
) -> Result<Vec<Account>, StoreFault> {
    let sql = statements.look_up(&session.catalogue.folded, addresses.len());
    let values = addresses.iter().map(|address| Value::from(address.as_str())).collect();
    let mut rows = session.connection.exec_iter(sql, Params::Positional(values)).await.map_err(unread)?;
    let (mut accounts, mut seen) = (Vec::new(), Seen::none_of(&addresses));
    while let Some(row) = rows.next().await.map_err(unread)? {
        let account = account(&row, &session.catalogue);
        if seen.admits(&account.address) {
            accounts.push(account);
        }
    }
    Ok(accounts)
}

async fn load(
    session: &mut Session,
    statements: Arc<Statements>,
    id: AccountId,
) -> Result<Option<Account>, StoreFault> {
    let catalogue = &session.catalogue;
    let Some(key) = catalogue.id.kind.value(&id) else { return Ok(None) };
    let values = vec![key; key_marks(&catalogue.id)];
    let sql = statements.load(catalogue);
    let rows: Vec<Row> = session.connection.exec(sql, Params::Positional(values)).await.map_err(unread)?;
    the_one(rows.iter().map(|row| account(row, catalogue)).collect(), &id)
}

fn account(row: &Row, catalogue: &Catalogue) -> Account {
    let id = catalogue.id.kind.account_id(cell(row, 0));
    let eligible = id.is_some() && is_true(cell(row, 5));
    Account {
        id: id.unwrap_or_else(|| AccountId::new("")),
        address: text(cell(row, 1)).unwrap_or_default(),
        password: text(cell(row, 2)).map(StoredPassword::new),
        name: text(cell(row, 3)),
        locale: text(cell(row, 4)),
        eligible,
    }
}

fn role(row: &Row) -> Option<Role> {
    let [name, description, kind] = [1, 2, 3].map(|index| text(cell(row, index)).unwrap_or_default());
    Some(Role { id: text(cell(row, 0))?.parse().ok()?, name, description, kind })
}

fn cell(row: &Row, index: usize) -> &Value {
    row.as_ref(index).unwrap_or(&Value::NULL)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unread(error: mysql_async::Error) -> StoreFault {
    fault("cannot be read", &error)
}

/// Look-ups come from one courier and from opened links.
const READERS_MAX: usize = 4;
/// Writes that wait for each other's rows; whoever comes after them waits here.
const WRITERS_MAX: usize = 4;

#[cfg(test)]
mod tests;
