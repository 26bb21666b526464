//! SIGHUP: the configuration is read again. What may change holds from the next call on, the rest after a restart, and
//! what cannot be used changes nothing.

use crate::support::process::{API_TOKEN, DEADLINE, Process, Site, client, eventually, reset_token};
use serde_json::json;
use std::fs;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const NEW_PASSWORD: &str = "Nine-Lanterns-4-Otters";

/// Replaces a part of the configuration.
fn edit(site: &Site, before: &str, after: &str) {
    let file = site.path().join("regain.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(before), "{before:?} is not in\n{text}");
    fs::write(file, text.replace(before, after)).unwrap();
}

/// Waits for one more line in the log with these words, and hands it over.
async fn says(server: &Process, words: &str) -> String {
    let line = async || server.log().lines().rfind(|line| line.contains(words)).map(str::to_owned);
    eventually(words, DEADLINE, line).await
}

async fn page(server: &Process, path: &str) -> String {
    client().get(server.url(path)).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_change_holds_from_the_next_call_on() {
    let site = Site::with_accounts(&[ADA, GRACE]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let before = site.mails_to(ADA, 1).await.remove(0);
    assert!(before.text().contains("Example") && page(&server, "/forgot-password").await.contains("Example"));

    edit(&site, "product_name = \"Example\"", "product_name = \"Lantern\"");
    edit(&site, "[limits]", "[password]\nlength_min = 40\n\n[api.unleash]\nenabled = false\n\n[limits]");
    server.hang_up();
    let said = says(&server, "texts and templates are read again").await;
    for key in ["product_name", "password.length_min", "api.unleash.enabled"] {
        assert!(said.contains(key), "{key} is not in {said}");
    }
    server.request(GRACE).await;
    let after = site.mails_to(GRACE, 1).await.remove(0);
    assert!(after.text().contains("Lantern") && page(&server, "/forgot-password").await.contains("Lantern"));
    assert_eq!(server.request_with(API_TOKEN, ADA).await, 404, "the dialect is gone");
    let (token, short) = (reset_token(&before).unwrap(), json!(NEW_PASSWORD));
    let confirm = |password| json!({ "token": token, "new_password": password });
    let answer = server.post("/auth/password-reset/confirm", &confirm(short)).await.unwrap();
    assert_eq!(answer.status(), 422, "a link that was mailed before meets the rule of now");
    let long = json!("Nine-Lanterns-4-Otters-and-some-more-of-them");
    assert_eq!(server.post("/auth/password-reset/confirm", &confirm(long)).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_told_with_its_line_and_changes_nothing() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[]);
    edit(&site, "product_name = \"Example\"", "product_name = \"Lantern\"");
    edit(&site, "table = \"accounts\"", "table = \"accounts\"\ntabel = \"accounts\"");
    server.hang_up();
    says(&server, "the old ones stay").await;
    let log = server.log();
    assert!(log.contains("tabel") && log.contains("regain.toml:14"), "{log}");
    server.request(ADA).await;
    assert!(site.mails_to(ADA, 1).await[0].text().contains("Example"));

    edit(&site, "tabel = \"accounts\"", "");
    server.hang_up();
    says(&server, "texts and templates are read again").await;
    assert!(page(&server, "/forgot-password").await.contains("Lantern"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_restart_is_named_and_waits_for_it() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[]);
    edit(&site, "table = \"accounts\"", "table = \"nowhere\"");
    edit(&site, "sqlite:regain.db", "sqlite:other.db");
    edit(&site, "product_name = \"Example\"", "product_name = \"Lantern\"");
    server.hang_up();
    let said = says(&server, "these apply after a restart").await;
    assert!(said.contains("ledger.url") && said.contains("users.table"), "{said}");
    server.request(ADA).await;
    let mail = site.mails_to(ADA, 1).await.remove(0);
    assert!(mail.text().contains("Lantern"), "what may change has changed");
    assert!(server.confirm(&reset_token(&mail).unwrap(), NEW_PASSWORD).await.unwrap());
    assert!(site.accepts(ADA, NEW_PASSWORD) && !site.path().join("other.db").exists());
}
