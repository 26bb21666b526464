//! The client samples that the two vendors publish, run as they stand: only the URL's host and the value of
//! `Authorization` differ. `samples/` holds them as published (Unleash's: <https://docs.getunleash.io/api/send-reset-password-email>,
//! Chaser's: <https://docs.chaser.sh/api-reference/chaser-core-api/auth/request-password-reset>).
//!
//! C# needs a package from NuGet, which nothing here can install, and Swift's does not compile as published.

use crate::support::process::{API_TOKEN, Process, Site, needed};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::path::Path;
use std::process::Command;

/// A published program, and how to run it.
struct Sample {
    text: &'static str,
    file: &'static str,
    /// What else it needs of its text, without a word of its own changed.
    dress: fn(String) -> String,
    run: fn(&Path) -> Command,
}

/// A vendor's samples: where they point to, whom they ask for, and what is answered.
struct Vendor {
    host: &'static str,
    address: &'static str,
    answer: &'static str,
}

const CHASER: Vendor = Vendor { host: "https://api.chaser.sh", address: "user@example.com", answer: "message" };
const UNLEASH: Vendor =
    Vendor { host: "https://app.unleash-instance.example.com", address: "test@example.com", answer: "{}" };

#[tokio::test(flavor = "multi_thread")]
async fn chasers_samples_run_to_their_end_and_their_mail_arrives() {
    let samples = [
        python(include_str!("samples/chaser.py")),
        javascript(include_str!("samples/chaser.mjs")),
        go(include_str!("samples/chaser.go")),
        php(include_str!("samples/chaser.php")),
        java(include_str!("samples/chaser.java")),
    ];
    all_run(&samples, &CHASER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unleashs_samples_run_to_their_end_and_their_mail_arrives() {
    let samples = [
        python(include_str!("samples/unleash.py")),
        javascript(include_str!("samples/unleash.mjs")),
        go(include_str!("samples/unleash.go")),
        php(include_str!("samples/unleash.php")),
        java(include_str!("samples/unleash.java")),
    ];
    all_run(&samples, &UNLEASH).await;
}

/// Ruby's ask for TLS whatever the URL says.
#[tokio::test(flavor = "multi_thread")]
async fn samples_that_insist_on_tls_run_against_a_certificate_that_they_trust() {
    for (vendor, text) in [(&CHASER, include_str!("samples/chaser.rb")), (&UNLEASH, include_str!("samples/unleash.rb"))]
    {
        let site = Site::with_accounts(&[vendor.address]).await;
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(site.path().join("certificate.pem"), cert.pem()).unwrap();
        std::fs::write(site.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        let server = site.serve(&[
            ("REGAIN_SERVER__TLS_CERTIFICATE_FILE", "certificate.pem"),
            ("REGAIN_SERVER__TLS_KEY_FILE", "key.pem"),
        ]);
        let url = server.url("").replace("http://127.0.0.1", "https://localhost");
        runs(&ruby(text), &site, vendor, &url, 1).await;
    }
}

async fn all_run(samples: &[Sample], vendor: &Vendor) {
    let site = Site::with_accounts(&[vendor.address]).await;
    let server: Process =
        site.serve(&[("REGAIN_RESET__COOLDOWN_SECONDS", "0"), ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "100")]);
    for (n, sample) in samples.iter().enumerate() {
        runs(sample, &site, vendor, &server.url(""), n + 1).await;
    }
}

/// To its end, with the answer printed; then there are so many mails.
async fn runs(sample: &Sample, site: &Site, vendor: &Vendor, url: &str, mails: usize) {
    let text = (sample.dress)(with_token(&sample.text.replace(vendor.host, url)));
    let file = site.path().join(sample.file);
    std::fs::write(&file, text).unwrap();
    let output = (sample.run)(site.path()).arg(&file).current_dir(site.path()).output().unwrap();
    let (printed, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !said.contains("rror"), "{}: {said}", sample.file);
    assert!(printed.contains(vendor.answer), "{}: {printed}", sample.file);
    let mail = &site.mails_to(vendor.address, mails).await[mails - 1];
    assert!(!mail.links().is_empty(), "{}", sample.file);
}

/// The text with the API token between the quotes of the header that is empty.
fn with_token(text: &str) -> String {
    const EMPTY: [&str; 5] = [
        "\"Authorization\": \"\"",
        "Authorization: ''",
        "\"Authorization\", \"\"",
        "\"Authorization\"] = ''",
        "'Authorization' => ''",
    ];
    EMPTY.iter().fold(text.to_owned(), |text, header| {
        let (before, quote) = header.split_at(header.len() - 1);
        text.replace(header, &format!("{before}{API_TOKEN}{quote}"))
    })
}

fn python(text: &'static str) -> Sample {
    Sample { text, file: "sample.py", dress: as_it_is, run: |_| Command::new(needed("REGAIN_TEST_PYTHON")) }
}

fn javascript(text: &'static str) -> Sample {
    Sample { text, file: "sample.mjs", dress: as_it_is, run: |_| Command::new(needed("REGAIN_TEST_NODE")) }
}

fn go(text: &'static str) -> Sample {
    let run = |_: &Path| {
        let mut go = Command::new(needed("REGAIN_TEST_GO"));
        go.arg("run");
        go
    };
    Sample { text, file: "sample.go", dress: as_it_is, run }
}

fn ruby(text: &'static str) -> Sample {
    let run = |folder: &Path| {
        let mut ruby = Command::new(needed("REGAIN_TEST_RUBY"));
        ruby.env("SSL_CERT_FILE", folder.join("certificate.pem"));
        ruby
    };
    Sample { text, file: "sample.rb", dress: as_it_is, run }
}

/// Guzzle, which the sample expects where Composer puts it.
fn php(text: &'static str) -> Sample {
    let run = |folder: &Path| {
        std::fs::create_dir_all(folder.join("vendor")).unwrap();
        let guzzle = needed("REGAIN_TEST_GUZZLE");
        let autoload = format!("<?php require_once '{}';", guzzle.to_str().unwrap());
        std::fs::write(folder.join("vendor/autoload.php"), autoload).unwrap();
        Command::new(needed("REGAIN_TEST_PHP"))
    };
    Sample { text, file: "sample.php", dress: as_it_is, run }
}

/// What is published is the inside of a method, under its imports.
fn java(text: &'static str) -> Sample {
    let dress = |text: String| {
        let (imports, statements) = text.split_once("\n\n").unwrap();
        format!(
            "{imports}\nclass Sample {{ public static void main(String[] arguments) throws Exception {{\n{statements}\n\
             System.out.println(response.getBody());\nUnirest.shutdown();\n}} }}"
        )
    };
    let run = |_: &Path| {
        let mut java = Command::new(needed("REGAIN_TEST_JAVA"));
        let unirest = needed("REGAIN_TEST_UNIREST");
        java.arg("-cp").arg(Path::new(&unirest).with_file_name("*"));
        java
    };
    Sample { text, file: "Sample.java", dress, run }
}

fn as_it_is(text: String) -> String {
    text
}
