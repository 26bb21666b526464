//! `regain ledger`: backups, looking a ledger over, and the way to PostgreSQL.

use crate::support::postgres::{Database, server};
use crate::support::process::{Site, client, reset_token};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_made_while_requests_come_in_holds_what_was_mailed_before() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    let (url, client) = (server.url("/auth/password-reset/request"), client());
    let asking = tokio::spawn(async move {
        for n in 0..200 {
            client.post(&url).json(&json!({ "email": format!("n{n}@example.com") })).send().await.unwrap();
        }
    });
    let backup = site.path().join("copy.db");
    let said = site.printed_by(&["ledger", "backup", "copy.db"]);
    assert!(said.contains("copy.db") && said.lines().count() == 1, "{said}");
    asking.await.unwrap();
    assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    site.printed_by(&["ledger", "verify"]);
    site.printed_by(&["ledger", "verify", "copy.db"]);

    let before = std::fs::read(&backup).unwrap();
    let again = site.regain(&["ledger", "backup", "copy.db"], "");
    assert_eq!(again.status.code(), Some(1));
    assert!(stderr(&again).contains("copy.db"), "{}", stderr(&again));
    assert!(std::fs::read(&backup).unwrap() == before, "a backup is never written over");

    drop(server);
    let server = site.serve(&[("REGAIN_LEDGER__URL", "sqlite:copy.db")]);
    assert!(server.is_live(&token).await, "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_and_rows_that_break_a_rule_are_told() {
    let site = Site::with_accounts(&[]).await;
    ledger_with_rows(&site, 300);
    site.printed_by(&["ledger", "backup", "copy.db"]);
    let counted = |times_and_last_at: &str| {
        format!(
            "INSERT INTO events (entry, at, what, times, last_at) \
             SELECT id, 5, 'opened', {times_and_last_at} FROM outbox LIMIT 1"
        )
    };
    for (sql, told) in [
        ("UPDATE outbox SET ended_at = NULL", "outbox"),
        ("UPDATE outbox SET state = 'forgotten'", "forgotten"),
        ("UPDATE outbox SET address_digest = x'00'", "32 octets"),
        ("INSERT INTO events (entry, at, what) VALUES (randomblob(16), 0, 'opened')", "events"),
        (counted("1, NULL").as_str(), "do not go together"),
        (counted("0, 5").as_str(), "do not go together"),
        (counted("2, 4").as_str(), "do not go together"),
        ("UPDATE migrations SET checksum = 'x' WHERE version = 1", "schema"),
        ("PRAGMA application_id = 7", "another application"),
    ] {
        std::fs::copy(site.path().join("copy.db"), site.path().join("broken.db")).unwrap();
        Connection::open(site.path().join("broken.db")).unwrap().execute_batch(sql).unwrap();
        assert!(findings_in(&site, "broken.db").contains(told), "{sql}");
    }

    let mut damaged = std::fs::read(site.path().join("copy.db")).unwrap();
    let half = damaged.len() / 2;
    damaged[half..].fill(0xA5);
    std::fs::write(site.path().join("damaged.db"), damaged).unwrap();
    findings_in(&site, "damaged.db");
    std::fs::write(site.path().join("none.db"), "no database".repeat(1000)).unwrap();
    findings_in(&site, "none.db");
    assert_eq!(site.regain(&["ledger", "verify", "absent.db"], "").status.code(), Some(1));
    assert!(!site.path().join("absent.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_killed_goes_on_and_a_ledger_in_use_is_no_place_to_copy_to() {
    let (site, database) = (Site::with_accounts(&[]).await, place_for_a_ledger().await);
    ledger_with_rows(&site, 2500);
    let url = database.direct_url();
    let copy = ["ledger", "copy", "--json", "--to", &url];
    let killed = site.regain_with(&copy, "", &[("REGAIN_FAILPOINT", "batch_copied:2")]);
    assert_eq!(killed.status.code(), None, "{}", stderr(&killed));
    let count = "SELECT count(*)::text FROM regain.outbox";
    assert_eq!(database.ask(count).await, "2000");

    for _ in 0..2 {
        let outcome: Value = serde_json::from_str(&site.printed_by(&copy)).unwrap();
        assert_eq!(outcome["tables"][0]["rows"], 2500, "{outcome}");
        assert_eq!(database.ask(count).await, "2500");
    }

    database.run("UPDATE regain.outbox SET attempts = attempts + 1 WHERE identifier = 'n7@example.com'").await;
    let refused = site.regain(&copy, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("in use") && stderr(&refused).contains("outbox"), "{}", stderr(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_copy_what_waited_is_mailed_and_what_was_mailed_still_opens() {
    let (site, database) = (Site::with_accounts(&[ADA, BOB]).await, place_for_a_ledger().await);
    let mut server = site.serve(&[]);
    server.request(ADA).await;
    let token = reset_token(&site.mails_to(ADA, 1).await[0]).unwrap();
    std::fs::write(site.path().join("ledger-url"), format!("{}\n", database.url())).unwrap();
    let copy = ["ledger", "copy", "--to-file", "ledger-url"];
    let refused = site.regain(&copy, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("stop it"), "{}", stderr(&refused));
    server.terminate();
    site.printed_by(&["request", BOB]);

    let said = site.printed_by(&copy);
    assert!(said.contains("url_file") && said.contains("regain.secret"), "{said}");
    let url = database.url();
    let server = site.serve(&[("REGAIN_LEDGER__URL", &url), ("REGAIN_SERVER__SECRET_FILE", "regain.secret")]);
    site.mails_to(BOB, 1).await;
    assert!(server.confirm(&token, "correct horse battery new").await.unwrap(), "{}", server.log());
    site.mails_to(ADA, 2).await;
    assert!(site.accepts(ADA, "correct horse battery new"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_in_postgresql_is_backed_up_by_its_own_tools() {
    let site = Site::with_accounts(&[]).await;
    let elsewhere =
        [("REGAIN_LEDGER__URL", "postgres://regain@127.0.0.1:9/regain"), ("REGAIN_SERVER__SECRET_FILE", "x")];
    let refused = site.regain_with(&["ledger", "backup", "copy.db"], "", &elsewhere);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("pg_dump --schema=regain"), "{}", stderr(&refused));
    for words in [&["ledger", "copy"] as &[_], &["ledger", "copy", "--to", "sqlite:copy.db"], &["ledger", "move"]] {
        assert_eq!(site.regain(words, "").status.code(), Some(2), "{words:?}");
    }
}

/// A schema that Regain's role may fill.
async fn place_for_a_ledger() -> Database {
    let database = Database::empty(server()).await;
    database.run("CREATE SCHEMA regain AUTHORIZATION ROLE").await;
    database
}

/// A ledger with requests that ended, made without a server.
fn ledger_with_rows(site: &Site, rows: u32) {
    site.printed_by(&["outbox", "list"]);
    let ledger = Connection::open(site.path().join("regain.db")).unwrap();
    let sql = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1) \
               INSERT INTO outbox (id, message, origin, locales, identifier, address_digest, accepted_at, due_at, state, \
                 reason, ended_at) \
               SELECT randomblob(16), 'reset', 'page', 'en', 'n' || i || '@example.com', randomblob(32), i, i, 'failed', \
                 'unknown', i FROM n";
    ledger.execute(sql, [rows]).unwrap();
}

/// What `verify` says of the file, which it must not be content with.
fn findings_in(site: &Site, file: &str) -> String {
    let output = site.regain(&["ledger", "verify", file], "");
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{file}: {said} {}", stderr(&output));
    assert!(!said.trim().is_empty(), "{file}: a finding has a line");
    said
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
