//! Whether a ledger is as it has to be: the file, the schema, and the rules that the rows keep.

use super::{BUSY_TIMEOUT, LedgerFault, export, present, schema};
use crate::ledger::copying::{TABLES, hex};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin, Reason, State};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// What is wrong, a line each.
    pub findings: Vec<String>,
    /// How many rows each table has; nothing of those that cannot be read.
    pub rows: Vec<(&'static str, u64)>,
}

impl Verified {
    /// How many rows all tables have together.
    #[must_use]
    pub fn rows_in_all(&self) -> u64 {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }
}

/// Looks all of it over, as it is at one moment. A server may go on writing meanwhile; nothing is written here.
///
/// # Errors
/// [`LedgerFault`], if there is no such file or it may not be read.
pub fn verify(path: &Path) -> Result<Verified, LedgerFault> {
    let ledger = present(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut verified = Verified::default();
    if let Err(cause) = look_over(&ledger, &mut verified) {
        verified.findings.push(match cause.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                "this is no ledger; name the file of `ledger.url`, or one that `regain ledger backup` made".to_owned()
            }
            _ => format!("the file cannot be read to its end: {cause}; restore it from a backup"),
        });
    }
    Ok(verified)
}

fn look_over(ledger: &Connection, verified: &mut Verified) -> rusqlite::Result<()> {
    ledger.busy_timeout(BUSY_TIMEOUT)?;
    ledger.execute_batch("BEGIN")?;
    damages(ledger, &mut verified.findings)?;
    if let Err(refusal) = schema::refuse_foreign(ledger).and_then(|()| schema::verify(ledger)) {
        verified.findings.push(refusal.to_string());
        return Ok(());
    }
    for table in TABLES {
        verified.rows.push((table.name, export::count(ledger, table)?));
    }
    unknown_words(ledger, &mut verified.findings)?;
    for rule in RULES {
        broken(ledger, rule, &mut verified.findings)?;
    }
    Ok(())
}

/// What SQLite says of pages, of indexes and of values that do not belong where they are.
fn damages(ledger: &Connection, findings: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut check = ledger.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let said: String = row.get(0)?;
        let lines = said.lines().filter(|line| *line != "ok" && !line.starts_with("***"));
        findings.extend(lines.map(|line| format!("file: {line}")));
    }
    Ok(())
}

/// Words that no program of this version writes.
fn unknown_words(ledger: &Connection, findings: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut found = ledger.prepare("SELECT DISTINCT message, origin, state, reason FROM outbox")?;
    let mut rows = found.query([])?;
    while let Some(row) = rows.next()? {
        let (message, origin): (String, String) = (row.get(0)?, row.get(1)?);
        let (state, reason): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        let is_known = MessageKind::parse(&message).is_some()
            && Origin::parse(&origin).is_some()
            && State::parse(&state)
                .is_some_and(|state| reason.as_deref().is_none_or(|reason| Reason::parse(reason, state).is_some()));
        if !is_known {
            let reason = reason.unwrap_or_default();
            findings.push(format!("outbox: unknown words in {message:?}, {origin:?}, {state:?}, {reason:?}"));
        }
    }
    Ok(())
}

/// Names the first rows that break a rule.
fn broken(ledger: &Connection, rule: &Rule, findings: &mut Vec<String>) -> rusqlite::Result<()> {
    let Rule { table, key, broken_if, says } = rule;
    let sql = format!("SELECT {key} FROM {table} WHERE {broken_if} ORDER BY {key} LIMIT {}", NAMED_MAX + 1);
    let mut statement = ledger.prepare(&sql)?;
    let names = statement.query_map([], |row| row.get_ref(0).map(name))?.collect::<Result<Vec<_>, _>>()?;
    findings.extend(names.iter().take(NAMED_MAX).map(|name| format!("{table} {name}: {says}")));
    if names.len() > NAMED_MAX {
        findings.push(format!("{table}, and more: {says}"));
    }
    Ok(())
}

fn name(key: ValueRef) -> String {
    match key {
        ValueRef::Blob(octets) => match octets.try_into() {
            Ok(octets) => Id::from_bytes(octets).to_string(),
            Err(_) => hex(octets),
        },
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        ValueRef::Null | ValueRef::Real(_) => "without a key".into(),
    }
}

/// What holds for each row of a table.
struct Rule {
    table: &'static str,
    key: &'static str,
    broken_if: &'static str,
    says: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        table: "outbox",
        key: "id",
        broken_if: "length(id) <> 16 OR length(about) <> 16 OR length(lease) <> 16",
        says: "a name is not of 16 octets",
    },
    Rule {
        table: "outbox",
        key: "id",
        broken_if: "length(address_digest) <> 32",
        says: "a digest is not of 32 octets",
    },
    Rule {
        table: "outbox",
        key: "id",
        broken_if: "(ended_at IS NULL) <> (state IN ('accepted', 'leased'))",
        says: "its state and whether it has ended do not go together",
    },
    Rule {
        table: "outbox",
        key: "id",
        broken_if: "(lease IS NULL) <> (state <> 'leased')",
        says: "its state and whether it is leased do not go together",
    },
    Rule { table: "outbox", key: "id", broken_if: "attempts < 0", says: "it was tried less than never" },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = deliveries.entry)",
        says: "its request is not in the ledger",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "length(id) <> 16 OR length(entry) <> 16 OR length(claim) <> 16",
        says: "a name is not of 16 octets",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "length(address_digest) <> 32 OR length(token_digest) <> 32 OR length(code_digest) <> 32 \
                    OR length(not_me_digest) <> 32 OR length(fingerprint) <> 32 OR length(new_fingerprint) <> 32",
        says: "a digest is not of 32 octets",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "state NOT IN ('live', 'claimed', 'redeemed', 'superseded', 'revoked', 'none') \
                    OR reason NOT IN ('another_redeemed', 'changed', 'not_me', 'not_sent', 'refused') \
                    OR message NOT IN ('reset', 'password_changed', 'no_account') \
                    OR outcome NOT IN ('delivered', 'retry', 'refused', 'unknown')",
        says: "its state, reason, message or outcome is an unknown word",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "state = 'claimed' AND (claim IS NULL OR claim_until IS NULL) \
                    OR state <> 'claimed' AND (claim IS NOT NULL OR claim_until IS NOT NULL)",
        says: "its state and its claim do not go together",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "state IN ('live', 'claimed', 'redeemed') AND (message IS NOT 'reset' OR account IS NULL)",
        says: "it opens an account, and is no reset link of any",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "state = 'redeemed' AND EXISTS (SELECT 1 FROM deliveries AS other \
                      WHERE other.entry = deliveries.entry AND other.state = 'redeemed' AND other.id < deliveries.id)",
        says: "another link of its request set a password, too",
    },
    Rule {
        table: "deliveries",
        key: "id",
        broken_if: "state = 'redeemed' \
                    AND NOT EXISTS (SELECT 1 FROM events WHERE events.entry = deliveries.entry AND what = 'redeemed')",
        says: "it set a password, and the timeline does not tell",
    },
    Rule {
        table: "code_attempts",
        key: "address_digest",
        broken_if: "length(address_digest) <> 32 OR length(delivery) <> 16 OR attempts < 0",
        says: "a digest, a name or a number is out of bounds",
    },
    Rule {
        table: "events",
        key: "id",
        broken_if: "NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = events.entry)",
        says: "its request is not in the ledger",
    },
    Rule {
        table: "events",
        key: "id",
        broken_if: "times < 1 OR (times IS NULL) <> (last_at IS NULL) OR last_at < at",
        says: "how often it was counted and when last do not go together",
    },
    Rule {
        table: "bounces",
        key: "address_digest",
        broken_if: "length(address_digest) <> 32",
        says: "a digest is not of 32 octets",
    },
    Rule {
        table: "webhooks",
        key: "id",
        broken_if: "length(id) <> 16 OR length(entry) <> 16 OR length(lease) <> 16 OR attempts < 0 \
                    OR detail IS NOT NULL AND NOT json_valid(detail)",
        says: "a name is not of 16 octets, or its detail is no JSON",
    },
    Rule { table: "api_tokens", key: "name", broken_if: "length(digest) <> 32", says: "a digest is not of 32 octets" },
];

/// A rule that is broken everywhere is broken for one reason.
const NAMED_MAX: usize = 10;
