//! A mail taken apart again, for providers that want its parts in JSON and put it together themselves.

use crate::mail::Parcel;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Address, Message, MessageParser, MimeHeaders};

/// The parts of a mail.
pub(super) struct Letter {
    pub(super) from: Correspondent,
    pub(super) reply_to: Option<Correspondent>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    /// All others that a provider does not make itself, Message-ID among them.
    pub(super) headers: Vec<(String, String)>,
    pub(super) pictures: Vec<Picture>,
}

/// Somebody in a header.
pub(super) struct Correspondent {
    pub(super) name: Option<String>,
    pub(super) address: String,
}

/// A file that the HTML shows by `cid:`.
pub(super) struct Picture {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) media_type: String,
    /// In base64, as all providers want it.
    pub(super) content: String,
}

impl Letter {
    /// Takes the content of `parcel` apart.
    ///
    /// # Errors
    /// A sentence, if it is no mail.
    pub(super) fn of(parcel: &Parcel) -> Result<Self, String> {
        let taken_apart = || {
            let message = MessageParser::default().parse(&parcel.content)?;
            Some(Self {
                from: correspondent(message.from())?,
                reply_to: correspondent(message.reply_to()),
                subject: message.subject()?.to_owned(),
                text: message.body_text(0)?.into_owned(),
                html: message.body_html(0)?.into_owned(),
                headers: message.headers_raw().filter(|(name, _)| is_passed_on(name)).map(unfolded).collect(),
                pictures: pictures(&message),
            })
        };
        taken_apart().ok_or_else(|| "the composed mail lacks a part that every mail has".to_owned())
    }
}

impl Correspondent {
    /// As a header spells it. The name's quotation marks keep what is in it together.
    pub(super) fn spelt(&self) -> String {
        match &self.name {
            Some(name) => format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), self.address),
            None => self.address.clone(),
        }
    }
}

fn correspondent(address: Option<&Address<'_>>) -> Option<Correspondent> {
    let first = address?.first()?;
    let name = first.name.as_deref().filter(|name| !name.is_empty()).map(str::to_owned);
    Some(Correspondent { name, address: first.address.as_deref()?.to_owned() })
}

/// Headers that fields of their own stand for, or that the provider makes with the parts.
fn is_passed_on(name: &str) -> bool {
    const MADE_ANEW: [&str; 10] = [
        "From",
        "To",
        "Cc",
        "Bcc",
        "Subject",
        "Date",
        "Reply-To",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    !MADE_ANEW.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn unfolded((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}

fn pictures(message: &Message<'_>) -> Vec<Picture> {
    let picture = |part: &mail_parser::MessagePart<'_>| {
        let id = part.content_id()?.to_owned();
        let media_type = part.content_type()?;
        let media_type = format!("{}/{}", media_type.ctype(), media_type.subtype()?);
        let name = part.attachment_name().unwrap_or("picture").to_owned();
        Some(Picture { id, name, media_type, content: STANDARD.encode(part.contents()) })
    };
    message.attachments().filter_map(picture).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Envelope;
    use regain_core::email::EmailAddress;
    use regain_core::request::Id;

    const MAIL: &str = "From: =?utf-8?Q?B=C3=BCcher=2C_Inc.?= <no-reply@example.com>\r\nTo: <ada@example.com>\r\n\
        Reply-To: <help@example.com>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@accounts.example.com>\r\n\
        Auto-Submitted: auto-generated\r\nX-Long: one\r\n two\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
        --a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        https://a.example/#x=\r\ny\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src=\"cid:logo\">\r\n--a--\r\n\
        --r\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline; filename=\"logo.png\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--r--\r\n";

    fn letter(content: &str) -> Result<Letter, String> {
        let address = |text| EmailAddress::parse(text).unwrap();
        let (from, to) = (address("no-reply@example.com"), address("ada@example.com"));
        Letter::of(&Parcel { envelope: Envelope { id: Id::from_bytes([1; 16]), from, to }, content: content.into() })
    }

    #[test]
    fn a_mail_is_taken_apart_without_loss() {
        let letter = letter(MAIL).unwrap();
        assert_eq!(letter.from.spelt(), "\"Bücher, Inc.\" <no-reply@example.com>");
        assert_eq!(letter.reply_to.map(|it| it.spelt()).as_deref(), Some("help@example.com"));
        assert_eq!((letter.subject.as_str(), letter.text.trim_end()), ("Grüße", "https://a.example/#xy"));
        assert_eq!(letter.html.trim_end(), "<img src=\"cid:logo\">");
        let headers: Vec<_> = letter.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            headers,
            ["Message-ID: <1@accounts.example.com>", "Auto-Submitted: auto-generated", "X-Long: one two"]
        );
        let [picture] = &letter.pictures[..] else { panic!("one picture") };
        assert_eq!(
            [&picture.id, &picture.name, &picture.media_type, &picture.content],
            ["logo", "logo.png", "image/png", "iVBORw=="]
        );
    }

    #[test]
    fn a_name_cannot_break_out_of_its_quotation_marks() {
        let eve = Correspondent { name: Some("\"<eve@example.com>\\".into()), address: "a@example.com".into() };
        assert_eq!(eve.spelt(), "\"\\\"<eve@example.com>\\\\\" <a@example.com>");
    }

    #[test]
    fn what_is_no_mail_is_said_to_be_none() {
        assert!(letter("Subject: alone\r\n\r\n").is_err());
    }
}
