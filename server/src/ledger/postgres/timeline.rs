//! See [`crate::ledger::timeline`].

mod tally;

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Bound, Key, Text, each, one};
use crate::ledger::LedgerFault;
use crate::ledger::timeline::{
    COUNTED_MAX, Delivery, ELSEWHERE, Event, LISTED_MAX, Listed, Request, Sighting, Tally, Timeline, WALKED_MAX,
};
use async_trait::async_trait;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::request::{Id, State};
use regain_core::time::Timestamp;
use tokio_postgres::{Client, Row};

#[async_trait]
impl Timeline for PostgresLedger {
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault> {
        let told = self.read(move |client| Box::pin(async move { requests(client, BY_NAME, &[one(&Key(id))]).await }));
        told.await
    }

    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault> {
        let told =
            self.read(move |client| Box::pin(async move { requests(client, BY_ADDRESS, &[one(&&digest[..])]).await }));
        told.await
    }

    async fn list_requests(&self, state: Option<State>, before: Option<Id>) -> Result<Listed, LedgerFault> {
        self.read(move |client| Box::pin(list(client, state, before))).await
    }

    async fn tally(&self, since: Timestamp) -> Result<Tally, LedgerFault> {
        self.read(move |client| Box::pin(tally::tally(client, since))).await
    }

    async fn count(&self, seen: Vec<Sighting>) -> Result<(), LedgerFault> {
        let counted = self.write(move |client| {
            Box::pin(async move {
                for one in &seen {
                    count(client, one).await?;
                }
                Ok(())
            })
        });
        counted.await
    }
}

const BY_NAME: &str = "id = $1 OR about = $1";
/// By where mail went, by what was typed and waits, and by what ended before it was worked on: each by an index.
pub(super) const BY_ADDRESS: &str = "id IN ( \
    SELECT entry FROM regain.deliveries WHERE address_digest = $1 \
    UNION SELECT id FROM regain.outbox WHERE address_digest = $1 AND ended_at IS NULL \
    UNION SELECT id FROM regain.outbox WHERE address_digest = $1 AND reason IN ('dropped', 'redeemed', 'not_me'))";

/// A window of rows is walked, so that a rare state does not mean a walk through all there is.
async fn list(client: &Client, state: Option<State>, before: Option<Id>) -> Result<Listed, Trouble> {
    let before = Key(before.unwrap_or(Id::from_bytes([0xff; 16])));
    let sql = format!("SELECT id FROM regain.outbox WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET {}", WALKED_MAX - 1);
    let walked_to = client.query_typed_opt(&sql, &[one(&before)]).await?;
    let walked_to = walked_to.map(|row| rows::id(&row, "id")).transpose()?;
    let (behind, state) = (Key(walked_to.unwrap_or(Id::from_bytes([0; 16]))), state.map(State::as_str));
    let which = "id < $1 AND id >= $2 AND state = coalesce($3, state)";
    let mut requests = requests(client, which, &[one(&before), one(&behind), one(&state)]).await?;
    requests.reverse();
    let is_full = requests.len() == LISTED_MAX;
    Ok(Listed { before: if is_full { requests.last().map(|last| last.id) } else { walked_to }, requests })
}

/// The newest of them, oldest first.
async fn requests(client: &Client, which: &str, values: &[Bound<'_>]) -> Result<Vec<Request>, Trouble> {
    let sql = format!("SELECT * FROM regain.outbox WHERE {which} ORDER BY id DESC LIMIT {LISTED_MAX}");
    let rows = client.query_typed(&sql, values).await?;
    let mut found = rows.iter().rev().map(request).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<Key> = found.iter().map(|request| Key(request.id)).collect();
    let deliveries = "SELECT *, (SELECT attempts FROM regain.code_attempts AS tried \
                          WHERE tried.address_digest = deliveries.address_digest AND tried.delivery = deliveries.id) \
                        AS codes_in_vain \
                      FROM regain.deliveries WHERE entry = ANY($1) AND message IS NOT NULL ORDER BY id";
    for row in client.query_typed(deliveries, &[each(&names)]).await? {
        let entry = rows::id(&row, "entry")?;
        if let Some(request) = found.iter_mut().find(|request| request.id == entry) {
            request.deliveries.push(delivery(&row)?);
        }
    }
    let events = "SELECT entry, at, what, detail, times, last_at FROM regain.events WHERE entry = ANY($1) ORDER BY id";
    for row in client.query_typed(events, &[each(&names)]).await? {
        let entry = rows::id(&row, "entry")?;
        if let Some(request) = found.iter_mut().find(|request| request.id == entry) {
            request.events.push(event(&row)?);
        }
    }
    Ok(found)
}

fn request(row: &Row) -> Result<Request, Trouble> {
    let (state, reason) = rows::state_and_reason(row)?;
    Ok(Request {
        id: rows::id(row, "id")?,
        message: rows::message(row)?,
        about: rows::optional_id(row, "about")?,
        origin: row.try_get("origin")?,
        network: row.try_get("network")?,
        locales: row.try_get("locales")?,
        identifier: row.try_get("identifier")?,
        account: row.try_get("account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        state,
        reason,
        ended_at: rows::optional_time(row, "ended_at")?,
        deliveries: Vec::new(),
        events: Vec::new(),
    })
}

fn delivery(row: &Row) -> Result<Delivery, Trouble> {
    Ok(Delivery {
        id: rows::id(row, "id")?,
        address: row.try_get::<_, Option<String>>("address")?.unwrap_or_default(),
        minted_at: rows::time(row, "minted_at")?,
        expires_at: rows::time(row, "expires_at")?,
        link_state: row.try_get("state")?,
        link_reason: row.try_get("reason")?,
        code_expires_at: rows::optional_time(row, "code_expires_at")?,
        codes_in_vain: row
            .try_get::<_, Option<i32>>("codes_in_vain")?
            .map_or(0, |count| u32::try_from(count).unwrap_or(0)),
        outcome: row.try_get("outcome")?,
        outcome_at: rows::optional_time(row, "outcome_at")?,
        transport: row.try_get("transport")?,
        reply: row.try_get("reply")?,
    })
}

fn event(row: &Row) -> Result<Event, Trouble> {
    let counted = row.try_get::<_, Option<i64>>("times")?.zip(rows::optional_time(row, "last_at")?);
    Ok(Event::of(rows::time(row, "at")?, row.try_get("what")?, row.try_get("detail")?, counted))
}

/// Adds a line to a request's timeline.
pub(super) async fn note(
    client: &Client,
    entry: Id,
    at: Timestamp,
    what: Happening,
    detail: Option<&str>,
) -> Result<(), Trouble> {
    let sql = "INSERT INTO regain.events (entry, at, what, detail) VALUES ($1, $2, $3, $4)";
    let (entry, at, what, detail) = (Key(entry), at.as_millis(), what.as_str(), detail.map(Text));
    let values = [one(&entry), one(&at), one(&what), one(&detail)];
    client.execute_typed(sql, &values).await?;
    Ok(())
}

/// Adds to the row that counts this, or begins one.
pub(super) async fn count(client: &Client, seen: &Sighting) -> Result<(), Trouble> {
    let sql = "INSERT INTO regain.events (entry, at, what, detail, times, last_at) \
               SELECT $1, $2, $3, CASE WHEN \
                   EXISTS (SELECT FROM regain.events WHERE entry = $1 AND what = $3 AND detail = $4) \
                   OR (SELECT count(*) FROM regain.events WHERE entry = $1 AND times IS NOT NULL) < $6 \
                 THEN $4 ELSE $7 END, $5, $2 \
               WHERE EXISTS (SELECT FROM regain.outbox WHERE id = $1) \
               ON CONFLICT (entry, what, detail) WHERE times IS NOT NULL \
               DO UPDATE SET times = events.times + excluded.times, \
                             last_at = greatest(events.last_at, excluded.last_at)";
    let (entry, at, what, detail) = (Key(seen.entry), seen.at.as_millis(), seen.what.as_str(), Text(&seen.detail));
    let times = i64::from(seen.times);
    let values = [one(&entry), one(&at), one(&what), one(&detail), one(&times), one(&COUNTED_MAX), one(&ELSEWHERE)];
    client.execute_typed(sql, &values).await?;
    Ok(())
}
