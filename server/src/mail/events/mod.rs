//! What providers tell of mails after they took them: checked, read, and put into our words.
//!
//! Each provider has a file with two halves: is it they who call, and what do they say? Nothing here changes anything.
//! [`crate::recovery::heard`] takes it from here.

mod bounce_mail;
mod mailgun;
mod postmark;
mod reading;
mod resend;
mod sendgrid;
mod ses;

pub(crate) use reading::without_secrets;

pub use bounce_mail::{BounceMailFault, read_bounce_mail};
pub use ses::{FetchCertificates, HttpsFetch};

use crate::config::MailEvents;
use axum::http::HeaderMap;
use mailgun::Mailgun;
use postmark::Postmark;
use regain_core::fate::Fate;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use resend::Resend;
use sendgrid::Sendgrid;
use ses::Ses;
use std::sync::Arc;
use std::time::Duration;

/// Something that was told of a mail of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Of which mail.
    pub delivery: Id,
    /// What became of it.
    pub fate: Fate,
    /// When, if that was told.
    pub at: Option<Timestamp>,
    /// An enhanced status code (RFC 3463).
    pub status: Option<String>,
    /// The mailbox's server's own words: one line, bounded, without anything that could be a link's secret.
    pub reply: String,
}

/// Who tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Amazon SES, by way of Amazon SNS.
    Ses,
    /// Postmark.
    Postmark,
    /// SendGrid.
    Sendgrid,
    /// Mailgun.
    Mailgun,
    /// Resend.
    Resend,
}

/// Why a call tells nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing shows that it comes from the provider, now.
    Unsigned,
    /// It does, and cannot be read.
    Unreadable,
    /// It cannot be found out at the moment; why.
    Unavailable(String),
}

/// One call as it came.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Its header.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    /// When it came.
    pub now: Timestamp,
}

/// Hears those providers that are configured.
pub struct Receivers {
    ses: Option<Ses>,
    postmark: Option<Postmark>,
    sendgrid: Option<Sendgrid>,
    mailgun: Option<Mailgun>,
    resend: Option<Resend>,
}

impl Provider {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Ses, Self::Postmark, Self::Sendgrid, Self::Mailgun, Self::Resend];

    /// The name of its transport.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Postmark => "postmark",
            Self::Sendgrid => "sendgrid",
            Self::Mailgun => "mailgun",
            Self::Resend => "resend",
        }
    }

    /// More octets than it ever sends. SendGrid bundles events; the others send one, and SNS no more than 256 KiB.
    #[must_use]
    pub fn octets_max(self) -> usize {
        match self {
            Self::Sendgrid => 1 << 20,
            Self::Ses | Self::Postmark | Self::Mailgun | Self::Resend => 1 << 19,
        }
    }
}

impl Receivers {
    /// As configured. `fetch` brings what checking Amazon's signatures takes.
    #[must_use]
    pub fn new(config: &MailEvents, fetch: Arc<dyn FetchCertificates>) -> Self {
        Self {
            ses: config.ses.clone().map(|topic| Ses::new(topic, fetch)),
            postmark: config.postmark.clone().map(Postmark::new),
            sendgrid: config.sendgrid.clone().map(Sendgrid::new),
            mailgun: config.mailgun.clone().map(Mailgun::new),
            resend: config.resend.clone().map(Resend::new),
        }
    }

    /// The same, with what `other` remembers of calls.
    #[must_use]
    pub fn remembering_as(mut self, other: &Self) -> Self {
        if let (Some(ours), Some(theirs)) = (&mut self.mailgun, &other.mailgun) {
            ours.remember_as(theirs);
        }
        self
    }

    /// Whether calls of that provider are taken.
    #[must_use]
    pub fn has(&self, provider: Provider) -> bool {
        match provider {
            Provider::Ses => self.ses.is_some(),
            Provider::Postmark => self.postmark.is_some(),
            Provider::Sendgrid => self.sendgrid.is_some(),
            Provider::Mailgun => self.mailgun.is_some(),
            Provider::Resend => self.resend.is_some(),
        }
    }

    /// What a call tells. What is about no mail of ours is left out.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn hear(&self, provider: Provider, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        let unsigned = || Refusal::Unsigned;
        match provider {
            Provider::Ses => self.ses.as_ref().ok_or_else(unsigned)?.hear(told).await,
            Provider::Postmark => self.postmark.as_ref().ok_or_else(unsigned)?.hear(told),
            Provider::Sendgrid => self.sendgrid.as_ref().ok_or_else(unsigned)?.hear(told),
            Provider::Mailgun => self.mailgun.as_ref().ok_or_else(unsigned)?.hear(told),
            Provider::Resend => self.resend.as_ref().ok_or_else(unsigned)?.hear(told),
        }
    }

    /// What was told is durable: the same call is not taken again, where that can be told from another.
    pub fn remember(&self, provider: Provider, told: Told<'_>) {
        if let (Provider::Mailgun, Some(mailgun)) = (provider, &self.mailgun) {
            mailgun.remember(told);
        }
    }
}

/// How far a signature's time may be from ours, either way: clocks differ, and calls wait in queues. What comes again
/// within it changes nothing.
const SIGNATURE_GOOD_FOR: Duration = Duration::from_secs(300);

/// Whether `seconds` since 1970 is now, give or take [`SIGNATURE_GOOD_FOR`].
fn is_now(seconds: &str, now: Timestamp) -> bool {
    let Some(millis) = seconds.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)) else { return false };
    now.as_millis().abs_diff(millis) <= SIGNATURE_GOOD_FOR.as_millis() as u64
}
