//! Who receives the mail: attempts to have a link for one account sent to somebody else.

use super::{ADA, PASSWORD_EMAIL, PUBLIC, REQUEST, submit};
use crate::support::Server;
use crate::support::process::{DEADLINE, Site, eventually};
use serde_json::json;

const EVE: &str = "eve@evil.example";

/// GitLab CVE-2023-7028: the mail for the first of two addresses went to both.
#[tokio::test]
async fn a_list_of_addresses_is_refused() {
    let server = Server::with(PUBLIC).await;
    server.add_account(EVE);
    for body in [
        format!(r#"{{"email":["{ADA}","{EVE}"]}}"#),
        format!(r#"{{"email":["{ADA}"]}}"#),
        format!(r#"{{"email":{{"0":"{ADA}","1":"{EVE}"}}}}"#),
        format!(r#"{{"email":"{ADA}","email":"{EVE}"}}"#),
        format!(r#"{{"email":"{ADA}","e\u006dail":"{EVE}"}}"#),
        format!(r#"{{"email":"{ADA},{EVE}"}}"#),
        format!(r#"{{"email":"{ADA};{EVE}"}}"#),
        format!(r#"{{"email":"{ADA} {EVE}"}}"#),
        format!(r#"{{"email":"{ADA}\n{EVE}"}}"#),
        format!(r#"[{{"email":"{ADA}"}},{{"email":"{EVE}"}}]"#),
    ] {
        for door in [REQUEST, PASSWORD_EMAIL] {
            let post = server.post(door).header("content-type", "application/json").body(body.clone());
            assert_eq!(post.send().await.unwrap().status(), 400, "{door} {body}");
        }
    }
    assert_eq!(submit(&server, "/forgot-password", &[("email", ADA), ("email", EVE)]).await.status(), 400);
    submit(&server, "/forgot-password", &[("email[]", ADA), ("email[]x", EVE)]).await;
    server.run_until_idle().await;
    assert!(server.inbox.mails().is_empty());
}

/// Nodemailer CVE-2025-13033, RUSTSEC-2024-0421: one parser saw Ada's address, another sent to Eve's.
#[tokio::test]
async fn what_two_parsers_read_differently_is_refused_or_one_opaque_address() {
    // With strangers mailed too, whatever was taken for an address shows as an envelope.
    let server = Server::with(&format!("{PUBLIC}[notify]\nunknown_address = true")).await;
    let mut seen = 0;
    for typed in [
        "\"ada@example.com x\"@evil.example",
        "\"ada\"@example.com",
        "ada(@evil.example)@example.com",
        "(ada@example.com)eve@evil.example",
        "ada@example.com (eve@evil.example)",
        "ada@example.com@evil.example",
        "ada @example.com",
        "ada\r\n @example.com",
        "ada@example.com\r\nRCPT TO:<eve@evil.example>",
        "ada@example.com%0d%0aBcc:eve@evil.example",
        "ada@example.com\r\nBcc: eve@evil.example",
        "=?utf-8?q?ada=40evil.example=3e?=@example.com",
        "ada%evil.example@example.com",
        "evil.example!ada@example.com",
        "@evil.example:ada@example.com",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "mailto:ada@example.com",
        "ada@example.com?cc=eve@evil.example",
        "ada@example.com\0",
        "ada@example.com\u{202e}",
        "ada@example\u{ff0e}com",
        "ada@[127.0.0.1]",
        "ada@xn--a.com",
        ".ada@example.com",
    ] {
        for door in [REQUEST, PASSWORD_EMAIL] {
            let answer = server.post_json(door, json!({ "email": typed })).await;
            assert!(matches!(answer.status().as_u16(), 200 | 400), "{typed:?}");
        }
        submit(&server, "/forgot-password", &[("email", typed)]).await;
        server.run_until_idle().await;
        let mails = server.inbox.mails();
        for mail in &mails[seen..] {
            assert_eq!(mail.to, [typed]);
            assert_eq!(mail.code(), None, "{typed:?}");
        }
        seen = mails.len();
    }
}

/// Grafana CVE-2022-39229: who called themselves by another's address received the other's mail.
#[tokio::test]
async fn another_accounts_name_is_no_address() {
    let server = Server::start().await;
    server.application_runs(&format!("UPDATE accounts SET name = '{ADA}' WHERE name = 'Grace'"));
    server.token_for(ADA).await;
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [ADA]);
}

/// Grafana CVE-2022-39229: where two accounts may be meant, somebody has to look into it.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_two_accounts_is_told_to_the_operator() {
    let site = Site::with_accounts(&["Pair@example.com", "pAIR@example.com"]).await;
    let server = site.serve(&[]);
    server.request("pair@example.com").await;
    let told = async || server.log().lines().any(|line| line.contains("ambiguous")).then_some(());
    eventually("word of it in the log", DEADLINE, told).await;
    assert!(site.smtp.mails().is_empty());
}

/// Keycloak GHSA-cf8f-w2c5-p5jr: service accounts had addresses at a domain that anybody could register.
#[tokio::test]
async fn service_accounts_and_placeholder_domains_get_none() {
    let eligible = "[users]\neligible = \"is_active AND email NOT LIKE '%@placeholder.org' AND name IS NOT 'service'\"";
    let server = Server::with(eligible).await;
    for address in ["service-account-reports", "reports@placeholder.org", "robot@example.com"] {
        server.add_account(address);
    }
    server.application_runs("UPDATE accounts SET name = 'service' WHERE email = 'robot@example.com'");
    for typed in ["service-account-reports", "reports@placeholder.org", "Reports@Placeholder.ORG", "robot@example.com"]
    {
        server.post_json(REQUEST, json!({ "email": typed })).await;
        server.run_until_idle().await;
    }
    assert!(server.inbox.mails().is_empty());
    server.token_for(ADA).await;
}

/// Known CVE-2026-26273: further members of the body chose whose account it was and where the mail led to.
#[tokio::test]
async fn what_else_is_sent_changes_nothing_about_the_mail() {
    let server = Server::with(PUBLIC).await;
    server.add_account(EVE);
    let extras = ["to", "cc", "bcc", "user_id", "id", "username", "redirect_url", "callbackURL", "template", "subject"];
    let mut body = json!({ "email": ADA });
    for extra in extras {
        body[extra] = EVE.into();
    }
    assert_eq!(server.post_json(PASSWORD_EMAIL, body.clone()).await.status(), 400);
    assert_eq!(server.post_json(&format!("{REQUEST}?to={EVE}"), body).await.status(), 200);
    server.run_until_idle().await;
    server.clock.advance(std::time::Duration::from_secs(60));
    let fields: Vec<_> = extras.iter().map(|extra| (*extra, EVE)).chain([("email", ADA)]).collect();
    assert_eq!(submit(&server, "/forgot-password", &fields).await.status(), 303);
    server.run_until_idle().await;
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert_eq!(mail.to, [ADA]);
        assert!(!String::from_utf8_lossy(&mail.raw).contains("evil"));
    }
}
