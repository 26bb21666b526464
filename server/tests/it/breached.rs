//! A breached password is refused wherever one is set, and a filter that is not whole lets nothing start.

use crate::support::Server;
use crate::support::process::{Process, Site, command, run};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const ADA: &str = "ada@example.com";
/// Met by every other rule, the preset `unleash` included.
const BREACHED: &str = "Tr0mbone-Harvest-91";
const UNHEARD_OF: &str = "Tr0mbone-Harvest-92";

/// A list as Have I Been Pwned has it.
fn list(folder: &Path) -> PathBuf {
    let hashes: Vec<_> = [BREACHED, "hunter2", "x"].map(|password| hex(&Sha1::digest(password))).to_vec();
    let path = folder.join("pwned.txt");
    let lines: String = hashes.iter().map(|hash| format!("{hash}:7\r\n")).collect();
    std::fs::write(&path, lines).unwrap();
    path
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// A filter in a folder of its own, made by the command.
fn filter() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    list(folder.path());
    let output = run(folder.path(), &["breached", "build", "pwned.txt"], "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = folder.path().join("pwned.filter");
    (folder, path)
}

async fn server_with(filter: &Path, more: &str) -> Server {
    Server::with(&format!("[password]\nbreached_file = \"{}\"\n{more}", filter.display())).await
}

#[test]
fn build_says_what_it_made_and_stays_quiet_in_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let path = list(folder.path());
    let output = run(folder.path(), &["breached", "build", "pwned.txt", "--json"], "");
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(made["file"], "pwned.filter");
    assert_eq!((&made["hashes"], &made["kept"]), (&json!(3), &json!(3)));
    assert_eq!(made["octets"], std::fs::metadata(folder.path().join("pwned.filter")).unwrap().len());
    assert_eq!(made["false_positives_one_in"], 65_536);
    assert!(output.stderr.is_empty());

    let piped = ["breached", "build", "-", "--output", "other.filter"];
    let output = run(folder.path(), &piped, &std::fs::read_to_string(path).unwrap());
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("3 hashes, 3 kept, "));
    let [one, other] = ["pwned.filter", "other.filter"].map(|name| std::fs::read(folder.path().join(name)).unwrap());
    assert!(one == other);
}

#[test]
fn build_writes_over_nothing_but_filters() {
    let (folder, path) = filter();
    assert_eq!(run(folder.path(), &["breached", "build", "pwned.txt"], "").status.code(), Some(0), "again");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(folder.path().join("ntlm.txt"), "32ED87BDB5FDC5E9CBA88547376818D4:5\n").unwrap();
    for (arguments, code, words) in [
        (&["pwned.txt", "--output", "pwned.txt"] as &[_], 2, "pwned.txt is there already and is no filter"),
        (&["-"], 2, "--output"),
        (&[], 2, "FILE"),
        (&["absent.txt"], 1, "absent.txt cannot be read"),
        (&["ntlm.txt", "--output", "pwned.filter"], 1, "line 1 of the list has 32 hexadecimal digits"),
        (&["pwned.txt", "--output", "absent/pwned.filter"], 1, "the filter cannot be written"),
    ] {
        let output = run(folder.path(), &[&["breached", "build"], arguments].concat(), "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert!(std::fs::read(&path).unwrap() == good);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "the lists and the filter");
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["breached", "build", "-", "--output", "pwned.filter"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    let lines = format!("{}:7\n", hex(&Sha1::digest(BREACHED))).repeat(10_000);
    // More than a pipe holds: it reads, so it listens to signals.
    list.write_all(lines.as_bytes()).unwrap();
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    while list.write_all(lines.as_bytes()).is_ok() {}
    drop(list);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: stopped; nothing was left behind\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breached_password_is_refused_by_either_dialect_and_the_link_lives_on() {
    let (_folder, path) = filter();
    let server = server_with(&path, "").await;
    let token = server.token_for(ADA).await;
    let answer = server.confirm(&token, BREACHED).await;
    assert_eq!(answer.status(), 422);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "weak_password");
    let message = "This password is on a list of stolen passwords. Choose another.";
    assert_eq!(body["error"]["violations"], json!([{ "code": "breached", "message": message }]));

    let set = server.post_json("/auth/reset/password", json!({ "token": token, "password": BREACHED })).await;
    let tried = server.post_json("/auth/reset/validate-password", json!({ "password": BREACHED })).await;
    for answer in [set, tried] {
        assert_eq!(answer.status(), 400);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["name"], "OwaspValidationError");
        assert_eq!(body["details"], json!([{ "message": message, "validationErrors": [message] }]));
    }
    let fine = server.post_json("/auth/reset/validate-password", json!({ "password": UNHEARD_OF })).await;
    assert_eq!(fine.status(), 200);
    assert_eq!(server.confirm(&token, UNHEARD_OF).await.status(), 200);
    assert!(server.verifies(ADA, UNHEARD_OF).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_holds_for_the_preset_unleash_too() {
    let (_folder, path) = filter();
    let server = server_with(&path, "preset = \"unleash\"").await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, BREACHED).await.status(), 422);
    assert_eq!(server.confirm(&token, UNHEARD_OF).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_so_to_a_person() {
    let (_folder, path) = filter();
    let server = server_with(&path, "").await;
    let token = server.token_for(ADA).await;
    let form = [("token", token.as_str()), ("password", BREACHED), ("password_confirmation", BREACHED)];
    let answer =
        server.post("/reset-password").header("sec-fetch-site", "same-origin").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("This password is on a list of stolen passwords."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_fails_later_sets_no_password_and_spends_no_link() {
    let (_folder, path) = filter();
    let server = server_with(&path, "").await;
    let token = server.token_for(ADA).await;
    let good = std::fs::read(&path).unwrap();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
    assert_eq!(server.confirm(&token, UNHEARD_OF).await.status(), 503);
    let tried = server.post_json("/auth/reset/validate-password", json!({ "password": UNHEARD_OF })).await;
    assert_eq!(tried.status(), 503);
    std::fs::write(&path, good).unwrap();
    assert_eq!(server.confirm(&token, UNHEARD_OF).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_and_check_refuse_what_is_not_whole() {
    let (_folder, path) = filter();
    let good = std::fs::read(&path).unwrap();
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    let site = Site::with_accounts(&[ADA]).await;
    for (octets, words) in [
        (&good[..good.len() - 1], "is damaged: its end is missing"),
        (&altered, "is damaged: its digest is another"),
        (b"hunter2\n", "is no filter of breached passwords"),
    ] {
        std::fs::write(site.path().join("breached.filter"), octets).unwrap();
        let variables = [("REGAIN_PASSWORD__BREACHED_FILE", "breached.filter")];
        let started = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], &variables);
        let (status, log) = started.err().expect("it must not say that it is ready");
        assert_eq!(status.code(), Some(2), "{log}");
        assert!(log.contains(words) && log.contains("breached.filter") && log.contains("breached_file"), "{log}");
        let check = site.regain_with(&["check"], "", &variables);
        let printed = String::from_utf8(check.stdout).unwrap();
        assert!(check.status.code() == Some(1) && printed.contains("FAILS   breached"), "{printed}");
        assert!(printed.contains(words), "{printed}");
    }
    std::fs::write(site.path().join("breached.filter"), good).unwrap();
    let check = site.regain_with(&["check"], "", &[("REGAIN_PASSWORD__BREACHED_FILE", "breached.filter")]);
    let printed = String::from_utf8(check.stdout).unwrap();
    assert!(printed.contains("3 passwords are refused, and of others at most one in 65536"), "{printed}");
}
