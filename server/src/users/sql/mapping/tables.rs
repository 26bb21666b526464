//! The tables that the configuration names, and what is said when the database has not got them.

use super::super::engine::Engine;
use super::unsound;
use crate::config;
use crate::users::StoreFault;

/// A table that somebody named, and the columns that it must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::users::sql) struct MappedTable {
    /// The key that names it, for messages.
    pub(in crate::users::sql) key: &'static str,
    /// Not quoted, as `table` is.
    pub(in crate::users::sql) schema: Option<String>,
    pub(in crate::users::sql) table: String,
    pub(in crate::users::sql) columns: Vec<String>,
}

impl MappedTable {
    fn of(key: &'static str, table: &str, columns: &[&String]) -> Result<Self, StoreFault> {
        let (schema, table) = table_name(key, table)?;
        if let Some(column) = columns.iter().find(|column| !is_name(column)) {
            return Err(unsound(format!("{column:?} cannot be the name of a column of {key}")));
        }
        Ok(Self { key, schema, table, columns: columns.iter().map(|column| (*column).clone()).collect() })
    }

    /// With its schema, quoted: what `FROM` wants.
    pub(super) fn quoted(&self, engine: Engine) -> String {
        let schema = self.schema.as_deref().map(|schema| engine.quoted(schema) + ".").unwrap_or_default();
        schema + &engine.quoted(&self.table)
    }

    /// A column, with the table before it: no engine takes such a name for a text in quotes.
    pub(super) fn column(&self, engine: Engine, name: &str) -> String {
        format!("{}.{}", engine.quoted(&self.table), engine.quoted(name))
    }

    /// Says what is missing. `present` are the columns that the database has in this table, none if it has no such
    /// table; `tables` are asked for then.
    ///
    /// # Errors
    /// [`StoreFault`], which names the key and what there is instead.
    pub(in crate::users::sql) fn check(
        &self,
        engine: Engine,
        present: &[String],
        tables: impl FnOnce() -> Result<Vec<String>, StoreFault>,
    ) -> Result<(), StoreFault> {
        let Self { key, table, columns, .. } = self;
        if present.is_empty() {
            let what = "has not got the configured table";
            return Err(StoreFault {
                what,
                cause: format!("no table {table:?}; set {key} to one of: {}", tables()?.join(", ")),
            });
        }
        // A quoted name is as it is written to PostgreSQL alone.
        let same = |a: &str, b: &str| if engine == Engine::Postgres { a == b } else { a.eq_ignore_ascii_case(b) };
        let missing = columns.iter().find(|wanted| !present.iter().any(|name| same(name, wanted)));
        missing.map_or(Ok(()), |column| {
            let there_are = present.join(", ");
            Err(StoreFault {
                what: "has not got the configured columns",
                cause: format!("table {table:?} ({key}) has no column {column:?}; its columns are: {there_are}"),
            })
        })
    }
}

/// All that are configured.
pub(super) struct MappedTables {
    pub(super) accounts: MappedTable,
    pub(super) credentials: Option<MappedTable>,
    pub(super) history: Option<MappedTable>,
}

impl MappedTables {
    pub(super) fn of(users: &config::Users) -> Result<Self, StoreFault> {
        let mut columns = vec![&users.id, &users.email];
        columns.extend([&users.name, &users.locale, &users.email_verified].into_iter().flatten());
        if users.credentials.is_none() {
            columns.push(&users.password);
        }
        let credentials = users.credentials.as_ref().map(|credentials| {
            let columns = [&credentials.account_id, &users.password];
            MappedTable::of("users.credentials.table", &credentials.table, &columns)
        });
        let history = users.history.as_ref().map(|history| {
            let columns = [&history.account_id, &history.password, &history.at];
            MappedTable::of("users.history.table", &history.table, &columns)
        });
        Ok(Self {
            accounts: MappedTable::of("users.table", &users.table, &columns)?,
            credentials: credentials.transpose()?,
            history: history.transpose()?,
        })
    }

    pub(super) fn into_all(self) -> Vec<MappedTable> {
        [Some(self.accounts), self.credentials, self.history].into_iter().flatten().collect()
    }
}

/// Splits `schema.table`.
pub(super) fn table_name(key: &str, configured: &str) -> Result<(Option<String>, String), StoreFault> {
    let (schema, table) = match configured.split_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, configured),
    };
    if !is_name(table) || table.contains('.') || !schema.is_none_or(is_name) {
        return Err(unsound(format!("{key} is {configured:?}; write \"table\" or \"schema.table\", unquoted")));
    }
    Ok((schema.map(str::to_owned), table.to_owned()))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}
