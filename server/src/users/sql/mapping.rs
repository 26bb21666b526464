//! Which column means what in somebody else's table, and the SQL that follows from it in every dialect.

mod history;
mod tables;

pub(super) use history::HistoryStatements;
pub(super) use tables::MappedTable;

use self::tables::{MappedTables, table_name};
use super::after_reset::{self, Statement};
use super::engine::Engine;
use super::limits::PASSWORD_MAX;
use crate::config;
use crate::users::StoreFault;

/// The configured tables, their names quoted for an engine.
///
/// Most applications keep the password beside the address. Where it stands in a second table ([`config::Credentials`])
/// `from` joins the two, and `swapped` is the second.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) engine: Engine,
    /// The tables as configured, with the columns to be looked for in each: for messages and catalogues.
    pub(super) tables: Vec<MappedTable>,
    /// What to read accounts from. Names in the operator's conditions stay unambiguous in it.
    pub(super) from: String,
    /// What to read of them: columns, quoted, with the table before them; `NULL` where not configured.
    pub(super) id: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
    pub(super) locale: String,
    /// Who may reset: the configured condition, and a verified address. True, false or NULL.
    pub(super) eligible: String,
    /// The accounts' own table, and its address column as `CREATE INDEX` wants it.
    pub(super) accounts: String,
    pub(super) email_alone: String,
    /// The table that is written, its column with the account's key, and its password column: with the table, and alone
    /// as `SET` wants it.
    pub(super) swapped: String,
    pub(super) swapped_id: String,
    pub(super) swapped_password: String,
    pub(super) password_alone: String,
    /// Which rows of that table hold a password; `(1 = 1)` for all.
    pub(super) swapped_only: String,
    /// Whether the account's own row is to be looked at in a subquery, since it is in another table.
    guarded_apart: bool,
    /// What to run after the password was written.
    pub(super) after_reset: Vec<Step>,
    pub(super) history: Option<HistoryStatements>,
    /// See [`super::presets::Preset::role`].
    pub(super) role: Option<Statement>,
}

/// A statement of `after_reset`.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) statement: Statement,
    /// The table without which it is left out: schema and name, not quoted.
    pub(super) if_table: Option<(Option<String>, String)>,
}

impl Mapping {
    /// Reads the mapping. Nothing is asked of the database.
    ///
    /// # Errors
    /// [`StoreFault`], if a name or a statement cannot be one.
    pub(super) fn of(users: &config::Users) -> Result<Self, StoreFault> {
        let engine = users.url.engine().ok_or_else(super::no_database)?;
        let tables = MappedTables::of(users)?;
        let column = |name: &str| tables.accounts.column(engine, name);
        let or_null = |name: &Option<String>| name.as_deref().map_or_else(|| "NULL".into(), column);
        let swapped = Swapped::of(users, &tables, engine)?;
        let role = users.preset.and_then(|preset| preset.role);
        let history = users.history.as_ref().zip(tables.history.as_ref());
        Ok(Self {
            engine,
            from: swapped.from,
            id: column(&users.id),
            email: column(&users.email),
            password: swapped.read_password,
            name: or_null(&users.name),
            locale: or_null(&users.locale),
            eligible: eligible(users, engine, column)?,
            accounts: tables.accounts.quoted(engine),
            email_alone: engine.quoted(&users.email),
            swapped: swapped.table,
            swapped_id: swapped.id,
            swapped_password: swapped.password,
            password_alone: engine.quoted(&users.password),
            swapped_only: swapped.only,
            guarded_apart: tables.credentials.is_some(),
            after_reset: users.after_reset.iter().map(|step| Step::of(step, engine)).collect::<Result<_, _>>()?,
            history: history.map(|(history, mapped)| HistoryStatements::of(history, mapped, engine)).transpose()?,
            role: role.map(|sql| statement("the preset's role", sql, engine)).transpose()?,
            tables: tables.into_all(),
        })
    }

    /// What has to hold of the account's own row for its password to be written: `same_address`, and eligible.
    pub(super) fn guard(&self, same_address: &str) -> String {
        let Self { accounts, id, swapped_id, eligible, .. } = self;
        if self.guarded_apart {
            return format!(
                "EXISTS (SELECT 1 FROM {accounts} WHERE {id} = {swapped_id} AND {same_address} AND {eligible})"
            );
        }
        format!("{same_address} AND {eligible}")
    }

    /// Reads the stored passwords of `rows_max` accounts, the newest where keys are numbers.
    pub(super) fn sample(&self, rows_max: usize) -> String {
        let Self { engine, from, id, password, .. } = self;
        let text = engine.as_text(password);
        let within = format!("{password} IS NOT NULL AND octet_length({password}) <= {PASSWORD_MAX}");
        format!("SELECT {text} FROM {from} WHERE {within} ORDER BY {id} DESC LIMIT {rows_max}")
    }

    /// Counts the addresses that more than one account has. `folded` is the address column in lower case, by ASCII if
    /// the engine can.
    pub(super) fn shared_addresses(&self, folded: &str) -> String {
        let Self { accounts, email, .. } = self;
        format!(
            "SELECT COUNT(*) FROM (SELECT {folded} AS address FROM {accounts} WHERE {email} <> '' \
             GROUP BY {folded} HAVING COUNT(*) > 1) AS shared"
        )
    }
}

/// Where the password is, and how it is read together with the account.
struct Swapped {
    from: String,
    read_password: String,
    table: String,
    id: String,
    password: String,
    only: String,
}

impl Swapped {
    fn of(users: &config::Users, tables: &MappedTables, engine: Engine) -> Result<Self, StoreFault> {
        let accounts = tables.accounts.quoted(engine);
        let accounts_id = tables.accounts.column(engine, &users.id);
        let Some((credentials, mapped)) = users.credentials.as_ref().zip(tables.credentials.as_ref()) else {
            let password = tables.accounts.column(engine, &users.password);
            return Ok(Self {
                from: accounts.clone(),
                read_password: password.clone(),
                table: accounts,
                id: accounts_id,
                password,
                only: "(1 = 1)".into(),
            });
        };
        let only = condition("users.credentials.condition", credentials.condition.as_deref(), engine)?;
        let table = mapped.quoted(engine);
        let [id, password] = [&credentials.account_id, &users.password].map(|name| mapped.column(engine, name));
        // Two columns and no more, under names of our own: `users.eligible` may name a column that both tables have.
        let from = format!(
            "{accounts} LEFT JOIN (SELECT {id} AS regain_owner, {password} AS regain_password FROM {table} \
             WHERE {only}) AS regain_credentials ON (regain_credentials.regain_owner = {accounts_id})"
        );
        Ok(Self { from, read_password: "regain_credentials.regain_password".into(), table, id, password, only })
    }
}

impl Step {
    fn of(step: &config::AfterReset, engine: Engine) -> Result<Self, StoreFault> {
        let if_table = step.if_table.as_deref().map(|table| table_name("a table of the preset", table)).transpose()?;
        Ok(Self { statement: statement("users.after_reset", &step.sql, engine)?, if_table })
    }
}

/// Joins the two conditions.
fn eligible(users: &config::Users, engine: Engine, column: impl Fn(&str) -> String) -> Result<String, StoreFault> {
    let own = condition("users.eligible", users.eligible.as_deref(), engine)?;
    let verified = users.email_verified.as_deref().map(|name| {
        let text = engine.as_text(&column(name));
        // BIT(1) becomes a text of one octet.
        let bit = if engine == Engine::Mysql { ", X'00'" } else { "" };
        format!(" AND LOWER({text}) NOT IN ({UNVERIFIED}{bit})")
    });
    Ok(format!("({own}{})", verified.unwrap_or_default()))
}

/// A condition in brackets; the line break ends a comment that the operator may have left in it.
fn condition(key: &str, condition: Option<&str>, engine: Engine) -> Result<String, StoreFault> {
    let Some(condition) = condition else { return Ok("(1 = 1)".into()) };
    after_reset::check_condition(condition, engine).map_err(|error| unsound(format!("{key}: {error}")))?;
    Ok(format!("({condition}\n)"))
}

fn statement(key: &str, text: &str, engine: Engine) -> Result<Statement, StoreFault> {
    Statement::parse(text, engine).map_err(|error| unsound(format!("{key}, {text:?}: {error}")))
}

fn unsound(cause: String) -> StoreFault {
    StoreFault { what: "cannot be used as configured", cause }
}

/// What an application writes for "not verified"; NULL is neither in nor out, and so no yes either. Everything else
/// counts, a moment of verification above all.
const UNVERIFIED: &str = "'', '0', '0.0', 'f', 'false', 'n', 'no', '0000-00-00', '0000-00-00 00:00:00'";

#[cfg(test)]
mod tests;
