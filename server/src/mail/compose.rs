//! Puts a message into words and wraps it up as a mail.

mod encoded;
mod fillings;
mod look;
mod markup;
mod proof;
mod skeleton;
mod templates;
mod wrap;

pub use look::{Logo, Look};
pub use templates::Templates;

use super::{Envelope, Parcel};
use crate::config::{Config, Mailbox};
use crate::i18n::{Arg, Language, Words};
use fillings::Fillings;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use minijinja::{Environment, Value, context};
use regain_core::email::EmailAddress;
use regain_core::message::{Message, MessageKind};
use regain_core::request::Id;
use skeleton::{Gap, Key, Sheet, Skeleton, Skeletons, with_bodies};
use std::sync::Arc;
use thiserror::Error;

/// Composes mails. The same message gives the same bytes: no clock, host name or randomness of the machine gets in.
pub struct Composer {
    words: Arc<Words>,
    letterhead: Letterhead,
    sheets: Sheets,
}

/// What mails are written on.
struct Sheets {
    templates: Templates,
    compiled: Environment<'static>,
    skeletons: Skeletons,
}

/// What every mail of this server has in common.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// What the recipient knows the application by.
    pub product_name: String,
    /// The host at which this server is reached; message ids end in it.
    pub host: String,
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The operator's brand.
    pub look: Look,
}

impl Letterhead {
    /// As configured.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            product_name: config.product_name.clone(),
            host: config.public_url.host.clone(),
            from: config.mail.from.clone(),
            reply_to: config.mail.reply_to.clone(),
            look: Look::of(&config.brand),
        }
    }
}

/// A mail could not be composed: a template is at fault, not the message. Holds nothing of the message.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ComposeFault(String);

/// What a mail says, before it is wrapped up.
pub struct Bodies {
    /// In words, neither encoded nor folded.
    pub subject: String,
    /// For whoever reads plain text.
    pub text: String,
    /// The same, for everybody else.
    pub html: String,
}

impl Composer {
    /// With the templates of this program.
    ///
    /// # Errors
    /// [`ComposeFault`], if one of them is malformed.
    pub fn new(words: Arc<Words>, letterhead: Letterhead) -> Result<Self, ComposeFault> {
        Self::with_templates(words, letterhead, Templates::built_in())
    }

    /// With these templates.
    ///
    /// # Errors
    /// [`ComposeFault`], if one of them is malformed.
    pub fn with_templates(
        words: Arc<Words>,
        letterhead: Letterhead,
        templates: Templates,
    ) -> Result<Self, ComposeFault> {
        let compiled = templates.compiled()?;
        let sheets = Sheets { templates, compiled, skeletons: Skeletons::default() };
        Ok(Self { words, letterhead, sheets })
    }

    /// Writes every mail in every language, and reads it: whoever asks for a reset shall never be the first to find out
    /// that a template leaves the link out, or gives it to somebody else.
    ///
    /// # Errors
    /// [`ComposeFault`], with what is wrong and what to do.
    pub fn prove(&self) -> Result<(), ComposeFault> {
        proof::prove(self)
    }

    /// Every language that mails are written in.
    #[must_use]
    pub fn languages(&self) -> Vec<Arc<Language>> {
        self.words.all()
    }

    /// The envelope of a mail to `to`, and to nobody else. `id` names the delivery.
    #[must_use]
    pub fn envelope(&self, to: &EmailAddress, id: Id) -> Envelope {
        Envelope { id, from: self.letterhead.from.address.clone(), to: to.clone() }
    }

    /// Makes the mail that carries `message` to `to`, and to nobody else. `id` names the delivery.
    ///
    /// # Errors
    /// [`ComposeFault`].
    pub fn compose(&self, message: &Message, to: &EmailAddress, id: Id) -> Result<Parcel, ComposeFault> {
        self.compose_in(message, self.envelope(to, id))
    }

    /// As [`Self::compose`], for an envelope that was made before.
    ///
    /// # Errors
    /// [`ComposeFault`].
    pub fn compose_in(&self, message: &Message, envelope: Envelope) -> Result<Parcel, ComposeFault> {
        let Envelope { id, to, .. } = &envelope;
        let language = &self.words.choose(&message.locales);
        let skeleton = self.skeleton_of(message, language)?;
        let fillings = Fillings::of(message, language);
        let (in_html, in_text) = (fillings.in_html(), fillings.in_text());
        let html = skeleton.html.part("text/html", &in_html);
        let html = match &self.letterhead.look.logo {
            Some(logo) if skeleton.shows_logo => self.with_logo(html, logo, *id),
            _ => html,
        };
        // The boundary holds `=_`, which quoted-printable cannot produce.
        let parts = ContentType::new("multipart/alternative").attribute("boundary", format!("=_{id}"));
        let bodies = vec![skeleton.text.part("text/plain", &in_text), html];
        let head = &self.letterhead;
        let mut mail = MessageBuilder::new()
            .from(mailbox(&head.from))
            .to(Address::new_address(None::<&str>, super::mailbox(to)))
            .subject(skeleton.subject.as_str())
            .date(message.at.as_millis().div_euclid(1000))
            .message_id(format!("{id}@{}", head.host))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("X-Auto-Response-Suppress", Raw::new("All"))
            .header("Content-Language", Raw::new(language.tag().to_owned()));
        if let Some(reply_to) = &head.reply_to {
            mail = mail.reply_to(mailbox(reply_to));
        }
        let mut wrapped = Vec::with_capacity(WRAPPING_BYTES_USUAL);
        mail.body(MimePart::new(parts, bodies)).serialize(&mut wrapped);
        let content = with_bodies(&wrapped, [(&skeleton.text, &in_text), (&skeleton.html, &in_html)]);
        Ok(Parcel { envelope, content: without_lone_dots(content) })
    }

    /// What the mail that carries `message` says.
    ///
    /// # Errors
    /// [`ComposeFault`].
    pub fn bodies(&self, message: &Message) -> Result<Bodies, ComposeFault> {
        let language = &self.words.choose(&message.locales);
        let skeleton = self.skeleton_of(message, language)?;
        let fillings = Fillings::of(message, language);
        let html = skeleton.html.pieces.filled(&fillings.in_html());
        let text = skeleton.text.pieces.filled(&fillings.in_text());
        Ok(Bodies { subject: skeleton.subject.clone(), text, html })
    }

    /// The logo, as an `src` attribute can hold all of it: for looking at mails outside of a mail program. The first is
    /// what stands in mails.
    #[must_use]
    pub fn logo_as_data(&self) -> Option<(String, String)> {
        let logo = self.letterhead.look.logo.as_ref()?;
        let data = format!("data:{};base64,{}", logo.media_type, logo.encoded.replace("\r\n", ""));
        Some((format!("cid:{}", look::content_id(&self.letterhead.host)), data))
    }

    /// The HTML part and its picture as one (RFC 2387). No boundary begins with the other.
    fn with_logo<'a>(&'a self, html: MimePart<'a>, logo: &'a Logo, id: Id) -> MimePart<'a> {
        let file_name = format!("logo.{}", logo.media_type.trim_start_matches("image/"));
        let picture = MimePart::new(logo.media_type, logo.encoded.as_bytes())
            .transfer_encoding("base64")
            .header("Content-Disposition", ContentType::new("inline").attribute("filename", file_name))
            .cid(look::content_id(&self.letterhead.host));
        let related = ContentType::new("multipart/related")
            .attribute("type", "text/html")
            .attribute("boundary", format!("=_r{id}"));
        MimePart::new(related, vec![html, picture])
    }

    fn skeleton_of(&self, message: &Message, language: &Arc<Language>) -> Result<Arc<Skeleton>, ComposeFault> {
        let key = Key::of(message, language);
        self.sheets.skeletons.find_or_make(&key, || self.skeleton(&key, language))
    }

    /// Renders what the mails that `key` stands for have in common.
    fn skeleton(&self, key: &Key, language: &Arc<Language>) -> Result<Skeleton, ComposeFault> {
        let product = &self.letterhead.product_name;
        let subject = language.text(subject_key(key.kind), &[("product", Arg::Text(product))]);
        let common = context! {
            words => language.as_function(),
            language => language.tag(),
            direction => language.direction(),
            product,
            host => &self.letterhead.host,
            moment => language.moment(key.moment()),
            greeting => Gap::Greeting.mark(),
            asked => key.tells_asker.then(|| Gap::Asked.mark()),
            subject => &subject,
            ..self.letterhead.look.context(&self.letterhead.host)
        };
        let gaps = match key.kind {
            MessageKind::Reset => context! {
                link => Gap::Link.mark(),
                code => Gap::Code.mark(),
                link_span => language.span(key.link_ttl),
                code_span => language.span(key.code_ttl),
                not_me_link => Gap::NotMeLink.mark(),
                ..common
            },
            MessageKind::PasswordChanged => context! { not_me_link => Gap::NotMeLink.mark(), ..common },
            MessageKind::NoAccount | MessageKind::Test => common,
        };
        let text = self.sheets.render(&format!("{}/body.txt", key.kind.as_str()), &gaps)?;
        let html = self.sheets.render(&format!("{}/body.html", key.kind.as_str()), &gaps)?;
        let shows_logo = html.contains(&format!("cid:{}", look::content_id(&self.letterhead.host)));
        let (text, html) = (Sheet::of(&text), Sheet::of(&html));
        Ok(Skeleton { key: key.clone(), subject, text, html, shows_logo })
    }
}

impl Sheets {
    fn render(&self, template: &str, gaps: &Value) -> Result<String, ComposeFault> {
        let rendered = self.compiled.get_template(template).and_then(|it| it.render(gaps));
        rendered.map_err(|error| self.templates.fault(template, &error))
    }
}

/// Spells out a full stop that quoted-printable folded onto a line of its own: some programs that are fed mails take such
/// a line for the end of one.
fn without_lone_dots(content: Vec<u8>) -> Vec<u8> {
    const LONE: &[u8] = b"=\r\n.\r\n";
    let mut rest = content.as_slice();
    let mut whole = Vec::new();
    while let Some(at) = memchr::memmem::find(rest, LONE) {
        whole.extend_from_slice(&rest[..at]);
        whole.extend_from_slice(b"=\r\n=2E\r\n");
        rest = &rest[at + LONE.len()..];
    }
    if whole.is_empty() {
        return content;
    }
    whole.extend_from_slice(rest);
    whole
}

fn mailbox(mailbox: &Mailbox) -> Address<'_> {
    Address::new_address(mailbox.name.as_deref(), super::mailbox(&mailbox.address))
}

fn subject_key(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Reset => "mail-reset-subject",
        MessageKind::PasswordChanged => "mail-password-changed-subject",
        MessageKind::NoAccount => "mail-no-account-subject",
        MessageKind::Test => "mail-test-subject",
    }
}

/// Of a mail without its bodies and without a logo, rounded up.
const WRAPPING_BYTES_USUAL: usize = 2 * 1024;

#[cfg(test)]
mod tests;
