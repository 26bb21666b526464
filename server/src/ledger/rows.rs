//! How core's types stand in columns.

use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::Row;

pub(super) fn id(row: &Row, column: &str) -> rusqlite::Result<Id> {
    row.get(column).map(Id::from_bytes)
}

pub(super) fn time(row: &Row, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

pub(super) fn optional_time(row: &Row, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

pub(super) fn digest(row: &Row, column: &str) -> rusqlite::Result<Digest> {
    row.get(column)
}

pub(super) fn account(row: &Row, column: &str) -> rusqlite::Result<Option<AccountId>> {
    Ok(row.get::<_, Option<String>>(column)?.map(AccountId::new))
}
