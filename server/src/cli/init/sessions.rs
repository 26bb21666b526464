//! What ends an account's sessions, and its other pending reset tokens, as the schema tells it.

use super::vocabulary::{Class, class, plain, sql_name, sql_table};
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Schema, Table};

/// Statements for `after_reset`, and what to know about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Endings {
    pub(super) statements: Vec<String>,
    pub(super) checks: Vec<String>,
}

/// Looks for tables of sessions and tokens that name the account, and for columns beside the password.
pub(super) fn of(schema: &Schema, accounts: &Table, id: &str, apart: Option<&Table>) -> Endings {
    let mut endings = Endings::default();
    endings.statements.extend(own_columns(schema.engine, accounts, id));
    for table in schema.tables.iter().filter(|table| *table != accounts && Some(*table) != apart) {
        let plain = plain(&table.name);
        if !ENDED.iter().any(|part| plain.contains(part)) {
            continue;
        }
        if OTHER_PURPOSE.iter().any(|part| plain.contains(part)) {
            endings.checks.push(format!(
                "{} is left alone; if a new password should end what it holds, add it here",
                table.full_name()
            ));
            continue;
        }
        let quoted = sql_table(schema.engine, table);
        let reset = RESETS.iter().any(|part| plain.contains(part));
        match (owner(table, accounts, id), by_address(table).filter(|_| reset)) {
            (Some(column), _) => {
                let column = sql_name(schema.engine, &column.name);
                endings.statements.push(format!("DELETE FROM {quoted} WHERE {column} = :id"));
            }
            (None, Some(column)) => {
                let column = sql_name(schema.engine, &column.name);
                endings.statements.push(format!("DELETE FROM {quoted} WHERE {column} = :email"));
            }
            (None, None) => endings.checks.push(format!(
                "{} seems to hold sessions or tokens, but no column of it names the account: a reset would leave them open",
                table.full_name()
            )),
        }
    }
    endings
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

/// Tables of what a new password should end.
const ENDED: &[&str] = &["session", "token", "remember", "passwordreset", "resetpassword"];
/// Of those, what is no sign-in of a person.
const OTHER_PURPOSE: &[&str] =
    &["api", "personalaccess", "device", "push", "csrf", "invite", "verification", "training", "blacklist", "client"];
const RESETS: &[&str] = &["reset", "token"];
const OWNERS: &[&str] =
    &["userid", "accountid", "memberid", "customerid", "ownerid", "uid", "user", "account", "authid"];
