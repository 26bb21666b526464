//! The rows of a ledger that is copied elsewhere: see [`crate::ledger::copying`].

use super::{LedgerFault, configure, lock::ServerLock, outbox, present, schema};
use crate::ledger::copying::{Row, Rows, Table, Value};
use async_trait::async_trait;
use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;

/// A ledger that keeps still: no server uses it, and no command writes to it as long as this lives. Leases are free and
/// claims lapsed, as after the start of a server; this is taken back at the end, and the file is as it was.
pub(in crate::ledger) struct Export {
    connection: Connection,
    _lock: ServerLock,
}

impl Export {
    /// Opens the file, which must be there.
    ///
    /// # Errors
    /// [`LedgerFault`], in particular if a server holds it.
    pub(in crate::ledger) fn open(path: &Path) -> Result<Self, LedgerFault> {
        let broken = LedgerFault::engine("cannot be opened");
        let mut connection = present(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let lock = ServerLock::take(path)?;
        schema::refuse_foreign(&connection)?;
        configure(&connection).map_err(broken)?;
        schema::migrate(&mut connection)?;
        let hold_still = |connection: &Connection| {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            outbox::free_all(connection)
        };
        hold_still(&connection).map_err(LedgerFault::engine("cannot be written"))?;
        Ok(Self { connection, _lock: lock })
    }

    /// How many rows the table has.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub(in crate::ledger) fn count(&self, table: &Table) -> Result<u64, LedgerFault> {
        count(&self.connection, table).map_err(LedgerFault::engine("cannot be read"))
    }
}

#[async_trait(?Send)]
impl Rows for Export {
    async fn after(&self, table: &Table, key: Option<&Value>, max: u32) -> Result<Vec<Row>, LedgerFault> {
        after(&self.connection, table, key, max).map_err(LedgerFault::engine("cannot be read"))
    }
}

/// How many rows the table has.
pub(super) fn count(ledger: &Connection, table: &Table) -> rusqlite::Result<u64> {
    let rows: i64 = ledger.query_row(&format!("SELECT count(*) FROM {}", table.name), [], |row| row.get(0))?;
    Ok(rows.unsigned_abs())
}

fn after(ledger: &Connection, table: &Table, key: Option<&Value>, max: u32) -> rusqlite::Result<Vec<Row>> {
    let (name, columns) = (table.key().0, table.column_list());
    let behind = if key.is_some() { format!("WHERE {name} > ?1") } else { String::new() };
    ledger
        .prepare_cached(&format!("SELECT {columns} FROM {} {behind} ORDER BY {name} LIMIT {max}", table.name))?
        .query_map(params_from_iter(key.map(stored)), |row| {
            (0..table.columns.len()).map(|n| value(row.get_ref(n)?)).collect()
        })?
        .collect()
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Nothing => Stored::Null,
        Value::Octets(octets) => Stored::Blob(octets.clone()),
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Number(number) => Stored::Integer(*number),
    }
}

/// PostgreSQL's text has no zero bytes; there, U+FFFD stands for them.
fn value(found: ValueRef) -> rusqlite::Result<Value> {
    Ok(match found {
        ValueRef::Null => Value::Nothing,
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Blob(octets) => Value::Octets(octets.to_vec()),
        text => Value::Text(text.as_str()?.replace('\0', "\u{FFFD}")),
    })
}
