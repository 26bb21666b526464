//! Puts a message into words and wraps it up as a mail.

mod fillings;
mod skeleton;

use super::Parcel;
use crate::config::{Config, Mailbox};
use crate::i18n::{Arg, Language, Words};
use fillings::Fillings;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::email::EmailAddress;
use regain_core::message::{Message, MessageKind};
use regain_core::request::Id;
use skeleton::{Gap, Key, Pieces, Skeleton, Skeletons};
use std::sync::Arc;
use thiserror::Error;

/// Composes mails. The same message gives the same bytes: no clock, host name or randomness of the machine gets in.
pub struct Composer {
    words: Arc<Words>,
    letterhead: Letterhead,
    templates: Environment<'static>,
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
        }
    }
}

/// A mail could not be composed: a template is at fault, not the message. Holds nothing of the message.
#[derive(Debug, Error)]
#[error("the mail {template:?} cannot be composed: {cause}")]
pub struct ComposeFault {
    template: String,
    cause: String,
}

impl Composer {
    /// Reads the templates.
    ///
    /// # Errors
    /// [`ComposeFault`], if one of them is malformed.
    pub fn new(words: Arc<Words>, letterhead: Letterhead) -> Result<Self, ComposeFault> {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|name| match name.rsplit('.').next() {
            Some("html") => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(TEMPLATE_FUEL));
        let syntax = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build();
        templates.set_syntax(syntax.map_err(|error| ComposeFault::of("syntax", &error))?);
        templates.add_filter("wrap", wrap);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(|error| ComposeFault::of(name, &error))?;
        }
        Ok(Self { words, letterhead, templates, skeletons: Skeletons::default() })
    }

    /// Makes the mail that carries `message` to `to`, and to nobody else. `id` names the delivery.
    ///
    /// # Errors
    /// [`ComposeFault`].
    pub fn compose(&self, message: &Message, to: &EmailAddress, id: Id) -> Result<Parcel, ComposeFault> {
        let language = self.words.choose(&message.locales);
        let key = Key::of(message, language);
        let skeleton = self.skeletons.find_or_make(&key, || self.skeleton(&key, language))?;
        let fillings = Fillings::of(message, language);
        let html = skeleton.html.filled(&fillings.in_html());
        let text = skeleton.text.filled(&fillings.in_text());

        // The boundary holds `=_`, which quoted-printable cannot produce.
        let parts = ContentType::new("multipart/alternative").attribute("boundary", format!("=_{id}"));
        let bodies = vec![MimePart::new("text/plain", text), MimePart::new("text/html", html)];
        let head = &self.letterhead;
        let mut mail = MessageBuilder::new()
            .from(mailbox(&head.from))
            .to(Address::new_address(None::<&str>, spelled_in_headers(to)))
            .subject(skeleton.subject.as_str())
            .date(message.at.as_millis().div_euclid(1000))
            .message_id(format!("{id}@{}", head.host))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("X-Auto-Response-Suppress", Raw::new("All"))
            .header("Content-Language", Raw::new(language.tag().to_owned()));
        if let Some(reply_to) = &head.reply_to {
            mail = mail.reply_to(mailbox(reply_to));
        }
        let mut content = Vec::with_capacity(CONTENT_BYTES_USUAL);
        mail.body(MimePart::new(parts, bodies)).serialize(&mut content);
        Ok(Parcel { id, from: head.from.address.clone(), to: to.clone(), content })
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
            subject => &subject,
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
        let text = self.render(&format!("{}/body.txt", key.kind.as_str()), &gaps)?;
        let html = self.render(&format!("{}/body.html", key.kind.as_str()), &gaps)?;
        Ok(Skeleton { key: key.clone(), subject, text: Pieces::of(&text), html: Pieces::of(&html) })
    }

    fn render(&self, template: &str, gaps: &Value) -> Result<String, ComposeFault> {
        let rendered = self.templates.get_template(template).and_then(|it| it.render(gaps));
        rendered.map_err(|error| ComposeFault::of(template, &error))
    }
}

impl ComposeFault {
    /// Takes kind and place of `error`; its detail might quote the message.
    fn of(template: &str, error: &minijinja::Error) -> Self {
        let template = error.name().unwrap_or(template).to_owned();
        let cause = match error.line() {
            Some(line) => format!("{} in line {line}", error.kind()),
            None => error.kind().to_string(),
        };
        Self { template, cause }
    }
}

/// An address as it stands in a header: the host in ASCII, so that only a local part beyond ASCII needs SMTPUTF8.
fn spelled_in_headers(address: &EmailAddress) -> String {
    format!("{}@{}", address.local_part(), address.domain_ascii())
}

fn mailbox(mailbox: &Mailbox) -> Address<'_> {
    Address::new_address(mailbox.name.as_deref(), spelled_in_headers(&mailbox.address))
}

fn subject_key(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Reset => "mail-reset-subject",
        MessageKind::PasswordChanged => "mail-password-changed-subject",
        MessageKind::NoAccount => "mail-no-account-subject",
        MessageKind::Test => "mail-test-subject",
    }
}

/// Breaks a paragraph into lines; a word longer than a line stays whole, and so does what a non-breaking space joins.
fn wrap(paragraph: &str) -> String {
    let mut text = String::with_capacity(paragraph.len() + 8);
    let mut column = 0;
    for word in paragraph.split_ascii_whitespace() {
        let width = word.chars().count();
        if column > 0 {
            let fits = column + 1 + width <= TEXT_COLUMNS;
            text.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        text.push_str(word);
        column += width;
    }
    text
}

/// Lines of mail are best kept under 78 characters (RFC 5322 §2.1.1), less room for being quoted in an answer.
const TEXT_COLUMNS: usize = 72;
/// The built-in templates use less than a hundredth.
const TEMPLATE_FUEL: u64 = 50_000;
/// Of a reset mail, rounded up.
const CONTENT_BYTES_USUAL: usize = 12 * 1024;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../templates/mail/", $name)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "layout.txt",
    "layout.html",
    "parts.html",
    "reset/body.txt",
    "reset/body.html",
    "password_changed/body.txt",
    "password_changed/body.html",
    "no_account/body.txt",
    "no_account/body.html",
    "test/body.txt",
    "test/body.html",
];

#[cfg(test)]
mod tests;
