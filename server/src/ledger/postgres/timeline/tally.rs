//! See [`crate::ledger::timeline::Timeline::tally`].

use crate::ledger::postgres::connections::Trouble;
use crate::ledger::postgres::rows::{self, Key, one};
use crate::ledger::timeline::{Attempts, Ended, TALLIED_MAX, Tally, Waits, first_id};
use regain_core::event::Happening;
use regain_core::time::Timestamp;
use tokio_postgres::{Client, Row};

pub(super) async fn tally(client: &Client, since: Timestamp) -> Result<Tally, Trouble> {
    let (at, first) = (since.as_millis(), Key(first_id(since)));
    let waiting = "SELECT state, NULL::text AS reason, count(*) AS requests, count(*) FILTER (WHERE attempts > 0) AS tried, \
                     min(accepted_at) AS oldest \
                   FROM regain.outbox WHERE ended_at IS NULL GROUP BY state ORDER BY state";
    let newest = |what: &str, table: &str, which: &str, by: &str| {
        format!("SELECT {what} FROM regain.{table} WHERE {which} ORDER BY {by} DESC LIMIT {TALLIED_MAX}")
    };
    let ended = format!(
        "SELECT state, reason, count(*) AS requests, min(ended_at) AS since FROM ({}) AS it \
         GROUP BY state, reason ORDER BY requests DESC, state, reason",
        newest("state, reason, ended_at", "outbox", "ended_at > $1", "ended_at")
    );
    let attempts = format!(
        "SELECT coalesce(transport, '') AS transport, outcome, count(*) AS mails FROM ({}) AS it \
         WHERE outcome IS NOT NULL GROUP BY transport, outcome ORDER BY mails DESC, transport, outcome",
        newest("transport, outcome", "deliveries", "id > $1", "id")
    );
    let happened = format!(
        "SELECT what, count(*) AS times FROM ({}) AS it WHERE at > $1 GROUP BY what ORDER BY times DESC, what",
        newest("what, at", "events", "true", "id")
    );
    let waiting = client.query_typed(waiting, &[]).await?;
    let ended = client.query_typed(&ended, &[one(&at)]).await?;
    let attempts = client.query_typed(&attempts, &[one(&first)]).await?;
    let happened = client.query_typed(&happened, &[one(&at)]).await?;

    let oldest = ended.iter().map(|row| rows::time(row, "since")).collect::<Result<Vec<_>, _>>()?.into_iter().min();
    let ended = ended.iter().map(ended_of).collect::<Result<Vec<_>, _>>()?;
    let are_all = ended.iter().map(|ended| ended.requests).sum::<u64>() < TALLIED_MAX as u64;
    Ok(Tally {
        waiting: waiting.iter().map(waits).collect::<Result<_, _>>()?,
        ended,
        attempts: attempts.iter().map(attempts_of).collect::<Result<_, _>>()?,
        happened: happened.iter().map(happened_of).collect::<Result<_, _>>()?,
        since: oldest.filter(|_| !are_all).unwrap_or(since),
    })
}

fn waits(row: &Row) -> Result<Waits, Trouble> {
    Ok(Waits {
        state: rows::state_and_reason(row)?.0,
        requests: number(row, "requests")?,
        tried: number(row, "tried")?,
        oldest: rows::time(row, "oldest")?,
    })
}

fn ended_of(row: &Row) -> Result<Ended, Trouble> {
    let (state, reason) = rows::state_and_reason(row)?;
    Ok(Ended { state, reason, requests: number(row, "requests")? })
}

fn attempts_of(row: &Row) -> Result<Attempts, Trouble> {
    Ok(Attempts {
        transport: row.try_get("transport")?,
        outcome: row.try_get("outcome")?,
        mails: number(row, "mails")?,
    })
}

fn happened_of(row: &Row) -> Result<(Happening, u64), Trouble> {
    Ok((Happening::parse(row.try_get("what")?), number(row, "times")?))
}

/// What `count(*)` counts.
fn number(row: &Row, column: &str) -> Result<u64, Trouble> {
    Ok(row.try_get::<_, i64>(column)?.unsigned_abs())
}
