//! Whether the server can be written to, keeps what it acknowledges, and agrees with this node on the time.

use super::connections::{Lane, Trouble};
use super::rows;
use crate::ledger::LedgerFault;
use regain_core::time::Timestamp;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_postgres::Client;

/// What was found out last. Probes come often and from many; they share one question to the server.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<Probed>>);

struct Probed {
    begun: Instant,
    ended: Instant,
    /// The server's time, somewhere in between.
    found: Result<Timestamp, LedgerFault>,
}

impl Readiness {
    /// # Errors
    /// [`LedgerFault`], with what is in the way.
    pub(super) async fn check(&self, lane: &Lane, now: Timestamp) -> Result<(), LedgerFault> {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        let probed = match last.take() {
            Some(probed) if probed.ended.elapsed() < TRUSTED => probed,
            _ => probe(lane).await,
        };
        let ready = probed.found.clone().and_then(|theirs| {
            let earliest = theirs.as_millis() + between(probed.ended, asked);
            let latest = theirs.as_millis() + between(probed.begun, asked);
            compare(now.as_millis(), earliest, latest)
        });
        *last = Some(probed);
        ready
    }
}

async fn probe(lane: &Lane) -> Probed {
    let begun = Instant::now();
    let found = lane.run(|client| Box::pin(ask(client))).await.map_err(|trouble| trouble.fault("cannot be read"));
    Probed { begun, ended: Instant::now(), found }
}

/// The server's time, if it is one to write to.
pub(super) async fn ask(client: &Client) -> Result<Timestamp, Trouble> {
    let sql = "SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on' \
                 AS is_read_only, \
                 pg_catalog.current_setting('synchronous_commit') = 'off' AS forgets, \
                 pg_catalog.current_setting('fsync') = 'off' AS is_never_synced, \
                 pg_catalog.current_setting('server_encoding') <> 'UTF8' AS lacks_letters, \
                 regain.ledger_now() AS now";
    let row = client.query_typed_one(sql, &[]).await?;
    if row.try_get("is_read_only")? {
        return Err(Trouble::Unreachable(READ_ONLY.into()));
    }
    if row.try_get("lacks_letters")? {
        return Err(Trouble::Unreachable(LACKS_LETTERS.into()));
    }
    if row.try_get("forgets")? {
        return Err(Trouble::Unreachable(FORGETS.into()));
    }
    if row.try_get("is_never_synced")? {
        tracing::warn!("the ledger's server has fsync = off: what it acknowledges may be lost with the power");
    }
    rows::time(&row, "now")
}

/// Whether `now` lies near the server's time, which is known to lie between the two others.
fn compare(now: i64, earliest: i64, latest: i64) -> Result<(), LedgerFault> {
    let off = if now > latest { now - latest } else { (now - earliest).min(0) };
    if off.unsigned_abs() > OFF_MAX_MILLISECONDS {
        return Err(LedgerFault::ClockOff(off / 1000));
    }
    Ok(())
}

/// Milliseconds from one to the other; negative, if the other was before.
fn between(one: Instant, other: Instant) -> i64 {
    let span = |early: Instant, late: Instant| {
        i64::try_from(late.saturating_duration_since(early).as_millis()).unwrap_or(i64::MAX / 4)
    };
    span(one, other) - span(other, one)
}

const READ_ONLY: &str = "its server takes no writes; with several hosts in ledger.url, end it with \
                         target_session_attrs=read-write";
/// One address that it cannot hold would have the whole batch refused.
const LACKS_LETTERS: &str = "its database cannot hold every letter; make one with CREATE DATABASE regain ENCODING 'UTF8' \
                             TEMPLATE template0";
const FORGETS: &str = "its server forgets in a crash what it has just acknowledged; run ALTER DATABASE with the name of \
                       its database and SET synchronous_commit = on, or change postgresql.conf";
/// How long an answer is good for: probes come from a load balancer, every second or so and more than one.
const TRUSTED: Duration = Duration::from_secs(1);
/// A lease lives long enough to bear so much, and a machine with NTP is never so far off.
const OFF_MAX_MILLISECONDS: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_five_seconds_off_beyond_what_the_question_took() {
        let second = 1_000;
        for now in [-5 * second, 0, 3 * second, 8 * second] {
            assert!(compare(now, 0, 3 * second).is_ok(), "{now}");
        }
        for (now, off) in [(-6 * second, -6), (9 * second, 6)] {
            let fault = compare(now, 0, 3 * second).unwrap_err();
            assert!(matches!(fault, LedgerFault::ClockOff(found) if found == off), "{fault}");
        }
    }

    #[test]
    fn spans_have_a_sign() {
        let one = Instant::now();
        let other = one + Duration::from_secs(2);
        assert_eq!([between(one, other), between(other, one)], [2_000, -2_000]);
    }
}
