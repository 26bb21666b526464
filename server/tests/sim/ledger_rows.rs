//! The ledger's rows at one moment, read beside the code under test.

use regain::ledger::Memory;
use regain_core::request::Id;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// All rows that anything is promised about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) outbox: BTreeMap<Id, Entry>,
    pub(crate) deliveries: BTreeMap<Id, Delivery>,
    /// How much had been changed in the ledger by then.
    changes: u64,
}

/// A request or notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) message: String,
    pub(crate) about: Option<Id>,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) identifier: String,
    pub(crate) accepted_at: i64,
    pub(crate) due_at: i64,
    pub(crate) lease: Option<Id>,
    pub(crate) ended_at: Option<i64>,
}

/// One time that an entry was worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// How much had been changed in the ledger when it was there for the first time: clocks differ, and crashes set them back.
    pub(crate) appeared: u64,
    pub(crate) entry: Id,
    pub(crate) message: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) minted_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) state: String,
    pub(crate) claim: Option<Id>,
    pub(crate) outcome: Option<String>,
    pub(crate) fingerprint: [u8; 32],
}

impl Rows {
    /// The rows now; none if nothing has changed since `self`.
    pub(crate) fn changed(&self, memory: &Memory) -> Option<Self> {
        let read = |ledger: &Connection| {
            let changes = ledger.total_changes();
            if changes == self.changes {
                return Ok(None);
            }
            let mut deliveries = deliveries(ledger)?;
            for (id, delivery) in &mut deliveries {
                delivery.appeared = self.deliveries.get(id).map_or(changes, |it| it.appeared);
            }
            Ok(Some(Self { outbox: outbox(ledger)?, deliveries, changes }))
        };
        memory.read(read).unwrap()
    }
}

fn outbox(ledger: &Connection) -> rusqlite::Result<BTreeMap<Id, Entry>> {
    ledger
        .prepare_cached(
            "SELECT id, message, about, state, reason, account, identifier, accepted_at, due_at, lease, ended_at \
             FROM outbox",
        )?
        .query_map([], |row| {
            let entry = Entry {
                message: row.get(1)?,
                about: row.get::<_, Option<[u8; 16]>>(2)?.map(Id::from_bytes),
                state: row.get(3)?,
                reason: row.get(4)?,
                account: row.get(5)?,
                identifier: row.get(6)?,
                accepted_at: row.get(7)?,
                due_at: row.get(8)?,
                lease: row.get::<_, Option<[u8; 16]>>(9)?.map(Id::from_bytes),
                ended_at: row.get(10)?,
            };
            Ok((Id::from_bytes(row.get(0)?), entry))
        })?
        .collect()
}

fn deliveries(ledger: &Connection) -> rusqlite::Result<BTreeMap<Id, Delivery>> {
    ledger
        .prepare_cached(
            "SELECT id, entry, message, account, minted_at, expires_at, state, claim, outcome, \
               fingerprint \
             FROM deliveries",
        )?
        .query_map([], |row| {
            let delivery = Delivery {
                appeared: 0,
                entry: Id::from_bytes(row.get(1)?),
                message: row.get(2)?,
                account: row.get(3)?,
                minted_at: row.get(4)?,
                expires_at: row.get(5)?,
                state: row.get(6)?,
                claim: row.get::<_, Option<[u8; 16]>>(7)?.map(Id::from_bytes),
                outcome: row.get(8)?,
                fingerprint: row.get(9)?,
            };
            Ok((Id::from_bytes(row.get(0)?), delivery))
        })?
        .collect()
}

/// Every text and every blob in the ledger, whichever table and column it stands in.
pub(crate) fn everything(memory: &Memory) -> Vec<Vec<u8>> {
    let read = |ledger: &Connection| {
        let tables: Vec<String> = ledger
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for table in tables {
            let mut select = ledger.prepare(&format!("SELECT * FROM \"{table}\""))?;
            let columns = select.column_count();
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    match row.get_ref(column)? {
                        rusqlite::types::ValueRef::Text(it) | rusqlite::types::ValueRef::Blob(it) => {
                            found.push(it.to_vec());
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(found)
    };
    memory.read(read).unwrap()
}
