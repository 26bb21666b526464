//! Mail: put into words, composed, and handed to a transport.

pub mod compose;
pub mod file;
mod name;
pub mod sample;
pub mod smtp;

use crate::config::{self, Config};
use crate::i18n::Words;
use async_trait::async_trait;
use compose::{ComposeFault, Composer, Letterhead, Templates};
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::request::Id;
use smtp::{Patience, SmtpFault, SmtpTransport};
use std::sync::Arc;
use thiserror::Error;

/// All that mail needs: the composer, and the carriers in the order in which they are tried.
pub struct Mail {
    /// Puts messages into words.
    pub composer: Composer,
    transports: Vec<Arc<dyn Transport>>,
}

/// Mail cannot work as configured.
#[derive(Debug, Error)]
pub enum MailFault {
    /// A template is malformed.
    #[error(transparent)]
    Compose(#[from] ComposeFault),
    /// The relay's settings cannot work.
    #[error(transparent)]
    Smtp(#[from] SmtpFault),
}

impl Mail {
    /// As configured. Connects to nothing.
    ///
    /// # Errors
    /// [`MailFault`].
    pub fn new(config: &Config, words: Arc<Words>) -> Result<Self, MailFault> {
        let composer = composer(config, words)?;
        let transports = config.mail.transports.iter().map(|transport| -> Result<Arc<dyn Transport>, MailFault> {
            Ok(match transport {
                config::Transport::File(folder) => Arc::new(file::FileTransport::new(folder.clone())),
                config::Transport::Smtp(settings) => Arc::new(SmtpTransport::new(
                    settings,
                    &config.public_url.host,
                    crate::roots::native(),
                    Patience::default(),
                )?),
            })
        });
        Ok(Self { composer, transports: transports.collect::<Result<_, _>>()? })
    }

    /// From its parts.
    #[must_use]
    pub fn from_parts(composer: Composer, transports: Vec<Arc<dyn Transport>>) -> Self {
        Self { composer, transports }
    }

    /// Tries every transport without sending anything: what it says of itself, or why it cannot carry mail.
    pub async fn probe(&self) -> Vec<(&'static str, Result<String, String>)> {
        let mut probed = Vec::new();
        for transport in &self.transports {
            probed.push((transport.name(), transport.probe().await));
        }
        probed
    }

    /// Hands one mail over, and says by which transport. The next one is tried only if nothing was handed over and the
    /// mail was not refused.
    pub async fn send(&self, parcel: &Parcel) -> (Outcome, &'static str) {
        let mut last = (Outcome::RetryAfter("no transport is configured".to_owned()), "none");
        for transport in &self.transports {
            last = (transport.send(parcel).await, transport.name());
            if !matches!(last.0, Outcome::RetryAfter(_)) {
                break;
            }
        }
        last
    }
}

/// Writes mails as configured. What an operator has of their own is tried out first.
///
/// # Errors
/// [`ComposeFault`].
pub fn composer(config: &Config, words: Arc<Words>) -> Result<Composer, ComposeFault> {
    let own = config.mail.templates_dir.as_deref();
    let composer = Composer::with_templates(words, Letterhead::of(config), Templates::with_own(own)?)?;
    if own.is_some() || config.locales_dir.is_some() {
        composer.prove()?;
    }
    Ok(composer)
}

/// A carrier of mail. What it says of a mail decides whether that is tried again, so it never guesses.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Its name in configuration and timeline.
    fn name(&self) -> &'static str;

    /// Hands one mail over. Ends within [`SEND_SECONDS_MAX`]; never panics on what the other side does.
    async fn send(&self, parcel: &Parcel) -> Outcome;

    /// Goes as far as it can without sending anything, and says in a sentence how far that was.
    ///
    /// # Errors
    /// A sentence for the operator.
    async fn probe(&self) -> Result<String, String>;
}

/// The longest a transport may take for one mail, connecting included.
pub const SEND_SECONDS_MAX: u64 = 30;

/// Mails handed over at the same time. A transport keeps as many connections: one less, and they would be closed and
/// opened anew all the time. More bring little (measured against `smtp-sink`, 50 carry a fifth more than 10), and relays
/// limit them; Postfix, to 50.
pub const SENDERS: usize = 16;

/// A mail ready to go.
pub struct Parcel {
    /// Names the delivery.
    pub id: Id,
    /// The envelope's sender.
    pub from: EmailAddress,
    /// The envelope's one recipient.
    pub to: EmailAddress,
    /// The whole message, RFC 5322. It holds the link: never logged, never stored.
    pub content: Vec<u8>,
}

/// What the other side said, fit for the ledger and a terminal: one line, no control characters, at most
/// [`REPLY_CHARS_MAX`].
fn reply_line(reply: &str) -> String {
    let visible = |c: char| if c.is_control() || name::is_hidden(c) { ' ' } else { c };
    let line: String = reply.chars().map(visible).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(REPLY_CHARS_MAX).collect()
}

/// RFC 5321 §4.5.3.1.5 allows a reply line 512 octets.
const REPLY_CHARS_MAX: usize = 512;
