//! Mails with an operator's own texts, templates and brand, and the commands for them.

use crate::support::process::{API_TOKEN, DEADLINE, Process, Site, eventually};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::fs;

const ADA: &str = "ada@example.com";
/// One by one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
const OWN: [(&str, &str); 2] = [("REGAIN_MAIL__TEMPLATES_DIR", "texts/mail"), ("REGAIN_LOCALES_DIR", "texts/locales")];

async fn ask(server: &Process, headers: &[(&str, &str)], path: &str, body: &serde_json::Value) {
    let mut request = reqwest::Client::new().post(server.url(path)).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_mail_says_with_what_it_was_asked_for_and_nothing_that_was_made_up() {
    let site = Site::with_accounts(&[ADA, "bob@example.com", "eve@example.com"]).await;
    let server = site.serve(&[]);
    let path = "/auth/password-reset/request";
    ask(&server, &[("User-Agent", FIREFOX)], path, &json!({ "email": ADA })).await;
    let told = &site.mails_to(ADA, 1).await[0];
    for part in [told.text(), told.html()] {
        assert!(part.contains("The request came from Firefox on Windows."), "{part}");
    }

    let made_up = format!("{FIREFOX} https://evil.example/ <b>call us</b>");
    ask(&server, &[("User-Agent", &made_up)], path, &json!({ "email": "bob@example.com" })).await;
    let mail = &site.mails_to("bob@example.com", 1).await[0];
    assert!(mail.text().contains("Firefox on Windows") && !mail.text().contains("evil"), "{}", mail.text());
    assert!(!mail.html().contains("evil") && !mail.html().contains("call us"));

    // The browser of a trusted caller's own, if it has one, is not that of whoever asked.
    let trusted = [("User-Agent", FIREFOX), ("Authorization", API_TOKEN)];
    ask(&server, &trusted, "/auth/reset/password-email", &json!({ "email": "eve@example.com" })).await;
    let mail = &site.mails_to("eve@example.com", 1).await[0];
    assert!(!mail.text().contains("Firefox"), "{}", mail.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_arrives_with_the_mail() {
    let site = Site::with_accounts(&[]).await;
    fs::write(site.path().join("logo.png"), STANDARD.decode(PNG).unwrap()).unwrap();
    let brand = [("REGAIN_BRAND__LOGO_FILE", "logo.png"), ("REGAIN_BRAND__SUPPORT_URL", "mailto:help@example.com")];
    let output = site.regain_with(&["mail", "test", ADA, "--message", "reset", "--language", "DE"], "", &brand);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.starts_with("smtp: the mail to ada@example.com was taken: 250"), "{said}");
    let mail = &site.mails_to(ADA, 1).await[0];
    assert!(mail.html().contains("src=\"cid:logo@"), "{}", mail.html());
    let text = mail.text();
    for said in ["Guten Tag Ada,", "7K3P-M9QX", "help@example.com"] {
        assert!(text.lines().any(|line| line.trim() == said), "{said}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_mail_that_no_transport_takes_is_a_failure() {
    let site = Site::with_accounts(&[]).await;
    let output = site.regain_with(&["mail", "test", ADA], "", &[("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:9")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("smtp: no mail went out: "));
    for words in [["mail", "test", "nobody"].as_slice(), &["mail", "test", ADA, "--language", "tlh"]] {
        assert_eq!(site.regain(words, "").status.code(), Some(2), "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_out_is_what_is_built_in() {
    let site = Site::with_accounts(&[]).await;
    let said = site.printed_by(&["mail", "eject", "texts"]);
    assert!(
        said.contains("locales_dir = \"texts/locales\"") && said.contains("templates_dir = \"texts/mail\""),
        "{said}"
    );
    assert_eq!(site.regain(&["mail", "eject", "texts"], "").status.code(), Some(1), "nothing is written over");
    let preview = |folder: &str, env: &[(&str, &str)]| {
        let output = site.regain_with(&["mail", "preview", "--out", folder], "", env);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(site.path().join(folder).join("reset.he.eml")).unwrap()
    };
    assert!(preview("a", &[]) == preview("b", &OWN));
    assert!(site.regain(&["mail", "eject", "texts", "--force"], "").status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_template_or_text_keeps_the_server_from_starting() {
    let site = Site::with_accounts(&[]).await;
    site.printed_by(&["mail", "eject", "texts"]);
    for (file, content, told) in [
        (
            "mail/reset/body.txt",
            "{% extends \"layout.txt\" %}\n{% block body %}\n{{ lnk }}\n{% endblock %}\n",
            "body.txt:3",
        ),
        ("mail/reset/body.txt", "{{ code }}\n{{ not_me_link }}\n", "`{{ link }}` is missing"),
        ("locales/en.ftl", "mail-greeting = Hi\nmail-greting = Hello,\n", "en.ftl:2"),
    ] {
        let path = site.path().join("texts").join(file);
        let sound = fs::read(&path).unwrap();
        fs::write(&path, content).unwrap();
        let (status, log) = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], &OWN).err().unwrap();
        assert!(status.code() == Some(2) && log.contains(told), "{status} {log}");
        fs::write(&path, sound).unwrap();
    }
    site.serve(&OWN);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sighup_texts_and_templates_are_read_again_and_broken_ones_are_not_taken() {
    let site = Site::with_accounts(&["a@example.com", "b@example.com", "c@example.com"]).await;
    site.printed_by(&["mail", "eject", "texts"]);
    let server = site.serve(&OWN);
    let english = site.path().join("texts/locales/en.ftl");
    let logged = async |words: &str| {
        eventually(words, DEADLINE, async || server.log().contains(words).then_some(())).await;
    };
    let greeting = async |address: &str| {
        server.request(address).await;
        site.mails_to(address, 1).await[0].text().lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(greeting("a@example.com").await, "Hello Ada,");

    fs::write(&english, "mail-greeting-named = Dear { $name },\n").unwrap();
    server.hang_up();
    logged("texts and templates are read again").await;
    assert_eq!(greeting("b@example.com").await, "Dear Ada,");

    fs::write(&english, "mail-greeting-named = Oh { $nme },\n").unwrap();
    server.hang_up();
    logged("the old ones stay").await;
    assert!(server.log().contains("nothing fills `$nme`"), "{}", server.log());
    assert_eq!(greeting("c@example.com").await, "Dear Ada,");
}
