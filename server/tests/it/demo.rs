//! `regain demo`: what a newcomer sees in the first minute.

use crate::support::process::{Process, run, without_our_settings};
use reqwest::StatusCode;
use std::path::Path;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_that_demo_prints_work_as_pasted() {
    let dir = tempfile::tempdir().unwrap();
    let mut demo = start(dir.path());
    while demo.printed.iter().filter(|line| is_curl(line)).count() < 2 {
        assert!(demo.next_line_where(is_curl).is_some(), "no two curl lines in {:?}", demo.printed);
    }
    for line in demo.printed.iter().filter(|line| is_curl(line)) {
        let output = Command::new("sh").args(["-c", line]).current_dir(dir.path()).output().unwrap();
        let answer = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!answer.contains("error") && answer.contains('}'), "{line}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_keeps_its_folder_and_finds_it_again() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mut first = start(dir.path());
    let token_file = dir.path().join("kept/api-token");
    let token = std::fs::read_to_string(&token_file).unwrap();
    assert_eq!(std::fs::metadata(&token_file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(dir.path().join("kept/accounts.db").is_file());
    assert!(first.terminate().success());

    let _second = start(dir.path());
    assert_eq!(std::fs::read_to_string(&token_file).unwrap(), token);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_of_the_demo_can_be_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path());
    let client = crate::support::process::client();
    let page = client.get(demo.url("/demo/mail")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let sent = client.get(demo.url("/forgot-password/sent")).send().await.unwrap().text().await.unwrap();
    let root = client.get(demo.url("/")).send().await.unwrap();
    assert!(root.status() == StatusCode::SEE_OTHER && root.headers()["location"] == "/forgot-password", "{root:?}");
    assert!(sent.contains(r#"href="/demo/mail""#), "each page leads to the mailbox: {sent}");
}

#[test]
fn demo_walks_through_a_whole_reset() {
    let dir = tempfile::tempdir().unwrap();
    let words = ["demo", "--walk", "--dir", "kept", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    // The second finds the mails and the password of the first.
    for _ in 0..2 {
        let output = run(dir.path(), &words, "");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(printed.lines().count() >= 4, "each step is a line:\n{printed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_refused_leaves_the_running_one_its_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let _running = start(dir.path());
    let configured = || std::fs::read_to_string(dir.path().join("kept/regain.toml")).unwrap();
    let before = configured();
    let refused = run(dir.path(), &DEMO, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another server uses the ledger"));
    assert_eq!(configured(), before);
}

#[test]
fn what_the_demo_cannot_go_by_is_a_mistake_in_the_words() {
    let dir = tempfile::tempdir().unwrap();
    for (words, said) in [
        (&["demo", "--listen", "0.0.0.0:0"][..], "--listen 0.0.0.0:0"),
        (&["demo", "--admin-listen", "[::]:0"], "--admin-listen [::]:0"),
        (&["--config", "regain.toml", "demo"], "takes no --config"),
    ] {
        let refused = run(dir.path(), words, "");
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(2) && told.contains(said), "{words:?}: {told}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was made");
}

const DEMO: [&str; 7] = ["demo", "--dir", "kept", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

fn start(dir: &Path) -> Process {
    Process::start(dir, &DEMO, &[])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_that_explains_works_as_pasted() {
    let dir = tempfile::tempdir().unwrap();
    let demo = start(dir.path());
    let line = demo.printed.iter().find(|line| line.contains(" explain ")).expect("a line that explains");
    demo.request("ada@example.com").await;
    let mut shell = Command::new("sh");
    let output = without_our_settings(shell.args(["-c", line]).current_dir(dir.path())).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(
        answer.contains("asked for ada@example.com"),
        "{line}: {answer}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_curl(line: &str) -> bool {
    line.trim_start().trim_start_matches("$ ").starts_with("curl ")
}
