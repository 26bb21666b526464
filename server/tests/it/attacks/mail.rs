//! The mail: whatever stands in somebody's account, it is one mail to one person, and what it says is ours.

use super::ADA;
use crate::support::Server;
use crate::support::smtp::{Behaviour, Encryption, Options, Phase, ReceivedMail, SmtpServer};
use crate::transports::{parcel, send};
use regain::mail::smtp::{Patience, SmtpTransport};
use regain_core::delivery::Outcome;

/// The one reset mail to Ada, whose account says that her name is `name`.
async fn mail_for(name: &str) -> ReceivedMail {
    let server = Server::start().await;
    server.accounts().execute("UPDATE accounts SET name = ?1 WHERE email = ?2", (name, ADA)).unwrap();
    server.token_for(ADA).await;
    let mut mails = server.inbox.mails();
    assert_eq!(mails.len(), 1, "{name:?}");
    assert_eq!(mails[0].to, [ADA], "{name:?}");
    mails.remove(0)
}

/// SMTP smuggling (CVE-2023-51764), header injection: a name that ends the mail, begins another, or adds a recipient.
#[tokio::test]
async fn a_name_neither_ends_the_mail_nor_adds_to_its_head() {
    for name in [
        "Ada\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA\r\n",
        "Ada\n.\nQUIT\n",
        "Ada\r.\rQUIT\r",
        "\r\n.\r\n",
        "Ada\r\nBcc: eve@evil.example\r\n\r\nHello",
        "Ada%0d%0aBcc: eve@evil.example",
        "Ada\u{2028}Bcc: eve@evil.example",
        "Ada\0",
        &"A".repeat(5000),
    ] {
        let mail = mail_for(name).await;
        assert_eq!(mail.header("Bcc"), None, "{name:?}");
        assert_eq!(mail.header("To").as_deref(), Some("<ada@example.com>"), "{name:?}");
        assert!(mail.code().is_some() && mail.html().contains("/reset-password#"), "the mail is whole");
        let octets = &mail.raw;
        for (at, octet) in octets.iter().enumerate() {
            let is_whole = match octet {
                b'\n' => at > 0 && octets[at - 1] == b'\r',
                b'\r' => octets.get(at + 1) == Some(&b'\n'),
                octet => *octet != 0,
            };
            assert!(is_whole, "{name:?}: octet {at}");
        }
        assert!(octets.split(|octet| *octet == b'\n').all(|line| line.len() <= 999), "RFC 5322 §2.1.1");
    }
}

/// Whoever signs up with another's address and a name of their own choice would have us mail an advertisement, or a
/// text that reads backwards.
#[tokio::test]
async fn a_name_is_shown_as_a_name_or_not_at_all() {
    for name in [
        "You won! https://evil.example/",
        "www.evil.example",
        "Locked? Unlock at evil.example/unlock",
        "evil.example",
        "\u{202e}elpmaxe.live moc",
        "A\u{200b}da\u{7}",
    ] {
        let mail = mail_for(name).await;
        for part in [mail.text(), mail.html()] {
            assert!(!part.contains("evil.example") && !part.contains(['\u{202e}', '\u{200b}', '\u{7}']), "{part}");
        }
    }
}

/// Synapse GHSA-c5f8-35qr-q4fm: names were HTML in mails; elsewhere they were templates.
#[tokio::test]
async fn a_name_is_neither_html_nor_a_template() {
    for (name, escaped) in [
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("<p><a href=\"evil\">here", "&lt;a href=&quot;"),
        ("Ada & 'Co' \"Ltd\"", "Ada &amp; "),
        ("{{ 7 * 191 }} {% raw %}", "{{ 7 * 191 }} {% raw %}"),
        ("{ $name } ${7*191} #{x} %s %(x)s", "{ $name } ${7*191} #{x} %s %(x)s"),
    ] {
        let mail = mail_for(name).await;
        assert!(mail.html().contains(escaped), "{name}: {}", mail.html());
        assert!(!mail.html().contains("<img") && !mail.html().contains("href=\"evil") && !mail.html().contains("1337"));
        let text = mail.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(name) && !text.contains("1337"), "{name}: {text}");
    }
}

/// A language that is a header.
#[tokio::test]
async fn a_language_in_the_account_is_no_header() {
    let server = Server::with("[users]\nlocale = \"locale\"").await;
    server.accounts().execute_batch("ALTER TABLE accounts ADD COLUMN locale TEXT").unwrap();
    let locale = "de\r\nBcc: eve@evil.example";
    server.accounts().execute("UPDATE accounts SET locale = ?1", [locale]).unwrap();
    server.token_for(ADA).await;
    let mails = server.inbox.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to.as_slice(), mails[0].header("Bcc")), ([ADA.to_owned()].as_slice(), None));
    assert!(mails[0].header("Content-Language").is_some_and(|tag| tag.len() <= 5));
}

/// Mails that answering machines answer, and whose two parts lead to two places.
#[tokio::test]
async fn a_mail_says_that_a_machine_wrote_it_and_has_one_link_in_both_parts() {
    let mail = mail_for("Ada").await;
    assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert_eq!(mail.header("From").unwrap(), "\"Example\" <no-reply@example.com>");
    assert!(mail.header("Message-ID").unwrap().ends_with("@127.0.0.1>"), "{:?}", mail.header("Message-ID"));
    let links = mail.links();
    assert_eq!(links.len(), 2, "{links:?}");
    assert!(links.iter().all(|link| mail.html().contains(link.as_str())), "{links:?}");
}

/// A relay, or whoever stands before it, that never comes to the end of a reply, in lines that say nothing.
#[tokio::test]
async fn a_reply_without_end_is_not_read_to_its_end() {
    for phase in [Phase::Connect, Phase::StartTls, Phase::Auth, Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Dot] {
        let options = Options { tls: Encryption::StartTls, login: Some(("regain", "secret")), ..Options::default() };
        let relay = SmtpServer::start_with(options).await;
        let code = match phase {
            Phase::Connect | Phase::StartTls => 220,
            Phase::Auth => 235,
            Phase::Data => 354,
            _ => 250,
        };
        relay.at(phase, Behaviour::Reply(format!("{}{code} ok", format!("{code}-\r\n").repeat(10_000)).leak()));
        let patience = Patience::default();
        let transport = SmtpTransport::new(&relay.settings(), "localhost", relay.roots(), patience).unwrap();
        let outcome = send(&transport, &parcel()).await;
        assert!(!matches!(outcome, Outcome::Delivered(_)), "{phase:?}: {outcome:?}");
        assert!(outcome.reply().contains("more than any relay"), "{phase:?}: {outcome:?}");
    }
}
