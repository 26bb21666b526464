//! Servers that die, hand over or hang, and clocks that differ.

use super::*;
use crate::ledger::{Ledger, Outbox};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_killed_are_replaced() {
    let database = database();
    let ledger = node(&database).await;
    let ways = async || {
        join_all((0..20).map(|_| admit(&ledger))).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        ledger.count_waiting().await?;
        ledger.put_back(vec![], new_id(), away()).await
    };
    ways().await.unwrap();
    kill(&database);
    // Whoever hits a dead connection gets a fault; whoever comes after that does not.
    let _ = ways().await;
    ways().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_accepted_while_connections_are_killed_is_kept() {
    let database = database();
    let ledger = node(&database).await;
    let mut accepted = Vec::new();
    for _ in 0..20 {
        let requests: Vec<_> = (0..20).map(|_| request("ada@example.com")).collect();
        let ids: Vec<_> = requests.iter().map(|request| request.id).collect();
        let admitting = join_all(requests.into_iter().map(|request| ledger.admit(request, 100_000)));
        let (admitted, ()) = tokio::join!(admitting, async { kill(&database) });
        accepted.extend(ids.into_iter().zip(admitted).filter(|(_, admitted)| admitted.is_ok()).map(|(id, _)| id));
    }
    assert!(!accepted.is_empty());
    let kept = lease(&ledger, 1000).await.1;
    for id in accepted {
        assert_eq!(kept.iter().filter(|row| row.id == id).count(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_writes_is_a_fault_until_it_does() {
    let database = database();
    let ledger = node(&database).await;
    admit(&ledger).await.unwrap();
    ledger.is_ready(now()).await.unwrap();

    set(&database, "default_transaction_read_only", "on");
    kill(&database);
    let fault = admit(&ledger).await.unwrap_err().to_string();
    assert!(fault.contains("read-only transaction"), "{fault}");
    assert!(fault.len() < 200, "{fault}");
    let fresh = ledger_readiness(&database).await.unwrap_err().to_string();
    assert!(fresh.contains("takes no writes"), "{fresh}");

    set(&database, "default_transaction_read_only", "off");
    // Its sessions still take none: they are given up for new ones.
    admit(&ledger).await.unwrap();
    ledger.put_back(vec![], new_id(), away()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_keeps_a_node_from_being_ready() {
    let database = database();
    let ledger = node(&database).await;
    let off = Duration::from_secs(60);
    ledger.is_ready(now()).await.unwrap();
    assert!(matches!(ledger.is_ready(now().plus(off)).await, Err(LedgerFault::ClockOff(59..=60))));
    assert!(matches!(ledger.is_ready(now().minus(off)).await, Err(LedgerFault::ClockOff(-60..=-59))));
    ledger.is_ready(now()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_leaves_nothing_open() {
    let database = database();
    let ledger = node(&database).await;
    admit(&ledger).await.unwrap();
    let (lease, rows) = lease(&ledger, 1).await;
    let batch = rows.into_iter().map(|row| mail_to(row, "1")).collect();
    let left =
        tokio::time::timeout(Duration::ZERO, crate::ledger::Deliveries::decide(&ledger, batch, lease, LIMIT, now()));
    assert!(left.await.is_err());
    // Ends with the work that was begun, at the latest.
    let idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    while database.count("SELECT count(*) FROM regain.deliveries") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(database.count(idle), 0);
}

/// They are gone when it returns, and not only told to go.
fn kill(database: &TestDatabase) {
    database.run(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'regain'",
    );
}

fn set(database: &TestDatabase, setting: &str, value: &str) {
    let name = database.url.rsplit_once('/').unwrap().1;
    database.run(&format!("START TRANSACTION READ WRITE; ALTER DATABASE {name} SET {setting} = {value}; COMMIT"));
}

/// As a node that has just started would find it.
async fn ledger_readiness(database: &TestDatabase) -> Result<(), LedgerFault> {
    PostgresLedger::open(&database.url.as_str().into()).await?.is_ready(now()).await
}

fn away() -> Away {
    Away { words: "the user store is away".into(), at: now(), due_at: now() }
}
