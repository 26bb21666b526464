//! Looking a SQLite file over without changing anything in it.

use super::connections::fault;
use super::reading::Reading;
use super::{SqliteStore, Statements};
use crate::config;
use crate::finding::Finding;
use crate::users::SAMPLE_MAX;
use crate::users::StoreFault;
use crate::users::sql::examine::{self, NO_PLAN, NOT_COUNTED, NOT_SAMPLED, STORE};
use crate::users::sql::limits::SURVEY_MAX;
use crate::users::sql::mapping::Mapping;
use regain_core::hash::StoredPassword;
use rusqlite::Connection;
use std::sync::Arc;

/// The SQL that only an examination runs, put together once.
pub(super) struct Examining {
    sample: String,
    shared_addresses: String,
    /// What to create if look-ups read a whole table: the table's name, and the statement.
    indexes: Vec<(String, String)>,
}

impl Examining {
    pub(super) fn of(users: &config::Users, mapping: &Mapping) -> Self {
        let Mapping { tables, accounts, email, email_alone, swapped, .. } = mapping;
        let by_address = format!("CREATE INDEX accounts_by_address ON {accounts} (lower({email_alone}))");
        let by_account = users.credentials.as_ref().map(|credentials| {
            let owner = mapping.engine.quoted(&credentials.account_id);
            (tables[1].table.clone(), format!("CREATE INDEX credentials_by_account ON {swapped} ({owner})"))
        });
        Self {
            sample: mapping.sample(SAMPLE_MAX),
            shared_addresses: mapping.shared_addresses(&format!("lower({email})")),
            indexes: std::iter::once((tables[0].table.clone(), by_address)).chain(by_account).collect(),
        }
    }
}

impl SqliteStore {
    /// A finding for each thing that was looked at. If the statements cannot be run there is no more to look at.
    pub(super) async fn look_over(&self) -> Vec<Finding> {
        let statements = Arc::clone(&self.statements);
        let tried = self.writer.run(self.limits.look_up, move |connection, _| statements.try_all(connection)).await;
        let (faults, left_out) = match tried {
            Ok(tried) => tried,
            Err(fault) => (vec![fault], Vec::new()),
        };
        if !faults.is_empty() {
            return faults.iter().map(|fault| Finding::fails(STORE, fault.to_string())).collect();
        }
        let index = self.survey(|statements, connection| statements.index(connection)).await;
        let shared = self.survey(|statements, connection| statements.shared_addresses(connection)).await;
        let sample = self.sample().await;
        let left_open = |what| move |fault| examine::left_open(what, &fault);
        vec![
            examine::usable(),
            index.map_or_else(left_open(NO_PLAN), |create| examine::index(create.as_deref())),
            shared.map_or_else(left_open(NOT_COUNTED), examine::shared_addresses),
            sample.map_or_else(left_open(NOT_SAMPLED), |sample| examine::formats(&sample, &self.users)),
            examine::sessions(&self.users, &left_out),
        ]
    }

    pub(super) async fn sample(&self) -> Result<Vec<StoredPassword>, StoreFault> {
        self.survey(|statements, connection| statements.sample(connection)).await
    }

    async fn survey<T: Send + 'static>(
        &self,
        look: fn(&Statements, &Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreFault> {
        let statements = Arc::clone(&self.statements);
        let limit = self.limits.look_up.min(SURVEY_MAX);
        let look = move |connection: &mut Connection, _| {
            look(&statements, connection).map_err(|error| fault("cannot be read", &error))
        };
        self.readers.run(limit, look).await
    }
}

impl Statements {
    /// What is wrong, and which tables are left out.
    fn try_all(&self, connection: &Connection) -> Result<(Vec<StoreFault>, Vec<String>), StoreFault> {
        if connection.is_readonly("main").map_err(|error| fault("cannot be used", &error))? {
            let cause = "Regain may not write to its file; give its user the right to".into();
            return Err(StoreFault { what: "is read-only", cause });
        }
        let (mut faults, left_out) = self.writing.prepare(connection)?;
        faults.splice(0..0, self.reading.prepare(connection));
        Ok((faults, left_out))
    }

    /// What to create, if a look-up reads the whole table.
    fn index(&self, connection: &Connection) -> rusqlite::Result<Option<String>> {
        let sql = format!("EXPLAIN QUERY PLAN {}", self.reading.look_up(2));
        let mut statement = connection.prepare(&sql)?;
        let plan: Vec<String> =
            statement.query_map(["", "-"], |row| row.get("detail"))?.collect::<rusqlite::Result<_>>()?;
        // An automatic index is made for each look-up, of the whole table.
        let reads_all = |table: &str| {
            let (scan, automatic) = (format!("SCAN {table}"), format!("SEARCH {table} USING AUTOMATIC"));
            plan.iter().any(|step| step.starts_with(&scan) || step.starts_with(&automatic))
        };
        Ok(self.examining.indexes.iter().find(|(table, _)| reads_all(table)).map(|(_, create)| create.clone()))
    }

    fn shared_addresses(&self, connection: &Connection) -> rusqlite::Result<u64> {
        connection.query_row(&self.examining.shared_addresses, [], |row| row.get(0).map(u32::into))
    }

    fn sample(&self, connection: &Connection) -> rusqlite::Result<Vec<StoredPassword>> {
        let mut statement = connection.prepare(&self.examining.sample)?;
        statement.query_map([], |row| row.get(0).map(|text: String| StoredPassword::new(text)))?.collect()
    }
}

impl Reading {
    /// Prepares all that is read with. Returns what is wrong.
    fn prepare(&self, connection: &Connection) -> Vec<StoreFault> {
        let look_up = self.look_up(1);
        let look_up = ("cannot be searched; see users.eligible and users.credentials", look_up.as_str());
        let all = std::iter::once(look_up).chain(self.others());
        all.filter_map(|(what, sql)| Some(fault(what, &connection.prepare(sql).err()?))).collect()
    }
}

#[cfg(test)]
mod tests;
