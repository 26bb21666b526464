//! What a transaction cannot take back, and what must not stay open.

use super::*;
use crate::config::{Credentials, History};
use crate::finding::Verdict;
use crate::users::conformance::{HURRY, SqlFixture};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_without_transactions_is_refused_before_anything_is_written() {
    for (table, engine) in [("accounts", "MyISAM"), ("sessions", "Aria"), ("credentials", "MEMORY"), ("used", "MyISAM")]
    {
        let database = with_all_tables();
        database.run(&format!("ALTER TABLE {table} ENGINE={engine}"));
        let store = database.mysql(all_tables, TimeLimits::default());
        let refused = |text: &str| text.contains(&format!("`{table}` ENGINE=InnoDB"));
        let fault = write(&store, "1", "a@example.com", "old", "new").await.unwrap_err().to_string();
        assert!(refused(&fault) && fault.contains(engine), "{fault}");
        assert_eq!(database.ask("SELECT password FROM credentials"), "old");
        let findings = store.examine().await;
        let failed = |finding: &Finding| finding.verdict == Verdict::Fails && refused(&finding.text);
        assert!(findings.iter().any(failed), "{table}: {findings:?}");

        database.run(&format!("ALTER TABLE {table} ENGINE=InnoDB"));
        assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]), "{table}");
        assert_eq!(database.ask("SELECT password FROM credentials"), "new");
    }
}

/// Tables that a reset does not touch may be what they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_tables_may_be_without_transactions() {
    let database = with_all_tables();
    database.run("CREATE TABLE visits (n INT) ENGINE=MyISAM");
    let store = database.mysql(all_tables, TimeLimits::default());
    assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_leaves_no_transaction_open() {
    let database = with_all_tables();
    let limits = TimeLimits { look_up: HURRY, write: HURRY };
    let slow = |users: &mut config::Users| {
        all_tables(users);
        users.after_reset.push("UPDATE accounts SET locale = SLEEP(60) WHERE id = :id".into());
    };
    let store = database.mysql(slow, limits);
    let begun = Instant::now();
    let fault = write(&store, "1", "a@example.com", "old", "new").await.unwrap_err().to_string();
    assert!(fault.contains("in time") && begun.elapsed() < HURRY * 8, "{fault}: {:?}", begun.elapsed());
    assert_eq!(database.ask("SELECT password FROM credentials"), "old");
    assert_eq!(database.ask("SELECT ended_by FROM sessions"), "nobody");
    database.becomes("0", TRANSACTIONS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_leaves_no_transaction_open() {
    let database = with_all_tables();
    let store = database.mysql(all_tables, TimeLimits { look_up: HURRY, write: HURRY });
    let lock = database.lock_of("credentials");
    let gone = tokio::time::timeout(HURRY / 4, write(&store, "1", "a@example.com", "old", "new")).await;
    assert!(gone.is_err(), "{gone:?}");
    database.becomes("0", TRANSACTIONS);
    drop(lock);
    assert_eq!(database.ask("SELECT password FROM credentials"), "old");
    assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_dropped_leaves_no_connection() {
    let database = with_all_tables();
    let store = database.mysql(all_tables, TimeLimits::default());
    assert_eq!(found(&store, &["a@example.com"]).await.len(), 1);
    assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert!(store.load(&AccountId::new("1")).await.unwrap().is_some());
    database.becomes("2", CONNECTIONS);
    drop(store);
    database.becomes("0", CONNECTIONS);
}

/// What the operator's statements leave in a session is not there for the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_session_outlives_its_use() {
    let database = with_all_tables();
    let leaving = |users: &mut config::Users| {
        all_tables(users);
        users.after_reset = ["UPDATE sessions SET ended_by = COALESCE(@left, 'fresh')", "SELECT @left := 'stale'"]
            .map(config::AfterReset::from)
            .to_vec();
    };
    let store = database.mysql(leaving, TimeLimits::default());
    for (old, new) in [("old", "new"), ("new", "newer")] {
        assert_eq!(write(&store, "1", "a@example.com", old, new).await.unwrap(), Written::Yes(vec![]));
        assert_eq!(database.ask("SELECT ended_by FROM sessions"), "fresh");
    }
    database.becomes("1", CONNECTIONS);
}

/// The server sacrifices whoever has written less.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_takes_everything_back() {
    let database = with_all_tables();
    database.run("CREATE TABLE other (n INT PRIMARY KEY)");
    database.run("INSERT INTO other VALUES (1)");
    let touch = |users: &mut config::Users| {
        all_tables(users);
        users.after_reset.push("UPDATE other SET n = 0 WHERE n = 1".into());
    };
    let store = Arc::new(database.mysql(touch, TimeLimits::default()));
    let lock = database.lock_of("other");
    lock.run("INSERT INTO other SELECT seq FROM seq_2_to_200");
    let writer = Arc::clone(&store);
    let writing = tokio::spawn(async move { write(&writer, "1", "a@example.com", "old", "new").await });
    database.becomes("1", WAITING);
    lock.run("UPDATE credentials SET password = password");
    let written = writing.await.unwrap();
    let fault = written.unwrap_err().to_string();
    assert!(fault.contains("number 2") && fault.contains("Deadlock"), "{fault}");
    drop(lock);
    assert_eq!(database.ask("SELECT password FROM credentials"), "old");
    assert_eq!(database.ask("SELECT ended_by FROM sessions"), "nobody");
    assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
}

fn with_all_tables() -> MariaDb {
    let database = MariaDb::new();
    database.run(
        "CREATE TABLE credentials (account_id BIGINT, password VARCHAR(255)); \
         CREATE TABLE used (account_id BIGINT, password VARCHAR(255), used_at DATETIME)",
    );
    database.run("INSERT INTO accounts VALUES (1, 'a@example.com', NULL, NULL, 'elsewhere', true, true)");
    database.run("INSERT INTO sessions VALUES (1, 'nobody')");
    database.run("INSERT INTO credentials VALUES (1, 'old')");
    database
}

fn all_tables(users: &mut config::Users) {
    users.credentials =
        Some(Credentials { table: "credentials".into(), account_id: "account_id".into(), condition: None });
    users.history = Some(History {
        table: "used".into(),
        account_id: "account_id".into(),
        password: "password".into(),
        at: "used_at".into(),
        keep: 5,
    });
}

/// Those of the store.
const TRANSACTIONS: &str = "FROM information_schema.innodb_trx AS t \
                            JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id WHERE TRUE";
const WAITING: &str = "FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p \
                       ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT'";
const CONNECTIONS: &str = "FROM information_schema.processlist AS p WHERE TRUE";
