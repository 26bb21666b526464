//! What goes wrong with a directory, in words for its operator.

use crate::plain::one_line;
use crate::users::StoreFault;
use ldap3::{LdapError, LdapResult};

/// Why there is no answer, or none that helps.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// The server cannot be reached, broke off or took too long: another one may do.
    Away(String),
    /// The server's own answer: another one would answer alike.
    Answered(Answer),
    /// What no server can mend.
    Unusable(String),
}

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u32,
    /// In the server's words.
    text: String,
    /// Where it points to instead.
    referrals: Vec<String>,
}

impl Failure {
    /// As the store's fault; `what` is its predicate.
    pub(super) fn fault(&self, what: &'static str) -> StoreFault {
        StoreFault { what, cause: self.to_string() }
    }

    /// Whether the server said this.
    pub(super) fn is(&self, code: u32) -> bool {
        matches!(self, Self::Answered(answer) if answer.code == code)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Away(why) | Self::Unusable(why) => f.write_str(why),
            Self::Answered(answer) => answer.fmt(f),
        }
    }
}

/// Never with the error's `Debug`: it may hold the request, and with it a password.
impl From<LdapError> for Failure {
    fn from(error: LdapError) -> Self {
        match error {
            LdapError::LdapResult { result } => Self::Answered(result.into()),
            LdapError::Io { source } => Self::Away(one_line(&source.to_string())),
            LdapError::Timeout { .. } => Self::Away("it does not answer in time".into()),
            LdapError::ResultRecv { .. }
            | LdapError::OpSend { .. }
            | LdapError::IdScrubSend { .. }
            | LdapError::EndOfStream => Self::Away("it closed the connection".into()),
            LdapError::FilterParsing => Self::Unusable("a filter cannot be parsed; see users.ldap.filter".into()),
            error => Self::Away(one_line(&error.to_string())),
        }
    }
}

impl From<LdapResult> for Answer {
    fn from(result: LdapResult) -> Self {
        let shown = |text: &str| one_line(&text.chars().take(TEXT_MAX).collect::<String>());
        let referrals = result.refs.iter().take(REFERRALS_MAX).map(|url| shown(url)).collect();
        Self { code: result.rc, text: shown(&result.text), referrals }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, text, referrals } = self;
        if *code == REFERRAL {
            return write!(
                f,
                "it points elsewhere, to {}, and Regain goes nowhere with its password by itself; name that server in \
                 users.url if it is one of yours",
                referrals.join(" and ")
            );
        }
        write!(f, "it answers {code}")?;
        if let Some((_, name)) = NAMES.iter().find(|(named, _)| named == code) {
            write!(f, " ({name})")?;
        }
        if text.is_empty() { Ok(()) } else { write!(f, ": {text}") }
    }
}

pub(super) const TIME_LIMIT_EXCEEDED: u32 = 3;
pub(super) const SIZE_LIMIT_EXCEEDED: u32 = 4;
pub(super) const REFERRAL: u32 = 10;
pub(super) const ADMIN_LIMIT_EXCEEDED: u32 = 11;
pub(super) const NO_SUCH_ATTRIBUTE: u32 = 16;
pub(super) const CONSTRAINT_VIOLATION: u32 = 19;
pub(super) const NO_SUCH_OBJECT: u32 = 32;
pub(super) const INVALID_DN: u32 = 34;
pub(super) const INVALID_CREDENTIALS: u32 = 49;
pub(super) const INSUFFICIENT_ACCESS: u32 = 50;
pub(super) const BUSY: u32 = 51;
pub(super) const UNAVAILABLE: u32 = 52;
pub(super) const UNWILLING: u32 = 53;
pub(super) const ASSERTION_FAILED: u32 = 122;

/// RFC 4511 §4.1.9, those that an operator may meet.
const NAMES: &[(u32, &str)] = &[
    (1, "operations error"),
    (2, "protocol error"),
    (TIME_LIMIT_EXCEEDED, "time limit exceeded"),
    (SIZE_LIMIT_EXCEEDED, "size limit exceeded"),
    (8, "stronger authentication required"),
    (ADMIN_LIMIT_EXCEEDED, "administrative limit exceeded"),
    (12, "critical extension unavailable"),
    (13, "confidentiality required"),
    (NO_SUCH_ATTRIBUTE, "no such attribute"),
    (CONSTRAINT_VIOLATION, "constraint violation"),
    (NO_SUCH_OBJECT, "no such object"),
    (INVALID_DN, "invalid name"),
    (48, "inappropriate authentication"),
    (INVALID_CREDENTIALS, "invalid credentials"),
    (INSUFFICIENT_ACCESS, "insufficient access"),
    (BUSY, "busy"),
    (UNAVAILABLE, "unavailable"),
    (UNWILLING, "unwilling to perform"),
    (65, "object class violation"),
    (ASSERTION_FAILED, "assertion failed"),
];

/// Enough of a server's words.
const TEXT_MAX: usize = 300;
const REFERRALS_MAX: usize = 3;
