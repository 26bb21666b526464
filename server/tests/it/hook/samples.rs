//! The three sample back ends.

use super::{ADA, NEW_PASSWORD, link, site};
use crate::support::process::{DEADLINE, Process, Site, eventually};
use crate::support::sample_back_end::SampleBackEnd;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// Nobody types it so.
const ON_FILE: &str = "Ada@example.com";
/// In the timeline.
const ENDED: &str = "its sessions were ended by the hook";
/// On a busy machine a hash may take longer than an answer is waited for; what became of it is found out within a minute.
const PATIENCE: Duration = Duration::from_secs(120);
const NEWER_PASSWORD: &str = "nine herons mend umbrellas";

/// Ada, and Grace, who may not reset. What they have for a password is nobody's.
fn accounts() -> Value {
    let account = |address: &str, active: bool| {
        let sessions = ["a", "b"];
        json!({ "address": address, "name": "Ada", "password": "none that opens", "active": active, "sessions": sessions })
    };
    json!({ "1": account(ON_FILE, true), "2": account("grace@example.com", false) })
}

#[tokio::test(flavor = "multi_thread")]
async fn in_python_a_password_is_reset_and_logs_in() {
    is_reset_and_logs_in(&SampleBackEnd::in_python(&accounts())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_node_a_password_is_reset_and_logs_in() {
    is_reset_and_logs_in(&SampleBackEnd::in_node(&accounts())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_go_a_password_is_reset_and_logs_in() {
    is_reset_and_logs_in(&SampleBackEnd::in_go(&accounts())).await;
}

async fn is_reset_and_logs_in(back_end: &SampleBackEnd) {
    let site = site(&back_end.url).await;
    let server = site.serve(&[]);
    let reset = async |nth: usize, password: &str| {
        server.request(ADA).await;
        let token = link(&site, ON_FILE, nth).await;
        let before = back_end.account("1")["set_by"].take();
        let is_set = async || {
            let accepted = server.confirm(&token, password).await.unwrap();
            (accepted || back_end.account("1")["set_by"] != before).then_some(())
        };
        eventually("a new password", PATIENCE, is_set).await;
        let told = async || (site.printed_by(&["explain", ADA]).matches(ENDED).count() == nth).then_some(());
        eventually("the end of the sessions", PATIENCE, told).await;
        assert!(!server.is_live(&token).await);
        token
    };
    let first = reset(1, NEW_PASSWORD).await;
    assert!(back_end.logs_in(ON_FILE, NEW_PASSWORD).await);
    assert!(!back_end.logs_in(ON_FILE, "another one altogether").await);
    assert_eq!(back_end.account("1")["sessions"].as_array().map(Vec::len), Some(1), "the one that has just begun");
    reset(2, NEWER_PASSWORD).await;
    assert!(back_end.logs_in(ON_FILE, NEWER_PASSWORD).await && !back_end.logs_in(ON_FILE, NEW_PASSWORD).await);
    assert!(!server.confirm(&first, NEW_PASSWORD).await.unwrap(), "a link is used once");
    assert_eq!(back_end.account("2"), accounts()["2"], "nobody else's account is touched");
    refusal_is_told(&site, &server).await;
    for secret in [NEW_PASSWORD, NEWER_PASSWORD] {
        assert!(!server.log().contains(secret));
    }
}

/// The back end's own rule reaches the person, and the link survives.
async fn refusal_is_told(site: &Site, server: &Process) {
    server.request(ADA).await;
    let token = link(site, ON_FILE, 3).await;
    let body = json!({ "token": token, "new_password": NEWER_PASSWORD });
    let told = async || {
        let answer = server.post("/auth/password-reset/confirm", &body).await.unwrap();
        (answer.status() != 503).then_some(answer)
    };
    let answer = eventually("a refusal", PATIENCE, told).await;
    assert_eq!(answer.status(), 422, "{}", server.log());
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["violations"][0]["code"], "previously_used", "{answer}");
    assert!(server.is_live(&token).await, "it survives");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tries_a_back_end_and_finds_a_wrong_secret() {
    let back_end = SampleBackEnd::in_python(&accounts());
    let site = site(&back_end.url).await;
    let check = |env: &[(&str, &str)]| String::from_utf8(site.regain_with(&["check"], "", env).stdout).unwrap();
    let report = check(&[]);
    for words in ["accepts the signature", "as agreed", "not signed with the secret", "an hour ago"] {
        let holds = report.lines().any(|line| line.starts_with("ok") && line.contains(words));
        assert!(holds, "{words}: {report}");
    }
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let report = check(&[("REGAIN_USERS__HOOK__SECRET", other)]);
    assert!(report.contains("FAILS") && report.contains("is users.hook.secret the same there"), "{report}");
    assert!(!report.contains(other));
    assert_eq!(back_end.account("1"), accounts()["1"], "nothing is changed by it");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_accounts_of_one_address_are_ambiguous_and_hold_nobody_up() {
    let twin = json!({ "address": "dup@example.com", "name": "", "password": "none", "active": true, "sessions": [] });
    let mut accounts = accounts();
    accounts.as_object_mut().unwrap().extend((10..10_010).map(|id: u32| (id.to_string(), twin.clone())));
    let back_end = SampleBackEnd::in_node(&accounts);
    let site = site(&back_end.url).await;
    let server = site.serve(&[]);
    server.request("dup@example.com").await;
    server.request(ADA).await;
    link(&site, ON_FILE, 1).await;
    let ended = async || {
        site.printed_by(&["explain", "dup@example.com"]).contains("several accounts have this address").then_some(())
    };
    eventually("the end of an ambiguous request", DEADLINE, ended).await;
    assert!(site.smtp.mails_to("dup@example.com").is_empty());
}

#[tokio::test]
async fn init_agrees_on_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| crate::support::process::run(folder.path(), words, "");
    let output = run(&["init", "https://app.example.com/regain"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let secret = folder.path().join("regain.hook-secret");
    assert!(std::fs::read_to_string(&secret).unwrap().starts_with("whsec_"));
    assert_eq!(std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    let config = std::fs::read_to_string(folder.path().join("regain.toml")).unwrap();
    assert!(config.contains("https://app.example.com/regain") && !config.contains("whsec_"), "{config}");
    let shown = run(&["config", "show"]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(!run(&["init", "https://app.example.com/regain"]).status.success(), "nothing is replaced");
    assert_eq!(
        run(&["init", "http://app.example.com/regain"]).status.code(),
        Some(1),
        "nothing is replaced here either"
    );
    let elsewhere = run(&["init", "http://app.example.com/regain", "--output", "other.toml"]);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("must be https"));
}
