//! What happens to a request beside its mails, as the timeline tells it.

use crate::fate::Fate;

/// Something that happened to a request. The ledger keeps it as a word, a moment and a detail.
///
/// The detail never holds a token, a link, a code, a password or a digest, and is bounded by whoever notes it
/// ([`DETAIL_CHARS_MAX`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The user store did not answer, so that the request waits. The detail: the store's words.
    StoreAway,
    /// A transport did not take the mail, and the next one was tried in the same attempt. The detail: which, and its words.
    PassedOver,
    /// A program that looks like a mail scanner followed a link of the mail. The detail: its network.
    Scanned,
    /// The form was shown in what looks like a browser. The detail: its network.
    Opened,
    /// The form was shown, by a release that did not note to whom.
    FormShown,
    /// An application's own page asked whether the link is live. The detail: from which network.
    Checked,
    /// The page "this was not me" was shown in what looks like a browser. The detail: its network.
    DisownPageShown,
    /// A new password was set. The detail: what ended the sessions.
    Redeemed,
    /// The owner said that it was not them.
    NotMe,
    /// Something was heard of a mail after a transport had taken it. The detail: who told, and the server's words.
    Mail(Fate),
    /// A word of a later release, which stands in the detail.
    Unheard,
}

/// More than this of a detail tells nobody more.
pub const DETAIL_CHARS_MAX: usize = 500;

impl Happening {
    /// Each that has a word.
    pub const ALL: [Self; 14] = [
        Self::StoreAway,
        Self::PassedOver,
        Self::Scanned,
        Self::Opened,
        Self::FormShown,
        Self::Checked,
        Self::DisownPageShown,
        Self::Redeemed,
        Self::NotMe,
        Self::Mail(Fate::Arrived),
        Self::Mail(Fate::Delayed),
        Self::Mail(Fate::SoftBounce),
        Self::Mail(Fate::HardBounce),
        Self::Mail(Fate::Complaint),
    ];

    /// The word stored in the ledger and shown in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StoreAway => "store_away",
            Self::PassedOver => "passed_over",
            Self::Scanned => "scanned",
            Self::Opened => "opened_in_browser",
            Self::FormShown => "opened",
            Self::Checked => "link_checked",
            Self::DisownPageShown => "disown_page_shown",
            Self::Redeemed => "redeemed",
            Self::NotMe => "not_me",
            Self::Mail(fate) => fate.as_str(),
            Self::Unheard => "unheard",
        }
    }

    /// Reads [`Happening::as_str`] back; of a word that only a later release knows nothing is lost but its meaning.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|happening| happening.as_str() == word).unwrap_or(Self::Unheard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_happening_is_read_back_as_it_was_written() {
        for happening in Happening::ALL {
            assert_eq!(Happening::parse(happening.as_str()), happening);
        }
        assert_eq!(Happening::parse("a word of a later release"), Happening::Unheard);
    }
}
