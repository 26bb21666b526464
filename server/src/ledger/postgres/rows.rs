//! How core's types stand in columns, and in parameters.
//!
//! Every statement names the types of its parameters ([`one`], [`each`]), so that it takes one round trip and leaves
//! nothing behind in the session: a pooler may hand the next one to another.

use super::connections::Trouble;
use bytes::BytesMut;
use regain_core::account::AccountId;
use regain_core::device::Device;
use regain_core::keys::Digest;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use std::error::Error;
use std::time::Duration;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// A parameter, and what the server is to read it as.
pub(super) type Bound<'a> = (&'a (dyn ToSql + Sync), Type);

/// What can stand in a column.
pub(super) trait Scalar: ToSql + Sync {
    const TYPE: Type;
    const ARRAY: Type;
}

/// One value, as a parameter.
pub(super) fn one<T: Scalar>(value: &T) -> Bound<'_> {
    (value, T::TYPE)
}

/// A column of values, for `unnest`.
pub(super) fn each<T: Scalar>(values: &Vec<T>) -> Bound<'_> {
    (values, T::ARRAY)
}

/// An [`Id`], as the server's `uuid`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(pub(super) Id);

impl ToSql for Key {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    accepts!(UUID);
    to_sql_checked!();
}

impl FromSql<'_> for Key {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Id::from_bytes(raw.try_into()?)))
    }

    accepts!(UUID);
}

/// Text from outside. The server's has no zero bytes; U+FFFD stands for them, so that one row cannot sink its batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl ToSql for Text<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let mut parts = self.0.split('\0');
        out.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            out.extend_from_slice("\u{FFFD}".as_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        Ok(IsNull::No)
    }

    accepts!(TEXT);
    to_sql_checked!();
}

macro_rules! scalars {
    ($($rust:ty: $one:ident, $many:ident;)*) => {
        $(impl Scalar for $rust {
            const TYPE: Type = Type::$one;
            const ARRAY: Type = Type::$many;
        })*
    };
}

scalars! {
    Key: UUID, UUID_ARRAY;
    Text<'_>: TEXT, TEXT_ARRAY;
    &str: TEXT, TEXT_ARRAY;
    &[u8]: BYTEA, BYTEA_ARRAY;
    i64: INT8, INT8_ARRAY;
    i32: INT4, INT4_ARRAY;
    bool: BOOL, BOOL_ARRAY;
}

impl<T: Scalar> Scalar for Option<T> {
    const TYPE: Type = T::TYPE;
    const ARRAY: Type = T::ARRAY;
}

/// A span, to be added to `regain.ledger_now()`.
pub(super) fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2)
}

pub(super) fn id(row: &Row, column: &str) -> Result<Id, Trouble> {
    Ok(row.try_get::<_, Key>(column)?.0)
}

pub(super) fn optional_id(row: &Row, column: &str) -> Result<Option<Id>, Trouble> {
    Ok(row.try_get::<_, Option<Key>>(column)?.map(|key| key.0))
}

pub(super) fn time(row: &Row, column: &str) -> Result<Timestamp, Trouble> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

pub(super) fn optional_time(row: &Row, column: &str) -> Result<Option<Timestamp>, Trouble> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

pub(super) fn digest(row: &Row, column: &str) -> Result<Digest, Trouble> {
    optional_digest(row, column)?.ok_or_else(|| Trouble::Unreadable(column.to_owned()))
}

pub(super) fn optional_digest(row: &Row, column: &str) -> Result<Option<Digest>, Trouble> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| Trouble::Unreadable(column.to_owned()))).transpose()
}

pub(super) fn account(row: &Row, column: &str) -> Result<Option<AccountId>, Trouble> {
    Ok(row.try_get::<_, Option<String>>(column)?.map(AccountId::new))
}

/// What `count(*)` counts.
pub(super) fn count(row: &Row, column: &str) -> Result<u32, Trouble> {
    Ok(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX))
}

/// How often a request was tried in vain.
pub(super) fn attempts(row: &Row) -> Result<u32, Trouble> {
    Ok(u32::try_from(row.try_get::<_, i32>("attempts")?).unwrap_or(0))
}

/// With what somebody asked. What another release may call a device is none that this one knows.
pub(super) fn device(row: &Row) -> Result<Option<Device>, Trouble> {
    Ok(row.try_get::<_, Option<&str>>("device")?.and_then(Device::parse))
}

pub(super) fn message(row: &Row) -> Result<MessageKind, Trouble> {
    word(row, "message", MessageKind::parse)
}

/// Where a request stands, and why.
pub(super) fn state_and_reason(row: &Row) -> Result<(State, Option<Reason>), Trouble> {
    let state = word(row, "state", State::parse)?;
    let is_absent = row.try_get::<_, Option<&str>>("reason")?.is_none();
    let reason = if is_absent { None } else { Some(word(row, "reason", |word| Reason::parse(word, state))?) };
    Ok((state, reason))
}

/// A word that another release may have written.
fn word<T>(row: &Row, column: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Trouble> {
    let word: &str = row.try_get(column)?;
    parse(word).ok_or_else(|| Trouble::Unreadable(format!("{column} {word}")))
}
