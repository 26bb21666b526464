//! What Regain's role may do, against what a reset needs.

use super::Shared;
use super::catalogue::Table;
use super::fault::fault;
use super::values::{is_true, rows, text};
use crate::finding::Finding;
use crate::users::StoreFault;
use crate::users::sql::engine::Engine;
use crate::users::sql::examine as say;
use crate::users::sql::mapping::MappedTable;
use tokio_postgres::{Client, Error};

/// A statement that the server would not plan for this role.
pub(super) struct Denied {
    pub(super) sql: String,
    /// Names what it was denied, and no value.
    pub(super) message: String,
}

/// What the role may do with a table.
struct Rights {
    is_owner: bool,
    uses_schema: bool,
    /// `INSERT`, `DELETE` and `TRUNCATE`, as far as granted.
    rows: Vec<String>,
    columns: Vec<ColumnRights>,
}

struct ColumnRights {
    name: String,
    reads: bool,
    updates: bool,
}

/// Compares the two; says which GRANTs are missing, and which are too many.
///
/// # Errors
/// [`StoreFault`], if the server cannot be asked.
pub(super) async fn examine(
    client: &Client,
    shared: &Shared,
    tables: &[Table],
    denied: &[Denied],
) -> Result<Finding, StoreFault> {
    let unread = |error| fault("cannot be read", &error);
    let role = rows(client, ROLE, &[]).await.map_err(unread)?;
    let name = role.first().and_then(|row| text(row, 0)).unwrap_or_default();
    let is_superuser = role.first().is_some_and(|row| is_true(row, 1));
    if is_superuser {
        return Ok(say::rights(&[], &[format!("{name} is a superuser, who may do anything to any database")]));
    }
    let (mut missing, mut more) = (Vec::new(), Vec::new());
    for (table, mapped) in tables.iter().zip(&shared.mapping.tables) {
        let rights = rights(client, table).await.map_err(unread)?;
        missing.extend(missing_grants(table, mapped, &rights, shared));
        more.extend(surplus(table, mapped, &rights, shared));
    }
    // What the catalogue does not show: columns in conditions, and the operator's own tables.
    if missing.is_empty() {
        missing.extend(denied.iter().map(grant_for));
    } else {
        let after_reset = denied.iter().filter(|denied| first_word(&denied.sql) != "SELECT");
        missing
            .extend(after_reset.map(grant_for).filter(|grant| !tables.iter().any(|table| grant.contains(&on(table)))));
    }
    missing.sort();
    missing.dedup();
    let to = |grants: Vec<String>| grants.into_iter().map(|grant| format!("{grant} TO {name}")).collect::<Vec<_>>();
    Ok(say::rights(&to(missing), &more))
}

async fn rights(client: &Client, table: &Table) -> Result<Rights, Error> {
    let of_table = rows(client, TABLE_RIGHTS, &[Some(&table.oid)]).await?;
    let of_columns = rows(client, COLUMN_RIGHTS, &[Some(&table.oid)]).await?;
    let says = |column| of_table.first().is_some_and(|row| is_true(row, column));
    let verbs = ["INSERT", "DELETE", "TRUNCATE"].into_iter().zip(2..);
    let columns = of_columns.iter().map(|row| ColumnRights {
        name: text(row, 0).unwrap_or_default(),
        reads: is_true(row, 1),
        updates: is_true(row, 2),
    });
    Ok(Rights {
        is_owner: says(0),
        uses_schema: says(1),
        rows: verbs.filter(|(_, column)| says(*column)).map(|(verb, _)| verb.to_owned()).collect(),
        columns: columns.collect(),
    })
}

fn missing_grants(table: &Table, mapped: &MappedTable, rights: &Rights, shared: &Shared) -> Vec<String> {
    let mut missing = Vec::new();
    if !rights.uses_schema {
        missing.push(format!("GRANT USAGE ON SCHEMA {}", Engine::Postgres.quoted(&table.schema)));
    }
    if mapped.key == HISTORY {
        let has = |verb: &str| rights.rows.iter().any(|granted| granted == verb);
        if !(has("INSERT") && has("DELETE") && rights.reads(&mapped.columns).is_empty()) {
            missing.push(format!("GRANT SELECT, INSERT, DELETE{}", on(table)));
        }
        return missing;
    }
    let unread = rights.reads(&mapped.columns);
    if !unread.is_empty() {
        missing.push(format!("GRANT SELECT ({}){}", quoted(&unread), on(table)));
    }
    let password = [shared.users.password.clone()];
    if is_written(mapped, shared) && rights.columns.iter().any(|column| column.name == password[0] && !column.updates) {
        missing.push(format!("GRANT UPDATE ({}){}", quoted(&password), on(table)));
    }
    missing
}

impl Rights {
    /// Which of `wanted` may not be read.
    fn reads(&self, wanted: &[String]) -> Vec<String> {
        let unread = |name: &&String| self.columns.iter().any(|column| column.name == **name && !column.reads);
        wanted.iter().filter(unread).cloned().collect()
    }
}

/// What nothing in the configuration asks for.
fn surplus(table: &Table, mapped: &MappedTable, rights: &Rights, shared: &Shared) -> Vec<String> {
    if rights.is_owner {
        return vec![format!("it owns {}", table.name)];
    }
    let after_reset: Vec<_> = shared.users.after_reset.iter().map(|step| step.sql.as_str()).collect();
    let asks = |verb: &str| {
        let does = |sql: &&str| first_word(sql) == verb && sql.contains(&table.name);
        after_reset.iter().any(does) || (mapped.key == HISTORY && verb != "TRUNCATE")
    };
    let mut surplus = Vec::new();
    let verbs: Vec<_> = rights.rows.iter().filter(|verb| !asks(verb)).cloned().collect();
    if !verbs.is_empty() {
        surplus.push(format!("{}{}", verbs.join(", "), on(table)));
    }
    let is_asked = |name: &str| {
        let is_password = name == shared.users.password && is_written(mapped, shared);
        is_password || after_reset.iter().any(|sql| first_word(sql) == "UPDATE" && sql.contains(name))
    };
    let updated = rights.columns.iter().filter(|column| column.updates && !is_asked(&column.name));
    let updated: Vec<_> = updated.map(|column| column.name.clone()).collect();
    if !updated.is_empty() {
        surplus.push(format!("UPDATE ({}){}", quoted(&updated), on(table)));
    }
    surplus
}

/// Whether the password is in this table.
fn is_written(mapped: &MappedTable, shared: &Shared) -> bool {
    mapped.key == if shared.users.credentials.is_some() { "users.credentials.table" } else { "users.table" }
}

/// The GRANT that a statement wants. Which table it was denied is only in the server's words, and those may be in any
/// language; then they have to do.
fn grant_for(denied: &Denied) -> String {
    let Denied { sql, message } = denied;
    let Some(table) = ["for table ", "for relation ", "for view "].iter().find_map(|before| message.split_once(before))
    else {
        return format!("what this asks for ({message})");
    };
    let table = table.1.split(" (SQLSTATE").next().unwrap_or_default();
    let verb = first_word(sql);
    // Any other table of the statement is only read.
    let is_target = sql.split(|c: char| c.is_whitespace() || "(),;\".".contains(c)).filter(|word| !word.is_empty());
    let is_target = is_target.take(4).any(|word| word.eq_ignore_ascii_case(table));
    let needed = match verb.as_str() {
        "INSERT" if is_target => "INSERT",
        "DELETE" if is_target => "SELECT, DELETE",
        "UPDATE" if is_target => "SELECT, UPDATE",
        _ => "SELECT",
    };
    format!("GRANT {needed} ON {table}")
}

fn on(table: &Table) -> String {
    format!(" ON {}.{}", Engine::Postgres.quoted(&table.schema), Engine::Postgres.quoted(&table.name))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| Engine::Postgres.quoted(name)).collect::<Vec<_>>().join(", ")
}

fn first_word(sql: &str) -> String {
    sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase()
}

const HISTORY: &str = "users.history.table";

const ROLE: &str = "SELECT quote_ident(rolname), rolsuper::text FROM pg_catalog.pg_roles WHERE rolname = current_user";

const TABLE_RIGHTS: &str = "\
SELECT pg_has_role(c.relowner, 'USAGE')::text, has_schema_privilege(c.relnamespace, 'USAGE')::text,
       (has_table_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'INSERT'))::text,
       has_table_privilege(c.oid, 'DELETE')::text, has_table_privilege(c.oid, 'TRUNCATE')::text
FROM pg_catalog.pg_class c WHERE c.oid = $1::oid";

const COLUMN_RIGHTS: &str = "\
SELECT a.attname, has_column_privilege(a.attrelid, a.attnum, 'SELECT')::text,
       has_column_privilege(a.attrelid, a.attnum, 'UPDATE')::text
FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum";
