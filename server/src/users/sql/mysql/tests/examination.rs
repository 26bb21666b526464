//! What an examination says of this engine alone.

use super::fixture::mysql;
use super::*;
use crate::finding::Verdict;
use crate::users::conformance::SqlFixture;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_index_that_is_advised_is_used() {
    for address in [
        "VARCHAR(254) COLLATE utf8mb4_general_ci",
        "VARCHAR(254) COLLATE utf8mb4_bin",
        "VARCHAR(254) CHARACTER SET latin1 COLLATE latin1_bin",
        "VARCHAR(254) COLLATE utf8mb4_turkish_ci",
        "TEXT COLLATE utf8mb4_unicode_ci",
        "VARBINARY(254)",
    ] {
        let database = MariaDb::new();
        database.run(&format!("ALTER TABLE accounts MODIFY email {address}"));
        database.run("INSERT INTO accounts VALUES (1, 'A@Example.com', NULL, NULL, 'old', true, true)");
        let store = || database.mysql(|_| {}, TimeLimits::default());
        let findings = store().examine().await;
        let advice = findings.iter().find(|finding| finding.text.contains("would help: ")).unwrap();
        assert_eq!(advice.verdict, Verdict::Advice);
        let (_, statement) = advice.text.split_once("would help: ").unwrap();
        database.run(statement.split(", and let").next().unwrap());
        let findings = store().examine().await;
        assert!(findings.iter().any(|finding| finding.text == "look-ups use an index"), "{address}: {findings:?}");
        assert_eq!(found(&store(), &["a@example.com"]).await.len(), 1, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_tells_version_and_privacy() {
    let database = MariaDb::new();
    let findings = database.mysql(|_| {}, TimeLimits::default()).examine().await;
    assert!(findings[0].text.contains("MariaDB") && findings[0].text.contains("on this machine"), "{findings:?}");
    let mut subjects = findings.iter().map(|finding| finding.subject);
    assert!(subjects.all(|subject| subject == "user store"), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_of_a_server_without_tls_says_what_to_write() {
    let database = MariaDb::new();
    for (options, words) in
        [("ssl-mode=required", "ssl-mode=disabled"), ("ssl-ca=/nowhere/ca.pem", "ssl-mode=disabled")]
    {
        let findings = mysql(&format!("{}?{options}", database.url()), |_| {}, TimeLimits::default()).examine().await;
        let [Finding { verdict: Verdict::Fails, text, .. }] = &findings[..] else { panic!("{findings:?}") };
        assert!(text.contains(words) && !text.contains("word"), "{text}");
    }
    let preferring = mysql(&format!("{}?ssl-mode=preferred", database.url()), |_| {}, TimeLimits::default());
    assert!(preferring.load(&AccountId::new("1")).await.unwrap().is_none());
}
