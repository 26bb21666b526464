//! The rows of a ledger that is copied here: see [`crate::ledger::copying`].

use super::connections::{Place, Trouble};
use super::migrate::migrate;
use super::rows::{Bound, Key, Text, each};
use crate::ledger::LedgerFault;
use crate::ledger::copying::{Kind, Row, Rows, Table, Value};
use async_trait::async_trait;
use regain_core::request::Id;
use secrecy::SecretString;
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::{Client, Error};

/// A ledger in PostgreSQL that rows are copied to.
pub(in crate::ledger) struct Import {
    client: Client,
}

impl Import {
    /// Opens the ledger, and migrates it.
    ///
    /// # Errors
    /// [`LedgerFault`], with what to do.
    pub(in crate::ledger) async fn open(url: &SecretString) -> Result<Self, LedgerFault> {
        let place = Place::given_by("the URL to copy to", url)?;
        migrate(&place).await?;
        let client = place.connect().await.map_err(|trouble| trouble.fault("cannot be reached"))?;
        Ok(Self { client })
    }

    /// Writes the rows that are not there yet, all or none.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub(in crate::ledger) async fn insert(&self, table: &Table, rows: &[Row]) -> Result<(), LedgerFault> {
        let columns = table.columns.iter().enumerate();
        let columns: Vec<_> = columns.map(|(n, (_, kind))| Column::of(*kind, rows.iter().map(|row| &row[n]))).collect();
        let bound: Vec<_> = columns.iter().map(Column::bound).collect();
        let places: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "INSERT INTO regain.{} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({}) ON CONFLICT DO NOTHING",
            table.name,
            table.column_list(),
            places.join(", "),
        );
        in_time(self.client.execute_typed(&sql, &bound)).await.map_err(|trouble| trouble.fault("cannot be written"))?;
        Ok(())
    }

    /// Has the numbers of events go on behind those that were copied.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub(in crate::ledger) async fn number_events_on(&self) -> Result<(), LedgerFault> {
        let sql = "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('regain.events', 'id'), \
                     coalesce(max(id), 0) + 1, false) FROM regain.events";
        in_time(self.client.query_typed(sql, &[])).await.map_err(|trouble| trouble.fault("cannot be written"))?;
        Ok(())
    }
}

#[async_trait(?Send)]
impl Rows for Import {
    async fn after(&self, table: &Table, key: Option<&Value>, max: u32) -> Result<Vec<Row>, LedgerFault> {
        after(&self.client, table, key, max).await.map_err(|trouble| trouble.fault("cannot be read"))
    }
}

async fn after(client: &Client, table: &Table, key: Option<&Value>, max: u32) -> Result<Vec<Row>, Trouble> {
    let (name, kind) = table.key();
    // Octet by octet, whatever language the database sorts by.
    let name = if kind == Kind::Text { format!("{name} COLLATE \"C\"") } else { name.to_owned() };
    let behind = if key.is_some() { format!("WHERE {name} > ($1)[1]") } else { String::new() };
    let key: Vec<_> = key.map(|key| Column::of(kind, std::iter::once(key))).into_iter().collect();
    let bound: Vec<_> = key.iter().map(Column::bound).collect();
    let columns = table.column_list();
    let sql = format!("SELECT {columns} FROM regain.{} {behind} ORDER BY {name} LIMIT {max}", table.name);
    let rows = in_time(client.query_typed(&sql, &bound)).await?;
    rows.iter()
        .map(|row| table.columns.iter().enumerate().map(|(n, (_, kind))| value(row, n, *kind)).collect())
        .collect()
}

fn value(row: &tokio_postgres::Row, n: usize, kind: Kind) -> Result<Value, Trouble> {
    let value = match kind {
        Kind::Id => row.try_get::<_, Option<Key>>(n)?.map(|key| Value::Octets(key.0.as_bytes().to_vec())),
        Kind::Octets => row.try_get::<_, Option<Vec<u8>>>(n)?.map(Value::Octets),
        Kind::Text => row.try_get::<_, Option<String>>(n)?.map(Value::Text),
        Kind::Number => row.try_get::<_, Option<i64>>(n)?.map(Value::Number),
        Kind::Count => row.try_get::<_, Option<i32>>(n)?.map(|count| Value::Number(count.into())),
    };
    Ok(value.unwrap_or(Value::Nothing))
}

/// A column of values, as a parameter. What does not fit becomes nothing, which reading it back brings to light.
enum Column<'a> {
    Ids(Vec<Option<Key>>),
    Octets(Vec<Option<&'a [u8]>>),
    Texts(Vec<Option<Text<'a>>>),
    Numbers(Vec<Option<i64>>),
    Counts(Vec<Option<i32>>),
}

impl<'a> Column<'a> {
    fn of(kind: Kind, values: impl Iterator<Item = &'a Value>) -> Self {
        let octets = |value: &'a Value| if let Value::Octets(octets) = value { Some(&octets[..]) } else { None };
        let number = |value: &'a Value| if let Value::Number(number) = value { Some(*number) } else { None };
        let text = |value: &'a Value| if let Value::Text(text) = value { Some(Text(text)) } else { None };
        let id = |value| Some(Key(Id::from_bytes(octets(value)?.try_into().ok()?)));
        match kind {
            Kind::Id => Self::Ids(values.map(id).collect()),
            Kind::Octets => Self::Octets(values.map(octets).collect()),
            Kind::Text => Self::Texts(values.map(text).collect()),
            Kind::Number => Self::Numbers(values.map(number).collect()),
            Kind::Count => Self::Counts(values.map(|value| number(value)?.try_into().ok()).collect()),
        }
    }

    fn bound(&self) -> Bound<'_> {
        match self {
            Self::Ids(ids) => each(ids),
            Self::Octets(octets) => each(octets),
            Self::Texts(texts) => each(texts),
            Self::Numbers(numbers) => each(numbers),
            Self::Counts(counts) => each(counts),
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    Ok(timeout(BATCH_MAX, work).await.map_err(|_| Trouble::Overdue)??)
}

/// For a batch: nobody else waits for it, and a connection that died unheard ends the copy.
const BATCH_MAX: Duration = Duration::from_secs(60);
