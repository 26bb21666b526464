//! `/metrics`: what Prometheus reads, what it must never read, and that the guide names all of it.

use crate::support::Server;
use crate::support::smtp::{Behaviour, Phase};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

const GUIDE: &str = include_str!("../../../docs/operate/metrics.md");

async fn page(server: &Server) -> String {
    let answer = reqwest::get(format!("{}/metrics", server.admin_url)).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// The value of one series.
fn value(page: &str, series: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
}

/// Every series' name and labels, without its value.
fn series(page: &str) -> BTreeSet<&str> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').expect("a value").0).collect()
}

#[tokio::test]
async fn a_transport_that_did_not_take_a_mail_is_counted_though_the_next_one_did() {
    let folder = tempfile::tempdir().unwrap();
    let mail = format!("[mail]\norder = [\"smtp\", \"file\"]\n[mail.file]\ndirectory = {:?}", folder.path());
    let server = Server::with(&mail).await;
    server.inbox.at(Phase::Rcpt, Behaviour::Reply("450 4.2.0 later"));
    server.ask_for("ada@example.com").await;
    server.run_until_idle().await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let page = page(&server).await;
    for (series, count) in [
        (r#"regain_mails_total{transport="smtp",outcome="retry"}"#, 1.0),
        (r#"regain_mails_total{transport="file",outcome="delivered"}"#, 1.0),
        (r#"regain_transport_up{transport="smtp"}"#, 1.0),
    ] {
        assert_eq!(value(&page, series), count, "{series}");
    }
}

#[tokio::test]
async fn a_reset_is_counted_at_every_step() {
    let server = Server::start().await;
    let token = server.token_for("ada@example.com").await;
    server.ask_for("nobody@example.com").await;
    server.run_until_idle().await;
    assert_eq!(server.confirm(&token, "correct horse battery").await.status(), 200);
    assert_eq!(server.confirm(&token, "correct horse battery").await.status(), 400);
    let page = page(&server).await;
    for (series, expected) in [
        (r#"regain_answers_total{path="/auth/password-reset/request",status="2xx"}"#, 2.0),
        (r#"regain_answers_total{path="/auth/password-reset/confirm",status="4xx"}"#, 1.0),
        (r#"regain_answer_duration_seconds_count{path="/auth/password-reset/request"}"#, 2.0),
        (r#"regain_requests_accepted_total{origin="chaser"}"#, 2.0),
        (r#"regain_requests_ended_total{state="mailed",reason=""}"#, 1.0),
        (r#"regain_requests_ended_total{state="failed",reason="unknown"}"#, 1.0),
        (r#"regain_mails_total{transport="smtp",outcome="delivered"}"#, 1.0),
        (r#"regain_redeemings_total{outcome="set"}"#, 1.0),
        (r#"regain_redeemings_total{outcome="dead"}"#, 1.0),
        (r#"regain_user_store_duration_seconds_count{call="find"}"#, 2.0),
        (r#"regain_user_store_duration_seconds_count{call="set_password"}"#, 1.0),
        (r#"regain_build_info{version="0.1.0"}"#, 1.0),
    ] {
        assert_eq!(value(&page, series), expected, "{series}");
    }
    assert!(value(&page, r#"regain_connections_open{port="public"}"#) >= 1.0);
}

#[tokio::test]
async fn whatever_is_sent_makes_no_series_and_is_not_named() {
    let server = Server::start().await;
    let before = page(&server).await;
    let token = server.token_for("ada@example.com").await;
    for path in ["/canary", "/auth/reset/validate?token=canary", "/forgot-password/%22canary", "/demo/mail/canary"] {
        server.get(path).await;
    }
    server.client().request("CANARY".parse().unwrap(), format!("{}/forgot-password", server.url)).send().await.unwrap();
    server.post_json("/auth/password-reset/request", json!({ "email": "canary@example.com" })).await;
    server.run_until_idle().await;
    let after = page(&server).await;
    assert_eq!(series(&before), series(&after));
    for secret in ["canary", "CANARY", "ada@", "example.com", &token, "127.0.0.1"] {
        assert!(!after.contains(secret), "{secret} in\n{after}");
    }
}

#[tokio::test]
async fn refusals_are_counted_by_cause() {
    let limits = "[limits]\nqueue_max = 1\nrequests_per_network_per_minute = 3";
    let server = Server::with(limits).await;
    for expected in [200, 503, 503, 429] {
        let ask = json!({ "email": "ada@example.com" });
        assert_eq!(server.post_json("/auth/password-reset/request", ask).await.status(), expected);
    }
    let page = page(&server).await;
    assert_eq!(value(&page, r#"regain_refused_total{cause="queue_full"}"#), 2.0);
    assert_eq!(value(&page, r#"regain_refused_total{cause="network_limit"}"#), 1.0);
    assert_eq!(value(&page, "regain_queue_waiting"), 1.0);
    assert_eq!(value(&page, "regain_queue_max"), 1.0);
}

#[tokio::test]
async fn the_age_of_what_waits_longest_is_told_until_it_ends() {
    let server = Server::start().await;
    server.inbox.once(Phase::Rcpt, Behaviour::Reply("451 later"));
    server.ask_for("ada@example.com").await;
    server.run_until_idle().await;
    server.clock.advance(Duration::from_secs(2));
    server.app().ledger.count_waiting().await.unwrap();
    assert_eq!(value(&page(&server).await, "regain_queue_oldest_seconds"), 2.0);
    server.clock.advance(Duration::from_secs(10));
    server.run_until_idle().await;
    server.app().ledger.count_waiting().await.unwrap();
    assert_eq!(value(&page(&server).await, "regain_queue_oldest_seconds"), 0.0);
}

#[tokio::test]
async fn a_relay_and_a_store_in_trouble_show() {
    let server = Server::start().await;
    server.inbox.once(Phase::Rcpt, Behaviour::Reply("550 no such mailbox"));
    server.ask_for("ada@example.com").await;
    server.run_until_idle().await;
    server.store_goes_down();
    let verify = json!({ "token": "0".repeat(43) });
    server.post_json("/auth/password-reset/verify", verify).await;
    let asked = server.post("/auth/reset/password-email").bearer_auth(server.api_token);
    assert_eq!(asked.json(&json!({ "email": "ada@example.com" })).send().await.unwrap().status(), 503);
    let page = page(&server).await;
    assert_eq!(value(&page, r#"regain_mails_total{transport="smtp",outcome="refused"}"#), 1.0);
    assert_eq!(value(&page, r#"regain_requests_ended_total{state="failed",reason="refused"}"#), 1.0);
    assert_eq!(value(&page, r#"regain_user_store_faults_total{call="find"}"#), 1.0);
    assert_eq!(value(&page, r#"regain_refused_total{cause="user_store"}"#), 1.0);
}

#[tokio::test]
async fn the_guide_names_every_family_and_no_other() {
    let server = Server::start().await;
    let page = page(&server).await;
    let ours: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let rows = GUIDE.lines().filter_map(|line| line.strip_prefix("| `regain_"));
    let named: BTreeSet<String> = rows.map(|row| format!("regain_{}", row.split(['{', '`']).next().unwrap())).collect();
    assert_eq!(named.iter().map(String::as_str).collect::<BTreeSet<_>>(), ours);
    for labels in GUIDE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')) {
        let Some((family, labels)) = labels.0.trim_end_matches('}').split_once('{') else { continue };
        for label in labels.split(", ") {
            let is_there =
                series(&page).iter().any(|one| one.starts_with(family) && one.contains(&format!("{label}=\"")));
            assert!(is_there, "{family} has no label {label}");
        }
    }
}

#[tokio::test]
async fn alerts_in_the_guide_speak_of_series_that_there_are() {
    let server = Server::start().await;
    let page = page(&server).await;
    let alerts = GUIDE.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let mut seen = 0;
    for name in alerts.flat_map(|expr| expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))) {
        if name.starts_with("regain_") {
            seen += 1;
            assert!(series(&page).iter().any(|series| series.split('{').next() == Some(name)), "{name}");
        }
    }
    assert!(seen >= 3, "three alerts");
}
