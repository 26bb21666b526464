//! An own template is broken while the server runs, and found broken at its next start: nobody waits for a mail because of
//! it, and nothing is lost.

use super::{ADA, GRACE};
use crate::support::process::{DEADLINE, Process, Site, eventually};
use std::fs;

const OWN: [(&str, &str); 2] = [("REGAIN_MAIL__TEMPLATES_DIR", "texts/mail"), ("REGAIN_LOCALES_DIR", "texts/locales")];
const BOB: &str = "bob@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_template_error_is_told_with_its_line_and_no_mail_waits_for_it() {
    let site = Site::with_accounts(&[ADA, GRACE, BOB]).await;
    site.printed_by(&["mail", "eject", "texts"]);
    let template = site.path().join("texts/mail/reset/body.txt");
    let sound = fs::read_to_string(&template).unwrap();
    let sound = sound.replace("{% block body %}\n", "{% block body %}\nFrom our own template.\n\n");
    fs::write(&template, &sound).unwrap();
    let mut server = site.serve(&OWN);

    fs::write(&template, sound.replace("{{ link }}", "{{ lnk }}")).unwrap();
    let line = format!("body.txt:{}", sound.lines().position(|line| line == "{{ link }}").unwrap() + 1);
    server.hang_up();
    let told = async || server.log().contains("the old ones stay").then(|| server.log());
    let log = eventually("word of the template in the log", DEADLINE, told).await;
    assert!(log.contains(&line), "{line} is not in {log}");
    for address in [ADA, GRACE] {
        server.request(address).await;
        let mail = site.mails_to(address, 1).await.remove(0);
        assert!(mail.text().contains("From our own template."), "{}", mail.text());
    }
    let mailed = async || site.printed_by(&["explain", ADA]).contains("mailed by smtp").then_some(());
    eventually("the mail in the timeline", DEADLINE, mailed).await;

    assert!(server.terminate().success());
    site.printed_by(&["request", BOB]);
    let (status, log) = Process::try_start(site.path(), &["serve", "--config", "regain.toml"], &OWN).err().unwrap();
    assert!(status.code() == Some(2) && log.contains(&line), "{status} {log}");
    fs::write(&template, sound).unwrap();
    let _server = site.serve(&OWN);
    site.mails_to(BOB, 1).await;
}
