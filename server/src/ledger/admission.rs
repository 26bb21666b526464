//! Admitting requests: one durable row each, or none where too many wait.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::device::Device;
use regain_core::keys::Digest;
use regain_core::limit::{AccountHistory, AccountLimit};
use regain_core::request::{Id, Origin};
use regain_core::time::Timestamp;
use std::time::Duration;

/// A reset request about to become durable.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its name.
    pub id: Id,
    /// By which door it came.
    pub origin: Origin,
    /// From which network.
    pub network: Option<String>,
    /// With what.
    pub device: Option<Device>,
    /// Language tags, best first, separated by commas.
    pub locales: String,
    /// What was typed.
    pub identifier: String,
    /// Keyed digest of it, folded.
    pub address_digest: Digest,
    /// When.
    pub accepted_at: Timestamp,
}

/// What became of a trusted caller's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is durable.
    Admitted,
    /// The account had its mail; nothing was written.
    Limited(Duration),
}

/// Admits requests: one durable row each, or none where too many wait.
#[async_trait]
pub trait Admissions {
    /// Makes a request durable, unless `queue_max` are waiting.
    ///
    /// # Errors
    /// [`LedgerFault::Full`] under load; [`LedgerFault`].
    async fn admit(&self, request: NewRequest, queue_max: u64) -> Result<(), LedgerFault>;

    /// Makes a trusted caller's request durable, unless `limit` forbids a mail to `account`; requests still waiting
    /// count as well.
    ///
    /// # Errors
    /// [`LedgerFault::Full`] under load; [`LedgerFault`].
    async fn admit_trusted(
        &self,
        request: NewRequest,
        account: AccountId,
        limit: AccountLimit,
        queue_max: u64,
    ) -> Result<Admission, LedgerFault>;
}

/// What waits for the account of a trusted caller's request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pending {
    /// How many requests were not mailed yet.
    pub(super) requests: u32,
    /// When the latest of them was accepted.
    pub(super) last_accepted: Option<Timestamp>,
}

impl Pending {
    /// These and those.
    pub(super) fn and(self, more: Self) -> Self {
        Self { requests: self.requests + more.requests, last_accepted: self.last_accepted.max(more.last_accepted) }
    }
}

/// How long a trusted caller has to wait, if `limit` forbids a mail. Pending requests count as if mailed, and as if they
/// had come before: on another node, or in the queue to be written, one that came a moment later may get ahead.
pub(super) fn wait(
    limit: AccountLimit,
    accepted_at: Timestamp,
    mut history: AccountHistory,
    pending: Pending,
) -> Option<Duration> {
    let pending_since = pending.last_accepted.map(|at| at.min(accepted_at));
    history.last_accepted = history.last_accepted.max(pending_since);
    history.mints_in_hour += pending.requests;
    let why = limit.suppresses(accepted_at, &history)?;
    Some(limit.retry_after(accepted_at, &history, why))
}
