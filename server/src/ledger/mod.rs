//! Regain's own state: requests, deliveries, claims, API tokens.
//!
//! A request's way: [`admission`] commits it, [`outbox`] leases it, [`deliveries`] holds what was decided and minted,
//! [`outcomes`] what became of the mail. What was mailed comes back as a token ([`tokens`]) or a code ([`codes`]), is
//! claimed, and ends in [`settle`]; or in [`not_me`]. What is heard of a mail afterwards is noted in [`returns`]. [`timeline`]
//! tells all of it, and [`webhooks`] what the operator should know at once.
//!
//! Each of these files holds one part of the [`Ledger`] trait and what both engines agree on; the SQL is in a file of the
//! same name under `sqlite/` and `postgres/`. Methods are whole steps of the story, no method hands out a transaction, and
//! a guard that fails is zero rows, not an error. `conformance/` holds both engines to the same behaviour. [`copying`] takes
//! all of it from the one to the other.

mod admission;
mod api_tokens;
mod codes;
#[cfg(test)]
mod conformance;
pub mod copying;
mod deliveries;
mod not_me;
mod outbox;
mod outcomes;
mod postgres;
mod queue;
pub mod retention;
mod returns;
mod settle;
pub mod sqlite;
mod timeline;
pub(crate) mod times;
mod tokens;
pub mod webhooks;

pub use admission::{Admission, Admissions, NewRequest};
pub use api_tokens::{ApiToken, ApiTokens};
pub use codes::{CodeDigest, Codes};
pub use deliveries::{Decided, Decision, Deliveries, NewDelivery, Verdict};
pub use not_me::{Disowned, Disownments};
pub use outbox::{Away, Lease, Leased, Outbox, Waiting};
pub use outcomes::{Finished, Outcomes};
pub use postgres::PostgresLedger;
pub use retention::Retention;
pub use returns::{Bounce, Heard, Noted, Returns};
pub use settle::{Notice, Settlements};
#[cfg(feature = "failpoints")]
pub use sqlite::Memory;
pub use sqlite::SqliteLedger;
pub use timeline::{Attempts, Delivery, ELSEWHERE, Ended, Event, Listed, Request, Sighting, Tally, Timeline, Waits};
pub use tokens::{Claim, LapsedClaim, LiveToken, TokenState, Tokens};
pub use webhooks::{Telling, Webhook, Webhooks};

use crate::config::LedgerUrl;
use crate::metrics::Commits;
use async_trait::async_trait;
use regain_core::time::Timestamp;
use std::sync::Arc;
use thiserror::Error;

/// Regain's own state, whichever engine keeps it. What a method answers is durable by then.
#[async_trait]
pub trait Ledger:
    Admissions
    + Outbox
    + Deliveries
    + Outcomes
    + Tokens
    + Codes
    + Settlements
    + Disownments
    + ApiTokens
    + Retention
    + Timeline
    + Returns
    + Webhooks
    + Send
    + Sync
{
    /// Whether requests can be accepted here at `now`, the time on this node.
    ///
    /// # Errors
    /// [`LedgerFault`], with what is in the way.
    async fn is_ready(&self, now: Timestamp) -> Result<(), LedgerFault>;

    /// Where the transactions that accept requests are counted.
    fn commits(&self) -> Arc<Commits>;
}

/// Opens the ledger for a server: migrates it, and where there can be but one server makes sure that it is the only
/// one and frees the leases of one that died.
///
/// # Errors
/// [`LedgerFault`], in particular if another server holds a ledger that only one may hold.
pub async fn open_for_server(url: &LedgerUrl) -> Result<Arc<dyn Ledger>, LedgerFault> {
    Ok(match url {
        LedgerUrl::Sqlite(path) => Arc::new(SqliteLedger::open_for_server(path).await?),
        LedgerUrl::Postgres(url) => Arc::new(PostgresLedger::open(url).await?),
    })
}

/// Opens the ledger for a command beside servers that may be running.
///
/// # Errors
/// [`LedgerFault`].
pub async fn open_beside(url: &LedgerUrl) -> Result<Arc<dyn Ledger>, LedgerFault> {
    Ok(match url {
        LedgerUrl::Sqlite(path) => Arc::new(SqliteLedger::open_beside(path)?),
        LedgerUrl::Postgres(url) => Arc::new(PostgresLedger::open(url).await?),
    })
}

/// The ledger could not be read or written. For the operator; nothing of it reaches a client.
#[derive(Debug, Clone, Error)]
pub enum LedgerFault {
    /// The engine refused, the disk failed, or the server is away.
    #[error("the ledger {what}: {cause}")]
    Engine {
        /// What failed, as a predicate: "cannot be opened".
        what: &'static str,
        /// The engine's words.
        cause: String,
    },
    /// As many writes wait as may.
    #[error("the ledger has as many writes waiting as it may")]
    Full,
    /// Another server holds it.
    #[error("another server uses the ledger {0}; stop it first, or give this one a ledger of its own ([ledger] url)")]
    Locked(String),
    /// It was written by something else.
    #[error("the ledger {0}")]
    Foreign(String),
    /// This node's clock and the ledger's are too far apart: what one node leases, another would take for lapsed.
    #[error("this node's clock is {0} s off the ledger's; set it (NTP), or links and leases cannot be trusted here")]
    ClockOff(i64),
}
