//! Forgetting: ended requests go after the configured time, those that found no account after a day.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::time::Timestamp;
use std::time::Duration;

/// Requests for unknown addresses say only who was *not* a customer; a day is enough to answer a complaint.
pub(super) const UNKNOWN_KEPT: Duration = Duration::from_secs(86_400);
/// Links that say "this was not me" live so long, and the row they stand in with them.
pub const NOT_ME_TTL: Duration = Duration::from_secs(7 * 86_400);
/// Opens what stands in place of an account's key where an address without an account is mailed.
pub const STAND_IN: &str = "no account ";
/// Rows at a time. Small, so that no request waits for it.
pub(super) const BATCH: u32 = 200;

/// Forgetting.
#[async_trait]
pub trait Retention {
    /// Forgets one small batch of what ended longer than `retention` ago; false once nothing is left to forget.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn forget_some(&self, now: Timestamp, retention: Duration) -> Result<bool, LedgerFault>;
}
