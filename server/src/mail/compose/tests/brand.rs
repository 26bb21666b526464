//! Mails with a logo, a colour and a place to get help.

use super::*;
use crate::brand::Accent;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MimeHeaders, PartType};

/// One by one pixel, 70 octets.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn branded() -> Composer {
    let logo = Logo::read(&STANDARD.decode(PNG).unwrap());
    assert!(logo.is_some());
    let accent = Accent::of("#ffcc00".parse().unwrap());
    let look = Look { logo, accent, support_url: Some("https://help.example.com/start?a=1&b=2".into()) };
    Composer::new(Arc::new(Words::built_in().unwrap()), Letterhead { look, ..letterhead() }).unwrap()
}

fn mail(composer: &Composer, kind: MessageKind) -> Vec<u8> {
    let to = EmailAddress::parse("ada@example.com").unwrap();
    composer.compose(&message(kind, Some("Ada")), &to, Id::from_bytes([7; 16])).unwrap().content
}

#[test]
fn the_logo_is_part_of_the_mail_and_shown_once() {
    for kind in MessageKind::ALL {
        let mail = mail(&branded(), kind);
        assert_lines(&mail);
        let parsed = MessageParser::default().parse(&mail).unwrap();
        assert_eq!(html_of(&mail).matches("cid:logo@accounts.example.com").count(), 1);
        let logo = parsed.parts.iter().find(|part| part.is_content_type("image", "png")).unwrap();
        assert_eq!(logo.content_id(), Some("logo@accounts.example.com"));
        assert_eq!(logo.content_disposition().map(|it| it.ctype()), Some("inline"));
        assert_eq!(logo.contents(), STANDARD.decode(PNG).unwrap());
    }
}

#[test]
fn the_parts_of_a_mail_with_a_logo_lie_as_mail_programs_expect() {
    let mail = mail(&branded(), MessageKind::Reset);
    let parsed = MessageParser::default().parse(&mail).unwrap();
    let PartType::Multipart(alternatives) = &parsed.parts[0].body else { panic!("no multipart") };
    assert!(parsed.parts[0].is_content_type("multipart", "alternative"));
    let [text, related] = alternatives[..] else { panic!("{alternatives:?}") };
    assert!(parsed.parts[text as usize].is_content_type("text", "plain"));
    let related = &parsed.parts[related as usize];
    assert!(related.is_content_type("multipart", "related"));
    assert_eq!(related.content_type().and_then(|it| it.attribute("type")), Some("text/html"));
    let PartType::Multipart(inner) = &related.body else { panic!("no multipart") };
    let kinds: Vec<_> = inner.iter().map(|at| parsed.parts[*at as usize].content_type().unwrap().ctype()).collect();
    assert_eq!(kinds, ["text", "image"]);
}

#[test]
fn a_mail_without_a_logo_names_the_product_and_has_no_picture() {
    let mail = composed(MessageKind::Reset, None, "ada@example.com");
    assert!(!html_of(&mail).contains("cid:") && !html_of(&mail).contains("<img"));
    assert!(html_of(&mail).contains("<span dir=\"auto\">Example &amp; Sons</span>"));
    assert_eq!(MessageParser::default().parse(&mail).unwrap().attachment_count(), 0);
}

#[test]
fn a_template_that_does_not_show_the_logo_does_not_carry_it() {
    let words = Arc::new(Words::built_in().unwrap());
    let letterhead = Letterhead { look: branded().letterhead.look, ..letterhead() };
    let templates = own(&[("test/body.html", "<p>{{ greeting }}</p>")]);
    let mail = mail(&Composer::with_templates(words, letterhead, templates).unwrap(), MessageKind::Test);
    assert!(!String::from_utf8(mail).unwrap().contains("image/png"));
}

#[test]
fn colour_and_help_are_in_both_parts_as_far_as_they_can_be() {
    let mail = mail(&branded(), MessageKind::Reset);
    let (html, text) = (html_of(&mail), text_of(&mail).replace('\r', ""));
    assert!(html.contains("background-color:#ffcc00") && html.contains("color:#000000"), "{html}");
    assert!(
        html.contains("href=\"https:&#x2f;&#x2f;help.example.com") || html.contains("href=\"https://help.example.com")
    );
    assert!(text.contains("\nhttps://help.example.com/start?a=1&b=2\n"), "{text}");
    let text = text_of(&composed(MessageKind::Test, None, "ada@example.com")).replace('\r', "");
    assert!(text.contains("\nhelp@example.com\n"), "{text}");
}

#[test]
fn a_branded_mail_is_proven_too() {
    branded().prove().unwrap();
}

#[test]
fn a_mail_is_small_and_dressed_for_the_dark() {
    let composer = composer();
    for language in composer.languages() {
        for kind in MessageKind::ALL {
            let locales = Locale::parse(language.tag()).into_iter().collect();
            let message = Message { locales, ..message(kind, Some("Ada")) };
            let to = EmailAddress::parse("ada@example.com").unwrap();
            let mail = composer.compose(&message, &to, Id::from_bytes([0; 16])).unwrap().content;
            assert!(mail.len() < 30 * 1024, "{} {kind:?} has {} octets", language.tag(), mail.len());
            let html = html_of(&mail);
            for part in
                ["(prefers-color-scheme: dark)", "name=\"color-scheme\" content=\"light dark\"", "max-width:600px"]
            {
                assert!(html.contains(part), "{part}");
            }
            let direction = format!("dir=\"{}\"", language.direction());
            assert!(html.matches(&direction).count() >= 2, "{html}");
        }
    }
}

#[test]
fn a_text_keeps_to_its_columns_but_for_links() {
    let composer = composer();
    for language in composer.languages() {
        for kind in MessageKind::ALL {
            let locales = Locale::parse(language.tag()).into_iter().collect();
            let text = composer.bodies(&Message { locales, ..message(kind, Some("Ada")) }).unwrap().text;
            for line in text.lines().filter(|line| !line.contains("://")) {
                assert!(line.chars().count() <= 78, "{}: {line}", language.tag());
                assert_eq!(line.trim_end(), line, "{}", language.tag());
            }
            assert!(!text.contains("\n\n\n") && !text.starts_with('\n'), "{}: {text:?}", language.tag());
        }
    }
}
