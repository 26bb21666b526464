//! The commands, from outside: what they print, what they return, and that a running server hears of it.

use crate::support::process::{API_TOKEN, DEADLINE, OLD_PASSWORD, Process, Site, eventually, reset_token, run};
use serde_json::Value;

const ADA: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn an_api_token_works_from_its_creation_to_its_revocation() {
    let site = Site::with_accounts(&[]).await;
    let server = site.serve(&[]);
    let token = last_word(&site.printed_by(&["token", "create", "backend"]));
    assert_eq!(server.request_with(&token, "nobody@example.com").await, 404, "a trusted caller is told the truth");
    let list = site.printed_by(&["token", "list"]);
    assert!(list.contains("backend") && !list.contains(&token), "{list}");

    site.printed_by(&["token", "revoke", "backend"]);
    let is_refused = async || (server.request_with(&token, "nobody@example.com").await == 401).then_some(());
    eventually("401 for a revoked token", DEADLINE, is_refused).await;
    assert_eq!(server.request_with(API_TOKEN, "nobody@example.com").await, 404, "other tokens still work");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_the_log_does_not_know_is_refused_with_those_there_are() {
    let site = Site::with_accounts(&[]).await;
    let refused = site.regain_with(&["serve"], "", &[("REGAIN_LOG", "inof")]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("\"inof\"") && told.contains("error, warn, info, debug or trace"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_desk_starts_a_reset_and_sees_what_became_of_it() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[]);
    let started = site.printed_by(&["request", ADA]);
    let mail = &site.mails_to(ADA, 1).await[0];
    let token = reset_token(mail).expect("a link to reset with");
    let mailed = async || Some(site.printed_by(&["explain", ADA])).filter(|timeline| timeline.contains("mailed"));
    let timeline = eventually("`mailed` in the timeline", DEADLINE, mailed).await;
    for printed in [&started, &timeline, &server.log()] {
        assert!(!printed.contains(&token), "only the owner ever sees the link");
    }
    assert!(server.confirm(&token, "correct horse battery new").await.unwrap());
    let redeemed = async || {
        Some(site.printed_by(&["explain", ADA])).filter(|timeline| timeline.contains("a new password was set"))
    };
    let timeline = eventually("the new password in the timeline", DEADLINE, redeemed).await;
    assert!(!timeline.contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_why_no_mail_came() {
    let site = Site::with_accounts(&[]).await;
    let server = site.serve(&[]);
    server.request("nobody@example.com").await;
    let failed =
        async || Some(site.printed_by(&["explain", "nobody@example.com"])).filter(|text| text.contains("no account"));
    eventually("the reason in the timeline", DEADLINE, failed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_that_no_server_has_taken_a_request_up() {
    let site = Site::with_accounts(&[ADA]).await;
    let id = last_word(&site.printed_by(&["request", ADA]));
    let waiting = async || Some(site.printed_by(&["explain", &id])).filter(|text| text.contains("`regain serve`"));
    let said = eventually("the reason to wait", DEADLINE, waiting).await;
    assert!(said.contains("by the help desk"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_store_lacks_is_logged_before_anybody_asks() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[("REGAIN_USERS__TABLE", "people")]);
    let told = async || Some(server.log()).filter(|log| log.contains("people") && log.contains("accounts"));
    eventually("what is missing and what there is", DEADLINE, told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_listed_retried_and_dropped() {
    let site = Site::with_accounts(&[ADA, "bob@example.com"]).await;
    let nobody_there = ("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:9");
    let server = site.serve(&[nobody_there]);
    server.request(ADA).await;
    server.request("bob@example.com").await;
    // Both were tried once; the next time is seconds away.
    let both_failed = |list: &String| list.matches("Z, failed ").count() == 2;
    let waiting = async || Some(site.printed_by(&["outbox", "list"])).filter(both_failed);
    let ids = ids_in(&eventually("two that were tried", DEADLINE, waiting).await);
    site.printed_by(&["outbox", "drop", &ids[0]]);
    assert_eq!(ids_in(&site.printed_by(&["outbox", "list"])), ids[1..]);
    drop(server);

    site.printed_by(&["outbox", "retry", &ids[1]]);
    let _server = site.serve(&[]);
    eventually("the mail that was retried", DEADLINE, async || (site.smtp.mails().len() == 1).then_some(())).await;
    let empty = async || ids_in(&site.printed_by(&["outbox", "list"])).is_empty().then_some(());
    eventually("empty outbox", DEADLINE, empty).await;
    assert_eq!(site.regain(&["outbox", "retry", &ids[0]], "").status.code(), Some(1), "it was dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_answers_what_is_under_way_and_ends_with_0() {
    let site = Site::with_accounts(&[ADA]).await;
    let mut server = site.serve(&[]);
    server.request(ADA).await;
    assert_eq!(server.terminate().code(), Some(0), "{}", server.log());
    let _server = site.serve(&[]);
    site.mails_to(ADA, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_ledger_is_refused() {
    let site = Site::with_accounts(&[ADA]).await;
    let first = site.serve(&[]);
    let second = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], &[]);
    let (status, log) = second.err().expect("the second server must not start");
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("regain.db"), "it names the ledger: {log}");
    first.request(ADA).await;
    site.mails_to(ADA, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_port_answers_and_the_public_port_does_not_answer_for_it() {
    let site = Site::with_accounts(&[]).await;
    let server = site.serve(&[]);
    let client = crate::support::process::client();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(client.get(server.admin_url(path)).send().await.unwrap().status(), 200, "{path}");
        assert_eq!(client.get(server.url(path)).send().await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_effective_config_is_shown_without_its_secrets() {
    let site = Site::with_accounts(&[]).await;
    let shown = site.printed_by(&["config", "show"]);
    assert!(shown.contains("public_url") && shown.contains("127.0.0.1"), "{shown}");
    assert!(!shown.contains(API_TOKEN), "{shown}");
}

#[test]
fn the_references_need_no_config() {
    let dir = tempfile::tempdir().unwrap();
    let printed = |words: &[&str]| {
        let output = run(dir.path(), words, "");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let reference = printed(&["config", "reference"]);
    for key in ["public_url", "token_ttl_seconds", "requests_per_network_per_minute"] {
        assert!(reference.contains(key), "{key}");
    }
    let schema: Value = serde_json::from_str(&printed(&["config", "schema"])).unwrap();
    assert!(schema.is_object());
}

#[test]
fn nothing_is_said_when_the_reader_of_a_pipe_has_had_enough() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_regain"));
    let output = command.args(["config", "schema"]).stdout(writer).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_is_printed_as_it_is_served() {
    let site = Site::with_accounts(&[]).await;
    let server = site.serve(&[]);
    let printed: Value = serde_json::from_str(&site.printed_by(&["openapi"])).unwrap();
    let client = crate::support::process::client();
    let served: Value = client.get(server.url("/openapi.json")).send().await.unwrap().json().await.unwrap();
    assert_eq!(printed, served);
    assert!(printed["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in ["/auth/password-reset/request", "/auth/reset/password-email"] {
        assert!(printed["paths"][path]["post"].is_object(), "{path}");
    }
}

#[test]
fn hashes_are_identified_verified_and_made() {
    let dir = tempfile::tempdir().unwrap();
    let made = run(dir.path(), &["hash", "make", "--format", "bcrypt"], OLD_PASSWORD);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let stored = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let identified = run(dir.path(), &["hash", "identify", &stored], "");
    assert!(String::from_utf8_lossy(&identified.stdout).contains("bcrypt"));
    let verify = |stored: &str, password: &str| run(dir.path(), &["hash", "verify", stored], password).status.code();
    assert_eq!(verify(&stored, OLD_PASSWORD), Some(0));
    assert_eq!(verify(&stored, "another"), Some(1));
    assert_eq!(verify("no hash of any kind", OLD_PASSWORD), Some(2));
}

#[test]
fn many_hashes_are_verified_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let stored = "$2b$04$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.";
    let line = |password: &str| format!("{}\n", serde_json::json!({ "password": password, "stored": stored }));
    let output = run(dir.path(), &["hash", "verify", "--batch"], &(line(OLD_PASSWORD) + &line("another")));
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.iter().map(|answer| &answer["verified"]).collect::<Vec<_>>(), [&true, &false]);
}

#[test]
fn wrong_words_and_a_wrong_config_are_exit_code_2() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(dir.path(), &["regret"], "").status.code(), Some(2));
    assert_eq!(run(dir.path(), &["serve", "--config", "absent.toml"], "").status.code(), Some(2));
    let without_any = String::from_utf8(run(dir.path(), &["serve"], "").stderr).unwrap();
    assert!(without_any.contains("no configuration file was read") && without_any.ends_with('\n'), "{without_any}");
    std::fs::write(dir.path().join("regain.toml"), "public_url = \"https://a.example\"\n\n[reset]\ntokens = 5\n")
        .unwrap();
    let output = run(dir.path(), &["serve"], "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("regain.toml") && said.contains('4') && said.contains("tokens"), "file, line, key: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_file_that_is_not_there_is_exit_code_2_and_no_server() {
    let site = Site::with_accounts(&[ADA]).await;
    for variables in [
        &[("REGAIN_SERVER__SECRET_FILE", "nowhere")] as &[_],
        &[("REGAIN_PASSWORD__BLOCKLIST_FILE", "nowhere")],
        &[("REGAIN_PASSWORD__BREACHED_FILE", "nowhere")],
        &[("REGAIN_SERVER__TLS_CERTIFICATE_FILE", "nowhere"), ("REGAIN_SERVER__TLS_KEY_FILE", "nowhere")],
    ] {
        let started = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], variables);
        let (status, log) = started.err().expect("it must not say that it is ready");
        assert_eq!(status.code(), Some(2), "{variables:?}: {log}");
        assert!(log.contains("nowhere"), "it names the file: {log}");
    }
}

fn last_word(printed: &str) -> String {
    printed.split_whitespace().last().expect("some output").to_owned()
}

/// The ids of requests, which are UUIDs, in the order in which they are printed.
fn ids_in(printed: &str) -> Vec<String> {
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    printed.split(|c: char| !c.is_alphanumeric() && c != '-').filter(is_id).map(str::to_owned).collect()
}
