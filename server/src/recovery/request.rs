//! Step 1: admit a request and commit it. Where access is public, nothing here asks a user store.

use crate::app::App;
use crate::ledger::{Admission, LedgerFault, NewRequest};
use crate::metrics::Cause;
use crate::weakness::{self, Weakness};
use regain_core::account::{Account, Match, matching};
use regain_core::device::Device;
use regain_core::email::EmailAddress;
use regain_core::locale::Locale;
use regain_core::request::{Id, Origin};
use std::net::IpAddr;
use std::time::Duration;

/// Somebody asks for a reset.
#[derive(Debug)]
pub struct Ask {
    /// What was typed.
    pub identifier: EmailAddress,
    /// By which door.
    pub origin: Origin,
    /// From where; none for the help desk.
    pub client: Option<IpAddr>,
    /// With what; none if that is no browser of a person's.
    pub device: Option<Device>,
    /// The languages the client prefers, best first.
    pub locales: Vec<Locale>,
}

/// The request is durable.
#[derive(Debug, Clone, Copy)]
pub struct Receipt {
    /// Its name.
    pub id: Id,
}

/// Nothing was accepted: the queue is full, or the ledger does not answer. It depends on load alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// What a trusted caller may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustedRefusal {
    /// The queue is full, or the ledger or the user store does not answer.
    Unavailable,
    /// No such account, or one that may not reset.
    Unknown,
    /// That account had its mail.
    Limited {
        /// When to ask again.
        retry_after: Duration,
    },
}

/// Admits a request from anybody.
///
/// # Errors
/// [`Unavailable`].
pub async fn request(app: &App, ask: Ask) -> Result<Receipt, Unavailable> {
    let new = new_request(app, &ask);
    let id = new.id;
    let origin = new.origin;
    app.ledger.admit(new, app.config.limits.queue_max).await.map_err(|fault| unavailable(app, &fault))?;
    app.metrics.accepted.of(origin).count();
    Ok(Receipt { id })
}

/// Admits a request from a caller who holds an API token, and who is told the truth: the only code that looks an
/// account up before it answers.
///
/// # Errors
/// [`TrustedRefusal`].
pub async fn request_trusted(app: &App, ask: Ask) -> Result<Receipt, TrustedRefusal> {
    if app.ledger.waiting() >= app.config.limits.queue_max {
        return Err(unavailable(app, &LedgerFault::Full).into());
    }
    let candidates = app.users.find(&[ask.identifier.folded()]).await.map_err(|fault| {
        app.metrics.refused.of(Cause::UserStore).count();
        if let Some(unsaid) = app.complaints.store_away.turn(app.clock.now()) {
            tracing::error!(%fault, unsaid, "trusted callers' requests cannot be answered");
        }
        TrustedRefusal::Unavailable
    })?;
    let account = resettable(app, &ask.identifier, &candidates).ok_or(TrustedRefusal::Unknown)?.id.clone();
    let new = new_request(app, &ask);
    let (id, origin) = (new.id, new.origin);
    let (limit, queue_max) = (app.config.reset.account_limit, app.config.limits.queue_max);
    let admission = app.ledger.admit_trusted(new, account, limit, queue_max).await;
    match admission.map_err(|fault| unavailable(app, &fault))? {
        Admission::Admitted => {
            app.metrics.accepted.of(origin).count();
            Ok(Receipt { id })
        }
        Admission::Limited(retry_after) => {
            app.metrics.refused.of(Cause::AccountLimit).count();
            Err(TrustedRefusal::Limited { retry_after })
        }
    }
}

impl From<Unavailable> for TrustedRefusal {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

fn resettable<'a>(app: &App, identifier: &EmailAddress, candidates: &'a [Account]) -> Option<&'a Account> {
    match matching(identifier, candidates) {
        Match::One(account) => super::deliver::unfit(app, account).is_none().then_some(account),
        Match::None | Match::Ambiguous(_) => None,
    }
}

fn new_request(app: &App, ask: &Ask) -> NewRequest {
    let now = app.clock.now();
    let identifier = ask.identifier.as_str().to_owned();
    let identifier = weakness::spoilt(Weakness::UnicodeFolding, identifier, |typed| typed.to_lowercase());
    let locales: Vec<&str> = ask.locales.iter().map(Locale::as_str).collect();
    NewRequest {
        id: Id::new(now, app.entropy.as_ref()),
        origin: ask.origin,
        network: ask.client.map(|client| client.to_string()),
        device: ask.device,
        locales: locales.join(","),
        address_digest: app.keys.address_digest(&ask.identifier.folded()),
        identifier,
        accepted_at: now,
    }
}

fn unavailable(app: &App, fault: &LedgerFault) -> Unavailable {
    match fault {
        LedgerFault::Full => {
            app.metrics.refused.of(Cause::QueueFull).count();
            if let Some(unsaid) = app.complaints.queue_full.turn(app.clock.now()) {
                tracing::warn!(unsaid, "requests are refused: the queue is full");
            }
        }
        fault => {
            app.metrics.refused.of(Cause::Ledger).count();
            if let Some(unsaid) = app.complaints.ledger_away.turn(app.clock.now()) {
                tracing::error!(%fault, unsaid, "requests are refused");
            }
        }
    }
    Unavailable
}
