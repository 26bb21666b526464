//! The mails that Regain sends.

use crate::device::Device;
use crate::locale::Locale;
use crate::time::Timestamp;
use secrecy::SecretString;
use std::net::IpAddr;
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
    /// Who asked, where that is known and is what the mail is about.
    pub asker: Option<Asker>,
}

/// With what and from where somebody asked: for the owner to tell whether that was them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// Never more than a name from a short list.
    pub device: Device,
    /// From where.
    pub address: Option<IpAddr>,
}

impl Asker {
    /// The asker's network as far as it is the owner's business: 192.0.2.x, or the first 48 bits of an IPv6 address. None
    /// where it says nothing: on this machine, or in a network of the operator's own.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        match self.address?.to_canonical() {
            IpAddr::V4(address) => {
                let says_nothing = address.is_loopback()
                    || address.is_private()
                    || address.is_link_local()
                    || address.is_unspecified()
                    || (address.octets()[0] == 100 && address.octets()[1] & 0xC0 == 64);
                let [a, b, c, _] = address.octets();
                (!says_nothing).then(|| format!("{a}.{b}.{c}.x"))
            }
            IpAddr::V6(address) => {
                let says_nothing = address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
                    || address.is_unspecified();
                let [a, b, c, ..] = address.segments();
                (!says_nothing).then(|| format!("{a:x}:{b:x}:{c:x}:x"))
            }
        }
    }
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

    fn network(address: &str) -> Option<String> {
        let device = Device::parse("Firefox on Windows").unwrap();
        Asker { device, address: Some(address.parse().unwrap()) }.network()
    }

    #[test]
    fn a_network_is_told_without_whom_in_it() {
        assert_eq!(network("192.0.2.77").as_deref(), Some("192.0.2.x"));
        assert_eq!(network("::ffff:192.0.2.77").as_deref(), Some("192.0.2.x"));
        assert_eq!(network("2001:db8:5:6:7:8:9:a").as_deref(), Some("2001:db8:5:x"));
    }

    #[test]
    fn a_network_that_says_nothing_is_not_told() {
        for address in ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.1.1", "100.64.3.4", "0.0.0.0"] {
            assert_eq!(network(address), None, "{address}");
        }
        for address in ["::1", "fe80::1", "fd00::1", "::"] {
            assert_eq!(network(address), None, "{address}");
        }
        assert!(network("100.128.0.1").is_some() && network("172.32.0.1").is_some());
    }
}
