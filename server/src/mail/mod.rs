//! Mail: put into words, composed, and handed to a transport.

mod breaker;
pub mod compose;
pub mod events;
pub mod file;
pub mod http;
mod name;
mod quoted;
mod reply;
pub mod sample;
pub mod sendmail;
pub mod smtp;
pub mod turns;

use crate::config::{self, Config};
use crate::i18n::Words;
use async_trait::async_trait;
use breaker::{Breaker, Chance, Change};
use compose::{ComposeFault, Composer, Letterhead, Templates};
use http::{HttpFault, HttpTransport};
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::request::Id;
use regain_core::time::Clock;
use reply::reply_line;
use smtp::{Patience, SmtpFault, SmtpTransport};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;
use turns::Turn;

/// All that mail needs: the composer, and the carriers in the order in which they are tried.
pub struct Mail {
    /// Puts messages into words.
    pub composer: Composer,
    carriers: Vec<Carrier>,
    clock: Arc<dyn Clock>,
}

struct Carrier {
    transport: Arc<dyn Transport>,
    breaker: Breaker,
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
    /// A provider's settings cannot work.
    #[error(transparent)]
    Http(#[from] HttpFault),
}

impl Mail {
    /// As configured. Connects to nothing.
    ///
    /// # Errors
    /// [`MailFault`].
    pub fn new(config: &Config, words: Arc<Words>, clock: Arc<dyn Clock>) -> Result<Self, MailFault> {
        let composer = composer(config, words)?;
        let transports = config.mail.transports.iter().map(|transport| open(transport, config, &clock));
        let transports = transports.collect::<Result<_, _>>()?;
        Ok(Self::from_parts(composer, transports, clock))
    }

    /// From its parts.
    #[must_use]
    pub fn from_parts(composer: Composer, transports: Vec<Arc<dyn Transport>>, clock: Arc<dyn Clock>) -> Self {
        let carrier = |transport| Carrier { transport, breaker: Breaker::default() };
        Self { composer, carriers: transports.into_iter().map(carrier).collect(), clock }
    }

    /// Tries every transport without sending anything: what it says of itself, or why it cannot carry mail.
    pub async fn probe(&self) -> Vec<(&'static str, Result<String, String>)> {
        let mut probed = Vec::new();
        for Carrier { transport, .. } in &self.carriers {
            probed.push((transport.name(), transport.probe().await));
        }
        probed
    }

    /// Each transport, and whether it is up as far as is known: it has not failed several times in a row.
    pub fn standings(&self) -> impl Iterator<Item = (&'static str, bool)> {
        self.carriers.iter().map(|carrier| (carrier.transport.name(), carrier.breaker.resting_until().is_none()))
    }

    /// Hands one mail over within [`SEND_SECONDS_MAX`], and says by which transport. The next one is tried only if
    /// nothing was handed over and the mail was not refused. One that rests is passed over, unless all of them do.
    pub async fn send(&self, parcel: &Parcel) -> Sent {
        self.send_by_any(parcel, None).await
    }

    /// As [`Self::send`], for one of many mails: `turn` is this one's, and knows which comes next.
    pub async fn send_in_turn(&self, parcel: &Parcel, turn: &mut Turn) -> Sent {
        self.send_by_any(parcel, Some(turn)).await
    }

    async fn send_by_any(&self, parcel: &Parcel, mut turn: Option<&mut Turn>) -> Sent {
        let deadline = Instant::now() + SEND_MAX;
        let mut tried = Vec::new();
        for carrier in &self.carriers {
            if !tried.is_empty() && remaining(deadline) < HAND_OVER_MIN {
                break;
            }
            let Some(chance) = carrier.breaker.chance(self.clock.now()) else { continue };
            let outcome = self.try_one(carrier, chance, parcel, turn.as_deref_mut(), deadline).await;
            let is_decided = !matches!(outcome, Outcome::RetryAfter(_));
            tried.push((outcome, carrier.transport.name()));
            if is_decided {
                break;
            }
        }
        if let Some((outcome, transport)) = tried.pop() {
            return Sent { outcome, transport, passed_over: tried };
        }
        let (outcome, transport) = match self.carriers.iter().min_by_key(|carrier| carrier.breaker.resting_until()) {
            Some(first) => {
                let outcome = self.try_one(first, Chance::Ordinary, parcel, turn, deadline).await;
                (outcome, first.transport.name())
            }
            None => (Outcome::RetryAfter("no transport is configured".to_owned()), "none"),
        };
        Sent { outcome, transport, passed_over: Vec::new() }
    }

    async fn try_one(
        &self,
        carrier: &Carrier,
        chance: Chance,
        parcel: &Parcel,
        turn: Option<&mut Turn>,
        deadline: Instant,
    ) -> Outcome {
        let Attempt { outcome, standing } = match turn {
            Some(turn) => carrier.transport.send_in_turn(parcel, turn, deadline).await,
            None => carrier.transport.send(parcel, deadline).await,
        };
        let transport = carrier.transport.name();
        match carrier.breaker.note(chance, standing, self.clock.now()) {
            Change::None => {}
            Change::Rests(pause) => {
                let seconds = pause.as_secs();
                let reason = quoted::without_quotes(outcome.reply(), &parcel.content);
                tracing::warn!(transport, reason, seconds, "down; rests unless there is no other");
            }
            Change::Back => tracing::info!(transport, "works again"),
        }
        outcome
    }
}

fn open(
    transport: &config::Transport,
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Transport>, MailFault> {
    let host = &config.public_url.host;
    Ok(match transport {
        config::Transport::File(folder) => Arc::new(file::FileTransport::new(folder.clone())),
        config::Transport::Sendmail(command) => Arc::new(sendmail::SendmailTransport::new(command.clone())),
        config::Transport::Smtp(settings) => {
            Arc::new(SmtpTransport::new(settings, host, crate::roots::native(), Patience::default())?)
        }
        config::Transport::Ses(settings) => Arc::new(HttpTransport::ses(settings, Arc::clone(clock))?),
        config::Transport::Postmark(settings) => Arc::new(HttpTransport::postmark(settings)?),
        config::Transport::Sendgrid(settings) => Arc::new(HttpTransport::sendgrid(settings)?),
        config::Transport::Mailgun(settings) => Arc::new(HttpTransport::mailgun(settings)?),
        config::Transport::Resend(settings) => Arc::new(HttpTransport::resend(settings)?),
    })
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

    /// Hands one mail over. Ends by `deadline`; never panics on what the other side does.
    async fn send(&self, parcel: &Parcel, deadline: Instant) -> Attempt;

    /// As [`Self::send`]. Where it helps to know of the next mail early, `turn` names it.
    async fn send_in_turn(&self, parcel: &Parcel, _turn: &mut Turn, deadline: Instant) -> Attempt {
        self.send(parcel, deadline).await
    }

    /// Goes as far as it can without sending anything, and says in a sentence how far that was.
    ///
    /// # Errors
    /// A sentence for the operator.
    async fn probe(&self) -> Result<String, String>;
}

/// What became of one mail.
#[derive(Debug)]
pub struct Sent {
    /// At the last transport that was tried.
    pub outcome: Outcome,
    /// That transport; `none` if there is none.
    pub transport: &'static str,
    /// What those said that were tried before it, in their order: not now.
    pub passed_over: Vec<(Outcome, &'static str)>,
}

/// What became of one mail at one transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Of the mail.
    pub outcome: Outcome,
    /// Of the transport.
    pub standing: Standing,
}

/// What an attempt says of its transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Another mail may well go through.
    Works,
    /// Another mail would fare no better: nobody answers, the login is not taken, the quota is used up.
    Down,
}

impl Attempt {
    /// Of a transport that another mail need not be tried with.
    #[must_use]
    pub fn down(outcome: Outcome) -> Self {
        Self { outcome, standing: Standing::Down }
    }
}

impl From<Outcome> for Attempt {
    /// Of a transport that works.
    fn from(outcome: Outcome) -> Self {
        Self { outcome, standing: Standing::Works }
    }
}

/// The longest that one mail may take, whatever is tried.
pub const SEND_SECONDS_MAX: u64 = 30;
/// Two seconds less than the courier allows: a lease must not lapse under a mail that is on its way.
const SEND_MAX: Duration = Duration::from_secs(SEND_SECONDS_MAX - 2);
/// With less time left another transport is not begun with: the mail is better tried anew.
const HAND_OVER_MIN: Duration = Duration::from_secs(5);

/// Mails handed over at the same time. A transport keeps as many connections: one less, and they would be closed and
/// opened anew all the time. As many as Postfix opens to one destination; a relay that takes fewer still gets as many as it
/// takes ([`turns`]). More bring nothing on a machine of two cores (16 and 40 were measured against `smtp-sink`).
pub const SENDERS: usize = 20;

/// A mail ready to go.
pub struct Parcel {
    /// From whom, to whom.
    pub envelope: Envelope,
    /// The whole message, RFC 5322. It holds the link: never logged, never stored.
    pub content: Vec<u8>,
}

/// What a relay has to know of a mail before it gets the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Names the delivery.
    pub id: Id,
    /// The sender.
    pub from: EmailAddress,
    /// The one recipient.
    pub to: EmailAddress,
}

/// An address as transports want it, and headers: an internationalised domain in ASCII, so that only a local part beyond
/// ASCII needs SMTPUTF8.
fn mailbox(address: &EmailAddress) -> String {
    [address.local_part(), "@", &address.domain_ascii()].concat()
}

fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}
