//! Writing a password, all in one transaction: swapped, remembered, and the operator's statements run.

use super::connections::{Deadline, columns, fault};
use super::values::{account_id, keys};
use crate::users::sql::HashChange;
use crate::users::sql::after_reset::{Bind, Statement, moment};
use crate::users::sql::engine::Engine;
use crate::users::sql::mapping::Mapping;
use crate::users::{Ran, StoreFault, Written};
use crate::weakness::{self, Weakness};
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, TransactionBehavior, params_from_iter};

/// The SQL that writes, put together once.
pub(super) struct Writing {
    /// Compare and swap. `?1` new, `?2` and `?3` the key, `?4` expected password, `?5` expected address.
    swap: String,
    /// What adds to the history, and what trims it.
    history: Vec<Marked>,
    after_reset: Vec<Step>,
}

type Marked = (String, Vec<Bind>);

struct Step {
    marked: Marked,
    /// Left out without it: schema and name.
    if_table: Option<(Option<String>, String)>,
}

impl Writing {
    pub(super) fn of(mapping: &Mapping) -> Self {
        let Mapping { swapped, swapped_id, swapped_password, swapped_only, password_alone, email, .. } = mapping;
        // Byte for byte: a column may be declared NOCASE, and hashes that differ in case are not the same.
        let same_password = mapping.engine.same_bytes(swapped_password, "?4");
        let same_password = weakness::spoilt(Weakness::ClaimNotGuarded, same_password, |_| "1".to_owned());
        let guard = mapping.guard(&mapping.engine.same_bytes(email, "?5"));
        let history = mapping.history.iter().flat_map(|history| [&history.add, &history.trim]);
        let steps = mapping.after_reset.iter();
        Self {
            swap: format!(
                "UPDATE {swapped} SET {password_alone} = \
                 CASE typeof({swapped_password}) WHEN 'blob' THEN CAST(?1 AS BLOB) ELSE ?1 END \
                 WHERE {swapped_id} IN (?2, ?3) AND {swapped_only} AND {same_password} AND {guard} \
                 RETURNING {swapped_id}"
            ),
            history: history.map(Statement::marked).collect(),
            after_reset: steps
                .map(|step| Step { marked: step.statement.marked(), if_table: step.if_table.clone() })
                .collect(),
        }
    }

    pub(super) fn set_password(
        &self,
        connection: &mut Connection,
        deadline: Deadline,
        change: &HashChange,
    ) -> Result<Written, StoreFault> {
        let unwritten = |error| fault("cannot be written", &error);
        // Whatever ends this early drops the transaction, and so undoes all of it.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unwritten)?;
        let Some(key) = self.swap(&transaction, change)? else { return Ok(Written::NoLongerMatches) };
        for marked in &self.history {
            run(&transaction, marked, &key, change).map_err(|error| fault(HISTORY_FAILED, &error))?;
        }
        let mut ran = Vec::new();
        for (index, step) in self.after_reset.iter().enumerate() {
            deadline.bound_lock_waits(&transaction)?;
            if step.is_to_run(&transaction)? && !weakness::is(Weakness::SessionsNotEnded) {
                let rows = run(&transaction, &step.marked, &key, change).map_err(|error| step_fault(index, &error))?;
                ran.push(Ran { statement: index, rows });
            }
        }
        deadline.bound_lock_waits(&transaction)?;
        transaction.commit().map_err(unwritten)?;
        Ok(Written::Yes(ran))
    }

    /// Swaps the password; returns the key as the column has it, or none if the account is not as it was read.
    fn swap(&self, transaction: &Transaction<'_>, change: &HashChange) -> Result<Option<Value>, StoreFault> {
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

    /// Prepares all that [`set_password`](Self::set_password) runs, and runs none of it. Returns what is wrong, and the
    /// tables whose statements are left out since they are not there.
    pub(super) fn prepare(&self, connection: &Connection) -> Result<(Vec<StoreFault>, Vec<String>), StoreFault> {
        let mut faults = Vec::new();
        let mut left_out = Vec::new();
        let mut prepare = |sql: &str, words: &dyn Fn(&rusqlite::Error) -> StoreFault| {
            faults.extend(connection.prepare(sql).err().map(|error| words(&error)));
        };
        prepare(&self.swap, &|error| fault("cannot be written as configured", error));
        for (sql, _) in &self.history {
            prepare(sql, &|error| fault(HISTORY_FAILED, error));
        }
        for (index, step) in self.after_reset.iter().enumerate() {
            if step.is_to_run(connection)? {
                prepare(&step.marked.0, &|error| step_fault(index, error));
            } else {
                left_out.extend(step.if_table.iter().map(|(_, table)| table.clone()));
            }
        }
        Ok((faults, left_out))
    }
}

impl Step {
    /// Looked up anew each time: the application may have been migrated since.
    fn is_to_run(&self, connection: &Connection) -> Result<bool, StoreFault> {
        let Some((schema, table)) = &self.if_table else { return Ok(true) };
        Ok(!columns(connection, schema.as_deref(), table)?.is_empty())
    }
}

/// Runs a statement to its end, whether or not it returns rows; how many it changed.
fn run(connection: &Connection, (sql, binds): &Marked, key: &Value, change: &HashChange) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params_from_iter(binds.iter().map(|bind| value(*bind, key, change))))?;
    while rows.next()?.is_some() {}
    drop(rows);
    Ok(if statement.readonly() { 0 } else { connection.changes() })
}

fn value(bind: Bind, key: &Value, change: &HashChange) -> Value {
    match bind {
        Bind::Id => key.clone(),
        Bind::Email => Value::Text(change.expected_address.clone()),
        Bind::Hash => Value::Text(change.new.expose().to_owned()),
        Bind::Now => Value::Text(moment(change.now, Engine::Sqlite)),
    }
}

fn step_fault(index: usize, error: &rusqlite::Error) -> StoreFault {
    let cause = format!("number {}: {error}", index + 1);
    StoreFault { what: "cannot run a statement of users.after_reset", cause }
}

const HISTORY_FAILED: &str = "cannot keep a password in its history; see users.history";
