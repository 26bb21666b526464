//! See [`crate::ledger::returns`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Key, Text, one};
use super::webhooks::{self, Queued};
use crate::ledger::LedgerFault;
use crate::ledger::returns::{Bounce, Heard, NOTED_MAX, Noted, Returns};
use crate::ledger::webhooks::Telling;
use async_trait::async_trait;
use regain_core::fate::Fate;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::Arc;
use tokio_postgres::Client;

#[async_trait]
impl Returns for PostgresLedger {
    async fn note_heard(&self, heard: Heard) -> Result<Noted, LedgerFault> {
        let (heard, tells) = (Arc::new(heard), self.tells());
        let noted = self.transaction(move |client| {
            let heard = Arc::clone(&heard);
            Box::pin(async move { note_heard(client, &heard, tells).await })
        });
        noted.await
    }

    async fn bounce_of(&self, address: Digest) -> Result<Option<Bounce>, LedgerFault> {
        let found = self.read(move |client| {
            Box::pin(async move {
                let sql = "SELECT at, transport, status, reply FROM regain.bounces WHERE address_digest = $1";
                let rows = client.query_typed(sql, &[one(&&address[..])]).await?;
                let Some(row) = rows.first() else { return Ok(None) };
                Ok(Some(Bounce {
                    at: rows::time(row, "at")?,
                    transport: row.try_get("transport")?,
                    status: row.try_get("status")?,
                    reply: row.try_get("reply")?,
                }))
            })
        });
        found.await
    }

    async fn forget_bounce(&self, address: Digest) -> Result<bool, LedgerFault> {
        let until = Timestamp::from_millis(i64::MAX);
        self.write(move |client| Box::pin(async move { forget(client, &address, until).await })).await
    }
}

async fn note_heard(client: &Client, heard: &Heard, tells: bool) -> Result<Noted, Trouble> {
    // Whoever tells twice at once is heard one after the other.
    let mailed = "SELECT entry, address_digest FROM regain.deliveries WHERE id = $1 AND message IS NOT NULL \
                  FOR NO KEY UPDATE";
    let found = client.query_typed(mailed, &[one(&Key(heard.delivery))]).await?;
    let Some(row) = found.first() else { return Ok(Noted::Unknown) };
    let (entry, address) = (rows::id(row, "entry")?, rows::digest(row, "address_digest")?);
    if !note(client, entry, heard).await? {
        return Ok(Noted::Before);
    }
    match heard.fate {
        Fate::HardBounce => mark(client, &address, heard).await?,
        Fate::Arrived => drop(forget(client, &address, heard.at).await?),
        Fate::Delayed | Fate::SoftBounce | Fate::Complaint => {}
    }
    if heard.fate == Fate::HardBounce && tells {
        let detail = serde_json::json!({ "transport": heard.transport, "status": heard.status });
        let queued = Queued { id: heard.id, what: Telling::AddressBounced, entry, at: heard.at };
        webhooks::queue(client, queued, Some(&detail.to_string())).await?;
    }
    Ok(Noted::New(entry))
}

/// False if it stands there already, or enough does.
async fn note(client: &Client, entry: Id, heard: &Heard) -> Result<bool, Trouble> {
    let sql = "INSERT INTO regain.events (entry, at, what, detail) SELECT $1, $2, $3, $4 \
               WHERE NOT EXISTS (SELECT FROM regain.events \
                   WHERE entry = $1 AND at = $2 AND what = $3 AND detail = $4) \
                 AND (SELECT count(*) FROM regain.events WHERE entry = $1) < $5";
    let (entry, at, word, max) = (Key(entry), heard.at.as_millis(), heard.fate.as_str(), i64::from(NOTED_MAX));
    let detail = heard.detail();
    let detail = Text(&detail);
    Ok(client.execute_typed(sql, &[one(&entry), one(&at), one(&word), one(&detail), one(&max)]).await? == 1)
}

async fn mark(client: &Client, address: &Digest, heard: &Heard) -> Result<(), Trouble> {
    let sql = "INSERT INTO regain.bounces AS it (address_digest, at, transport, status, reply) \
               VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (address_digest) DO UPDATE SET at = excluded.at, transport = excluded.transport, \
                 status = excluded.status, reply = excluded.reply WHERE excluded.at >= it.at";
    let (address, at, reply) = (&address[..], heard.at.as_millis(), Text(&heard.reply));
    let (transport, status) = (heard.transport, heard.status.as_deref().map(Text));
    client.execute_typed(sql, &[one(&address), one(&at), one(&transport), one(&status), one(&reply)]).await?;
    Ok(())
}

async fn forget(client: &Client, address: &Digest, until: Timestamp) -> Result<bool, Trouble> {
    let sql = "DELETE FROM regain.bounces WHERE address_digest = $1 AND at <= $2";
    Ok(client.execute_typed(sql, &[one(&&address[..]), one(&until.as_millis())]).await? == 1)
}

/// Whoever used a link got it: mail to that address arrives.
pub(super) async fn forget_bounce_of_delivery(client: &Client, delivery: Id) -> Result<(), Trouble> {
    let sql = "DELETE FROM regain.bounces \
               WHERE address_digest = (SELECT address_digest FROM regain.deliveries WHERE id = $1)";
    client.execute_typed(sql, &[one(&Key(delivery))]).await?;
    Ok(())
}
