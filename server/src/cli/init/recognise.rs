//! Which framework made the tables: by the marks of its preset, under the names that they have here.

use super::vocabulary::{accounts_fit, is_nameable};
use crate::users::sql::inspect::{Schema, Table};
use crate::users::sql::presets::{ALL, Preset};
use std::cmp::Reverse;

/// A framework whose tables are there.
#[derive(Debug, Clone)]
pub(super) struct Recognised<'a> {
    pub(super) preset: &'static Preset,
    /// Its table of accounts.
    pub(super) accounts: &'a Table,
    names: Names,
}

/// What the framework's tables are called here, where not as the preset says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    AsUsual,
    /// Each begins with this instead of what it usually begins with.
    Prefixed(String),
    /// The table of accounts alone has another name.
    Accounts(String),
}

/// Every framework whose marks are all there, the one with the most marks first.
pub(super) fn frameworks(schema: &Schema) -> Vec<Recognised<'_>> {
    let mut found: Vec<_> =
        ALL.iter().filter(|preset| !preset.marks.is_empty()).flat_map(|preset| readings(schema, preset)).collect();
    found.sort_by_key(|recognised| Reverse(recognised.weight()));
    found
}

/// The ways to find one framework; the usual names leave no other.
fn readings<'a>(schema: &'a Schema, preset: &'static Preset) -> Vec<Recognised<'a>> {
    let under = |names: Names| Recognised::under(schema, preset, names);
    if let Some(usual) = under(Names::AsUsual) {
        return vec![usual];
    }
    let stem = preset.table.strip_prefix(usual_prefix(preset)).unwrap_or(preset.table);
    let prefixes = schema.tables.iter().filter_map(|table| table.name.strip_suffix(stem));
    let mut found: Vec<_> = prefixes.filter_map(|prefix| under(Names::Prefixed(prefix.to_owned()))).collect();
    if found.is_empty() && is_telling(preset) {
        let renamed = schema.tables.iter().filter(|table| is_nameable(table) && table.has(also_needed(preset)));
        found.extend(renamed.filter_map(|table| under(Names::Accounts(table.full_name()))));
    }
    found
}

/// Whether the marks tell the framework even if the table of accounts may have any name.
fn is_telling(preset: &Preset) -> bool {
    let of_accounts = preset.marks.iter().filter(|(table, _)| *table == preset.table);
    preset.marks.len() > 1 && of_accounts.map(|(_, columns)| columns.len()).sum::<usize>() >= 3
}

/// What a custom table of accounts has of its framework, beyond the marks, which others may have as well.
fn also_needed(preset: &Preset) -> &'static [&'static str] {
    if preset.name == "django" { &["id", "last_login"] } else { &[] }
}

fn usual_prefix(preset: &Preset) -> &'static str {
    if preset.name == "wordpress" { "wp_" } else { "" }
}

impl<'a> Recognised<'a> {
    fn under(schema: &'a Schema, preset: &'static Preset, names: Names) -> Option<Self> {
        let accounts = schema.table(&names.here(preset, preset.table))?;
        let recognised = Self { preset, accounts, names };
        let holds = |(table, columns): &(&str, &[&str])| {
            schema.table(&recognised.here(table)).is_some_and(|table| table.has(columns))
        };
        preset.marks.iter().all(holds).then_some(recognised)
    }

    /// What the preset's `table` is called here.
    pub(super) fn here(&self, table: &str) -> String {
        self.names.here(self.preset, table)
    }

    /// Whether every table has its usual name.
    pub(super) fn is_as_usual(&self) -> bool {
        self.names == Names::AsUsual
    }

    /// Where the passwords are.
    pub(super) fn secrets(&self, schema: &'a Schema) -> &'a Table {
        let apart = self.preset.credentials.as_ref().and_then(|apart| schema.table(&self.here(apart.table)));
        apart.unwrap_or(self.accounts)
    }

    /// Its marks, for people.
    pub(super) fn marks(&self) -> String {
        let tables: Vec<_> = self.preset.marks.iter().map(|(table, _)| self.here(table)).collect();
        tables.join(", ")
    }

    fn weight(&self) -> (usize, u8) {
        let marks = self.preset.marks.iter().map(|(_, columns)| 2 + columns.len()).sum();
        (marks, accounts_fit(&self.accounts.name))
    }
}

impl Names {
    fn here(&self, preset: &Preset, table: &str) -> String {
        match self {
            Self::AsUsual => table.to_owned(),
            Self::Prefixed(prefix) => {
                format!("{prefix}{}", table.strip_prefix(usual_prefix(preset)).unwrap_or(table))
            }
            Self::Accounts(name) if table == preset.table => name.clone(),
            Self::Accounts(_) => table.to_owned(),
        }
    }
}
