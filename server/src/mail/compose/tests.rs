mod brand;
mod own;

use super::*;
use mail_parser::MessageParser;
use proptest::prelude::*;
use regain_core::device::Device;
use regain_core::locale::Locale;
use regain_core::message::{Asker, Body};
use regain_core::time::Timestamp;
use std::time::Duration;

const LINK: &str = "https://accounts.example.com/reset-password#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NOT_ME: &str = "https://accounts.example.com/not-me?token=HxwdGhsYGRYXFBUSExARDg8MDQoLCAkGBwQFAgMAAQA";

fn composer() -> Composer {
    Composer::new(Arc::new(Words::built_in().unwrap()), letterhead()).unwrap()
}

fn letterhead() -> Letterhead {
    let mailbox = |name: &str, address: &str| Mailbox {
        name: Some(name.to_owned()),
        address: EmailAddress::parse(address).unwrap(),
    };
    Letterhead {
        product_name: "Example & Sons".into(),
        host: "accounts.example.com".into(),
        from: mailbox("Example & Sons", "no-reply@example.com"),
        reply_to: Some(mailbox("Help", "help@example.com")),
        look: Look { support_url: Some("mailto:help@example.com".into()), ..Look::default() },
    }
}

fn message(kind: MessageKind, name: Option<&str>) -> Message {
    let body = match kind {
        MessageKind::Reset => Body::Reset {
            link: LINK.into(),
            code: "01AB-CDEF".into(),
            link_ttl: Duration::from_secs(3600),
            code_ttl: Duration::from_secs(600),
            not_me_link: NOT_ME.into(),
        },
        MessageKind::PasswordChanged => Body::PasswordChanged { not_me_link: NOT_ME.into() },
        MessageKind::NoAccount => Body::NoAccount,
        MessageKind::Test => Body::Test,
    };
    let locales = vec![Locale::parse("tlh").unwrap()];
    let address = Some("192.0.2.77".parse().unwrap());
    let asker = Device::parse("Firefox on Windows").map(|device| Asker { device, address });
    let asker = asker.filter(|_| matches!(kind, MessageKind::Reset | MessageKind::NoAccount));
    Message { body, name: name.map(str::to_owned), locales, at: Timestamp::from_millis(1_795_286_889_123), asker }
}

fn composed(kind: MessageKind, name: Option<&str>, to: &str) -> Vec<u8> {
    let id = Id::parse("019aa8c2-5a70-7000-8000-000000000001").unwrap();
    composer().compose(&message(kind, name), &EmailAddress::parse(to).unwrap(), id).unwrap().content
}

/// The operator's own templates, in a folder that is gone once they are read.
fn own(templates: &[(&str, &str)]) -> Templates {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in templates {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
    }
    Templates::with_own(Some(folder.path())).unwrap()
}

fn text_of(mail: &[u8]) -> String {
    MessageParser::default().parse(mail).unwrap().body_text(0).unwrap().into_owned()
}

fn html_of(mail: &[u8]) -> String {
    MessageParser::default().parse(mail).unwrap().body_html(0).unwrap().into_owned()
}

#[test]
fn a_full_stop_that_was_folded_onto_a_line_of_its_own_is_spelled_out() {
    for (folded, spelled) in [
        ("the end=\r\n.\r\n", "the end=\r\n=2E\r\n"),
        ("=\r\n.\r\n=\r\n.\r\nend", "=\r\n=2E\r\n=\r\n=2E\r\nend"),
        ("meant\r\n.\r\nso =\r\n..\r\n", "meant\r\n.\r\nso =\r\n..\r\n"),
    ] {
        assert_eq!(String::from_utf8(without_lone_dots(folded.into())).as_deref(), Ok(spelled));
    }
}

#[test]
fn each_mail_reads_as_its_snapshot_says() {
    for kind in MessageKind::ALL {
        let mail = composed(kind, Some("Ada"), "ada@example.com");
        insta::with_settings!({ snapshot_path => "../../../tests/it/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{}.txt", kind.as_str()), text_of(&mail));
            insta::assert_snapshot!(format!("{}.html", kind.as_str()), html_of(&mail));
        });
    }
}

#[test]
fn each_mail_in_each_language_reads_as_its_snapshot_says() {
    let composer = composer();
    for language in composer.languages() {
        let tag = language.tag();
        let mails = MessageKind::ALL.map(|kind| {
            let locales = Locale::parse(tag).into_iter().collect();
            let mail = composer.bodies(&Message { locales, ..message(kind, Some("Ada")) }).unwrap();
            // What is seen of the marks that keep directions apart is nothing; here it shall be seen.
            let text = mail.text.replace('\u{2068}', "⟨").replace('\u{2069}', "⟩").replace('\u{200F}', "‹RLM›");
            format!("# {}\n\n{}", mail.subject.replace(['\u{2068}', '\u{2069}'], ""), text)
        });
        insta::with_settings!({ snapshot_path => "../../../tests/it/snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("mails.{tag}"), mails.join("\n"));
        });
    }
}

#[test]
fn the_headers_come_from_the_configuration_and_the_message_alone() {
    let mail = composed(MessageKind::Reset, None, "ada@example.com");
    let (head, _) = std::str::from_utf8(&mail).unwrap().split_once("\r\n\r\n").unwrap();
    insta::with_settings!({ snapshot_path => "../../../tests/it/snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("headers", head);
    });
}

#[test]
fn text_and_html_have_the_same_links_and_code() {
    let mail = composed(MessageKind::Reset, None, "ada@example.com");
    for part in [text_of(&mail), html_of(&mail)] {
        assert!(part.contains(LINK) && part.contains(NOT_ME) && part.contains("01AB-CDEF"), "{part}");
        assert!(part.contains("1 hour") && part.contains("10 minutes"), "{part}");
    }
}

#[test]
fn nothing_is_fetched_when_the_mail_is_read() {
    for kind in MessageKind::ALL {
        let html = html_of(&composed(kind, None, "ada@example.com"));
        for fetched in ["<img", " src=", "url(", "<link", "@import", "<script", "<iframe"] {
            assert!(!html.contains(fetched), "{kind:?} has {fetched}");
        }
    }
}

#[test]
fn a_name_is_shown_literally() {
    let mail = composed(MessageKind::Reset, Some("<script>alert({{ 7*7 }})<script> { $link }"), "ada@example.com");
    assert!(text_of(&mail).contains("<script>alert({{ 7*7 }})<script> { $link }"));
    let html = html_of(&mail);
    assert!(html.contains("&lt;script&gt;alert({{ 7*7 }})"), "{html}");
    assert!(!html.contains("<script>"));
}

#[test]
fn an_internationalised_domain_is_spelled_in_ascii() {
    let mail = composed(MessageKind::NoAccount, None, "ada@bücher.example");
    assert!(std::str::from_utf8(&mail).unwrap().contains("To: <ada@xn--bcher-kva.example>\r\n"));
}

#[test]
fn a_mail_is_whole_in_every_language() {
    let (composer, words) = (composer(), Words::built_in().unwrap());
    let to = EmailAddress::parse("ada@example.com").unwrap();
    for language in words.all() {
        for kind in MessageKind::ALL {
            let (tag, direction) = (language.tag(), language.direction());
            let locales = Locale::parse(tag).into_iter().collect();
            let message = Message { locales, ..message(kind, Some("Ada")) };
            let mail = composer.compose(&message, &to, Id::from_bytes([0; 16])).unwrap().content;
            assert_lines(&mail);
            let subject = language.text(subject_key(kind), &[("product", Arg::Text("Example & Sons"))]);
            assert_eq!(MessageParser::default().parse(&mail).unwrap().subject(), Some(&*subject), "{tag}");
            let (text, html) = (text_of(&mail), html_of(&mail));
            assert!(html.contains(&format!(r#"<html lang="{tag}" dir="{direction}">"#)), "{html}");
            for part in [text, html] {
                assert!(part.contains("Ada") && part.contains("Example") && part.contains("18:48"), "{part}");
                assert!(!part.contains("{mail-"), "{part}");
                assert_eq!(part.contains(LINK) && part.contains("01AB-CDEF"), kind == MessageKind::Reset, "{part}");
            }
        }
    }
}

#[test]
fn a_code_runs_from_left_to_right_also_where_the_words_do_not() {
    for (tag, line) in
        [("de", "\n    01AB-CDEF\n"), ("ar", "\n\u{200E}    01AB-CDEF\n"), ("he", "\n\u{200E}    01AB-CDEF\n")]
    {
        let message = Message { locales: vec![Locale::parse(tag).unwrap()], ..message(MessageKind::Reset, None) };
        let to = EmailAddress::parse("ada@example.com").unwrap();
        let mail = composer().compose(&message, &to, Id::from_bytes([0; 16])).unwrap().content;
        assert!(text_of(&mail).replace('\r', "").contains(line), "{tag}: {}", text_of(&mail));
        assert!(html_of(&mail).contains(r#"<span class="code" dir="ltr""#), "{tag}");
    }
}

#[test]
fn a_fault_says_nothing_of_the_message() {
    let templates = own(&[("reset/body.txt", "\n{{ link + 1 }}")]);
    let composer = Composer::with_templates(Arc::new(Words::built_in().unwrap()), letterhead(), templates).unwrap();
    let id = Id::from_bytes([0; 16]);
    let to = EmailAddress::parse("ada@example.com").unwrap();
    let fault = composer.compose(&message(MessageKind::Reset, None), &to, id).err().unwrap();
    let said = format!("{fault} {fault:?}");
    assert!(said.contains("reset/body.txt:2:1"), "{said}");
    assert!(!said.contains("reset-password"), "{said}");
}

#[test]
fn a_mail_says_nothing_of_the_mail_before_it() {
    let composer = composer();
    let to = EmailAddress::parse("ada@example.com").unwrap();
    let secrets = |text: &str| {
        let (link, not_me_link) = (format!("{LINK}{text}"), format!("{NOT_ME}{text}"));
        let (link_ttl, code_ttl) = (Duration::from_secs(3600), Duration::from_secs(600));
        Body::Reset {
            link: link.into(),
            code: text.to_uppercase().into(),
            link_ttl,
            code_ttl,
            not_me_link: not_me_link.into(),
        }
    };
    let mail = |composer: &Composer, name: Option<&str>, text: &str| {
        let message = Message { body: secrets(text), ..message(MessageKind::Reset, name) };
        composer.compose(&message, &to, Id::from_bytes([0; 16])).unwrap().content
    };
    for (name, text) in [(Some("Ada"), "aa"), (None, "bb"), (Some("Grace \u{FDD1} & <Hopper>"), "cc")] {
        assert!(mail(&composer, name, text) == mail(&self::composer(), name, text), "as if it were the first");
    }
    assert!(text_of(&mail(&composer, Some("A\u{FDD1}da\u{FDD3}"), "dd")).starts_with("Hello Ada,"));
}

#[test]
fn each_mail_tells_its_own_time_and_spans() {
    let composer = composer();
    let text = |at: i64, hours: u64| {
        let (link, code, not_me_link) = (LINK.into(), "01AB-CDEF".into(), NOT_ME.into());
        let (link_ttl, code_ttl) = (Duration::from_secs(hours * 3600), Duration::from_secs(hours * 60));
        let body = Body::Reset { link, code, link_ttl, code_ttl, not_me_link };
        let message = Message { body, at: Timestamp::from_millis(at), ..message(MessageKind::Reset, None) };
        let to = EmailAddress::parse("ada@example.com").unwrap();
        text_of(&composer.compose(&message, &to, Id::from_bytes([0; 16])).unwrap().content)
    };
    for (at, hours, told) in [
        (0, 2, ["1 January 1970, 00:00", "2 hours", "2 minutes"]),
        (59_999, 3, ["1 January 1970, 00:00", "3 hours", "3 minutes"]),
        (60_000, 3, ["1 January 1970, 00:01", "3 hours", "3 minutes"]),
        (-1, 2, ["31 December 1969, 23:59", "2 hours", "2 minutes"]),
    ] {
        let text = text(at, hours).replace('\n', " ");
        assert!(told.iter().all(|it| text.contains(it)), "{told:?} in {text}");
    }
}

#[test]
fn templates_are_far_from_their_bound() {
    let mut composer = composer();
    composer.sheets.compiled.set_fuel(Some(templates::FUEL / 20));
    for kind in MessageKind::ALL {
        composer.bodies(&message(kind, Some("Ada"))).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_name_there_is_one_mail_to_one_recipient(name in hostile_name()) {
        let plain = composed(MessageKind::Reset, None, "ada@example.com");
        let mail = composed(MessageKind::Reset, Some(&name), "ada@example.com");
        let head = |mail: &[u8]| String::from_utf8(mail.to_vec()).unwrap().split_once("\r\n\r\n").unwrap().0.to_owned();
        prop_assert_eq!(head(&mail), head(&plain));

        let parsed = MessageParser::default().parse(&mail).unwrap();
        let recipients: Vec<_> = parsed.to().unwrap().iter().map(|to| to.address().unwrap().to_owned()).collect();
        prop_assert_eq!(recipients, vec!["ada@example.com".to_owned()]);
        prop_assert!(parsed.cc().is_none() && parsed.bcc().is_none());
        prop_assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
        prop_assert!(parsed.body_text(0).unwrap().contains(LINK));
        assert_lines(&mail);
        prop_assert!(!mail.windows(5).any(|it| it == b"\r\n.\r\n"));
    }
}

/// Only CRLF, ASCII, no line over 78 characters. A soft line break may leave a full stop on a line of its own; transports
/// double it (RFC 5321 §4.5.2).
fn assert_lines(mail: &[u8]) {
    assert!(mail.is_ascii() && mail.ends_with(b"\r\n"));
    let lines = std::str::from_utf8(mail).unwrap().split("\r\n");
    for line in lines {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 78, "{line:?}");
    }
}

fn hostile_name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n.\r\n".to_owned()),
        Just("\r\nBcc: eve@example.com\r\n\r\n".to_owned()),
        Just("\r\n--=_019aa8c2-5a70-7000-8000-000000000001--\r\n".to_owned()),
        Just("</p></td></table><script>".to_owned()),
        Just("{{ 7*7 }}{% raw %}".to_owned()),
        Just("\u{202E}\u{2066}\0".to_owned()),
        Just("=?utf-8?Q?=0D=0A?=".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}
