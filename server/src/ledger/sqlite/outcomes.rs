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
use rusqlite::{CachedStatement, Connection};

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
    let mut statements = Statements::prepare(ledger)?;
    for one in finished {
        statements.record(ledger, one)?;
        if tells && one.may_have_failed() {
            webhooks::queue_failure(ledger, one.delivery, one.entry, one.at)?;
        }
    }
    Ok(())
}

/// What is executed for each mail of many.
struct Statements<'ledger> {
    note: CachedStatement<'ledger>,
    newer: CachedStatement<'ledger>,
    supersede: CachedStatement<'ledger>,
    end: CachedStatement<'ledger>,
}

impl<'ledger> Statements<'ledger> {
    fn prepare(ledger: &'ledger Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            note: ledger.prepare_cached(
                "UPDATE deliveries SET outcome = ?2, outcome_at = ?3, transport = ?4, reply = ?5 WHERE id = ?1",
            )?,
            newer: ledger.prepare_cached(
                "SELECT account, minted_at, entry FROM deliveries WHERE id = ?1 AND message = 'reset'",
            )?,
            supersede: ledger.prepare_cached(
                "UPDATE deliveries SET state = 'superseded' \
                 WHERE account = ?1 AND state = 'live' AND entry <> ?3 AND (minted_at, entry) < (?2, ?3)",
            )?,
            end: ledger.prepare_cached(
                "UPDATE outbox SET state = ?3, reason = ?4, ended_at = ?5, due_at = ?6, lease = NULL, \
                   attempts = attempts + (?5 IS NULL) \
                 WHERE id = ?1 AND lease = ?2 AND ended_at IS NULL",
            )?,
        })
    }

    /// Records an outcome; ends or reschedules the row if it is still ours. A row that has ended meanwhile, because its
    /// link was redeemed, stays ended.
    fn record(&mut self, ledger: &Connection, one: &Finished) -> rusqlite::Result<()> {
        self.note.execute((
            one.delivery.as_bytes(),
            one.outcome.as_str(),
            one.at.as_millis(),
            one.transport,
            one.outcome.reply(),
        ))?;
        if one.may_have_arrived() {
            self.supersede_older(one.delivery)?;
        } else {
            revoke_unsent(ledger, one.delivery)?;
        }
        let unknown = if matches!(one.outcome, Outcome::Unknown(_)) { unknown(ledger, one.entry)? } else { 0 };
        let (state, reason, ended_at) = match one.next(unknown) {
            Next::End(state, reason) => (state, reason, Some(one.at.as_millis())),
            Next::Retry => (State::Accepted, None, None),
        };
        self.end.execute((
            one.entry.as_bytes(),
            one.lease.as_bytes(),
            state.as_str(),
            reason.map(Reason::as_str),
            ended_at,
            one.next_at.as_millis(),
        ))?;
        Ok(())
    }

    /// Older links of the account die only now that a newer one is on its way. Those of the same request do not: after an
    /// unknown outcome, either mail may be the one that arrived. Claimed ones are being redeemed. Of two that were minted
    /// in one tick, the later request's is the newer.
    fn supersede_older(&mut self, delivery: Id) -> rusqlite::Result<()> {
        if weakness::is(Weakness::OlderLinksLive) {
            return Ok(());
        }
        let mut found = self.newer.query([delivery.as_bytes()])?;
        if let Some(row) = found.next()? {
            let (account, minted_at, entry): (String, i64, [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
            self.supersede.execute((account, minted_at, entry))?;
        }
        Ok(())
    }
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
