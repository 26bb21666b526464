//! What the operator is told by webhook: queued in the commit of what it tells of, posted by whichever node leases it.

use super::LedgerFault;
use super::outbox::Lease;
use async_trait::async_trait;
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// What an operator may want to know at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// A new password was set.
    PasswordChanged,
    /// A request ended without a mail, for a reason that somebody should look into.
    RequestFailed,
    /// Several accounts have the address, and none was mailed.
    RequestAmbiguous,
    /// Mail to the address on file came back for good.
    AddressBounced,
    /// The owner of an account says that they did not ask.
    NotMe,
    /// The server is under siege.
    SiegeBegan,
    /// It is over.
    SiegeEnded,
}

impl Telling {
    /// Each of them.
    pub const ALL: [Self; 7] = [
        Self::PasswordChanged,
        Self::RequestFailed,
        Self::RequestAmbiguous,
        Self::AddressBounced,
        Self::NotMe,
        Self::SiegeBegan,
        Self::SiegeEnded,
    ];

    /// The webhook's `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password.changed",
            Self::RequestFailed => "request.failed",
            Self::RequestAmbiguous => "request.ambiguous",
            Self::AddressBounced => "address.bounced",
            Self::NotMe => "not_me",
            Self::SiegeBegan => "siege.began",
            Self::SiegeEnded => "siege.ended",
        }
    }

    /// How many may wait before no other of this kind is queued.
    pub(super) fn waiting_max(self) -> u32 {
        match self {
            Self::RequestFailed | Self::RequestAmbiguous => FAILURES_WAITING_MAX,
            _ => WAITING_MAX,
        }
    }
}

/// One that is to be posted.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its name: the same however often it is posted.
    pub id: Id,
    /// [`Telling::as_str`].
    pub what: String,
    /// When it happened.
    pub at: Timestamp,
    /// The request that it is about.
    pub entry: Option<Id>,
    /// By which door that came.
    pub origin: Option<String>,
    /// Whose it is, if that was found out.
    pub account: Option<String>,
    /// Of what failed: why.
    pub reason: Option<String>,
    /// Further members, as a JSON object.
    pub detail: Option<String>,
    /// Failed attempts so far.
    pub attempts: u32,
}

/// The queue of webhooks.
#[async_trait]
pub trait Webhooks {
    /// From now on what the operator is to be told is queued; before, nothing was.
    fn tell_operator(&self);

    /// Queues one that is about no request. Does nothing before [`Webhooks::tell_operator`], or if too many
    /// wait.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn queue_webhook(&self, id: Id, what: Telling, detail: String, now: Timestamp) -> Result<(), LedgerFault>;

    /// Takes at most `max` that are due.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn lease_webhooks(&self, lease: Lease, now: Timestamp, max: u32) -> Result<Vec<Webhook>, LedgerFault>;

    /// It was taken, or is given up: either way it ends.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn end_webhook(&self, id: Id, lease: Id) -> Result<(), LedgerFault>;

    /// It was not taken, and is tried again.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn put_webhook_off(&self, id: Id, lease: Id, now: Timestamp, due_at: Timestamp) -> Result<(), LedgerFault>;

    /// How many wait; at most a little more than [`WAITING_MAX`].
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn count_webhooks(&self) -> Result<u64, LedgerFault>;
}

/// Beyond so many waiting, none is queued: a receiver that is down for long shall not fill the disk.
pub const WAITING_MAX: u32 = 10_000;

/// Beyond so many waiting, none is queued of a request that failed: whoever asks for one address that several accounts have,
/// again and again, shall leave room for what happened to an account.
pub const FAILURES_WAITING_MAX: u32 = 8_000;

/// Why a request ended that an operator is told of; what anybody can bring about with any address is not among them.
pub(super) const TOLD_REASONS: &str = "'ambiguous', 'format_unknown', 'address_unusable', 'refused', 'gave_up'";
