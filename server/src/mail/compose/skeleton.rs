//! What many mails have in common: rendered once, then filled in for each.
//!
//! A mail differs from the next of its kind, language and minute in how it greets and in what it opens. Templates and
//! words are rendered with marks in those places, and each mail puts its own there. Nothing of any one mail is kept.

use super::encoded::Encoded;
use super::fillings::Fillings;
use crate::i18n::Language;
use mail_builder::headers::content_type::ContentType;
use mail_builder::mime::MimePart;
use memchr::memmem;
use regain_core::message::{Body, Message, MessageKind};
use regain_core::time::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// All that a skeleton is made from, besides the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) kind: MessageKind,
    pub(super) language: String,
    /// Mails tell the time to the minute.
    minute: i64,
    /// Zero where there is no link.
    pub(super) link_ttl: Duration,
    /// Zero where there is no code.
    pub(super) code_ttl: Duration,
    /// Whether there is anything to say of who asked.
    pub(super) tells_asker: bool,
}

impl Key {
    pub(super) fn of(message: &Message, language: &Language) -> Self {
        let (link_ttl, code_ttl) = match &message.body {
            Body::Reset { link_ttl, code_ttl, .. } => (*link_ttl, *code_ttl),
            Body::PasswordChanged { .. } | Body::NoAccount | Body::Test => (Duration::ZERO, Duration::ZERO),
        };
        let minute = message.at.as_millis().div_euclid(MINUTE_MILLIS);
        let (kind, language) = (message.body.kind(), language.tag().to_owned());
        Self { kind, language, minute, link_ttl, code_ttl, tells_asker: message.asker.is_some() }
    }

    /// Whether no more than one of the two is kept.
    fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind && self.language == other.language && self.tells_asker == other.tells_asker
    }

    /// The beginning of the minute.
    pub(super) fn moment(&self) -> Timestamp {
        Timestamp::from_millis(self.minute.saturating_mul(MINUTE_MILLIS))
    }
}

const MINUTE_MILLIS: i64 = 60_000;

/// The mails of one key, but for what differs.
pub(super) struct Skeleton {
    pub(super) key: Key,
    pub(super) subject: String,
    pub(super) text: Sheet,
    pub(super) html: Sheet,
    /// Whether the picture belongs to it.
    pub(super) shows_logo: bool,
}

/// One body of the mails.
pub(super) struct Sheet {
    pub(super) pieces: Pieces,
    /// The same for the wire; none where that is left to the mail.
    encoded: Option<Encoded>,
}

impl Sheet {
    pub(super) fn of(rendered: &str) -> Self {
        Self { pieces: Pieces::of(rendered), encoded: Encoded::of(rendered) }
    }

    /// The body as a part of a mail. Where it is encoded already, a mark stands for it until [`with_bodies`].
    pub(super) fn part(&self, media_type: &'static str, fillings: &Fillings) -> MimePart<'static> {
        if self.encoded.is_none() {
            return MimePart::new(media_type, self.pieces.filled(fillings));
        }
        let content_type = ContentType::new(media_type).attribute("charset", "utf-8");
        MimePart::new(content_type, BODY_MARK.as_bytes()).transfer_encoding("quoted-printable")
    }
}

/// The mail whose parts stand in `wrapped`, in the order of `bodies`, with those in the places of their marks.
pub(super) fn with_bodies(wrapped: &[u8], bodies: [(&Sheet, &Fillings); 2]) -> Vec<u8> {
    let mut mail = Vec::with_capacity(CONTENT_BYTES_USUAL);
    let mut rest = wrapped;
    for (sheet, fillings) in bodies {
        if let Some(encoded) = &sheet.encoded
            && let Some(at) = memmem::find(rest, BODY_MARK.as_bytes())
        {
            mail.extend_from_slice(&rest[..at]);
            encoded.fill_in(fillings, &mut mail);
            rest = &rest[at + BODY_MARK.len()..];
        }
    }
    mail.extend_from_slice(rest);
    mail
}

/// As those of the gaps. No address holds it, and everything else is encoded.
const BODY_MARK: &str = "\u{FDD5}";

/// Of a reset mail, rounded up.
const CONTENT_BYTES_USUAL: usize = 12 * 1024;

/// The latest skeleton of each kind and language, with and without who asked, so there are only so many.
#[derive(Default)]
pub(super) struct Skeletons(Mutex<Vec<Arc<Skeleton>>>);

impl Skeletons {
    /// The skeleton for `key`. Two that need it at the same time may both make it.
    pub(super) fn find_or_make<E>(
        &self,
        key: &Key,
        make: impl FnOnce() -> Result<Skeleton, E>,
    ) -> Result<Arc<Skeleton>, E> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().iter().find(|it| it.key == *key) {
            return Ok(Arc::clone(found));
        }
        let made = Arc::new(make()?);
        let mut known = known();
        known.retain(|it| !it.key.is_like(key));
        known.push(Arc::clone(&made));
        Ok(made)
    }
}

/// What differs from mail to mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Greeting,
    Link,
    Code,
    NotMeLink,
    /// Who asked.
    Asked,
}

impl Gap {
    const ALL: [Self; 5] = [Self::Greeting, Self::Link, Self::Code, Self::NotMeLink, Self::Asked];

    /// Stands for it while a template is rendered: a character that Unicode keeps for such uses within a program, and
    /// that no filter or escaping changes.
    pub(super) fn mark(self) -> char {
        match self {
            Self::Greeting => '\u{FDD0}',
            Self::Link => '\u{FDD1}',
            Self::Code => '\u{FDD2}',
            Self::NotMeLink => '\u{FDD3}',
            Self::Asked => '\u{FDD4}',
        }
    }
}

/// A rendered template, taken apart at its gaps.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pieces {
    /// What comes before each gap, and the gap.
    parts: Vec<(String, Gap)>,
    rest: String,
}

impl Pieces {
    pub(super) fn of(rendered: &str) -> Self {
        let mut parts = Vec::new();
        let mut begin = 0;
        for (at, c) in rendered.char_indices() {
            if let Some(gap) = Gap::ALL.into_iter().find(|gap| gap.mark() == c) {
                parts.push((rendered[begin..at].to_owned(), gap));
                begin = at + c.len_utf8();
            }
        }
        Self { parts, rest: rendered[begin..].to_owned() }
    }

    pub(super) fn has_gaps(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The whole, with each gap filled.
    pub(super) fn filled(&self, fillings: &Fillings) -> String {
        let length: usize = self.parts.iter().map(|(before, gap)| before.len() + fillings.fill(*gap).len()).sum();
        let mut whole = String::with_capacity(length + self.rest.len());
        for (before, gap) in &self.parts {
            whole.push_str(before);
            whole.push_str(fillings.fill(*gap));
        }
        whole.push_str(&self.rest);
        whole
    }
}
