//! Where links and redirects point: nowhere that a request named.

use super::{ADA, REQUEST, submit};
use crate::support::Server;
use crate::support::process::{Process, Site};
use reqwest::header::LOCATION;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// CouchAuth GHSA-fqh6-6h6c-366m, Zitadel GHSA-2wmj-46rj-qm2w: the other ways to name a host to a server.
#[tokio::test]
async fn a_host_in_the_request_line_shows_nowhere() {
    let server = Server::start().await;
    let body = format!(r#"{{"email":"{ADA}"}}"#);
    for target in [format!("http://evil.example{REQUEST}"), format!("//evil.example{REQUEST}"), REQUEST.to_owned()] {
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Server: evil.example\r\nConnection: close\r\n\
             X-Forwarded-Prefix: //evil.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains("evil"), "{answer}");
        server.run_until_idle().await;
    }
    let mails = server.inbox.mails_to(ADA);
    assert!(!mails.is_empty());
    for mail in mails {
        assert!(!String::from_utf8_lossy(&mail.raw).contains("evil"));
        assert!(mail.links().iter().all(|link| link.starts_with(&format!("{}/", server.url))));
    }
}

/// MantisBT GHSA-mcqj-7p29-9528: without a base URL, the request's own was used.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_url_of_https_it_does_not_start() {
    let site = Site::with_accounts(&[]).await;
    let started =
        |env: &[(&str, &str)]| Process::try_start(site.path(), &["serve", "--config", "regain.toml"], env).map(drop);
    for url in ["http://accounts.example.com", "http://192.0.2.1", "//accounts.example.com", ""] {
        let (status, log) = started(&[("REGAIN_PUBLIC_URL", url)]).expect_err(url);
        assert_eq!(status.code(), Some(2), "{url}");
        assert!(log.contains("public_url"), "{url}: {log}");
    }
    let config = std::fs::read_to_string(site.path().join("regain.toml")).unwrap();
    let without: String =
        config.lines().filter(|line| !line.starts_with("public_url")).map(|line| format!("{line}\n")).collect();
    std::fs::write(site.path().join("regain.toml"), without).unwrap();
    let (status, log) = started(&[]).expect_err("no public_url");
    assert!(status.code() == Some(2) && log.contains("public_url"), "{log}");
}

/// better-auth CVE-2024-56734, Rodauth CVE-2026-82467: browsers were sent wherever a parameter said.
#[tokio::test]
async fn every_redirect_leads_to_a_page_of_our_own() {
    const PAGES: [&str; 6] = [
        "/forgot-password",
        "/forgot-password/sent",
        "/reset-password",
        "/reset-password/done",
        "/not-me",
        "/not-me/done",
    ];
    let server = Server::start().await;
    let wishes = ["next", "redirect_to", "redirectTo", "callbackURL", "return_to", "url", "continue"];
    for evil in
        ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", "javascript:alert(1)"]
    {
        let query: String = wishes.iter().map(|wish| format!("&{wish}={evil}")).collect();
        let fields: Vec<_> = wishes.iter().map(|wish| (*wish, evil)).chain([("email", ADA)]).collect();
        let mut answers = vec![submit(&server, &format!("/forgot-password?a=b{query}"), &fields).await];
        let fields: Vec<_> = wishes.iter().map(|wish| (*wish, evil)).chain([("token", "AAAA")]).collect();
        answers.push(submit(&server, "/reset-password/open", &fields).await);
        for path in
            ["/.well-known/change-password?a=b", "/reset-password?token=AAAA", "/reset-password/done?a=b", "/?a=b"]
        {
            answers.push(server.get(&format!("{path}{query}")).await);
        }
        for path in
            [format!("//evil.example/{evil}"), "//evil.example/".into(), "/forgot-password//evil.example/".into()]
        {
            answers.push(server.client().get(format!("{}{path}", server.url)).send().await.unwrap());
        }
        for answer in answers {
            let Some(location) = answer.headers().get(LOCATION) else { continue };
            assert!(PAGES.contains(&location.to_str().unwrap()), "{}: {location:?}", answer.url());
        }
    }
}
