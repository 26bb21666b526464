//! `regain check`: what holds, what does not and what to do about it, before anybody is locked out.

use crate::support::process::{DEADLINE, Site, eventually};
use crate::support::receiver::Receiver;
use serde_json::Value;

const ADA: &str = "ada@example.com";

/// Findings of one subject: verdict and text.
fn findings(site: &Site, env: &[(&str, &str)], subject: &str) -> (Option<i32>, Vec<(String, String)>) {
    let output = site.regain_with(&["check", "--json"], "", env);
    let lines = String::from_utf8(output.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let found = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_subject = found.filter(|finding| finding["subject"] == subject);
    (output.status.code(), of_subject.map(|it| (text(&it, "verdict"), text(&it, "text"))).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_holds_before_the_first_start_and_nothing_is_made_or_changed() {
    let site = Site::with_accounts(&[ADA]).await;
    let accounts = std::fs::read(site.path().join("accounts.db")).unwrap();
    let before = names_in(&site);
    let printed = site.printed_by(&["check"]);
    assert!(!printed.contains("FAILS") && printed.contains("All holds"), "{printed}");
    for subject in ["secret", "ledger", "clock", "user store", "hashes", "mail", "public URL", "proxies"] {
        assert!(printed.contains(subject), "{subject} in {printed}");
    }
    assert_eq!(names_in(&site), before);
    assert!(std::fs::read(site.path().join("accounts.db")).unwrap() == accounts);
    assert!(site.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_beside_a_running_server_and_finds_it_at_its_public_address() {
    let site = Site::with_working_links(&[ADA]).await;
    let _server = site.serve(&[]);
    let (code, found) = findings(&site, &[], "public URL");
    assert_eq!((code, found[0].0.as_str()), (Some(0), "ok"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_fails_is_named_with_what_to_do() {
    let site = Site::with_accounts(&[ADA]).await;
    for (variable, value, subject, said) in [
        ("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:9", "mail", "127.0.0.1:9"),
        ("REGAIN_USERS__TABLE", "people", "user store", "accounts"),
        ("REGAIN_USERS__PASSWORD", "pw", "user store", "password"),
        ("REGAIN_USERS__URL", "sqlite:absent.db", "user store", "absent.db"),
        ("REGAIN_USERS__AFTER_RESET", "DELETE FROM nowhere", "user store", "nowhere"),
        ("REGAIN_SERVER__SECRET_FILE", "absent.secret", "secret", "openssl rand"),
        ("REGAIN_LEDGER__URL", "sqlite:absent/regain.db", "ledger", "absent"),
        ("REGAIN_PASSWORD__BREACHED_FILE", "accounts.db", "breached", "`regain breached build LIST` makes one"),
    ] {
        let (code, found) = findings(&site, &[(variable, value)], subject);
        let fails = found.iter().find(|(verdict, _)| verdict == "fails");
        let text = fails.map(|(_, text)| text.as_str()).unwrap_or_default();
        assert!(code == Some(1) && text.contains(said), "{variable}: {code:?}, {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_arrives_where_it_is_asked_for_and_nothing_is_queued() {
    let site = Site::with_accounts(&[ADA]).await;
    let printed = site.printed_by(&["check", "--send", "operator@example.com"]);
    assert!(printed.contains("a test mail to operator@example.com was taken"), "{printed}");
    let arrived = async || site.smtp.mails().into_iter().next();
    let mail = eventually("the test mail", DEADLINE, arrived).await;
    assert_eq!(mail.to, ["operator@example.com"]);
    let output = site.regain(&["check", "--send", "nobody"], "");
    assert_eq!(output.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_of_webhooks_is_looked_for_and_posted_nothing() {
    let site = Site::with_accounts(&[ADA]).await;
    let receiver = Receiver::start().await;
    let secret = ("REGAIN_NOTIFY__WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let of = |url: &str| findings(&site, &[("REGAIN_NOTIFY__WEBHOOK_URL", url), secret], "webhooks");
    let (code, found) = of(&receiver.url);
    assert_eq!((code, found[0].0.as_str()), (Some(0), "ok"), "{found:?}");
    let calls = receiver.calls();
    assert!(calls.len() == 1 && calls[0].body.is_empty() && calls[0].header("webhook-id").is_empty(), "{calls:?}");
    let (code, found) = of("http://127.0.0.1:9/hook");
    assert_eq!((code, found[0].0.as_str()), (Some(0), "advice"), "{found:?}");
    assert!(found[0].1.contains("cannot be reached"), "{found:?}");
    assert!(findings(&site, &[], "webhooks").1.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_that_cannot_be_kept_is_found_before_its_owner_asks() {
    let site = Site::with_accounts(&[ADA]).await;
    site.run_sql(
        "UPDATE accounts SET password = '$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA'",
    );
    let (code, found) = findings(&site, &[], "user store");
    assert_eq!(code, Some(1));
    assert!(found.iter().any(|(verdict, text)| verdict == "fails" && text.contains("argon2id")), "{found:?}");
}

fn names_in(site: &Site) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = std::fs::read_dir(site.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}
