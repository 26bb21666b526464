//! How core's types stand in columns. A column goes by its name; or by its place, where so many rows are read that looking
//! the name up counts.

use regain_core::account::AccountId;
use regain_core::device::Device;
use regain_core::keys::Digest;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Row, RowIndex};

pub(super) fn id(row: &Row, column: impl RowIndex) -> rusqlite::Result<Id> {
    row.get(column).map(Id::from_bytes)
}

pub(super) fn time(row: &Row, column: impl RowIndex) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

pub(super) fn optional_time(row: &Row, column: impl RowIndex) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

pub(super) fn digest(row: &Row, column: impl RowIndex) -> rusqlite::Result<Digest> {
    row.get(column)
}

pub(super) fn account(row: &Row, column: impl RowIndex) -> rusqlite::Result<Option<AccountId>> {
    Ok(row.get::<_, Option<String>>(column)?.map(AccountId::new))
}

/// With what somebody asked. What another release may call a device is none that this one knows.
pub(super) fn device(row: &Row, column: impl RowIndex) -> rusqlite::Result<Option<Device>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().and_then(Device::parse))
}

pub(super) fn message(row: &Row, column: impl RowIndex) -> rusqlite::Result<MessageKind> {
    word(row, column, MessageKind::parse)
}

/// Where a request stands, and why.
pub(super) fn state_and_reason(row: &Row) -> rusqlite::Result<(State, Option<Reason>)> {
    let state = word(row, "state", State::parse)?;
    let is_absent = row.get_ref("reason")? == ValueRef::Null;
    let reason = if is_absent { None } else { Some(word(row, "reason", |word| Reason::parse(word, state))?) };
    Ok((state, reason))
}

/// A word that another release may have written.
fn word<T>(row: &Row, column: impl RowIndex, parse: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
    let statement = row.as_ref();
    let at = column.idx(statement)?;
    let word: String = row.get(at)?;
    parse(&word).ok_or_else(|| {
        let words = format!("{} {word}", statement.column_name(at).unwrap_or_default());
        rusqlite::Error::InvalidColumnType(at, words, rusqlite::types::Type::Text)
    })
}
