//! One mail that arrived, read once.

use mail_parser::{Address, Message, MessageParser, PartType};
use regain_core::code::ResetCode;
use regain_core::time::Timestamp;

/// A mail in the demo's mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Counts up from 1; a restart goes on where the last one stopped.
    pub number: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// Whom it was handed over for: the envelope's recipient, not what a header claims.
    pub to: String,
    /// The `From` header.
    pub from: String,
    /// The `Subject` header.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, if there is some.
    pub html: Option<String>,
}

impl Mail {
    /// Reads a mail as [`delivered`] wrote it. What cannot be made out is left empty.
    #[must_use]
    pub fn read(number: u64, at: Timestamp, content: &[u8]) -> Self {
        let arrived = Self { number, at, ..Self::default() };
        let parsed = MessageParser::default().parse(content);
        let Some(message) = parsed.filter(|message| !message.parts.is_empty()) else { return arrived };
        Self {
            to: message.header_raw(DELIVERED_TO).unwrap_or_default().trim().to_owned(),
            from: message.from().map(printed).unwrap_or_default(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: html(&message),
            ..arrived
        }
    }

    /// The links in the plain text, in their order.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.text.split_whitespace().filter_map(link_in)
    }

    /// The reset code in the plain text.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.text.split_whitespace().find(|word| is_code(word))
    }
}

/// Puts the envelope before the message, as a server does that delivers for good (RFC 5321 §4.4).
pub(super) fn delivered(from: &str, to: &str, data: &[u8]) -> Vec<u8> {
    [format!("Return-Path: <{from}>\r\n{DELIVERED_TO}: {to}\r\n").as_bytes(), data].concat()
}

/// The link that a word holds, without what stands around it.
pub(super) fn link_in(word: &str) -> Option<&str> {
    let from = word.find("https://").or_else(|| word.find("http://"))?;
    Some(word[from..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\'']))
}

/// As it is printed in mails: `XXXX-XXXX`.
fn is_code(word: &str) -> bool {
    let printed = word.len() == 9 && word.as_bytes()[4] == b'-';
    printed && !word.contains(|c: char| c.is_ascii_lowercase()) && ResetCode::parse(word).is_some()
}

fn html(message: &Message<'_>) -> Option<String> {
    match &message.html_part(0)?.body {
        PartType::Html(html) => Some(html.clone().into_owned()),
        _ => None,
    }
}

fn printed(address: &Address<'_>) -> String {
    let Some(first) = address.first() else { return String::new() };
    let mailbox = first.address().unwrap_or_default();
    match first.name() {
        Some(name) => format!("{name} <{mailbox}>"),
        None => mailbox.to_owned(),
    }
}

const DELIVERED_TO: &str = "Delivered-To";

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) const SAMPLE: &str = "From: =?utf-8?q?B=C3=BCcher?= <no-reply@example.com>\r\n\
        To: somebody-else@example.com\r\n\
        Subject: =?utf-8?q?Neues_Pa=C3=9Fwort?=\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Open <http://127.0.0.1:8080/reset-password#abc=\r\n-_123>, or type 7K2M-0XQ9\r\n\
        --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <html><head><title>x</title></head><body><a href=\"http://127.0.0.1:8080/reset-password#abc-_123\">Open</a></body></html>\r\n\
        --b--\r\n";

    pub(crate) fn sample(number: u64, to: &str) -> Mail {
        Mail::read(number, Timestamp::from_millis(0), &delivered("no-reply@example.com", to, SAMPLE.as_bytes()))
    }

    #[test]
    fn a_mail_is_read_with_its_links_and_its_code() {
        let mail = sample(1, "ada@example.com");
        assert_eq!(mail.to, "ada@example.com");
        assert_eq!(mail.from, "B\u{fc}cher <no-reply@example.com>");
        assert_eq!(mail.subject, "Neues Pa\u{df}wort");
        assert_eq!(mail.links().collect::<Vec<_>>(), ["http://127.0.0.1:8080/reset-password#abc-_123"]);
        assert_eq!(mail.code(), Some("7K2M-0XQ9"));
        assert!(mail.html.unwrap().contains("href="));
    }

    #[test]
    fn a_plain_mail_has_no_html() {
        let mail = Mail::read(1, Timestamp::from_millis(0), b"Subject: a\r\n\r\nJust text. Well-OFFX, pass-word.\r\n");
        assert_eq!((mail.html.as_deref(), mail.code(), mail.links().count()), (None, None, 0));
        assert_eq!(mail.text.trim(), "Just text. Well-OFFX, pass-word.");
    }

    #[test]
    fn nonsense_is_an_empty_mail() {
        for content in [&b""[..], b"\0\0\xff", b"Content-Type: multipart/mixed; boundary=\r\n\r\n--"] {
            assert_eq!(Mail::read(1, Timestamp::from_millis(0), content).subject, "");
        }
    }
}
