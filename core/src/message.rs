//! The mails that Regain sends.

use crate::locale::Locale;
use crate::time::Timestamp;
use secrecy::SecretString;
use std::time::Duration;

/// Which mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A link and a code for a new password.
    Reset,
    /// "Your password was changed."
    PasswordChanged,
    /// "Somebody asked, and there is no account here."
    NoAccount,
    /// "Mail from here arrives": an operator's trial, never queued.
    Test,
}

impl MessageKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Reset, Self::PasswordChanged, Self::NoAccount, Self::Test];

    /// The word stored in the ledger; also the folder of its templates.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::PasswordChanged => "password_changed",
            Self::NoAccount => "no_account",
            Self::Test => "test",
        }
    }

    /// Reads [`MessageKind::as_str`] back.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One mail before it is put into words.
#[derive(Debug)]
pub struct Message {
    /// What it says.
    pub body: Body,
    /// How to greet the owner.
    pub name: Option<String>,
    /// Languages to try, best first.
    pub locales: Vec<Locale>,
    /// When the request or the change happened.
    pub at: Timestamp,
}

/// What a mail says.
#[derive(Debug)]
pub enum Body {
    /// [`MessageKind::Reset`].
    Reset {
        /// The whole link.
        link: SecretString,
        /// The code as printed.
        code: SecretString,
        /// How long the link lives.
        link_ttl: Duration,
        /// How long the code lives.
        code_ttl: Duration,
        /// The link that says "this was not me".
        not_me_link: SecretString,
    },
    /// [`MessageKind::PasswordChanged`].
    PasswordChanged {
        /// The link that says "this was not me".
        not_me_link: SecretString,
    },
    /// [`MessageKind::NoAccount`].
    NoAccount,
    /// [`MessageKind::Test`].
    Test,
}

impl Body {
    /// Which mail it is.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Reset { .. } => MessageKind::Reset,
            Self::PasswordChanged { .. } => MessageKind::PasswordChanged,
            Self::NoAccount => MessageKind::NoAccount,
            Self::Test => MessageKind::Test,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_back_as_it_was_written() {
        let words = MessageKind::ALL.map(MessageKind::as_str);
        assert_eq!(words, ["reset", "password_changed", "no_account", "test"]);
        assert_eq!(words.map(MessageKind::parse), MessageKind::ALL.map(Some));
        assert_eq!(MessageKind::parse("another"), None);
    }

    #[test]
    fn what_a_mail_says_tells_its_kind() {
        let secret = || SecretString::from("x");
        let ttl = Duration::from_secs(1);
        let reset = Body::Reset { link: secret(), code: secret(), link_ttl: ttl, code_ttl: ttl, not_me_link: secret() };
        let kinds = [reset, Body::PasswordChanged { not_me_link: secret() }, Body::NoAccount, Body::Test];
        assert_eq!(kinds.map(|body| body.kind()), MessageKind::ALL);
    }
}
