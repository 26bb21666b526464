//! What the courier decides on a leased batch, and mints for it.

use super::LedgerFault;
use super::outbox::Leased;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::limit::{AccountHistory, AccountLimit};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;

/// The row that each request gets each time it is worked on, known or unknown.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its name; also the mail's Message-ID.
    pub id: Id,
    /// Keyed digest of the folded address it goes to, or of what was typed.
    pub address_digest: Digest,
    /// Digest of the reset token, or random.
    pub token_digest: Digest,
    /// Keyed digest of the reset code, or random.
    pub code_digest: Digest,
    /// Digest of the token that says "this was not me", or random.
    pub not_me_digest: Digest,
    /// The account's fingerprint, or random.
    pub fingerprint: Digest,
    /// When it was minted.
    pub minted_at: Timestamp,
    /// When the link dies.
    pub expires_at: Timestamp,
    /// When the code dies.
    pub code_expires_at: Timestamp,
}

/// What the courier found out about a leased row.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Mail it, if the account's limit allows.
    Mail {
        /// Which mail.
        message: MessageKind,
        /// To whom; for an address without an account, something that stands for it.
        account: AccountId,
        /// The address.
        address: String,
    },
    /// No mail, and why.
    End(Reason),
}

/// A leased row, what was decided on it, and what was minted for it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The row.
    pub row: Leased,
    /// What is to be done.
    pub decision: Decision,
    /// What was minted, whatever is to be done.
    pub delivery: NewDelivery,
}

/// What the ledger made of a [`Decision`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The digests are committed: send.
    Send,
    /// No mail, because of another request.
    Suppressed(Reason),
    /// No mail.
    Ended,
}

/// What the courier decides on a leased batch, and mints for it.
#[async_trait]
pub trait Deliveries {
    /// Commits the decisions on a batch, in its order: one delivery row and one update for each request, whatever
    /// was decided.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn decide(
        &self,
        batch: Vec<Decided>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault>;
}

/// What the ledger knows of an account when a request of it is decided on.
#[derive(Debug, Clone, Default)]
pub(super) struct Others {
    /// Its other requests.
    pub(super) history: AccountHistory,
    /// When all its links ended at once, and why: a request accepted before is not mailed after.
    pub(super) closed: Option<(Timestamp, Reason)>,
}

/// What a decision comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) state: State,
    pub(super) reason: Option<Reason>,
}

impl Decided {
    /// Whether it ends without a mail, whatever other requests say.
    pub(super) fn ends(&self) -> bool {
        matches!(self.decision, Decision::End(_))
    }

    /// The account whose other requests have a say in this one.
    pub(super) fn limited_account(&self) -> Option<&AccountId> {
        match &self.decision {
            Decision::Mail { message: MessageKind::PasswordChanged, .. } | Decision::End(_) => None,
            Decision::Mail { account, .. } => Some(account),
        }
    }

    /// Judges by what is known of [`Decided::limited_account`]; a notice is never suppressed.
    pub(super) fn judge(&self, limit: AccountLimit, others: &Others) -> Judgement {
        let accepted_at = self.row.accepted_at;
        let suppressed =
            |why| Judgement { verdict: Verdict::Suppressed(why), state: State::Suppressed, reason: Some(why) };
        if let Decision::End(why) = self.decision {
            return Judgement { verdict: Verdict::Ended, state: State::Failed, reason: Some(why) };
        }
        if self.limited_account().is_some() {
            if let Some((at, why)) = others.closed
                && accepted_at <= at
            {
                return suppressed(why);
            }
            if let Some(why) = limit.suppresses(accepted_at, &others.history) {
                return suppressed(why.into());
            }
        }
        Judgement { verdict: Verdict::Send, state: State::Leased, reason: None }
    }
}
