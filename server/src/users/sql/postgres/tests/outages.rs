//! Servers that restart, callers who go away, statements that take too long.

use super::fixture::{Database, SCHEMA};
use super::server::Server;
use super::{ADA, find, write};
use crate::users::conformance::{HURRY, SqlFixture};
use crate::users::{UserStore, Written};
use futures_util::future::join_all;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_after_a_restart_succeeds() {
    let mut server = Server::start(None);
    let fixture = Database::on(server.url(), SCHEMA);
    fixture.run(ADA);
    let store = fixture.postgres_store(|_| {});
    let addresses = ["ada@example.com"; 6];
    // As many connections as there may be, all of which break.
    join_all(addresses.map(|address| find(&store, address))).await;
    assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    server.restart();
    assert_eq!(find(&store, "ada@example.com").await.len(), 1);
    assert_eq!(write(&store, "1", "new", "newer").await.unwrap(), Written::Yes(vec![]));
    for found in join_all(addresses.map(|address| find(&store, address))).await {
        assert_eq!(found.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_goes_away_leaves_nothing_running() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    let store = fixture.hurried(|users| users.after_reset = vec![Database::ENDLESS.into()]);
    let left = tokio::time::timeout(HURRY / 4, write(&store, "1", "old", "new")).await;
    assert!(left.is_err());
    // Waits for the lock, and gets it when the server or Regain ends the statement.
    let begun = Instant::now();
    fixture.run("UPDATE accounts SET name = 'Ada Lovelace'");
    assert!(begun.elapsed() < HURRY * 8, "{:?}", begun.elapsed());
    assert_eq!(fixture.ask("SELECT password FROM accounts"), "old");
    let busy = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' \
                AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    assert_eq!(fixture.ask(busy), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_that_is_given_up_is_cancelled_on_the_server() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    let slow = fixture.hurried(|users| users.eligible = Some(format!("({}) IS NOT NULL", Database::ENDLESS)));
    let fault = slow.load(&regain_core::account::AccountId::new("1")).await.unwrap_err().to_string();
    assert!(fault.contains("did not answer in time"), "{fault}");
    let sleeping = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() \
                    AND wait_event = 'PgSleep'";
    assert_eq!(fixture.ask(sleeping), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_connections_are_made_than_allowed() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    let store = fixture.postgres_store(|_| {});
    join_all((0..32).map(|_| find(&store, "ada@example.com"))).await;
    join_all((0..32).map(|_| write(&store, "1", "another", "new"))).await;
    let regain = "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = 'regain'";
    let connections: usize = fixture.ask(regain).parse().unwrap();
    assert!((2..=8).contains(&connections), "{connections}");
}
