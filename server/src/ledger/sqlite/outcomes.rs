//! See [`crate::ledger::outcomes`].

use super::{SqliteLedger, outbox, webhooks};
use crate::ledger::LedgerFault;
use crate::ledger::outbox::{Lease, Leased};
use crate::ledger::outcomes::{Finished, Next, Outcomes};
use crate::weakness::{self, Weakness};
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

#[async_trait]
impl Outcomes for SqliteLedger {
    async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Lease,
        now: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault> {
        let tells = self.tells();
        self.write(move |ledger| {
            record_all(ledger, &finished, tells)?;
            outbox::lease(ledger, lease, now, max)
        })
        .await
    }

    async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault> {
        let tells = self.tells();
        self.write(move |ledger| record_all(ledger, &finished, tells)).await
    }
}

fn record_all(ledger: &Connection, finished: &[Finished], tells: bool) -> rusqlite::Result<()> {
    for one in finished {
        record(ledger, one)?;
        if tells && one.may_have_failed() {
            webhooks::queue_failure(ledger, one.delivery, one.entry, one.at)?;
        }
    }
    Ok(())
}

/// Records an outcome; ends or reschedules the row if it is still ours. A row that has ended meanwhile, because its
/// link was redeemed, stays ended.
fn record(ledger: &Connection, one: &Finished) -> rusqlite::Result<()> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET outcome = ?2, outcome_at = ?3, transport = ?4, reply = ?5 WHERE id = ?1",
        )?
        .execute((
            one.delivery.as_bytes(),
            one.outcome.as_str(),
            one.at.as_millis(),
            one.transport,
            one.outcome.reply(),
        ))?;
    if one.may_have_arrived() {
        supersede_older(ledger, one.delivery)?;
    } else {
        revoke_unsent(ledger, one.delivery)?;
    }
    let unknown = if matches!(one.outcome, Outcome::Unknown(_)) { unknown(ledger, one.entry)? } else { 0 };
    let (state, reason, ended_at) = match one.next(unknown) {
        Next::End(state, reason) => (state, reason, Some(one.at.as_millis())),
        Next::Retry => (State::Accepted, None, None),
    };
    ledger
        .prepare_cached(
            "UPDATE outbox SET state = :state, reason = :reason, ended_at = :ended_at, due_at = :next_at, lease = NULL, \
               attempts = attempts + (:ended_at IS NULL) \
             WHERE id = :id AND lease = :lease AND ended_at IS NULL",
        )?
        .execute(named_params! {
            ":state": state.as_str(),
            ":reason": reason.map(Reason::as_str),
            ":ended_at": ended_at,
            ":next_at": one.next_at.as_millis(),
            ":id": one.entry.as_bytes(),
            ":lease": one.lease.as_bytes(),
        })?;
    Ok(())
}

/// Older links of the account die only now that a newer one is on its way. Those of the same request do not: after an
/// unknown outcome, either mail may be the one that arrived. Claimed ones are being redeemed. Of two that were minted in one
/// tick, the later request's is the newer.
fn supersede_older(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    if weakness::is(Weakness::OlderLinksLive) {
        return Ok(0);
    }
    let newer = ledger
        .prepare_cached("SELECT account, minted_at, entry FROM deliveries WHERE id = ?1 AND message = 'reset'")?
        .query_row([delivery.as_bytes()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, [u8; 16]>(2)?))
        })
        .optional()?;
    let Some(newer) = newer else { return Ok(0) };
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'superseded' \
             WHERE account = ?1 AND state = 'live' AND entry <> ?3 AND (minted_at, entry) < (?2, ?3)",
        )?
        .execute(newer)
}

/// Nobody holds the link and the code of a mail that was not handed over. Were they to stand as live, they would keep
/// the code of an earlier mail, which somebody does hold, from being the newest.
fn revoke_unsent(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'revoked', reason = 'not_sent' WHERE id = ?1 AND state = 'live'",
        )?
        .execute([delivery.as_bytes()])
}

fn unknown(ledger: &Connection, entry: Id) -> rusqlite::Result<u32> {
    ledger
        .prepare_cached("SELECT count(*) FROM deliveries WHERE entry = ?1 AND outcome = 'unknown'")?
        .query_row([entry.as_bytes()], |row| row.get(0))
}
