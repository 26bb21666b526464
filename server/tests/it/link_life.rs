//! How long a link lives, and what ends it before its time.

use crate::support::Server;
use crate::support::process::reset_token;
use crate::support::server::NEW_PASSWORD;
use crate::support::smtp::{Behaviour, Phase};
use std::time::Duration;

const ADA: &str = "ada@example.com";

#[track_caller]
fn assert_not_written(server: &Server) {
    assert!(server.stored_password(ADA).starts_with("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"));
    assert_eq!(server.sessions_of(ADA), 1);
}

async fn refuses(server: &Server, token: &str) {
    let answer = server.confirm(token, NEW_PASSWORD).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("invalid_token"));
    assert!(!server.is_live(token).await);
}

/// The application does `sql` between the mail and the redeeming: the link is dead.
async fn is_ended_by(sql: &str) -> Server {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.application_runs(sql);
    let answer = server.confirm(&token, NEW_PASSWORD).await;
    assert_eq!(answer.status(), 400, "{sql}");
    assert!(answer.text().await.unwrap().contains("invalid_token"));
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails().len(), 1, "no notice of what did not happen");
    server
}

#[tokio::test]
async fn a_link_lives_until_its_last_second_and_no_longer() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.clock.advance(Duration::from_secs(3600));
    refuses(&server, &token).await;
    assert_not_written(&server);
    let token = server.token_for(ADA).await;
    server.clock.advance(Duration::from_secs(3599));
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn its_time_is_what_is_configured() {
    let server = Server::with("[reset]\ntoken_ttl_seconds = 120\ncode_ttl_seconds = 60").await;
    let token = server.token_for(ADA).await;
    server.clock.advance(Duration::from_millis(119_999));
    assert!(server.is_live(&token).await);
    server.clock.advance(Duration::from_millis(1));
    refuses(&server, &token).await;
}

#[tokio::test]
async fn a_newer_mail_ends_the_older_link() {
    let server = Server::start().await;
    let first = server.token_for(ADA).await;
    server.clock.advance(Duration::from_secs(60));
    let second = server.token_for(ADA).await;
    refuses(&server, &first).await;
    assert_not_written(&server);
    assert_eq!(server.confirm(&second, NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn of_two_mails_of_one_moment_one_link_lives() {
    let server = Server::with("[reset]\ncooldown_seconds = 0").await;
    server.ask_for(ADA).await;
    server.clock.advance(Duration::from_millis(1));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    let tokens: Vec<String> = server.inbox.mails_to(ADA).iter().map(|mail| reset_token(mail).unwrap()).collect();
    let mut live = 0;
    for token in &tokens {
        live += usize::from(server.is_live(token).await);
    }
    assert_eq!((tokens.len(), live), (2, 1));
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_does_not_end_the_older_link() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    for refusal in ["451 4.3.0 later", "550 5.1.1 never"] {
        server.clock.advance(Duration::from_secs(60));
        server.inbox.at(Phase::Rcpt, Behaviour::Reply(refusal));
        server.ask_for(ADA).await;
        server.run_until_idle().await;
        assert!(server.is_live(&token).await, "{refusal}");
    }
}

#[tokio::test]
async fn after_an_unknown_outcome_both_links_open_until_one_is_used() {
    let server = Server::start().await;
    let [first, second] = server.two_mails_for(ADA).await.map(|mail| reset_token(&mail).unwrap());
    assert_ne!(first, second);
    assert!(server.is_live(&first).await && server.is_live(&second).await);
    assert_eq!(server.confirm(&second, NEW_PASSWORD).await.status(), 200);
    assert!(!server.is_live(&first).await);
}

#[tokio::test]
async fn a_password_changed_by_the_application_ends_the_link() {
    let server = is_ended_by(&format!("UPDATE accounts SET password = '$2b$04$x' WHERE email = '{ADA}'")).await;
    assert_eq!(server.stored_password(ADA), "$2b$04$x");
}

#[tokio::test]
async fn a_password_taken_away_ends_the_link() {
    is_ended_by(&format!("UPDATE accounts SET password = NULL WHERE email = '{ADA}'")).await;
}

#[tokio::test]
async fn an_address_changed_by_the_application_ends_the_link() {
    for address in ["ada@elsewhere.example", "ADA@example.com", "ada@example.com "] {
        let server = is_ended_by(&format!("UPDATE accounts SET email = '{address}' WHERE email = '{ADA}'")).await;
        assert!(!server.verifies(address, NEW_PASSWORD).await);
    }
}

#[tokio::test]
async fn an_account_that_may_reset_no_longer_is_not_written() {
    let server = is_ended_by(&format!("UPDATE accounts SET is_active = 0 WHERE email = '{ADA}'")).await;
    assert_not_written(&server);
}

#[tokio::test]
async fn an_account_that_is_gone_gets_no_other_accounts_password() {
    let server = is_ended_by(&format!("DELETE FROM accounts WHERE email = '{ADA}'")).await;
    assert!(!server.verifies("grace@example.com", NEW_PASSWORD).await);
}
