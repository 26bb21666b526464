//! See [`crate::ledger::returns`].

use super::webhooks::{self, Queued};
use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::returns::{Bounce, Heard, NOTED_MAX, Noted, Returns};
use crate::ledger::webhooks::Telling;
use async_trait::async_trait;
use regain_core::fate::Fate;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

#[async_trait]
impl Returns for SqliteLedger {
    async fn note_heard(&self, heard: Heard) -> Result<Noted, LedgerFault> {
        let tells = self.tells();
        self.write(move |ledger| note_heard(ledger, &heard, tells)).await
    }

    async fn bounce_of(&self, address: Digest) -> Result<Option<Bounce>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached("SELECT at, transport, status, reply FROM bounces WHERE address_digest = ?1")?
                .query_row([address], |row| {
                    Ok(Bounce {
                        at: rows::time(row, "at")?,
                        transport: row.get("transport")?,
                        status: row.get("status")?,
                        reply: row.get("reply")?,
                    })
                })
                .optional()
        })
        .await
    }

    async fn forget_bounce(&self, address: Digest) -> Result<bool, LedgerFault> {
        self.write(move |ledger| forget(ledger, &address, Timestamp::from_millis(i64::MAX))).await
    }
}

fn note_heard(ledger: &Connection, heard: &Heard, tells: bool) -> rusqlite::Result<Noted> {
    let mailed = ledger
        .prepare_cached("SELECT entry, address_digest FROM deliveries WHERE id = ?1 AND message IS NOT NULL")?
        .query_row([heard.delivery.as_bytes()], |row| {
            Ok((rows::id(row, "entry")?, rows::digest(row, "address_digest")?))
        })
        .optional()?;
    let Some((entry, address)) = mailed else { return Ok(Noted::Unknown) };
    if !note(ledger, entry, heard)? {
        return Ok(Noted::Before);
    }
    match heard.fate {
        Fate::HardBounce => mark(ledger, &address, heard)?,
        Fate::Arrived => drop(forget(ledger, &address, heard.at)?),
        Fate::Delayed | Fate::SoftBounce | Fate::Complaint => {}
    }
    if heard.fate == Fate::HardBounce && tells {
        let detail = serde_json::json!({ "transport": heard.transport, "status": heard.status });
        let queued = Queued { id: heard.id, what: Telling::AddressBounced, entry, at: heard.at };
        webhooks::queue(ledger, queued, Some(&detail.to_string()))?;
    }
    Ok(Noted::New(entry))
}

/// False if it stands there already, or enough does.
fn note(ledger: &Connection, entry: Id, heard: &Heard) -> rusqlite::Result<bool> {
    let noted = ledger
        .prepare_cached(
            "INSERT INTO events (entry, at, what, detail) SELECT ?1, ?2, ?3, ?4 \
             WHERE NOT EXISTS (SELECT 1 FROM events WHERE entry = ?1 AND at = ?2 AND what = ?3 AND detail = ?4) \
               AND (SELECT count(*) FROM events WHERE entry = ?1) < ?5",
        )?
        .execute((entry.as_bytes(), heard.at.as_millis(), heard.fate.as_str(), heard.detail(), NOTED_MAX))?;
    Ok(noted == 1)
}

fn mark(ledger: &Connection, address: &Digest, heard: &Heard) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "INSERT INTO bounces (address_digest, at, transport, status, reply) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (address_digest) DO UPDATE SET at = excluded.at, transport = excluded.transport, \
               status = excluded.status, reply = excluded.reply WHERE excluded.at >= bounces.at",
        )?
        .execute((address, heard.at.as_millis(), heard.transport, &heard.status, &heard.reply))
        .map(|_| ())
}

fn forget(ledger: &Connection, address: &Digest, until: Timestamp) -> rusqlite::Result<bool> {
    let forgotten = ledger
        .prepare_cached("DELETE FROM bounces WHERE address_digest = ?1 AND at <= ?2")?
        .execute((address, until.as_millis()))?;
    Ok(forgotten == 1)
}

/// Whoever used a link got it: mail to that address arrives.
pub(super) fn forget_bounce_of_delivery(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "DELETE FROM bounces WHERE address_digest = (SELECT address_digest FROM deliveries WHERE id = ?1)",
        )?
        .execute([delivery.as_bytes()])
}
