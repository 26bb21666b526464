//! Logs, errors and settings: what an attacker writes into them, reads out of them, or counts on being left as it was.

use super::{ADA, CONFIRM, VERIFY};
use crate::support::Server;
use crate::support::process::{Process, Site};
use crate::support::server::NEW_PASSWORD;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Lines in a log that nobody wrote, and colours that hide others.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_makes_no_line_of_its_own_in_the_log() {
    let site = Site::with_accounts(&[ADA]).await;
    let mut server = site.serve(&[("REGAIN_LOG", "trace")]);
    let address = server.url("").trim_start_matches("http://").to_owned();
    let body = r#"{"email":"x\n{\"level\":\"FORGED\"}\u001b[2J\u202e@example.com"}"#;
    for head in [
        "POST /auth/password-reset/request HTTP/1.1".to_owned(),
        "POST /a%0a%7b%22level%22:%22FORGED%22%7d%1b[2J HTTP/1.1".to_owned(),
        "GET /?a=%0aFORGED%1b[2J HTTP/1.1".to_owned(),
        "FORGED\u{b}\u{1b}[2J / HTTP/1.1".to_owned(),
        "GET / HTTP/1.1\r\nUser-Agent: \u{1b}[2J\u{202e}FORGED".to_owned(),
        "GET / HTTP/1.1\r\nX-Forwarded-For: 1.2.3.4\tFORGED\r\nAuthorization: FORGED\u{202e}".to_owned(),
    ] {
        let request = format!(
            "{head}\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    server.request(ADA).await;
    site.mails_to(ADA, 1).await;
    assert!(server.terminate().success());
    for line in server.log().lines() {
        let parsed: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line:?}"));
        assert_ne!(parsed["level"], "FORGED", "{line}");
        assert!(!line.contains(['\u{1b}', '\u{202e}', '\r', '\u{b}']), "{line:?}");
    }
}

/// Unleash: answers that quoted the SQL which had failed.
#[tokio::test]
async fn an_error_says_nothing_of_the_inside() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.store_goes_down();
    let mut answers = vec![server.confirm(&token, NEW_PASSWORD).await];
    let post = server.post("/auth/reset/password-email").header("authorization", server.api_token);
    answers.push(post.json(&json!({ "email": ADA })).send().await.unwrap());
    answers.push(server.get(&format!("/auth/reset/validate?token={token}")).await);
    server.ledger().execute_batch("ALTER TABLE deliveries RENAME TO deliveries_away").unwrap();
    for door in [VERIFY, CONFIRM] {
        answers.push(server.post_json(door, json!({ "token": token, "new_password": NEW_PASSWORD })).await);
    }
    answers.push(server.client().get(format!("{}/not-me?token={token}", server.url)).send().await.unwrap());
    for answer in answers {
        let path = answer.url().path().to_owned();
        assert_eq!(answer.status(), 503, "{path}");
        assert!(answer.headers().contains_key("retry-after"), "{path}");
        let said = super::octets(answer).await.to_lowercase();
        for inside in ["sql", "accounts", "deliveries", "no such", "/tmp", ".db", "panicked", ".rs", "ledger", "store"]
        {
            assert!(!said.replace("no-store", "").contains(inside), "{path} says {inside}: {said}");
        }
    }
}

/// Secrets that stand in everybody's documentation.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_secret_out_of_a_manual_it_does_not_start() {
    for (variable, value) in [
        ("REGAIN_API__TOKENS", "changeme"),
        ("REGAIN_API__TOKENS", "your-api-key"),
        ("REGAIN_MAIL__SMTP__URL", "smtp://regain:changeme@mail.example.com:25"),
    ] {
        let env = [("REGAIN_PUBLIC_URL", "https://accounts.example.com"), (variable, value)];
        refuses_to_start(&env, "an example").await;
    }
}

/// Limits and lifetimes that were off because nobody had set them, or somebody had set them to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_limit_and_no_lifetime_can_be_taken_away() {
    for (variable, value) in [
        ("REGAIN_RESET__TOKEN_TTL_SECONDS", "0"),
        ("REGAIN_RESET__TOKEN_TTL_SECONDS", ""),
        ("REGAIN_RESET__TOKEN_TTL_SECONDS", "-1"),
        ("REGAIN_RESET__TOKEN_TTL_SECONDS", "never"),
        ("REGAIN_RESET__CODE_ATTEMPTS_MAX", "0"),
        ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "0"),
        ("REGAIN_LIMITS__REQUESTS_PER_NETWORK_PER_MINUTE", "0"),
        ("REGAIN_LIMITS__QUEUE_MAX", "unlimited"),
        ("REGAIN_LIMITS__BODY_BYTES_MAX", "999999999"),
        ("REGAIN_SERVER__TRUSTED_PROXIES", "0.0.0.0/0"),
        ("REGAIN_RESET__TOKEN_TTL", "60"),
    ] {
        let named = variable.trim_start_matches("REGAIN_").replace("__", ".").to_lowercase();
        refuses_to_start(&[(variable, value)], &named).await;
    }
}

async fn refuses_to_start(env: &[(&str, &str)], word: &str) {
    let site = Site::with_accounts(&[]).await;
    let started = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], env).map(drop);
    let (status, log) = started.expect_err(&format!("{env:?}"));
    assert_eq!(status.code(), Some(2), "{env:?}: {log}");
    assert!(log.contains(word), "{env:?}: {log}");
}
