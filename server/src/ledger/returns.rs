//! What is heard of a mail after a transport had taken it, and which addresses it came back from.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::fate::Fate;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::time::Duration;

/// One thing that was heard of a mail.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Names it for the operator, if it is worth telling.
    pub id: Id,
    /// Of which mail.
    pub delivery: Id,
    /// What became of it.
    pub fate: Fate,
    /// When, as whoever told has it.
    pub at: Timestamp,
    /// Which transport told.
    pub transport: &'static str,
    /// An enhanced status code (RFC 3463).
    pub status: Option<String>,
    /// The mailbox's server's own words: one line, bounded.
    pub reply: String,
}

/// What became of telling the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It stands in the timeline of this request now.
    New(Id),
    /// It stood there before, or more stands there than anybody reads.
    Before,
    /// There is no such mail; any more.
    Unknown,
}

/// An address from which mail came back for good.
#[derive(Debug, Clone)]
pub struct Bounce {
    /// The last time.
    pub at: Timestamp,
    /// Which transport told.
    pub transport: String,
    /// An enhanced status code (RFC 3463).
    pub status: Option<String>,
    /// The mailbox's server's own words.
    pub reply: String,
}

/// What is heard of mails.
#[async_trait]
pub trait Returns {
    /// Notes what was heard, once: in the timeline of its request; and where it shows whether an address works, at the
    /// address.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn note_heard(&self, heard: Heard) -> Result<Noted, LedgerFault>;

    /// Whether mail to an address came back for good.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn bounce_of(&self, address: Digest) -> Result<Option<Bounce>, LedgerFault>;

    /// Forgets that mail to an address came back; false if it did not.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn forget_bounce(&self, address: Digest) -> Result<bool, LedgerFault>;
}

impl Heard {
    /// What the timeline says beside the word: who told, the code, and the server's words.
    pub(super) fn detail(&self) -> String {
        let status = self.status.as_deref().filter(|status| !self.reply.contains(status));
        let said: Vec<&str> =
            [status, Some(self.reply.as_str())].into_iter().flatten().filter(|text| !text.is_empty()).collect();
        if said.is_empty() { self.transport.to_owned() } else { format!("{}: {}", self.transport, said.join(" ")) }
    }
}

/// More than anybody reads of one request: whoever tells may tell again and again.
pub(super) const NOTED_MAX: u32 = 50;
/// How long it is remembered that mail came back. A mailbox that comes to life again says nothing of it.
pub(super) const BOUNCES_KEPT: Duration = Duration::from_secs(90 * 86_400);
