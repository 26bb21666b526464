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
    /// Whether it is `users.after_reset`'s, or the preset's, and not about the mapped tables alone.
    pub(super) is_foreign: bool,
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
    // What the catalogue does not show: the operator's own tables, and what a view is made of.
    let whole = missing.is_empty();
    missing.extend(denied.iter().filter(|denied| whole || denied.is_foreign).map(grant_for));
    missing.sort();
    missing.dedup();
    let to = |grants: Vec<String>| grants.into_iter().map(|grant| format!("{grant} TO {name}")).collect::<Vec<_>>();
    Ok(say::rights(&to(missing), &more))
}

/// Whoever may create in a schema of the search path can put an operator or a function there that fits a column's type
/// better than the built-in one does, and that runs with Regain's rights (CVE-2018-1058).
///
/// # Errors
/// [`StoreFault`], if the server cannot be asked.
pub(super) async fn open_schemas(client: &Client) -> Result<Option<Finding>, StoreFault> {
    let open = rows(client, OPEN_SCHEMAS, &[]).await.map_err(|error| fault("cannot be read", &error))?;
    let revoked: Vec<_> = open
        .iter()
        .filter_map(|row| text(row, 0))
        .map(|schema| format!("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"))
        .collect();
    Ok((!revoked.is_empty()).then(|| {
        let what = "everybody who may connect can make functions that run with Regain's rights; as the owner";
        Finding::advice(say::STORE, format!("{what}: {}", revoked.join("; ")))
    }))
}

/// Row-level security hides accounts without a word: a look-up finds nobody.
///
/// # Errors
/// [`StoreFault`], if the server cannot be asked.
pub(super) async fn row_security(client: &Client, tables: &[Table]) -> Result<Vec<Finding>, StoreFault> {
    let mut findings = Vec::new();
    for table in tables {
        let active = rows(client, ROW_SECURITY, &[Some(&table.oid)]).await;
        let Some(active) = active.map_err(|error| fault("cannot be read", &error))?.pop() else { continue };
        let name = &table.name;
        findings.push(match is_true(&active, 0) {
            true => Finding::advice(
                say::STORE,
                format!(
                    "policies of row-level security decide which rows of {name} Regain sees; mind that it needs all"
                ),
            ),
            false => Finding::fails(
                say::STORE,
                format!(
                    "row-level security hides every row of {name} from Regain; as a superuser: ALTER ROLE {} BYPASSRLS",
                    text(&active, 1).unwrap_or_default()
                ),
            ),
        });
    }
    Ok(findings)
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
        if !(has("INSERT")
            && has("DELETE")
            && rights.unread(|name| mapped.columns.iter().any(|wanted| wanted == name)).is_empty())
        {
            missing.push(format!("GRANT SELECT, INSERT, DELETE{}", on(table)));
        }
        return missing;
    }
    let unread =
        rights.unread(|name| mapped.columns.iter().any(|wanted| wanted == name) || is_in_condition(name, shared));
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
    /// Which of the columns that are wanted may not be read.
    fn unread(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let unread = self.columns.iter().filter(|column| !column.reads && is_wanted(&column.name));
        unread.map(|column| column.name.clone()).collect()
    }
}

/// Whether one of the operator's conditions seems to name the column. If it only seems so, one column too many is read.
fn is_in_condition(column: &str, shared: &Shared) -> bool {
    let of_credentials = shared.users.credentials.as_ref().and_then(|credentials| credentials.condition.as_deref());
    let conditions = [shared.users.eligible.as_deref(), of_credentials];
    conditions.into_iter().flatten().any(|condition| words(condition).any(|word| word == column))
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
    let Denied { sql, message, .. } = denied;
    let name = ["for table ", "for relation ", "for view "].iter().find_map(|before| message.split_once(before));
    match name.and_then(|(_, name)| name.split(" (SQLSTATE").next()) {
        Some(table) => format!("GRANT {} ON {}", needed(sql, table), Engine::Postgres.quoted(table)),
        None => format!("GRANT what is missing ({message})"),
    }
}

/// What a statement does with a table that it names.
pub(super) fn needed(sql: &str, table: &str) -> &'static str {
    let words: Vec<_> = words(sql).map(str::to_ascii_uppercase).collect();
    let names = words.iter().enumerate().filter(|(_, word)| word.eq_ignore_ascii_case(table));
    let written = names.filter_map(|(at, _)| {
        // Between may stand ONLY, and the schema.
        let before = words[..at].iter().map(String::as_str).rev().enumerate().take(3);
        let verbs = ["FROM", "INTO", "UPDATE", "JOIN", "USING"];
        match before.into_iter().find(|(_, word)| verbs.contains(word))? {
            (_, "INTO") => Some("SELECT, INSERT"),
            (_, "UPDATE") => Some("SELECT, UPDATE"),
            (back, "FROM") if words[..at - back - 1].last().is_some_and(|word| word == "DELETE") => {
                Some("SELECT, DELETE")
            }
            _ => None,
        }
    });
    written.into_iter().next().unwrap_or("SELECT")
}

fn on(table: &Table) -> String {
    format!(" ON {}.{}", Engine::Postgres.quoted(&table.schema), Engine::Postgres.quoted(&table.name))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| Engine::Postgres.quoted(name)).collect::<Vec<_>>().join(", ")
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

fn first_word(sql: &str) -> String {
    sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase()
}

const HISTORY: &str = "users.history.table";

const ROLE: &str =
    "SELECT pg_catalog.quote_ident(rolname), rolsuper::text FROM pg_catalog.pg_roles WHERE rolname = current_user";

/// The schemas of the search path in which the grantee 0, PUBLIC, may create.
const OPEN_SCHEMAS: &str = "\
SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_namespace n
WHERE n.nspname = ANY (pg_catalog.current_schemas(false)) AND EXISTS (
  SELECT 1 FROM pg_catalog.aclexplode(n.nspacl) AS granted
  WHERE granted.grantee = 0 AND granted.privilege_type = 'CREATE')";
/// Whether there is a policy, where there has to be one for this role to see anything.
const ROW_SECURITY: &str = "\
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_policy WHERE polrelid = c.oid)::text, pg_catalog.quote_ident(current_user)
FROM pg_catalog.pg_class c WHERE c.oid = $1::oid AND pg_catalog.row_security_active(c.oid)";

const TABLE_RIGHTS: &str = "\
SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE')::text, pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')::text,
       (pg_catalog.has_table_privilege(c.oid, 'INSERT') OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT'))::text,
       pg_catalog.has_table_privilege(c.oid, 'DELETE')::text, pg_catalog.has_table_privilege(c.oid, 'TRUNCATE')::text
FROM pg_catalog.pg_class c WHERE c.oid = $1::oid";

const COLUMN_RIGHTS: &str = "\
SELECT a.attname, pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')::text,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE')::text
FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum";
