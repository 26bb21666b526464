//! SQLite held to the conformance suite, and what only SQLite does.

use super::{BATCH_MAX, Mapping, Reading, SqliteStore, TimeLimits};
use crate::config::{self, StoreUrl};
use crate::hashing::NewPassword;
use crate::users::conformance::{HURRY, SqlFixture, sql_conformance, users_config};
use crate::users::{PasswordChange, UserStore, Written, some_writing};
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A database in a folder of its own; with a write-ahead log, or as SQLite has it by default.
pub(super) struct SqliteFile<const WAL: bool = false> {
    directory: tempfile::TempDir,
}

impl<const WAL: bool> SqliteFile<WAL> {
    pub(super) fn with(sql: &str) -> Self {
        let fixture = Self { directory: tempfile::tempdir().unwrap() };
        let mode = if WAL { "WAL" } else { "DELETE" };
        Connection::open(fixture.path()).unwrap().pragma_update(None, "journal_mode", mode).unwrap();
        fixture.run(sql);
        fixture
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().join("accounts.db")
    }

    pub(super) fn sqlite_store(&self, change: impl FnOnce(&mut config::Users)) -> SqliteStore {
        let mut users = users_config(StoreUrl::Sqlite(self.path()));
        change(&mut users);
        SqliteStore::open(&users, path_of(&users)).unwrap()
    }

    pub(super) fn hurried(&self, change: impl FnOnce(&mut config::Users)) -> SqliteStore {
        let mut users = users_config(StoreUrl::Sqlite(self.path()));
        change(&mut users);
        SqliteStore::with_limits(&users, path_of(&users), TimeLimits { look_up: HURRY, write: HURRY }).unwrap()
    }
}

impl<const WAL: bool> SqlFixture for SqliteFile<WAL> {
    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    fn new() -> Self {
        Self::with(SCHEMA)
    }

    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.sqlite_store(change))
    }

    fn hurried_store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.hurried(change))
    }

    fn run(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn ask(&self, sql: &str) -> String {
        Connection::open(self.path()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn set_reachable(&self, reachable: bool) {
        let (here, away) = (self.path(), self.directory.path().join("away.db"));
        let (from, to) = if reachable { (away, here) } else { (here, away) };
        std::fs::rename(from, to).unwrap();
    }

    fn lock(&self) -> impl Sized {
        let connection = Connection::open(self.path()).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        connection
    }
}

pub(super) fn path_of(users: &config::Users) -> &Path {
    match &users.url {
        StoreUrl::Sqlite(path) => path,
        _ => panic!("a SQLite file"),
    }
}

pub(super) const SCHEMA: &str = "
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, name TEXT, locale TEXT, password TEXT,
                           is_active BOOLEAN, email_verified);
    CREATE TABLE sessions (account_id INTEGER, ended_by TEXT);";

mod with_a_rollback_journal {
    use super::*;
    sql_conformance!(SqliteFile<false>);
}

mod with_a_write_ahead_log {
    use super::*;
    sql_conformance!(SqliteFile<true>);
}

fn change(id: &str) -> PasswordChange {
    PasswordChange {
        id: AccountId::new(id),
        expected_address: "ada@example.com".into(),
        expected: StoredPassword::new("old"),
        new: NewPassword::unhashed("new"),
        writing: some_writing(),
        now: Timestamp::from_millis(0),
    }
}

#[test]
fn a_full_batch_uses_the_index_too() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection.execute_batch("CREATE INDEX by_email ON accounts (lower(email))").unwrap();
    let mapping = Mapping::of(&users_config(StoreUrl::Sqlite("unused.db".into()))).unwrap();
    let sql = format!("EXPLAIN QUERY PLAN {}", Reading::of(&mapping).look_up(BATCH_MAX));
    let addresses = vec!["ada@example.com"; BATCH_MAX];
    let plan: String =
        connection.query_row(&sql, rusqlite::params_from_iter(addresses), |row| row.get("detail")).unwrap();
    assert!(plan.starts_with("SEARCH") && plan.contains("by_email"), "{plan}");
}

#[tokio::test]
async fn every_kind_of_key_is_read_and_written() {
    for (declared, key, printed) in [
        ("INTEGER PRIMARY KEY", "7", "7"),
        ("TEXT PRIMARY KEY", "'007'", "007"),
        ("TEXT PRIMARY KEY", "'7'", "7"),
        ("PRIMARY KEY", "7", "7"),
        ("PRIMARY KEY", "'7'", "7"),
        ("UUID PRIMARY KEY", "'0b0e7a52-6b1e-4d7c-9d9c-2f1d8c1f3a11'", "0b0e7a52-6b1e-4d7c-9d9c-2f1d8c1f3a11"),
        ("BLOB PRIMARY KEY", "x'00ff10'", "0x00ff10"),
    ] {
        let fixture = SqliteFile::<false>::with(
            &SCHEMA.replace("INTEGER PRIMARY KEY", declared).replace("account_id INTEGER", "account_id"),
        );
        fixture.run(&format!("INSERT INTO accounts VALUES ({key}, 'ada@example.com', NULL, NULL, 'old', 1, 1)"));
        fixture.run(&format!("INSERT INTO sessions VALUES ({key}, 'nobody')"));
        let store = fixture.sqlite_store(|_| {});
        let found = store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap();
        assert_eq!(found[0].id.as_str(), printed);
        assert!(store.load(&found[0].id).await.unwrap().unwrap().eligible);
        assert_eq!(
            store.set_password(change(printed)).await.unwrap().without_counts(),
            Written::Yes(vec![]),
            "{declared} {key}"
        );
        assert_eq!(fixture.ask("SELECT CAST(count(*) AS TEXT) FROM sessions"), "0", "{declared} {key}");
    }
}

#[tokio::test]
async fn an_account_without_a_usable_key_may_not_reset() {
    let fixture = SqliteFile::<false>::with(&SCHEMA.replace("INTEGER PRIMARY KEY", "TEXT PRIMARY KEY"));
    fixture.run("INSERT INTO accounts VALUES (NULL, 'ada@example.com', NULL, NULL, 'old', 1, 1)");
    let store = fixture.sqlite_store(|_| {});
    let found = store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap();
    assert!(!found[0].eligible);
    assert_eq!(store.set_password(change("")).await.unwrap(), Written::NoLongerMatches);
}

#[tokio::test]
async fn verified_is_what_applications_write_for_it() {
    let fixture = SqliteFile::<false>::new();
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', NULL, NULL, 'old', 1, 1)");
    let store = fixture.sqlite_store(|_| {});
    for (value, verified) in [
        ("1", true),
        ("-1", true),
        ("'2026-11-21 19:24:05'", true),
        ("'true'", true),
        ("'t'", true),
        ("1795289045", true),
        ("NULL", false),
        ("0", false),
        ("0.0", false),
        ("''", false),
        ("'0'", false),
        ("'False'", false),
        ("'f'", false),
        ("'no'", false),
    ] {
        fixture.run(&format!("UPDATE accounts SET email_verified = {value}"));
        let account = store.load(&AccountId::new("1")).await.unwrap().unwrap();
        assert_eq!(account.eligible, verified, "{value}");
    }
}

#[tokio::test]
async fn a_blob_stays_a_blob_and_a_text_a_text() {
    for (old, kind) in [("'old'", "text"), ("CAST('old' AS BLOB)", "blob")] {
        let fixture = SqliteFile::<false>::with(&SCHEMA.replace("password TEXT", "password"));
        fixture.run(&format!("INSERT INTO accounts VALUES (1, 'ada@example.com', NULL, NULL, {old}, 1, 1)"));
        assert_eq!(
            fixture.sqlite_store(|_| {}).set_password(change("1")).await.unwrap().without_counts(),
            Written::Yes(vec![])
        );
        assert_eq!(fixture.ask("SELECT typeof(password) FROM accounts"), kind);
        assert_eq!(fixture.ask("SELECT CAST(password AS TEXT) FROM accounts"), "new");
    }
}

#[tokio::test]
async fn hashes_that_differ_in_case_are_different_whatever_the_column_says() {
    let fixture = SqliteFile::<false>::with(&SCHEMA.replace("password TEXT", "password TEXT COLLATE NOCASE"));
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', NULL, NULL, 'OLD', 1, 1)");
    assert_eq!(fixture.sqlite_store(|_| {}).set_password(change("1")).await.unwrap(), Written::NoLongerMatches);
}

#[tokio::test]
async fn bytes_that_are_no_text_do_no_harm() {
    let fixture = SqliteFile::<false>::new();
    fixture.run(
        "INSERT INTO accounts VALUES (1, CAST(x'616461ff40' AS TEXT), CAST(x'00ff' AS TEXT), x'fe', 'a' || char(0) || 'b', 1, 1)",
    );
    let account = fixture.sqlite_store(|_| {}).load(&AccountId::new("1")).await.unwrap().unwrap();
    assert_eq!(account.mail_address(), None);
    assert_eq!(account.password.unwrap().expose(), "a\0b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_leaves_nothing_running() {
    let fixture = SqliteFile::<false>::new();
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', NULL, NULL, 'old', 1, 1)");
    fixture.run("CREATE TABLE countdown (start); INSERT INTO countdown VALUES (-1)");
    let counting = "WITH RECURSIVE n(i) AS (SELECT start FROM countdown UNION ALL SELECT i - 1 FROM n WHERE i <> 0) \
                    SELECT count(*) FROM n";
    let store = fixture.hurried(|users| users.after_reset = vec![counting.into()]);
    let left = tokio::time::timeout(HURRY / 4, store.set_password(change("1"))).await;
    assert!(left.is_err());
    // Waits for the lock, as long as SQLite's wrapper does by default: five seconds.
    fixture.run("UPDATE countdown SET start = 1");
    assert_eq!(store.set_password(change("1")).await.unwrap().without_counts(), Written::Yes(vec![]));
}

#[tokio::test]
async fn a_locked_store_is_not_read_for_ever() {
    let fixture = SqliteFile::<false>::new();
    let lock = Connection::open(fixture.path()).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let store = fixture.hurried(|_| {});
    let begun = Instant::now();
    store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap_err();
    assert!(begun.elapsed() >= HURRY && begun.elapsed() < HURRY * 8, "{:?}", begun.elapsed());
    drop(lock);
    assert!(store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_database_restored_under_the_same_name_is_the_one_that_is_read() {
    let fixture = SqliteFile::<false>::new();
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', NULL, NULL, 'old', 1, 1)");
    let store = fixture.sqlite_store(|_| {});
    assert!(store.load(&AccountId::new("1")).await.unwrap().is_some());
    let backup = fixture.directory.path().join("backup.db");
    std::fs::copy(fixture.path(), &backup).unwrap();
    Connection::open(&backup).unwrap().execute_batch("UPDATE accounts SET email = 'restored@example.com'").unwrap();
    std::fs::rename(&backup, fixture.path()).unwrap();
    let account = store.load(&AccountId::new("1")).await.unwrap().unwrap();
    assert_eq!(account.address, "restored@example.com");
}
