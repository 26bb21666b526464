//! Writing a password: one transaction, or nothing.

use super::fault::{fault, is_no_such_value};
use super::lane::Deadline;
use super::statements::{Marked, Statements};
use super::values::{is_true, rows, run, text};
use crate::users::sql::HashChange;
use crate::users::sql::after_reset::{Bind, moment};
use crate::users::sql::engine::Engine;
use crate::users::{Ran, StoreFault, Written};
use tokio_postgres::{Client, Error};

/// Swaps the password, runs `after_reset` and writes the history. Whatever ends this early leaves the transaction open
/// on a connection that is closed for it.
///
/// # Errors
/// [`StoreFault`], and then nothing is written.
pub(super) async fn set_password(
    client: &Client,
    statements: &Statements,
    deadline: Deadline,
    change: &HashChange,
) -> Result<Written, StoreFault> {
    let unwritten = |error| unwritten(&error, change);
    if change.id.as_str().contains('\0') {
        return Ok(Written::NoLongerMatches);
    }
    begin(client, deadline).await.map_err(unwritten)?;
    if !swap(client, statements, change).await? {
        client.batch_execute("ROLLBACK").await.map_err(unwritten)?;
        return Ok(Written::NoLongerMatches);
    }
    let mut ran = Vec::new();
    for (index, step) in statements.after_reset.iter().enumerate() {
        let rows = run_step(client, step, change).await.map_err(|error| StoreFault {
            cause: format!("number {}: {}", index + 1, without_values(&error, change)),
            what: "refused a statement of users.after_reset",
        })?;
        ran.extend(rows.map(|rows| Ran { statement: index, rows }));
    }
    for step in &statements.remember {
        run_step(client, step, change).await.map_err(|error| StoreFault {
            cause: without_values(&error, change),
            what: "refused to remember the password in users.history",
        })?;
    }
    match deadline.meets(client.batch_execute("COMMIT")).await {
        Some(Ok(())) => Ok(Written::Yes(ran)),
        Some(Err(error)) if is_rolled_back(&error) => Err(unwritten(error)),
        Some(Err(error)) => {
            tracing::error!(fault = %unwritten(error), "the answer to COMMIT was lost");
            Ok(Written::Unknown)
        }
        None => {
            tracing::error!("COMMIT is not answered in time");
            Ok(Written::Unknown)
        }
    }
}

/// Whether the server itself says that it did not commit. A connection that broke, a server that shut down and a pooler
/// that lost it do not know.
fn is_rolled_back(error: &Error) -> bool {
    const IN_DOUBT: [&str; 4] = ["08", "57P", "58", "XX"];
    error.code().is_some_and(|code| !IN_DOUBT.iter().any(|class| code.code().starts_with(class)))
}

/// Opens the transaction, and lets the server itself end it: nobody else may be there to do so by then.
async fn begin(client: &Client, deadline: Deadline) -> Result<(), Error> {
    let left = deadline.milliseconds_left();
    let sql = format!(
        "START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; \
         SET LOCAL statement_timeout = {left}; SET LOCAL lock_timeout = {left}; \
         SET LOCAL idle_in_transaction_session_timeout = {left}"
    );
    client.batch_execute(&sql).await
}

/// Swaps the password, and says whether the account still was as it was read.
async fn swap(client: &Client, statements: &Statements, change: &HashChange) -> Result<bool, StoreFault> {
    let key = change.id.as_str();
    let (new, expected) = (change.new.expose(), change.expected.expose());
    let values = [new, key, key, expected, &change.expected_address].map(Some);
    let swapped = match rows(client, &statements.swap, &values).await {
        Ok(swapped) => swapped,
        Err(error) if is_no_such_value(&error, "$2") => return Ok(false),
        Err(error) => return Err(unwritten(&error, change)),
    };
    if swapped.len() > 1 {
        let cause = format!("{} rows have the key {key}; nothing was written", swapped.len());
        return Err(StoreFault { what: "has several accounts with one key", cause });
    }
    Ok(swapped.first().and_then(|row| text(row, 0)).is_some_and(|written| written == key))
}

/// How many rows it changed; none, if its table is not there.
async fn run_step(client: &Client, step: &Marked, change: &HashChange) -> Result<Option<u64>, Error> {
    if let Some(table) = &step.if_table
        && !is_there(client, table).await?
    {
        return Ok(None);
    }
    let now = moment(change.now, Engine::Postgres);
    let value = |bind: &Bind| match bind {
        Bind::Id => change.id.as_str(),
        Bind::Email => &change.expected_address,
        Bind::Hash => change.new.expose(),
        Bind::Now => &now,
    };
    let values: Vec<_> = step.binds.iter().map(|bind| Some(value(bind))).collect();
    run(client, &step.sql, &values).await.map(Some)
}

/// Whether there is a table of that quoted name.
pub(super) async fn is_there(client: &Client, table: &str) -> Result<bool, Error> {
    let answer = rows(client, "SELECT (pg_catalog.to_regclass($1::text) IS NOT NULL)::text", &[Some(table)]).await?;
    Ok(answer.first().is_some_and(|row| is_true(row, 0)))
}

fn unwritten(error: &Error, change: &HashChange) -> StoreFault {
    StoreFault { cause: without_values(error, change), ..fault("cannot be written", error) }
}

/// What an error says; an application's own trigger may quote what it was given.
fn without_values(error: &Error, change: &HashChange) -> String {
    let values = [change.new.expose(), change.expected.expose(), &change.expected_address];
    let known = values.into_iter().filter(|value| !value.is_empty());
    known.fold(crate::postgres::cause(error), |text, value| text.replace(value, "…"))
}
