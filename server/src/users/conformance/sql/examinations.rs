//! What a store says of itself when it is looked over.

use super::credentials::in_credentials;
use super::history::remember;
use super::{SqlFixture, count, three_accounts};
use crate::config::{self, AfterReset};
use crate::finding::{Finding, Verdict};

pub(crate) async fn an_examination_holds_and_changes_nothing<F: SqlFixture>() {
    let fixture = with_real_hashes::<F>();
    fixture.run("CREATE TABLE used (account_id INTEGER, password VARCHAR(255), used_at TIMESTAMP NULL)");
    fixture.run("INSERT INTO used VALUES (1, 'first', '2026-10-01 08:00:00')");
    let findings = fixture.store(remember).examine().await;
    assert!(findings.iter().any(|finding| finding.verdict == Verdict::Holds), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fails), "{findings:?}");
    assert!(findings.iter().all(|finding| !finding.text.contains("$2y$")), "{findings:?}");
    assert_eq!(count(&fixture, &format!("accounts WHERE password = '{HASH}'")), 3);
    assert_eq!(count(&fixture, "sessions WHERE ended_by = 'nobody'"), 2);
    assert_eq!(count(&fixture, "used"), 1);
}

pub(crate) async fn an_examination_says_which_table_or_column_is_missing<F: SqlFixture>() {
    let fixture = with_real_hashes::<F>();
    fixture.run("CREATE TABLE used (account_id INTEGER, password VARCHAR(255), since TIMESTAMP NULL)");
    let cases: [Case; 5] = [
        (|users| users.table = "nowhere".into(), ["nowhere", "users.table"]),
        (|users| users.email = "mail".into(), ["\"mail\"", "email"]),
        (in_credentials, ["credentials", "users.credentials.table"]),
        (remember, ["\"used_at\"", "since"]),
        (
            |users| {
                remember(users);
                users.history.as_mut().unwrap().table = "never".into();
            },
            ["never", "users.history.table"],
        ),
    ];
    for (change, words) in cases {
        fails_with(&fixture.store(change).examine().await, &words);
    }
}

pub(crate) async fn an_examination_says_what_is_wrong_with_sql<F: SqlFixture>() {
    let fixture = with_real_hashes::<F>();
    let cases: [Case; 2] = [
        (|users| users.eligible = Some("activated = 1".into()), ["activated", "users.eligible"]),
        (|users| users.after_reset.push("DELETE FROM nowhere WHERE id = :id".into()), ["nowhere", "users.after_reset"]),
    ];
    for (change, words) in cases {
        fails_with(&fixture.store(change).examine().await, &words);
    }
}

pub(crate) async fn an_examination_tells_shared_addresses_and_formats<F: SqlFixture>() {
    let fixture = with_real_hashes::<F>();
    let said = |findings: &[Finding], verdict, words: &str| {
        findings.iter().any(|finding| finding.verdict == verdict && finding.text.contains(words))
    };
    let findings = fixture.store(|_| {}).examine().await;
    assert!(said(&findings, Verdict::Holds, "no two accounts"), "{findings:?}");
    assert!(said(&findings, Verdict::Holds, "3 bcrypt"), "{findings:?}");
    fixture.run("INSERT INTO accounts VALUES (4, 'ADA@example.com', NULL, NULL, NULL, true, true)");
    let findings = fixture.store(|_| {}).examine().await;
    assert!(said(&findings, Verdict::Advice, "1 address belongs"), "{findings:?}");
    fixture.run("UPDATE accounts SET password = 'plain' WHERE id = 3");
    let findings = fixture.store(|_| {}).examine().await;
    assert!(said(&findings, Verdict::Fails, "1 unknown"), "{findings:?}");
    assert!(!findings.iter().any(|finding| finding.text.contains("plain")), "{findings:?}");
}

pub(crate) async fn an_examination_tells_what_is_left_out<F: SqlFixture>() {
    let fixture = with_real_hashes::<F>();
    let store = fixture.store(|users| {
        let sql = "DELETE FROM devices WHERE account_id = :id".into();
        users.after_reset.push(AfterReset { sql, if_table: Some("devices".into()) });
    });
    let findings = store.examine().await;
    let left_out = findings.iter().find(|finding| finding.text.contains("devices"));
    assert!(left_out.is_some_and(|finding| finding.verdict == Verdict::Holds), "{findings:?}");
}

/// A change of the configuration, and words that a finding about it has to have.
type Case = (fn(&mut config::Users), [&'static str; 2]);

#[track_caller]
fn fails_with(findings: &[Finding], words: &[&str]) {
    let failed = findings.iter().filter(|finding| finding.verdict == Verdict::Fails);
    let mut texts = failed.map(|finding| &finding.text);
    assert!(texts.any(|text| words.iter().all(|word| text.contains(word))), "{words:?}: {findings:?}");
}

fn with_real_hashes<F: SqlFixture>() -> F {
    let (fixture, _) = three_accounts::<F>();
    fixture.run(&format!("UPDATE accounts SET password = '{HASH}'"));
    fixture
}

/// What PHP makes of a password.
const HASH: &str = "$2y$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
