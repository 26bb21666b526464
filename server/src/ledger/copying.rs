//! A ledger's way from SQLite to PostgreSQL: what there is to copy, and how a copy is made, taken up again after an
//! interruption, and proved. The engines' own parts are `sqlite/export.rs` and `postgres/import.rs`.

use super::LedgerFault;
use super::postgres::Import;
use super::sqlite::Export;
use crate::failpoint;
use async_trait::async_trait;
use regain_core::keys::Digest;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use thiserror::Error;

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The table that is being copied.
    pub table: &'static str,
    /// How many of its rows are there.
    pub rows: u64,
    /// How many there will be.
    pub of: u64,
}

/// A table that is the same on both sides.
#[derive(Debug, Clone, Copy)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 of its rows in the order of their keys, as text.
    pub digest: Digest,
}

/// Why there is no copy, or not all of it.
#[derive(Debug, Error)]
pub enum CopyFault {
    /// Either ledger failed. What was copied stays; the next try goes on behind it.
    #[error(transparent)]
    Ledger(LedgerFault),
    /// What is copied has to keep still.
    #[error("a server uses the ledger {0}; stop it, copy, and start it on the copy")]
    Served(String),
    /// The copy would get mixed with what is there.
    #[error(
        "the ledger in PostgreSQL is in use, or was begun from another state of this one: its table {0} holds rows that \
         are not here, or not the same. If nobody needs it, let its owner run DROP SCHEMA regain CASCADE, and copy again"
    )]
    InUse(&'static str),
    /// What was read back is not what was written.
    #[error(
        "the copy of the table {0} is not the same as the original: somebody wrote to it meanwhile. Do not serve from it; \
         stop whoever uses it, let its owner run DROP SCHEMA regain CASCADE, and copy again"
    )]
    Differs(&'static str),
}

impl From<LedgerFault> for CopyFault {
    fn from(fault: LedgerFault) -> Self {
        match fault {
            LedgerFault::Locked(ledger) => Self::Served(ledger),
            fault => Self::Ledger(fault),
        }
    }
}

/// Copies the ledger in the file `from` to PostgreSQL, and reads it back. The file stays as it is.
///
/// A copy that was interrupted left the first rows of each table, in the order of their keys, and is taken up behind them.
///
/// # Errors
/// [`CopyFault`].
pub async fn copy(from: &Path, to: &SecretString, tell: &mut dyn FnMut(Progress)) -> Result<Vec<Copied>, CopyFault> {
    let source = Export::open(from)?;
    let target = Import::open(to).await?;
    let mut begun = Vec::new();
    for table in TABLES {
        begun.push((table, what_is_there(&source, &target, table).await?));
    }
    for (table, sum) in &mut begun {
        copy_rest(&source, &target, table, sum, tell).await?;
    }
    target.number_events_on().await?;
    let mut copied = Vec::new();
    for (table, sum) in begun {
        if !sum.is_same(&sum_of(&target, table, u64::MAX).await?) {
            return Err(CopyFault::Differs(table.name));
        }
        copied.push(Copied { table: table.name, rows: sum.rows, digest: sum.digest() });
    }
    Ok(copied)
}

/// What an earlier try left: as many rows as the target has must be the first ones of the source.
async fn what_is_there(source: &Export, target: &Import, table: &Table) -> Result<Sum, CopyFault> {
    let there = sum_of(target, table, u64::MAX).await?;
    let here = sum_of(source, table, there.rows).await?;
    if here.is_same(&there) { Ok(here) } else { Err(CopyFault::InUse(table.name)) }
}

/// Copies what comes behind `sum`, and adds it there.
async fn copy_rest(
    source: &Export,
    target: &Import,
    table: &Table,
    sum: &mut Sum,
    tell: &mut dyn FnMut(Progress),
) -> Result<(), LedgerFault> {
    let of = source.count(table)?;
    loop {
        let rows = source.after(table, sum.last.as_ref(), BATCH).await?;
        if rows.is_empty() {
            return Ok(());
        }
        target.insert(table, &rows).await?;
        failpoint::reached("batch_copied");
        rows.iter().for_each(|row| sum.add(row));
        tell(Progress { table: table.name, rows: sum.rows, of });
    }
}

/// Sums up the first rows of a table.
async fn sum_of(side: &dyn Rows, table: &Table, rows_max: u64) -> Result<Sum, LedgerFault> {
    let mut sum = Sum::default();
    while sum.rows < rows_max {
        let max = u32::try_from(rows_max - sum.rows).unwrap_or(BATCH).min(BATCH);
        let rows = side.after(table, sum.last.as_ref(), max).await?;
        if rows.is_empty() {
            break;
        }
        rows.iter().for_each(|row| sum.add(row));
    }
    Ok(sum)
}

/// Rows in the order of their keys, octet by octet.
#[async_trait(?Send)]
pub(super) trait Rows {
    /// Some rows behind `key`, or from the first one on; none if there are no more.
    async fn after(&self, table: &Table, key: Option<&Value>, max: u32) -> Result<Vec<Row>, LedgerFault>;
}

/// Rows that were read one after the other, in a form in which no two of them look the same: `-` for nothing, `x` and
/// hexadecimal digits for octets, `n` and decimal digits for numbers, `t`, a length, a colon and the text for text; a tab
/// behind each, a line feed behind all.
#[derive(Default)]
struct Sum {
    rows: u64,
    last: Option<Value>,
    hash: Sha256,
}

impl Sum {
    fn add(&mut self, row: &[Value]) {
        let mut line = String::new();
        for value in row {
            match value {
                Value::Nothing => line.push('-'),
                Value::Octets(octets) => line.push_str(&format!("x{}", hex(octets))),
                Value::Number(number) => line.push_str(&format!("n{number}")),
                Value::Text(text) => line.push_str(&format!("t{}:{text}", text.len())),
            }
            line.push('\t');
        }
        line.push('\n');
        self.hash.update(line.as_bytes());
        self.rows += 1;
        self.last = row.first().cloned();
    }

    fn digest(&self) -> Digest {
        self.hash.clone().finalize().into()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.rows == other.rows && self.digest() == other.digest()
    }
}

/// Octets as hexadecimal digits.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A table, and its columns in the order in which they are copied. The first one is the key.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
}

impl Table {
    pub(super) fn key(&self) -> (&'static str, Kind) {
        self.columns[0]
    }

    /// The columns as SQL lists them.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A UUID; 16 octets.
    Id,
    Octets,
    Text,
    /// 64 bits.
    Number,
    /// 32 bits.
    Count,
}

/// What stands in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Octets(Vec<u8>),
    Text(String),
    Number(i64),
}

/// One for each column.
pub(super) type Row = Vec<Value>;

/// All of the ledger.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "outbox",
        columns: &[
            ("id", Kind::Id),
            ("message", Kind::Text),
            ("about", Kind::Id),
            ("origin", Kind::Text),
            ("network", Kind::Text),
            ("device", Kind::Text),
            ("locales", Kind::Text),
            ("identifier", Kind::Text),
            ("name", Kind::Text),
            ("address_digest", Kind::Octets),
            ("account", Kind::Text),
            ("accepted_at", Kind::Number),
            ("due_at", Kind::Number),
            ("lease", Kind::Id),
            ("attempts", Kind::Count),
            ("state", Kind::Text),
            ("reason", Kind::Text),
            ("ended_at", Kind::Number),
        ],
    },
    Table {
        name: "deliveries",
        columns: &[
            ("id", Kind::Id),
            ("entry", Kind::Id),
            ("message", Kind::Text),
            ("account", Kind::Text),
            ("address", Kind::Text),
            ("address_digest", Kind::Octets),
            ("token_digest", Kind::Octets),
            ("code_digest", Kind::Octets),
            ("not_me_digest", Kind::Octets),
            ("fingerprint", Kind::Octets),
            ("minted_at", Kind::Number),
            ("expires_at", Kind::Number),
            ("code_expires_at", Kind::Number),
            ("state", Kind::Text),
            ("reason", Kind::Text),
            ("claim", Kind::Id),
            ("claim_until", Kind::Number),
            ("new_fingerprint", Kind::Octets),
            ("refusals", Kind::Count),
            ("closed_at", Kind::Number),
            ("outcome", Kind::Text),
            ("outcome_at", Kind::Number),
            ("transport", Kind::Text),
            ("reply", Kind::Text),
        ],
    },
    Table {
        name: "code_attempts",
        columns: &[
            ("address_digest", Kind::Octets),
            ("delivery", Kind::Id),
            ("attempts", Kind::Count),
            ("last_at", Kind::Number),
        ],
    },
    Table {
        name: "events",
        columns: &[
            ("id", Kind::Number),
            ("entry", Kind::Id),
            ("at", Kind::Number),
            ("what", Kind::Text),
            ("detail", Kind::Text),
            ("times", Kind::Number),
            ("last_at", Kind::Number),
        ],
    },
    Table {
        name: "api_tokens",
        columns: &[
            ("name", Kind::Text),
            ("digest", Kind::Octets),
            ("created_at", Kind::Number),
            ("revoked_at", Kind::Number),
        ],
    },
    Table {
        name: "bounces",
        columns: &[
            ("address_digest", Kind::Octets),
            ("at", Kind::Number),
            ("transport", Kind::Text),
            ("status", Kind::Text),
            ("reply", Kind::Text),
        ],
    },
    Table {
        name: "webhooks",
        columns: &[
            ("id", Kind::Id),
            ("what", Kind::Text),
            ("at", Kind::Number),
            ("entry", Kind::Id),
            ("origin", Kind::Text),
            ("account", Kind::Text),
            ("reason", Kind::Text),
            ("detail", Kind::Text),
            ("due_at", Kind::Number),
            ("lease", Kind::Id),
            ("attempts", Kind::Count),
        ],
    },
];

/// Rows that are written at once. An interruption costs no more than this.
const BATCH: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(row: &[Value]) -> Digest {
        let mut sum = Sum::default();
        sum.add(row);
        sum.digest()
    }

    #[test]
    fn rows_that_differ_have_different_sums() {
        let text = |text: &str| Value::Text(text.into());
        let rows: &[&[Value]] = &[
            &[Value::Nothing],
            &[text("")],
            &[text("-")],
            &[text("n1")],
            &[Value::Number(1)],
            &[Value::Octets(vec![])],
            &[Value::Octets(vec![1])],
            &[text("a\tt1:b"), text("c")],
            &[text("a"), text("b\tt1:c")],
        ];
        let sums: std::collections::HashSet<_> = rows.iter().map(|row| digest(row)).collect();
        assert_eq!(sums.len(), rows.len());
    }
}
