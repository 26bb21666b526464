//! What became of the mails: recorded at the courier's next tick, in the commit that leases the next batch.

use super::{Lease, Leased, Ledger, LedgerFault, outbox};
use regain_core::delivery::Outcome;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};

/// What became of one mail.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The row in the outbox.
    pub entry: Id,
    /// The delivery.
    pub delivery: Id,
    /// Under which lease.
    pub lease: Id,
    /// Which transport took or refused it.
    pub transport: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// If it is to be tried again: when.
    pub next_at: Timestamp,
    /// Whether that would be too late.
    pub give_up: bool,
}

impl Ledger {
    /// Records what has finished and takes what is due, in one commit.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Lease,
        now: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault> {
        self.write(move |ledger| {
            for one in &finished {
                record(ledger, one)?;
            }
            outbox::lease(ledger, lease, now, max)
        })
        .await
    }

    /// Records what has finished, taking nothing new.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault> {
        self.write(move |ledger| finished.iter().try_for_each(|one| record(ledger, one))).await
    }
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
    match one.outcome {
        Outcome::Delivered(_) | Outcome::Unknown(_) => supersede_older(ledger, one.delivery)?,
        Outcome::RetryAfter(_) | Outcome::Refused(_) => revoke_unsent(ledger, one.delivery)?,
    };
    let next = match one.outcome {
        Outcome::Delivered(_) => Next::End(State::Mailed, None),
        Outcome::Refused(_) => Next::End(State::Failed, Some(Reason::Refused)),
        Outcome::Unknown(_) if unknown_twice(ledger, one.entry)? => Next::End(State::Mailed, Some(Reason::Unanswered)),
        Outcome::Unknown(_) if one.give_up => Next::End(State::Mailed, Some(Reason::Unanswered)),
        Outcome::RetryAfter(_) if one.give_up => Next::End(State::Failed, Some(Reason::GaveUp)),
        Outcome::Unknown(_) | Outcome::RetryAfter(_) => Next::Retry,
    };
    let (state, reason, ended_at) = match next {
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

enum Next {
    End(State, Option<Reason>),
    Retry,
}

/// Older links of the account die only now that a newer one is on its way. Those of the same request do not: after an
/// unknown outcome, either mail may be the one that arrived. Claimed ones are being redeemed. Of two that were minted in one
/// tick, the later request's is the newer.
fn supersede_older(ledger: &Connection, delivery: Id) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'superseded' FROM \
               (SELECT entry, account, minted_at FROM deliveries WHERE id = ?1 AND message = 'reset') AS newer \
             WHERE deliveries.account = newer.account AND deliveries.state = 'live' \
               AND deliveries.entry <> newer.entry \
               AND (deliveries.minted_at, deliveries.entry) < (newer.minted_at, newer.entry)",
        )?
        .execute([delivery.as_bytes()])
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

fn unknown_twice(ledger: &Connection, entry: Id) -> rusqlite::Result<bool> {
    let unknown: u32 = ledger
        .prepare_cached("SELECT count(*) FROM deliveries WHERE entry = ?1 AND outcome = 'unknown'")?
        .query_row([entry.as_bytes()], |row| row.get(0))?;
    Ok(unknown >= 2)
}
