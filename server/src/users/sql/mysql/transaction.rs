//! Writing a password: one transaction, all of it or nothing.

use super::connect::Session;
use super::fault::fault;
use super::statements::{Marked, Statements, key_marks};
use crate::users::sql::HashChange;
use crate::users::sql::after_reset::{Bind, moment};
use crate::users::sql::engine::Engine;
use crate::users::{Ran, StoreFault, Written};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, IsolationLevel, Params, Row, Transaction, TxOpts, Value};
use std::sync::Arc;

/// Swaps the password, runs the operator's statements, remembers the password.
///
/// # Errors
/// [`StoreFault`], after which nothing is written.
pub(super) async fn set_password(
    session: &mut Session,
    statements: Arc<Statements>,
    change: HashChange,
) -> Result<Written, StoreFault> {
    let catalogue = &session.catalogue;
    let keys = (catalogue.id.kind.value(&change.id), catalogue.swapped_id.kind.value(&change.id));
    let (Some(key), Some(swapped_key)) = keys else { return Ok(Written::NoLongerMatches) };
    refuse_what_cannot_be_taken_back(&mut session.connection, &statements).await?;
    let (new, expected) = (change.new.expose(), change.expected.expose());
    let mut values = vec![Value::from(new)];
    values.extend(vec![swapped_key; key_marks(&catalogue.swapped_id)]);
    values.extend([Value::from(expected), Value::from(change.expected_address.as_str())]);
    let swap = (statements.swap(catalogue), values);

    // Otherwise two writers who touch the same gaps of an index would wait for each other.
    let mut opts = TxOpts::default();
    opts.with_isolation_level(IsolationLevel::ReadCommitted);
    let mut transaction = session.connection.start_transaction(opts).await.map_err(unwritten)?;
    match write(&mut transaction, &statements, swap, &key, &change).await {
        Ok(Written::Yes(ran)) => match transaction.commit().await {
            Ok(()) => Ok(Written::Yes(ran)),
            Err(mysql_async::Error::Server(error)) if !IN_DOUBT.contains(&error.code) => {
                Err(unwritten(mysql_async::Error::Server(error)))
            }
            Err(error) => {
                tracing::error!(fault = %unwritten(error), "the answer to COMMIT was lost");
                Ok(Written::Unknown)
            }
        },
        // Now, rather than when the server notices; the connection is thrown away after a fault.
        otherwise => {
            let taken_back = transaction.rollback().await.map_err(unwritten);
            otherwise.and_then(|written| taken_back.map(|()| written))
        }
    }
}

async fn write(
    transaction: &mut Transaction<'_>,
    statements: &Statements,
    (swap, values): (String, Vec<Value>),
    key: &Value,
    change: &HashChange,
) -> Result<Written, StoreFault> {
    transaction.exec_drop(swap, Params::Positional(values)).await.map_err(unwritten)?;
    match transaction.affected_rows() {
        0 => return Ok(Written::NoLongerMatches),
        1 => {}
        rows => {
            let cause = format!("{rows} rows have the key {}; nothing was written", change.id);
            return Err(StoreFault { what: "has several accounts with one key", cause });
        }
    }
    let mut ran = Vec::new();
    for (index, step) in statements.after_reset.iter().enumerate() {
        let refused = |error| {
            let StoreFault { what, cause } = fault("refused a statement of users.after_reset", &error);
            StoreFault { what, cause: format!("number {}: {cause}", index + 1) }
        };
        if is_there(transaction, step.if_table.as_ref()).await.map_err(refused)? {
            run(transaction, &step.marked, key, change).await.map_err(refused)?;
            ran.push(Ran { statement: index, rows: transaction.affected_rows() });
        }
    }
    for statement in &statements.history {
        let refused = |error| fault("refused a statement about users.history", &error);
        run(transaction, statement, key, change).await.map_err(refused)?;
    }
    Ok(Written::Yes(ran))
}

async fn run(
    transaction: &mut Transaction<'_>,
    (sql, binds): &Marked,
    key: &Value,
    change: &HashChange,
) -> mysql_async::Result<()> {
    let value = |bind: &Bind| match bind {
        Bind::Id => key.clone(),
        Bind::Email => Value::from(change.expected_address.as_str()),
        Bind::Hash => Value::from(change.new.expose()),
        Bind::Now => Value::from(moment(change.now, Engine::Mysql)),
    };
    transaction.exec_drop(sql.as_str(), positional(binds.iter().map(value).collect())).await
}

/// The driver wants a statement without marks to have no parameters at all, not an empty list of them.
fn positional(values: Vec<Value>) -> Params {
    if values.is_empty() { Params::Empty } else { Params::Positional(values) }
}

/// Whether there is a table, as far as Regain may see; true where none is asked for.
pub(super) async fn is_there(
    connection: &mut impl Queryable,
    table: Option<&(Option<String>, String)>,
) -> mysql_async::Result<bool> {
    let Some((schema, table)) = table else { return Ok(true) };
    let sql = "SELECT 1 FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?";
    let found: Option<u8> = connection.exec_first(sql, (schema, table)).await?;
    Ok(found.is_some())
}

/// Refuses to begin where a failure half-way would leave something behind.
async fn refuse_what_cannot_be_taken_back(connection: &mut Conn, statements: &Statements) -> Result<(), StoreFault> {
    let tables = without_transactions(connection, statements).await.map_err(unwritten)?;
    let Some((table, engine)) = tables.first() else { return Ok(()) };
    Err(StoreFault {
        what: "has a table that takes no part in transactions",
        cause: format!(
            "{table} is of the engine {engine}, so a reset that fails half-way could not be taken back; \
             ALTER TABLE {table} ENGINE=InnoDB"
        ),
    })
}

/// The tables of engines without transactions among those that a reset writes, and the engine of each.
pub(super) async fn without_transactions(
    connection: &mut Conn,
    statements: &Statements,
) -> mysql_async::Result<Vec<(String, String)>> {
    let words: Vec<Value> = statements.words.iter().map(|word| Value::from(word.as_str())).collect();
    let marks = vec!["?"; words.len()].join(", ");
    let sql = format!(
        "SELECT CONCAT('`', t.table_schema, '`.`', t.table_name, '`'), t.engine \
         FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine \
         WHERE (t.table_schema = DATABASE() OR LOWER(t.table_schema) IN ({marks})) AND LOWER(t.table_name) IN ({marks}) \
         AND t.engine IS NOT NULL AND COALESCE(e.transactions, 'NO') <> 'YES' ORDER BY 1"
    );
    let rows: Vec<Row> = connection.exec(sql, Params::Positional([words.clone(), words].concat())).await?;
    let text = |row: &Row, index| super::text(super::cell(row, index)).unwrap_or_default();
    Ok(rows.iter().map(|row| (text(row, 0), text(row, 1))).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unwritten(error: mysql_async::Error) -> StoreFault {
    fault("cannot be written", &error)
}

/// The server shut down, or a proxy lost it: whether it committed is not known.
const IN_DOUBT: [u16; 4] = [1053, 1927, 2006, 2013];
