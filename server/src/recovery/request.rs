//! Step 1: admit a request and commit it. Where access is public, nothing here asks a user store.

use crate::app::App;
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
pub async fn request(_app: &App, _ask: Ask) -> Result<Receipt, Unavailable> {
    Err(Unavailable)
}

/// Admits a request from a caller who holds an API token, and who is told the truth.
///
/// # Errors
/// [`TrustedRefusal`].
pub async fn request_trusted(_app: &App, _ask: Ask) -> Result<Receipt, TrustedRefusal> {
    Err(TrustedRefusal::Unavailable)
}
