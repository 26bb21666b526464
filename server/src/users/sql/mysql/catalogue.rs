//! What the server's catalogue says of the configured tables.

use super::fault::fault;
use super::values::{KeyKind, text};
use crate::users::StoreFault;
use crate::users::sql::mapping::{MappedTable, Mapping};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};

/// The columns of the configured tables, as far as Regain may see them.
pub(super) struct Catalogue {
    /// Of each table in [`Mapping::tables`], in that order.
    pub(super) tables: Vec<Vec<Column>>,
    /// The account's key.
    pub(super) id: KeyKind,
    /// The same in the table that is written.
    pub(super) swapped_id: KeyKind,
    /// How to search for addresses.
    pub(super) folded: Folded,
}

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    data_type: String,
    collation: Option<String>,
    /// `select,insert,update,references`: what Regain may do with it, from whatever grant.
    pub(super) privileges: String,
    /// The expression of a generated column.
    generated: Option<String>,
}

/// The address column as something to compare, by a comparison that finds every ASCII spelling of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    /// What is compared.
    pub(super) expression: String,
    /// What it is compared with.
    pub(super) mark: &'static str,
    /// Whether the collation makes every comparison so, and a plain index serves.
    pub(super) by_collation: bool,
}

impl Catalogue {
    /// Reads the columns, and looks for those that are configured.
    ///
    /// # Errors
    /// [`StoreFault`], which says what is missing and what there is.
    pub(super) async fn read(connection: &mut Conn, mapping: &Mapping) -> Result<Self, StoreFault> {
        let mut tables = Vec::new();
        for mapped in &mapping.tables {
            let columns = columns(connection, mapped).await.map_err(|error| fault("cannot be read", &error))?;
            if columns.is_empty() {
                return Err(no_table(connection, mapped).await);
            }
            check_columns(mapped, &columns)?;
            tables.push(columns);
        }
        let kind = |table: usize, name: &str| {
            find(&tables[table], name).map_or(KeyKind::Text, |column| KeyKind::of(&column.data_type))
        };
        let [id, email] = [0, 1].map(|index| mapping.tables[0].columns[index].as_str());
        let credentials = mapping.tables.iter().position(|mapped| mapped.key == "users.credentials.table");
        let swapped_id = match credentials {
            Some(index) => kind(index, &mapping.tables[index].columns[0]),
            None => kind(0, id),
        };
        Ok(Self { id: kind(0, id), swapped_id, folded: Folded::of(mapping, &tables[0], email), tables })
    }
}

impl Folded {
    fn of(mapping: &Mapping, columns: &[Column], email: &str) -> Self {
        let address = &mapping.email;
        let lower = |expression: String| Self { expression, mark: "LOWER(?)", by_collation: false };
        let collation = find(columns, email).and_then(|column| column.collation.as_deref());
        if collation.is_some_and(folds_ascii) {
            return Self { expression: address.clone(), mark: "?", by_collation: true };
        }
        let lowered = format!("lower(`{}`)", email.to_lowercase());
        let is_lowered =
            |column: &&Column| column.generated.as_deref().is_some_and(|text| text.to_lowercase() == lowered);
        if let Some(column) = columns.iter().find(is_lowered) {
            let table = mapping.engine.quoted(&mapping.tables[0].table);
            return lower(format!("{table}.{}", mapping.engine.quoted(&column.name)));
        }
        match collation {
            Some(collation) if is_by_bytes(collation) => lower(format!("LOWER({address})")),
            _ => lower(format!("LOWER(CONVERT({address} USING utf8mb4))")),
        }
    }
}

/// Whether two texts that differ in ASCII case only are equal in a collation. Not in all whose names end in `_ci`: to
/// a Turkish one `I` is no `i`, and to a Danish one `aA` is no `aa`. Only those without a language are believed.
fn folds_ascii(collation: &str) -> bool {
    let collation = collation.to_ascii_lowercase().replace("nopad_", "");
    let Some((charset, rest)) = collation.split_once('_') else { return false };
    let neutral =
        ["general_ci", "unicode_ci", "unicode_520_ci", "0900_ai_ci", "0900_as_ci", "uca1400_ai_ci", "uca1400_as_ci"];
    neutral.contains(&rest) || (charset == "latin1" && rest == "swedish_ci")
}

fn is_by_bytes(collation: &str) -> bool {
    ["_bin", "_cs"].iter().any(|end| collation.to_ascii_lowercase().ends_with(end))
}

/// A column by its name, which MySQL compares without regard to case.
pub(super) fn find<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

async fn columns(connection: &mut Conn, mapped: &MappedTable) -> mysql_async::Result<Vec<Column>> {
    let sql = "SELECT column_name, data_type, collation_name, privileges, generation_expression \
               FROM information_schema.columns \
               WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? ORDER BY ordinal_position";
    let rows: Vec<Row> = connection.exec(sql, (mapped.schema.as_deref(), &mapped.table)).await?;
    let column = |row: Row| {
        let cell = |index: usize| text(row.as_ref(index).unwrap_or(&Value::NULL));
        Column {
            name: cell(0).unwrap_or_default(),
            data_type: cell(1).unwrap_or_default(),
            collation: cell(2),
            privileges: cell(3).unwrap_or_default(),
            generated: cell(4),
        }
    };
    Ok(rows.into_iter().map(column).collect())
}

fn check_columns(mapped: &MappedTable, columns: &[Column]) -> Result<(), StoreFault> {
    let Some(missing) = mapped.columns.iter().find(|wanted| find(columns, wanted).is_none()) else { return Ok(()) };
    let seen: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    let MappedTable { key, table, .. } = mapped;
    Err(StoreFault {
        what: "has not got the configured columns",
        cause: format!(
            "{key} is {table:?}, in which Regain sees no column {missing:?}; it sees: {}. A column that is there has to \
             be granted: GRANT SELECT ({missing}) ON {table} TO …",
            seen.join(", ")
        ),
    })
}

async fn no_table(connection: &mut Conn, mapped: &MappedTable) -> StoreFault {
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) \
               ORDER BY table_name LIMIT 50";
    let tables: Vec<String> = match connection.exec(sql, (mapped.schema.as_deref(),)).await {
        Ok(tables) => tables,
        Err(error) => return fault("cannot be read", &error),
    };
    let MappedTable { key, table, .. } = mapped;
    let seen = if tables.is_empty() { "none".to_owned() } else { tables.join(", ") };
    StoreFault {
        what: "has not got the configured table",
        cause: format!("{key} is {table:?}, and Regain sees no such table; of those there are it may see: {seen}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_collations_without_a_language_are_believed_to_fold() {
        for collation in ["utf8mb4_general_ci", "utf8mb4_0900_ai_ci", "latin1_swedish_ci", "utf8mb4_unicode_nopad_ci"] {
            assert!(folds_ascii(collation), "{collation}");
        }
        for collation in ["utf8mb4_turkish_ci", "utf8mb4_danish_ci", "utf8mb4_bin", "utf8mb4_0900_as_cs", "binary"] {
            assert!(!folds_ascii(collation), "{collation}");
        }
    }
}
