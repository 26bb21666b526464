//! The program itself with transports beside SMTP.

use super::vendors::{ALL, KEY};
use crate::support::process::{DEADLINE, Site, eventually};
use crate::support::vendor::{Behaviour, Reply};
use crate::transports::vendors;

const ADA: &str = "ada@example.com";

fn postmark_before_smtp(url: &str) -> [(&str, &str); 3] {
    [
        ("REGAIN_MAIL__POSTMARK__SERVER_TOKEN", KEY),
        ("REGAIN_MAIL__POSTMARK__URL", url),
        ("REGAIN_MAIL__ORDER", "postmark,smtp"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_mail_goes_through_a_provider_and_its_name_for_it_stands_in_the_timeline() {
    let site = Site::with_accounts(&[ADA]).await;
    let (vendor, mailbox) = vendors::start(ALL[1]).await;
    let url = vendor.url();
    let server = site.serve(&postmark_before_smtp(&url));
    server.request(ADA).await;
    let explained = async || Some(site.printed_by(&["explain", ADA])).filter(|text| text.contains("id=0102-1"));
    let explained = eventually("the provider's name for the mail in the timeline", DEADLINE, explained).await;
    let mail = mailbox.lock().unwrap()[0].clone();
    assert!(mail.to == ADA && mail.text.contains("/reset-password#") && mail.html.contains("/reset-password#"));
    assert!(explained.contains("postmark") && !explained.contains(KEY), "{explained}");
    assert!(!server.log().contains(KEY) && site.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_take_the_key_leaves_the_mail_to_the_next_and_says_so() {
    let site = Site::with_accounts(&[ADA, "b@example.com", "c@example.com", "d@example.com"]).await;
    let (vendor, mailbox) = vendors::start(ALL[1]).await;
    vendor.does(Behaviour::Answer(Reply::json(401, &format!(r#"{{"ErrorCode":10,"Message":"no: {KEY}"}}"#))));
    let url = vendor.url();
    let server = site.serve(&postmark_before_smtp(&url));
    for address in [ADA, "b@example.com", "c@example.com", "d@example.com"] {
        server.request(address).await;
    }
    site.smtp.wait_for(4).await;
    let says = async || server.log().contains("mail.postmark.server_token").then_some(());
    eventually("word of the key in the log", DEADLINE, says).await;
    assert!(server.log().contains("down; rests unless there is no other") && !server.log().contains(KEY));
    assert!(mailbox.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tries_every_transport_and_sends_nothing() {
    let site = Site::with_accounts(&[ADA]).await;
    let vendors = futures_util::future::join_all(ALL.map(vendors::start)).await;
    let urls: Vec<_> = vendors.iter().map(|(vendor, _)| vendor.url()).collect();
    let sendmail = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/sendmail.sh");
    let mut env = vec![
        ("REGAIN_MAIL__POSTMARK__URL", urls[1].as_str()),
        ("REGAIN_MAIL__POSTMARK__SERVER_TOKEN", KEY),
        ("REGAIN_MAIL__SENDGRID__URL", &urls[2]),
        ("REGAIN_MAIL__SENDGRID__API_KEY", KEY),
        ("REGAIN_MAIL__MAILGUN__URL", &urls[3]),
        ("REGAIN_MAIL__MAILGUN__DOMAIN", "mg.example.com"),
        ("REGAIN_MAIL__MAILGUN__API_KEY", KEY),
        ("REGAIN_MAIL__RESEND__URL", &urls[4]),
        ("REGAIN_MAIL__RESEND__API_KEY", KEY),
        ("REGAIN_MAIL__SENDMAIL__COMMAND", sendmail),
    ];
    let printed = |env: &[(&str, &str)]| {
        let output = site.regain_with(&["check"], "", env);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = printed(&env);
    assert_eq!(code, Some(0), "{text}");
    for said in ["Postmark takes", "SendGrid takes", "Mailgun takes", "Resend takes", "is there; whether", "the relay"]
    {
        assert!(text.contains(said), "{said} in {text}");
    }
    env.iter_mut().filter(|(name, _)| name.ends_with("KEY")).for_each(|(_, value)| *value = "an-old-key");
    let (code, text) = printed(&env);
    for said in ["mail.sendgrid.api_key", "mail.mailgun.api_key", "mail.resend.api_key"] {
        assert!(code == Some(1) && text.contains(said) && !text.contains("an-old-key"), "{said} in {text}");
    }
    assert!(vendors.iter().all(|(_, mailbox)| mailbox.lock().unwrap().is_empty()) && site.smtp.mails().is_empty());
}
