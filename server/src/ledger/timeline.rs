//! What happens to a request: noted here, told by `regain explain`. Never a token, a code or a digest.

use super::LedgerFault;
use async_trait::async_trait;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;

/// A request or notice with all that is known of it.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its name.
    pub id: Id,
    /// Which mail it asks for.
    pub message: MessageKind,
    /// Of a notice: the request it tells of.
    pub about: Option<Id>,
    /// By which door it came.
    pub origin: String,
    /// From which network.
    pub network: Option<String>,
    /// Language tags, best first, separated by commas.
    pub locales: String,
    /// What was typed; of a notice: the address on file.
    pub identifier: String,
    /// The account, once looked up.
    pub account: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it is worked on next, if it has not ended.
    pub due_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Why it was suppressed or failed.
    pub reason: Option<Reason>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its mails, oldest first.
    pub deliveries: Vec<Delivery>,
    /// What else happened, oldest first.
    pub events: Vec<Event>,
}

/// One attempt to mail.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its name; also the mail's Message-ID.
    pub id: Id,
    /// The address on file it went to.
    pub address: String,
    /// When it was minted.
    pub minted_at: Timestamp,
    /// When its link dies.
    pub expires_at: Timestamp,
    /// Where its link stands.
    pub link_state: String,
    /// Why its link was revoked.
    pub link_reason: Option<String>,
    /// When its code dies, if it has one.
    pub code_expires_at: Option<Timestamp>,
    /// How many codes were typed in vain for its address, as long as this is the newest.
    pub codes_in_vain: u32,
    /// What the transport said.
    pub outcome: Option<String>,
    /// When.
    pub outcome_at: Option<Timestamp>,
    /// Which transport.
    pub transport: Option<String>,
    /// The server's own words.
    pub reply: Option<String>,
}

/// Something else that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// When, or when first.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
    /// More of it; what stands here depends on `what`.
    pub detail: Option<String>,
    /// How often.
    pub times: u64,
    /// When last.
    pub last_at: Timestamp,
}

impl Event {
    /// As the ledger has it.
    pub(super) fn of(at: Timestamp, word: &str, detail: Option<String>, counted: Option<(i64, Timestamp)>) -> Self {
        let what = Happening::parse(word);
        let detail = if what == Happening::Unheard { Some(word.to_owned()) } else { detail };
        let (times, last_at) = counted.map_or((1, at), |(times, last_at)| (times.unsigned_abs(), last_at));
        Self { at, what, detail, times, last_at }
    }
}

/// Something that may happen often, and is counted rather than noted each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The request.
    pub entry: Id,
    /// What.
    pub what: Happening,
    /// Where from, or more of it.
    pub detail: String,
    /// How often.
    pub times: u32,
    /// When last.
    pub at: Timestamp,
}

/// So many different things are counted of a request; what else happens goes by [`ELSEWHERE`].
pub(super) const COUNTED_MAX: i64 = 12;
/// The detail of what is not told apart any more.
pub const ELSEWHERE: &str = "elsewhere";

/// Some of all requests and notices, newest first.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// They.
    pub requests: Vec<Request>,
    /// There may be more, older than this one.
    pub before: Option<Id>,
}

/// On one page of a list, and told of one address: more than a support person reads.
pub(super) const LISTED_MAX: usize = 50;
/// So many rows are looked at for one page, however few of them are wanted.
pub(super) const WALKED_MAX: u32 = 5000;

/// What waits, and what became of the requests of some time.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// What waits, by its state.
    pub waiting: Vec<Waits>,
    /// What ended, by its state and the reason.
    pub ended: Vec<Ended>,
    /// What transports made of the mails they were handed.
    pub attempts: Vec<Attempts>,
    /// What else happened.
    pub happened: Vec<(Happening, u64)>,
    /// Where more had ended than are counted: since when all are. Otherwise as it was asked for.
    pub since: Timestamp,
}

/// Requests that wait.
#[derive(Debug, Clone)]
pub struct Waits {
    /// Accepted, or leased.
    pub state: State,
    /// How many.
    pub requests: u64,
    /// How many of them were tried in vain before.
    pub tried: u64,
    /// When the oldest was accepted.
    pub oldest: Timestamp,
}

/// Requests that ended alike.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How.
    pub state: State,
    /// Why.
    pub reason: Option<Reason>,
    /// How many.
    pub requests: u64,
}

/// Attempts that came to the same.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// By which transport.
    pub transport: String,
    /// What it came to.
    pub outcome: String,
    /// How many.
    pub mails: u64,
}

/// So many of what ended, of the attempts and of what happened are counted, the newest.
pub(super) const TALLIED_MAX: usize = 100_000;

/// The least name that anything made at `at` or later has.
pub(super) fn first_id(at: Timestamp) -> Id {
    let [_, _, a, b, c, d, e, f] = at.as_millis().max(0).to_be_bytes();
    Id::from_bytes([a, b, c, d, e, f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// What happens to a request.
#[async_trait]
pub trait Timeline {
    /// The request of that name, with the notices that tell of it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault>;

    /// The newest requests that an address was typed for, or whose mail went to it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault>;

    /// The newest requests and notices that stand at `state`, or all; older than `before`, if that is given. A page may be
    /// short, or empty, and yet not the last.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn list_requests(&self, state: Option<State>, before: Option<Id>) -> Result<Listed, LedgerFault>;

    /// Counts what waits, and what ended and happened since `since`.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn tally(&self, since: Timestamp) -> Result<Tally, LedgerFault>;

    /// Counts what was seen of requests. One that is not in the ledger any more is passed over.
    ///
    /// # Errors
    /// [`LedgerFault`].
    async fn count(&self, seen: Vec<Sighting>) -> Result<(), LedgerFault>;
}
