//! What the server says of the mapped tables: their columns, the columns' types, and how they compare.

use super::fault::fault;
use super::values::{is_true, rows, text};
use crate::users::StoreFault;
use crate::users::sql::engine::Engine;
use crate::users::sql::mapping::{MappedTable, Mapping};
use tokio_postgres::{Client, Row};

/// A table that is there.
pub(super) struct Table {
    /// Its number in the catalogue.
    pub(super) oid: String,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

/// A column that is there.
pub(super) struct Column {
    pub(super) name: String,
    /// Of a domain, the type beneath. Not quoted.
    pub(super) type_name: String,
    /// Quoted.
    type_schema: String,
    /// Quoted, with its schema; absent where the type has none.
    collation: Option<String>,
    /// Whether the collation calls different texts equal.
    is_lenient: bool,
}

impl Column {
    /// The operator that compares keys. Built-in ones by their schema: whoever may create in the search path could
    /// otherwise make one that fits `varchar` better, and it would run with Regain's rights.
    pub(super) fn equals(&self) -> &'static str {
        if self.type_schema == "pg_catalog" { "OPERATOR(pg_catalog.=)" } else { "=" }
    }
}

/// How two addresses are found equal in the column that they stand in.
pub(super) struct Comparison {
    /// Quoted, with its schema.
    pub(super) collation: String,
    /// The type's schema, quoted, if the type is `citext`.
    pub(super) citext: Option<String>,
    /// Whether `lower` and `upper` fold at least ASCII. In Turkish, `I` and `i` are not one letter.
    pub(super) folds: bool,
    /// Whether the column's own `=` does.
    pub(super) ignores_case: bool,
}

/// Looks for the tables and their columns.
///
/// # Errors
/// [`StoreFault`], which says what is missing and what there is.
pub(super) async fn tables(client: &Client, mapping: &Mapping) -> Result<Vec<Table>, StoreFault> {
    let mut found = Vec::new();
    for mapped in &mapping.tables {
        found.push(table(client, mapped).await?);
    }
    Ok(found)
}

async fn table(client: &Client, mapped: &MappedTable) -> Result<Table, StoreFault> {
    let unreadable = |error| fault("cannot be read", &error);
    let values = [Some(mapped.table.as_str()), mapped.schema.as_deref()];
    let present = rows(client, COLUMNS, &values).await.map_err(unreadable)?;
    let columns: Vec<_> = present.iter().filter_map(column).collect();
    let others = match columns[..] {
        [] => rows(client, TABLES, &[]).await.map_err(unreadable)?,
        _ => Vec::new(),
    };
    let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
    mapped.check(Engine::Postgres, &names, || Ok(others.iter().filter_map(|row| text(row, 0)).collect()))?;
    let of_table = |column| present.first().and_then(|row| text(row, column)).unwrap_or_default();
    Ok(Table { oid: of_table(0), schema: of_table(1), name: mapped.table.clone(), columns })
}

fn column(row: &Row) -> Option<Column> {
    Some(Column {
        name: text(row, 2)?,
        type_name: text(row, 3)?,
        type_schema: text(row, 4)?,
        collation: text(row, 5),
        is_lenient: is_true(row, 6),
    })
}

/// Asks how the column of addresses compares.
///
/// # Errors
/// [`StoreFault`], if the server cannot be asked.
pub(super) async fn comparison(client: &Client, column: &Column) -> Result<Comparison, StoreFault> {
    let citext = (column.type_name == "citext").then(|| column.type_schema.clone());
    let collation = column.collation.clone().unwrap_or_else(|| DEFAULT.into());
    let fold = |collation: &str| format!("lower('{UPPER}' COLLATE {collation}), upper('{LOWER}' COLLATE {collation})");
    // Whatever its column's collation, `citext` folds by the database's.
    let of_citext = if citext.is_some() { DEFAULT } else { &collation };
    let sql =
        format!("SELECT {}, {}, ('{LOWER}' = '{UPPER}' COLLATE {collation})::text", fold(&collation), fold(of_citext));
    let answer = rows(client, &sql, &[]).await.map_err(|error| fault("cannot be read", &error))?;
    let says = |column, expected| answer.first().and_then(|row| text(row, column)).is_some_and(|text| text == expected);
    Ok(Comparison {
        folds: [LOWER, UPPER, LOWER, UPPER].into_iter().enumerate().all(|(column, folded)| says(column, folded)),
        ignores_case: column.is_lenient && says(4, "true"),
        collation,
        citext,
    })
}

/// The database's.
const DEFAULT: &str = "pg_catalog.\"default\"";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";

/// By `$1`, the table, and `$2`, its schema, or NULL for wherever the search path finds it first.
const COLUMNS: &str = "\
SELECT c.oid::text, n.nspname::text, a.attname::text, b.typname::text, pg_catalog.quote_ident(bn.nspname)::text,
       pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname), (NOT co.collisdeterministic)::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname::text = $1::text
  AND CASE WHEN $2::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname::text = $2::text END
ORDER BY a.attnum";

/// Those that somebody made, as `users.table` would name them.
const TABLES: &str = "\
SELECT CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY n.nspname, c.relname LIMIT 50";
