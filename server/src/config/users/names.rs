//! Names and conditions, as far as they can be judged without the database.

use crate::config::settings::{Refusal, refusal};

/// `table` or `schema.table`.
pub(super) fn table(text: &str) -> Result<String, Refusal> {
    let (schema, table) = text.split_once('.').map_or((None, text), |(schema, table)| (Some(schema), table));
    if schema.is_none_or(is_identifier) && is_identifier(table) {
        return Ok(text.to_owned());
    }
    Err(refusal("is no name of a table", "ASCII letters, digits and `_`, not starting with a digit; or schema.table"))
}

/// One column.
pub(super) fn column(text: &str) -> Result<String, Refusal> {
    if is_identifier(text) {
        return Ok(text.to_owned());
    }
    Err(refusal("is no name of a column", "ASCII letters, digits and `_`, not starting with a digit"))
}

/// Narrower than SQL, so that no name ever needs escaping.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.len() <= IDENTIFIER_OCTETS_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What MySQL takes; PostgreSQL takes 63, SQLite any number.
const IDENTIFIER_OCTETS_MAX: usize = 64;

/// An SQL condition; its store reads it closer.
pub(super) fn condition(text: &str) -> Result<String, Refusal> {
    if text.contains([';', '\0']) {
        return Err(refusal("holds a semicolon", "one SQL condition, such as \"is_active AND NOT is_service\""));
    }
    Ok(text.to_owned())
}
