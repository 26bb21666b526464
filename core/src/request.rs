//! Reset requests: the durable act, and the states it passes through.

use crate::entropy::{Entropy, random};
use crate::time::Timestamp;
use std::fmt;
use uuid::Uuid;

/// Names a request, a delivery or a claim: a UUID version 7 (RFC 9562), so that newer ones sort after older ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Uuid);

impl Id {
    /// Makes a fresh one for the present moment.
    #[must_use]
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random(entropy)).into_uuid())
    }

    /// Reads the usual text form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// From its 16 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Its 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// By which door a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `POST /auth/password-reset/request`.
    Chaser,
    /// `POST /auth/reset/password-email`.
    Unleash,
    /// The hosted page.
    Page,
    /// `regain request`: the help desk.
    HelpDesk,
}

impl Origin {
    /// The word stored in the ledger and shown in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chaser => "chaser",
            Self::Unleash => "unleash",
            Self::Page => "page",
            Self::HelpDesk => "help-desk",
        }
    }

    /// Reads [`Origin::as_str`] back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Chaser, Self::Unleash, Self::Page, Self::HelpDesk].into_iter().find(|origin| origin.as_str() == word)
    }
}

/// Where a request stands.
///
/// ```text
/// Accepted ──► Leased ──► Mailed
///     ▲           │  ├──► Suppressed   (the account asked moments ago, or often)
///     └── lapse ──┘  └──► Failed       (no such account, not eligible, refused for good, given up)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Durable, and due now or later.
    Accepted,
    /// In a courier's hands; falls back to `Accepted` when the lease lapses.
    Leased,
    /// A mail went out.
    Mailed,
    /// Ended without a mail, because of another request.
    Suppressed,
    /// Ended without a mail.
    Failed,
}

impl State {
    /// The word stored in the ledger and shown in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Leased => "leased",
            Self::Mailed => "mailed",
            Self::Suppressed => "suppressed",
            Self::Failed => "failed",
        }
    }

    /// Reads [`State::as_str`] back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Accepted, Self::Leased, Self::Mailed, Self::Suppressed, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}
