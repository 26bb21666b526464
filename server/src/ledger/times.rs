//! What times in the ledger are worth after a clock was set back: those that lie further ahead than anything is ever
//! put off were written before, and nobody shall wait for them.

use regain_core::time::Timestamp;
use std::time::Duration;

/// What is due, or lapses, later than this was put off before the clock was set back, and has come.
pub(super) fn far_ahead(now: Timestamp) -> Timestamp {
    now.plus(PUT_OFF_MAX)
}

/// Until when an account's history has a say in a request that was accepted at `accepted_at`. The request may itself be
/// of before the clock was set back; to the history of its own time it is held all the same.
pub(super) fn believed_until(accepted_at: Timestamp, now: Timestamp) -> Timestamp {
    accepted_at.max(now).plus(SKEW_MAX)
}

/// Longer than the longest pause (five minutes), lease (two) and claim (one).
const PUT_OFF_MAX: Duration = Duration::from_secs(600);
/// Two nodes may differ by twice the five seconds at which one says that it is not ready.
pub(crate) const SKEW_MAX: Duration = Duration::from_secs(10);
