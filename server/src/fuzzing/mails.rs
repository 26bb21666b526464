//! Mails whose recipients name themselves: one mail to one mailbox, and the name stays a name.

use crate::config::Mailbox;
use crate::i18n::Words;
use crate::mail::compose::{Composer, Letterhead, Look};
use mail_parser::{Message as Parsed, MessageParser};
use regain_core::email::EmailAddress;
use regain_core::locale::Locale;
use regain_core::message::{Body, Message, MessageKind};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const LINK: &str = "https://accounts.example.com/reset-password#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NOT_ME: &str = "https://accounts.example.com/not-me?token=HxwdGhsYGRYXFBUSExARDg8MDQoLCAkGBwQFAgMAAQA";
const CODE: &str = "01AB-CDEF";

/// Takes a mail's kind, its recipient's language and address, a line each, and a name in the rest.
pub fn mails(data: &[u8]) {
    let Some(Ask { kind, locale, address, name }) = Ask::read(data) else { return };
    let (plain, mail) = (composed(kind, &locale, &address, None), composed(kind, &locale, &address, Some(name)));
    assert_eq!(head(&mail), head(&plain), "no name gets into the header");
    is_well_formed(&mail, address.as_str().is_ascii());

    let parsed = parse(&mail);
    let to: Vec<_> = parsed.to().expect("a recipient").iter().map(|to| to.address().map(str::to_owned)).collect();
    assert_eq!(to, [Some(format!("{}@{}", address.local_part(), address.domain_ascii()))]);
    assert!(parsed.cc().is_none() && parsed.bcc().is_none());
    assert_eq!(parsed.from().and_then(|from| from.first()?.address()), Some("no-reply@example.com"));
    let named =
        |parsed: &Parsed<'_>| parsed.headers().iter().map(|header| header.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(named(&parsed), named(&parse(&plain)));
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
    let text = parsed.body_text(0).expect("a text");
    if kind == MessageKind::Reset {
        assert!(text.contains(LINK) && text.contains(CODE) && text.contains(NOT_ME), "{text}");
    }
}

/// Takes what [`mails`] takes, and looks at the page in the mail: a name adds no markup and is no template.
pub fn templates(data: &[u8]) {
    let Some(Ask { kind, locale, address, name }) = Ask::read(data) else { return };
    let [html, plain] = [Some(name), Some("Ada")].map(|name| {
        let mail = composed(kind, &locale, &address, name);
        parse(&mail).body_html(0).expect("a page").into_owned()
    });
    if html.contains(">Ada") || plain.contains("Ada") {
        assert_eq!(markup(&html), markup(&plain), "{name:?}");
    }
    // A template would say 49.
    assert!(!html.contains("REGAIN-49") || name.contains("REGAIN-49"), "{name:?}");
}

struct Ask<'a> {
    kind: MessageKind,
    locale: Locale,
    address: EmailAddress,
    name: &'a str,
}

impl<'a> Ask<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(data).ok()?.splitn(4, '\n');
        let kind = MessageKind::parse(lines.next()?)?;
        let (locale, address) = (Locale::parse(lines.next()?)?, EmailAddress::parse(lines.next()?).ok()?);
        Some(Self { kind, locale, address, name: lines.next()? })
    }
}

fn composed(kind: MessageKind, locale: &Locale, address: &EmailAddress, name: Option<&str>) -> Vec<u8> {
    let body = match kind {
        MessageKind::Reset => Body::Reset {
            link: LINK.into(),
            code: CODE.into(),
            link_ttl: Duration::from_secs(3600),
            code_ttl: Duration::from_secs(600),
            not_me_link: NOT_ME.into(),
        },
        MessageKind::PasswordChanged => Body::PasswordChanged { not_me_link: NOT_ME.into() },
        MessageKind::NoAccount => Body::NoAccount,
        MessageKind::Test => Body::Test,
    };
    let at = Timestamp::from_millis(1_795_286_889_123);
    let message = Message { body, name: name.map(str::to_owned), locales: vec![locale.clone()], at, asker: None };
    composer().compose(&message, address, Id::from_bytes([9; 16])).expect("our own templates").content
}

fn composer() -> &'static Composer {
    static COMPOSER: OnceLock<Composer> = OnceLock::new();
    COMPOSER.get_or_init(|| {
        let from = EmailAddress::parse("no-reply@example.com").expect("an address");
        let letterhead = Letterhead {
            product_name: "Example & Sons".into(),
            host: "accounts.example.com".into(),
            from: Mailbox { name: Some("Example & Sons".into()), address: from },
            reply_to: None,
            look: Look::default(),
        };
        Composer::new(Arc::new(Words::built_in().expect("our own words")), letterhead).expect("our own templates")
    })
}

fn parse(mail: &[u8]) -> Parsed<'_> {
    MessageParser::default().parse(mail).expect("a mail")
}

fn head(mail: &[u8]) -> &[u8] {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n").expect("an end of the header");
    &mail[..end]
}

/// RFC 5322 §2.1.1 and §2.3: CR and LF only together, lines of at most 998 octets; and no line that ends DATA.
fn is_well_formed(mail: &[u8], is_ascii: bool) {
    assert!(mail.ends_with(b"\r\n"));
    assert!(mail.is_ascii() || !is_ascii, "only an address needs more than ASCII");
    for line in std::str::from_utf8(mail).expect("UTF-8").split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        assert!(line.len() <= 998 && line != ".", "{line:?}");
    }
}

/// All tags of a page, one behind the other.
fn markup(html: &str) -> String {
    html.split('<').skip(1).map(|tag| tag.split_once('>').map_or(tag, |(tag, _)| tag)).collect::<Vec<_>>().join("\n")
}
