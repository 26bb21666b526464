//! See [`crate::ledger::timeline::Timeline::tally`].

use crate::ledger::sqlite::rows;
use crate::ledger::timeline::{Attempts, Ended, TALLIED_MAX, Tally, Waits, first_id};
use regain_core::event::Happening;
use regain_core::time::Timestamp;
use rusqlite::{Connection, Row};

pub(super) fn tally(ledger: &Connection, since: Timestamp) -> rusqlite::Result<Tally> {
    let mut told = Tally { since, ..Tally::default() };
    told.waiting = ledger
        .prepare_cached(
            "SELECT state, NULL AS reason, count(*) AS requests, sum(attempts > 0) AS tried, min(accepted_at) AS oldest \
             FROM outbox WHERE ended_at IS NULL GROUP BY state ORDER BY state",
        )?
        .query_map([], waits)?
        .collect::<Result<_, _>>()?;
    let newest = |what: &str, table: &str, which: &str, by: &str| {
        format!("SELECT {what} FROM {table} WHERE {which} > ?1 ORDER BY {by} DESC LIMIT {TALLIED_MAX}")
    };
    let ended = newest("state, reason, ended_at", "outbox", "ended_at", "ended_at");
    let mut counted = ledger.prepare_cached(&format!(
        "SELECT state, reason, count(*) AS requests, min(ended_at) AS since FROM ({ended}) \
         GROUP BY state, reason ORDER BY requests DESC, state, reason"
    ))?;
    let mut rows = counted.query([since.as_millis()])?;
    let mut oldest = None;
    while let Some(row) = rows.next()? {
        let (state, reason) = rows::state_and_reason(row)?;
        oldest = oldest.into_iter().chain([rows::time(row, "since")?]).min();
        told.ended.push(Ended { state, reason, requests: number(row, "requests")? });
    }
    if told.ended.iter().map(|ended| ended.requests).sum::<u64>() >= TALLIED_MAX as u64 {
        told.since = oldest.unwrap_or(since);
    }
    let attempts = newest("transport, outcome", "deliveries", "id", "id");
    told.attempts = ledger
        .prepare_cached(&format!(
            "SELECT coalesce(transport, '') AS transport, outcome, count(*) AS mails FROM ({attempts}) \
             WHERE outcome IS NOT NULL GROUP BY transport, outcome ORDER BY mails DESC, transport, outcome"
        ))?
        .query_map([first_id(since).as_bytes()], attempts_of)?
        .collect::<Result<_, _>>()?;
    let happened = format!("SELECT what, at FROM events ORDER BY id DESC LIMIT {TALLIED_MAX}");
    told.happened = ledger
        .prepare_cached(&format!(
            "SELECT what, count(*) AS times FROM ({happened}) WHERE at > ?1 GROUP BY what ORDER BY times DESC, what"
        ))?
        .query_map([since.as_millis()], |row| {
            Ok((Happening::parse(&row.get::<_, String>("what")?), number(row, "times")?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(told)
}

fn waits(row: &Row) -> rusqlite::Result<Waits> {
    Ok(Waits {
        state: rows::state_and_reason(row)?.0,
        requests: number(row, "requests")?,
        tried: number(row, "tried")?,
        oldest: rows::time(row, "oldest")?,
    })
}

fn attempts_of(row: &Row) -> rusqlite::Result<Attempts> {
    Ok(Attempts { transport: row.get("transport")?, outcome: row.get("outcome")?, mails: number(row, "mails")? })
}

fn number(row: &Row, column: &str) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}
