//! Values on their way to the server and back: all of them texts, so that the server itself finds out which type each
//! is to have, be it an integer, a UUID or `citext`.

use bytes::BytesMut;
use std::error::Error as StdError;
use std::fmt;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error, Row, RowStream};

/// A statement's parameters; nothing is NULL.
pub(super) type Values<'a> = &'a [Option<&'a str>];

/// Runs a statement of any kind, and reads its rows as they come. It gets no name and leaves nothing behind on the
/// server: PgBouncer may give the next one to another.
pub(super) async fn stream(client: &Client, sql: &str, values: Values<'_>) -> Result<RowStream, Error> {
    client.query_typed_raw(sql, values.iter().map(|value| (Text(*value), Type::UNKNOWN))).await
}

/// All rows at once.
pub(super) async fn rows(client: &Client, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Error> {
    let values: Vec<_> = values.iter().map(|value| Text(*value)).collect();
    let typed: Vec<_> = values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::UNKNOWN)).collect();
    client.query_typed(sql, &typed).await
}

/// Runs a statement to its end, whether or not it returns rows.
pub(super) async fn run(client: &Client, sql: &str, values: Values<'_>) -> Result<u64, Error> {
    let values: Vec<_> = values.iter().map(|value| Text(*value)).collect();
    let typed: Vec<_> = values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::UNKNOWN)).collect();
    client.execute_typed(sql, &typed).await
}

/// A column that was selected as text; nothing if there is nothing in it. What is not UTF-8, as may stand in a database
/// of the encoding SQL_ASCII, is replaced, and then equals no address.
pub(super) fn text(row: &Row, column: usize) -> Option<String> {
    row.try_get::<_, Option<Read>>(column).ok().flatten().map(|read| read.0).filter(|text| !text.is_empty())
}

/// Whether a column that was selected as text says true.
pub(super) fn is_true(row: &Row, column: usize) -> bool {
    text(row, column).is_some_and(|text| text == "true")
}

/// Texts as one value, a line each. What holds a line break, or a character that no text of PostgreSQL's has, equals none
/// in there, and is left out.
pub(super) fn lines<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.filter(|text| !text.contains(['\n', '\0'])).collect::<Vec<_>>().join("\n")
}

/// Sent as text, of a type that the server infers.
struct Text<'a>(Option<&'a str>);

impl ToSql for Text<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let Some(text) = self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// It may be a password: not for logs.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(…)")
    }
}

struct Read(String);

impl<'a> FromSql<'a> for Read {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(String::from_utf8_lossy(raw).into_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
