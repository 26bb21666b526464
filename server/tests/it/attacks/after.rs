//! Before and after: asking changes nothing, a reset changes one thing and ends what has to end, and the owner is told.

use super::{ADA, GRACE, REQUEST, VERIFY, submit};
use crate::support::Server;
use crate::support::process::Site;
use crate::support::server::NEW_PASSWORD;
use rusqlite::types::Value;
use serde_json::json;

/// Every row of a table, as it is.
fn rows(server: &Server, table: &str) -> Vec<Vec<Value>> {
    let accounts = server.accounts();
    let mut statement = accounts.prepare(&format!("SELECT * FROM {table} ORDER BY id")).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

/// OWASP Forgot Password Cheat Sheet: accounts that were locked, or lost their sessions, because a stranger asked.
#[tokio::test]
async fn asking_and_looking_change_nothing_about_an_account() {
    let server = Server::start().await;
    let before = (rows(&server, "accounts"), rows(&server, "sessions"));
    let token = server.token_for(ADA).await;
    server.post_json(VERIFY, json!({ "token": token })).await;
    server.get(&format!("/auth/reset/validate?token={token}")).await;
    server.get(&format!("/reset-password?token={token}")).await;
    server.confirm(&token, "weak").await;
    server.confirm(&"A".repeat(43), NEW_PASSWORD).await;
    server.post_json(REQUEST, json!({ "email": GRACE })).await;
    server.run_until_idle().await;
    let not_me = server.last_not_me_token_for(GRACE);
    assert_eq!(submit(&server, "/not-me", &[("token", &not_me)]).await.status(), 303);
    assert_eq!((rows(&server, "accounts"), rows(&server, "sessions")), before);
}

/// OWASP ASVS 5.0, 6.4.3: second factors, roles and flags that a reset took away or gave.
#[tokio::test]
async fn a_reset_changes_the_password_and_nothing_else() {
    let server = Server::start().await;
    server
        .accounts()
        .execute_batch(
            "ALTER TABLE accounts ADD COLUMN totp TEXT DEFAULT 'JBSWY3DP'; ALTER TABLE accounts ADD COLUMN role TEXT",
        )
        .unwrap();
    let before = rows(&server, "accounts");
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.run_until_idle().await;
    let after = rows(&server, "accounts");
    let password = 3;
    for (n, (row_before, row_after)) in before.iter().zip(&after).enumerate() {
        for (column, (old, new)) in row_before.iter().zip(row_after).enumerate() {
            assert_eq!(old != new, (n, column) == (0, password), "row {n}, column {column}");
        }
    }
    assert_eq!(after.len(), before.len());
    assert_eq!((server.sessions_of(ADA), server.sessions_of(GRACE)), (0, 1));
}

/// OWASP Forgot Password Cheat Sheet: whoever holds a stolen link was signed in by it, past the second factor.
#[tokio::test]
async fn nobody_is_signed_in_by_a_reset() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    let answer = server.confirm(&token, NEW_PASSWORD).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().get("set-cookie").is_none());
    assert_eq!(answer.text().await.unwrap().matches(':').count(), 1, "a message, and nothing to sign in with");
    let token = server.token_for(GRACE).await;
    let fields = [("token", token.as_str()), ("password", NEW_PASSWORD), ("password_confirmation", NEW_PASSWORD)];
    let answer = submit(&server, "/reset-password", &fields).await;
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert!(cookies.len() == 1 && cookies[0].to_str().unwrap().starts_with("regain=; "), "{cookies:?}");
    assert_eq!(rows(&server, "sessions").len(), 2, "of the two others, as before");
}

/// NIST SP 800-63B-4: each recovery is told to the owner, at the address that was on file when it happened.
#[tokio::test]
async fn the_notice_goes_to_the_address_that_was_on_file() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.application_runs(&format!("UPDATE accounts SET email = 'eve@evil.example' WHERE email = '{ADA}'"));
    server.run_until_idle().await;
    let mails = server.inbox.mails();
    assert_eq!(mails.iter().map(|mail| mail.to.as_slice()).collect::<Vec<_>>(), [[ADA], [ADA]]);
    assert!(mails[1].code().is_none() && !mails[1].text().contains("/reset-password#"));
}

/// Old sessions that live on after a reset, and nobody thought of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_is_told_that_nothing_ends_sessions() {
    let site = Site::with_accounts(&[ADA]).await;
    assert!(!site.printed_by(&["check"]).contains("nothing ends the sessions"));
    let output = site.regain_with(&["check"], "", &[("REGAIN_USERS__AFTER_RESET", "")]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("nothing ends the sessions"), "{printed}");
}
