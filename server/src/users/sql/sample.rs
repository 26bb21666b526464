//! An application's database to try things with: accounts, their sessions, and nothing else.

use crate::users::StoreFault;
use rusqlite::{Connection, params};
use std::path::Path;

/// One account to begin with.
#[derive(Debug, Clone, Copy)]
pub struct SampleAccount {
    /// The address on file.
    pub email: &'static str,
    /// The owner's name.
    pub name: &'static str,
    /// The owner's language.
    pub locale: &'static str,
    /// The stored password, in whatever format; none for an account that signs in elsewhere.
    pub password: Option<&'static str>,
    /// Whether it may sign in at all.
    pub is_active: bool,
    /// Whether the address was verified.
    pub email_verified: bool,
}

/// Creates a database at `path` with `accounts` and two sessions of each, unless there is a file already. Returns
/// whether it did. A database half made is never left under that name.
///
/// # Errors
/// [`StoreFault`], if the file cannot be written.
pub fn create_if_absent(path: &Path, accounts: &[SampleAccount]) -> Result<bool, StoreFault> {
    if path.exists() {
        return Ok(false);
    }
    let unfinished = path.with_extension("unfinished");
    let failed =
        |cause: String| StoreFault { what: "cannot be created", cause: format!("{}: {cause}", path.display()) };
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(|error| failed(error.to_string()))?;
    }
    fill(&unfinished, accounts).map_err(|error| failed(error.to_string()))?;
    std::fs::rename(&unfinished, path).map_err(|error| failed(error.to_string()))?;
    Ok(true)
}

fn fill(path: &Path, accounts: &[SampleAccount]) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    for account in accounts {
        let SampleAccount { email, name, locale, password, is_active, email_verified } = account;
        transaction.execute(INSERT_ACCOUNT, params![email, name, locale, password, is_active, email_verified])?;
        let id = transaction.last_insert_rowid();
        for _ in 0..2 {
            transaction.execute("INSERT INTO sessions (account_id) VALUES (?1)", [id])?;
        }
    }
    transaction.commit()
}

const SCHEMA: &str = "
CREATE TABLE accounts (
    id             INTEGER PRIMARY KEY,
    email          TEXT NOT NULL,
    name           TEXT,
    locale         TEXT,
    password       TEXT,
    is_active      INTEGER NOT NULL DEFAULT 1,
    email_verified INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX accounts_by_email ON accounts (lower(email));
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX sessions_by_account ON sessions (account_id);
";

const INSERT_ACCOUNT: &str = "INSERT INTO accounts (email, name, locale, password, is_active, email_verified) \
                              VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
