//! Which column means what in somebody else's table, and the SQL that follows from it in every dialect.

use super::after_reset::{self, Statement};
use super::engine::Engine;
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
    /// What to read accounts from.
    pub(super) from: String,
    /// Columns, quoted, with the table before them: no engine takes such a name for a text in quotes.
    pub(super) id: String,
    pub(super) email: String,
    pub(super) password: String,
    /// `NULL` where not configured.
    pub(super) name: String,
    pub(super) locale: String,
    /// Without the table, as `CREATE INDEX` wants it, and the table to put the index on.
    pub(super) email_alone: String,
    pub(super) accounts: String,
    /// Who may reset: the configured condition, and a verified address. True, false or NULL.
    pub(super) eligible: String,
    /// The table that is written, its column with the account's key, and the password column as `SET` wants it.
    pub(super) swapped: String,
    pub(super) swapped_id: String,
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

/// A table that somebody named, and the columns that it must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MappedTable {
    /// The key that names it, for messages.
    pub(super) key: &'static str,
    /// Not quoted.
    pub(super) schema: Option<String>,
    pub(super) table: String,
    pub(super) columns: Vec<String>,
}

/// A statement of `after_reset`.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) statement: Statement,
    /// The table without which it is left out: schema and name, not quoted.
    pub(super) if_table: Option<(Option<String>, String)>,
}

/// The SQL about earlier passwords; all of it with binds, like the operator's.
#[derive(Debug, Clone)]
pub(super) struct HistoryStatements {
    /// Reads them, newest first, by `:id`.
    pub(super) read: Statement,
    /// Adds the new one, by `:id`, `:hash` and `:now`.
    pub(super) add: Statement,
    /// Takes out all but the newest, by `:id`.
    pub(super) trim: Statement,
}

impl Mapping {
    /// Reads the mapping. Nothing is asked of the database.
    ///
    /// # Errors
    /// [`StoreFault`], if a name or a statement cannot be one.
    pub(super) fn of(users: &config::Users) -> Result<Self, StoreFault> {
        let engine = users.url.engine();
        let tables = mapped_tables(users)?;
        let quoted_table = |mapped: &MappedTable| {
            let schema = mapped.schema.as_deref().map(|schema| engine.quoted(schema) + ".").unwrap_or_default();
            schema + &engine.quoted(&mapped.table)
        };
        let column_of =
            |mapped: &MappedTable, column: &str| format!("{}.{}", engine.quoted(&mapped.table), engine.quoted(column));
        let accounts = &tables[0];
        let column = |name: &str| column_of(accounts, name);
        let or_null = |name: &Option<String>| name.as_deref().map_or_else(|| "NULL".into(), column);
        let (accounts_id, accounts_from) = (column(&users.id), quoted_table(accounts));
        let apart = users.credentials.as_ref().map(|credentials| (credentials, &tables[1]));
        let (swapped, swapped_id, swapped_only) = match apart {
            None => (accounts_from.clone(), accounts_id.clone(), "(1 = 1)".into()),
            Some((credentials, mapped)) => {
                let key = column_of(mapped, &credentials.account_id);
                (
                    quoted_table(mapped),
                    key,
                    condition("users.credentials.condition", credentials.condition.as_deref(), engine)?,
                )
            }
        };
        let from = match apart {
            None => accounts_from.clone(),
            Some(_) => {
                format!("{accounts_from} LEFT JOIN {swapped} ON ({swapped_id} = {accounts_id} AND {swapped_only})")
            }
        };
        Ok(Self {
            engine,
            from,
            id: accounts_id,
            email: column(&users.email),
            password: column_of(apart.map_or(accounts, |(_, mapped)| mapped), &users.password),
            name: or_null(&users.name),
            locale: or_null(&users.locale),
            email_alone: engine.quoted(&users.email),
            accounts: accounts_from,
            eligible: eligible(users, engine, column)?,
            swapped,
            swapped_id,
            swapped_only,
            password_alone: engine.quoted(&users.password),
            guarded_apart: apart.is_some(),
            after_reset: users.after_reset.iter().map(|step| self::step(step, engine)).collect::<Result<_, _>>()?,
            history: users.history.as_ref().map(|history| history_statements(history, engine)).transpose()?,
            role: users.preset.and_then(|preset| preset.role).map(|sql| statement(sql, engine)).transpose()?,
            tables,
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
}

/// The accounts' table first, then that of the credentials, then that of the history.
fn mapped_tables(users: &config::Users) -> Result<Vec<MappedTable>, StoreFault> {
    let optional = [&users.name, &users.locale, &users.email_verified];
    let mut columns = vec![&users.id, &users.email];
    columns.extend(optional.into_iter().flatten());
    let mut tables = Vec::new();
    if users.credentials.is_none() {
        columns.push(&users.password);
    }
    tables.push(mapped("users.table", &users.table, &columns)?);
    if let Some(credentials) = &users.credentials {
        let columns = [&credentials.account_id, &users.password];
        tables.push(mapped("users.credentials.table", &credentials.table, &columns)?);
    }
    if let Some(history) = &users.history {
        let columns = [&history.account_id, &history.password, &history.at];
        tables.push(mapped("users.history.table", &history.table, &columns)?);
    }
    Ok(tables)
}

fn mapped(key: &'static str, table: &str, columns: &[&String]) -> Result<MappedTable, StoreFault> {
    let (schema, table) = table_name(key, table)?;
    if let Some(column) = columns.iter().find(|column| !is_name(column)) {
        return Err(unsound(format!("{column:?} cannot be the name of a column")));
    }
    Ok(MappedTable { key, schema, table, columns: columns.iter().map(|column| (*column).clone()).collect() })
}

/// Splits `schema.table`.
fn table_name(key: &str, configured: &str) -> Result<(Option<String>, String), StoreFault> {
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

/// Joins the two conditions.
fn eligible(users: &config::Users, engine: Engine, column: impl Fn(&str) -> String) -> Result<String, StoreFault> {
    let own = condition("users.eligible", users.eligible.as_deref(), engine)?;
    let verified = users.email_verified.as_deref().map(|name| {
        let text = engine.as_text(&column(name));
        format!(" AND LOWER({text}) NOT IN ({UNVERIFIED})")
    });
    Ok(format!("({own}{})", verified.unwrap_or_default()))
}

/// A condition in brackets; the line break ends a comment that the operator may have left in it.
fn condition(key: &str, condition: Option<&str>, engine: Engine) -> Result<String, StoreFault> {
    let Some(condition) = condition else { return Ok("(1 = 1)".into()) };
    after_reset::check_condition(condition, engine).map_err(|error| unsound(format!("{key}: {error}")))?;
    Ok(format!("({condition}\n)"))
}

fn step(step: &config::AfterReset, engine: Engine) -> Result<Step, StoreFault> {
    let if_table = step.if_table.as_deref().map(|table| table_name("a preset's table", table)).transpose()?;
    Ok(Step { statement: statement(&step.sql, engine)?, if_table })
}

fn statement(text: &str, engine: Engine) -> Result<Statement, StoreFault> {
    Statement::parse(text, engine).map_err(|error| unsound(format!("users.after_reset, {text:?}: {error}")))
}

/// A password hashed twice at one moment cannot be, so the moment orders them; the derived table lets MySQL read what it
/// deletes from.
fn history_statements(history: &config::History, engine: Engine) -> Result<HistoryStatements, StoreFault> {
    let (schema, table) = table_name("users.history.table", &history.table)?;
    let schema = schema.map(|schema| engine.quoted(&schema) + ".").unwrap_or_default();
    let from = schema + &engine.quoted(&table);
    let [owner, password, at] =
        [&history.account_id, &history.password, &history.at].map(|column| engine.quoted(column));
    let newest = format!("SELECT {password} FROM {from} WHERE {owner} = :id ORDER BY {at} DESC LIMIT {}", history.keep);
    let statement = |sql: String| statement(&sql, engine);
    Ok(HistoryStatements {
        read: statement(newest.clone())?,
        add: statement(format!("INSERT INTO {from} ({owner}, {password}, {at}) VALUES (:id, :hash, :now)"))?,
        trim: statement(format!(
            "DELETE FROM {from} WHERE {owner} = :id AND {password} NOT IN (SELECT {password} FROM ({newest}) AS newest)"
        ))?,
    })
}

fn unsound(cause: String) -> StoreFault {
    StoreFault { what: "cannot be used as configured", cause }
}

/// What an application writes for "not verified"; NULL is neither in nor out, and so no yes either. Everything else
/// counts, a moment of verification above all.
const UNVERIFIED: &str = "'', '0', '0.0', 'f', 'false', 'n', 'no'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreUrl;
    use crate::users::conformance::users_config;

    fn mapping(change: impl FnOnce(&mut config::Users)) -> Result<Mapping, String> {
        let mut users = users_config(StoreUrl::Sqlite("unused.db".into()));
        change(&mut users);
        Mapping::of(&users).map_err(|fault| fault.to_string())
    }

    #[test]
    fn names_are_quoted() {
        let mapping = mapping(|users| {
            users.table = "app.user\"s".into();
            users.email = "e mail".into();
        })
        .unwrap();
        assert_eq!(mapping.from, r#""app"."user""s""#);
        assert_eq!(mapping.email, r#""user""s"."e mail""#);
        assert_eq!(mapping.password_alone, r#""password""#);
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        for table in ["", "a.", ".a", "a.b.c", "a\0"] {
            assert!(mapping(|users| users.table = table.into()).unwrap_err().contains("users.table"), "{table:?}");
        }
        assert!(mapping(|users| users.email = String::new()).unwrap_err().contains("column"));
    }

    #[test]
    fn the_fault_names_the_statement_that_is_wrong() {
        let fault = mapping(|users| users.after_reset = vec!["DELETE FROM s WHERE u = :uid".into()]).unwrap_err();
        assert!(fault.contains("users.after_reset") && fault.contains("`:uid`"), "{fault}");
        let fault = mapping(|users| users.eligible = Some("a = 'b".into())).unwrap_err();
        assert!(fault.contains("users.eligible"), "{fault}");
    }
}
