//! What ends an account's sessions, and its other pending reset tokens, as the schema tells it.

use super::vocabulary::{Class, class, plain, sql_name, sql_table, words};
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Schema, Table};

/// Statements for `after_reset`, and what to know about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Endings {
    pub(super) statements: Vec<String>,
    pub(super) checks: Vec<String>,
}

/// Looks for tables of sessions and tokens that name the account, and for columns beside the password.
///
/// What is deleted must be nothing but sign-ins and pending resets, so every word of a table's name has to fit:
/// `user_sessions` does, `training_sessions` and `payment_tokens` do not.
pub(super) fn of(schema: &Schema, accounts: &Table, id: &str, apart: Option<&Table>) -> Endings {
    let mut endings = Endings::default();
    endings.statements.extend(own_columns(schema.engine, accounts, id));
    for table in schema.tables.iter().filter(|table| *table != accounts && Some(*table) != apart) {
        let words = words(&table.name);
        if !words.iter().any(|word| ENDED.contains(&word.as_str())) {
            continue;
        }
        let statement = statement(schema.engine, table, accounts, id, &words);
        let (full_name, fits) = (table.full_name(), is_ended(&words, &accounts.name));
        match statement {
            Some(statement) if fits => endings.statements.push(statement),
            Some(statement) => endings
                .checks
                .push(format!("{full_name} is left alone; if what it holds signs people in, add {statement:?}")),
            None if fits => endings.checks.push(format!(
                "{full_name} may hold sessions, but no column of it names the account, so a reset would leave them open"
            )),
            None => {}
        }
    }
    endings
}

/// Whether the name says that the table holds sign-ins, or resets under way, and nothing else.
fn is_ended(words: &[String], accounts: &str) -> bool {
    let of_accounts = self::words(accounts);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let all_known = words
        .iter()
        .all(|word| ENDED.contains(&word.as_str()) || NEUTRAL.contains(&word.as_str()) || of_accounts.contains(word));
    all_known && (has(&["session", "sessions"]) || has(SIGN_INS) || has(RESETS))
}

/// By the account's key, or for resets by its address.
fn statement(engine: Engine, table: &Table, accounts: &Table, id: &str, words: &[String]) -> Option<String> {
    let from = sql_table(engine, table);
    let of_resets = words.iter().any(|word| RESETS.contains(&word.as_str()));
    let (column, bind) = match (owner(table, accounts, id), by_address(table).filter(|_| of_resets)) {
        (Some(column), _) => (column, ":id"),
        (None, Some(column)) => (column, ":email"),
        (None, None) => return None,
    };
    Some(format!("DELETE FROM {from} WHERE {} = {bind}", sql_name(engine, &column.name)))
}

/// Tokens in the accounts' own table, and marks by which applications tell that sessions are older than the password.
fn own_columns(engine: Engine, accounts: &Table, id: &str) -> Option<String> {
    let mut set = Vec::new();
    for column in &accounts.columns {
        let name = sql_name(engine, &column.name);
        match plain(&column.name).as_str() {
            "remembertoken" | "resettoken" | "passwordresettoken" | "resetpasswordtoken" | "sessiontoken"
            | "passwordresetcode" | "resetcode" | "refreshtoken"
                if column.nullable =>
            {
                set.push(format!("{name} = NULL"));
            }
            "tokenversion" | "sessionversion" | "jwtversion" if class(column) == Class::Number => {
                set.push(format!("{name} = {name} + 1"));
            }
            "passwordchangedat" | "passwordupdatedat" | "lastpasswordchange" | "passwordlastchanged"
                if class(column) == Class::Moment =>
            {
                set.push(format!("{name} = :now"));
            }
            _ => {}
        }
    }
    let (table, id) = (sql_table(engine, accounts), sql_name(engine, id));
    (!set.is_empty()).then(|| format!("UPDATE {table} SET {} WHERE {id} = :id", set.join(", ")))
}

/// The column with the account's key: by a foreign key, or else by its name and a type that compares.
fn owner<'a>(table: &'a Table, accounts: &Table, id: &str) -> Option<&'a Column> {
    let to_key = |target: Option<&str>| target.is_none_or(|target| target == id);
    let mut references = table.references.iter();
    if let Some(found) =
        references.find(|reference| reference.table == accounts.full_name() && to_key(reference.target.as_deref()))
    {
        return table.column(&found.column);
    }
    let singular = plain(&accounts.name).trim_end_matches('s').to_owned() + "id";
    let key = accounts.column(id)?;
    table.columns.iter().find(|column| {
        let plain = plain(&column.name);
        let named = OWNERS.contains(&plain.as_str()) || plain == singular;
        named && class(column) == class(key)
    })
}

fn by_address(table: &Table) -> Option<&Column> {
    table.columns.iter().find(|column| plain(&column.name) == "email")
}

/// What tables of sign-ins and resets are called by.
const ENDED: &[&str] = &["session", "sessions", "token", "tokens", "remember", "reset", "resets"];
/// What makes a token one that signs a person in.
const SIGN_INS: &[&str] = &["remember", "refresh", "login", "logins", "auth", "persistent"];
const RESETS: &[&str] = &["reset", "resets", "forgot", "recovery"];
/// What else may be in such a name.
const NEUTRAL: &[&str] = &[
    "user",
    "users",
    "account",
    "accounts",
    "member",
    "members",
    "customer",
    "customers",
    "auth",
    "login",
    "logins",
    "web",
    "http",
    "active",
    "persistent",
    "remember",
    "me",
    "refresh",
    "password",
    "passwords",
    "pwd",
    "forgot",
    "recovery",
    "request",
    "requests",
    "app",
];
const OWNERS: &[&str] =
    &["userid", "accountid", "memberid", "customerid", "ownerid", "uid", "user", "account", "authid"];
