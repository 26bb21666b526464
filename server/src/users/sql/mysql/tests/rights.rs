//! The rights that `docs/operate/databases.md` grants: enough, and no more than needed.

use super::*;
use crate::finding::Verdict;
use crate::users::conformance::SqlFixture;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_rights_are_sufficient_and_no_more() {
    let database = granted();
    let store = database.mysql(|_| {}, TimeLimits::default());
    assert_eq!(found(&store, &["a@example.com"]).await.len(), 1);
    assert_eq!(write(&store, "1", "a@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(database.ask("SELECT CAST(COUNT(*) AS CHAR) FROM sessions"), "0");
    let findings = store.examine().await;
    assert!(findings.iter().any(|finding| finding.text.contains("sufficient, and no more")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_right_is_named() {
    for (revoked, named) in [
        ("SELECT (email) ON {db}.accounts", ["\"email\"", "GRANT SELECT"]),
        ("SELECT (password) ON {db}.accounts", ["SELECT (`password`)", "ON `accounts`"]),
        ("SELECT (is_active) ON {db}.accounts", ["SELECT (`is_active`)", "ON `accounts`"]),
        ("UPDATE (password) ON {db}.accounts", ["GRANT UPDATE", "`accounts`"]),
        ("DELETE ON {db}.sessions", ["GRANT DELETE", "`sessions`"]),
        ("SELECT (account_id) ON {db}.sessions", ["GRANT SELECT", "`sessions`"]),
    ] {
        let database = granted();
        let revoke = format!("REVOKE {} FROM {}", revoked.replace("{db}", &database.name), database.account);
        database.as_owner(&[&revoke]);
        let store = database.mysql(|_| {}, TimeLimits::default());
        let findings = store.examine().await;
        let names = |finding: &Finding| named.iter().all(|word| finding.text.contains(word));
        let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fails && names(finding));
        assert!(failed, "{revoked}: {findings:?}");
        write(&store, "1", "a@example.com", "old", "new").await.unwrap_err();
        assert_eq!(database.ask("SELECT password FROM accounts"), "old");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_beyond_that_are_named() {
    for (grant, named) in [
        ("INSERT ON {db}.accounts", "INSERT ON"),
        ("UPDATE (email) ON {db}.accounts", "UPDATE (email) ON"),
        ("UPDATE ON {db}.accounts", "is_active"),
        ("SELECT ON {db}.*", "SELECT ON"),
        ("PROCESS ON *.*", "PROCESS ON *.*"),
        ("ALL ON {db}.*", "more ON"),
    ] {
        let database = granted();
        let sql = format!("GRANT {} TO {}", grant.replace("{db}", &database.name), database.account);
        database.as_owner(&[&sql]);
        let findings = database.mysql(|_| {}, TimeLimits::default()).examine().await;
        let named = |finding: &Finding| finding.verdict == Verdict::Advice && finding.text.contains(named);
        assert!(findings.iter().any(named), "{grant}: {findings:?}");
        assert!(!findings.iter().any(|finding| finding.text.contains("may not do")), "{grant}: {findings:?}");
    }
}

/// The fixture's tables, with an account and a session, and the documented rights.
fn granted() -> MariaDb {
    let database = MariaDb::new();
    database.run("INSERT INTO accounts VALUES (1, 'a@example.com', NULL, NULL, 'old', true, true)");
    database.run("INSERT INTO sessions VALUES (1, 'nobody')");
    let (name, account) = (&database.name, &database.account);
    database.as_owner(&[&format!("REVOKE ALL ON {name}.* FROM {account}")]);
    let (_, mysql) = DOCUMENTED.split_once("## MySQL and MariaDB").unwrap();
    let mysql = mysql.split("\n## ").next().unwrap();
    let grants: Vec<_> = mysql.lines().filter(|line| line.starts_with("GRANT ")).collect();
    assert_eq!(grants.len(), 2, "{mysql}");
    for grant in grants {
        let grant = grant.replace(" app.", &format!(" {name}.")).replace("'regain'@'10.0.0.%'", account);
        database.as_owner(&[grant.trim_end_matches(';')]);
    }
    database
}

const DOCUMENTED: &str = include_str!("../../../../../../docs/operate/databases.md");
