//! The application's accounts: an SQLite file, with the index that `regain check` advises.

use crate::hash;
use crate::load::requests::address;
use anyhow::Result;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// Makes `count` accounts in `folder`, unless they are there already. Their addresses are in capitals, and asked for in
/// small letters.
pub(crate) fn make(folder: &Path, count: u64) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("accounts-{count}.db"));
    if is_complete(&file, count) {
        return Ok(file);
    }
    let unfinished = file.with_extension("unfinished");
    if unfinished.is_file() {
        std::fs::remove_file(&unfinished)?;
    }
    let mut connection = Connection::open(&unfinished)?;
    // It is thrown away if it does not succeed.
    connection.pragma_update(None, "synchronous", "OFF")?;
    let password = hash::stored();
    let transaction = connection.transaction()?;
    transaction.execute_batch(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE NOT NULL, password TEXT)",
    )?;
    let mut insert = transaction.prepare("INSERT INTO accounts (email, password) VALUES (?1, ?2)")?;
    for number in 0..count {
        insert.execute((address(number).to_uppercase(), &password))?;
    }
    drop(insert);
    // After the rows: sorting once is quicker than finding a place for each.
    transaction.execute_batch("CREATE UNIQUE INDEX accounts_by_email ON accounts (email)")?;
    transaction.commit()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, fault)| fault)?;
    std::fs::rename(unfinished, &file)?;
    Ok(file)
}

/// Whether the last of `count` accounts is in `file`, as this version makes them.
fn is_complete(file: &Path, count: u64) -> bool {
    let last = (count.cast_signed(), address(count - 1).to_uppercase());
    let look = |connection: Connection| {
        connection.query_row("SELECT 1 FROM accounts WHERE id = ?1 AND email = ?2", last, |_| Ok(()))
    };
    file.is_file() && Connection::open(file).and_then(look).is_ok()
}
