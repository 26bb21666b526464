//! A server that is told to stop loses nothing: what is under way finishes, whoever still asks is sent elsewhere in so
//! many words, and what cannot be mailed any more is mailed after the next start.

use crate::support::Server;
use crate::support::process::{DEADLINE, Process, Site, eventually};
use crate::support::smtp::{Behaviour, Phase};
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ADA: &str = "ada@example.com";
const ASK: &str = "POST /auth/password-reset/request HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
    Content-Length: 27\r\n\r\n{\"email\":\"ada@example.com\"}";

/// One answer on a connection that is kept.
async fn say(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !is_complete(&heard) {
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "cut off after {:?}", String::from_utf8_lossy(&heard));
    }
    String::from_utf8(heard).unwrap().to_ascii_lowercase()
}

/// Whether all of the body that the header announces is there.
fn is_complete(heard: &[u8]) -> bool {
    let heard = String::from_utf8_lossy(heard).to_ascii_lowercase();
    let Some((header, body)) = heard.split_once("\r\n\r\n") else { return false };
    let length = header.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    body.len() >= length.parse().unwrap()
}

async fn readiness(process: &Process) -> Option<u16> {
    Some(reqwest::get(process.admin_url("/readyz")).await.ok()?.status().as_u16())
}

/// A server whose courier is busy with a relay that does not answer, and that was told to stop.
async fn stopping() -> (Site, Process, TcpStream) {
    let site = Site::with_accounts(&[ADA]).await;
    site.smtp.at(Phase::Dot, Behaviour::Hang);
    let process = site.serve(&[]);
    let mut kept = TcpStream::connect(process.url("").trim_start_matches("http://")).await.unwrap();
    assert!(say(&mut kept, ASK).await.starts_with("http/1.1 200"));
    let leased = async || (process.metric("regain_queue_in_flight").await == 1.0).then_some(());
    eventually("mail in flight", DEADLINE, leased).await;
    process.tell_to_stop();
    eventually("a server that says it stops", DEADLINE, async || {
        (readiness(&process).await == Some(503)).then_some(())
    })
    .await;
    (site, process, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_drains_a_kept_connection_hears_503_and_no_new_one_is_taken() {
    let (site, mut process, mut kept) = stopping().await;
    let answer = say(&mut kept, ASK).await;
    assert!(answer.starts_with("http/1.1 503"), "{answer}");
    assert!(answer.contains("\r\nretry-after: 5\r\n") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
    assert_eq!(kept.read(&mut [0]).await.unwrap(), 0, "the connection is closed behind the answer");
    TcpStream::connect(process.url("").trim_start_matches("http://")).await.unwrap_err();
    assert!(process.ended().success(), "{}", process.log());

    site.smtp.behave();
    let _process = site.serve(&[]);
    site.mails_to(ADA, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_and_the_mail_comes_after_the_next_start() {
    let (site, mut process, _kept) = stopping().await;
    process.tell_to_stop();
    assert_eq!(process.ended().code(), Some(1), "it did not wait for the relay");
    site.smtp.behave();
    let _process = site.serve(&[]);
    site.mails_to(ADA, 1).await;
}

#[tokio::test]
async fn as_long_as_it_listens_everybody_is_sent_elsewhere_in_their_own_words() {
    let server = Server::start().await;
    server.app().leaving.store(true, Ordering::Relaxed);
    let mut answers = Vec::new();
    for address in [ADA, "nobody@example.com", "no address"] {
        let body = serde_json::json!({ "email": address });
        let answer = server.post_json("/auth/password-reset/request", body.clone()).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["connection"]), (503, &"close".parse().unwrap()));
        assert!(!answer.headers().contains_key("ratelimit-remaining"), "a call that was not looked at is not counted");
        answers.push((answer.headers()["retry-after"].clone(), answer.text().await.unwrap()));
        let answer = server.post_json("/auth/reset/password-email/", body).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"5".parse().unwrap()));
        let id = answer.headers()["x-request-id"].clone();
        let error: serde_json::Value = answer.json().await.unwrap();
        assert_eq!((&error["name"], error["id"].as_str()), (&"UnavailableError".into(), id.to_str().ok()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let page = server.get("/forgot-password").await;
    assert_eq!(page.status(), 503);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let health = reqwest::get(format!("{}/healthz", server.admin_url)).await.unwrap();
    assert_eq!(health.status(), 200, "it is alive for as long as it has something to do");
}
