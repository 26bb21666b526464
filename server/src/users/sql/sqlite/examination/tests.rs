//! What an examination says of a SQLite file, beyond what it says of every store.

use crate::config::{Credentials, StoreUrl};
use crate::finding::Verdict;
use crate::users::UserStore;
use crate::users::conformance::SqlFixture;
use crate::users::sql::sqlite::SqliteStore;
use crate::users::sql::sqlite::tests::{SCHEMA, SqliteFile, path_of};

/// The index that an examination advises to make.
async fn advice(store: &SqliteStore) -> Option<String> {
    let findings = store.examine().await;
    findings.iter().find_map(|finding| finding.text.find("CREATE INDEX").map(|at| finding.text[at..].to_owned()))
}

#[tokio::test]
async fn look_ups_use_whichever_index_there_is() {
    for (index, helps) in [
        ("CREATE INDEX by_email ON accounts (lower(email))", true),
        ("CREATE INDEX by_email ON accounts (email COLLATE NOCASE)", true),
        ("CREATE UNIQUE INDEX by_email ON accounts (lower(email))", true),
        ("CREATE INDEX by_email ON accounts (email)", false),
        ("SELECT 1", false),
    ] {
        let fixture = SqliteFile::<false>::new();
        let create = index.strip_prefix("SELECT").map_or(index, |_| "");
        fixture.run(create);
        let advice = advice(&fixture.sqlite_store(|_| {})).await;
        assert_eq!(advice.is_none(), helps, "{index}: {advice:?}");
    }
    let nocase = SqliteFile::<false>::with(&SCHEMA.replace("email TEXT", "email TEXT UNIQUE COLLATE NOCASE"));
    assert_eq!(advice(&nocase.sqlite_store(|_| {})).await, None);
}

#[tokio::test]
async fn the_advised_index_is_the_one_that_helps() {
    let fixture = SqliteFile::<false>::with(&SCHEMA.replace("email TEXT", "\"e mail\" TEXT"));
    let store = fixture.sqlite_store(|users| users.email = "e mail".into());
    fixture.run(&advice(&store).await.unwrap());
    assert_eq!(advice(&store).await, None);
}

#[tokio::test]
async fn a_file_that_is_absent_is_named_and_not_made() {
    let fixture = SqliteFile::<false>::new();
    let store = fixture.sqlite_store(|users| {
        users.url = StoreUrl::Sqlite(path_of(users).with_file_name("accounts.absent"));
    });
    let [finding] = &store.examine().await[..] else { panic!("more than one finding") };
    assert!(finding.text.contains("accounts.absent") && finding.text.contains("users.url"), "{finding:?}");
    assert!(!fixture.path().with_extension("absent").exists());
}

#[tokio::test]
async fn a_schema_may_be_named() {
    let fixture = SqliteFile::<false>::new();
    let store = fixture.sqlite_store(|users| users.table = "main.accounts".into());
    assert!(store.examine().await.iter().all(|finding| finding.verdict != Verdict::Fails));
}

#[tokio::test]
async fn what_takes_too_long_to_look_at_is_left_open() {
    let fixture = SqliteFile::<false>::with("CREATE TABLE sessions (account_id)");
    fixture.run(
        "CREATE VIEW accounts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
         SELECT i AS id, 'a@b.example' AS email, '' AS name, '' AS locale, 1 AS is_active, 1 AS email_verified FROM n",
    );
    fixture.run("CREATE TABLE credentials (account_id INTEGER, password TEXT)");
    let store = fixture.hurried(|users| {
        let [table, account_id] = ["credentials", "account_id"].map(Into::into);
        users.credentials = Some(Credentials { table, account_id, condition: None });
    });
    let findings = store.examine().await;
    let left_open =
        findings.iter().filter(|finding| finding.text.contains(" not ") && finding.text.contains("in time"));
    assert_eq!(left_open.count(), 1, "{findings:?}");
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fails), "{findings:?}");
}

#[tokio::test]
async fn a_second_table_is_read_by_its_index() {
    let fixture = SqliteFile::<false>::new();
    fixture.run("CREATE INDEX by_email ON accounts (lower(email))");
    fixture.run("CREATE TABLE credentials (account_id INTEGER, provider TEXT, password TEXT)");
    let store = fixture.sqlite_store(|users| {
        let [table, account_id] = ["credentials", "account_id"].map(Into::into);
        users.credentials = Some(Credentials { table, account_id, condition: Some("provider = 'password'".into()) });
    });
    assert!(advice(&store).await.is_some());
    fixture.run("CREATE INDEX by_account ON credentials (account_id)");
    assert_eq!(advice(&store).await, None);
}
