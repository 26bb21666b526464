//! The least rights suffice, and what is missing is named.

use super::fixture::{Database, SCHEMA};
use super::{ADA, find, write};
use crate::config;
use crate::finding::{Finding, Verdict};
use crate::users::conformance::SqlFixture;
use crate::users::sql::limits::TimeLimits;
use crate::users::sql::postgres::PostgresStore;
use crate::users::sql::postgres::rights::needed;
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;

/// A database, and a role that may do nothing yet.
struct Least {
    database: Database,
    role: String,
}

impl Least {
    fn new() -> Self {
        let database = Database::with(SCHEMA);
        let role = format!("{}_role", database.name);
        database.run(&format!("CREATE ROLE {role} LOGIN"));
        database.run(ADA);
        database.run("CREATE TABLE used (account_id integer, password text, used_at timestamptz)");
        Self { database, role }
    }

    fn store(&self, change: impl FnOnce(&mut config::Users)) -> PostgresStore {
        self.database.store_at(&self.database.url(Some(&self.role)), TimeLimits::default(), change)
    }

    fn grant(&self, grants: &str) {
        self.database.run(&grants.replace("regain", &self.role));
    }
}

impl Drop for Least {
    fn drop(&mut self) {
        self.database.run(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.role));
    }
}

/// What the guide says, with the names of these tables.
fn documented() -> String {
    let guide = include_str!("../../../../../../docs/operate/databases.md");
    let postgres = guide.split("\n## ").find(|section| section.starts_with("PostgreSQL")).unwrap();
    let block = postgres.split("```").find(|block| block.starts_with("sql\n")).unwrap();
    block.trim_start_matches("sql\n").lines().filter(|line| line.starts_with("GRANT")).collect::<Vec<_>>().join("\n")
}

fn with_history(users: &mut config::Users) {
    let [table, account_id, password, at] = ["used", "account_id", "password", "used_at"].map(Into::into);
    users.history = Some(config::History { table, account_id, password, at, keep: 3 });
}

fn about_rights(findings: &[Finding]) -> &Finding {
    let about = |finding: &&Finding| finding.text.contains("rights are") || finding.text.contains("Regain may ");
    findings.iter().find(about).unwrap_or_else(|| panic!("nothing about rights in {findings:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_grants_suffice_and_are_no_more_than_needed() {
    let least = Least::new();
    least.grant(&documented());
    let store = least.store(with_history);
    let findings = store.examine().await;
    assert_eq!(about_rights(&findings).verdict, Verdict::Holds, "{findings:?}");
    assert_eq!(find(&store, "ADA@example.com").await.len(), 1);
    assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(store.used_passwords(&AccountId::new("1")).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_missing_grant_is_named_and_mends_what_fails() {
    let grants = documented();
    for missing in 0..grants.lines().count() {
        let least = Least::new();
        let mut given: Vec<_> = grants.lines().collect();
        let left_out = given.remove(missing);
        least.database.run("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
        least.grant("GRANT USAGE ON SCHEMA public TO regain;");
        least.grant(&given.join("\n"));
        let store = least.store(with_history);
        let findings = store.examine().await;
        let finding = about_rights(&findings);
        assert_eq!(finding.verdict, Verdict::Fails, "without {left_out}: {findings:?}");
        let mending = finding.text.split_once("as the owner: ").unwrap().1;
        assert!(mending.ends_with(&format!(" TO {}", least.role)), "{mending}");
        least.database.run(mending);
        let findings = store.examine().await;
        assert_eq!(about_rights(&findings).verdict, Verdict::Holds, "{mending}: {findings:?}");
        assert_eq!(write(&store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]), "{mending}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_a_condition_and_schemas_count_too() {
    let least = Least::new();
    least.grant(&documented());
    least.database.run("ALTER TABLE accounts ADD locked boolean");
    let store = least.store(|users| users.eligible = Some("locked IS NOT TRUE".into()));
    let findings = store.examine().await;
    assert!(
        about_rights(&findings).text.contains("GRANT SELECT (\"locked\") ON \"public\".\"accounts\" TO"),
        "{findings:?}"
    );
    least.database.run("CREATE SCHEMA app; ALTER TABLE accounts SET SCHEMA app");
    let store = least.store(|users| users.table = "app.accounts".into());
    let findings = store.examine().await;
    assert!(about_rights(&findings).text.contains("GRANT USAGE ON SCHEMA \"app\" TO"), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_nothing_asks_for_are_told() {
    let least = Least::new();
    least.grant(&documented());
    for (grant, words) in [
        ("GRANT UPDATE (email) ON accounts TO regain", "UPDATE (\"email\") ON \"public\".\"accounts\""),
        ("GRANT DELETE, TRUNCATE ON accounts TO regain", "DELETE, TRUNCATE ON \"public\".\"accounts\""),
        ("ALTER TABLE accounts OWNER TO regain", "owns accounts"),
        ("ALTER ROLE regain SUPERUSER", "superuser"),
    ] {
        least.grant(grant);
        let findings = least.store(|_| {}).examine().await;
        let finding = about_rights(&findings);
        assert!(finding.verdict == Verdict::Advice && finding.text.contains(words), "{grant}: {findings:?}");
    }
    least.grant("ALTER ROLE regain NOSUPERUSER; ALTER TABLE accounts OWNER TO postgres");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_policies_hide_are_told() {
    let least = Least::new();
    least.grant(&documented());
    let about = async || {
        let findings = least.store(|_| {}).examine().await;
        findings.into_iter().find(|finding| finding.text.contains("row-level security"))
    };
    assert_eq!(about().await, None);
    least.grant("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY");
    let hidden = about().await.unwrap();
    assert_eq!(hidden.verdict, Verdict::Fails);
    assert!(find(&least.store(|_| {}), "ada@example.com").await.is_empty());
    least.grant("CREATE POLICY own ON accounts TO regain USING (is_active)");
    assert_eq!(about().await.unwrap().verdict, Verdict::Advice);
    least.database.run(hidden.text.split_once("as a superuser: ").unwrap().1);
    assert_eq!(about().await, None);
}

#[test]
fn a_statement_needs_what_it_does_with_a_table() {
    for (sql, table, needs) in [
        ("DELETE FROM sessions WHERE a = $1", "sessions", "SELECT, DELETE"),
        ("DELETE FROM ONLY \"app\".\"Sessions\"", "Sessions", "SELECT, DELETE"),
        ("DELETE FROM a USING sessions", "sessions", "SELECT"),
        ("DELETE FROM a WHERE b IN (SELECT b FROM sessions)", "sessions", "SELECT"),
        ("WITH gone AS (DELETE FROM sessions RETURNING 1) SELECT count(*) FROM gone", "sessions", "SELECT, DELETE"),
        ("UPDATE app.sessions SET a = 1", "sessions", "SELECT, UPDATE"),
        ("INSERT INTO sessions VALUES (1)", "sessions", "SELECT, INSERT"),
        ("SELECT 1", "sessions", "SELECT"),
    ] {
        assert_eq!(needed(sql, table), needs, "{sql}");
    }
}
