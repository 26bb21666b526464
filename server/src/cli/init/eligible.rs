//! Who may reset, as the columns of the accounts' table tell it.

use super::samples::Samples;
use super::vocabulary::{Class, class, is_identifier, plain, sql_name};
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Table};

/// A condition, and what to know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// Parts that must all hold.
    pub(super) parts: Vec<String>,
    /// What somebody has to look at.
    pub(super) checks: Vec<String>,
}

/// Puts a condition together from columns that say who is active, disabled, deleted or no person.
/// `apart` is whether a second table is read too, so that names need their table before them.
pub(super) fn of(engine: Engine, table: &Table, samples: &Samples, apart: bool) -> Condition {
    let mut condition = Condition::default();
    for column in table.columns.iter().filter(|column| is_identifier(&column.name)) {
        let prefix = if apart { sql_name(engine, &table.name) + "." } else { String::new() };
        let name = prefix + &sql_name(engine, &column.name);
        let meaning = Meaning::of(&plain(&column.name));
        match meaning {
            Some(Meaning::Positive) => condition.add(positive(engine, column, &name, table, samples), column),
            Some(Meaning::Negative) => condition.add(negative(engine, column, &name), column),
            Some(Meaning::Ended) => condition.parts.push(ended(column, &name)),
            Some(Meaning::State) => condition.add(state(column, &name, table, samples), column),
            None => {}
        }
    }
    condition
}

/// Whether an account is deleted for good, by the column that most frameworks call so.
pub(super) fn not_deleted(engine: Engine, table: &Table) -> Option<String> {
    let column = table.columns.iter().find(|column| plain(&column.name) == "deletedat" && column.nullable)?;
    Some(ended(column, &sql_name(engine, &column.name)))
}

impl Condition {
    fn add(&mut self, part: Option<String>, column: &Column) {
        match part {
            Some(part) => self.parts.push(part),
            None => self.checks.push(format!(
                "the column {} ({}) may say who may sign in; if so, add it to `eligible`",
                column.name, column.kind
            )),
        }
    }

    /// All of it as SQL.
    pub(super) fn sql(&self) -> Option<String> {
        (!self.parts.is_empty()).then(|| self.parts.join(" AND "))
    }
}

enum Meaning {
    /// True for those who may.
    Positive,
    /// True for those who may not.
    Negative,
    /// A moment from which on they may not.
    Ended,
    /// One of several words.
    State,
}

impl Meaning {
    fn of(plain: &str) -> Option<Self> {
        match plain {
            "isactive" | "active" | "enabled" | "isenabled" | "accountenabled" | "useractive" | "isactivated"
            | "activated" => Some(Self::Positive),
            "isdisabled" | "disabled" | "deactivated" | "isdeactivated" | "isbanned" | "banned" | "isblocked"
            | "blocked" | "issuspended" | "suspended" | "islocked" | "locked" | "isdeleted" | "deleted"
            | "isarchived" | "archived" | "inactive" | "isinactive" | "isservice" | "issystem" | "isbot"
            | "accountlocked" => Some(Self::Negative),
            "deletedat" | "disabledat" | "deactivatedat" | "bannedat" | "blockedat" | "suspendedat" | "archivedat"
            | "removedat" | "closedat" | "anonymizedat" | "lockedat" | "deletedon" | "datedeleted" => Some(Self::Ended),
            "status" | "state" | "accountstatus" | "userstatus" | "accountstate" => Some(Self::State),
            _ => None,
        }
    }
}

fn positive(engine: Engine, column: &Column, name: &str, table: &Table, samples: &Samples) -> Option<String> {
    match class(column) {
        Class::Truth if engine == Engine::Postgres && column.kind.starts_with("bit") => Some(format!("{name} = B'1'")),
        Class::Truth => Some(name.to_owned()),
        Class::Number => Some(format!("{name} = 1")),
        Class::Moment => Some(format!("{name} IS NOT NULL")),
        Class::Text | Class::Other => {
            let values = samples.values(table, &column.name);
            let found = ["Y", "y", "yes", "Yes", "1", "t", "true", "T"]
                .into_iter()
                .find(|yes| values.iter().any(|(v, _)| v == yes));
            found.map(|yes| format!("{name} = '{yes}'"))
        }
    }
}

fn negative(engine: Engine, column: &Column, name: &str) -> Option<String> {
    match class(column) {
        Class::Truth if engine == Engine::Postgres && column.kind.starts_with("bit") => {
            Some(format!("{name} IS DISTINCT FROM B'1'"))
        }
        Class::Truth if column.nullable => Some(format!("{name} IS NOT TRUE")),
        Class::Truth => Some(format!("NOT {name}")),
        Class::Number if column.nullable => Some(format!("coalesce({name}, 0) = 0")),
        Class::Number => Some(format!("{name} = 0")),
        Class::Moment => Some(format!("{name} IS NULL")),
        Class::Text | Class::Other => None,
    }
}

/// Applications that never write NULL there write 0.
fn ended(column: &Column, name: &str) -> String {
    if column.nullable || class(column) != Class::Number { format!("{name} IS NULL") } else { format!("{name} = 0") }
}

/// A word for those who may, among the values found or those that the type allows.
fn state(column: &Column, name: &str, table: &Table, samples: &Samples) -> Option<String> {
    if !matches!(class(column), Class::Text | Class::Other) {
        return None;
    }
    let values = samples.values(table, &column.name);
    let allowed = column.kind.split('\'').skip(1).step_by(2);
    let mut words = values.iter().map(|(value, _)| *value).chain(allowed);
    let found = words.find(|word| ["active", "enabled", "activated"].contains(&word.to_ascii_lowercase().as_str()))?;
    Some(format!("{name} = '{found}'"))
}
