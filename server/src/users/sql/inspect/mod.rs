//! A look at somebody else's database, for `regain init`: which tables there are, and a few values of a column.
//!
//! All of it runs read-only, in a way that makes the database itself refuse a write. Everything is read as text, and
//! bounded in rows, in bytes and in time.

mod mysql;
mod postgres;
mod schema;
mod sqlite;
#[cfg(test)]
pub(crate) mod tests;

pub use schema::{Column, Reference, Schema, Table};

use super::engine::Engine;
use crate::config::StoreUrl;
use crate::users::StoreFault;
use async_trait::async_trait;
use secrecy::SecretString;
use std::time::Duration;

/// An open database that is only looked at.
pub struct Inspection {
    engine: Engine,
    database: Box<dyn Database>,
}

/// Values of a column, as text; none where the column is NULL. They may be stored passwords, so nothing prints them.
pub type Sample = Vec<Option<SecretString>>;

/// What an engine adds: a connection, and three questions to its catalogue.
#[async_trait]
trait Database: Send {
    /// The rows that a SELECT returns, as text, read in a transaction that cannot write.
    async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, StoreFault>;

    fn catalogue(&self) -> Catalogue;
}

type Row = Vec<Option<String>>;

/// Three SELECTs. The schema is NULL where a table is found without it; truths are `1` and `0`.
struct Catalogue {
    /// Schema, table, column, type, whether it may be NULL: in the order of the columns.
    columns: &'static str,
    /// Schema, table, index, whether it is the primary key, column: of unique indexes, in the order of their columns.
    keys: &'static str,
    /// Schema, table, column, then schema, table and column that it refers to.
    references: &'static str,
}

impl Inspection {
    /// Opens the database.
    ///
    /// # Errors
    /// [`StoreFault`], if it is not there, or does not let us in.
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreFault> {
        let database: Box<dyn Database> = match url {
            StoreUrl::Sqlite(path) => Box::new(sqlite::File::open(path.clone()).await?),
            StoreUrl::Postgres(url) => Box::new(postgres::Server::open(url).await?),
            StoreUrl::Mysql(url) => Box::new(mysql::Server::open(url).await?),
            StoreUrl::Ldap(_) | StoreUrl::Hook(_) => return Err(super::no_database()),
        };
        Ok(Self { engine: url.engine().ok_or_else(super::no_database)?, database })
    }

    /// Every table, views aside.
    ///
    /// # Errors
    /// [`StoreFault`], if the catalogue cannot be read.
    pub async fn schema(&mut self) -> Result<Schema, StoreFault> {
        let Catalogue { columns, keys, references } = self.database.catalogue();
        let columns = self.database.rows(columns).await?;
        let keys = self.database.rows(keys).await?;
        let references = self.database.rows(references).await?;
        Ok(Schema::assemble(self.engine, columns, keys, references))
    }

    /// At most `rows_max` values of a column, those with the highest keys first: as a rule the newest.
    ///
    /// # Errors
    /// [`StoreFault`], if they may not be read, or take too long.
    pub async fn sample(&mut self, table: &Table, column: &str, rows_max: usize) -> Result<Sample, StoreFault> {
        let from = table.quoted(self.engine);
        let text = self.engine.as_text(&self.engine.quoted(column));
        let order = self.newest_first(table);
        let sql = format!("SELECT substr({text}, 1, {CHARACTERS_MAX}) FROM {from}{order} LIMIT {rows_max}");
        let rows = self.database.rows(&sql).await?;
        Ok(rows.into_iter().map(|mut row| row.pop().flatten().map(SecretString::from)).collect())
    }

    /// Of at most `rows_max` rows, how many there are, and of how many `condition` holds.
    ///
    /// # Errors
    /// [`StoreFault`], if the condition cannot be evaluated.
    pub async fn count(
        &mut self,
        table: &Table,
        condition: &str,
        rows_max: usize,
    ) -> Result<(usize, usize), StoreFault> {
        let (from, name) = (table.quoted(self.engine), self.engine.quoted(&table.name));
        let (order, columns) = (self.newest_first(table), self.named_in(condition, table));
        // The line break ends a comment in the condition.
        let sql = format!(
            "SELECT count(*), count(CASE WHEN ({condition}\n) THEN 1 END) \
             FROM (SELECT {columns} FROM {from}{order} LIMIT {rows_max}) AS {name}"
        );
        let rows = self.database.rows(&sql).await?;
        let mut numbers = rows.into_iter().flatten().map(|number| number.and_then(|n| n.parse().ok()).unwrap_or(0));
        Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)))
    }

    /// The columns that the condition is about: there may be no right to the others.
    fn named_in(&self, condition: &str, table: &Table) -> String {
        let condition = condition.to_ascii_lowercase();
        let named = table.columns.iter().filter(|column| condition.contains(&column.name.to_ascii_lowercase()));
        let named: Vec<_> = named.map(|column| self.engine.quoted(&column.name)).collect();
        if named.is_empty() { "*".into() } else { named.join(", ") }
    }

    fn newest_first(&self, table: &Table) -> String {
        match &table.key[..] {
            [key] => format!(" ORDER BY {} DESC", self.engine.quoted(key)),
            _ => String::new(),
        }
    }
}

fn fault(what: &'static str, cause: impl Into<String>) -> StoreFault {
    StoreFault { what, cause: cause.into() }
}

fn overdue() -> StoreFault {
    fault("did not answer in time", format!("there was no answer within {} s", QUERY_MAX.as_secs()))
}

/// More than any stored password that Regain reads, and enough to see that a text is none.
const CHARACTERS_MAX: usize = 2048;
/// For one question. A look is no reason to burden a database.
const QUERY_MAX: Duration = Duration::from_secs(10);
