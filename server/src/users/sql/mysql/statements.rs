//! The SQL, put together once from what is configured, and completed by what the catalogue says.

use super::catalogue::{Catalogue, Folded, Key};
use super::values::KeyKind;
use crate::users::sql::after_reset::{Bind, Statement};
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX, PASSWORD_MAX};
use crate::users::sql::mapping::Mapping;
use std::collections::BTreeSet;

/// The statements of one store.
pub(super) struct Statements {
    /// Up to where the condition follows.
    select: String,
    id: String,
    same_id: String,
    /// `UPDATE … SET` and the new password.
    swap: String,
    swapped_id: String,
    same_swapped_id: String,
    /// What has to hold of the row to be written: the expected password, the expected address.
    unchanged: String,
    pub(super) after_reset: Vec<AfterReset>,
    /// Adds the new password, then takes out the oldest.
    pub(super) history: Vec<Marked>,
    pub(super) used_passwords: Option<Marked>,
    pub(super) role: Option<Marked>,
    /// The words of what writes, lower case: every table that is written is among them, and its schema.
    pub(super) words: BTreeSet<String>,
}

/// SQL with marks, and what to bind to each.
pub(super) type Marked = (String, Vec<Bind>);

/// A statement of `users.after_reset`.
pub(super) struct AfterReset {
    pub(super) marked: Marked,
    /// Schema and name of the table without which it is left out.
    pub(super) if_table: Option<(Option<String>, String)>,
}

impl Statements {
    pub(super) fn of(mapping: &Mapping) -> Self {
        let Mapping { from, id, email, password, name, locale, eligible, password_alone, .. } = mapping;
        let Mapping { swapped, swapped_id, swapped_password, swapped_only, .. } = mapping;
        let same = |expression: &str| mapping.engine.same_bytes(expression, "?");
        let after_reset: Vec<_> = mapping
            .after_reset
            .iter()
            .map(|step| AfterReset { marked: step.statement.marked(), if_table: step.if_table.clone() })
            .collect();
        let history = mapping.history.as_ref();
        let history_writes: Vec<_> =
            history.iter().flat_map(|history| [&history.add, &history.trim]).map(Statement::marked).collect();
        let written = mapping.tables.iter().flat_map(|mapped| mapped.schema.iter().chain([&mapped.table]));
        let mentioned = after_reset.iter().flat_map(|step| words_of(&step.marked.0));
        Self {
            select: format!(
                "SELECT {id}, LEFT({email}, {ADDRESS_MAX}), CASE WHEN octet_length({password}) <= {PASSWORD_MAX} THEN {password} END, \
                 LEFT({name}, {NAME_MAX}), LEFT({locale}, {NAME_MAX}), {eligible} IS TRUE FROM {from} WHERE "
            ),
            id: id.clone(),
            same_id: same(id),
            swap: format!("UPDATE {swapped} SET {password_alone} = ? WHERE "),
            swapped_id: swapped_id.clone(),
            same_swapped_id: same(swapped_id),
            unchanged: format!("{swapped_only} AND {} AND {}", same(swapped_password), mapping.guard(&same(email))),
            words: written.map(|name| name.to_lowercase()).chain(mentioned).collect(),
            after_reset,
            history: history_writes,
            used_passwords: history.map(|history| history.read.marked()),
            role: mapping.role.as_ref().map(Statement::marked),
        }
    }

    /// The look-up of `count` addresses, folded.
    pub(super) fn look_up(&self, Folded { expression, mark, .. }: &Folded, count: usize) -> String {
        format!("{}{expression} IN ({})", self.select, vec![mark.as_str(); count].join(", "))
    }

    /// The account with a key, which is bound as often as [`key_marks`] says.
    pub(super) fn load(&self, catalogue: &Catalogue) -> String {
        format!("{}{} LIMIT 2", self.select, is_key(&catalogue.id, &self.id, &self.same_id))
    }

    /// Compare and swap: the new password, the key as often as [`key_marks`] says, the expected password, the expected
    /// address.
    pub(super) fn swap(&self, catalogue: &Catalogue) -> String {
        let is_key = is_key(&catalogue.swapped_id, &self.swapped_id, &self.same_swapped_id);
        format!("{}{is_key} AND {}", self.swap, self.unchanged)
    }
}

/// A text is compared by the column's collation, for the index, and by its bytes.
fn is_key(Key { kind, mark }: &Key, column: &str, same: &str) -> String {
    match kind {
        KeyKind::Integer | KeyKind::Binary => format!("{column} = ?"),
        KeyKind::Text => format!("{column} = {mark} AND {same}"),
    }
}

/// How many marks stand for a key.
pub(super) fn key_marks(key: &Key) -> usize {
    if key.kind == KeyKind::Text { 2 } else { 1 }
}

/// Whatever in a statement may name a table. Texts and comments are not left out: one word too many does no harm.
fn words_of(sql: &str) -> impl Iterator<Item = String> {
    let names = sql.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    let quoted = sql.split('`');
    names.chain(quoted).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_a_statement_is_among_its_words() {
        let found: Vec<_> = words_of("DELETE s FROM app.Sessions AS s JOIN `odd table` ON 1").collect();
        for table in ["sessions", "odd table"] {
            assert!(found.iter().any(|word| word == table), "{table}: {found:?}");
        }
    }
}
