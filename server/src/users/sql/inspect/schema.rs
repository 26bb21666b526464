//! What a database is made of, as far as `regain init` cares.

use super::Row;
use crate::users::sql::engine::Engine;

/// The tables of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Whose.
    pub engine: Engine,
    /// By schema and name, those first that need no schema before their name.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its schema, where the name alone does not find it.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// In their order.
    pub columns: Vec<Column>,
    /// The columns of the primary key.
    pub key: Vec<String>,
    /// The columns of each unique index, the primary key's aside.
    pub unique: Vec<Vec<String>>,
    /// Foreign keys of one column.
    pub references: Vec<Reference>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the engine spells it, in lower case.
    pub kind: String,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The column that refers.
    pub column: String,
    /// The table referred to, as [`Table::full_name`].
    pub table: String,
    /// Its column; the primary key if none is named.
    pub target: Option<String>,
}

impl Schema {
    /// The table of that name, `table` or `schema.table`.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.is_called(name, self.engine))
    }

    /// Puts together what the three questions of a catalogue brought. Tables and columns with control characters in
    /// their names are passed over: no application makes them, and they would reach a terminal and a file.
    pub(super) fn assemble(engine: Engine, columns: Vec<Row>, keys: Vec<Row>, references: Vec<Row>) -> Self {
        let mut schema = Self { engine, tables: Vec::new() };
        for row in columns {
            let Ok([owner, Some(table), Some(name), kind, nullable]) = <[_; 5]>::try_from(row) else { continue };
            let kind = kind.unwrap_or_default().to_ascii_lowercase().replace(char::is_control, " ");
            let column = Column { name, kind, nullable: is_true(nullable.as_deref()) };
            schema.entry(owner, table).columns.push(column);
        }
        let mut index_before = None;
        for row in keys {
            let Ok([owner, Some(table), index, primary, Some(column)]) = <[_; 5]>::try_from(row) else { continue };
            let this_index = Some((owner.clone(), table.clone(), index));
            let is_new = index_before != this_index;
            index_before = this_index;
            schema.entry(owner, table).add_key(column, is_true(primary.as_deref()), is_new);
        }
        for row in references {
            let Ok([owner, Some(table), Some(column), to_owner, Some(to), target]) = <[_; 6]>::try_from(row) else {
                continue;
            };
            let reference = Reference { column, table: full_name(to_owner.as_deref(), &to), target };
            schema.entry(owner, table).references.push(reference);
        }
        let is_plain = |name: &str| !name.contains(char::is_control);
        for table in &mut schema.tables {
            table.columns.retain(|column| is_plain(&column.name));
        }
        schema.tables.retain(|table| !table.columns.is_empty() && is_plain(&table.full_name()));
        schema.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        schema
    }

    /// The rows of a table come one after another, so that the table is most often the last.
    fn entry(&mut self, schema: Option<String>, name: String) -> &mut Table {
        let found = self.tables.iter().rposition(|table| table.name == name && table.schema == schema);
        let index = found.unwrap_or_else(|| {
            self.tables.push(Table::new(schema, name));
            self.tables.len() - 1
        });
        &mut self.tables[index]
    }
}

impl Table {
    fn new(schema: Option<String>, name: String) -> Self {
        Self { schema, name, columns: Vec::new(), key: Vec::new(), unique: Vec::new(), references: Vec::new() }
    }

    fn add_key(&mut self, column: String, primary: bool, is_new: bool) {
        if primary {
            self.key.push(column);
        } else if let (false, Some(index)) = (is_new, self.unique.last_mut()) {
            index.push(column);
        } else {
            self.unique.push(vec![column]);
        }
    }

    /// `table`, or `schema.table` where the name alone does not find it.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(self.schema.as_deref(), &self.name)
    }

    /// The full name in the engine's quotation marks.
    #[must_use]
    pub fn quoted(&self, engine: Engine) -> String {
        let schema = self.schema.as_deref().map(|schema| engine.quoted(schema) + ".").unwrap_or_default();
        schema + &engine.quoted(&self.name)
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether all of `columns` are there.
    #[must_use]
    pub fn has(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.column(column).is_some())
    }

    /// Whether no two rows can have the same value of `column`.
    #[must_use]
    pub fn is_unique(&self, column: &str) -> bool {
        self.key == [column] || self.unique.iter().any(|index| *index == [column])
    }

    fn is_called(&self, name: &str, engine: Engine) -> bool {
        match (name.split_once('.'), &self.schema) {
            // What a preset calls `public.users` may be found without the schema.
            (Some((schema, name)), None) => engine == Engine::Postgres && schema == "public" && self.name == name,
            (Some((schema, name)), Some(own)) => own == schema && self.name == name,
            (None, own) => own.is_none() && self.name == name,
        }
    }
}

fn full_name(schema: Option<&str>, name: &str) -> String {
    schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"))
}

fn is_true(text: Option<&str>) -> bool {
    text == Some("1")
}
