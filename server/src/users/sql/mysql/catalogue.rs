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
    pub(super) id: Key,
    /// The same in the table that is written.
    pub(super) swapped_id: Key,
    /// How to search for addresses.
    pub(super) folded: Folded,
}

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    data_type: String,
    /// With its length.
    column_type: String,
    charset: Option<String>,
    collation: Option<String>,
    /// `select,insert,update,references`: what Regain may do with it, from whatever grant.
    pub(super) privileges: String,
    /// The expression of a generated column.
    generated: Option<String>,
}

/// A column with keys.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) kind: KeyKind,
    /// What it is compared with.
    pub(super) mark: String,
}

/// The address column as something to compare, by a comparison that finds every ASCII spelling of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    /// What is compared.
    pub(super) expression: String,
    /// What it is compared with.
    pub(super) mark: String,
    /// What an index would be on.
    pub(super) indexed: Indexed,
}

/// See [`Folded::indexed`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Indexed {
    /// The column itself, of which an index takes this much, in brackets or all of it.
    Column(&'static str),
    /// An expression, and the type of a column that holds its values.
    Expression(String, String),
}

impl Catalogue {
    /// Reads the columns, and looks for those that are configured.
    ///
    /// # Errors
    /// [`StoreFault`], which says what is missing and what there is.
    pub(super) async fn read(connection: &mut Conn, mapping: &Mapping) -> Result<Self, StoreFault> {
        let unread = |error| fault("cannot be read", &error);
        let mut tables = Vec::new();
        for mapped in &mapping.tables {
            let columns = columns(connection, mapped).await.map_err(unread)?;
            let present: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
            let others = if present.is_empty() { names(connection, mapped).await.map_err(unread)? } else { Vec::new() };
            mapped.check(mapping.engine, &present, || Ok(others)).map_err(|fault| StoreFault {
                cause: format!("{}. Regain sees what it has a right to: GRANT SELECT ON … for more", fault.cause),
                ..fault
            })?;
            tables.push(columns);
        }
        let accounts = &mapping.tables[0].columns;
        let credentials = mapping.tables.iter().position(|mapped| mapped.key == "users.credentials.table");
        let swapped = credentials.unwrap_or(0);
        Ok(Self {
            id: Key::of(find(&tables[0], &accounts[0])),
            swapped_id: Key::of(find(&tables[swapped], &mapping.tables[swapped].columns[0])),
            folded: Folded::of(mapping, &tables[0], find(&tables[0], &accounts[1])),
            tables,
        })
    }
}

impl Column {
    /// A mark for a text that is compared with this column. The server refuses to compare a column of a small
    /// character set with what that cannot hold, and so one odd address would fail all that are looked up with it.
    fn mark(&self) -> String {
        match (self.charset.as_deref(), self.collation.as_deref()) {
            (None | Some("utf8mb4"), _) | (_, None) => "?".into(),
            (Some(charset), Some(collation)) => format!("CONVERT(? USING {charset}) COLLATE {collation}"),
        }
    }
}

impl Key {
    fn of(column: Option<&Column>) -> Self {
        let Some(column) = column else { return Self { kind: KeyKind::Text, mark: "?".into() } };
        match KeyKind::of(&column.data_type) {
            KeyKind::Text => Self { kind: KeyKind::Text, mark: column.mark() },
            kind => Self { kind, mark: "?".into() },
        }
    }
}

impl Folded {
    fn of(mapping: &Mapping, columns: &[Column], email: Option<&Column>) -> Self {
        let address = &mapping.email;
        let collation = email.and_then(|column| column.collation.as_deref()).unwrap_or_default();
        if let Some(column) = email.filter(|_| folds_ascii(collation)) {
            // An index on a TEXT is on its beginning; and 191 characters fit everywhere.
            let part = if column.data_type.ends_with("text") { "(191)" } else { "" };
            return Self { expression: address.clone(), mark: column.mark(), indexed: Indexed::Column(part) };
        }
        let utf8mb4 = format!("CONVERT({} USING utf8mb4)", mapping.email_alone);
        let (folded, alone, mark) = match email.filter(|_| is_by_bytes(collation)) {
            Some(column) => (address.clone(), mapping.email_alone.clone(), column.mark()),
            None => (format!("CONVERT({address} USING utf8mb4)"), utf8mb4, "?".into()),
        };
        let alone = format!("LOWER({alone})");
        if let Some(column) = columns.iter().find(|column| column.holds(&alone)) {
            let table = mapping.engine.quoted(&mapping.tables[0].table);
            return Self {
                expression: format!("{table}.{}", mapping.engine.quoted(&column.name)),
                mark: format!("LOWER({})", column.mark()),
                indexed: Indexed::Expression(alone, column.column_type.clone()),
            };
        }
        let column_type = email.filter(|column| column.data_type.ends_with("char")).map(|column| &column.column_type);
        Self {
            expression: format!("LOWER({folded})"),
            mark: format!("LOWER({mark})"),
            indexed: Indexed::Expression(alone, column_type.map_or_else(|| "VARCHAR(320)".into(), Clone::clone)),
        }
    }
}

impl Column {
    /// Whether it is generated by `expression`, which servers print in their own words.
    fn holds(&self, expression: &str) -> bool {
        let generated = self.generated.as_deref().unwrap_or_default().to_lowercase().replace("lcase(", "lower(");
        generated == expression.to_lowercase()
    }
}

/// Whether two texts that differ in ASCII case only are equal in a collation. Not in all whose names end in `_ci`: to
/// a Turkish one `I` is no `i`, and to a Danish one `aA` is no `aa`. Only those without a language are believed.
fn folds_ascii(collation: &str) -> bool {
    let neutral =
        ["general_ci", "unicode_ci", "unicode_520_ci", "0900_ai_ci", "0900_as_ci", "uca1400_ai_ci", "uca1400_as_ci"];
    let (charset, rest) = split(collation);
    neutral.contains(&rest.as_str()) || (charset == "latin1" && rest == "swedish_ci")
}

/// Whether the lower case of two such texts is the same, and equal, in a collation that tells the texts apart.
fn is_by_bytes(collation: &str) -> bool {
    ["bin", "general_cs", "0900_bin", "0900_as_cs", "uca1400_as_cs"].contains(&split(collation).1.as_str())
}

/// Character set and the rest of a collation's name, without the mark of those that do not pad.
fn split(collation: &str) -> (String, String) {
    let collation = collation.to_ascii_lowercase().replace("nopad_", "");
    collation.split_once('_').map(|(charset, rest)| (charset.to_owned(), rest.to_owned())).unwrap_or_default()
}

/// A column by its name, which MySQL compares without regard to case.
pub(super) fn find<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

async fn columns(connection: &mut Conn, mapped: &MappedTable) -> mysql_async::Result<Vec<Column>> {
    let sql = "SELECT column_name, data_type, column_type, character_set_name, collation_name, privileges, \
               generation_expression FROM information_schema.columns \
               WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? ORDER BY ordinal_position";
    let rows: Vec<Row> = connection.exec(sql, (mapped.schema.as_deref(), &mapped.table)).await?;
    let column = |row: Row| {
        let cell = |index: usize| text(row.as_ref(index).unwrap_or(&Value::NULL));
        Column {
            name: cell(0).unwrap_or_default(),
            data_type: cell(1).unwrap_or_default(),
            column_type: cell(2).unwrap_or_default(),
            charset: cell(3),
            collation: cell(4),
            privileges: cell(5).unwrap_or_default(),
            generated: cell(6),
        }
    };
    Ok(rows.into_iter().map(column).collect())
}

/// The tables that there are instead.
async fn names(connection: &mut Conn, mapped: &MappedTable) -> mysql_async::Result<Vec<String>> {
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) \
               ORDER BY table_name LIMIT 50";
    connection.exec(sql, (mapped.schema.as_deref(),)).await
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
