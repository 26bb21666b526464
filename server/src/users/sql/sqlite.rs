//! Accounts in a SQLite file.

use super::after_reset::{Bind, moment};
use super::connections::{Deadline, Kind, Lane, fault};
use super::engine::Engine;
use super::examine;
use super::limits::{Seen, TimeLimits};
use super::mapping::Mapping;
use super::values::{account_id, keys, text};
use crate::config;
use crate::finding::Finding;
use crate::users::{PasswordChange, StoreFault, UserStore, Written};
use async_trait::async_trait;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params_from_iter};
use std::path::Path;
use std::sync::Arc;

/// The application's own SQLite database. It is never created, and opened when it is needed: if it is absent or
/// locked, callers get a [`StoreFault`] and may come again.
///
/// Keys may be integers, texts or blobs. Passwords may be texts or blobs, and are written as what they were.
pub struct SqliteStore {
    statements: Arc<Statements>,
    readers: Arc<Lane>,
    writer: Arc<Lane>,
    limits: TimeLimits,
}

impl SqliteStore {
    /// Reads what is configured. The database is not touched; [`check`](Self::check) does that.
    ///
    /// # Errors
    /// [`StoreFault`], if a name or a statement cannot be one.
    pub fn open(users: &config::Users, path: &Path) -> Result<Self, StoreFault> {
        Self::with_limits(users, path, TimeLimits::default())
    }

    pub(crate) fn with_limits(users: &config::Users, path: &Path, limits: TimeLimits) -> Result<Self, StoreFault> {
        let mapping = Arc::new(Mapping::of(users)?);
        let lane = |kind, connections| Lane::new(path.to_owned(), Arc::clone(&mapping), kind, connections);
        Ok(Self {
            statements: Arc::new(Statements::of(&mapping)),
            readers: lane(Kind::Reader, READERS_MAX),
            writer: lane(Kind::Writer, 1),
            limits,
        })
    }

    /// Tries all that a reset would need, and changes nothing: the file, the table, the columns, each statement.
    ///
    /// # Errors
    /// [`StoreFault`], which says what is missing and what there is.
    pub async fn check(&self) -> Result<(), StoreFault> {
        let statements = Arc::clone(&self.statements);
        self.writer.run(self.limits.look_up, move |connection, _| statements.check(connection)).await
    }

    /// What would make the look-up faster, if it has to read the whole table.
    ///
    /// # Errors
    /// [`StoreFault`], as [`check`](Self::check).
    pub async fn advice(&self) -> Result<Option<String>, StoreFault> {
        let statements = Arc::clone(&self.statements);
        self.readers.run(self.limits.look_up, move |connection, _| statements.advice(connection)).await
    }
}

#[async_trait]
impl UserStore for SqliteStore {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let mut found = Vec::new();
        for batch in addresses.chunks(BATCH_MAX) {
            let (statements, batch) = (Arc::clone(&self.statements), batch.to_vec());
            let accounts = self.readers.run(self.limits.look_up, move |c, _| statements.find(c, &batch)).await?;
            found.extend(accounts);
        }
        Ok(found)
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let (statements, id) = (Arc::clone(&self.statements), id.clone());
        self.readers.run(self.limits.look_up, move |connection, _| statements.load(connection, &id)).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let statements = Arc::clone(&self.statements);
        self.writer.run(self.limits.write, move |c, deadline| statements.set_password(c, deadline, &change)).await
    }

    async fn examine(&self) -> Vec<Finding> {
        match self.check().await {
            Err(fault) => vec![Finding::fails(examine::STORE, fault.to_string())],
            Ok(()) => match self.advice().await {
                Ok(None) => vec![Finding::holds(examine::STORE, "it can be searched and written")],
                Ok(Some(advice)) => vec![Finding::advice(examine::STORE, advice)],
                Err(fault) => vec![Finding::fails(examine::STORE, fault.to_string())],
            },
        }
    }
}

/// The SQL, put together once.
struct Statements {
    /// Up to where the condition follows.
    select: String,
    email: String,
    id: String,
    /// Compare and swap. `?1` new, `?2` and `?3` the key, `?4` expected password, `?5` expected address.
    swap: String,
    after_reset: Vec<(String, Vec<Bind>)>,
    /// What to create if look-ups are slow.
    index: String,
}

impl Statements {
    fn of(mapping: &Mapping) -> Self {
        let Mapping { from, id, email, password, name, locale, eligible, password_alone, email_alone, .. } = mapping;
        let Mapping { accounts, swapped, swapped_id, swapped_password, swapped_only, .. } = mapping;
        let same_password = mapping.engine.same_bytes(swapped_password, "?4");
        let guard = mapping.guard(&mapping.engine.same_bytes(email, "?5"));
        Self {
            select: format!(
                "SELECT {id}, {email}, {password}, {name}, {locale}, {eligible} IS TRUE FROM {from} WHERE "
            ),
            email: email.clone(),
            id: id.clone(),
            // BINARY: a column may be declared NOCASE, and hashes that differ in case are not the same.
            swap: format!(
                "UPDATE {swapped} SET {password_alone} = \
                 CASE typeof({swapped_password}) WHEN 'blob' THEN CAST(?1 AS BLOB) ELSE ?1 END \
                 WHERE {swapped_id} IN (?2, ?3) AND {swapped_only} AND {same_password} AND {guard} \
                 RETURNING {swapped_id}"
            ),
            after_reset: mapping.after_reset.iter().map(|step| step.statement.marked()).collect(),
            index: format!("CREATE INDEX accounts_by_address ON {accounts} (lower({email_alone}))"),
        }
    }

    /// The look-up of `count` addresses. The two conditions say the same, both by ASCII: SQLite chooses whichever an
    /// index serves, be it on `lower(email)` or on a column compared with NOCASE.
    fn look_up(&self, count: usize) -> String {
        let Self { select, email, .. } = self;
        let marks = (1..=count).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        format!("{select} lower({email}) IN ({marks}) AND {email} COLLATE NOCASE IN ({marks})")
    }

    fn find(&self, connection: &Connection, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let read = || -> rusqlite::Result<Vec<Account>> {
            let mut statement = connection.prepare(&self.look_up(addresses.len()))?;
            let mut rows = statement.query(params_from_iter(addresses.iter().map(FoldedAddress::as_str)))?;
            let (mut accounts, mut seen) = (Vec::new(), Seen::default());
            while let Some(row) = rows.next()? {
                let account = account(row)?;
                if seen.admits(&account.address) {
                    accounts.push(account);
                }
            }
            Ok(accounts)
        };
        read().map_err(|error| fault("cannot be read", &error))
    }

    fn load(&self, connection: &Connection, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let read = || -> rusqlite::Result<Vec<Account>> {
            let sql = format!("{} {} IN (?1, ?2) LIMIT 3", self.select, self.id);
            connection.prepare_cached(&sql)?.query_map(keys(id), account)?.collect()
        };
        let mut accounts = read().map_err(|error| fault("cannot be read", &error))?;
        accounts.retain(|account| account.id == *id);
        if accounts.len() > 1 {
            return Err(StoreFault { what: "has several accounts with one key", cause: format!("key {id}") });
        }
        Ok(accounts.pop())
    }

    fn set_password(
        &self,
        connection: &mut Connection,
        deadline: Deadline,
        change: &PasswordChange,
    ) -> Result<Written, StoreFault> {
        let unwritten = |error| fault("cannot be written", &error);
        // Whatever ends this early drops the transaction, and so undoes all of it.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unwritten)?;
        let Some(key) = self.swap(&transaction, change)? else { return Ok(Written::NoLongerMatches) };
        for (index, (sql, binds)) in self.after_reset.iter().enumerate() {
            deadline.bound_lock_waits(&transaction)?;
            let values = binds.iter().map(|bind| value(*bind, &key, change));
            run(&transaction, sql, values).map_err(|error| StoreFault {
                what: "refused a statement of users.after_reset",
                cause: format!("number {}: {error}", index + 1),
            })?;
        }
        deadline.bound_lock_waits(&transaction)?;
        transaction.commit().map_err(unwritten)?;
        Ok(Written::Yes)
    }

    /// Swaps the password; returns the key as the column has it, or none if the account is not as it was read.
    fn swap(&self, transaction: &Transaction<'_>, change: &PasswordChange) -> Result<Option<Value>, StoreFault> {
        let [text, other] = keys(&change.id);
        let (new, expected) = (change.new.expose(), change.expected.expose());
        let write = || -> rusqlite::Result<Vec<Value>> {
            let mut statement = transaction.prepare(&self.swap)?;
            let values = (new, text, other, expected, &change.expected_address);
            statement.query_map(values, |row| row.get(0))?.collect()
        };
        let mut swapped = write().map_err(|error| fault("cannot be written", &error))?;
        if swapped.len() > 1 {
            let cause = format!("{} rows have the key {}; nothing was written", swapped.len(), change.id);
            return Err(StoreFault { what: "has several accounts with one key", cause });
        }
        Ok(swapped.pop().filter(|key| account_id(key.into()).as_ref() == Some(&change.id)))
    }

    fn check(&self, connection: &Connection) -> Result<(), StoreFault> {
        let unsound = |error| fault("cannot be used as configured", &error);
        if connection.is_readonly("main").map_err(unsound)? {
            let cause = "Regain may not write to its file".into();
            return Err(StoreFault { what: "is read-only", cause });
        }
        connection
            .prepare(&self.look_up(1))
            .map_err(|error| fault("cannot be searched; see users.eligible", &error))?;
        connection.prepare(&self.swap).map_err(unsound)?;
        let cannot_run = |error| fault("cannot run a statement of users.after_reset", &error);
        self.after_reset.iter().try_for_each(|(sql, _)| connection.prepare(sql).map(drop)).map_err(cannot_run)
    }

    fn advice(&self, connection: &Connection) -> Result<Option<String>, StoreFault> {
        let plan = || -> rusqlite::Result<Vec<String>> {
            let sql = format!("EXPLAIN QUERY PLAN {}", self.look_up(2));
            connection.prepare(&sql)?.query_map(["", "-"], |row| row.get("detail"))?.collect()
        };
        let plan = plan().map_err(|error| fault("cannot be read", &error))?;
        let scans = plan.iter().any(|step| step.starts_with("SCAN"));
        Ok(scans.then(|| format!("each look-up reads the whole table; an index would help: {}", self.index)))
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let id = account_id(row.get_ref(0)?);
    let eligible = id.is_some() && row.get::<_, bool>(5)?;
    Ok(Account {
        id: id.unwrap_or_else(|| AccountId::new("")),
        address: text(row.get_ref(1)?).unwrap_or_default(),
        password: text(row.get_ref(2)?).map(StoredPassword::new),
        name: text(row.get_ref(3)?),
        locale: text(row.get_ref(4)?),
        eligible,
    })
}

fn value(bind: Bind, key: &Value, change: &PasswordChange) -> Value {
    match bind {
        Bind::Id => key.clone(),
        Bind::Email => Value::Text(change.expected_address.clone()),
        Bind::Hash => Value::Text(change.new.expose().to_owned()),
        Bind::Now => Value::Text(moment(change.now, Engine::Sqlite)),
    }
}

/// Runs a statement to its end, whether or not it returns rows.
fn run(connection: &Connection, sql: &str, values: impl Iterator<Item = Value>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Look-ups come from one courier and from opened links; more connections only contend for the page cache.
const READERS_MAX: usize = 4;
/// Addresses in one query. What the ledger commits at once is no more; SQLite allows 32,766 parameters.
const BATCH_MAX: usize = 512;
#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
