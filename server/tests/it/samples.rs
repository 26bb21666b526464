//! The client samples that the two vendors publish, run as they stand: only the URL's host and the value of
//! `Authorization` differ. `samples/` holds them as published (Unleash's: <https://docs.getunleash.io/api/send-reset-password-email>,
//! Chaser's: <https://docs.chaser.sh/api-reference/chaser-core-api/auth/request-password-reset>).

use crate::support::process::{API_TOKEN, Process, Site, needed};
use std::process::Command;

struct Sample {
    text: &'static str,
    file: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

#[tokio::test(flavor = "multi_thread")]
async fn chasers_samples_run_to_their_end_and_their_mail_arrives() {
    let samples = [
        python(include_str!("samples/chaser.py")),
        javascript(include_str!("samples/chaser.mjs")),
        go(include_str!("samples/chaser.go")),
    ];
    all_run(&samples, "https://api.chaser.sh", "user@example.com", "message").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unleashs_samples_run_to_their_end_and_their_mail_arrives() {
    let samples = [
        python(include_str!("samples/unleash.py")),
        javascript(include_str!("samples/unleash.mjs")),
        go(include_str!("samples/unleash.go")),
    ];
    all_run(&samples, "https://app.unleash-instance.example.com", "test@example.com", "{}").await;
}

async fn all_run(samples: &[Sample], host: &str, address: &str, answer: &str) {
    let site = Site::with_accounts(&[address]).await;
    let server = site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "0")]);
    for (n, sample) in samples.iter().enumerate() {
        let printed = sample.run(&site, &server, host);
        assert!(printed.contains(answer), "{}: {printed}", sample.file);
        let mail = &site.mails_to(address, n + 1).await[n];
        assert!(!mail.links().is_empty(), "{}", sample.file);
    }
}

impl Sample {
    fn run(&self, site: &Site, server: &Process, host: &str) -> String {
        let text = self.text.replace(host, &server.url(""));
        let text = ["\"Authorization\": \"\"", "Authorization: ''", "\"Authorization\", \"\""]
            .iter()
            .fold(text, |text, header| text.replace(header, &with_token(header)));
        let file = site.path().join(self.file);
        std::fs::write(&file, text).unwrap();
        let output = Command::new(needed(self.program)).args(self.arguments).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("rror"), "{}: {said}", self.file);
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The header with the token between its last two quotes.
fn with_token(header: &str) -> String {
    let (before, quote) = header.split_at(header.len() - 1);
    format!("{before}{API_TOKEN}{quote}")
}

fn python(text: &'static str) -> Sample {
    Sample { text, file: "sample.py", program: "REGAIN_TEST_PYTHON", arguments: &[] }
}

fn javascript(text: &'static str) -> Sample {
    Sample { text, file: "sample.mjs", program: "REGAIN_TEST_NODE", arguments: &[] }
}

fn go(text: &'static str) -> Sample {
    Sample { text, file: "sample.go", program: "REGAIN_TEST_GO", arguments: &["run"] }
}
