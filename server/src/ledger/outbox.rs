//! The queue: what is due, who has leased it, and what the help desk may do to it.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::device::Device;
use regain_core::keys::Digest;
use regain_core::message::MessageKind;
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// A courier's hold on the rows that it took.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// Its name.
    pub id: Id,
    /// When it lapses, and the rows are anybody's again.
    pub until: Timestamp,
}

/// A row in a courier's hands.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Its name.
    pub id: Id,
    /// Which mail it asks for.
    pub message: MessageKind,
    /// What was typed; of a notice: the address on file.
    pub identifier: String,
    /// Keyed digest of the folded identifier.
    pub address_digest: Digest,
    /// Of a notice: how to greet the owner.
    pub name: Option<String>,
    /// Language tags, best first, separated by commas.
    pub locales: String,
    /// From which network it was asked for.
    pub network: Option<String>,
    /// With what it was asked for.
    pub device: Option<Device>,
    /// Of a notice, and once looked up.
    pub account: Option<AccountId>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Failed attempts so far.
    pub attempts: u32,
}

/// The user store does not answer.
#[derive(Debug, Clone)]
pub struct Away {
    /// In its own words; told of a request once.
    pub words: String,
    /// When it was asked.
    pub at: Timestamp,
    /// When it is asked again.
    pub due_at: Timestamp,
}

/// A row that has not ended, as `regain outbox list` shows it.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its name.
    pub id: Id,
    /// Which mail it asks for.
    pub message: MessageKind,
    /// What was typed, or the address on file.
    pub identifier: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it is worked on next.
    pub due_at: Timestamp,
    /// Whether a courier has it just now.
    pub is_leased: bool,
    /// Failed attempts so far.
    pub attempts: u32,
    /// What the last attempt came to.
    pub last_reply: Option<String>,
}

/// The queue: what is due, who has leased it, and what the help desk may do to it.
#[async_trait]
pub trait Outbox {
    /// Whether a request or notice is due.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn is_due(&self, now: Timestamp) -> Result<bool, LedgerFault>;

    /// How many requests wait, as far as this process knows.
    fn waiting(&self) -> u64;

    /// How many requests this process has let into the queue since it began.
    fn entered(&self) -> u64;

    /// When the oldest of them was accepted, at the last count; none if none waited.
    fn oldest_waiting(&self) -> Option<Timestamp>;

    /// Counts afresh what waits, other processes' requests included.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn count_waiting(&self) -> Result<u64, LedgerFault>;

    /// Puts leased rows back: they could not be looked up.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn put_back(&self, entries: Vec<Id>, lease: Id, away: Away) -> Result<(), LedgerFault>;

    /// The queue, oldest first, at most `max` rows.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn list_waiting(&self, max: u32) -> Result<Vec<Waiting>, LedgerFault>;

    /// Makes a waiting row due at once; false if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn retry(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault>;

    /// Ends a waiting row without a mail; false if there is none of that name.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn drop_waiting(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault>;
}
