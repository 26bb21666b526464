//! A state of siege is for the operator's eyes: it changes no answer.

use super::REQUEST;
use crate::support::Server;
use crate::support::process::{DEADLINE, Process, Site, client, eventually};
use serde_json::json;
use std::time::Duration;

const LIMIT: &str = "[limits]\nrequests_per_network_per_minute = 1\n[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";

/// Asks twice from a network that may ask once.
async fn use_up(client: &reqwest::Client, url: &str, network: usize) {
    for status in [200, 429] {
        let ask = client.post(format!("{url}{REQUEST}")).header("x-forwarded-for", format!("203.0.113.{network}"));
        assert_eq!(ask.json(&json!({ "email": "ada@example.com" })).send().await.unwrap().status(), status);
    }
}

/// Status, header and body, but for what differs from call to call.
async fn answer(server: &Server, network: &str) -> String {
    let ask = server.post(REQUEST).header("x-forwarded-for", network).json(&json!({ "email": "grace@example.com" }));
    let answer = ask.send().await.unwrap();
    let status = answer.status();
    let mut headers = answer.headers().clone();
    assert!(headers.remove("date").is_some() && headers.remove("x-request-id").is_some());
    format!("{status} {headers:?} {}", answer.text().await.unwrap())
}

async fn is_under_siege(server: &Server) -> bool {
    let page = reqwest::get(format!("{}/metrics", server.admin_url)).await.unwrap().text().await.unwrap();
    page.contains("\nregain_siege 1\n")
}

#[tokio::test]
async fn a_siege_is_seen_and_over_and_nobody_is_answered_differently() {
    let server = Server::with(LIMIT).await;
    let before = answer(&server, "198.51.100.1").await;
    for network in 0..29 {
        use_up(server.client(), &server.url, network).await;
    }
    assert!(!is_under_siege(&server).await);
    use_up(server.client(), &server.url, 29).await;
    eventually("a siege", DEADLINE, async || is_under_siege(&server).await.then_some(())).await;
    assert_eq!(answer(&server, "198.51.100.2").await, before);
    server.clock.advance(Duration::from_secs(61));
    eventually("its end", DEADLINE, async || (!is_under_siege(&server).await).then_some(())).await;
    assert_eq!(answer(&server, "198.51.100.3").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_so_once_with_figures() {
    let site = Site::with_accounts(&["ada@example.com"]).await;
    let process = site.serve(&[
        ("REGAIN_LIMITS__REQUESTS_PER_NETWORK_PER_MINUTE", "1"),
        ("REGAIN_SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
    ]);
    let client = client();
    for network in 0..40 {
        use_up(&client, &process.url(""), network).await;
    }
    let lines = |process: &Process| {
        let log = process.log();
        log.lines().filter(|line| line.contains("under siege")).map(str::to_owned).collect::<Vec<_>>()
    };
    let line = eventually("a line in the log", DEADLINE, async || lines(&process).first().cloned()).await;
    assert!(line.contains("networks_without_calls") && line.contains("refused_within_a_minute"), "{line}");
    use_up(&client, &process.url(""), 41).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(lines(&process).len(), 1, "{}", process.log());
    assert_eq!(process.metric("regain_siege").await, 1.0);
}
