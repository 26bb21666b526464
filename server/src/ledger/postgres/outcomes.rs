//! See [`crate::ledger::outcomes`].

use super::connections::Trouble;
use super::rows::{self, Key, Text, each, milliseconds};
use super::{PostgresLedger, outbox, webhooks};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::{Lease, Leased};
use crate::ledger::outcomes::{Finished, Next, Outcomes};
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use tokio_postgres::Client;

#[async_trait]
impl Outcomes for PostgresLedger {
    async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Lease,
        now: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault> {
        if finished.is_empty() {
            return self.write(move |client| Box::pin(outbox::lease(client, lease, now, max))).await;
        }
        let (finished, tells): (Arc<[Finished]>, _) = (finished.into(), self.tells());
        self.transaction(move |client| {
            let finished = Arc::clone(&finished);
            Box::pin(async move {
                record(client, &finished, tells).await?;
                outbox::lease(client, lease, now, max).await
            })
        })
        .await
    }

    async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault> {
        if finished.is_empty() {
            return Ok(());
        }
        let (finished, tells): (Arc<[Finished]>, _) = (finished.into(), self.tells());
        self.transaction(move |client| {
            let finished = Arc::clone(&finished);
            Box::pin(async move { record(client, &finished, tells).await })
        })
        .await
    }
}

/// Records outcomes; ends or reschedules the rows that are still ours. A row that has ended meanwhile, because its link
/// was redeemed, stays ended.
async fn record(client: &Client, finished: &[Finished], tells: bool) -> Result<(), Trouble> {
    note(client, finished).await?;
    let (arrived, unsent): (Vec<_>, Vec<_>) = finished.iter().partition(|one| one.may_have_arrived());
    if !unsent.is_empty() {
        revoke_unsent(client, deliveries_of(&unsent)).await?;
    }
    if !arrived.is_empty() {
        supersede_older(client, deliveries_of(&arrived)).await?;
    }
    let unknown = unknown(client, finished).await?;
    reschedule(client, finished, &unknown).await?;
    let failed = finished.iter().filter(|one| tells && one.may_have_failed());
    let failed: Vec<_> = failed.map(|one| (one.delivery, one.entry, one.at)).collect();
    webhooks::queue_failures(client, &failed).await
}

fn deliveries_of(finished: &[&Finished]) -> Vec<Key> {
    finished.iter().map(|one| Key(one.delivery)).collect()
}

async fn note(client: &Client, finished: &[Finished]) -> Result<(), Trouble> {
    let deliveries: Vec<_> = finished.iter().map(|one| Key(one.delivery)).collect();
    let outcomes: Vec<_> = finished.iter().map(|one| one.outcome.as_str()).collect();
    let times: Vec<_> = finished.iter().map(|one| one.at.as_millis()).collect();
    let transports: Vec<_> = finished.iter().map(|one| one.transport).collect();
    let replies: Vec<_> = finished.iter().map(|one| Text(one.outcome.reply())).collect();
    let sql = "UPDATE regain.deliveries \
               SET outcome = it.outcome, outcome_at = it.at, transport = it.transport, reply = it.reply \
               FROM unnest($1, $2, $3, $4, $5) AS it (id, outcome, at, transport, reply) WHERE deliveries.id = it.id";
    let values = [each(&deliveries), each(&outcomes), each(&times), each(&transports), each(&replies)];
    client.execute_typed(sql, &values).await?;
    Ok(())
}

/// Older links of the account die only now that a newer one is on its way. Those of the same request do not: after an
/// unknown outcome, either mail may be the one that arrived. Claimed ones are being redeemed. Of two that were minted in one
/// tick, the later request's is the newer.
async fn supersede_older(client: &Client, arrived: Vec<Key>) -> Result<(), Trouble> {
    let sql = "UPDATE regain.deliveries SET state = 'superseded' FROM regain.deliveries AS newer \
               WHERE newer.id = ANY ($1) AND newer.message = 'reset' \
                 AND deliveries.account = newer.account AND deliveries.state = 'live' \
                 AND deliveries.entry <> newer.entry \
                 AND (deliveries.minted_at, deliveries.entry) < (newer.minted_at, newer.entry)";
    client.execute_typed(sql, &[each(&arrived)]).await?;
    Ok(())
}

/// Nobody holds the link and the code of a mail that was not handed over. Were they to stand as live, they would keep
/// the code of an earlier mail, which somebody does hold, from being the newest.
async fn revoke_unsent(client: &Client, unsent: Vec<Key>) -> Result<(), Trouble> {
    let sql =
        "UPDATE regain.deliveries SET state = 'revoked', reason = 'not_sent' WHERE id = ANY ($1) AND state = 'live'";
    client.execute_typed(sql, &[each(&unsent)]).await?;
    Ok(())
}

/// How often each request was mailed without our knowing whether it arrived, where that matters now.
async fn unknown(client: &Client, finished: &[Finished]) -> Result<HashMap<Id, u32>, Trouble> {
    let unknown = finished.iter().filter(|one| matches!(one.outcome, Outcome::Unknown(_)));
    let entries: Vec<_> = unknown.map(|one| Key(one.entry)).collect();
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT entry, count(*) AS unknown FROM regain.deliveries \
               WHERE entry = ANY ($1) AND outcome = 'unknown' GROUP BY entry";
    let rows = client.query_typed(sql, &[each(&entries)]).await?;
    rows.iter().map(|row| Ok((rows::id(row, "entry")?, rows::count(row, "unknown")?))).collect()
}

async fn reschedule(client: &Client, finished: &[Finished], unknown: &HashMap<Id, u32>) -> Result<(), Trouble> {
    let next: Vec<_> = finished
        .iter()
        .map(|one| match one.next(unknown.get(&one.entry).copied().unwrap_or(0)) {
            Next::End(state, reason) => (state, reason, Some(one.at.as_millis())),
            Next::Retry => (State::Accepted, None, None),
        })
        .collect();
    let entries: Vec<_> = finished.iter().map(|one| Key(one.entry)).collect();
    let leases: Vec<_> = finished.iter().map(|one| Key(one.lease)).collect();
    let states: Vec<_> = next.iter().map(|(state, ..)| state.as_str()).collect();
    let reasons: Vec<_> = next.iter().map(|(_, reason, _)| reason.map(Reason::as_str)).collect();
    let ends: Vec<_> = next.iter().map(|(.., ended_at)| *ended_at).collect();
    let pauses: Vec<_> = finished.iter().map(|one| milliseconds(one.at.until(one.next_at))).collect();
    let sql = "UPDATE regain.outbox SET state = it.state, reason = it.reason, ended_at = it.ended_at, \
                 due_at = regain.ledger_now() + it.pause, lease = NULL, \
                 attempts = attempts + (it.ended_at IS NULL)::integer \
               FROM unnest($1, $2, $3, $4, $5, $6) AS it (id, lease, state, reason, ended_at, pause) \
               WHERE outbox.id = it.id AND outbox.lease = it.lease AND outbox.ended_at IS NULL";
    let values = [each(&entries), each(&leases), each(&states), each(&reasons), each(&ends), each(&pauses)];
    client.execute_typed(sql, &values).await?;
    Ok(())
}
