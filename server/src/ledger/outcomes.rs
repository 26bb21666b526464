//! What became of the mails: recorded at the courier's next tick, in the commit that leases the next batch.

use super::LedgerFault;
use super::outbox::{Lease, Leased};
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;

/// What became of one mail.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The row in the outbox.
    pub entry: Id,
    /// The delivery.
    pub delivery: Id,
    /// Under which lease.
    pub lease: Id,
    /// Which transport took or refused it.
    pub transport: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// If it is to be tried again: when.
    pub next_at: Timestamp,
    /// Whether that would be too late.
    pub give_up: bool,
}

/// What became of the mails.
#[async_trait]
pub trait Outcomes {
    /// Records what has finished and takes what is due, in one commit.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Lease,
        now: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault>;

    /// Records what has finished, taking nothing new.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault>;
}

/// What becomes of a row after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It has ended.
    End(State, Option<Reason>),
    /// It is tried again.
    Retry,
}

impl Finished {
    /// What becomes of the row; `unknown` outcomes it has had so far, this one included.
    pub(super) fn next(&self, unknown: u32) -> Next {
        match self.outcome {
            Outcome::Delivered(_) => Next::End(State::Mailed, None),
            Outcome::Refused(_) => Next::End(State::Failed, Some(Reason::Refused)),
            Outcome::Unknown(_) if self.give_up || unknown >= UNKNOWN_MAX => {
                Next::End(State::Mailed, Some(Reason::Unanswered))
            }
            Outcome::RetryAfter(_) if self.give_up => Next::End(State::Failed, Some(Reason::GaveUp)),
            Outcome::Unknown(_) | Outcome::RetryAfter(_) => Next::Retry,
        }
    }

    /// Whether its request may have ended without a mail.
    pub(super) fn may_have_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_) | Outcome::RetryAfter(_))
    }

    /// Whether the mail may be in somebody's hands, with its link.
    pub(super) fn may_have_arrived(&self) -> bool {
        matches!(self.outcome, Outcome::Delivered(_) | Outcome::Unknown(_))
    }
}

/// So many mails of one request may have arrived without our knowing.
const UNKNOWN_MAX: u32 = 2;
