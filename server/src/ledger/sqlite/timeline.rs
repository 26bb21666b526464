//! See [`crate::ledger::timeline`].

mod tally;

use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::timeline::{
    COUNTED_MAX, Delivery, ELSEWHERE, Event, LISTED_MAX, Listed, Request, Sighting, Tally, Timeline, WALKED_MAX,
};
use async_trait::async_trait;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::request::{Id, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params};

#[async_trait]
impl Timeline for SqliteLedger {
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault> {
        self.read(move |ledger| requests(ledger, BY_NAME, [id.as_bytes().as_slice()])).await
    }

    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault> {
        self.read(move |ledger| requests(ledger, BY_ADDRESS, [digest.as_slice()])).await
    }

    async fn list_requests(&self, state: Option<State>, before: Option<Id>) -> Result<Listed, LedgerFault> {
        self.read(move |ledger| list(ledger, state, before)).await
    }

    async fn tally(&self, since: Timestamp) -> Result<Tally, LedgerFault> {
        self.read(move |ledger| tally::tally(ledger, since)).await
    }

    async fn count(&self, seen: Vec<Sighting>) -> Result<(), LedgerFault> {
        self.write(move |ledger| seen.iter().try_for_each(|one| count(ledger, one))).await
    }
}

const BY_NAME: &str = "id = ?1 OR about = ?1";
/// By where mail went, by what was typed and waits, and by what ended before it was worked on: each by an index. For those
/// that wait it has to be named, or the whole table is walked, which is in the order that the union likes.
const BY_ADDRESS: &str = "id IN ( \
    SELECT entry FROM deliveries WHERE address_digest = ?1 \
    UNION SELECT id FROM outbox INDEXED BY outbox_due WHERE address_digest = ?1 AND ended_at IS NULL \
    UNION SELECT id FROM outbox \
      WHERE address_digest = ?1 AND (reason = 'dropped' OR reason = 'redeemed' OR reason = 'not_me'))";

/// A window of rows is walked, so that a rare state does not mean a walk through all there is.
fn list(ledger: &Connection, state: Option<State>, before: Option<Id>) -> rusqlite::Result<Listed> {
    let before = before.map_or([0xff; 16], |id| *id.as_bytes());
    let sql = format!("SELECT id FROM outbox WHERE id < ?1 ORDER BY id DESC LIMIT 1 OFFSET {}", WALKED_MAX - 1);
    let walked_to = ledger.prepare_cached(&sql)?.query_row([before], |row| rows::id(row, "id")).optional()?;
    let behind = walked_to.map_or([0; 16], |id| *id.as_bytes());
    let which = "id < ?1 AND id >= ?2 AND state = coalesce(?3, state)";
    let mut requests = requests(ledger, which, (before, behind, state.map(State::as_str)))?;
    requests.reverse();
    let is_full = requests.len() == LISTED_MAX;
    Ok(Listed { before: if is_full { requests.last().map(|last| last.id) } else { walked_to }, requests })
}

/// The newest of them, oldest first.
fn requests(ledger: &Connection, which: &str, values: impl Params) -> rusqlite::Result<Vec<Request>> {
    let mut found: Vec<Request> = ledger
        .prepare_cached(&format!("SELECT * FROM outbox WHERE {which} ORDER BY id DESC LIMIT {LISTED_MAX}"))?
        .query_map(values, request)?
        .collect::<Result<_, _>>()?;
    found.reverse();
    for request in &mut found {
        request.deliveries = ledger
            .prepare_cached(
                "SELECT *, (SELECT attempts FROM code_attempts AS tried \
                     WHERE tried.address_digest = deliveries.address_digest AND tried.delivery = deliveries.id) AS codes_in_vain \
                 FROM deliveries WHERE entry = ?1 AND message IS NOT NULL ORDER BY id",
            )?
            .query_map([request.id.as_bytes()], delivery)?
            .collect::<Result<_, _>>()?;
        request.events = ledger
            .prepare_cached("SELECT at, what, detail, times, last_at FROM events WHERE entry = ?1 ORDER BY id")?
            .query_map([request.id.as_bytes()], event)?
            .collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn request(row: &Row) -> rusqlite::Result<Request> {
    let (state, reason) = rows::state_and_reason(row)?;
    Ok(Request {
        id: rows::id(row, "id")?,
        message: rows::message(row, "message")?,
        about: row.get::<_, Option<[u8; 16]>>("about")?.map(Id::from_bytes),
        origin: row.get("origin")?,
        network: row.get("network")?,
        locales: row.get("locales")?,
        identifier: row.get("identifier")?,
        account: row.get("account")?,
        accepted_at: rows::time(row, "accepted_at")?,
        due_at: rows::time(row, "due_at")?,
        state,
        reason,
        ended_at: rows::optional_time(row, "ended_at")?,
        deliveries: Vec::new(),
        events: Vec::new(),
    })
}

fn delivery(row: &Row) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: rows::id(row, "id")?,
        address: row.get::<_, Option<String>>("address")?.unwrap_or_default(),
        minted_at: rows::time(row, "minted_at")?,
        expires_at: rows::time(row, "expires_at")?,
        link_state: row.get("state")?,
        link_reason: row.get("reason")?,
        code_expires_at: rows::optional_time(row, "code_expires_at")?,
        codes_in_vain: row.get::<_, Option<u32>>("codes_in_vain")?.unwrap_or(0),
        outcome: row.get("outcome")?,
        outcome_at: rows::optional_time(row, "outcome_at")?,
        transport: row.get("transport")?,
        reply: row.get("reply")?,
    })
}

fn event(row: &Row) -> rusqlite::Result<Event> {
    let counted = row.get::<_, Option<i64>>("times")?.zip(rows::optional_time(row, "last_at")?);
    Ok(Event::of(rows::time(row, "at")?, &row.get::<_, String>("what")?, row.get("detail")?, counted))
}

/// Adds a line to a request's timeline.
pub(super) fn note(
    ledger: &Connection,
    entry: Id,
    at: Timestamp,
    what: Happening,
    detail: Option<&str>,
) -> rusqlite::Result<()> {
    ledger
        .prepare_cached("INSERT INTO events (entry, at, what, detail) VALUES (?1, ?2, ?3, ?4)")?
        .execute((entry.as_bytes(), at.as_millis(), what.as_str(), detail))
        .map(|_| ())
}

/// Adds to the row that counts this, or begins one.
pub(super) fn count(ledger: &Connection, seen: &Sighting) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "INSERT INTO events (entry, at, what, detail, times, last_at) \
             SELECT :entry, :at, :what, iif( \
                 EXISTS (SELECT 1 FROM events WHERE entry = :entry AND what = :what AND detail = :detail) \
                 OR (SELECT count(*) FROM events WHERE entry = :entry AND times IS NOT NULL) < :max, \
                 :detail, :elsewhere), :times, :at \
             WHERE EXISTS (SELECT 1 FROM outbox WHERE id = :entry) \
             ON CONFLICT (entry, what, detail) WHERE times IS NOT NULL \
             DO UPDATE SET times = times + excluded.times, last_at = max(last_at, excluded.last_at)",
        )?
        .execute(named_params! {
            ":entry": seen.entry.as_bytes(),
            ":at": seen.at.as_millis(),
            ":what": seen.what.as_str(),
            ":detail": seen.detail,
            ":times": seen.times,
            ":max": COUNTED_MAX,
            ":elsewhere": ELSEWHERE,
        })
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sqlite::schema;

    #[test]
    fn a_request_is_found_without_a_walk_through_all_there_are() {
        let mut ledger = Connection::open_in_memory().unwrap();
        schema::migrate(&mut ledger).unwrap();
        for which in [BY_NAME, BY_ADDRESS] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE {which} ORDER BY id DESC LIMIT 50");
            let mut plan = ledger.prepare(&sql).unwrap();
            let steps = plan.query_map([[7_u8; 16]], |row| row.get::<_, String>("detail")).unwrap();
            let steps = steps.collect::<Result<Vec<_>, _>>().unwrap();
            // Those that wait are walked, in their index; there are never more than the queue may hold.
            let walks = steps.iter().filter(|step| step.starts_with("SCAN outbox"));
            assert!(walks.clone().all(|step| step.contains("COVERING INDEX outbox_due")), "{steps:?}");
        }
    }
}
