//! What the program says to whoever typed something that it cannot go by: what was wrong, and what to do next.

use crate::support::process::{Site, run};
use std::process::Output;

const CONFIG: &str = "public_url = \"http://127.0.0.1:8080\"\n[users]\nurl = \"sqlite:accounts.db\"\ntable = \"accounts\"\n\
                      [mail]\nfrom = \"a@example.com\"\n[mail.smtp]\nurl = \"smtp://127.0.0.1:9\"\n\
                      [server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n";

fn configured() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("regain.toml"), CONFIG).unwrap();
    dir
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The exit code, and everything that was said.
fn told(dir: &tempfile::TempDir, words: &[&str], input: &str) -> (Option<i32>, String) {
    let output = run(dir.path(), words, input);
    (output.status.code(), said(&output))
}

#[test]
fn a_ledger_is_copied_to_postgresql_and_the_usage_names_both_ways_to_say_where() {
    let dir = configured();
    let (code, text) = told(&dir, &["ledger", "copy", "--to", "foo"], "");
    assert!(code == Some(2) && text.contains("accepted: postgres://") && !text.contains("mysql"), "{text}");
    let (code, text) = told(&dir, &["ledger", "copy"], "");
    assert!(code == Some(2) && text.contains("<--to <POSTGRES_URL>|--to-file <PATH>>"), "{text}");
}

#[test]
fn a_file_that_is_no_ledger_is_met_with_which_file_to_name() {
    let dir = configured();
    std::fs::write(dir.path().join("notes.txt"), "not a database, and more than a header of one is long\n".repeat(40))
        .unwrap();
    let (code, text) = told(&dir, &["ledger", "verify", "notes.txt"], "");
    assert!(code == Some(1) && text.contains("`ledger.url`") && text.contains("regain ledger backup"), "{text}");
}

#[test]
fn a_filter_that_cannot_be_written_is_named_and_the_cause_is_said_once() {
    let dir = configured();
    std::fs::write(dir.path().join("list"), "86F7E437FAA5A7FCE15D1DDCB9EAEAEA377667B8\n").unwrap();
    let (code, text) = told(&dir, &["breached", "build", "list", "-o", "absent/filter"], "");
    assert!(code == Some(1) && text.contains("absent/filter"), "{text}");
    assert_eq!(text.matches("os error 2").count(), 1, "{text}");
}

#[test]
fn where_there_is_no_api_token_it_is_said_and_nothing_is_listed() {
    let dir = configured();
    let output = run(dir.path(), &["token", "list"], "");
    assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));
    assert!(said(&output).contains("regain token create"), "{}", said(&output));
    assert_eq!(said(&run(dir.path(), &["token", "list", "--json"], "")), "");
}

#[test]
fn in_a_batch_the_word_that_is_no_format_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let line = "{\"password\":\"x\",\"stored\":\"y\",\"format\":\"bkrypt\"}\n";
    let (code, text) = told(&dir, &["hash", "verify", "--batch"], line);
    assert!(code == Some(0) && text.contains("\\\"bkrypt\\\" is no format"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_not_there_is_met_with_the_key_that_names_it() {
    let site = Site::with_accounts(&[]).await;
    let output = site.regain_with(&["check"], "", &[("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:9")]);
    assert!(said(&output).contains("see mail.smtp.url"), "{}", said(&output));
}

#[test]
fn mails_can_be_looked_at_before_anything_is_configured() {
    let dir = tempfile::tempdir().unwrap();
    let (code, text) = told(&dir, &["mail", "preview", "--out", "mails"], "");
    assert!(code == Some(0) && text.contains("as in the demo") && text.contains("users.url"), "{text}");
    let mail = std::fs::read_to_string(dir.path().join("mails/reset.en.txt")).unwrap();
    assert!(mail.contains("Regain Demo"), "{mail}");

    std::fs::write(dir.path().join("regain.toml"), "public_url = \"https://a.acme.dev\"\nproduct_name = \"Acme\"\n")
        .unwrap();
    let (code, text) = told(&dir, &["mail", "preview", "--out", "mails"], "");
    let mail = std::fs::read_to_string(dir.path().join("mails/reset.en.txt")).unwrap();
    assert!(code == Some(0) && mail.contains("https://a.acme.dev/") && mail.contains("Acme"), "{text}{mail}");

    std::fs::write(dir.path().join("regain.toml"), "public_url = 7\n").unwrap();
    assert_eq!(told(&dir, &["mail", "preview", "--out", "mails"], "").0, Some(2));
}

#[test]
fn a_template_that_asks_for_a_text_that_there_is_not_is_shown_at_its_line() {
    let dir = configured();
    std::fs::create_dir_all(dir.path().join("texts/test")).unwrap();
    std::fs::write(dir.path().join("texts/test/body.txt"), "Hello\n{{ words(\"nosuch\") }}\n").unwrap();
    let config = CONFIG.replace("[mail.smtp]", "templates_dir = \"texts\"\n[mail.smtp]");
    std::fs::write(dir.path().join("regain.toml"), config).unwrap();
    for words in [&["mail", "preview", "--out", "mails"][..], &["serve"]] {
        let (code, text) = told(&dir, words, "");
        assert!(code == Some(2) && text.contains("test/body.txt:2") && text.contains("`nosuch`"), "{words:?}: {text}");
    }
}
