//! Reset requests: the durable act, and the states it passes through.

use crate::entropy::Entropy;
use crate::limit::Suppression;
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
        let mut unlike_others = [0; 10];
        entropy.fill_name(&mut unlike_others);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &unlike_others).into_uuid())
    }

    /// The moment that it was made for: its first 48 bits (RFC 9562 §5.7).
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        let [a, b, c, d, e, f, ..] = *self.as_bytes();
        Timestamp::from_millis(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))
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
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Chaser, Self::Unleash, Self::Page, Self::HelpDesk];

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
        Self::ALL.into_iter().find(|origin| origin.as_str() == word)
    }
}

/// Where a request stands.
///
/// ```text
/// Accepted ──► Leased ──► Mailed
///     ▲           │  ├──► Suppressed   (the account asked moments ago, or often)
///     └── lapse ──┘  └──► Failed       (no such account, not eligible, refused for good, given up)
/// ```
///
/// [`Reason`] says why.
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

/// Why a request ended without a mail, or otherwise than by a mail that a relay took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Failed: no account has the address.
    NoAccount,
    /// Failed: more than one account has the address, and nothing tells which is meant.
    Ambiguous,
    /// Failed: the account may not reset its password, or has none to reset.
    Ineligible,
    /// Failed: the account's stored password is in a format that is not known here.
    FormatUnknown,
    /// Failed: the address on file is no email address.
    AddressUnusable,
    /// Failed: a relay refused the mail for good.
    Refused,
    /// Failed: no relay or no user store was there in time.
    GaveUp,
    /// Failed: an operator dropped it.
    Dropped,
    /// Suppressed: the account was asked for moments before, or served since.
    Cooldown,
    /// Suppressed: the account had its mails of the hour.
    Hourly,
    /// Suppressed, or mailed before: a new password was set meanwhile.
    Redeemed,
    /// Suppressed, or mailed before: the owner said that it was not them.
    NotMe,
    /// Mailed: handed over as often as may be, without an answer.
    Unanswered,
}

impl Reason {
    const ALL: [Self; 13] = [
        Self::NoAccount,
        Self::Ambiguous,
        Self::Ineligible,
        Self::FormatUnknown,
        Self::AddressUnusable,
        Self::Refused,
        Self::GaveUp,
        Self::Dropped,
        Self::Cooldown,
        Self::Hourly,
        Self::Redeemed,
        Self::NotMe,
        Self::Unanswered,
    ];

    /// The word stored in the ledger and shown in the timeline. Beside [`State::Mailed`], `unknown` speaks of the
    /// outcome; beside any other, of the account.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAccount | Self::Unanswered => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::Ineligible => "ineligible",
            Self::FormatUnknown => "format_unknown",
            Self::AddressUnusable => "address_unusable",
            Self::Refused => "refused",
            Self::GaveUp => "gave_up",
            Self::Dropped => "dropped",
            Self::Cooldown => "cooldown",
            Self::Hourly => "hourly",
            Self::Redeemed => "redeemed",
            Self::NotMe => "not_me",
        }
    }

    /// Reads [`Reason::as_str`] back, of a request that stands at `state`.
    #[must_use]
    pub fn parse(word: &str, state: State) -> Option<Self> {
        let impossible = if state == State::Mailed { Self::NoAccount } else { Self::Unanswered };
        Self::ALL.into_iter().find(|reason| *reason != impossible && reason.as_str() == word)
    }
}

impl From<Suppression> for Reason {
    fn from(suppression: Suppression) -> Self {
        match suppression {
            Suppression::Cooldown => Self::Cooldown,
            Suppression::Hourly => Self::Hourly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_knows_when_it_was_made() {
        for millis in [0, 1, 1_800_000_000_123] {
            let now = Timestamp::from_millis(millis);
            assert_eq!(Id::new(now, &crate::entropy::tests::Counting::default()).made_at(), now);
        }
    }

    #[test]
    fn an_id_reads_back_from_its_text_and_its_octets() {
        let entropy = crate::entropy::tests::Counting::default();
        let (id, next) = [1, 2].map(|millis| Id::new(Timestamp::from_millis(millis), &entropy)).into();
        assert_ne!(id, next);
        assert!(id < next, "newer ones sort after older ones");
        assert_eq!(Id::from_bytes(*id.as_bytes()), id);
        assert_eq!((id.to_string().len(), Id::parse(&id.to_string())), (36, Some(id)));
        assert_eq!(Id::parse("no id"), None);
        assert_eq!(id.as_bytes()[6] >> 4, 7, "a UUID of version 7");
    }

    #[test]
    fn origins_and_states_are_read_back_as_they_were_written() {
        assert_eq!(Origin::ALL.map(Origin::as_str), ["chaser", "unleash", "page", "help-desk"]);
        for origin in Origin::ALL {
            assert_eq!(Origin::parse(origin.as_str()), Some(origin));
        }
        let states = [State::Accepted, State::Leased, State::Mailed, State::Suppressed, State::Failed];
        assert_eq!(states.map(State::as_str), ["accepted", "leased", "mailed", "suppressed", "failed"]);
        assert_eq!(states.map(|state| State::parse(state.as_str())), states.map(Some));
        assert_eq!((Origin::parse("window"), State::parse("lost")), (None, None));
    }

    #[test]
    fn a_reason_says_which_limit_it_was() {
        assert_eq!(Reason::from(Suppression::Cooldown), Reason::Cooldown);
        assert_eq!(Reason::from(Suppression::Hourly), Reason::Hourly);
    }

    #[test]
    fn a_reason_is_read_back_as_it_was_written() {
        for reason in Reason::ALL {
            let state = if reason == Reason::Unanswered { State::Mailed } else { State::Failed };
            assert_eq!(Reason::parse(reason.as_str(), state), Some(reason));
        }
        assert_eq!(Reason::parse("unknown", State::Failed), Some(Reason::NoAccount));
        assert_eq!(Reason::parse("a word of a later release", State::Failed), None);
        let mut words = Reason::ALL.map(Reason::as_str).to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Reason::ALL.len() - 1, "one word has two meanings: {words:?}");
    }
}
