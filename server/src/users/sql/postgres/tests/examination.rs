//! What an examination of PostgreSQL says beyond what every store says.

use super::fixture::{Database, SCHEMA};
use super::{ADA, find};
use crate::finding::{Finding, Verdict};
use crate::users::UserStore;
use crate::users::conformance::SqlFixture;
use crate::users::sql::examine::NOT_COUNTED;
use crate::users::sql::limits::TimeLimits;

fn says(findings: &[Finding], verdict: Verdict, words: &str) -> bool {
    findings.iter().any(|finding| finding.verdict == verdict && finding.text.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_names_the_server_the_database_and_the_role() {
    let fixture = Database::with(SCHEMA);
    let findings = fixture.postgres_store(|_| {}).examine().await;
    let words = format!(", database {}, as postgres, on this machine", fixture.name);
    assert!(says(&findings, Verdict::Holds, &words), "{findings:?}");
    assert!(findings[0].text.starts_with("PostgreSQL "), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_no_writes_fails() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    fixture.run(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", fixture.name));
    let store = fixture.postgres_store(|_| {});
    assert!(says(&store.examine().await, Verdict::Fails, "takes no writes"));
    assert_eq!(find(&store, "ada@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_named_as_the_configuration_would_name_them() {
    let fixture =
        Database::with("CREATE SCHEMA app; CREATE TABLE app.people (id integer); CREATE TABLE plain (id integer)");
    let findings = fixture.postgres_store(|_| {}).examine().await;
    assert!(says(&findings, Verdict::Fails, "set users.table to one of: app.people, plain"), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_takes_bounded_time() {
    let fixture = Database::with(SCHEMA);
    fixture.run(ADA);
    // A view, of which each row takes a second: the application's own business, and not to be waited for.
    fixture
        .run("ALTER TABLE accounts RENAME TO kept; INSERT INTO kept SELECT n, n::text FROM generate_series(2, 30) n");
    fixture.run(
        "CREATE VIEW accounts AS SELECT id, CASE WHEN pg_sleep(1) IS NULL THEN '' ELSE email END AS email, name, locale,
         password, is_active, email_verified FROM kept",
    );
    let begun = std::time::Instant::now();
    let findings = fixture.postgres_store(|_| {}).examine().await;
    assert!(says(&findings, Verdict::Advice, NOT_COUNTED), "{findings:?}");
    assert!(begun.elapsed() < TimeLimits::default().look_up * 3, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_planned_with_the_types_that_it_has() {
    let fixture = Database::with(SCHEMA);
    fixture.run("CREATE TABLE tokens (owner uuid, body jsonb, used timestamptz)");
    let store = fixture.postgres_store(|users| {
        users.after_reset = vec![
            "UPDATE tokens SET used = :now WHERE (body->'user'->>'id')::integer = :id".into(),
            "WITH gone AS (DELETE FROM sessions WHERE account_id = :id RETURNING 1) SELECT count(*) FROM gone".into(),
            "SELECT pg_notify('gone', :email)".into(),
        ];
    });
    let findings = store.examine().await;
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fails), "{findings:?}");
    let store = fixture.postgres_store(|users| {
        users.after_reset = vec!["DELETE FROM sessions WHERE account_id > :id || 5 - true".into()];
    });
    assert!(says(&store.examine().await, Verdict::Fails, "users.after_reset: number 1: "));
}
