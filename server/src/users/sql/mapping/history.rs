//! The SQL about the passwords that an account had before.

use super::super::after_reset::Statement;
use super::super::engine::Engine;
use super::super::limits::PASSWORD_MAX;
use super::statement;
use super::tables::MappedTable;
use crate::config;
use crate::users::StoreFault;

/// Statements about earlier passwords, with binds like the operator's.
#[derive(Debug, Clone)]
pub(in crate::users::sql) struct HistoryStatements {
    /// Reads as many as are kept, newest first, by `:id`.
    pub(in crate::users::sql) read: Statement,
    /// Adds the new one, by `:id`, `:hash` and `:now`.
    pub(in crate::users::sql) add: Statement,
    /// Takes out all but the newest, by `:id` and `:hash`.
    pub(in crate::users::sql) trim: Statement,
}

impl HistoryStatements {
    pub(super) fn of(history: &config::History, mapped: &MappedTable, engine: Engine) -> Result<Self, StoreFault> {
        let table = mapped.quoted(engine);
        let [owner, password, at] =
            [&history.account_id, &history.password, &history.at].map(|column| engine.quoted(column));
        let (keep, text) = (history.keep, engine.as_text(&password));
        let select =
            format!("SELECT {password} FROM {table} WHERE {owner} = :id AND octet_length({text}) <= {PASSWORD_MAX}");
        // A moment may have no fraction of a second, so the one just added goes first whatever the clock said. The
        // derived table lets MySQL read what it deletes from.
        let kept = format!("{select} ORDER BY CASE WHEN {password} = :hash THEN 0 ELSE 1 END, {at} DESC LIMIT {keep}");
        let statement = |sql: String| statement("users.history", &sql, engine);
        Ok(Self {
            read: statement(format!("{select} ORDER BY {at} DESC LIMIT {keep}"))?,
            add: statement(format!("INSERT INTO {table} ({owner}, {password}, {at}) VALUES (:id, :hash, :now)"))?,
            trim: statement(format!(
                "DELETE FROM {table} WHERE {owner} = :id AND {password} NOT IN \
                 (SELECT {password} FROM ({kept}) AS kept)"
            ))?,
        })
    }
}
