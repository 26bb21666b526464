//! The schema: made by whoever comes first, and left alone where it is not ours.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_make_one_schema() {
    let database = database();
    let nodes = futures_util::future::join_all((0..6).map(|_| node(&database))).await;
    assert_eq!(nodes.len(), 6);
    assert_eq!(database.count("SELECT count(*) - count(DISTINCT checksum) FROM regain.migrations"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_program_goes_on_beside_a_newer_one_unless_it_may_not() {
    let database = database();
    let older = node(&database).await;
    database.run("INSERT INTO regain.migrations VALUES (9998, 'x', 1)");
    admit(&older).await.unwrap();
    node(&database).await;
    database.run("INSERT INTO regain.migrations VALUES (9999, 'x', 9999)");
    let refusal = refused(&database.url).await;
    assert!(refusal.contains("newer version of Regain"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_migration_is_noticed() {
    let database = database();
    node(&database).await;
    database.run("UPDATE regain.migrations SET checksum = 'x'");
    let refusal = refused(&database.url).await;
    assert!(refusal.contains("another schema 1"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_schema_is_left_as_it_is() {
    for theirs in ["CREATE TABLE regain.customers (id integer)", "CREATE TABLE regain.migrations (name text)"] {
        let database = TestDatabase::on(Engine::Postgres, &format!("CREATE SCHEMA regain; {theirs}"));
        let refusal = refused(&database.url).await;
        assert!(refusal.contains("a database of its own"), "{refusal}");
        assert_eq!(database.count("SELECT count(*) FROM pg_tables WHERE schemaname = 'regain'"), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_make_a_schema_is_told_who_may() {
    let database = database();
    let role = database.as_reader("REVOKE CREATE ON DATABASE postgres FROM PUBLIC");
    let refusal = refused(&role.url).await;
    assert!(refusal.contains("CREATE SCHEMA regain AUTHORIZATION"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_uses_a_schema_that_was_made_for_it() {
    let database = database();
    let role = database.as_reader("CREATE SCHEMA regain AUTHORIZATION {reader}");
    let ledger = PostgresLedger::open(&role.url.as_str().into()).await.unwrap();
    admit(&ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forgets_what_it_acknowledged_is_refused() {
    let database = database();
    database.run(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$",
    );
    let refusal = refused(&database.url).await;
    assert!(refusal.contains("SET synchronous_commit = on"), "{refusal}");
}

async fn refused(url: &str) -> String {
    PostgresLedger::open(&url.into()).await.err().unwrap().to_string()
}
